"""Pages of a list sorted by a field admins define: rows with a value first, then those without."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import Row, Select, String, exists, literal, null, tuple_
from sqlalchemy.orm import Session

from roadmap.db import read_rows
from roadmap.errors import Invalid
from roadmap.lists.keyset import marks_of
from roadmap.lists.own_sql import OwnOrder
from roadmap.web.i18n import _
from roadmap.web.paging import PAGE_SIZE, Page, decode_mark, make_page

_WHOLE = PAGE_SIZE + 1
_LARGEST_KEY = 2**31
# Makes the statement of one range of an order, from a mark on.
_Part: TypeAlias = Callable[[Select[Any], OwnOrder, tuple[Any, int] | None, bool], Select[Any]]


def read_own_page(
    session: Session, query: Select[Any], order: OwnOrder, after: str | None, before: str | None
) -> Page[Row[Any]]:
    """Return one page of a query that selects columns of the list, in one or two statements.

    Both ranges are read along an index; the second only where the first does not fill the page.
    """
    mark, backward = (before, True) if before else (after, False)
    marked = _readable(order, decode_mark(mark)) if mark else None
    ranges = [_valued, _empty]
    if backward:
        ranges.reverse()
    if marked is not None and (marked[0] is None) != backward:
        ranges = ranges[1:]
    rows: list[Row[Any]] = []
    for place, part in enumerate(ranges):
        here = marked if place == 0 else None
        if here is None and not rows:
            found = _beginning(part, query, order, backward)
        else:
            found = part(query, order, here, backward).limit(_WHOLE - len(rows))
        rows += read_rows(session, found)
        if len(rows) >= _WHOLE:
            break
    return make_page(rows, marks_of(rows), mark, backward)


@lru_cache(maxsize=64)
def _beginning(part: _Part, query: Select[Any], order: OwnOrder, backward: bool) -> Select[Any]:
    # A list without a filter is asked for by the same statement again and again.
    return part(query, order, None, backward).limit(_WHOLE)


def all_rows(query: Select[Any], order: OwnOrder) -> Sequence[Select[Any]]:
    """Return the statements that give every row in order, one after the other."""
    return [_valued(query, order, None, False), _empty(query, order, None, False)]


def _readable(order: OwnOrder, marked: tuple[Any, int]) -> tuple[Any, int]:
    """Return the mark if it can belong to this order; anything else was made up."""
    value, key = marked
    kind = order.value.type.python_type
    if kind is float and type(value) is int and abs(value) < 2**53:
        value = float(value)
    fits = value is None or (type(value) is kind and kind in {float, str, date})
    if not fits or not 0 <= key < _LARGEST_KEY:
        raise Invalid(_("This page address is damaged. Start again from the first page."))
    return value, key


def _valued(
    query: Select[Any], order: OwnOrder, marked: tuple[Any, int] | None, backward: bool
) -> Select[Any]:
    down = order.descending != backward
    found = (
        query.add_columns(order.value.label("sort_value"), order.owner.label("sort_key"))
        .join(order.row, order.owner == order.key)
        .where(order.row.field_id == order.field_id, order.value.is_not(None))
    )
    if marked is not None:
        value, key = marked
        here = tuple_(order.value, order.owner)
        place = tuple_(literal(value, order.value.type), literal(key))
        found = found.where(here < place if down else here > place)
    columns = (order.value, order.owner)
    return found.order_by(*(one.desc() if down else one.asc() for one in columns))


def _empty(
    query: Select[Any], order: OwnOrder, marked: tuple[Any, int] | None, backward: bool
) -> Select[Any]:
    down = order.descending != backward
    has = exists().where(
        order.owner == order.key, order.row.field_id == order.field_id, order.value.is_not(None)
    )
    nothing = null().cast(String).label("sort_value")
    found = query.add_columns(nothing, order.key.label("sort_key")).where(~has)
    if marked is not None:
        found = found.where(order.key < marked[1] if down else order.key > marked[1])
    return found.order_by(order.key.desc() if down else order.key.asc())
