"""Reads of the history: the feed of a record."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.orm import Session

from roadmap.ahead import Asked
from roadmap.db import read_rows
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
    """Return the newest events of a record, one statement; ``before`` is the last id shown."""
    statement, values = asks_feed(record_type, record_id, limit, before)
    events: dict[int, Row[Any]] = {}
    words: dict[tuple[int, str], str] = {}
    for row in read_rows(session, statement, values):
        events.setdefault(row.id, row)
        if row.path is not None:
            words[row.id, row.path] = row.text
    return [_entry(event, words) for event in events.values()]


def asks_feed(
    record_type: str, record_id: int, limit: int = 50, before: int | None = None
) -> Asked:
    """Return what `feed` asks."""
    values = {"type": record_type, "id": record_id, "limit": limit}
    if before is None:
        return _newest(), values
    return _earlier(), values | {"before": before}


def feed_of(
    session: Session,
    record_type: str,
    record_id: int,
    actions: Collection[str],
    before: int,
    limit: int = 200,
) -> list[FeedEntry]:
    """Return the newest events of a record with these actions before an event, two statements."""
    query = (
        select(HistoryEvent)
        .where(
            HistoryEvent.record_type == record_type,
            HistoryEvent.record_id == record_id,
            HistoryEvent.id < before,
            HistoryEvent.action.in_(actions),
        )
        .order_by(HistoryEvent.id.desc())
        .limit(limit)
    )
    return spoken(session, session.scalars(query).all())


def entries(session: Session, ids: Collection[int]) -> dict[int, FeedEntry]:
    """Return events of any records by id, two statements."""
    events = session.scalars(select(HistoryEvent).where(HistoryEvent.id.in_(sorted(ids)))).all()
    return {entry.id: entry for entry in spoken(session, events)}


def spoken(session: Session, events: Sequence[HistoryEvent | Row[Any]]) -> list[FeedEntry]:
    """Return events with their personal words in place, one statement."""
    texts = read_rows(session, _TEXTS, {"ids": [event.id for event in events]})
    words: dict[tuple[int, str], str] = {(number, path): text for number, path, text in texts}
    return [_entry(event, words) for event in events]


# Of the tables' own columns: every record page sends them.
_EVENT, _TEXT = HistoryEvent.__table__.c, HistoryText.__table__.c
_OF_RECORD: Select[Any] = (
    select(_EVENT.id, _EVENT.at, _EVENT.actor_id, _EVENT.action, _EVENT.why_digest, _EVENT.changes)
    .where(_EVENT.record_type == bindparam("type"), _EVENT.record_id == bindparam("id"))
    .order_by(_EVENT.id.desc())
    .limit(bindparam("limit"))
)


@cache
def _newest() -> Select[Any]:
    return _with_words(_OF_RECORD)


@cache
def _earlier() -> Select[Any]:
    return _with_words(_OF_RECORD.where(_EVENT.id < bindparam("before")))


def _with_words(events: Select[Any]) -> Select[Any]:
    """Return the statement of events beside each of their words, an event with none once."""
    event, text = events.subquery(), HistoryText.__table__
    return (
        select(*event.c, text.c.path, text.c.text)
        .select_from(event.outerjoin(text, text.c.event_id == event.c.id))
        .order_by(event.c.id.desc())
    )


_TEXTS = select(_TEXT.event_id, _TEXT.path, _TEXT.text).where(
    _TEXT.event_id.in_(bindparam("ids", expanding=True))
)


def _entry(event: HistoryEvent | Row[Any], words: dict[tuple[int, str], str]) -> FeedEntry:
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
