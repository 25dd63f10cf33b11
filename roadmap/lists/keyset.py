"""Pages of a list that begin after the last row seen, each one index range however deep it lies."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, TypeDecorator, literal, select, tuple_, union_all
from sqlalchemy.orm import Session

from roadmap.errors import Invalid
from roadmap.web.i18n import _
from roadmap.web.paging import PAGE_SIZE, Order, Page, decode_mark, encode_mark, make_page

_LARGEST_KEY = 2**31
_LARGEST_NUMBER = 2**53


def read_page(
    session: Session,
    query: Select[Any],
    order: Order,
    after: str | None,
    before: str | None,
) -> Page[Row[Any]]:
    """Return one page of a query that selects columns, in one statement.

    ``after`` and ``before`` are marks of an earlier page, at most one of them. Empty values of a
    nullable sort come last; they are a range of their own, so that no OR keeps an index from use.
    """
    mark, backward = (before, True) if before else (after, False)
    marked = _readable(decode_mark(mark), order) if mark else None
    value, key = order.column.label("sort_value"), order.key.label("sort_key")
    ranges = _ranges(order, marked, backward=backward)
    if len(ranges) == 1:
        found = query.add_columns(value, key).where(*ranges[0])
        statement = _ordered(found, order, backward=backward)
    else:
        parts = [
            _ordered(query.with_only_columns(value, key).where(*where), order, backward=backward)
            for where in ranges
        ]
        statement = _joined(query, parts, order, backward=backward)
    rows = session.execute(statement).all()
    marks = [encode_mark(row.sort_value, row.sort_key) for row in rows]
    return make_page(rows, marks, mark, backward)


def _readable(marked: tuple[Any, int], order: Order) -> tuple[Any, int]:
    """Return the mark if it can belong to this order; anything else was made up."""
    value, key = marked
    kind = order.column.type
    wanted = (kind.impl_instance if isinstance(kind, TypeDecorator) else kind).python_type
    if wanted is float and type(value) is int:
        value = float(value)
    fits = order.nullable if value is None else type(value) is wanted
    finite = not isinstance(value, int | float) or abs(value) < _LARGEST_NUMBER
    if not (fits and finite and 0 <= key < _LARGEST_KEY):
        raise Invalid(_("This page address is damaged. Start again from the first page."))
    return value, key


def _descends(order: Order, backward: bool) -> bool:
    return order.descending != backward


def _ordered(query: Select[Any], order: Order, *, backward: bool) -> Select[Any]:
    down = _descends(order, backward)
    columns = [column.desc() if down else column.asc() for column in (order.column, order.key)]
    return query.order_by(*columns).limit(PAGE_SIZE + 1)


def _ranges(
    order: Order, marked: tuple[Any, int] | None, *, backward: bool
) -> Sequence[Sequence[ColumnElement[bool]]]:
    """Return the ranges a page may reach into, nearest first."""
    full = [order.column.is_not(None)] if order.nullable else []
    empty = [order.column.is_(None)]
    if marked is None:
        return [full, empty] if order.nullable and not backward else [full]
    value, key = marked
    down = _descends(order, backward)
    if value is None:
        further = order.key < key if down else order.key > key
        return [[*empty, further], full] if backward else [[*empty, further]]
    here = tuple_(order.column, order.key)
    place = tuple_(literal(value, order.column.type), literal(key))
    beyond = here < place if down else here > place
    return [[*full, beyond], empty] if order.nullable and not backward else [[*full, beyond]]


def _joined(
    query: Select[Any], parts: Sequence[Select[Any]], order: Order, *, backward: bool
) -> Select[Any]:
    """Put the ranges one after the other.

    They find the keys alone, and the rows are taken by key: every column named in a range costs
    more time to build than the database takes to look the row up again.
    """
    numbered = []
    for place, part in enumerate(parts):
        inner = part.subquery()
        named = (inner.c.sort_value, inner.c.sort_key, literal(place).label("sort_part"))
        numbered.append(select(*named))
    found = union_all(*numbered).subquery()
    down = _descends(order, backward)
    columns = [
        column.desc() if down else column.asc() for column in (found.c.sort_value, found.c.sort_key)
    ]
    return (
        select(*query.selected_columns, found.c.sort_value, found.c.sort_key)
        .join(found, order.key == found.c.sort_key)
        .order_by(found.c.sort_part, *columns)
        .limit(PAGE_SIZE + 1)
    )
