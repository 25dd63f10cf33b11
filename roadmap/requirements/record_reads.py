"""What the page of a requirement asks at once, before its parts are drawn."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select, union_all
from sqlalchemy.orm import Session

from roadmap.accounts.models import Person
from roadmap.ahead import Asked
from roadmap.db import read_rows
from roadmap.history.models import HistoryEvent
from roadmap.history.queries import asks_feed
from roadmap.requirements import queries
from roadmap.requirements.models import AcceptanceCriterion, Requirement
from roadmap.requirements.support_queries import asks_supporters

# Events of its history a record shows; older ones only where they decided something.
NEWEST = 40


def reads(requirement: Requirement) -> list[Asked]:
    """Return what the page itself asks; its panels say what they ask themselves."""
    number = requirement.id
    return [
        asks_supporters(number),
        queries.asks_parts(number),
        asks_feed(Requirement.record_type, number, NEWEST),
        _asks_names(number),
        queries.asks_related(requirement),
        queries.asks_comments(number),
        queries.ASKS_LAST_RANK,
    ]


def names_beside(
    session: Session, requirement_id: int, ids: Iterable[int | None]
) -> dict[int, str]:
    """Return the names of people on the page, one statement; another for who is named otherwise."""
    found = dict(map(tuple, read_rows(session, *_asks_names(requirement_id))))
    missing = {one for one in ids if one is not None} - found.keys()
    return found | queries.people_named(session, sorted(missing)) if missing else found


def _asks_names(requirement_id: int) -> Asked:
    return _names(), {"requirement": requirement_id, "type": Requirement.record_type}


@cache
def _names() -> Select[Any]:
    own, criterion = Requirement.__table__.c, AcceptanceCriterion.__table__.c
    event, person = HistoryEvent.__table__.c, Person.__table__.c
    number: Any = bindparam("requirement")
    newest = (
        select(event.actor_id.label("id"))
        .where(event.record_type == bindparam("type"), event.record_id == number)
        .order_by(event.id.desc())
        .limit(NEWEST)
        .subquery()
    )
    beside = union_all(
        *(
            select(column).where(own.id == number)
            for column in (own.requester_id, own.submitted_by_id, own.state_changed_by)
        ),
        select(criterion.accepted_by).where(criterion.requirement_id == number),
        select(newest.c.id),
    )
    return select(person.id, person.name).where(person.id.in_(beside))
