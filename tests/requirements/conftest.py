"""A few words of the taxonomy, people as commands see them, and one way to make a requirement."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.db import Database
from roadmap.history.service import record
from roadmap.requirements import service
from roadmap.requirements.models import Requirement
from roadmap.taxonomy.models import Language, Market, PolicyArea, Surface
from tests.cast import Cast, actor
from tests.worlds import kept


@dataclass
class People:
    """The cast as commands see it."""

    alice: Actor
    bob: Actor
    charlie: Actor
    victor: Actor


@pytest.fixture
def people(cast: Cast) -> People:
    """Alice the partner, Bob the PM, Charlie who also asks, Victor who only reads."""
    return People(
        actor(cast.alice, cast.ops),
        actor(cast.bob, cast.program),
        actor(cast.charlie, cast.ops),
        actor(cast.victor),
    )


@pytest.fixture(autouse=True)
@kept
def words(database: Database) -> None:
    """Germany and France, German and French, live and listing, weapons."""
    with database.writing() as session:
        rows: list[Any] = [
            *(Market(code=code, name=name) for code, name in (("DE", "Germany"), ("FR", "France"))),
            *(
                Language(code=code, name=name)
                for code, name in (("de", "German"), ("fr", "French"))
            ),
            *(Surface(code=code, name=code.title()) for code in ("live", "listing")),
            PolicyArea(code="weapons", name="Weapons", dsa_category="OTHER_VIOLATION_TC"),
        ]
        session.add_all(rows)
        for row in rows:
            record(session, None, row, "taxonomy.created")


Make = Callable[..., Requirement]


@pytest.fixture
def make() -> Make:
    """Return a maker of requirements: `make(session, actor, title, **values)`."""

    def build(session: Session, who: Actor, title: str = "Block replica perfume", **values: Any):
        plain = {"title": title, "problem": "It is sold in live streams.", "kind": "tool"}
        return service.submit(session, who, plain | values)

    return build
