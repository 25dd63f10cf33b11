"""A PostgreSQL database goes from test to test only as long as nobody wrote to it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import Connection, create_engine, text

from tests.conftest import postgres_lent

Lend = Callable[[], AbstractContextManager[str]]


@pytest.fixture
def lend(
    postgres_server: str, postgres_admin: Connection, postgres_template: str
) -> Iterator[Lend]:
    """Return what gives out copies of the migrated database."""
    waiting: dict[str, str] = {}
    yield lambda: postgres_lent(postgres_server, postgres_admin, postgres_template, waiting)
    for name in waiting.values():
        postgres_admin.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def run(url: str, statement: str, commit: bool = True) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.execute(text(statement))
        if commit:
            connection.commit()
    engine.dispose()


@pytest.mark.postgres
def test_what_was_only_read_is_given_again(lend: Lend) -> None:
    with lend() as first:
        run(first, "SELECT count(*) FROM person")
    with lend() as second:
        assert second == first


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("statement", "commit"),
    [
        ("UPDATE alembic_version SET version_num = version_num", True),
        ("UPDATE alembic_version SET version_num = version_num", False),
        ("CREATE TABLE more (id int)", True),
        ("SELECT nextval('person_id_seq')", True),
        ("SELECT nextval('person_id_seq')", False),
    ],
)
def test_what_was_written_to_is_not_given_again(lend: Lend, statement: str, commit: bool) -> None:
    with lend() as first:
        run(first, statement, commit)
    with lend() as second:
        assert second != first


@pytest.mark.postgres
def test_what_is_still_being_written_to_is_not_given_again(lend: Lend) -> None:
    with lend() as first:
        engine = create_engine(first)
        connection = engine.connect()
        connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
    with lend() as second:
        assert second != first
    connection.invalidate()
    connection.close()
    engine.dispose()
