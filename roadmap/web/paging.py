"""Keyset paging: a page begins after the last row seen, whatever was added meanwhile."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, or_
from sqlalchemy.orm import InstrumentedAttribute

from roadmap.errors import Invalid
from roadmap.web.i18n import _
from roadmap.web.text import forbidden_character

Row = TypeVar("Row")

PAGE_SIZE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of rows and the marks of its neighbours; a mark is None at the end."""

    rows: Sequence[Row]
    after: str | None
    before: str | None


@dataclass(frozen=True)
class Order:
    """A sort: one column and its direction, ties broken by the key. Empty values come last."""

    column: ColumnElement[Any] | InstrumentedAttribute[Any]
    key: ColumnElement[Any] | InstrumentedAttribute[Any]
    descending: bool = False
    # Whether the column can be empty.
    nullable: bool = False


def encode_mark(value: Any, key: int) -> str:
    """Return the opaque mark of a row: its sort value and key."""
    if isinstance(value, datetime | date):
        value = {"d" if not isinstance(value, datetime) else "t": value.isoformat()}
    text = json.dumps([value, key], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_mark(mark: str) -> tuple[Any, int]:
    """Return (sort value, key) of a mark; a broken one is refused."""
    try:
        text = base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)).decode()
        value, key = json.loads(text)
        if isinstance(value, dict):
            value = (
                date.fromisoformat(value["d"])
                if "d" in value
                else datetime.fromisoformat(value["t"])
            )
        if type(key) is not int or abs(key) >= 2**63:
            raise TypeError("a key is a whole number")
        if isinstance(value, str) and forbidden_character(value):
            raise ValueError("a text no row can hold")
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError("a moment without its zone")
    except (ValueError, KeyError, TypeError, binascii.Error, UnicodeDecodeError):
        raise _damaged() from None
    return value, key


def _damaged() -> Invalid:
    return Invalid(_("This page address is damaged. Start again from the first page."))


def _fits(order: Order, value: Any) -> bool:
    """Return whether a mark's value can stand in the sorted column."""
    kind = order.column.type.python_type
    if value is None:
        return order.nullable
    if issubclass(kind, bool):
        return isinstance(value, bool)
    if issubclass(kind, int | float | Decimal):
        small = isinstance(value, int | float) and abs(value) < 2**63
        return small and not isinstance(value, bool)
    return isinstance(value, str if issubclass(kind, Enum) else kind)


def page_of(query: Select[Any], order: Order, mark: str | None, backward: bool) -> Select[Any]:
    """Return the query for one page: ordered, from the mark on, one row more than a page."""
    descending = order.descending != backward
    if mark is not None:
        value, key = decode_mark(mark)
        if not _fits(order, value):
            raise _damaged()
        query = query.where(_beyond(order, value, key, backward=backward))
    column: Any = order.column.desc() if descending else order.column.asc()
    if order.nullable:
        column = column.nulls_first() if backward else column.nulls_last()
    tie = order.key.desc() if descending else order.key.asc()
    return query.order_by(column, tie).limit(PAGE_SIZE + 1)


def _beyond(order: Order, value: Any, key: int, *, backward: bool) -> ColumnElement[bool]:
    down = order.descending != backward
    further_key = order.key < key if down else order.key > key
    if value is None:
        tail = and_(order.column.is_(None), further_key)
        return or_(order.column.is_not(None), tail) if backward else tail
    further = order.column < value if down else order.column > value
    same = and_(order.column == value, further_key)
    empty = order.column.is_(None) if order.nullable and not backward else false()
    return or_(further, same, empty)


def make_page(
    rows: Sequence[Row], marks: Sequence[str], mark: str | None, backward: bool
) -> Page[Row]:
    """Cut the surplus row off and set the marks of the neighbours; ``marks`` go with ``rows``."""
    more = len(rows) > PAGE_SIZE
    shown, seen = list(rows[:PAGE_SIZE]), list(marks[:PAGE_SIZE])
    if backward:
        shown.reverse()
        seen.reverse()
    has_after = bool(shown) and (mark is not None if backward else more)
    has_before = bool(shown) and (more if backward else mark is not None)
    return Page(shown, seen[-1] if has_after else None, seen[0] if has_before else None)
