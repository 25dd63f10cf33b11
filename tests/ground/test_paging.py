"""Pages never overlap, skip or lose their order, with empty values and ties, forth and back."""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, Table, create_engine, insert, select
from sqlalchemy.engine import Connection

from roadmap.errors import Invalid
from roadmap.web import paging
from roadmap.web.paging import Order, decode_mark, encode_mark, make_page, page_of

table = Table(
    "paged",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("n", Integer, nullable=True),
)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    table.create(engine)
    yield engine
    engine.dispose()


def fetch(connection: Connection, order: Order, mark: str | None, backward: bool) -> Any:
    rows = connection.execute(page_of(select(table), order, mark, backward)).all()
    return make_page(rows, [encode_mark(row.n, row.id) for row in rows], mark, backward)


def expected(values: list[int | None], descending: bool) -> list[int]:
    """Return the keys in order: empty values last, ties by key in the direction of the sort."""
    sign = -1 if descending else 1
    filled = [(sign * n, sign * key) for key, n in enumerate(values) if n is not None]
    empty = [sign * key for key, n in enumerate(values) if n is None]
    return [sign * key for _, key in sorted(filled)] + [sign * key for key in sorted(empty)]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    values=st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=12),
    descending=st.booleans(),
    size=st.integers(1, 5),
)
def test_walking_forth_and_back_meets_every_row_once_in_order(
    values: list[int | None], descending: bool, size: int, engine: Engine
) -> None:
    order = Order(table.c.n, table.c.id, descending=descending, nullable=True)
    before = paging.PAGE_SIZE
    paging.PAGE_SIZE = size
    try:
        with engine.connect() as connection:
            if values:
                rows = [{"id": key, "n": value} for key, value in enumerate(values)]
                connection.execute(insert(table), rows)
            forth: list[list[int]] = []
            mark, page = None, None
            while page is None or page.after:
                mark = page.after if page else None
                page = fetch(connection, order, mark, backward=False)
                forth.append([row.id for row in page.rows])
                assert (page.before is not None) == (mark is not None and bool(page.rows))
            back = [forth[-1]]
            while page.before:
                page = fetch(connection, order, page.before, backward=True)
                back.insert(0, [row.id for row in page.rows])
            connection.rollback()
    finally:
        paging.PAGE_SIZE = before
    assert [key for part in forth for key in part] == expected(values, descending)
    assert [key for part in back for key in part] == expected(values, descending)
    assert all(len(part) == size for part in forth[:-1])


@given(st.text(max_size=60))
def test_a_damaged_mark_is_refused_and_nothing_else(mark: str) -> None:
    with contextlib.suppress(Invalid):
        decode_mark(mark)


@pytest.mark.parametrize("value", ["x", True, {"d": "2026-02-30"}, [1], 1e300, None])
def test_a_mark_of_another_kind_of_column_is_refused(value: Any) -> None:
    mark = encode_mark(value, 1)
    with pytest.raises(Invalid):
        page_of(select(table), Order(table.c.n, table.c.id), mark, backward=False)
