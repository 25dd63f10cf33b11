"""Rows of several small tables in one statement: each as JSON, with the name of its query.

A portfolio is read from a dozen small tables; one statement for each costs more than their rows.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy import JSON, Date, Enum, Text, literal_column, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

Rows = dict[str, list[Any]]
Decoders = dict[str, Callable[[Any], Any]]


class _Row(FunctionElement[str]):
    """The values of a row as the text of a JSON object."""

    inherit_cache = True
    name = "row_as_json"
    type = Text()


class _Nested(FunctionElement[str]):
    """A column of JSON inside such a row."""

    inherit_cache = True
    name = "nested_json"
    type = Text()


@compiles(_Row, "sqlite")
def _row_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_object({compiler.process(element.clauses, **options)})"


@compiles(_Row, "postgresql")
def _row_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(json_build_object({compiler.process(element.clauses, **options)}) AS TEXT)"


@compiles(_Nested, "sqlite")
def _nested_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"json({compiler.process(element.clauses, **options)})"


@compiles(_Nested, "postgresql")
def _nested_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    text: str = compiler.process(element.clauses, **options)
    return text


class Bundle:
    """Queries that are sent as one; their columns may be numbers, texts, days, choices and JSON."""

    def __init__(self, parts: Mapping[str, Any]) -> None:
        self._decoders = {name: _decoders(part) for name, part in parts.items()}
        self._query = union_all(*(_as_json(name, part) for name, part in parts.items()))

    def read(self, session: Session, values: Mapping[str, Any]) -> Rows:
        """Return the rows of each query by its name, in no order; one statement."""
        found: Rows = {name: [] for name in self._decoders}
        for name, text in session.execute(self._query, values):
            row = json.loads(text)
            for column, decode in self._decoders[name].items():
                if row[column] is not None:
                    row[column] = decode(row[column])
            found[name].append(SimpleNamespace(**row))
        return found


def _as_json(name: str, part: Any) -> Any:
    rows = part.subquery()
    pairs: list[ColumnElement[Any]] = []
    for column in rows.columns:
        nested = isinstance(column.type, JSON)
        pairs += [literal_column(f"'{column.key}'"), _Nested(column) if nested else column]
    return select(literal_column(f"'{name}'").label("part"), _Row(*pairs).label("row")).select_from(
        rows
    )


def _decoders(part: Any) -> Decoders:
    found: Decoders = {}
    for column in part.selected_columns:
        kind: Any = column.type
        if isinstance(kind, Enum) and kind.enum_class is not None:
            found[str(column.key)] = kind.enum_class
        elif isinstance(kind, Date):
            found[str(column.key)] = date.fromisoformat
    return found


def in_order(rows: Sequence[Any], *names: str) -> list[Any]:
    """Return rows sorted by some of their numbers."""
    return sorted(rows, key=lambda row: tuple(getattr(row, name) for name in names))
