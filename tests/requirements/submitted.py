"""What a good submission says, and what was stored of it."""

from sqlalchemy import select

from roadmap.db import Database
from roadmap.requirements import queries
from roadmap.requirements.models import (
    Requirement,
    RequirementDraft,
)

GOOD = {
    "title": "Stop replica perfume in LIVE",
    "problem": "The brand is spoken, never written.",
    "kind": "automation",
}


def stored(database: Database, number: int = 1) -> Requirement:
    with database.reading() as session:
        return queries.get_requirement(session, None, number)


def own(database: Database) -> list[RequirementDraft]:
    with database.reading() as session:
        return list(session.scalars(select(RequirementDraft).order_by(RequirementDraft.id)))
