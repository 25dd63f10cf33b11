"""Rows that belong to some keys, as one value of a statement however many there are.

``column.in_(keys)`` writes another statement for each number of keys. What stands beside the rows
of a page is looked up by a list that is one value: an array on PostgreSQL, JSON on SQLite.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, Text, TypeDecorator, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_POSTGRESQL = "postgresql"


class _Keys(TypeDecorator[Collection[int]]):
    """A list of keys as the database takes it."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(ARRAY(Integer) if dialect.name == _POSTGRESQL else Text())

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> Any:
        keys = list(value or ())
        return keys if dialect.name == _POSTGRESQL else json.dumps(keys)


class _Among(FunctionElement[bool]):
    """Whether a column holds one of some keys.

    It has no type: SQLite, which knows no Boolean, would be asked whether the condition equals 1,
    and would use no index then.
    """

    inherit_cache = True


@compiles(_Among)
def _of_json(element: Any, compiler: Any, **rest: Any) -> str:
    column, keys = (compiler.process(one, **rest) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({keys}))"  # noqa: S608 - compiled parts


@compiles(_Among, _POSTGRESQL)
def _of_array(element: Any, compiler: Any, **rest: Any) -> str:
    column, keys = (compiler.process(one, **rest) for one in element.clauses)
    return f"{column} = ANY({keys})"


def among(column: Any, name: str) -> ColumnElement[bool]:
    """Return the condition that a column holds one of the keys given as the parameter ``name``."""
    return _Among(column, bindparam(name, type_=_Keys()))
