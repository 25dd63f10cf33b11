"""Commands and reads of decisions: go or not, by named people, frozen with its evidence."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from roadmap import clock
from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.history.seal import head
from roadmap.launches.access import Asker, get_launch, may_read
from roadmap.launches.checks import plausible_day, require_open, require_person, say
from roadmap.launches.models import Launch, Phase
from roadmap.launches.telling import tell
from roadmap.mechanisms.citing import cite, cited_ids
from roadmap.readiness.decision_answers import answers_of, voices_of
from roadmap.readiness.decision_models import Decision, DecisionCondition, DecisionVoice
from roadmap.readiness.decision_rules import (
    LETS_GO,
    DecisionKind,
    VoiceKind,
    problem,
    still_carried,
)
from roadmap.readiness.elsewhere import refused_elsewhere
from roadmap.readiness.elsewhere_models import ElsewhereDecision
from roadmap.readiness.facts import LaunchFacts
from roadmap.readiness.facts_text import digest as facts_digest
from roadmap.readiness.gather import gather
from roadmap.readiness.models import ChecklistItem
from roadmap.readiness.signed import digest, parts
from roadmap.readiness.stored import as_json
from roadmap.readiness.verdict import Verdict, evaluate
from roadmap.web.i18n import _
from roadmap.wording import Sentence

TEXT_LENGTH = 4000
# How the codes of checklist items begin that a go asked for.
CONDITION = "condition_"


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What a conditional go asks for, of whom, by when."""

    text: str
    owner_id: int
    due_on: date


@dataclass(frozen=True, kw_only=True)
class Deciding:
    """A decision as taken in the meeting; ``dissent`` maps a person to their words."""

    kind: DecisionKind
    statement: str
    deciders: tuple[int, ...]
    dissent: tuple[tuple[int, str], ...] = ()
    conditions: tuple[Condition, ...] = ()
    expires_on: date | None = None
    review_on: date | None = None


def frozen_evidence(facts: LaunchFacts, verdict: Verdict) -> dict[str, Any]:
    """Return what a decision keeps: every answer, the facts in parts, votes and waivers.

    Codes, ids and numbers only; sentences are rendered for each reader.
    """
    return {
        "launch": facts.launch.key,
        "phase": verdict.phase,
        "at": verdict.at.isoformat(),
        "verdict": verdict.word.value,
        "outlook": verdict.outlook.value,
        "rules_version": verdict.rules_version,
        "answers": [as_json(answer) for answer in verdict.reasons],
        "parts": parts(facts, verdict.reasons),
        "votes": [
            {
                "gate": gate.name,
                "vote": cast.vote.value,
                "group": cast.group_id,
                "person": cast.person_id,
                "at": cast.at.isoformat(),
            }
            for gate in sorted(facts.gates, key=lambda g: g.id)
            for cast in sorted(gate.votes, key=lambda v: v.id)
        ],
        "waivers": [
            {
                "id": waiver.id,
                "code": waiver.code,
                "subject": waiver.subject,
                "approved_by": waiver.approved_by,
                "expires_at": waiver.expires_at.isoformat(),
            }
            for waiver in sorted(facts.waivers, key=lambda w: w.id)
        ],
    }


def _check_people(session: Session, launch: Launch, request: Deciding) -> None:
    for field, people in (
        ("deciders", request.deciders),
        ("dissent", tuple(person for person, _words in request.dissent)),
        ("conditions", tuple(c.owner_id for c in request.conditions)),
    ):
        for person_id in people:
            require_person(session, person_id, field)
            if not may_read(session, launch, person_id):
                raise Invalid.at(
                    field,
                    _("This launch is confidential. Add the person to its readers first."),
                )


def _check_words(request: Deciding) -> None:
    if not request.statement.strip():
        raise Invalid.at("statement", _("Say what was decided and why."))
    texts = [("statement", request.statement)]
    texts += [("dissent", words) for _person, words in request.dissent]
    texts += [("conditions", c.text) for c in request.conditions]
    for field, words in texts:
        if len(words) > TEXT_LENGTH:
            raise Invalid.at(field, _("Shorten this to 4,000 characters."))
    if any(not words.strip() for _person, words in request.dissent):
        raise Invalid.at("dissent", _("Give the words of everybody who dissents."))
    for condition in request.conditions:
        if not condition.text.strip():
            raise Invalid.at("conditions", _("Give every condition its words."))
        plausible_day(condition.due_on, "conditions")
        if condition.due_on < clock.today():
            raise Invalid.at("conditions", _("A condition is due today or later."))


def decide(session: Session, actor: Asker, launch: Launch, request: Deciding) -> Decision:
    """Record a decision on the phase that is judged now, with the evidence of this moment.

    Go and conditional go are refused unless the fresh verdict allows them; an emergency go needs
    two people, the recorder among them, and ends by itself. What is recorded never changes.
    """
    require_open(launch)
    if not actor.may("decision.record"):
        raise Forbidden(_("Only approvers and program managers may record a decision."))
    _check_words(request)
    _check_people(session, launch, request)
    now = clock.now()
    facts = gather(session, [launch.id], now)[launch.id]
    verdict = evaluate(facts, now)
    if verdict.phase is None:
        raise Invalid.at("kind", _("The launch has no phase to decide on. Add one first."))
    refused = problem(
        request.kind,
        verdict.word,
        deciders=request.deciders,
        dissent=[person for person, _words in request.dissent],
        conditions=len(request.conditions),
        today=now.date(),
        expires_on=request.expires_on,
        review_on=request.review_on,
    )
    if refused is not None:
        raise Invalid.at(refused[0], say(Sentence(refused[1])))
    emergency = request.kind is DecisionKind.EMERGENCY_GO
    if emergency and actor.id not in request.deciders:
        raise Invalid.at(
            "deciders", _("Who records an emergency go is one of the two who take it.")
        )
    decision = _store(session, actor, launch, request, facts, verdict)
    tell(session, actor, launch, f"decision.{request.kind.value}", request.statement.strip())
    return decision


def _store(
    session: Session,
    actor: Asker,
    launch: Launch,
    request: Deciding,
    facts: LaunchFacts,
    verdict: Verdict,
) -> Decision:
    evidence = frozen_evidence(facts, verdict)
    seq, hash_ = head(session)
    emergency = request.kind is DecisionKind.EMERGENCY_GO
    decision = Decision(
        launch_id=launch.id,
        phase_position=verdict.phase,
        kind=request.kind,
        statement=request.statement.strip(),
        at=verdict.at,
        recorded_by=actor.id,
        expires_on=request.expires_on if emergency else None,
        review_on=request.review_on if emergency else None,
        word=verdict.word.value,
        rules_version=verdict.rules_version,
        facts_digest=facts_digest(facts),
        evidence=evidence,
        evidence_digest=digest(evidence),
        seal_seq=seq or None,
        seal_hash=hash_ or None,
    )
    session.add(decision)
    cite(session, (number for one in verdict.reasons for number in cited_ids(one.evidence)))
    session.flush()
    session.add_all(
        DecisionVoice(
            launch_id=launch.id,
            decision_id=decision.id,
            person_id=person,
            kind=kind,
            note=words.strip(),
        )
        for kind, people in (
            (VoiceKind.DECIDER, [(p, "") for p in dict.fromkeys(request.deciders)]),
            (VoiceKind.DISSENT, request.dissent),
        )
        for person, words in people
    )
    _add_conditions(session, launch, decision, request.conditions)
    return decision


def _add_conditions(
    session: Session, launch: Launch, decision: Decision, conditions: Sequence[Condition]
) -> None:
    """Give the launch a checklist item for each condition.

    Those due up to the phase bind it; later ones bind the next step of the ramp.
    """
    phase = session.scalar(
        select(Phase).where(Phase.launch_id == launch.id, Phase.position == decision.phase_position)
    )
    start = phase.starts_on if phase is not None else None
    items = session.execute(
        select(ChecklistItem.position, ChecklistItem.code).where(
            ChecklistItem.launch_id == launch.id
        )
    ).all()
    last = max((position for position, _code in items), default=0)
    # Items that a file brought may be of a decision with the same number elsewhere.
    stem = f"{CONDITION}{decision.id}_"
    while any(code.startswith(stem) for _position, code in items):
        stem = f"{stem}x"
    for number, condition in enumerate(conditions, start=1):
        later = start is not None and condition.due_on > start
        item = ChecklistItem(
            launch_id=launch.id,
            position=last + number,
            code=f"{stem}{number}",
            text=condition.text.strip(),
            source=_("Condition of the go"),
            severity="blocker",
            due_days=0,
            owner_id=condition.owner_id,
            from_phase=decision.phase_position + (1 if later else 0),
        )
        session.add(item)
        session.flush()
        session.add(
            DecisionCondition(
                launch_id=launch.id,
                decision_id=decision.id,
                text=condition.text.strip(),
                owner_id=condition.owner_id,
                due_on=condition.due_on,
                checklist_item_id=item.id,
            )
        )


# ---- reads ----


def decisions_of(session: Session, launch_id: int) -> Sequence[Decision]:
    """Return the decisions of a launch with their voices and conditions, the newest first."""
    query = (
        select(Decision)
        .where(Decision.launch_id == launch_id)
        .order_by(Decision.id.desc())
        .options(selectinload(Decision.voices), selectinload(Decision.conditions))
    )
    return session.scalars(query).all()


def get_decision(
    session: Session, actor: Asker | None, key: str, decision_id: int
) -> tuple[Launch, Decision]:
    """Load a decision with its launch; one of a launch the actor may not know of is not found."""
    launch = get_launch(session, actor, key)
    for decision in decisions_of(session, launch.id):
        if decision.id == decision_id:
            return launch, decision
    raise NotFound(_("There is no such decision."))


def newest_decision(session: Session, launch_id: int, position: int) -> Decision | None:
    """Return the newest decision on a phase with its voices, None if none was taken."""
    return session.scalar(
        select(Decision)
        .where(Decision.launch_id == launch_id, Decision.phase_position == position)
        .order_by(Decision.id.desc())
        .limit(1)
        .options(selectinload(Decision.voices))
        # One recorded in this transaction is known without its voices.
        .execution_options(populate_existing=True)
    )


def standing_go(session: Session, launch_id: int, position: int, today: date) -> Decision | None:
    """Return the decision that lets a phase go live today: the newest, if it is a go in force.

    One that too many of its deciders contest lets nothing go: it is no go by named people.
    """
    newest = newest_decision(session, launch_id, position)
    if newest is None or newest.kind not in LETS_GO:
        return None
    if newest.expires_on is not None and newest.expires_on < today:
        return None
    if refused_elsewhere(session, launch_id, position, newest.at):
        return None
    said = answers_of(session, [newest.id])[newest.id]
    if not still_carried(newest.kind, voices_of(newest, said)):
        return None
    return newest


def went_against(launch_id: Any) -> Any:
    """Return the condition that a launch went live on an emergency go, by the column of its id.

    One recorded elsewhere counts as well: what went against a verdict is read for ever.
    """
    return or_(
        *(
            select(kind.id)
            .join(
                Phase,
                (Phase.launch_id == kind.launch_id) & (Phase.position == kind.phase_position),
            )
            .where(
                kind.launch_id == launch_id,
                kind.kind == DecisionKind.EMERGENCY_GO,
                Phase.went_live_on.is_not(None),
            )
            # A query may stand around it that reads phases as well.
            .correlate_except(kind, Phase)
            .exists()
            for kind in (Decision, ElsewhereDecision)
        )
    )


def launched_against(session: Session, launch_ids: Collection[int]) -> frozenset[int]:
    """Return which launches went live on an emergency go: LAUNCHED AGAINST VERDICT, for ever."""
    ids = sorted(set(launch_ids))
    return frozenset(
        session.scalars(select(Launch.id).where(Launch.id.in_(ids), went_against(Launch.id)))
    )
