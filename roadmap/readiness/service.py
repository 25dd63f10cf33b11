"""Commands of verdicts: evaluate and store them, and mark them outdated when an input changes."""

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, Select, bindparam, exists, func, insert, select, update
from sqlalchemy.orm import Session

from roadmap import clock, jobs
from roadmap.db import Database
from roadmap.launches.models import Launch
from roadmap.mechanisms.citing import cite, cited_ids
from roadmap.one_of import one_of
from roadmap.readiness.facts import LaunchFacts
from roadmap.readiness.facts_text import Texts, digest
from roadmap.readiness.fresh import borrowed, chunks
from roadmap.readiness.gather import gather_each
from roadmap.readiness.models import CurrentVerdict, StoredVerdict
from roadmap.readiness.signed import canonical, digest_of, parts
from roadmap.readiness.snapshots import keep_snapshots
from roadmap.readiness.stored import open_reasons
from roadmap.readiness.verdict import Verdict, evaluate
from roadmap.row_writer import insert_rows

JOB = "readiness.evaluate"
# Launches computed at once: the more, the less evidence is read twice; 5,000 take some 550 MB.
BATCH = 5_000
# Launches stored in one writing transaction: bounds how long others wait for the lock.
CHUNK = 200
_IDS: Any = bindparam("ids", expanding=True)


@dataclass(frozen=True, slots=True)
class _Appended:
    """A verdict that differs from the last one: its row, and what it rests on as JSON."""

    row: dict[str, Any]
    parts: str
    digest: str
    cited: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Judged:
    """What is stored of a fresh verdict; its answers are let go, since a portfolio has many."""

    valid_until: datetime | None
    appended: _Appended | None


def evaluate_launches(
    session: Session, launch_ids: Collection[int], at: datetime | None = None
) -> dict[int, Verdict]:
    """Evaluate launches and store what changed, in one transaction; return verdicts by launch id.

    A verdict is appended when its word, outlook or reasons differ from the last one; the current
    row is renewed always. A change that comes while this runs waits for it and marks the row again.
    """
    moment = at or clock.now()
    found: dict[int, Verdict] = {}
    for chunk in chunks(launch_ids, BATCH):
        # Locked before the facts are read: a writer that commits later marks the row later.
        rows = _lock(session, chunk)
        last = {i: row.verdict_id for i, row in rows.items()}
        judged: dict[int, _Judged] = {}
        for verdict, judged[verdict.launch_id] in _judge(session, chunk, last, moment):
            found[verdict.launch_id] = verdict
        _keep(session, rows, judged, moment)
    return found


def refresh(db: Database, launch_ids: Collection[int]) -> int:
    """Evaluate launches and store what changed, without a lock while facts are read and judged.

    Rows are claimed first, read and judged next, stored last, each in transactions of their own. A
    change in between takes its row back (`mark_outdated`): the row stays outdated, and the verdict,
    which may miss the change, is dropped. Returns how many were stored.
    """
    stored = 0
    for batch in chunks(launch_ids, BATCH):
        with db.writing() as session:
            last, moment = _claim(session, batch)
        with db.reading() as session, _no_collecting():
            fresh = _judge(session, list(last), last, moment)
            judged = {verdict.launch_id: one for verdict, one in fresh}
        for chunk in chunks(judged, CHUNK):
            with db.writing() as session:
                rows = _lock(session, chunk)
                mine = {i: row for i, row in rows.items() if row.evaluated_at == moment}
                _keep(session, mine, {i: judged[i] for i in mine}, moment)
            stored += len(mine)
    return stored


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Keep Python from searching for cycles meanwhile: millions of facts are made, none in one.

    Searching them again and again takes a quarter of the time. Safe in several threads: whoever
    found the collector at work sets it to work again.
    """
    working = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if working:
            gc.enable()


def _claim(session: Session, ids: Sequence[int]) -> tuple[dict[int, int | None], datetime]:
    """Mark rows as being computed since a moment; return their last verdicts and the moment."""
    rows = (
        select(CurrentVerdict.launch_id, CurrentVerdict.verdict_id)
        .where(one_of(CurrentVerdict.launch_id, _IDS))
        .order_by(CurrentVerdict.launch_id)
        .with_for_update()
    )
    last = {row[0]: row[1] for row in session.execute(rows, {"ids": ids})}
    # Read under the lock: whatever was recorded later than this marks the row later.
    moment = clock.now()
    session.execute(
        update(CurrentVerdict)
        .where(one_of(CurrentVerdict.launch_id, _IDS))
        .values(outdated=True, evaluated_at=moment)
        .execution_options(synchronize_session=False),
        {"ids": list(last)},
    )
    return last, moment


def _judge(
    session: Session, ids: Sequence[int], last_ids: Mapping[int, int | None], at: datetime
) -> Iterator[tuple[Verdict, _Judged]]:
    """Evaluate launches, given the ids of their last verdicts; writes nothing."""
    last = _last_verdicts(session, [number for number in last_ids.values() if number])
    texts = Texts()
    for launch_id, known in gather_each(session, ids, at):
        verdict = evaluate(known, at)
        reasons = open_reasons(verdict.reasons)
        number = last_ids.get(launch_id)
        appended = None
        if number is None or _differs(last.get(number), verdict, reasons):
            appended = _appended(known, verdict, reasons, texts)
        yield verdict, _Judged(verdict.valid_until, appended)


def _appended(
    known: LaunchFacts, verdict: Verdict, reasons: list[dict[str, Any]], texts: Texts
) -> _Appended:
    rests_on = canonical(parts(known, verdict.reasons))
    # What a stored verdict rests on is kept as it is, the answers that pass included.
    cited = frozenset(i for answer in verdict.reasons for i in cited_ids(answer.evidence))
    row = _row(verdict, reasons, digest(known, texts))
    return _Appended(row, rests_on, digest_of(rests_on), cited)


def _keep(
    session: Session,
    rows: Mapping[int, CurrentVerdict],
    judged: Mapping[int, _Judged],
    at: datetime,
) -> None:
    """Append what differs and renew the current rows; a launch without a row gets one."""
    appended = [one.appended for one in judged.values() if one.appended is not None]
    numbers = _append(session, appended)
    cite(session, (i for one in appended for i in one.cited))
    for launch_id, one in judged.items():
        row = rows.get(launch_id)
        if row is None:
            row = CurrentVerdict(launch_id=launch_id)
            session.add(row)
        if one.appended is not None:
            row.verdict_id = numbers[launch_id]
        row.evaluated_at, row.valid_until, row.outdated = at, one.valid_until, False
    session.flush()


def _append(session: Session, appended: Sequence[_Appended]) -> dict[int, int]:
    """Store verdicts of one moment; return the number of each by its launch."""
    if not appended:
        return {}
    kept = keep_snapshots(session, {one.digest: one.parts for one in appended})
    insert_rows(
        session,
        StoredVerdict.__table__,
        [{**one.row, "snapshot_id": kept[one.digest]} for one in appended],
    )
    # The newest of each launch: it is locked, so no other has come in between.
    found = (
        select(StoredVerdict.launch_id, func.max(StoredVerdict.id))
        .where(StoredVerdict.launch_id.in_([one.row["launch_id"] for one in appended]))
        .group_by(StoredVerdict.launch_id)
    )
    return {row[0]: row[1] for row in session.execute(found)}


def _lock(session: Session, ids: Sequence[int]) -> dict[int, CurrentVerdict]:
    query = (
        select(CurrentVerdict)
        .where(CurrentVerdict.launch_id.in_(ids))
        .order_by(CurrentVerdict.launch_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.launch_id: row for row in session.scalars(query)}


def _last_verdicts(session: Session, ids: Sequence[int]) -> dict[int, StoredVerdict]:
    query = select(StoredVerdict).where(StoredVerdict.id.in_(ids))
    return {row.id: row for row in session.scalars(query)}


def _row(verdict: Verdict, reasons: list[dict[str, Any]], facts_digest: str) -> dict[str, Any]:
    return {
        "launch_id": verdict.launch_id,
        "phase_position": verdict.phase,
        "evaluated_at": verdict.at,
        "word": verdict.word.value,
        "outlook": verdict.outlook.value,
        "rules_version": verdict.rules_version,
        "facts_digest": facts_digest,
        "reasons": reasons,
        "answered": verdict.answered,
        "needed": verdict.needed,
        "borrowed": borrowed(verdict),
    }


def _differs(last: StoredVerdict | None, verdict: Verdict, reasons: list[dict[str, Any]]) -> bool:
    return last is None or (
        last.word,
        last.outlook,
        last.phase_position,
        last.answered,
        last.needed,
        last.rules_version,
        last.reasons,
    ) != (
        verdict.word.value,
        verdict.outlook.value,
        verdict.phase,
        verdict.answered,
        verdict.needed,
        verdict.rules_version,
        reasons,
    )


# ---- marks ----


def mark_outdated(
    session: Session, affected: Collection[int] | Select[Any] | CompoundSelect[Any]
) -> int:
    """Mark the current verdicts of launches outdated and ask the worker for new ones.

    ``affected`` holds launch ids, or selects them. Runs in the transaction that changes the input;
    rows are locked in order of their id, so that two such transactions never wait for each other.
    Returns how many were marked.
    """
    rows = select(CurrentVerdict.launch_id).order_by(CurrentVerdict.launch_id).with_for_update()
    if isinstance(affected, Select | CompoundSelect):
        rows = rows.where(CurrentVerdict.launch_id.in_(affected))
    else:
        rows = rows.where(CurrentVerdict.launch_id.in_(sorted(set(affected))))
    ids = session.scalars(rows).all()
    if not ids:
        return 0
    for chunk in chunks(ids, 10_000):
        # Also those marked already: a running evaluation sees this change, waits or is dropped.
        session.execute(
            update(CurrentVerdict)
            .where(CurrentVerdict.launch_id.in_(chunk))
            # Without its moment a row that is being computed is no longer claimed: see `refresh`.
            .values(outdated=True, evaluated_at=None)
            .execution_options(synchronize_session="evaluate")
        )
    ask_for_evaluation(session)
    return len(ids)


def ask_for_evaluation(session: Session) -> None:
    """Add the job that evaluates outdated verdicts, unless one waits already."""
    jobs.enqueue(session, JOB, dedupe=JOB)


def ensure_current_rows(session: Session) -> int:
    """Give every launch that has none its row, outdated; return how many were missing."""
    missing = session.scalars(
        select(Launch.id).where(~exists().where(CurrentVerdict.launch_id == Launch.id))
    ).all()
    if missing:
        session.execute(
            insert(CurrentVerdict), [{"launch_id": i, "outdated": True} for i in missing]
        )
    return len(missing)


def due(session: Session, at: datetime, limit: int = BATCH) -> Sequence[int]:
    """Return launches whose verdict is outdated or expired, the longest waiting first."""
    query = (
        select(CurrentVerdict.launch_id)
        .where(CurrentVerdict.outdated | (CurrentVerdict.valid_until <= at))
        .order_by(CurrentVerdict.launch_id)
        .limit(limit)
    )
    return session.scalars(query).all()
