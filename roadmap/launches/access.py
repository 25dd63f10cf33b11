"""Who may know of a launch, and who may change it: the one place that says so.

A confidential launch is seen by its owner, by the people and teams on its list, and by those who
may read all of them. For everybody else it does not exist: lists, counts, search, history and the
reasons of other launches all go through `visible`.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, or_, select, true
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from roadmap.accounts.current import actor_from, actor_query
from roadmap.accounts.models import Person
from roadmap.errors import Forbidden, NotFound
from roadmap.keys import parse_key
from roadmap.launches.models import Launch, LaunchReader
from roadmap.web.i18n import _

Right = Literal["read", "edit", "commit"]
AnySelect: TypeAlias = Select[*tuple[Any, ...]]
Query = TypeVar("Query", bound=AnySelect)
_ALL = "launch.read_confidential"


class Asker(Protocol):
    """The part of an actor that decides what launches it may see and change."""

    @property
    def id(self) -> int: ...

    @property
    def team_ids(self) -> frozenset[int]: ...

    def may(self, permission: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a statement about launches is built for; equal readers may know of the same launches."""

    id: int
    team_ids: frozenset[int]
    sees_all: bool

    def may(self, permission: str) -> bool:
        """Tell whether they may read every confidential launch, which is all that is asked here."""
        return self.sees_all and permission == _ALL


def reader_of(actor: Asker) -> Reader:
    """Return what statements need to know of who asks."""
    return Reader(actor.id, actor.team_ids, actor.may(_ALL))


def seen_by(actor: Asker | None, launch: Any = Launch) -> ColumnElement[bool]:
    """Return the condition under which the actor may know of a launch; None is the system itself.

    ``launch`` is the mapped class, or the alias of it, that the statement selects from.
    """
    if actor is None or actor.may(_ALL):
        return true()
    listed = (
        select(LaunchReader.id)
        .where(
            LaunchReader.launch_id == launch.id,
            or_(
                LaunchReader.person_id == actor.id,
                LaunchReader.team_id.in_(sorted(actor.team_ids)),
            ),
        )
        .correlate(launch)
        .exists()
    )
    return or_(launch.confidential.is_(False), launch.owner_id == actor.id, listed)


def visible(query: Query, actor: Asker | None, launch: Any = Launch) -> Query:
    """Restrict a statement that selects from launches to those the actor may know of."""
    if actor is None or actor.may(_ALL):
        return query
    return query.where(seen_by(actor, launch))


@lru_cache(maxsize=256)
def built_for(build: Callable[[], AnySelect], reader: Reader | None) -> AnySelect:
    """Return a statement restricted to what a reader may know of, built once for each of them."""
    return visible(build(), reader)


def visible_ids(session: Session, actor: Asker | None, ids: Collection[int]) -> frozenset[int]:
    """Return which of the launches the actor may know of, in one statement."""
    if not ids:
        return frozenset()
    query = visible(select(Launch.id).where(Launch.id.in_(sorted(set(ids)))), actor)
    return frozenset(session.scalars(query))


@lru_cache(maxsize=256)
def _one_launch(reader: Reader | None, load: tuple[str, ...]) -> AnySelect:
    options: list[ORMOption] = [selectinload(getattr(Launch, part)) for part in load]
    query = visible(select(Launch).where(Launch.id == bindparam("id")), reader)
    return query.options(*options).execution_options(populate_existing=bool(load))


def get_launch(
    session: Session,
    actor: Asker | None,
    key: str | int,
    may: Right = "read",
    load: Sequence[Any] = (),
) -> Launch:
    """Load a launch by key or number and authorise in one statement.

    ``load`` names relationships to load with it, such as ``Launch.phases``. Raises NotFound if
    there is none the actor may know of, Forbidden if they may read but not do what they came for.
    """
    number = parse_key(key, Launch.key_prefix) if isinstance(key, str) else key
    reader = reader_of(actor) if actor is not None else None
    query = _one_launch(reader, tuple(part.key for part in load))
    launch: Launch | None = session.scalar(query, {"id": number})
    if launch is None:
        raise NotFound(_("There is no launch with this key, or you may not see it."))
    if may == "edit" and not may_edit(actor, launch):
        raise Forbidden(_("Only the owner, the owning team or a program manager may change this."))
    if may == "commit" and not (actor is None or actor.may("launch.commit")):
        raise Forbidden(_("Only a program manager may commit a date or change the order."))
    return launch


def may_edit(actor: Asker | None, launch: Launch) -> bool:
    """Return whether the actor may change a launch they can see."""
    if actor is None or actor.may("launch.edit_any"):
        return True
    own = launch.owner_id == actor.id or launch.team_id in actor.team_ids
    return actor.may("launch.edit") and own


def may_read(session: Session, launch: Launch, person_id: int) -> bool:
    """Tell whether a person, signed in or not, may know of a launch; two statements at most."""
    if not launch.confidential:
        return True
    rows = session.execute(actor_query().where(Person.id == person_id)).all()
    person = actor_from(rows)
    return person is not None and bool(visible_ids(session, person, [launch.id]))
