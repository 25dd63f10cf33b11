"""The worker's part: evaluate what is outdated or has expired, chunk by chunk."""

from datetime import timedelta
from typing import Any

from roadmap import clock, jobs
from roadmap.readiness.service import JOB, due, ensure_current_rows, refresh

EVERY = timedelta(seconds=15)


def evaluate_due(run: jobs.Run) -> dict[str, Any]:
    """Evaluate until nothing is due; what changes meanwhile is evaluated again."""
    with run.db.writing() as session:
        ensure_current_rows(session)
    done = 0
    while True:
        with run.db.reading() as session:
            ids = due(session, clock.now())
        if not ids:
            break
        done += refresh(run.db, ids)
        run.progress(done)
    return {"evaluated": done}


def register() -> None:
    """Name the handler, and let the worker run it by itself as verdicts expire."""
    jobs.register(JOB, evaluate_due, every=EVERY)
