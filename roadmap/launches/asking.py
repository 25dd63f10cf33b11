"""What launches ask of mechanisms: the targets of their links the reader may know of."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roadmap.launches.access import Asker, visible
from roadmap.launches.models import Launch, LaunchMechanism, LaunchTarget, Phase
from roadmap.launches.queries import RUNNING, judged_position
from roadmap.mechanisms.asked import Asked


def targets_asked(session: Session, actor: object, mechanism_id: int) -> Sequence[Asked]:
    """Return the targets that running launches set for a mechanism, in one statement."""
    query = (
        select(Launch.id, Phase.starts_on, LaunchTarget)
        .join(LaunchMechanism, LaunchMechanism.launch_id == Launch.id)
        .join(LaunchTarget, LaunchTarget.launch_mechanism_id == LaunchMechanism.id)
        .outerjoin(Phase, (Phase.launch_id == Launch.id) & (Phase.position == judged_position()))
        .where(LaunchMechanism.mechanism_id == mechanism_id, Launch.state.in_(RUNNING))
        .order_by(Phase.starts_on, Launch.id, LaunchTarget.id)
    )
    rows: Any = session.execute(visible(query, cast("Asker | None", actor)))
    return [
        Asked(
            metric=target.metric,
            target=target.target,
            max_age_days=target.max_age_days,
            dimensions=tuple(target.dimensions),
            by=f"{Launch.key_prefix}-{launch_id}",
            needed_on=starts_on,
        )
        for launch_id, starts_on, target in rows
    ]


def longest_age(session: Session) -> int | None:
    """Return the greatest age in days any launch accepts for evidence, None without targets."""
    return session.scalar(select(func.max(LaunchTarget.max_age_days)))
