"""Watches sessions so that no recorded row changes without an event.

``after_flush`` collects what each flush did to recorded rows; ``record`` turns the changes of one
record into one event; ``before_commit`` refuses a transaction that left changes unrecorded;
bulk statements on recorded tables, which the collector cannot see, are refused outright.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import Table, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction
from sqlalchemy.sql.dml import Delete, Insert, Update

PENDING = "history_pending"
BATCHES = "history_batches"


class UnrecordedChange(RuntimeError):
    """A recorded row would change with nothing said about it in the history."""


class Recorded:
    """Marks a mapped class whose every change is told in the history.

    ``record_type`` names the record the row belongs to, ``record_key`` the column with its key; a
    part of a record (a launch's phase) gives the owner's.
    """

    record_type: ClassVar[str]
    record_key: ClassVar[str] = "id"
    id: Any

    @property
    def history_id(self) -> int:
        """Return the key of the record this row belongs to."""
        key: int = getattr(self, self.record_key)
        return key


class BatchRecorded:
    """Marks rows inserted in bulk and never changed; one event carries the digest of a batch."""

    batch_id: Any


@dataclass
class RowChange:
    """What one transaction did to one row so far."""

    row: Recorded
    op: str
    changes: dict[str, list[Any]] = field(default_factory=dict)


def derived(info: dict[str, Any]) -> bool:
    """Return whether a column is computed from others and so left out of the history."""
    return bool(info.get("derived"))


def added(initial: Any = None, **info: Any) -> dict[str, Any]:
    """Return the ``info`` of a column added to a recorded table that already had rows.

    ``initial`` is what the migration gave those rows. While a row holds it, its digest leaves the
    column out, so that what was told before the column existed still verifies.
    """
    return {"added": True, "initial": initial, **info}


@cache
def added_columns(kind: Any) -> dict[str, Any]:
    """Return the columns of a mapped class that came later, each with its initial value."""
    mapper: Any = inspect(kind)
    infos = {attribute.key: attribute.columns[0].info for attribute in mapper.column_attrs}
    return {name: info["initial"] for name, info in infos.items() if info.get("added")}


def column_values(row: Any) -> Iterator[tuple[str, Any, bool]]:
    """Yield (name, value, personal) of the row's recorded columns."""
    kind: Any = type(row)
    for name, personal in recorded_columns(kind):
        yield name, getattr(row, name), personal


@cache
def recorded_columns(kind: Any) -> tuple[tuple[str, bool], ...]:
    """Return (name, personal) of the columns of a mapped class that the history tells."""
    mapper: Any = inspect(kind)
    return tuple(
        (attribute.key, bool(attribute.columns[0].info.get("personal")))
        for attribute in mapper.column_attrs
        if not derived(attribute.columns[0].info)
    )


def pending(session: Session) -> dict[int, RowChange]:
    """Return the changes of this transaction not yet told in the history, by row identity."""
    found: dict[int, RowChange] = session.info.setdefault(PENDING, {})
    return found


def _collect(session: Session, context: UOWTransaction) -> None:
    waiting = pending(session)
    for row in session.new:
        if isinstance(row, Recorded):
            values = {name: [None, value] for name, value in _filled(row)}
            waiting[id(row)] = RowChange(row, "insert", values)
    for row in session.dirty:
        if isinstance(row, Recorded):
            _collect_update(waiting, row)
    for row in _removed(context):
        if isinstance(row, Recorded):
            values = {name: [value, None] for name, value in _filled(row)}
            waiting[id(row)] = RowChange(row, "delete", values)


def _removed(context: UOWTransaction) -> list[Any]:
    """Return the rows a flush deletes; ``session.deleted`` lacks parts taken from their list."""
    return [
        state.obj()
        for state, (deleted, listed_only) in context.states.items()
        if deleted and not listed_only
    ]


def _filled(row: Recorded) -> Iterator[tuple[str, Any]]:
    """Yield (name, value) of the recorded columns that hold something."""
    for name, value, _ in column_values(row):
        if value is not None:
            yield name, value


def _collect_update(waiting: dict[int, RowChange], row: Recorded) -> None:
    state: Any = inspect(row)
    found: dict[str, list[Any]] = {}
    for attribute in state.mapper.column_attrs:
        if derived(attribute.columns[0].info):
            continue
        before = state.attrs[attribute.key].history
        if before.has_changes():
            old = before.deleted[0] if before.deleted else None
            found[attribute.key] = [old, before.added[0] if before.added else None]
    if not found:
        return
    change = waiting.setdefault(id(row), RowChange(row, "update"))
    for name, (old, new) in found.items():
        if name in change.changes:
            change.changes[name][1] = new
        else:
            change.changes[name] = [old, new]


def _refuse_unrecorded(session: Session) -> None:
    session.flush()
    waiting = pending(session)
    if waiting:
        names = sorted({type(change.row).__name__ for change in waiting.values()})
        raise UnrecordedChange(f"changed without a history event: {', '.join(names)}")
    if session.info.get(BATCHES):
        raise UnrecordedChange("a batch was stored without its history event")


def _forget(session: Session, *_: object) -> None:
    session.info.pop(PENDING, None)
    session.info.pop(BATCHES, None)


def _classes_of(state: ORMExecuteState) -> list[type]:
    statement = state.statement
    if not isinstance(statement, Insert | Update | Delete):
        return []
    if state.bind_mapper is not None:
        return [state.bind_mapper.class_]
    table = statement.table
    if not isinstance(table, Table):
        return []
    from roadmap.db import Base

    return [m.class_ for m in Base.registry.mappers if m.local_table is table]


def _refuse_bulk(state: ORMExecuteState) -> None:
    for kind in _classes_of(state):
        if issubclass(kind, BatchRecorded):
            batches = _told_batches(state)
            if not batches:
                raise UnrecordedChange(f"{kind.__name__} rows are only inserted, batch by batch")
            table: str = kind.__tablename__  # type: ignore[attr-defined]
            # None: not known without reading what is stored then.
            state.session.info.setdefault(BATCHES, {}).update({(table, b): None for b in batches})
        elif issubclass(kind, Recorded) and not _only_derived(state, kind):
            raise UnrecordedChange(
                f"bulk statements on {kind.__name__} would bypass the history: change row by row"
            )


def _told_batches(state: ORMExecuteState) -> list[int]:
    """Return the batches a bulk statement promises to tell: of rows stored, or of rows retired."""
    if isinstance(state.statement, Insert):
        batch = state.execution_options.get("history_batch")
        return [] if batch is None else [batch]
    if isinstance(state.statement, Delete):
        return list(state.execution_options.get("history_retired", ()))
    return []


def _only_derived(state: ORMExecuteState, kind: type) -> bool:
    """Return whether an UPDATE sets derived columns alone, which the history leaves out."""
    if not isinstance(state.statement, Update):
        return False
    # The columns an UPDATE sets are not public; there is no other way to see them before it runs.
    values: Any = state.statement._values or {}  # noqa: SLF001
    named: set[str] = {getattr(key, "key", key) for key in values}
    if not named:
        # An update by primary key sets what its rows name.
        rows: Any = state.parameters
        for row in rows if isinstance(rows, list) else [rows or {}]:
            named.update(row)
    mapper: Any = inspect(kind)
    keys = {column.key for column in mapper.primary_key}
    columns = mapper.columns
    return bool(named - keys) and all(
        name in keys or (name in columns and derived(columns[name].info)) for name in named
    )


def install() -> None:
    """Watch every session of the process; calling it again changes nothing."""
    if event.contains(Session, "after_flush", _collect):
        return
    event.listen(Session, "after_flush", _collect)
    event.listen(Session, "before_commit", _refuse_unrecorded)
    event.listen(Session, "after_commit", _forget)
    event.listen(Session, "after_rollback", _forget)
    event.listen(Session, "do_orm_execute", _refuse_bulk)


install()
