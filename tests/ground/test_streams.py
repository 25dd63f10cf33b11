"""Files sent while their rows are read: whoever stops reading half way leaves nothing open."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from roadmap.db import Database
from roadmap.requirements.models import Requirement
from roadmap.requirements.service import submit
from tests.cast import Cast, actor

PLAIN = {"title": "Block replicas", "problem": "Sold in live streams. " * 100, "kind": "tool"}
ROWS = 3_000
LISTED = "/requirements/export.csv?cols=title,state,problem"


@pytest.fixture
def client(
    database: Database, session: Session, cast: Cast, sign_in: Callable[[Any], FlaskClient]
) -> FlaskClient:
    """Bob's browser, and more requirements than one piece of a file holds."""
    first = submit(session, actor(cast.bob, cast.program), PLAIN)
    columns = [column for column in Requirement.__table__.columns if column.name != "id"]
    values = {column.name: getattr(first, column.name) for column in columns}
    session.commit()
    session.close()
    rows = [values | {"id": 1000 + n, "title": f"Copy {n}"} for n in range(ROWS)]
    # Past the sessions, which would have each row in the history.
    with database.engine.execution_options(write=True).begin() as connection:
        connection.execute(insert(Requirement), rows)
    return sign_in(cast.bob)


def held(database: Database) -> int:
    """Return how many connections somebody has taken and not given back."""
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedout()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_client_that_goes_away_half_way_leaves_nothing_open(
    kind: str, app: Flask, database: Database, client: FlaskClient
) -> None:
    answer = client.get(LISTED.replace("csv", kind, 1), buffered=False)
    assert answer.status_code == 200
    assert next(iter(answer.iter_encoded()))
    assert not has_app_context()
    assert held(database) == 1
    answer.close()
    assert held(database) == 0
    assert client.get("/requirements").status_code == 200


def test_files_read_by_turns_do_not_meet(
    app: Flask, database: Database, client: FlaskClient
) -> None:
    one, other = (client.get(LISTED, buffered=False) for _ in range(2))
    pieces = [iter(one.iter_encoded()), iter(other.iter_encoded())]
    assert next(pieces[0]) == next(pieces[1])
    # The first ends before the second, and a page comes between them.
    one.close()
    assert client.get("/requirements").status_code == 200
    rest = b"".join(pieces[1])
    assert f"Copy {ROWS - 1}".encode() in rest or b"Copy 0" in rest
    other.close()
    assert held(database) == 0


def test_a_file_read_to_its_end_gives_its_connection_back(
    app: Flask, database: Database, client: FlaskClient
) -> None:
    answer = client.get(LISTED)
    assert answer.text.count("Copy ") == ROWS
    answer.close()
    assert held(database) == 0


def test_asking_for_the_head_of_a_file_reads_nothing(
    app: Flask, database: Database, client: FlaskClient
) -> None:
    answer = client.head(LISTED)
    assert answer.status_code == 200
    answer.close()
    assert held(database) == 0
