"""What capacity finds for launches, from the database: the part of their facts it gives."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy.orm import Session

from roadmap.capacity.assess import Assessor
from roadmap.capacity.consequences import assess
from roadmap.capacity.facts import CapacityFacts
from roadmap.capacity.gather import portfolio
from roadmap.capacity.horizon import horizon_at
from roadmap.kept import kept_answer


def capacity_facts(
    session: Session, phases: Mapping[int, Collection[int]], today: date
) -> dict[int, CapacityFacts]:
    """Return the findings for the named phases of launches, by launch id.

    A fixed number of statements; the horizon starts on this week's Monday. What is found for one
    launch is kept until something changes: the tabs of its room ask for the same again, and every
    table it comes from tells the history.
    """
    asked = tuple((number, tuple(sorted(set(phases[number])))) for number in sorted(phases))
    if len(asked) == 1:
        return kept_answer(session, _found, asked, today)
    return _found(session, asked, today)


def _found(
    session: Session, phases: tuple[tuple[int, tuple[int, ...]], ...], today: date
) -> dict[int, CapacityFacts]:
    assessor = Assessor(portfolio(session, [number for number, _ in phases]), horizon_at(today))
    return {
        launch_id: join([assess(assessor, launch_id, position) for position in positions])
        for launch_id, positions in phases
        if launch_id in assessor.portfolio.launches
    }


def join(found: Collection[CapacityFacts]) -> CapacityFacts:
    """Return the findings of several phases as one."""
    return CapacityFacts(
        queues=tuple(one for facts in found for one in facts.queues),
        skills=tuple(one for facts in found for one in facts.skills),
        outages=tuple(one for facts in found for one in facts.outages),
        quotas=tuple(one for facts in found for one in facts.quotas),
        costs=tuple(one for facts in found for one in facts.costs),
        harms=tuple(one for facts in found for one in facts.harms),
    )
