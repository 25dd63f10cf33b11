"""A launch as of a past moment: the verdict shown then, its facts, and what changed until another.

What was shown then is read from the stored verdict, never computed again, so it stands under the
rules of its time. Reasons and facts hold ids; they become sentences for this reader now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.launches.access import Asker, get_launch
from roadmap.launches.models import Launch
from roadmap.overview.fact_changes import ChangeLine, change_lines
from roadmap.overview.gaps import Row, rows_of
from roadmap.overview.queries import speech_for
from roadmap.overview.speech import Speech
from roadmap.readiness.answers import Answer
from roadmap.readiness.gather import gather
from roadmap.readiness.queries import ShownVerdict, shown, shown_stored
from roadmap.readiness.signed import Parts, changes, parts
from roadmap.readiness.snapshots import moment_at
from roadmap.readiness.verdict import RULES_VERSION, evaluate

# Parts told as facts; the others hold answers, which are compared as answers.
_FACTS = ("scope", "dates", "forecast", "mechanisms", "policy")


@dataclass(frozen=True)
class Known:
    """What was shown of a launch at a moment; ``parts`` is None where facts were not kept yet."""

    at: datetime
    verdict: ShownVerdict
    rules_version: str
    parts: Parts | None
    # Computed now, because no past moment was asked for.
    fresh: bool = False


@dataclass(frozen=True)
class Turn:
    """A question whose answer differs between two moments."""

    row: Row
    was: str
    now: str


@dataclass(frozen=True)
class AsOf:
    """A launch at one moment, and what changed until another."""

    launch: Launch
    asked: date
    until: date | None
    before: Known | None
    after: Known
    rows: tuple[Row, ...]
    better: tuple[Turn, ...]
    worse: tuple[Turn, ...]
    other: tuple[Turn, ...]
    facts: tuple[ChangeLine, ...]
    speech: Speech

    @property
    def same(self) -> bool:
        """Tell whether nothing that is kept differs."""
        return not (self.better or self.worse or self.other or self.facts)


def _end_of(day: date) -> datetime:
    """Return the last moment of a UTC day: "as of a day" is what was known when it ended."""
    return datetime.combine(day + timedelta(days=1), time(), UTC) - timedelta(microseconds=1)


def _stored(session: Session, launch_id: int, day: date) -> Known | None:
    found = moment_at(session, launch_id, _end_of(day))
    if found is None:
        return None
    row = found.verdict
    return Known(row.evaluated_at, shown_stored(row), row.rules_version, found.parts)


def _now(session: Session, launch_id: int) -> Known:
    moment = clock.now()
    facts = gather(session, [launch_id], moment)[launch_id]
    verdict = evaluate(facts, moment)
    own = parts(facts, verdict.reasons)
    return Known(moment, shown(verdict), RULES_VERSION, own, fresh=True)


def load(session: Session, actor: Asker | None, key: str, asked: date, until: date | None) -> AsOf:
    """Return a launch as of the end of a day and what changed until another day, or until now.

    Raises NotFound if there is no such launch the reader may know of.
    """
    launch = get_launch(session, actor, key)
    before = _stored(session, launch.id, asked)
    after = _stored(session, launch.id, until) if until is not None else None
    after = after or _now(session, launch.id)
    answers = [*(before.verdict.reasons if before else ()), *after.verdict.reasons]
    mechanisms = {
        int(key.split(" ")[0].partition(":")[2])
        for one in (before, after)
        if one is not None and one.parts is not None
        for key in one.parts["mechanisms"]
    }
    speech = speech_for(session, actor, answers, mechanisms=sorted(mechanisms))
    turns = _turns(before, after, speech) if before is not None else []
    return AsOf(
        launch=launch,
        asked=asked,
        until=until,
        before=before,
        after=after,
        rows=tuple(rows_of(before.verdict.reasons, speech, asked)) if before else (),
        better=tuple(t for t, way in turns if way > 0),
        worse=tuple(t for t, way in turns if way < 0),
        other=tuple(t for t, way in turns if way == 0),
        facts=tuple(_facts(before, after, speech)),
        speech=speech,
    )


# How bad an answer is; a waived failure is better than an open one.
_WEIGHT = {"fail": 0, "unknown": 1, "stale": 1, "waived": 2, "pass": 3}


def _by_question(reasons: Sequence[Answer]) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    for answer in reasons:
        kept = found.get(answer.question)
        if kept is None or _WEIGHT[_state(answer)] < _WEIGHT[_state(kept)]:
            found[answer.question] = answer
    return found


def _state(answer: Answer) -> str:
    return "waived" if answer.waiver_id is not None else answer.status.value


def _turns(before: Known, after: Known, speech: Speech) -> list[tuple[Turn, int]]:
    """Return each question whose answer differs, with 1 for better, -1 for worse and 0 for other.

    A stored verdict keeps what does not pass; what it does not name passed or was not asked.
    """
    old, new = _by_question(before.verdict.reasons), _by_question(after.verdict.reasons)
    turns: list[tuple[Turn, int]] = []
    for question in sorted(set(old) | set(new)):
        was, now = old.get(question), new.get(question)
        if was is not None and now is not None and _same(was, now):
            continue
        answer = now or was
        if answer is None or not answer.is_required:
            continue
        row = rows_of([answer], speech, after.at.date())[0]
        states = (_state(was) if was else "pass", _state(now) if now else "pass")
        weights = (_WEIGHT[states[0]], _WEIGHT[states[1]])
        way = (weights[1] > weights[0]) - (weights[1] < weights[0])
        turns.append((Turn(row, *states), way))
    return turns


def _same(was: Answer, now: Answer) -> bool:
    return (_state(was), was.code, was.measured, was.required) == (
        _state(now),
        now.code,
        now.measured,
        now.required,
    )


def _facts(before: Known | None, after: Known, speech: Speech) -> list[ChangeLine]:
    if before is None or before.parts is None or after.parts is None:
        return []
    answers: Mapping[str, Answer] = {}
    return change_lines(changes(before.parts, after.parts, _FACTS), speech, answers)
