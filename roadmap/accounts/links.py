"""Links to set a password once: invitations and resets. Only a token's digest is stored."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import TypeAlias

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.models import AccountLink, Person
from roadmap.errors import NotFound
from roadmap.web.i18n import _

INVITE = "invite"
RESET = "reset"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issue(session: Session, person: Person, hours: int, token: str | None = None) -> str:
    """Return the token of a new link; earlier unused links of the person stop working.

    ``token`` is given where it must be made again later; it has to be as hard to guess.
    """
    end_links(session, person.id)
    token = token or secrets.token_urlsafe(32)
    now = clock.now()
    session.add(
        AccountLink(
            person_id=person.id,
            purpose=RESET if person.password_hash else INVITE,
            token_digest=_digest(token),
            created_at=now,
            expires_at=now + timedelta(hours=hours),
        )
    )
    session.flush()
    return token


def end_links(session: Session, person_id: int) -> None:
    """Take away every link of the person that was not used yet."""
    session.execute(
        delete(AccountLink).where(AccountLink.person_id == person_id, AccountLink.used_at.is_(None))
    )


def find_link(session: Session, token: str) -> tuple[AccountLink, Person]:
    """Return the usable link of a token and its person; used, old and made-up ones are alike."""
    found = session.execute(
        select(AccountLink, Person)
        .join(Person, Person.id == AccountLink.person_id)
        .where(AccountLink.token_digest == _digest(token), AccountLink.used_at.is_(None))
        .with_for_update(of=AccountLink)
    ).first()
    if found is None or found.AccountLink.expires_at <= clock.now() or not found.Person.active:
        raise NotFound(
            _(
                "This link was used already, is too old, or is not complete. Ask an admin for a "
                "new one."
            )
        )
    return found.AccountLink, found.Person


def open_link(session: Session, person_id: int) -> AccountLink | None:
    """Return the person's link that still works, if there is one."""
    return session.scalar(
        select(AccountLink).where(
            AccountLink.person_id == person_id,
            AccountLink.used_at.is_(None),
            AccountLink.expires_at > clock.now(),
        )
    )


# (session, person, hours) -> whether the link was mailed to the person, replacing earlier ones.
Postman: TypeAlias = Callable[[Session, Person, int], bool]
_postmen: list[Postman] = []


def register_postman(postman: Postman) -> None:
    """Let a higher room mail links to people."""
    if postman not in _postmen:
        _postmen.append(postman)


def mail_link(session: Session, person: Person, hours: int) -> bool:
    """Mail the person a new link where mail is set up; return whether it was."""
    return any(postman(session, person, hours) for postman in _postmen)


def address(base: str, token: str) -> str:
    """Return the address to give to the person; its token is in the query, which no log keeps."""
    return f"{base.rstrip('/')}/set-password?token={token}"
