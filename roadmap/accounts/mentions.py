"""Who is mentioned: handles in a text to people, and completion while typing."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Person
from roadmap.web.mentions import handles

# More handles than this in one text are nobody's honest mention.
MOST = 50


@dataclass(frozen=True)
class Mentioned:
    """A person a handle names."""

    id: int
    name: str
    active: bool


def people_mentioned(session: Session, wanted: Collection[str]) -> dict[str, Mentioned]:
    """Return who each handle names, one statement, none for no handles.

    ``ana`` names the only active person whose address begins with ``ana@``, or else the only one
    who left; an ambiguous handle names nobody.
    """
    wanted = sorted(wanted)[:MOST]
    if not wanted:
        return {}
    columns = (Person.id, Person.name, Person.email, Person.active)
    full = [one for one in wanted if "@" in one]
    short = [Person.email.startswith(f"{one}@", autoescape=True) for one in set(wanted) - {*full}]
    rows = session.execute(select(*columns).where(or_(Person.email.in_(full), *short))).all()
    found: dict[str, list[Mentioned]] = defaultdict(list)
    for row in rows:
        person = Mentioned(row.id, row.name, row.active)
        found[row.email].append(person)
        found[row.email.partition("@")[0]].append(person)
    named = {}
    for handle in wanted:
        active = [one for one in found[handle] if one.active]
        only = active or found[handle]
        if len(only) == 1:
            named[handle] = only[0]
    return named


def names_in(session: Session, texts: Iterable[str]) -> dict[str, str]:
    """Return the name of each person mentioned in some texts, by handle."""
    wanted: set[str] = set()
    for text in texts:
        if "@" in text:
            wanted |= handles(text)
    return {handle: one.name for handle, one in people_mentioned(session, wanted).items()}


@dataclass(frozen=True)
class Suggestion:
    """A person to mention, and how to write it."""

    handle: str
    name: str


def suggestions(session: Session, typed: str, limit: int = 8) -> list[Suggestion]:
    """Return active people whose name or address fits what was typed after the sign, by name.

    Two statements at most; the handle is the whole address where the first part is not unique.
    """
    typed = typed.strip()[:60]
    fits = or_(
        Person.name.istartswith(typed, autoescape=True),
        Person.name.icontains(f" {typed}", autoescape=True),
        Person.email.istartswith(typed, autoescape=True),
    )
    people = session.execute(
        select(Person.name, Person.email)
        .where(Person.active, fits)
        .order_by(Person.name, Person.id)
        .limit(limit)
    ).all()
    locals_ = {row.email: row.email.partition("@")[0] for row in people}
    unique = people_mentioned(session, set(locals_.values()))
    return [
        Suggestion(locals_[row.email] if locals_[row.email] in unique else row.email, row.name)
        for row in people
    ]
