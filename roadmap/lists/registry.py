"""What the rooms above tell this one: records that take own fields, and lists that have views."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.errors import NotFound
from roadmap.lists.own_sql import OwnTable
from roadmap.web.i18n import _


@dataclass(frozen=True)
class Owner:
    """A kind of record that takes fields admins define."""

    record_type: str
    # What people call such records, in the plural.
    label: str
    table: OwnTable
    # Names its list and files already use; no field may be called so.
    reserved: Callable[[], Collection[str]]


@dataclass(frozen=True)
class Shown:
    """What a list is asked for: the query as typed, the sort, the columns in order."""

    query: str = ""
    sort: str = ""
    columns: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class ListKind:
    """A list that has views."""

    code: str
    label: str
    # The page of the list; it takes `view`, `q`, `sort` and `cols`.
    endpoint: str
    permission: str
    # Raises Invalid or QueryError for what the list cannot show.
    check: Callable[[Session, Actor, Shown], None]
    # Header and rows of everything the view shows, as text, numbers, days and moments.
    rows: Callable[[Session, Actor, Shown], tuple[Sequence[str], Iterator[Sequence[Any]]]]


_owners: dict[str, Owner] = {}
_lists: dict[str, ListKind] = {}


def register_owner(owner: Owner) -> None:
    """Let admins define fields for a kind of record."""
    _owners[owner.record_type] = owner


def register_list(kind: ListKind) -> None:
    """Let people save views of a list."""
    _lists[kind.code] = kind


def owners() -> list[Owner]:
    """Return the kinds of records that take fields."""
    return list(_owners.values())


def get_owner(record_type: str) -> Owner:
    """Return one kind of record."""
    if record_type not in _owners:
        raise NotFound(_("There is no such kind of record."))
    return _owners[record_type]


def list_kinds() -> list[ListKind]:
    """Return the lists that have views."""
    return list(_lists.values())


def get_list(code: str, actor: Actor) -> ListKind:
    """Return a list the person may read."""
    found = _lists.get(code)
    if found is None or not actor.may(found.permission):
        raise NotFound(_("There is no such list."))
    return found
