"""Make stored rows what a file says: add, change, remove, and leave alone what is equal."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Person
from roadmap.accounts.permissions import permissions_of
from roadmap.exchange.workspace.mapping import columns
from roadmap.exchange.workspace.names import Names
from roadmap.history.digest import canonical

_CHUNK = 500


@dataclass
class Loading:
    """One import on its way: the session, the names, and the root records by type and id."""

    session: Session
    names: Names
    roots: dict[tuple[str, int], Any] = field(default_factory=dict)
    _allowed: dict[str, frozenset[int]] = field(default_factory=dict)

    def may(self, person_id: int, permission: str) -> bool:
        """Tell whether a person, as stored here after the file's people, holds a permission."""
        if permission not in self._allowed:
            people = self.session.execute(select(Person.id, Person.roles).where(Person.active))
            self._allowed[permission] = frozenset(
                number for number, roles in people if permission in permissions_of(roles)
            )
        return person_id in self._allowed[permission]

    def root(self, row: Any) -> None:
        """Remember a record whose history tells its parts; it must have its id."""
        self.roots[row.record_type, row.history_id] = row


def existing(session: Session, column: Any, keys: Iterable[Any]) -> list[Any]:
    """Return the rows of a column's table whose value is one of the keys, in the order stored."""
    table = column.class_
    wanted = sorted(set(keys))
    rows: list[Any] = []
    for start in range(0, len(wanted), _CHUNK):
        query = select(table).where(column.in_(wanted[start : start + _CHUNK]))
        rows.extend(session.scalars(query.order_by(table.id)))
    return rows


def assign(row: Any, values: dict[str, Any]) -> None:
    """Set the columns that differ; equal ones are not touched, so they leave no trace."""
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def upsert(
    loading: Loading,
    table: type[Any],
    parts: Sequence[Any],
    found: dict[Any, Any],
    key: Callable[[Any], Any],
    fresh: Callable[[Any], dict[str, Any]] = lambda _part: {},
) -> list[Any]:
    """Store records by their natural key and return their rows, in the order of the parts.

    ``found`` maps natural keys to stored rows; ``fresh`` gives what only a new row needs.
    """
    rows = []
    for part in parts:
        values = columns(part, loading.names)
        row = found.get(key(part))
        if row is None:
            row = table(**{**fresh(part), **values})
            loading.session.add(row)
        else:
            assign(row, values)
        rows.append(row)
    loading.session.flush()
    for row in rows:
        loading.root(row)
    return rows


def stored_parts(session: Session, owner: Any, ids: Iterable[int]) -> defaultdict[int, list[Any]]:
    """Return the rows that belong to the owners, by owner; ``owner`` is the column naming it."""
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in existing(session, owner, ids):
        found[getattr(row, owner.key)].append(row)
    return found


def sync_parts(
    loading: Loading,
    table: type[Any],
    stored: Sequence[Any],
    wanted: Sequence[dict[str, Any]],
    identity: Sequence[str],
    fresh: dict[str, Any] | None = None,
) -> list[Any]:
    """Make the stored rows of one owner those wanted; return them in the order wanted.

    Rows are matched by the columns of ``identity``; equal ones are matched in the order stored.
    ``fresh`` are columns of a new row that ``wanted`` may leave out.
    """
    left: defaultdict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in stored:
        left[tuple(comparable(getattr(row, name)) for name in identity)].append(row)
    rows = []
    for values in wanted:
        same = left[tuple(comparable(values[name]) for name in identity)]
        if same:
            row = same.pop(0)
            assign(row, values)
        else:
            row = table(**{**(fresh or {}), **values})
            loading.session.add(row)
        rows.append(row)
    for gone in left.values():
        for row in gone:
            loading.session.delete(row)
    return rows


def comparable(value: Any) -> Any:
    """Return a value as a key; PostgreSQL hands JSON back with its keys in another order."""
    return canonical(value) if isinstance(value, dict | list) else value
