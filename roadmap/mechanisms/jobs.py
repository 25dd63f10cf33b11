"""The worker's part: look for metrics outside their limits, add old evidence up once a day."""

from datetime import timedelta
from typing import Any

from roadmap import jobs
from roadmap.mechanisms.control_service import look_at_new
from roadmap.mechanisms.retention import roll_up
from roadmap.mechanisms.rollup import Unit

ROLL_UP = "mechanisms.roll_up"
CONTROL = "mechanisms.control"


def roll_up_now(run: jobs.Run) -> dict[str, Any]:
    """Add up what is old enough; a second run finds nothing left."""
    settings = run.settings
    done = roll_up(run.db, settings.EVIDENCE_DAILY_DAYS, Unit(settings.EVIDENCE_PERIOD))
    if done.altered:
        # Fails loudly: a person must look before these rows are told anew.
        numbers = ", ".join(str(one) for one in done.altered)
        raise RuntimeError(
            f"rows of batches {numbers} are not what the history says: run `roadmap verify`"
        )
    return {"rows": done.rows, "sums": done.sums, "before": done.cutoff.isoformat()}


def look_now(run: jobs.Run) -> dict[str, Any]:
    """Judge the series of mechanisms whose rows changed since the last look."""
    return {"looked_at": look_at_new(run.db)}


def register() -> None:
    """Name the handlers and how often the worker runs them by itself."""
    jobs.register(CONTROL, look_now, every=timedelta(minutes=10))
    jobs.register(ROLL_UP, roll_up_now, every=timedelta(days=1))
