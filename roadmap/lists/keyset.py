"""Pages of a list that begin after the last row seen, each one index range however deep it lies."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, TypeDecorator, literal, tuple_
from sqlalchemy.orm import Session

from roadmap.db import read_rows
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
    """Return one page of a query that selects columns, in one statement, or two where it ends.

    ``after`` and ``before`` are marks of an earlier page, at most one of them. Empty values of a
    nullable sort come last; they are a range of their own, so that no OR keeps an index from use,
    and are asked for only when the range before them does not fill the page.
    """
    mark, backward = (before, True) if before else (after, False)
    marked = _readable(decode_mark(mark), order) if mark else None
    if marked is None and not backward:
        rows = list(read_rows(session, _first_range(query, order)))
        ranges = _ranges(order, None, backward=False)[1:]
    else:
        rows, ranges = [], _ranges(order, marked, backward=backward)
    for where in ranges:
        if len(rows) > PAGE_SIZE:
            break
        part = _range(query, order, where, backward=backward)
        rows += read_rows(session, part.limit(PAGE_SIZE + 1 - len(rows)))
    return make_page(rows, marks_of(rows), mark, backward)


@lru_cache(maxsize=64)
def _first_range(query: Select[Any], order: Order) -> Select[Any]:
    # A list without a filter begins with the same statement again and again.
    where = _ranges(order, None, backward=False)[0]
    return _range(query, order, where, backward=False).limit(PAGE_SIZE + 1)


def _range(
    query: Select[Any], order: Order, where: Sequence[ColumnElement[bool]], *, backward: bool
) -> Select[Any]:
    found = query.add_columns(order.column.label("sort_value"), order.key.label("sort_key"))
    return _ordered(found.where(*where), order, backward=backward)


def marks_of(rows: Sequence[Row[Any]]) -> list[str]:
    """Return the marks of rows; only those of the ends of a page are told, the others are empty."""
    ends = {0, min(len(rows), PAGE_SIZE) - 1}
    return [
        encode_mark(row.sort_value, row.sort_key) if place in ends else ""
        for place, row in enumerate(rows)
    ]


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
    return query.order_by(*columns)


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
