"""What the pages of decisions and hypercare show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.launches.access import Asker, may_edit
from roadmap.launches.kinds import PhaseState
from roadmap.launches.models import Phase
from roadmap.overview.elsewhere_page import elsewhere_lines
from roadmap.overview.gaps import Row, rows_of
from roadmap.overview.launch_page import LaunchPage
from roadmap.overview.queries import speech_for
from roadmap.overview.speech import Speech
from roadmap.readiness.answers import Answer, Code
from roadmap.readiness.decision_answers import answers_of, voices_of
from roadmap.readiness.decision_forms import KINDS
from roadmap.readiness.decision_models import (
    Decision,
    DecisionAnswer,
    Guard,
    GuardReading,
    Hypercare,
)
from roadmap.readiness.decision_rules import (
    LETS_GO,
    AnswerKind,
    VoiceKind,
    against_verdict,
    still_carried,
)
from roadmap.readiness.decisions import decisions_of
from roadmap.readiness.hypercare import guards_of, hypercare_of, readings_of
from roadmap.readiness.signed import PARTS, digest
from roadmap.readiness.stored import from_json
from roadmap.readiness.verdict import Word
from roadmap.web.i18n import _

# Lines of one part of the frozen facts that a page shows unfolded at once.
READINGS = 12


@dataclass(frozen=True)
class VoiceLine:
    """Somebody named in a decision, in words."""

    person_id: int
    name: str
    dissents: bool
    words: str
    # What they say to it since, when, and in which words; who recorded it has said yes by that.
    answer: AnswerKind | None
    said: str
    said_at: datetime | None

    @property
    def contests(self) -> bool:
        """Tell whether their newest word contests the decision."""
        return self.answer is AnswerKind.CONTESTED


@dataclass(frozen=True)
class ConditionLine:
    """A condition of a go and whether it is met."""

    text: str
    owner: str
    due_on: date
    met: bool
    overdue: bool


@dataclass(frozen=True)
class DecisionLine:
    """A decision in words, with the evidence it was frozen with."""

    decision: Decision
    kind: str
    recorded_by: str
    voices: tuple[VoiceLine, ...]
    conditions: tuple[ConditionLine, ...]
    open: tuple[Row, ...]
    answered: int
    against: bool
    lapsed: bool
    intact: bool
    # Enough of those who decided stand by it.
    carried: bool

    @property
    def deciders(self) -> list[VoiceLine]:
        """Return those who decided."""
        return [voice for voice in self.voices if not voice.dissents]

    @property
    def dissent(self) -> list[VoiceLine]:
        """Return those who disagreed."""
        return [voice for voice in self.voices if voice.dissents]

    @property
    def confirmed(self) -> int:
        """Return how many of those named have confirmed it."""
        return sum(1 for voice in self.voices if voice.answer is AnswerKind.CONFIRMED)

    @property
    def contests(self) -> list[VoiceLine]:
        """Return those named who contest it."""
        return [voice for voice in self.voices if voice.contests]

    def named(self, person_id: int) -> VoiceLine | None:
        """Return a person's line, None if they are not named."""
        return next((v for v in self.voices if v.person_id == person_id), None)


def _answers(decision: Decision) -> list[Answer]:
    return [from_json(one) for one in decision.evidence["answers"]]


def _voices(
    decision: Decision, said: Sequence[DecisionAnswer], speech: Speech
) -> tuple[VoiceLine, ...]:
    words = {voice.person_id: voice.note for voice in decision.voices}
    newest = {one.person_id: one for one in said}
    return tuple(
        VoiceLine(
            person_id=voice.person_id,
            name=speech.person(voice.person_id) or "",
            dissents=voice.kind is VoiceKind.DISSENT,
            words=words[voice.person_id],
            answer=voice.answer,
            said=newest[voice.person_id].note if voice.person_id in newest else "",
            said_at=newest[voice.person_id].at if voice.person_id in newest else None,
        )
        for voice in voices_of(decision, said)
    )


def _line(
    decision: Decision,
    answers: Sequence[Answer],
    said: Sequence[DecisionAnswer],
    speech: Speech,
    met: Mapping[int, bool],
) -> DecisionLine:
    today = clock.today()
    gaps = [a for a in answers if not a.passes and a.is_required]
    return DecisionLine(
        decision=decision,
        kind=_(KINDS[decision.kind]),
        recorded_by=speech.person(decision.recorded_by) or "",
        voices=_voices(decision, said, speech),
        conditions=tuple(
            ConditionLine(
                condition.text,
                speech.person(condition.owner_id) or "",
                condition.due_on,
                met.get(condition.checklist_item_id, False),
                condition.due_on < today and not met.get(condition.checklist_item_id, False),
            )
            for condition in decision.conditions
        ),
        open=tuple(rows_of(gaps, speech, decision.at.date())),
        answered=sum(1 for a in answers if a.is_required),
        against=against_verdict(decision.kind, Word(decision.word)),
        lapsed=decision.expires_on is not None and decision.expires_on < today,
        intact=digest(decision.evidence) == decision.evidence_digest,
        carried=decision.kind not in LETS_GO
        or still_carried(decision.kind, voices_of(decision, said)),
    )


def decision_lines(
    session: Session, actor: Asker, launch_id: int, met: Mapping[int, bool]
) -> list[DecisionLine]:
    """Return the decisions of a launch in words, the newest first; ``met`` is by checklist item."""
    found = decisions_of(session, launch_id)
    answers = {one.id: _answers(one) for one in found}
    people = [p for d in found for p in (d.recorded_by, *(v.person_id for v in d.voices))]
    people += [c.owner_id for d in found for c in d.conditions]
    speech = speech_for(session, actor, [a for own in answers.values() for a in own], people=people)
    said = answers_of(session, [one.id for one in found])
    return [_line(one, answers[one.id], said.get(one.id, ()), speech, met) for one in found]


def met_conditions(page: LaunchPage) -> dict[int, bool]:
    """Return whether each checklist item of a launch is answered with yes and attested."""
    return {
        item.id: item.answer is True and item.attested_by is not None
        for item in page.room.facts.checklist
    }


def decisions(session: Session, actor: Asker, page: LaunchPage) -> dict[str, Any]:
    """Return what the tab of decisions shows."""
    lines = decision_lines(session, actor, page.launch.id, met_conditions(page))
    return {
        "lines": lines,
        "elsewhere": elsewhere_lines(session, actor, page.launch.id),
        "may_decide": actor.may("decision.record"),
    }


# ---- hypercare ----


@dataclass(frozen=True)
class GuardLine:
    """A guard metric with its standing and newest readings."""

    guard: Guard
    state: str
    says: Any
    owner: str | None
    readings: tuple[GuardReading, ...]
    may_read: bool


@dataclass(frozen=True)
class WatchLine:
    """A phase that is watched, was, or will be."""

    phase: Phase
    care: Hypercare | None
    owner: str | None
    state: str
    guards: tuple[GuardLine, ...]

    @property
    def breached(self) -> bool:
        """Tell whether a guard is beyond its limit while the phase is watched."""
        return self.state == "watched" and any(g.state == "fail" for g in self.guards)


def _state(phase: Phase, care: Hypercare | None, today: date) -> str:
    if phase.state is PhaseState.HALTED:
        return "halted"
    if phase.state is not PhaseState.LIVE:
        return "planned"
    if care is None or care.until is None:
        return "unwatched"
    return "watched" if today <= care.until else "over"


def hypercare(session: Session, actor: Asker, page: LaunchPage) -> dict[str, Any]:
    """Return what the tab of hypercare shows."""
    launch, today = page.launch, page.room.verdict.at.date()
    cares = hypercare_of(session, launch.id)
    guards, readings = guards_of(session, launch.id), readings_of(session, launch.id)
    said = {a.subject: a for a in page.room.verdict.reasons if a.code == Code.GUARD_METRIC}
    people = [g.owner_id for g in guards] + [c.owner_id for c in cares.values()]
    speech = speech_for(session, actor, list(said.values()), people=people)
    editable = may_edit(actor, launch)
    lines: list[WatchLine] = []
    for phase in launch.phases:
        care = cares.get(phase.position)
        own = [g for g in guards if g.phase_position == phase.position]
        lines.append(
            WatchLine(
                phase=phase,
                care=care,
                owner=speech.person(care.owner_id) if care is not None else None,
                state=_state(phase, care, today),
                guards=tuple(
                    _guard_line(g, said.get(f"guard:{g.id}"), readings, speech, editable, actor)
                    for g in own
                ),
            )
        )
    return {"watches": lines, "breached": [w for w in lines if w.breached]}


def _guard_line(
    guard: Guard,
    answer: Answer | None,
    readings: Mapping[int, list[GuardReading]],
    speech: Speech,
    editable: bool,
    actor: Asker,
) -> GuardLine:
    rows = rows_of([answer], speech, clock.today()) if answer is not None else []
    return GuardLine(
        guard=guard,
        state=rows[0].state if rows else "",
        says=rows[0].says if rows else "",
        owner=speech.person(guard.owner_id),
        readings=tuple(readings.get(guard.id, ())[:READINGS]),
        may_read=editable or guard.owner_id == actor.id,
    )


def part_names() -> list[tuple[str, str]]:
    """Return the parts of frozen facts with their names."""
    return [(code, _(name)) for code, name in PARTS.items()]
