"""The tab "Capacity and cost" of a launch: each queue it leans on, outages, money, harm."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from roadmap.capacity.assess import Assessor
from roadmap.capacity.facts import (
    QueueFact,
    Result,
    SkillFact,
)
from roadmap.capacity.inputs import LaunchInput
from roadmap.capacity.portfolio import Placed
from roadmap.capacity.skills import Pool, Shortage, shortage
from roadmap.launches.access import Asker
from roadmap.overview import capacity_reading as reading
from roadmap.overview.capacity_load import of_placed
from roadmap.overview.capacity_picture import Picture, picture
from roadmap.overview.gaps import Row, rows_of
from roadmap.overview.launch_page import LaunchPage
from roadmap.overview.speech import Speech
from roadmap.readiness.answers import Answer
from roadmap.web.i18n import _

STATUS = {
    Result.PASS: "pass",
    Result.FAIL: "fail",
    Result.FAIL_AT_HIGH: "fail",
    Result.UNKNOWN: "unknown",
    Result.NOT_APPLICABLE: "not_applicable",
}


@dataclass(frozen=True)
class QueueLine:
    """A queue the launch leans on: what it answers, drawn where enough is known."""

    fact: QueueFact
    state: str
    name: str
    owner: str | None
    row: Row | None
    missing: reading.Missing | None
    rule: str = ""
    borrowed: str = ""
    picture: Picture | None = None
    legend: tuple[reading.Named, ...] = ()
    tried: tuple[reading.Tried, ...] = ()


@dataclass(frozen=True)
class SkillLine:
    """Languages of a queue: hours wanted, and the set that is short if one is."""

    fact: SkillFact
    name: str
    demand: tuple[tuple[str, float], ...]
    pools: tuple[tuple[str, float, float], ...]
    short: Shortage | None
    short_names: str


def capacity(session: Session, actor: Asker, page: LaunchPage) -> dict[str, Any]:
    """Return the values of the tab; numbers are those of the verdict's phase."""
    assessor = reading.assessor_for(session, [page.launch.id])
    speech = reading.words_for(session, actor, assessor, page.room.verdict.reasons)
    launch = assessor.portfolio.launches[page.launch.id]
    phase = page.room.verdict.phase or reading.last_phase(launch)
    found = page.room.facts.capacity
    said = {one.subject: one for one in page.room.verdict.reasons}
    lines = [
        queue_line(assessor, launch, one, speech, said, page)
        for one in found.queues
        if one.phase == phase
    ]
    lines.sort(key=lambda one: (_ORDER[one.fact.result], -(one.fact.together or 0)))
    return {
        "phase": next((one for one in page.launch.phases if one.position == phase), None),
        "queues": lines,
        "skills": [skill_line(one, speech) for one in found.skills if one.phase == phase],
        "others": _others(said, page, speech),
        "cost": next((one for one in found.costs if one.phase == phase), None),
        "harm": next((one for one in found.harms if one.phase == phase), None),
        "what_if": url_for("capacity.what_if", key=page.launch.key),
    }


_ORDER = {
    Result.FAIL: 0,
    Result.FAIL_AT_HIGH: 1,
    Result.UNKNOWN: 2,
    Result.PASS: 3,
    Result.NOT_APPLICABLE: 4,
}


def queue_line(
    assessor: Assessor,
    launch: LaunchInput,
    fact: QueueFact,
    speech: Speech,
    said: Mapping[str, Answer],
    page: LaunchPage,
) -> QueueLine:
    """Return one queue with its picture; without enough inputs it says which are missing."""
    answer = said.get(f"queue:{fact.key}")
    line = QueueLine(
        fact=fact,
        state=answer.status.value if answer else STATUS[fact.result],
        name=speech.mechanisms.get(fact.key, fact.key),
        owner=speech.person(fact.owner_id),
        row=rows_of([answer], speech, page.room.verdict.at.date())[0] if answer else None,
        missing=reading.missing(answer.why if answer else fact.why, fact.key, page.launch.key),
        rule=_(reading.RULES[fact.rule]),
        borrowed=reading.borrowed_words(fact.borrowed),
    )
    if fact.together is None and fact.result is Result.UNKNOWN and fact.peak_on is None:
        return line
    placed = place(assessor, launch, fact)
    given = assessor.portfolio.queues[fact.queue_id]
    earlier = reading.earlier_loads(assessor, launch, given)
    found = of_placed(placed, earlier, assessor.horizon.face(given.zone))
    return replace(
        line,
        picture=picture(found),
        legend=tuple(reading.legend(found.sources, speech)),
        tried=tuple(reading.tried(assessor, launch, fact, placed)),
    )


def place(assessor: Assessor, launch: LaunchInput, fact: QueueFact) -> Placed:
    """Judge a launch on a queue again, in the case of a forecast the fact is of."""
    given = assessor.portfolio.queues[fact.queue_id]
    brought = assessor.brought(launch, given, fact.case, fact.phase)
    return assessor.place(launch, given, brought)


def skill_line(fact: SkillFact, speech: Speech) -> SkillLine:
    """Return the languages of a queue with the set that is short, people as rostered."""

    def word(code: str) -> str:
        return speech.word("language", code)

    demand = dict(fact.demand)
    pools = [Pool(frozenset(one.languages) or frozenset(demand), one.hours) for one in fact.pools]
    lacking = shortage(demand, pools) if demand else None
    return SkillLine(
        fact=fact,
        name=speech.mechanisms.get(fact.key, fact.key),
        demand=tuple((word(code), hours) for code, hours in fact.demand),
        pools=tuple(
            (", ".join(word(code) for code in one.languages), one.heads, one.hours)
            for one in fact.pools
        ),
        short=lacking,
        short_names=", ".join(sorted(word(code) for code in lacking.languages)) if lacking else "",
    )


_SUBJECTS = ("skill:", "fallback:", "quota:", "budget", "sellers")


def _others(said: Mapping[str, Answer], page: LaunchPage, speech: Speech) -> list[Row]:
    """Return outages, languages, cost and harm as the verdict says them."""
    answers = [one for subject, one in said.items() if subject.startswith(_SUBJECTS)]
    if not answers:
        return []
    return rows_of(answers, speech, page.room.verdict.at.date())
