"""API tokens: made for a person, shown once, stored as a digest, each with scopes and an end.

A token is 32 random bytes, so one round of SHA-256 keeps it: there is nothing to guess from it, as
there is from a password. Whoever holds one acts as its person, within its scopes.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts import attempts
from roadmap.accounts.current import Actor, load_actor
from roadmap.accounts.models import ApiToken, Person
from roadmap.db import Database
from roadmap.errors import Forbidden, Invalid, NotFound, RoadmapError
from roadmap.history.service import record
from roadmap.web.i18n import _
from roadmap.wording import N_

log = structlog.get_logger(__name__)

# Says at a glance, and to scanners of leaked secrets, what it is.
MARK = "rmt_"
NAME_LENGTH = 120
MOST_DAYS = 366
MOST_TOKENS = 20

# Scope -> (what people call it, what it lets the token use of its person's permissions).
SCOPES: dict[str, tuple[str, frozenset[str]]] = {
    "evidence:write": (
        N_("Send measurements"),
        # Whose mechanisms: own ones, or all where the person may edit all.
        frozenset({"evidence.write", "mechanism.read", "mechanism.edit_any"}),
    ),
    "read": (
        N_("Read"),
        frozenset({"requirement.read", "launch.read", "mechanism.read", "person.read"}),
    ),
}


class NotSignedIn(RoadmapError):
    """A request whose token is missing, unknown, revoked or too old; all four are alike."""

    status = 401


class TooManyTokens(RoadmapError):
    """So many unknown tokens from one address that they are no longer looked at closely."""

    status = 429


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who sent a request: the person as far as the token's scopes let them act."""

    token_id: int
    actor: Actor


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def create_token(
    session: Session,
    actor: Actor | None,
    person_id: int,
    name: str,
    scopes: Iterable[str],
    days: int,
) -> tuple[ApiToken, str]:
    """Store a token of a person and return it with its secret, which nobody can read again.

    People make their own; an admin makes them for anybody, so that a service that never signs in
    can have one. Ends after ``days`` days, at most a year.
    """
    person = _person(session, actor, person_id)
    name = " ".join(name.split())
    if not name:
        raise Invalid.at("name", _("Give a name that says where the token is used."))
    if len(name) > NAME_LENGTH:
        raise Invalid.at("name", _("Use at most %(count)d characters.", count=NAME_LENGTH))
    if not 1 <= days <= MOST_DAYS:
        raise Invalid.at("days", _("Use 1 to %(most)d days.", most=MOST_DAYS))
    chosen = _checked_scopes(session, person, set(scopes))
    now = clock.now()
    usable = [one for one in tokens_of(session, person_id) if works(one, now)]
    if len(usable) >= MOST_TOKENS:
        raise Invalid.at("name", _("There are %(n)d tokens. Revoke one first.", n=len(usable)))
    if any(one.name == name for one in usable):
        raise Invalid.at("name", _("A token has this name already. Revoke it or use another."))
    secret = MARK + secrets.token_urlsafe(32)
    token = ApiToken(
        person_id=person_id,
        name=name,
        token_digest=_digest(secret),
        scopes=chosen,
        created_at=now,
        created_by=actor.id if actor else None,
        expires_at=now + timedelta(days=days),
    )
    session.add(token)
    record(session, token.created_by, person, "person.token_made")
    return token, secret


def revoke_token(session: Session, actor: Actor | None, token_id: int) -> ApiToken:
    """End a token at once; only its person and admins may, to others it does not exist."""
    token = session.scalar(select(ApiToken).where(ApiToken.id == token_id).with_for_update())
    if token is None or not _may_handle(actor, token.person_id):
        raise NotFound(_("There is no such token."))
    if token.revoked_at is None:
        token.revoked_at, token.revoked_by = clock.now(), actor.id if actor else None
        person = session.get_one(Person, token.person_id)
        record(session, token.revoked_by, person, "person.token_revoked")
    return token


def works(token: ApiToken, now: datetime) -> bool:
    """Return whether a token still opens anything."""
    return token.revoked_at is None and token.expires_at > now


def tokens_of(session: Session, person_id: int) -> Sequence[ApiToken]:
    """Return a person's tokens, the newest first, ended ones for ninety days."""
    kept = clock.now() - timedelta(days=90)
    query = select(ApiToken).where(ApiToken.person_id == person_id, ApiToken.expires_at > kept)
    return session.scalars(query.order_by(ApiToken.id.desc())).all()


def all_tokens(session: Session, most: int = 200) -> Sequence[Any]:
    """Return (token, name, e-mail) of everybody: those that work first, the newest first."""
    now = clock.now()
    ended = or_(ApiToken.revoked_at.is_not(None), ApiToken.expires_at <= now)
    query = (
        select(ApiToken, Person.name, Person.email)
        .join(Person, Person.id == ApiToken.person_id)
        .order_by(ended, ApiToken.id.desc())
        .limit(most)
    )
    return session.execute(query).all()


def find_bearer(session: Session, header: str) -> Bearer | None:
    """Return who an ``Authorization`` header speaks for; None if it opens nothing."""
    scheme, _space, secret = header.partition(" ")
    if scheme.casefold() != "bearer" or not secret.startswith(MARK):
        return None
    token = session.scalar(select(ApiToken).where(ApiToken.token_digest == _digest(secret.strip())))
    if token is None or not works(token, clock.now()):
        return None
    person = load_actor(session, token.person_id)
    if person is None:
        return None
    allowed = frozenset[str]().union(*(SCOPES[s][1] for s in token.scopes if s in SCOPES))
    return Bearer(token.id, replace(person, permissions=person.permissions & allowed))


def note_use(database: Database, token_id: int) -> None:
    """Note the day a token was used on, once a day, in a transaction of its own."""
    today = clock.today()
    seen = or_(ApiToken.last_used_on.is_(None), ApiToken.last_used_on < today)
    query = select(ApiToken.id).where(ApiToken.id == token_id, seen)
    with database.reading() as session:
        known = session.scalar(query) is None
    if not known:
        with database.writing() as session:
            session.execute(
                update(ApiToken).where(ApiToken.id == token_id).values(last_used_on=today)
            )


def refuse(database: Database, address: str | None, allowed: int) -> RoadmapError:
    """Count a failure of this address and return the answer; it is the same for every reason.

    A token that works is never asked how often others failed: they may share the address.
    """
    subject = attempts.token_subject(address)
    with database.reading() as session:
        throttled = attempts.too_many(session, [subject], allowed)
    if throttled:
        log.warning("token throttled", address=address)
        return TooManyTokens(_("Too many requests without a token that works came from here."))
    with database.writing() as session:
        attempts.note_failure(session, [subject])
    log.info("token refused", address=address)
    return NotSignedIn(
        _(
            "Send a token that works in the header Authorization: Bearer … . It may be revoked or "
            "too old; make a new one on the page API tokens of your account."
        )
    )


def _may_handle(actor: Actor | None, person_id: int) -> bool:
    return actor is None or actor.id == person_id or actor.may("admin.people")


def _person(session: Session, actor: Actor | None, person_id: int) -> Person:
    person = session.scalar(select(Person).where(Person.id == person_id).with_for_update())
    if person is None:
        raise NotFound(_("There is no such person."))
    if not _may_handle(actor, person_id):
        raise Forbidden(_("Only an admin may make tokens of others."))
    if not person.active:
        raise Invalid.at("person", _("This person has left. Choose somebody active."))
    return person


def _checked_scopes(session: Session, person: Person, scopes: set[str]) -> list[str]:
    if unknown := sorted(scopes - set(SCOPES)):
        raise Invalid.at("scopes", _("There is no scope %(name)s.", name=unknown[0]))
    if not scopes:
        raise Invalid.at("scopes", _("Choose what the token may be used for."))
    holder = load_actor(session, person.id)
    if "evidence:write" in scopes and (holder is None or not holder.may("evidence.write")):
        raise Invalid.at(
            "scopes", _("The roles of this person do not let them bring measurements.")
        )
    return [scope for scope in SCOPES if scope in scopes]
