"""Commands of verdicts: evaluate and store them, and mark them outdated when an input changes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, insert, select, update
from sqlalchemy.orm import Session

from roadmap import clock, jobs
from roadmap.launches.models import Launch
from roadmap.readiness.facts import digest
from roadmap.readiness.fresh import borrowed, chunks
from roadmap.readiness.gather import gather
from roadmap.readiness.models import CurrentVerdict, StoredVerdict
from roadmap.readiness.stored import open_reasons
from roadmap.readiness.verdict import Verdict, evaluate

JOB = "readiness.evaluate"
# Launches evaluated in one writing transaction: bounds how long others wait for the lock.
CHUNK = 200


def evaluate_launches(
    session: Session, launch_ids: Collection[int], at: datetime | None = None
) -> dict[int, Verdict]:
    """Evaluate launches and store what changed; return the verdicts by launch id.

    A verdict is appended when its word, outlook or reasons differ from the last one; the current
    row is renewed always. A change that comes while this runs waits for it and marks the row again.
    """
    moment = at or clock.now()
    found: dict[int, Verdict] = {}
    for chunk in chunks(launch_ids, CHUNK):
        found |= _evaluate_chunk(session, chunk, moment)
    return found


def _evaluate_chunk(session: Session, ids: Sequence[int], at: datetime) -> dict[int, Verdict]:
    # Locked before the facts are read: a writer that commits after this read marks the row later.
    current = _lock(session, ids)
    last = _last_verdicts(session, [row.verdict_id for row in current.values() if row.verdict_id])
    facts = gather(session, ids, at)
    verdicts: dict[int, Verdict] = {}
    appended: dict[int, StoredVerdict] = {}
    for launch_id, known in facts.items():
        verdict = evaluate(known, at)
        verdicts[launch_id] = verdict
        row = current.get(launch_id)
        if row is None:
            row = CurrentVerdict(launch_id=launch_id)
            session.add(row)
            current[launch_id] = row
        reasons = open_reasons(verdict.reasons)
        if row.verdict_id is None or _differs(last.get(row.verdict_id), verdict, reasons):
            appended[launch_id] = _stored(verdict, reasons, digest(known))
        row.evaluated_at, row.valid_until, row.outdated = at, verdict.valid_until, False
    session.add_all(appended.values())
    session.flush()
    for launch_id, stored in appended.items():
        current[launch_id].verdict_id = stored.id
    session.flush()
    return verdicts


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


def _stored(verdict: Verdict, reasons: list[dict[str, Any]], facts_digest: str) -> StoredVerdict:
    return StoredVerdict(
        launch_id=verdict.launch_id,
        phase_position=verdict.phase,
        evaluated_at=verdict.at,
        word=verdict.word.value,
        outlook=verdict.outlook.value,
        rules_version=verdict.rules_version,
        facts_digest=facts_digest,
        reasons=reasons,
        answered=verdict.answered,
        needed=verdict.needed,
        borrowed=borrowed(verdict),
    )


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


def mark_outdated(session: Session, affected: Collection[int] | Select[Any]) -> int:
    """Mark the current verdicts of launches outdated and ask the worker for new ones.

    ``affected`` holds launch ids, or selects them. Runs in the transaction that changes the input;
    rows are locked in order of their id, so that two such transactions never wait for each other.
    Returns how many were marked.
    """
    rows = select(CurrentVerdict.launch_id).order_by(CurrentVerdict.launch_id).with_for_update()
    if isinstance(affected, Select):
        rows = rows.where(CurrentVerdict.launch_id.in_(affected))
    else:
        rows = rows.where(CurrentVerdict.launch_id.in_(sorted(set(affected))))
    ids = session.scalars(rows).all()
    if not ids:
        return 0
    for chunk in chunks(ids, 10_000):
        # Also those marked already: the lock makes a running evaluation see this change or wait.
        session.execute(
            update(CurrentVerdict)
            .where(CurrentVerdict.launch_id.in_(chunk))
            .values(outdated=True)
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


def due(session: Session, at: datetime, limit: int = CHUNK) -> Sequence[int]:
    """Return launches whose verdict is outdated or expired, the longest waiting first."""
    query = (
        select(CurrentVerdict.launch_id)
        .where(CurrentVerdict.outdated | (CurrentVerdict.valid_until <= at))
        .order_by(CurrentVerdict.launch_id)
        .limit(limit)
    )
    return session.scalars(query).all()
