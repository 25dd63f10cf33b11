"""Keeps stored scores and ranks true: at once for a small backlog, in the background for others.

Every change of an input calls ``mark``, which raises the framework's ``inputs_no`` and says since
when its ranking is out of date. Whoever computes notes the number first, and takes the mark away
only if it is still the same when all is stored.
"""

import gc
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from roadmap import clock, jobs
from roadmap.db import Database
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import BACKLOG
from roadmap.scoring.computing import Computed, Given, compute, row_data
from roadmap.scoring.definitions import definition
from roadmap.scoring.frameworks import Method
from roadmap.scoring.gathering import entries_of, given
from roadmap.scoring.models import Framework, Score
from roadmap.scoring.queries import frameworks
from roadmap.scoring.ranking import Ranking
from roadmap.scoring.standing import standing_from
from roadmap.scoring.storing import WINDOW, Write, store_in_requirements, writes

JOB = "scoring.rank"
# A ranking of so many is computed in the request; a longer one by the worker.
SMALL = 2_000
_MARKED = "scoring_marked"
_TIMES = 3
Told = Callable[[int, int], None]


def mark(session: Session, code: str | None = None) -> None:
    """Say that inputs of a framework (of all) changed, and ask the worker; once a transaction."""
    transaction = session.get_transaction()
    marked: tuple[Any, set[str | None]] = session.info.get(_MARKED, (None, set()))
    if marked[0] is not transaction:
        marked = (transaction, set())
        session.info[_MARKED] = marked
    if code in marked[1] or None in marked[1]:
        return
    marked[1].add(code)
    _raise_mark(session, code)
    jobs.enqueue(session, JOB, dedupe=JOB)


def _raise_mark(session: Session, code: str | None) -> None:
    # The table, not the class: these columns are derived, and no event tells them.
    table: Any = Framework.__table__
    chosen = table.c.active if code is None else table.c.active & (table.c.code == code)
    session.execute(
        update(table)
        .where(chosen)
        .values(
            inputs_no=table.c.inputs_no + 1,
            outdated_since=func.coalesce(table.c.outdated_since, clock.now()),
        )
    )


def is_small(session: Session, framework_id: int) -> bool:
    """Return whether a ranking can be computed while somebody waits."""
    scored = select(Score.id).where(Score.framework_id == framework_id).limit(SMALL + 1)
    backlog = select(Requirement.id).where(Requirement.state.in_(BACKLOG)).limit(SMALL + 1)
    return all(
        (session.scalar(select(func.count()).select_from(query.subquery())) or 0) <= SMALL
        for query in (scored, backlog)
    )


def bring_up_to_date(session: Session, row: Framework) -> Ranking | None:
    """Mark a framework and compute it at once if its ranking is small; None: the worker will."""
    mark(session, row.code)
    return recompute(session, row) if is_small(session, row.id) else None


def score_now(session: Session, row: Framework, keys: Sequence[int]) -> None:
    """Store the scores of some requirements whose inputs changed; their places come later.

    A weighted score waits for the worker as well: it depends on the whole set.
    """
    framework = definition(row)
    if framework.method is Method.WEIGHTED:
        return
    session.flush()
    computed = compute(framework, Given(entries_of(session, row.code, keys), (), {}))
    now = clock.now()
    stored = {
        one.requirement_id: one
        for one in session.scalars(
            select(Score).where(Score.framework_id == row.id, Score.requirement_id.in_(keys))
        )
    }
    for key in computed.outcomes:
        found = stored.get(key)
        if found is None:
            found = Score(requirement_id=key, framework_id=row.id)
            session.add(found)
        for name, value in row_data(computed, key, framework).items():
            setattr(found, name, value)
        found.computed_at = now
    session.flush()


def bring_all_up_to_date(session: Session) -> None:
    """Do so with every active framework."""
    for row in frameworks(session):
        bring_up_to_date(session, row)


def recompute_all(session: Session) -> None:
    """Compute every active framework again, however long it takes."""
    for row in frameworks(session):
        recompute(session, row)


def recompute(session: Session, row: Framework) -> Ranking:
    """Compute and store every score and place of a framework in the caller's transaction."""
    session.flush()
    snapshot = _snapshot(session, row.id)
    computed = compute(definition(row), snapshot.given)
    windows = writes(session, row.id, snapshot.given.overrides, computed)
    for write in itertools.chain.from_iterable(windows.values()):
        write(session)
    if row.ranks_backlog:
        store_in_requirements(session, row.id, None)
    _finish(session, row.id, snapshot, computed)
    session.expire(row, ["computed_at", "outdated_since", "inputs_no", "standing"])
    return computed.ranking


@dataclass(frozen=True)
class _Snapshot:
    """What was read, when, and the number of the framework's inputs then."""

    given: Given
    inputs_no: int
    at: datetime


def _snapshot(session: Session, framework_id: int) -> _Snapshot:
    # The number first: what changes after it is seen by the next computation.
    found = session.execute(
        select(Framework.inputs_no, Framework.code).where(Framework.id == framework_id)
    ).one()
    return _Snapshot(given(session, found.code), found.inputs_no, clock.now())


def _finish(session: Session, framework_id: int, snapshot: _Snapshot, computed: Computed) -> bool:
    """Store what the pages say; return whether the inputs are still those that were read."""
    table: Any = Framework.__table__
    current = session.scalar(
        select(table.c.inputs_no).where(table.c.id == framework_id).with_for_update()
    )
    same = current == snapshot.inputs_no
    session.execute(
        update(table)
        .where(table.c.id == framework_id)
        .values(
            computed_at=snapshot.at,
            standing=computed.standing.data(),
            outdated_since=None if same else func.coalesce(table.c.outdated_since, clock.now()),
        )
    )
    return same


def rank_in_background(db: Database, framework_id: int, told: Told) -> dict[str, Any]:
    """Compute one framework without holding anybody up, again while its inputs change meanwhile.

    ``told(done, of 100)`` hears how far it is. What is still out of date at the end is asked for
    again, so that the worker does other things in between.
    """
    with _uncollected():
        return _rank_again_and_again(db, framework_id, told)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector from walking a million objects again and again, none of them a cycle."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _rank_again_and_again(db: Database, framework_id: int, told: Told) -> dict[str, Any]:
    ranked, same = 0, False
    for _ in range(_TIMES):
        told(0, 100)
        with db.reading() as session:
            row = session.get_one(Framework, framework_id)
            snapshot = _snapshot(session, framework_id)
            told(10, 100)
            computed = compute(definition(row), snapshot.given)
            told(40, 100)
            windows = writes(session, framework_id, snapshot.given.overrides, computed)
            copied = _windows(session) if row.ranks_backlog else range(0)
        _store(db, framework_id, windows, copied, told)
        with db.writing() as session:
            same = _finish(session, framework_id, snapshot, computed)
            ranked = computed.standing.ranked
        if same:
            break
    if not same:
        with db.writing() as session:
            jobs.enqueue(session, JOB, dedupe=JOB)
    return {"ranked": ranked}


def _store(
    db: Database,
    framework_id: int,
    windows: Mapping[int, Sequence[Write]],
    copied: range,
    told: Told,
) -> None:
    """Write the scores window by window, and copy each to its requirements when it is there."""
    last = max([*windows, *copied], default=-1)
    with _beside(db) as beside:
        copies = []
        for number in range(last + 1):
            for write in windows.get(number, ()):
                _written(db, write)
            if number in copied:
                copies.append(beside(_written, db, _copying(framework_id, number)))
            told(45 + 40 * (number + 1) // (last + 1), 100)
        for copy in copies:
            copy()


def _written(db: Database, write: Write) -> None:
    with db.writing() as session:
        write(session)


@contextmanager
def _beside(db: Database) -> Iterator[Callable[..., Callable[[], object]]]:
    """Yield what starts a call beside this one, and returns what waits for it.

    PostgreSQL copies one window while Python makes the rows of the next. SQLite has one writer:
    there the call is made at once.
    """
    if db.engine.dialect.name == "sqlite":

        def at_once(call: Callable[..., object], *given: Any) -> Callable[[], object]:
            call(*given)
            return lambda: None

        yield at_once
        return
    with ThreadPoolExecutor(max_workers=1) as lane:
        yield lambda call, *given: lane.submit(call, *given).result


def _copying(framework_id: int, number: int) -> Write:
    keys = number * WINDOW, (number + 1) * WINDOW - 1
    return lambda session: store_in_requirements(session, framework_id, keys)


def _windows(session: Session) -> range:
    last = session.scalar(select(func.max(Requirement.id)))
    return range(0 if last is None else last // WINDOW + 1)


def outdated(session: Session) -> list[int]:
    """Return the frameworks to compute again, the one that ranks the backlog first."""
    rows = frameworks(session)
    query = select(Framework.id, Framework.standing).where(Framework.id.in_([r.id for r in rows]))
    stored = {row.id: standing_from(row.standing) for row in session.execute(query)}
    return [
        row.id
        for row in rows
        if row.computed_at is None
        or row.outdated_since is not None
        or stored[row.id].lapsed(clock.today())
    ]


def rank_job(run: jobs.Run) -> dict[str, Any]:
    """Compute what is out of date."""
    with run.db.reading() as session:
        due = outdated(session)
    result: dict[str, Any] = {}
    for n, framework_id in enumerate(due):

        def told(done: int, of: int, n: int = n) -> None:
            run.progress(n * of + done, len(due) * of)

        result[str(framework_id)] = rank_in_background(run.db, framework_id, told)["ranked"]
    return result
