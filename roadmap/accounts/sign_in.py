"""Signing in: find out who it is, at the same pace whether or not somebody has that address."""

from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts import attempts, passwords
from roadmap.accounts.models import Person
from roadmap.db import Database
from roadmap.errors import Invalid, RoadmapError
from roadmap.web.i18n import _

log = structlog.get_logger(__name__)


class TooManyAttempts(RoadmapError):
    """So many failures that even the right password is not looked at for a while."""

    status = 429


@dataclass(frozen=True)
class Claim:
    """Somebody who says who they are, from a network address."""

    email: str
    password: str
    address: str | None

    @property
    def subjects(self) -> list[str]:
        """Return what a failure is counted under: the account and the address."""
        return [attempts.account_subject(self.email), attempts.address_subject(self.address)]


def normal_email(email: str) -> str:
    """Return an e-mail address as it is stored and looked up."""
    return email.strip().lower()


def ensure_not_throttled(session: Session, claim: Claim, allowed: int) -> None:
    """Refuse to look at a password after too many failures."""
    if attempts.too_many(session, claim.subjects, allowed):
        log.warning("sign-in throttled", address=claim.address)
        raise TooManyAttempts(
            _(
                "There were too many failed sign-ins for this account or from this place. "
                "Nothing was checked this time."
            )
        )


def check_claim(database: Database, claim: Claim, allowed: int) -> int | None:
    """Return the id of the person whose password it is, None if it is nobody's.

    Reads only, so that no write lock is held while the password is worked through.
    """
    with database.reading() as session:
        ensure_not_throttled(session, claim, allowed)
        found = session.execute(
            select(Person.id, Person.password_hash).where(
                Person.email == claim.email, Person.active
            )
        ).first()
    right = passwords.matches(claim.password, found.password_hash if found else None)
    return found.id if found and right else None


def note_refused(session: Session, claim: Claim) -> Invalid:
    """Count the failure and return the sentence; it is the same for every reason."""
    attempts.note_failure(session, claim.subjects)
    log.info("sign-in refused", address=claim.address)
    return Invalid(
        _(
            "E-mail address and password do not match. Check both; an admin can give you a link "
            "to set a new password."
        )
    )


def note_signed_in(session: Session, person_id: int, claim: Claim) -> Person:
    """Forget the account's failures, renew an outdated digest, and return the person."""
    person = session.get_one(Person, person_id)
    attempts.clear(session, attempts.account_subject(claim.email))
    if person.password_hash and passwords.outdated(person.password_hash):
        person.password_hash = passwords.hash_password(claim.password)
    person.last_sign_in_at = clock.now()
    session.flush()
    log.info("signed in", person=person.id)
    return person
