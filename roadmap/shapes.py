"""How what the driver brings becomes rows of values, for statements that go past SQLAlchemy."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from sqlalchemy import CompoundSelect, Dialect, Select

Statement: TypeAlias = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
# Rows as the driver brings them.
Raw: TypeAlias = Sequence[Sequence[Any]]


@lru_cache(maxsize=256)
def _row_type(names: tuple[str, ...]) -> Callable[[Iterable[Any]], Any]:
    make_type: Callable[..., Any] = namedtuple
    make: Callable[[Iterable[Any]], Any] = make_type("Row", names, rename=True)._make
    return make


class Shape:
    """How what the driver brings becomes rows of values, as the types of the columns say."""

    def __init__(self, statement: Statement, dialect: Dialect, kinds: Sequence[Any]) -> None:
        columns = list(statement.selected_columns)
        self._make = _row_type(tuple(column.key or "" for column in columns))
        turned = (
            column.type.dialect_impl(dialect).result_processor(dialect, kind)
            for column, kind in zip(columns, kinds, strict=True)
        )
        self._turns = [(place, turn) for place, turn in enumerate(turned) if turn is not None]

    def rows(self, raw: Raw) -> list[Any]:
        """Return the rows as named tuples."""
        make, turns = self._make, self._turns
        found = []
        for row in raw:
            values = list(row)
            for place, turn in turns:
                values[place] = turn(values[place])
            found.append(make(values))
        return found


_shapes: WeakKeyDictionary[Statement, dict[str, Shape]] = WeakKeyDictionary()


def known_shape(statement: Statement, dialect: Dialect) -> Shape | None:
    """Return the shape of a statement's rows if it was found before."""
    return _shapes.get(statement, {}).get(dialect.name)


def shape_of(statement: Statement, dialect: Dialect, kinds: Sequence[Any]) -> Shape:
    """Return the shape of a statement's rows, found once for each database."""
    known = _shapes.setdefault(statement, {})
    if dialect.name not in known:
        known[dialect.name] = Shape(statement, dialect, kinds)
    return known[dialect.name]
