"""Who is asking: the signed-in person of a request, read in one statement."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Flask
from flask_login import AnonymousUserMixin, LoginManager, UserMixin
from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from roadmap import kept
from roadmap.accounts.models import Person, TeamMember
from roadmap.accounts.permissions import permissions_of
from roadmap.ahead import read_ahead
from roadmap.db import read_rows
from roadmap.web.session import db_session


@dataclass(frozen=True)
class Actor(UserMixin):  # type: ignore[misc]
    """A person as views and commands see them: what they are called and what they may do."""

    id: int
    name: str
    email: str
    roles: tuple[str, ...]
    permissions: frozenset[str]
    team_ids: frozenset[int]
    time_zone: str
    epoch: int
    # Notices not read yet; known of the signed-in person only.
    unread: int = 0

    def may(self, permission: str) -> bool:
        """Return whether the roles allow it."""
        return permission in self.permissions

    def get_id(self) -> str:
        """Return what the session cookie keeps: raising the epoch ends all sessions."""
        return f"{self.id}:{self.epoch}"


class Visitor(AnonymousUserMixin):  # type: ignore[misc]
    """Somebody not signed in, who may do nothing."""

    id = None
    name = ""
    time_zone = "UTC"
    permissions: frozenset[str] = frozenset()
    team_ids: frozenset[int] = frozenset()

    def may(self, _permission: str) -> bool:
        """Return False."""
        return False


# The tables' own columns: every request sends this, and without the mapper it is sooner read.
_PERSON, _MEMBER = Person.__table__, TeamMember.__table__
_COLUMNS = (
    _PERSON.c.id,
    _PERSON.c.name,
    _PERSON.c.email,
    _PERSON.c.roles,
    _PERSON.c.time_zone,
    _PERSON.c.session_epoch,
    _MEMBER.c.team_id,
)


def actor_query() -> Any:
    """Return the statement that reads active people with their teams, one row a team."""
    return (
        select(*_COLUMNS)
        .select_from(_PERSON.outerjoin(_MEMBER, _MEMBER.c.person_id == _PERSON.c.id))
        .where(_PERSON.c.active)
    )


def actor_from(rows: Sequence[Row[Any]]) -> Actor | None:
    """Return the actor of the rows of one person, None of none."""
    if not rows:
        return None
    first = rows[0]
    return Actor(
        id=first.id,
        name=first.name,
        email=first.email,
        roles=tuple(first.roles),
        permissions=permissions_of(first.roles) | _granted_to(first),
        team_ids=frozenset(row.team_id for row in rows if row.team_id is not None),
        time_zone=first.time_zone,
        epoch=first.session_epoch,
        unread=getattr(first, "unread", 0),
    )


def load_actor(session: Session, person_id: int) -> Actor | None:
    """Return the active person with this id as an actor, one statement."""
    return actor_from(read_rows(session, _ONE, {"person": person_id}))


_ONE = actor_query().where(_PERSON.c.id == bindparam("person"))


# What fits the column; a longer one is nobody's.
_NUMBER = re.compile(r"[0-9]{1,9}")


# Counts what a person has not read; a higher room says how. It is read with the person, so that no
# page pays a statement for it.
_unread: list[Any] = []


def register_unread(count: Any) -> None:
    """Read a scalar subquery, correlated to `Person`, with the signed-in person as ``unread``."""
    _unread[:] = [count.label("unread")]
    _signed_in.cache_clear()


# What people may do by what they belong to, not by their role: permission -> condition.
_granted: dict[str, Any] = {}


def register_granted(permission: str, condition: Any) -> None:
    """Grant the signed-in person a permission where a condition, correlated to `Person`, holds.

    It is read with the person. It opens pages and entries of the bar; what a command allows it
    asks for itself.
    """
    _granted[permission] = condition.label(f"granted_{permission.replace('.', '_')}")
    _signed_in.cache_clear()


def _granted_to(row: Row[Any]) -> frozenset[str]:
    return frozenset(p for p, column in _granted.items() if getattr(row, column.name, False))


@cache
def _signed_in() -> Any:
    """Return the statement of who is signed in, with what each page would ask for beside."""
    number = kept.current_number().label("kept_number")
    change = kept.current_change().label("kept_change")
    return _ONE.add_columns(number, change, *_unread, *_granted.values())


def _load(token: str) -> Actor | None:
    person_id, _, epoch = token.partition(":")
    if not (_NUMBER.fullmatch(person_id) and _NUMBER.fullmatch(epoch)):
        return None
    session = db_session()
    # The first statement of a page: with others to come, it goes with the beginning of it all.
    asked = (_signed_in(), {"person": int(person_id)})
    read_ahead(session, [asked])
    rows = read_rows(session, *asked)
    actor = actor_from(rows)
    if actor is None or actor.epoch != int(epoch):
        return None
    kept.may_use(session, rows[0].kept_number, rows[0].kept_change)
    return actor


def init_app(app: Flask) -> None:
    """Read the signed-in person from the session cookie."""
    manager = LoginManager()
    manager.anonymous_user = Visitor
    manager.session_protection = None  # the epoch revokes; addresses of phones change
    manager.user_loader(_load)
    # The context comes from web.templating, so that an error page never has to ask the database.
    manager.init_app(app, add_context_processor=False)
