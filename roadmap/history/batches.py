"""Rows stored many at once: written past the ORM, and told by one digest over all of them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, delete, func, select, text
from sqlalchemy.orm import Session

from roadmap.history.capture import BATCHES, BatchRecorded, added_columns, recorded_columns
from roadmap.history.digest import RowChain
from roadmap.row_writer import insert_rows

# Number of rows, and the digest over them all.
Digest: TypeAlias = tuple[int, str]


def store_batch(
    session: Session, kind: type[BatchRecorded], batch_id: int, rows: Sequence[Mapping[str, Any]]
) -> list[int]:
    """Insert the rows of a new batch and return their keys, in the order given.

    A row names every column but ``batch_id``, and ``id`` only where the key is not a new one: then
    they ascend. The digest is taken of what is written, so that the rows are not read again; the
    transaction cannot end before ``record_batch`` told it.
    """
    table: Any = kind
    if (table.__tablename__, batch_id) in session.info.get(BATCHES, ()):
        raise LookupError(f"batch {batch_id} of {table.__tablename__} has its rows already")
    keyed = bool(rows) and "id" in rows[0]
    ids = [row["id"] for row in rows] if keyed else _free_keys(session, table, len(rows))
    names = [name for name, _personal in recorded_columns(table)]
    chain = RowChain(names, added_columns(table))
    stored = []
    for number, row in zip(ids, rows, strict=True):
        whole = {"id": number, "batch_id": batch_id, **row}
        stored.append(whole)
        chain.add([whole[name] for name in names])
    insert_rows(session, table.__table__, stored)
    told: dict[tuple[str, int], Any] = session.info.setdefault(BATCHES, {})
    told[table.__tablename__, batch_id] = (chain.count, chain.digest)
    return ids


def batch_digest(session: Session, kind: type[BatchRecorded], batch_id: int) -> Digest:
    """Return (number of rows, digest) of a stored batch; each row's digest feeds the next."""
    return digests_without(session, kind, batch_id, ())[0]


def digests_without(
    session: Session, kind: type[BatchRecorded], batch_id: int, keys: Collection[int]
) -> tuple[Digest, Digest]:
    """Return the digests of a stored batch as it is, and without some of its rows; one reading."""
    table: Any = kind
    names = [name for name, _personal in recorded_columns(table)]
    key, later = names.index("id"), added_columns(table)
    # Columns and not records: there may be a hundred thousand rows, and nobody changes them.
    query = (
        select(*(getattr(table, name) for name in names))
        .where(table.batch_id == batch_id)
        .order_by(table.id)
    )
    whole, left = RowChain(names, later), RowChain(names, later)
    for row in session.execute(query.execution_options(yield_per=1000)):
        whole.add(row)
        if keys and row[key] not in keys:
            left.add(row)
    if not keys:
        left = whole
    return (whole.count, whole.digest), (left.count, left.digest)


def retire_rows(
    session: Session,
    kind: type[BatchRecorded],
    which: ColumnElement[bool],
    left: Mapping[int, Digest],
) -> int:
    """Delete rows of batches and return how many; ``left`` is what ``digests_without`` said.

    The transaction cannot end before ``record_batch`` told each of the batches again.
    """
    table: Any = kind
    found: Any = session.execute(
        delete(table).where(table.batch_id.in_(sorted(left)), which),
        execution_options={"history_retired": sorted(left), "synchronize_session": False},
    )
    session.info[BATCHES].update({(table.__tablename__, one): left[one] for one in left})
    count: int = found.rowcount
    return count


def _free_keys(session: Session, table: Any, count: int) -> list[int]:
    """Return keys for new rows, ascending; on SQLite the transaction is the only writer."""
    if session.get_bind().dialect.name != "postgresql":
        last = session.scalar(select(func.max(table.id))) or 0
        return list(range(last + 1, last + 1 + count))
    query = text(
        "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"
    )
    given = session.scalars(query, {"name": table.__tablename__, "count": count})
    return sorted(given)
