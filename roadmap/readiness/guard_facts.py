"""What is watched in hypercare as facts: guards with their newest reading."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from roadmap.launches.access import AnySelect
from roadmap.one_of import one_of
from roadmap.readiness.decision_models import Guard, GuardReading
from roadmap.readiness.facts import GuardFact
from roadmap.reading import ask

IDS: Any = bindparam("ids", expanding=True)


@cache
def _guards() -> AnySelect:
    """Select guards, each with its latest reading recorded by the moment."""
    ranked = (
        select(
            GuardReading.guard_id,
            GuardReading.value,
            GuardReading.observed_at,
            func.row_number()
            .over(
                partition_by=GuardReading.guard_id,
                order_by=(GuardReading.observed_at.desc(), GuardReading.id.desc()),
            )
            .label("place"),
        )
        .where(one_of(GuardReading.launch_id, IDS), GuardReading.recorded_at <= bindparam("at"))
        .subquery()
    )
    return (
        select(*Guard.__table__.columns, ranked.c.value, ranked.c.observed_at)
        .outerjoin(ranked, (ranked.c.guard_id == Guard.id) & (ranked.c.place == 1))
        .where(one_of(Guard.launch_id, IDS))
        .order_by(Guard.id)
    )


def guard_facts(session: Session, ids: Collection[int], at: datetime) -> dict[int, list[GuardFact]]:
    """Return the guard metrics of each launch with the reading known at the moment."""
    found: dict[int, list[GuardFact]] = defaultdict(list)
    for row in ask(session, _guards(), {"ids": ids, "at": at}):
        found[row.launch_id].append(
            GuardFact(
                id=row.id,
                phase_position=row.phase_position,
                name=row.name,
                limit=row.limit,
                value=row.value,
                observed_at=row.observed_at,
                max_age_hours=row.max_age_hours,
                floor=row.floor,
                owner_id=row.owner_id,
            )
        )
    return found
