"""Fresh verdicts, computed from what is in the database and stored nowhere."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.mechanisms.kinds import Grade
from roadmap.readiness.gather import gather
from roadmap.readiness.verdict import Verdict, evaluate

# Launches gathered at once by readers: the more, the less evidence is read twice.
READ_CHUNK = 5_000
_WEAK = frozenset({Grade.BORROWED, Grade.DEFAULT})


def borrowed(verdict: Verdict) -> int:
    """Return how many answers rest on borrowed or default numbers."""
    return sum(1 for answer in verdict.reasons if answer.grade in _WEAK)


def chunks(ids: Collection[int], size: int) -> list[list[int]]:
    """Return the ids in order, cut into pieces."""
    ordered = sorted(set(ids))
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]


def evaluate_now(
    session: Session, launch_ids: Collection[int], at: datetime | None = None
) -> dict[int, Verdict]:
    """Return fresh verdicts by launch id without storing them."""
    moment = at or clock.now()
    return {
        launch_id: evaluate(facts, moment)
        for chunk in chunks(launch_ids, READ_CHUNK)
        for launch_id, facts in gather(session, chunk, moment).items()
    }


def needs_evaluation(row: Any, at: datetime) -> bool:
    """Tell whether a current row may not be shown: missing, outdated, never computed or expired.

    ``row`` is a `CurrentVerdict`, a row of its columns, or None.
    """
    return bool(
        row is None
        or row.outdated
        or row.verdict_id is None
        or (row.valid_until is not None and row.valid_until <= at)
    )
