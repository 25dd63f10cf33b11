"""The fewest questions whose answers would settle what nobody can judge yet. Pure.

A question asks one owner for one field: where a launch goes live, a checklist item, the evidence of
a mechanism. One field often settles answers of several launches. Failing answers are no questions:
they need work, not words.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from math import ceil
from typing import TypeAlias

from roadmap.readiness.answers import Answer, Code, Status

# One answer of one launch that is open: the launch and what the check asks.
Open: TypeAlias = tuple[int, str]
# Up to so many questions every choice is tried; beyond, the best next one is taken.
EXACT = 14
# "Most of them".
MOST = 2 / 3


class Field(StrEnum):
    """What a question asks for; each has one page where it is answered."""

    SCOPE = "scope"
    DATE = "date"
    MECHANISMS = "mechanisms"
    TARGETS = "targets"
    CHECKLIST = "checklist"
    CHECKLIST_ITEM = "checklist_item"
    FORECAST = "forecast"
    TRAINING = "training"
    GUARDS = "guards"
    GATE = "gate"
    REVIEW = "review"
    EVIDENCE = "evidence"
    QUEUE = "queue"
    GUIDELINE = "guideline"
    CRITERIA = "criteria"
    OTHER = "other"


@dataclass(frozen=True, slots=True, order=True)
class Ask:
    """A field that can be asked for: what, of which record, who answers.

    ``record`` is a key (LCH-9, MEC-3, REQ-2) or the code of a policy area; ``part`` names an item
    of it; ``name`` is what people call it. Without a person nobody can be asked yet.
    """

    field: Field
    record: str
    part: str = ""
    name: str = ""
    person_id: int = 0

    @property
    def key(self) -> str:
        """Return the text by which the question is known, the person apart."""
        return f"{self.field}:{self.record}:{self.part}"[:200]


@dataclass(frozen=True, slots=True)
class Question:
    """A field to ask for and the open answers it would settle."""

    ask: Ask
    settles: frozenset[Open]

    @property
    def launches(self) -> tuple[int, ...]:
        """Return the launches it concerns."""
        return tuple(sorted({launch for launch, _question in self.settles}))


@dataclass(frozen=True, slots=True)
class LaunchOpen:
    """What is open of one launch; `owner_id` answers where the check names nobody."""

    launch_id: int
    key: str
    owner_id: int | None
    answers: Sequence[Answer]


@dataclass(frozen=True, slots=True)
class Asking:
    """The questions to ask, the best first, and how far they reach.

    ``open`` answers are asked about, ``settled`` of them would be; ``waiting`` ones no answer
    settles: they wait for something to happen.
    """

    questions: tuple[Question, ...]
    open: int
    settled: int
    waiting: int

    @property
    def people(self) -> tuple[int, ...]:
        """Return who would be asked."""
        return tuple(sorted({q.ask.person_id for q in self.questions if q.ask.person_id}))


# ---- what an answer needs ----

_BY_FIX: Mapping[str, tuple[Field, ...]] = {
    "add_cells": (Field.SCOPE,),
    "link_cells": (Field.SCOPE, Field.TARGETS),
    "link_mechanism": (Field.MECHANISMS,),
    "set_target": (Field.TARGETS,),
    "add_phase": (Field.DATE,),
    "date_phase": (Field.DATE,),
    "add_checklist": (Field.CHECKLIST,),
    "fix_bound": (Field.MECHANISMS,),
    "state_heads": (Field.TRAINING,),
}
_OF_LAUNCH_BY_CODE: Mapping[str, Field] = {
    Code.COV_GAP: Field.FORECAST,
    Code.COV_LANG: Field.FORECAST,
    Code.COST_OVER: Field.FORECAST,
    Code.SELLER_HARM: Field.FORECAST,
}
# Items of the launch with a name of their own, and records of others: field, and what names it.
_NAMED: Mapping[str, tuple[Field, str]] = {
    Code.CHECKLIST: (Field.CHECKLIST_ITEM, "item"),
    Code.SIGNOFF_MISSING: (Field.GATE, "gate"),
    Code.SIGNOFF_STALE: (Field.GATE, "gate"),
}
_ELSEWHERE: Mapping[str, tuple[Field, str]] = {
    Code.DEPENDENCY: (Field.DATE, "launch_id"),
    Code.REQUIREMENT_OPEN: (Field.CRITERIA, "requirement"),
}
_MEASURED = frozenset(
    {
        *(Code.EVIDENCE_THIN, Code.METRIC_STALE, Code.VERSION_MISMATCH, Code.MECH_PRECISION),
        *(Code.MECH_RECALL, Code.QA_ACCURACY, Code.OVERTURN_RATE, Code.LEAKAGE),
    }
)


def asks_for(launch: LaunchOpen, answer: Answer) -> tuple[Ask, ...]:
    """Return the fields any one of which would settle an answer; none where only time can."""
    owner = launch.owner_id or 0
    person = answer.owner_id or owner
    known = _BY_FIX.get(answer.fix or "")
    if known:
        return tuple(Ask(field, launch.key, person_id=owner) for field in known)
    if answer.code == Code.DEPENDENCY and answer.why != "no_date":
        return ()
    return (_by_code(launch, answer, person),)


def _by_code(launch: LaunchOpen, answer: Answer, person: int) -> Ask:
    """Return the one field an answer waits for, by what its check looks at."""
    params = dict(answer.params)
    owner = launch.owner_id or 0
    code = str(answer.code)
    mechanism = params.get("mechanism") or params.get("queue")
    if "forecast" in (answer.fix or "") or "route" in answer.why:
        return Ask(Field.FORECAST, launch.key, person_id=owner)
    if answer.why == "no_version":
        return Ask(Field.GUIDELINE, answer.subject.rpartition("/")[2], person_id=person)
    if code in _NAMED:
        field, name = _NAMED[code]
        part = answer.subject.rpartition(":")[2]
        if answer.why == "not_requested":
            # Nobody can sign what was not asked for, and the owner may not sign it at all.
            field, person = Field.REVIEW, owner
        return Ask(field, launch.key, part, str(params.get(name) or ""), person)
    if code in _ELSEWHERE:
        field, name = _ELSEWHERE[code]
        number = params.get(name)
        return Ask(field, f"LCH-{number}" if name == "launch_id" else str(number), "", "", person)
    if mechanism and code not in _OF_LAUNCH_BY_CODE:
        field = Field.EVIDENCE if code in _MEASURED else Field.QUEUE
        return Ask(field, str(mechanism), person_id=person)
    if code == Code.GUARD_METRIC:
        return Ask(Field.GUARDS, launch.key, answer.subject, str(params.get("name") or ""), person)
    field = _OF_LAUNCH_BY_CODE.get(code, Field.OTHER)
    part = f"{code}:{answer.subject}" if field is Field.OTHER else ""
    return Ask(field, launch.key, part, "", owner)


def is_open(answer: Answer) -> bool:
    """Tell whether an answer stands in the way because nobody knows."""
    return answer.is_required and answer.status in (Status.UNKNOWN, Status.STALE)


def ask(launches: Iterable[LaunchOpen], share: float = 1.0) -> Asking:
    """Return the fewest questions that settle at least a share of what is open.

    The same launches in any order give the same questions.
    """
    options: dict[Open, set[Ask]] = defaultdict(set)
    waiting: set[Open] = set()
    for launch in launches:
        for answer in filter(is_open, launch.answers):
            known = asks_for(launch, answer)
            if known:
                options[launch.launch_id, answer.question].update(known)
            else:
                waiting.add((launch.launch_id, answer.question))
    waiting -= options.keys()
    reach: dict[Ask, set[Open]] = defaultdict(set)
    for one, known_asks in options.items():
        for each in known_asks:
            reach[each].add(one)
    chosen = fewest({a: frozenset(s) for a, s in reach.items()}, options.keys())
    questions, settled = _best_first(chosen, reach, ceil(share * len(options)))
    return Asking(questions, len(options), settled, len(waiting))


def asks_of(launches: Iterable[LaunchOpen], person_id: int) -> dict[str, Ask]:
    """Return every field that would settle something open and that a person answers, by its key."""
    return {
        one.key: one
        for launch in launches
        for answer in filter(is_open, launch.answers)
        for one in asks_for(launch, answer)
        if one.person_id == person_id
    }


def fewest(reach: Mapping[Ask, frozenset[Open]], wanted: Collection[Open]) -> list[Ask]:
    """Return the fewest asks that together settle everything; exact up to `EXACT` real choices.

    An answer only one field settles leaves no choice; what is left is tried out, the fewest first,
    or covered by the best next one where there are too many.
    """
    by_open: dict[Open, list[Ask]] = defaultdict(list)
    for each in sorted(reach):
        for one in reach[each]:
            by_open[one].append(each)
    chosen = {asks[0] for one, asks in by_open.items() if len(asks) == 1}
    left = frozenset(wanted) - frozenset(o for each in chosen for o in reach[each])
    rest = [each for each in sorted(reach) if each not in chosen and reach[each] & left]
    if len(rest) <= EXACT:
        return sorted(chosen | _exact(rest, reach, left))
    while left:
        best = max(rest, key=lambda each: (len(reach[each] & left), each.key))
        chosen.add(best)
        left -= reach[best]
    return sorted(chosen)


def _exact(
    rest: Sequence[Ask], reach: Mapping[Ask, frozenset[Open]], left: frozenset[Open]
) -> set[Ask]:
    for size in range(len(rest) + 1):
        for some in combinations(rest, size):
            if left <= frozenset(one for each in some for one in reach[each]):
                return set(some)
    return set(rest)


def _best_first(
    chosen: Sequence[Ask], reach: Mapping[Ask, Collection[Open]], enough: int
) -> tuple[tuple[Question, ...], int]:
    """Return the chosen asks by what each adds, until enough is settled, and how much that is."""
    done: set[Open] = set()
    found: list[Question] = []
    rest = list(chosen)
    while rest and len(done) < enough:
        best = min(rest, key=lambda each: (-len(set(reach[each]) - done), each))
        rest.remove(best)
        found.append(Question(best, frozenset(reach[best])))
        done |= set(reach[best])
    return tuple(found), len(done)
