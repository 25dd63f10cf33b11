"""Search across rooms: by key, by words, and the pages one may go to."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.accounts.models import Person
from roadmap.launches.access import visible
from roadmap.launches.models import Launch
from roadmap.mechanisms.models import Mechanism
from roadmap.overview.standing import ENDED
from roadmap.requirements.models import Requirement
from roadmap.textsearch import matches, normal, words_of
from roadmap.web.admin_menu import admin_pages
from roadmap.web.i18n import _
from roadmap.wording import N_

LIMIT = 20
_KEY = re.compile(r"\s*(REQ|LCH|MEC)-?([0-9]{1,9})\s*", re.IGNORECASE)
PATHS = {"REQ": "requirements", "LCH": "launches", "MEC": "mechanisms"}
_MODELS: dict[str, Any] = {"REQ": Requirement, "LCH": Launch, "MEC": Mechanism}


# What can be begun from anywhere: label, endpoint, permission.
_BEGIN = (
    (N_("Submit a requirement"), "requirements.new", "requirement.submit"),
    (N_("New launch"), "launches.new", "launch.create"),
    (N_("Register a mechanism"), "mechanisms.new", "mechanism.create"),
)


@dataclass(frozen=True)
class Found:
    """What a search found, by kind; each list holds at most LIMIT rows."""

    requirements: Sequence[Any] = ()
    launches: Sequence[Any] = ()
    mechanisms: Sequence[Any] = ()
    people: Sequence[Any] = ()
    commands: Sequence[tuple[str, str]] = ()

    @property
    def count(self) -> int:
        """Return how many rows are shown."""
        parts = (self.requirements, self.launches, self.mechanisms, self.people, self.commands)
        return sum(len(part) for part in parts)


def exact(session: Session, actor: Actor, query: str) -> str | None:
    """Return the key a query names if the reader may open that record, in one statement."""
    match = _KEY.fullmatch(query)
    if match is None:
        return None
    prefix, number = match[1].upper(), int(match[2])
    model = _MODELS[prefix]
    found = select(model.id).where(model.id == number)
    if model is Launch:
        found = visible(found, actor)
    return f"{prefix}-{number}" if session.scalar(found) is not None else None


def says(column: Any, words: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that every word occurs in a short name, whatever its case.

    SQLite folds only ASCII letters, so the usual spellings of a word are tried.
    """
    return and_(*(or_(*(_spelled(column, word))) for word in words))


def _spelled(column: Any, word: str) -> list[ColumnElement[bool]]:
    spellings = dict.fromkeys((word, word.capitalize(), word.upper()))
    return [column.icontains(one, autoescape=True) for one in spellings]


def search(session: Session, actor: Actor, query: str) -> Found:
    """Return what holds every word of the query, newest first; one statement for each kind."""
    words = words_of(query)
    if not words:
        return Found()
    launches = visible(
        select(Launch.id, Launch.title, Launch.state)
        .where(says(Launch.title, words))
        .order_by(Launch.state.in_(ENDED), Launch.id.desc())
        .limit(LIMIT),
        actor,
    )
    mechanisms = (
        select(Mechanism.id, Mechanism.name, Mechanism.stage)
        .where(says(Mechanism.name, words))
        .order_by(Mechanism.id.desc())
        .limit(LIMIT)
    )
    requirements = (
        select(Requirement.id, Requirement.title, Requirement.state)
        .where(matches(session, Requirement.search_text, Requirement.id, words))
        .order_by(Requirement.id.desc())
        .limit(LIMIT)
    )
    people = (
        select(Person.id, Person.name, Person.email)
        .where(Person.active, or_(says(Person.name, words), says(Person.email, words)))
        .order_by(Person.name, Person.id)
        .limit(LIMIT)
    )
    return Found(
        requirements=session.execute(requirements).all(),
        launches=session.execute(launches).all(),
        mechanisms=session.execute(mechanisms).all(),
        people=session.execute(people).all() if actor.may("person.read") else (),
        commands=commands(actor, words),
    )


def commands(actor: Actor, words: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pages whose name holds every word, as (label, address), as far as one may go."""
    places = [
        (label, endpoint, permission)
        for _place, label, endpoint, _prefix, permission in current_app.extensions["roadmap_nav"]
    ]
    places += [(page.label, page.endpoint, page.permission) for page in admin_pages()]
    places += _BEGIN
    found: dict[str, str] = {}
    for label, endpoint, permission in places:
        said = _(label)
        if actor.may(permission) and all(word in normal(said) for word in words):
            found.setdefault(url_for(endpoint), said)
    return [(said, address) for address, said in found.items()]
