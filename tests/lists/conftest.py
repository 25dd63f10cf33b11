"""Requirements with own fields of every kind, and people who look at lists."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from roadmap.db import Database
from roadmap.lists import own_service
from roadmap.lists.models import CustomField
from roadmap.requirements import own_fields, queries
from roadmap.requirements.models import Requirement
from tests.requirements.conftest import Make, People, make, people, words  # noqa: F401
from tests.worlds import kept

KINDS = {
    "vendor": ("text", "Vendor", ()),
    "cost": ("number", "Cost", ()),
    "stage": ("choice", "Stage", ("Idea", "Proof of concept", "Rollout")),
    "review": ("date", "Review", ()),
    "owner": ("person", "Owner", ()),
}


@pytest.fixture
@kept
def fields(database: Database, people: People) -> dict[str, int]:  # noqa: F811
    """One field of each kind: vendor, cost, stage, review, owner; their ids by code."""
    with database.writing() as session:
        return {code: add(session, code).id for code in KINDS}


def add(session: Session, code: str) -> CustomField:
    """Define one of the fields."""
    kind, label, choices = KINDS[code]
    return own_service.add_field(
        session, None, "requirement", code, kind, label=label, choices=choices
    )


Give = Callable[..., Requirement]


@pytest.fixture
def give(make: Make) -> Give:  # noqa: F811
    """Return a maker of requirements with own values: `give(session, who, title, vendor="x")`."""

    def build(session: Session, who: Any, title: str, **own: Any) -> Requirement:
        made = make(session, who, title)
        session.flush()
        found = queries.get_requirement(session, None, made.id)
        typed = {f"own_{code}": value for code, value in own.items()}
        return own_fields.edit(session, None, found, typed)

    return build
