"""Commands that move a launch and its phases through their lives, and the order of commitment."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.events import publish
from roadmap.keys import next_number, reserve
from roadmap.launches import rules
from roadmap.launches.access import Asker
from roadmap.launches.checks import say
from roadmap.launches.events import LaunchCommits, PhaseGoesLive
from roadmap.launches.kinds import LaunchState, PhaseState
from roadmap.launches.models import Launch, LaunchCell, Phase
from roadmap.launches.rules import Refused
from roadmap.launches.telling import tell
from roadmap.web.i18n import _

# Counter of commitment numbers; it is no key anybody sees.
_COMMITMENTS = "COMMIT"


def phases_of(session: Session, launch_id: int) -> Sequence[Phase]:
    """Return the phases of a launch in order."""
    query = select(Phase).where(Phase.launch_id == launch_id).order_by(Phase.position)
    return session.scalars(query).all()


def _next_commitment(session: Session) -> int:
    """Take the number after the highest; the counter row makes others wait."""
    highest = session.scalar(select(func.max(Launch.commitment_no))) or 0
    reserve(session, _COMMITMENTS, highest)
    return next_number(session, _COMMITMENTS)


def move_launch(
    session: Session,
    actor: Asker | None,
    launch: Launch,
    target: LaunchState,
    reason: str = "",
) -> None:
    """Move a launch along its life cycle; the reason is kept in its history.

    Giving or taking a commitment needs the right to commit. A cancelled, rolled back or
    un-committed launch gives its place in the order, and with it its capacity, free.
    """
    commits = target is LaunchState.COMMITTED and launch.commitment_no is None
    uncommits = target is LaunchState.PLANNED and launch.commitment_no is not None
    if (commits or uncommits) and actor is not None and not actor.may("launch.commit"):
        raise Forbidden(_("Only a program manager may commit a date or take it back."))
    phases = phases_of(session, launch.id)
    has_scope = session.scalar(
        select(LaunchCell.id).where(LaunchCell.launch_id == launch.id).limit(1)
    )
    moved = rules.move_launch(
        launch.state,
        target,
        reason=reason,
        phases=[phase.state for phase in phases],
        commitment_no=launch.commitment_no,
        has_owner=launch.owner_id is not None,
        has_scope=has_scope is not None,
        has_date=bool(phases) and all(phase.starts_on is not None for phase in phases),
    )
    if isinstance(moved, Refused):
        raise Invalid.at("target", say(moved.sentence))
    if commits and actor is not None:
        publish(session, LaunchCommits(launch.id))
    launch.state = moved.state
    if moved.commitment_no is None:
        launch.commitment_no = launch.committed_at = None
    elif launch.commitment_no is None:
        launch.commitment_no = _next_commitment(session)
        launch.committed_at = clock.now()
    tell(session, actor, launch, f"launch.{moved.state.value}", moved.reason)


def move_phase(
    session: Session,
    actor: Asker | None,
    launch: Launch,
    position: int,
    target: PhaseState,
    reason: str = "",
) -> None:
    """Take a phase live, halt it, or plan it again; the launch goes live with its first phase.

    Readiness may refuse to let a person take it live; what an import states as live is so.
    """
    phases = phases_of(session, launch.id)
    phase = next((p for p in phases if p.position == position), None)
    if phase is None:
        raise NotFound(_("This launch has no phase %(position)s.", position=position))
    moved = rules.move_phase(
        phase.state,
        target,
        launch_state=launch.state,
        earlier=[p.state for p in phases if p.position < position],
        reason=reason,
    )
    if isinstance(moved, Refused):
        raise Invalid.at("target", say(moved.sentence))
    if moved.state is PhaseState.LIVE and actor is not None:
        publish(session, PhaseGoesLive(launch.id, position))
    phase.state = moved.state
    if moved.state is PhaseState.LIVE:
        phase.went_live_on = phase.went_live_on or clock.today()
        if launch.state is LaunchState.COMMITTED:
            launch.state = LaunchState.LIVE
    elif moved.state is PhaseState.PLANNED:
        phase.went_live_on = None
    tell(session, actor, launch, f"phase.{moved.state.value}", moved.reason)


def commitments(session: Session) -> dict[int, int]:
    """Return the commitment number of every committed launch by its id."""
    query = select(Launch.id, Launch.commitment_no).where(Launch.commitment_no.is_not(None))
    return {row.id: row.commitment_no for row in session.execute(query)}


def reorder(
    session: Session, actor: Asker | None, launch: Launch, place: int, reason: str
) -> list[Launch]:
    """Move a committed launch to a place in the order (1 is first); return those that moved."""
    changed = rules.reorder_commitments(commitments(session), launch.id, place, reason=reason)
    if isinstance(changed, Refused):
        raise Invalid.at("place", say(changed.sentence))
    moved = list(session.scalars(select(Launch).where(Launch.id.in_(changed)).order_by(Launch.id)))
    # The number is unique at every moment, so all give theirs up before any takes a new one.
    for one in moved:
        one.commitment_no = None
    session.flush()
    for one in moved:
        one.commitment_no = changed[one.id]
    session.flush()
    for one in moved:
        tell(session, actor, one, "launch.reordered", reason.strip())
    return moved
