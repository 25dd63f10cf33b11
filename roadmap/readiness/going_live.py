"""What lets a phase go live, and the watch that begins when it does."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.errors import Invalid
from roadmap.events import subscribe
from roadmap.launches.events import PhaseGoesLive
from roadmap.launches.models import Launch
from roadmap.readiness.decision_models import Hypercare
from roadmap.readiness.decision_rules import GOES, DecisionKind
from roadmap.readiness.decisions import newest_decision, standing_go
from roadmap.readiness.queries import full_verdict
from roadmap.web.i18n import _

# A launch of this tier goes on its verdict alone; the others need a recorded go.
LIGHT = 3


def require_go(session: Session, event: PhaseGoesLive) -> None:
    """Refuse to take a phase live without a go in force, or, for a light launch, a verdict."""
    if standing_go(session, event.launch_id, event.position, clock.today()) is None:
        launch = session.get_one(Launch, event.launch_id)
        newest = newest_decision(session, event.launch_id, event.position)
        if newest is not None and newest.kind is DecisionKind.NO_GO:
            raise Invalid.at(
                "target",
                _("The newest decision on this phase is a no-go. Record a new decision first."),
            )
        verdict = full_verdict(session, event.launch_id, phase=event.position)
        if verdict is None or verdict.word not in GOES:
            raise Invalid.at(
                "target",
                _(
                    "The verdict of this phase does not allow it, and no go is in force. Close "
                    "the gaps, or record an emergency go first."
                ),
            )
        if launch.tier < LIGHT:
            raise Invalid.at(
                "target", _("Record the go for this phase first: its tier asks for a decision.")
            )
    watch(session, event.launch_id, event.position)


def watch(session: Session, launch_id: int, position: int) -> Hypercare:
    """Begin the watched days of a phase that goes live; ones planned before keep their length."""
    care = session.scalar(
        select(Hypercare).where(
            Hypercare.launch_id == launch_id, Hypercare.phase_position == position
        )
    )
    if care is None:
        care = Hypercare(launch_id=launch_id, phase_position=position, days=14)
        session.add(care)
    if care.until is None:
        care.until = clock.today() + timedelta(days=care.days)
    session.flush()
    return care


def listen() -> None:
    """Subscribe to launches."""
    subscribe(PhaseGoesLive, require_go)
