"""Commands on saved views: save, change, remove, open a list with one, give it an address."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.errors import Invalid, NotFound
from roadmap.history.conflict import changed_fields
from roadmap.history.service import record
from roadmap.lists.language import QueryError
from roadmap.lists.models import DefaultView, SavedView, ViewAddress
from roadmap.lists.registry import ListKind, Shown
from roadmap.lists.saved import get_view
from roadmap.web.i18n import _
from roadmap.web.text import forbidden_character

NAME_LENGTH = 80
MAX_VIEWS = 100
MAX_ADDRESSES = 20
# A spreadsheet that asks more often than this gets the same answer again too soon to matter.
PAUSE = timedelta(seconds=10)


def save_view(
    session: Session,
    actor: Actor,
    kind: ListKind,
    name: str,
    shown: Shown,
    *,
    shared: bool = False,
) -> SavedView:
    """Store what a list shows under a name and return it."""
    name = _name(session, actor, kind.code, name)
    _readable(session, actor, kind, shown)
    count = select(func.count()).where(
        SavedView.owner_id == actor.id, SavedView.removed_at.is_(None)
    )
    if (session.scalar(count) or 0) >= MAX_VIEWS:
        raise Invalid(_("You have %(most)s views: remove one first.", most=MAX_VIEWS))
    now = clock.now()
    view = SavedView(
        list_code=kind.code,
        name=name,
        owner_id=actor.id,
        shared=shared,
        query=shown.query,
        sort=shown.sort,
        columns=list(shown.columns),
        created_at=now,
        updated_at=now,
    )
    session.add(view)
    record(session, actor.id, view, "saved_view.created")
    return view


def change_view(
    session: Session,
    actor: Actor,
    kind: ListKind,
    view: SavedView,
    values: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
) -> None:
    """Change name, sharing, query, sort or columns of one's own view; raises Conflict by field."""
    wanted = dict(values)
    if "name" in wanted:
        wanted["name"] = _name(session, actor, kind.code, wanted["name"], view.id)
    changes = changed_fields(view, wanted, before)
    if not changes:
        return
    for name, value in changes.items():
        setattr(view, name, value)
    if {"query", "sort", "columns"} & set(changes):
        _readable(session, actor, kind, Shown(view.query, view.sort, tuple(view.columns)))
    view.updated_at = clock.now()
    record(session, actor.id, view, "saved_view.edited")


def remove_view(session: Session, actor: Actor, view: SavedView) -> None:
    """Take a view away: lists no longer open with it and its addresses stop working."""
    view.removed_at = clock.now()
    session.execute(delete(DefaultView).where(DefaultView.view_id == view.id))
    record(session, actor.id, view, "saved_view.removed")


def open_with(session: Session, actor: Actor, list_code: str, view_id: int | None) -> None:
    """Let a list open with a view for this person, or with None as it always does."""
    if view_id is not None and get_view(session, actor, view_id).list_code != list_code:
        raise NotFound(_("There is no such view."))
    now = session.get(DefaultView, (actor.id, list_code))
    if view_id is None:
        if now is not None:
            session.delete(now)
    elif now is None:
        session.add(DefaultView(person_id=actor.id, list_code=list_code, view_id=view_id))
    else:
        now.view_id = view_id
    session.flush()


def make_address(session: Session, actor: Actor, view: SavedView) -> tuple[ViewAddress, str]:
    """Return a new address of a view and its token, which is told this once."""
    count = select(func.count()).where(
        ViewAddress.person_id == actor.id, ViewAddress.revoked_at.is_(None)
    )
    if (session.scalar(count) or 0) >= MAX_ADDRESSES:
        raise Invalid(
            _("You have %(most)s addresses: revoke one you no longer need.", most=MAX_ADDRESSES)
        )
    token = secrets.token_urlsafe(32)
    address = ViewAddress(
        view_id=view.id,
        person_id=actor.id,
        token_digest=digest_of(token),
        created_at=clock.now(),
    )
    session.add(address)
    record(session, actor.id, view, "saved_view.address_made")
    return address, token


def revoke_address(session: Session, actor: Actor, address_id: int) -> None:
    """Make one's own address stop working."""
    address = session.get(ViewAddress, address_id)
    if address is None or address.person_id != actor.id:
        raise NotFound(_("There is no such address."))
    if address.revoked_at is not None:
        return
    address.revoked_at = clock.now()
    view = session.get_one(SavedView, address.view_id)
    record(session, actor.id, view, "saved_view.address_revoked")


def digest_of(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def note_use(session: Session, address_id: int) -> bool:
    """Note that an address is read; False if it was read less than `PAUSE` ago."""
    now, used = clock.now(), ViewAddress.last_used_at
    outcome: Any = session.execute(
        update(ViewAddress)
        .where(ViewAddress.id == address_id, or_(used.is_(None), used <= now - PAUSE))
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(outcome.rowcount)


def hand_over_views(session: Session, by: int | None, leaver_id: int, heir_id: int) -> int:
    """Give the shared views of a leaver to somebody else; return how many."""
    views = session.scalars(_shared_of(leaver_id).order_by(SavedView.id)).all()
    for view in views:
        view.owner_id = heir_id
        record(session, by, view, "saved_view.handed_over")
    return len(views)


def count_shared_views(session: Session, person_id: int) -> int:
    """Return how many views a person shares with everybody."""
    query = select(func.count()).select_from(_shared_of(person_id).subquery())
    return session.scalar(query) or 0


def _shared_of(person_id: int) -> Any:
    return select(SavedView).where(
        SavedView.owner_id == person_id, SavedView.shared, SavedView.removed_at.is_(None)
    )


def _name(
    session: Session, actor: Actor, list_code: str, typed: Any, view_id: int | None = None
) -> str:
    name = " ".join(str(typed or "").split())
    if not name:
        raise Invalid.at("name", _("Give the view a name."))
    if len(name) > NAME_LENGTH or forbidden_character(name):
        raise Invalid.at("name", _("Use at most %(most)s plain characters.", most=NAME_LENGTH))
    same = select(SavedView.id).where(
        SavedView.owner_id == actor.id,
        SavedView.list_code == list_code,
        SavedView.name == name,
        SavedView.removed_at.is_(None),
    )
    if view_id is not None:
        same = same.where(SavedView.id != view_id)
    if session.scalar(same.limit(1)) is not None:
        raise Invalid.at("name", _("You have a view of this name. Choose another."))
    return name


def _readable(session: Session, actor: Actor, kind: ListKind, shown: Shown) -> None:
    """Refuse to keep what the list could not show."""
    try:
        kind.check(session, actor, shown)
    except QueryError as error:
        raise Invalid.at("query", error.sentence.text(_)) from None
