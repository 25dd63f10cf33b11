"""Who may read which record at this moment, and what it is called."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.launches.access import visible
from roadmap.launches.models import Launch
from roadmap.mechanisms.models import Mechanism
from roadmap.requirements.models import Requirement

Key = tuple[str, int]


@dataclass(frozen=True)
class Named:
    """A record as its reader knows it; ``path`` is below the address of the site."""

    key: str
    title: str
    path: str


def readable(session: Session, actor: Actor, wanted: Iterable[Key]) -> dict[Key, Named]:
    """Return the records a person may read now, with their titles; a statement a kind at most.

    What is missing may not be read, does not exist, or is of a kind nobody is told of.
    """
    ids: dict[str, set[int]] = defaultdict(set)
    for kind, number in wanted:
        ids[kind].add(number)
    found: dict[Key, Named] = {}
    if actor.may("requirement.read"):
        query = select(Requirement.id, Requirement.title)
        _add(session, found, query, Requirement, "requirements", ids)
    if actor.may("launch.read"):
        query = visible(select(Launch.id, Launch.title), actor)
        _add(session, found, query, Launch, "launches", ids)
    if actor.may("mechanism.read"):
        query = select(Mechanism.id, Mechanism.name)
        _add(session, found, query, Mechanism, "mechanisms", ids)
    return found


def _add(
    session: Session,
    found: dict[Key, Named],
    query: Any,
    kind: Any,
    place: str,
    ids: dict[str, set[int]],
) -> None:
    numbers: Collection[int] = ids.get(kind.record_type, ())
    if not numbers:
        return
    for number, title in session.execute(query.where(kind.id.in_(sorted(numbers)))):
        key = f"{kind.key_prefix}-{number}"
        found[(kind.record_type, number)] = Named(key, title, f"/{place}/{key}")
