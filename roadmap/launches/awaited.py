"""Requirements may sleep until a launch is live; tell them when it is, or never will be."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.launches.events import LaunchChanged
from roadmap.launches.kinds import LaunchState, PhaseState
from roadmap.launches.models import Launch, Phase
from roadmap.requirements.awaiting import Prospect
from roadmap.requirements.waking import settle
from roadmap.web.i18n import _

WORDS = ("live",)


def look(session: Session, number: int, _word: str) -> Prospect:
    """Return whether a launch is live, with any of its phases, or can no longer be."""
    key = f"{Launch.key_prefix}-{number}"
    state = session.scalar(select(Launch.state).where(Launch.id == number))
    if state is None:
        return Prospect(impossible=True, sentence=_("There is no %(key)s.", key=key))
    if state is LaunchState.CANCELLED:
        return Prospect(impossible=True, sentence=_("%(key)s was cancelled.", key=key))
    live = select(Phase.id).where(Phase.launch_id == number, Phase.state == PhaseState.LIVE)
    over = state in {LaunchState.LIVE, LaunchState.CLOSED}
    if over or session.scalar(live.limit(1)) is not None:
        return Prospect(happened=True, sentence=_("%(key)s is live.", key=key))
    return Prospect()


def on_change(session: Session, event: LaunchChanged) -> None:
    """Wake what waited for a launch."""
    settle(session, f"{Launch.key_prefix}-{event.launch_id}")
