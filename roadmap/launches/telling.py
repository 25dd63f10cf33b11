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
    changes = [
        change
        for change in pending(session).values()
        if change.row.record_type == Launch.record_type and change.row.history_id == launch.id
    ]
    if not changes:
        return False
    own = next((change.changes for change in changes if change.row is launch), {})
    given_up = own.get("commitment_no", [None])[0] is not None
    launch.updated_at = clock.now()
    record(session, actor_id(actor), launch, action, why=why or None)
    committed = given_up or launch.commitment_no is not None
    publish(session, LaunchChanged(launch.id, actor_id(actor), action, committed))
    return True
