"""Reads of saved views and their addresses."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.accounts.models import Person
from roadmap.db import read_rows
from roadmap.errors import Forbidden, NotFound
from roadmap.lists.models import DefaultView, SavedView, ViewAddress
from roadmap.lists.registry import Shown
from roadmap.web.i18n import _

MAX_OFFERED = 200


@dataclass(frozen=True)
class Saved:
    """A view as lists offer it."""

    id: int
    name: str
    owner_id: int
    shared: bool
    shown: Shown


@dataclass(frozen=True)
class Offered:
    """The views of a list a person may open, by name, and which one it opens with."""

    views: Sequence[Saved] = field(default_factory=tuple)
    default_id: int | None = None

    def get(self, view_id: int | None) -> Saved | None:
        """Return one of them."""
        return next((one for one in self.views if one.id == view_id), None)


# The tables' own columns: every list sends the statement, and without the mapper it is sooner read.
_VIEW, _DEFAULT = SavedView.__table__.c, DefaultView.__table__.c


def shown_by(row: Any) -> Shown:
    """Return what a stored view shows."""
    return Shown(row.query, row.sort, tuple(str(one) for one in row.columns))


def views_of(session: Session, actor: Actor, list_code: str) -> Offered:
    """Return the person's own views of a list and those shared with everybody, one statement."""
    asked = {"person": actor.id, "list": list_code}
    rows = read_rows(session, _offered(), asked)
    found = [Saved(row.id, row.name, row.owner_id, row.shared, shown_by(row)) for row in rows]
    return Offered(found, next((row.default_id for row in rows if row.default_id), None))


@cache
def _offered() -> Select[Any]:
    # Built once: every list sends it.
    person: Any = bindparam("person")
    code: Any = bindparam("list")
    chosen = and_(
        _DEFAULT.view_id == _VIEW.id,
        _DEFAULT.person_id == person,
        _DEFAULT.list_code == code,
    )
    shown = (_VIEW.query, _VIEW.sort, _VIEW.columns)
    return (
        select(
            *(_VIEW.id, _VIEW.name, _VIEW.owner_id, _VIEW.shared, *shown),
            _DEFAULT.view_id.label("default_id"),
        )
        .select_from(SavedView.__table__.outerjoin(DefaultView.__table__, chosen))
        .where(
            _VIEW.list_code == code,
            _VIEW.removed_at.is_(None),
            or_(_VIEW.owner_id == person, _VIEW.shared),
        )
        .order_by(_VIEW.name, _VIEW.id)
        .limit(MAX_OFFERED)
    )


def get_view(
    session: Session, actor: Actor, view_id: int, *, own: bool = False, lock: bool = False
) -> SavedView:
    """Return a view that is one's own or shared; with ``own`` others' are refused."""
    query = select(SavedView).where(SavedView.id == view_id, SavedView.removed_at.is_(None))
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None or not (found.owner_id == actor.id or found.shared):
        raise NotFound(_("There is no such view."))
    if own and found.owner_id != actor.id:
        raise Forbidden(_("Only its owner may change a view. Save it under a name of your own."))
    return found


def owner_names(session: Session, views: Sequence[Saved]) -> dict[int, str]:
    """Return what the owners of views are called, one statement."""
    ids = {one.owner_id for one in views}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: row.name for row in rows}


def addresses_of(session: Session, actor: Actor) -> dict[int, list[ViewAddress]]:
    """Return the person's addresses that still work by view, newest first, one statement."""
    found: dict[int, list[ViewAddress]] = {}
    query = select(ViewAddress).where(
        ViewAddress.person_id == actor.id, ViewAddress.revoked_at.is_(None)
    )
    for row in session.scalars(query.order_by(ViewAddress.id.desc())):
        found.setdefault(row.view_id, []).append(row)
    return found
