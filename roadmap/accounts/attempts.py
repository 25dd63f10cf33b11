"""Throttling of sign-ins: failures counted per account and per address for a quarter of an hour."""

import hashlib
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.models import SignInAttempt

WINDOW = timedelta(minutes=15)


def account_subject(email: str) -> str:
    """Return what failures of one account are counted under."""
    return _digest("email", email)


def address_subject(address: str | None) -> str:
    """Return what failures from one network address are counted under."""
    return _digest("ip", address or "unknown")


def token_subject(address: str | None) -> str:
    """Return what unknown API tokens from one network address are counted under."""
    return _digest("token", address or "unknown")


def _digest(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()


def too_many(session: Session, subjects: list[str], allowed: int) -> bool:
    """Return whether any subject failed ``allowed`` times or more within the window."""
    counts = session.scalars(
        select(func.count())
        .where(SignInAttempt.subject.in_(subjects), SignInAttempt.at > clock.now() - WINDOW)
        .group_by(SignInAttempt.subject)
    )
    return any(count >= allowed for count in counts)


def note_failure(session: Session, subjects: list[str]) -> None:
    """Count one failure for each subject, and forget those out of the window."""
    now = clock.now()
    session.execute(delete(SignInAttempt).where(SignInAttempt.at <= now - WINDOW))
    session.add_all(SignInAttempt(subject=subject, at=now) for subject in subjects)
    session.flush()


def clear(session: Session, subject: str) -> None:
    """Forget the failures of an account after it signed in."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.subject == subject))
