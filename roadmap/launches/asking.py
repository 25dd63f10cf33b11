"""What launches ask of mechanisms: the targets of their links the reader may know of."""

from collections.abc import Sequence
from functools import cache
from typing import cast

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from roadmap.db import read_rows
from roadmap.launches.access import AnySelect, Asker, built_for, reader_of
from roadmap.launches.models import Launch, LaunchMechanism, LaunchTarget, Phase
from roadmap.launches.queries import RUNNING, judged_position
from roadmap.mechanisms.asked import Asked


@cache
def _targets_query() -> AnySelect:
    return (
        select(
            Launch.id,
            Phase.starts_on,
            LaunchTarget.metric,
            LaunchTarget.target,
            LaunchTarget.max_age_days,
            LaunchTarget.dimensions,
        )
        .join(LaunchMechanism, LaunchMechanism.launch_id == Launch.id)
        .join(LaunchTarget, LaunchTarget.launch_mechanism_id == LaunchMechanism.id)
        .outerjoin(Phase, (Phase.launch_id == Launch.id) & (Phase.position == judged_position()))
        .where(LaunchMechanism.mechanism_id == bindparam("mechanism"), Launch.state.in_(RUNNING))
        .order_by(Phase.starts_on, Launch.id, LaunchTarget.id)
    )


def targets_asked(session: Session, actor: object, mechanism_id: int) -> Sequence[Asked]:
    """Return the targets that running launches set for a mechanism, in one statement."""
    asker = cast("Asker | None", actor)
    query = built_for(_targets_query, reader_of(asker) if asker is not None else None)
    return [
        Asked(
            metric=row.metric,
            target=row.target,
            max_age_days=row.max_age_days,
            dimensions=tuple(row.dimensions),
            by=f"{Launch.key_prefix}-{row.id}",
            needed_on=row.starts_on,
        )
        for row in read_rows(session, query, {"mechanism": mechanism_id})
    ]


def longest_age(session: Session) -> int | None:
    """Return the greatest age in days any launch accepts for evidence, None without targets."""
    return session.scalar(select(func.max(LaunchTarget.max_age_days)))
