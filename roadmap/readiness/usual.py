"""How long checks have really stood open here, told from stored verdicts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from statistics import median
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from roadmap import clock, jobs
from roadmap.launches.access import AnySelect
from roadmap.readiness.models import StoredVerdict, UsualDuration
from roadmap.reading import ask

JOB = "readiness.usual"
EVERY = timedelta(days=1)
# Fewer closed gaps than this say nothing of what is usual.
ENOUGH = 5
# Verdicts older than this tell of another organisation.
SPAN = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Shown:
    """One stored verdict of a launch as far as durations need it: open questions by code."""

    launch_id: int
    at: datetime
    open: frozenset[tuple[str, str]]


def durations(verdicts: Iterable[Shown]) -> dict[str, list[float]]:
    """Return the days each gap stood open until it closed, by code.

    ``verdicts`` come in order of launch and moment. A gap that never closed is left out, and so is
    one that stood open in the first verdict known: nobody knows when it began.
    """
    found: defaultdict[str, list[float]] = defaultdict(list)
    began: dict[tuple[str, str], datetime | None] = {}
    launch: int | None = None
    for one in verdicts:
        if one.launch_id != launch:
            launch, began = one.launch_id, dict.fromkeys(one.open)
            continue
        for gap in [gap for gap in began if gap not in one.open]:
            start = began.pop(gap)
            if start is not None:
                found[gap[0]].append((one.at - start) / timedelta(days=1))
        for gap in one.open:
            if gap not in began:
                began[gap] = one.at
    return dict(found)


def usual(found: Mapping[str, list[float]]) -> dict[str, tuple[int, int]]:
    """Return (median in whole days, rounded up; how many closed) of codes with enough of them."""
    return {
        code: (max(1, int(-(-median(days) // 1))), len(days))
        for code, days in found.items()
        if len(days) >= ENOUGH
    }


def _shown(session: Session, since: datetime) -> Iterable[Shown]:
    query = (
        select(StoredVerdict.launch_id, StoredVerdict.evaluated_at, StoredVerdict.reasons)
        .where(StoredVerdict.evaluated_at >= since)
        .order_by(StoredVerdict.launch_id, StoredVerdict.evaluated_at, StoredVerdict.id)
        .execution_options(yield_per=500)
    )
    for launch_id, at, reasons in session.execute(query):
        open_ = frozenset(
            (str(one["code"]), str(one["question"]))
            for one in reasons
            if one["severity"] != "info" and "waiver" not in one
        )
        yield Shown(launch_id, at, open_)


def measure(run: jobs.Run) -> dict[str, Any]:
    """Tell anew how long checks usually stand open."""
    now = clock.now()
    with run.db.reading() as session:
        found = usual(durations(_shown(session, now - SPAN)))
    with run.db.writing() as session:
        session.execute(delete(UsualDuration))
        session.add_all(
            UsualDuration(code=code, days=days, closed=closed, computed_at=now)
            for code, (days, closed) in sorted(found.items())
        )
    return {"codes": len(found)}


@cache
def _usual_query() -> AnySelect:
    return select(UsualDuration.code, UsualDuration.days)


def usual_days(session: Session) -> tuple[tuple[str, int], ...]:
    """Return the usual days by code as facts take them, one statement."""
    return tuple(sorted((code, days) for code, days in ask(session, _usual_query())))


def register() -> None:
    """Name the handler; the worker runs it daily."""
    jobs.register(JOB, measure, every=EVERY)
