"""Commands of the history: tell one change as one event."""

import secrets
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.context import request_id
from roadmap.events import publish
from roadmap.history.capture import (
    BATCHES,
    BatchRecorded,
    Recorded,
    RowChange,
    column_values,
    pending,
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


def record_batch(
    session: Session,
    actor_id: int | None,
    kind: type[BatchRecorded],
    root: Recorded,
    batch_id: int,
    action: str,
) -> HistoryEvent:
    """Tell one stored batch of rows as one event with the digest of all its rows in key order."""
    session.flush()
    told = _Telling(root)
    table: str = kind.__tablename__  # type: ignore[attr-defined]
    count, digest = batch_digest(session, kind, batch_id)
    told.rows.append({"table": table, "batch": batch_id, "count": count, "digest": digest})
    told.changes = {"rows": [None, count]}
    waiting = pending(session)
    for change in list(waiting.values()):
        if (change.row.record_type, change.row.history_id) == (root.record_type, root.history_id):
            told.add(waiting.pop(id(change.row)))
    session.info.get(BATCHES, set()).discard(batch_id)
    return _store(session, actor_id, (root.record_type, root.history_id), action, told, None)


def batch_digest(session: Session, kind: type[BatchRecorded], batch_id: int) -> tuple[int, str]:
    """Return (number of rows, digest) of a stored batch; each row's digest feeds the next."""
    digest, count = "", 0
    query = select(kind).where(kind.batch_id == batch_id).order_by(kind.id)  # type: ignore[attr-defined]
    for row in session.scalars(query.execution_options(yield_per=1000)):
        digest = salted(digest, {name: plain(value) for name, value, _ in column_values(row)})
        count += 1
    return count, digest


def row_digest(row: Any, salt: str) -> str:
    """Return the salted digest of a row's recorded columns."""
    return salted(salt, {name: plain(value) for name, value, _ in column_values(row)})


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
        personal = {name for name, _, flag in column_values(row) if flag}
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

    def _apart(self, path: str, value: Any) -> Any:
        """Keep personal words apart and return what stands in the event instead."""
        if value is None:
            return None
        salt, text = secrets.token_hex(16), str(plain(value))
        self.texts.append((path, salt, text))
        return {"text": salted(salt, text)}


def _store(
    session: Session,
    actor_id: int | None,
    root_key: tuple[str, int],
    action: str,
    told: _Telling,
    why: str | None,
) -> HistoryEvent:
    why_digest = None
    if why:
        salt = secrets.token_hex(16)
        told.texts.append(("why", salt, why))
        why_digest = salted(salt, why)
    event = HistoryEvent(
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
    session.add(event)
    session.flush()
    for path, salt, text in told.texts:
        session.add(HistoryText(event_id=event.id, path=path[:120], salt=salt, text=text))
    session.flush()
    publish(session, event)
    return event
