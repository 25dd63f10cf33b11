"""Reads of the history: the feed of a record."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.history.models import HistoryEvent, HistoryText


@dataclass(frozen=True)
class FeedEntry:
    """One event as a page shows it; ``changes`` maps a column to (before, after)."""

    id: int
    at: datetime
    actor_id: int | None
    action: str
    why: str | None
    changes: dict[str, tuple[Any, Any]]


def feed(
    session: Session,
    record_type: str,
    record_id: int,
    *,
    limit: int = 50,
    before: int | None = None,
) -> Sequence[FeedEntry]:
    """Return the newest events of a record, two statements; ``before`` is the last id shown."""
    query = select(HistoryEvent).where(
        HistoryEvent.record_type == record_type, HistoryEvent.record_id == record_id
    )
    if before is not None:
        query = query.where(HistoryEvent.id < before)
    events = session.scalars(query.order_by(HistoryEvent.id.desc()).limit(limit)).all()
    return spoken(session, events)


def entries(session: Session, ids: Collection[int]) -> dict[int, FeedEntry]:
    """Return events of any records by id, two statements."""
    events = session.scalars(select(HistoryEvent).where(HistoryEvent.id.in_(sorted(ids)))).all()
    return {entry.id: entry for entry in spoken(session, events)}


def spoken(session: Session, events: Sequence[HistoryEvent]) -> list[FeedEntry]:
    """Return events with their personal words in place, one statement."""
    words: dict[tuple[int, str], str] = {
        (row.event_id, row.path): row.text
        for row in session.scalars(
            select(HistoryText).where(HistoryText.event_id.in_([event.id for event in events]))
        )
    }
    return [_entry(event, words) for event in events]


def _entry(event: HistoryEvent, words: dict[tuple[int, str], str]) -> FeedEntry:
    def spoken(name: str, side: str, value: Any) -> Any:
        if isinstance(value, dict) and set(value) == {"text"}:
            return words.get((event.id, f"{name}.{side}"), "erased")
        return value

    return FeedEntry(
        id=event.id,
        at=event.at,
        actor_id=event.actor_id,
        action=event.action,
        why=words.get((event.id, "why"), "erased") if event.why_digest else None,
        changes={
            name: (spoken(name, "before", pair[0]), spoken(name, "after", pair[1]))
            for name, pair in event.changes.items()
        },
    )
