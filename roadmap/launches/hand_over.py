"""A leaver's launches and training needs pass to somebody else."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roadmap.accounts.handover import register_holding
from roadmap.events import publish
from roadmap.history.service import record
from roadmap.launches.events import LaunchChanged
from roadmap.launches.models import Launch, TrainingNeed
from roadmap.wording import N_

ACTION = "launch.handed_over"


def _tell(session: Session, actor_id: int | None, launch: Launch) -> None:
    record(session, actor_id, launch, ACTION)
    publish(session, LaunchChanged(launch.id, actor_id, ACTION))


def reassign_launches(session: Session, actor_id: int | None, from_id: int, to_id: int) -> int:
    """Give a person's launches to another; return how many."""
    rows = session.scalars(select(Launch).where(Launch.owner_id == from_id)).all()
    for launch in rows:
        launch.owner_id = to_id
        _tell(session, actor_id, launch)
    return len(rows)


def count_launches(session: Session, person_id: int) -> int:
    """Return how many launches a person owns."""
    query = select(func.count()).select_from(Launch).where(Launch.owner_id == person_id)
    return session.scalar(query) or 0


def reassign_needs(session: Session, actor_id: int | None, from_id: int, to_id: int) -> int:
    """Give a person's training needs to another; return how many."""
    rows = session.scalars(select(TrainingNeed).where(TrainingNeed.owner_id == from_id)).all()
    for row in rows:
        row.owner_id = to_id
    ids = sorted({row.launch_id for row in rows})
    for launch in session.scalars(select(Launch).where(Launch.id.in_(ids)).order_by(Launch.id)):
        _tell(session, actor_id, launch)
    return len(rows)


def count_needs(session: Session, person_id: int) -> int:
    """Return how many training needs a person owns."""
    query = select(func.count()).select_from(TrainingNeed).where(TrainingNeed.owner_id == person_id)
    return session.scalar(query) or 0


def register_holdings() -> None:
    """Let a handover pass on launches and training needs."""
    register_holding(N_("Launches"), reassign_launches, count_launches)
    register_holding(N_("Training needs"), reassign_needs, count_needs)
