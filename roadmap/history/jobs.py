"""The periodic work of the history: sealing, and forgetting finished periodic jobs."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from roadmap import jobs
from roadmap.events import publish
from roadmap.history.seal import keep_head, seal


@dataclass(frozen=True)
class EventsSealed:
    """Some events just got their place in the chain, so those who follow it have work."""

    count: int


def head_path(settings: Any) -> Path:
    """Return where the head of the chain is kept outside the database."""
    return Path(settings.INSTANCE_DIR) / "history.head"


def seal_now(run: jobs.Run) -> dict[str, Any]:
    """Seal what was committed and keep the head."""
    total = 0
    while True:
        with run.db.writing() as session:
            count = seal(session, run.settings.HISTORY_KEY)
            if count:
                publish(session, EventsSealed(count))
        total += count
        if not count:
            break
    if total:
        path = head_path(run.settings)
        path.parent.mkdir(parents=True, exist_ok=True)
        with run.db.reading() as session:
            keep_head(session, path)
    return {"sealed": total}


def tidy(run: jobs.Run) -> dict[str, Any]:
    """Forget finished periodic jobs after a day."""
    with run.db.writing() as session:
        return {"forgotten": jobs.forget_old(session, timedelta(days=1))}


def init_app(_app: Flask) -> None:
    """Register the periodic jobs."""
    jobs.register("history.seal", seal_now, every=timedelta(seconds=30))
    jobs.register("jobs.tidy", tidy, every=timedelta(hours=1))
