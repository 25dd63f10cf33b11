"""What every command on a launch ends with: one event in its history, one to the higher rooms."""

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.events import publish
from roadmap.history.capture import pending
from roadmap.history.service import record
from roadmap.launches.access import Asker
from roadmap.launches.events import LaunchChanged
from roadmap.launches.models import Launch


def actor_id(actor: Asker | None) -> int | None:
    """Return the id an event names; None is the system itself."""
    return actor.id if actor is not None else None


def tell(
    session: Session, actor: Asker | None, launch: Launch, action: str, why: str | None = None
) -> bool:
    """Record what the command did to the launch and publish it; return whether anything changed."""
    session.flush()
    changed = any(
        change.row.record_type == Launch.record_type and change.row.history_id == launch.id
        for change in pending(session).values()
    )
    if not changed:
        return False
    launch.updated_at = clock.now()
    record(session, actor_id(actor), launch, action, why=why or None)
    publish(session, LaunchChanged(launch.id, actor_id(actor), action))
    return True
