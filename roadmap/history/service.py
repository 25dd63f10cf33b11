"""Commands of the history: tell one change as one event."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.context import request_id
from roadmap.events import publish
from roadmap.history.batches import batch_digest
from roadmap.history.capture import (
    BATCHES,
    BatchRecorded,
    Recorded,
    RowChange,
    added_columns,
    column_values,
    pending,
    recorded_columns,
)
from roadmap.history.digest import plain, salted
from roadmap.history.models import HistoryEvent, HistoryText


def record(
    session: Session,
    actor_id: int | None,
    root: Recorded,
    action: str,
    why: str | None = None,
) -> HistoryEvent | None:
    """Tell all changes of one record since it was last told, as one event.

    Flushes first. Returns None if nothing of the record changed and no reason was given: an edit
    that changes nothing leaves no trace. ``actor_id`` None means the system itself.
    """
    session.flush()
    root_key = (root.record_type, root.history_id)
    waiting = pending(session)
    taken = [
        change
        for change in waiting.values()
        if (change.row.record_type, change.row.history_id) == root_key
    ]
    if not taken and not why:
        return None
    for change in taken:
        del waiting[id(change.row)]
    told = _Telling(root)
    for change in taken:
        told.add(change)
    return _store(session, actor_id, root_key, action, told, why)


def record_all(
    session: Session,
    actor_id: int | None,
    roots: Iterable[Recorded],
    action: str,
    why: str | Callable[[Any], str] | None = None,
) -> int:
    """Tell the changes of many records, one event each, as ``record`` would; return how many.

    One pass over what changed and a few statements in all: for imports, where telling each record
    by itself would look at all the others every time. What did not change leaves no event, unless
    ``why`` gives each record a reason of its own.
    """
    session.flush()
    waiting = pending(session)
    changes: dict[tuple[str, int], list[RowChange]] = {}
    for change in waiting.values():
        key = (change.row.record_type, change.row.history_id)
        changes.setdefault(key, []).append(change)
    told: list[tuple[HistoryEvent, _Telling]] = []
    for root in roots:
        root_key = (root.record_type, root.history_id)
        taken = changes.pop(root_key, [])
        reason = why(root) if callable(why) else why
        if not taken and not callable(why):
            continue
        telling = _Telling(root)
        for change in taken:
            del waiting[id(change.row)]
            telling.add(change)
        told.append((_event(actor_id, root_key, action, telling, reason), telling))
    session.add_all(event for event, _ in told)
    session.flush()
    texts = [text for event, telling in told for text in telling.text_rows(event.id)]
    if texts:
        session.execute(insert(HistoryText), texts)
    for event, _ in told:
        publish(session, event)
    return len(told)


def record_batch(
    session: Session,
    actor_id: int | None,
    kind: type[BatchRecorded],
    root: Recorded,
    batch_id: int,
    action: str,
) -> HistoryEvent:
    """Tell one stored batch of rows as one event with the digest of all its rows in key order.

    The rows are read again unless ``store_batch`` wrote them all in this transaction.
    """
    session.flush()
    told = _Telling(root)
    table: str = kind.__tablename__  # type: ignore[attr-defined]
    known = session.info.get(BATCHES, {}).pop((table, batch_id), None)
    count, digest = known or batch_digest(session, kind, batch_id)
    told.rows.append({"table": table, "batch": batch_id, "count": count, "digest": digest})
    told.changes = {"rows": [None, count]}
    waiting = pending(session)
    for change in list(waiting.values()):
        if (change.row.record_type, change.row.history_id) == (root.record_type, root.history_id):
            told.add(waiting.pop(id(change.row)))
    return _store(session, actor_id, (root.record_type, root.history_id), action, told, None)


def row_digest(row: Any, salt: str) -> str:
    """Return the salted digest of a row's recorded columns, later ones left out while untouched."""
    return salted(salt, dict(_told_values(row)))


def _told_values(row: Any) -> Iterator[tuple[str, Any]]:
    """Yield (name, value) of a row's recorded columns, later ones left out while untouched."""
    kind: Any = type(row)
    later = added_columns(kind)
    for name, value, _ in column_values(row):
        if name not in later or value != later[name]:
            yield name, value


class _Telling:
    """Gathers the changes of one event."""

    def __init__(self, root: Recorded) -> None:
        self.root = root
        self.changes: dict[str, Any] = {}
        self.rows: list[Any] = []
        self.texts: list[tuple[str, str, str]] = []

    def add(self, change: RowChange) -> None:
        """Add one row: its named changes and the digest of what it now holds."""
        row: Any = change.row
        prefix = "" if row is self.root else f"{row.__tablename__}:{row.id}."
        kind: Any = type(row)
        personal = {name for name, flag in recorded_columns(kind) if flag}
        for name, (old, new) in change.changes.items():
            if name == "id" or old == new:
                continue
            if name in personal:
                pair = [
                    self._apart(f"{prefix}{name}.{side}", value)
                    for side, value in (("before", old), ("after", new))
                ]
            else:
                pair = [plain(old), plain(new)]
            self.changes[prefix + name] = pair
        salt = secrets.token_hex(8)
        entry: dict[str, Any] = {"table": row.__tablename__, "id": row.id, "op": change.op}
        if change.op != "delete":
            entry |= {"salt": salt, "digest": row_digest(row, salt)}
        self.rows.append(entry)

    def text_rows(self, event_id: int) -> list[dict[str, Any]]:
        """Return the personal words as rows of the event."""
        return [
            {"event_id": event_id, "path": path[:120], "salt": salt, "text": text}
            for path, salt, text in self.texts
        ]

    def _apart(self, path: str, value: Any) -> Any:
        """Keep personal words apart and return what stands in the event instead."""
        if value is None:
            return None
        salt, text = secrets.token_hex(16), str(plain(value))
        self.texts.append((path, salt, text))
        return {"text": salted(salt, text)}


def _event(
    actor_id: int | None,
    root_key: tuple[str, int],
    action: str,
    told: _Telling,
    why: str | None,
) -> HistoryEvent:
    """Return the event of one telling, not yet stored; its why is kept with the personal words."""
    why_digest = None
    if why:
        salt = secrets.token_hex(16)
        told.texts.append(("why", salt, why))
        why_digest = salted(salt, why)
    return HistoryEvent(
        at=clock.now(),
        actor_id=actor_id,
        record_type=root_key[0],
        record_id=root_key[1],
        action=action,
        changes=told.changes,
        rows=told.rows,
        why_digest=why_digest,
        request_id=request_id.get(),
    )


def _store(
    session: Session,
    actor_id: int | None,
    root_key: tuple[str, int],
    action: str,
    told: _Telling,
    why: str | None,
) -> HistoryEvent:
    event = _event(actor_id, root_key, action, told, why)
    session.add(event)
    session.flush()
    session.add_all(HistoryText(**text) for text in told.text_rows(event.id))
    session.flush()
    publish(session, event)
    return event
