"""A leaver's checklist items and promised gaps pass to somebody else."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roadmap.accounts.handover import Count, Reassign, register_holding
from roadmap.events import publish
from roadmap.history.service import record
from roadmap.launches.events import LaunchChanged
from roadmap.launches.models import Launch
from roadmap.readiness.models import ChecklistItem, GapPlan
from roadmap.wording import N_


def _reassign_in(kind: Any, action: str) -> Reassign:
    def reassign(session: Session, actor_id: int | None, from_id: int, to_id: int) -> int:
        rows = session.scalars(select(kind).where(kind.owner_id == from_id)).all()
        for row in rows:
            row.owner_id = to_id
        ids = sorted({row.launch_id for row in rows})
        for launch in session.scalars(select(Launch).where(Launch.id.in_(ids)).order_by(Launch.id)):
            record(session, actor_id, launch, action)
            publish(session, LaunchChanged(launch.id, actor_id, action))
        return len(rows)

    return reassign


def _count_in(kind: Any) -> Count:
    def count(session: Session, person_id: int) -> int:
        query = select(func.count()).select_from(kind).where(kind.owner_id == person_id)
        return session.scalar(query) or 0

    return count


def register_holdings() -> None:
    """Let a handover pass on checklist items and promised gaps."""
    register_holding(
        N_("Checklist items"),
        _reassign_in(ChecklistItem, "checklist.handed_over"),
        _count_in(ChecklistItem),
    )
    register_holding(
        N_("Promised gaps"), _reassign_in(GapPlan, "gap.handed_over"), _count_in(GapPlan)
    )
