"""Asks for rows by thousands of numbers: one array on PostgreSQL, a list of values on SQLite.

PostgreSQL's driver takes longer to write each number as a value of its own than the server does to
find its row, and a statement that names another count of them is another statement.
"""

from typing import Any

from sqlalchemy import BindParameter, any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _OneOf(FunctionElement[Any]):
    """A column and the expanding parameter whose values it may have."""

    inherit_cache = True
    name = "one_of"


def one_of(column: Any, values: BindParameter[Any]) -> Any:
    """Return the condition that a column has one of the values an expanding parameter is given."""
    return _OneOf(column, values)


@compiles(_OneOf)
def _listed(element: Any, compiler: Any, **options: Any) -> str:
    column, values = element.clauses
    text: str = compiler.process(column.in_(values), **options)
    return text


@compiles(_OneOf, "postgresql")
def _in_array(element: Any, compiler: Any, **options: Any) -> str:
    column, values = element.clauses
    array: Any = bindparam(values.key, type_=ARRAY(column.type))
    text: str = compiler.process(column == any_(array), **options)
    return text
