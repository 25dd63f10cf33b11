"""Whether the worker is at work: pages say so when it is not, and judge for themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.jobs import last_beat


@dataclass(frozen=True)
class Silence:
    """The worker does nothing; ``since`` is when it last looked for work, None if never."""

    since: datetime | None


def worker_silence(session: Session) -> Silence | None:
    """Return how long no worker has been seen if that is too long, one statement."""
    beat = last_beat(session)
    if beat is None:
        return Silence(None)
    lag = timedelta(seconds=current_app.config["WORKER_LAG_SECONDS"])
    return Silence(beat) if clock.now() - beat > lag else None
