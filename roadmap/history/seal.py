"""The chain over committed events, and the proof that nothing was altered behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from roadmap.db import Base
from roadmap.errors import RoadmapError
from roadmap.history.batches import batch_digest
from roadmap.history.capture import BatchRecorded, Recorded
from roadmap.history.digest import chained, salted
from roadmap.history.models import HistoryEvent, HistorySeal, HistoryText
from roadmap.history.service import row_digest

# Any fixed number: it names the lock under which one sealer at a time works on PostgreSQL.
SEAL_LOCK = 7_202_611


@dataclass(frozen=True)
class Fault:
    """One thing that is not as the history says; ``record`` names it for people."""

    record: str
    message: str


def sealed_form(event: HistoryEvent) -> dict[str, Any]:
    """Return what of an event the chain protects: everything but the words kept apart."""
    return {
        "id": event.id,
        "at": event.at,
        "actor": event.actor_id,
        "record": [event.record_type, event.record_id],
        "action": event.action,
        "changes": event.changes,
        "rows": event.rows,
        "why": event.why_digest,
        "request": event.request_id,
    }


def seal(session: Session, key: str, limit: int = 5000) -> int:
    """Give committed events their place in the chain; return how many were sealed.

    Runs in its own transaction so that it sees committed events only, in whatever order they came.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SEAL_LOCK})
    seq, previous = head(session)
    query = (
        select(HistoryEvent)
        .where(~exists().where(HistorySeal.event_id == HistoryEvent.id))
        .order_by(HistoryEvent.id)
        .limit(limit)
    )
    count = 0
    for event in session.scalars(query):
        seq, previous, count = seq + 1, chained(key, previous, sealed_form(event)), count + 1
        session.add(HistorySeal(seq=seq, event_id=event.id, hash=previous))
    session.flush()
    return count


def head(session: Session) -> tuple[int, str]:
    """Return (sequence number, hash) of the last sealed event; (0, "") of an empty chain."""
    last = session.execute(
        select(HistorySeal.seq, HistorySeal.hash).order_by(HistorySeal.seq.desc()).limit(1)
    ).first()
    return (last.seq, last.hash) if last else (0, "")


@dataclass(frozen=True)
class SealStatus:
    """How far the history is sealed; ``kept`` is the number of the head kept outside, if any."""

    number: int
    digest: str
    waiting: int
    last_event_at: datetime | None
    kept: int | None
    # Whether the head kept outside is part of this chain; None without one.
    kept_fits: bool | None


def seal_status(session: Session, kept_head: Path) -> SealStatus:
    """Return how far the history is sealed, four statements at most."""
    number, digest = head(session)
    events = session.scalar(select(func.count()).select_from(HistoryEvent)) or 0
    last = session.scalar(
        select(HistoryEvent.at)
        .join(HistorySeal, HistorySeal.event_id == HistoryEvent.id)
        .where(HistorySeal.seq == number)
    )
    kept = _read_head(kept_head)
    fits = None
    if kept is not None:
        fits = kept[1] == session.scalar(select(HistorySeal.hash).where(HistorySeal.seq == kept[0]))
    return SealStatus(number, digest, events - number, last, kept[0] if kept else None, fits)


def _read_head(path: Path | None) -> tuple[int, str] | None:
    if path is None or not path.exists():
        return None
    number, _space, digest = path.read_text().strip().partition(" ")
    if not number.isdecimal() or not digest:
        raise RoadmapError(f"The kept head of the history in {path} cannot be read: restore it.")
    return int(number), digest


def keep_head(session: Session, path: Path) -> None:
    """Write the head beside the key, outside the database, so that a cut chain is noticed."""
    seq, digest = head(session)
    fresh = path.with_suffix(".new")
    fresh.write_text(f"{seq} {digest}\n")
    # A reader sees the old head or the new one, never half of one.
    fresh.replace(path)


def verify(session: Session, key: str, kept_head: Path | None = None) -> Iterator[Fault]:
    """Yield every fault: broken chain, lost head, altered words, rows unlike their last event."""
    last_rows: dict[tuple[str, Any], dict[str, Any]] = {}
    yield from _verify_chain(session, key, kept_head)
    for event in session.scalars(
        select(HistoryEvent).order_by(HistoryEvent.id).execution_options(yield_per=500)
    ):
        for row in event.rows:
            where = ("batch", row["batch"]) if "batch" in row else ("id", row["id"])
            last_rows[(row["table"], where)] = row
    yield from _verify_words(session)
    yield from _verify_rows(session, last_rows)


def _verify_chain(session: Session, key: str, kept_head: Path | None) -> Iterator[Fault]:
    expected, previous = 0, ""
    kept = _read_head(kept_head)
    query = (
        select(HistorySeal, HistoryEvent)
        .join(HistoryEvent, HistoryEvent.id == HistorySeal.event_id, isouter=True)
        .order_by(HistorySeal.seq)
    )
    pairs: Any = session.execute(query.execution_options(yield_per=500))
    for mark, event in pairs:
        expected += 1
        if mark.seq != expected:
            yield Fault(f"seal {mark.seq}", f"number {expected} is missing from the chain")
            expected = mark.seq
        if event is None:
            yield Fault(f"event {mark.event_id}", "was removed after it was sealed")
        elif chained(key, previous, sealed_form(event)) != mark.hash:
            yield Fault(
                f"{event.record_type} {event.record_id}",
                f"event {event.id} ({event.action}) was altered after it was sealed",
            )
        previous = mark.hash
        if kept and kept[0] == mark.seq and kept[1] != mark.hash:
            yield Fault(f"seal {mark.seq}", "the chain is not the one whose head was kept")
    if kept and kept[0] > expected:
        yield Fault("chain", f"ends at {expected}, but its kept head was number {kept[0]}")


def _verify_words(session: Session) -> Iterator[Fault]:
    query = select(HistoryText, HistoryEvent).join(HistoryEvent)
    for words, event in session.execute(query.execution_options(yield_per=500)):
        digest = salted(words.salt, words.text)
        if words.path == "why":
            expected = event.why_digest
        else:
            name, _, side = words.path.rpartition(".")
            pair = event.changes.get(name) or [None, None]
            value = pair[0 if side == "before" else 1]
            expected = value.get("text") if isinstance(value, dict) else None
        if digest != expected:
            yield Fault(
                f"{event.record_type} {event.record_id}",
                f"the words of event {event.id} ({words.path}) were altered",
            )


def _verify_rows(
    session: Session, last_rows: dict[tuple[str, Any], dict[str, Any]]
) -> Iterator[Fault]:
    for mapper in Base.registry.mappers:
        kind: Any = mapper.class_
        if issubclass(kind, Recorded):
            yield from _verify_table(session, kind, last_rows)
        elif issubclass(kind, BatchRecorded):
            yield from _verify_batches(session, kind, last_rows)


def _verify_table(
    session: Session, kind: Any, last_rows: dict[tuple[str, Any], dict[str, Any]]
) -> Iterator[Fault]:
    table, seen = kind.__tablename__, set()
    for row in session.scalars(select(kind).execution_options(yield_per=500)):
        seen.add(row.id)
        last = last_rows.get((table, ("id", row.id)))
        if last is None or last["op"] == "delete":
            yield Fault(f"{row.record_type} {row.history_id}", f"{table} {row.id} has no event")
        elif row_digest(row, last["salt"]) != last["digest"]:
            yield Fault(
                f"{row.record_type} {row.history_id}",
                f"{table} {row.id} is not what its last event says",
            )
    for (name, (what, key)), last in last_rows.items():
        if name == table and what == "id" and last["op"] != "delete" and key not in seen:
            yield Fault(f"{table} {key}", "was removed without an event")


def _verify_batches(
    session: Session, kind: Any, last_rows: dict[tuple[str, Any], dict[str, Any]]
) -> Iterator[Fault]:
    table, total = kind.__tablename__, 0
    for (name, (what, key)), last in last_rows.items():
        if name != table or what != "batch":
            continue
        count, digest = batch_digest(session, kind, key)
        total += count
        if (count, digest) != (last["count"], last["digest"]):
            yield Fault(f"{table} batch {key}", "is not what its event says")
    stored = session.scalar(select(func.count()).select_from(kind)) or 0
    if stored > total:
        yield Fault(table, f"{stored - total} rows belong to no told batch")
