"""Passwords: argon2 digests, and what makes a password good enough."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from roadmap.errors import Invalid
from roadmap.web.i18n import _

MIN_LENGTH = 12
MAX_LENGTH = 200
# Fewer different characters than this is a pattern such as "aaaaaaaaaaaa", not a password.
MIN_DIFFERENT = 5

HASHER = PasswordHasher()


def _normal(password: str) -> str:
    # Keyboards send the same letter in different code points.
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    """Return the argon2id digest to store."""
    return HASHER.hash(_normal(password))


def matches(password: str, digest: str | None) -> bool:
    """Return whether the password is the one of the digest.

    Without a digest (nobody has that address, or no password was set yet) the same work is done, so
    that the time of the answer tells nothing.
    """
    if digest is None:
        HASHER.hash(_normal(password))
        return False
    try:
        return HASHER.verify(digest, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def outdated(digest: str) -> bool:
    """Return whether the digest was made with other parameters than today's."""
    return HASHER.check_needs_rehash(digest)


def check_new(password: str, email: str, name: str, field: str = "password") -> None:
    """Refuse a password that is too short, too long, a pattern, or the person's own name."""
    if len(password) < MIN_LENGTH:
        raise Invalid.at(field, _("Use at least %(count)d characters.", count=MIN_LENGTH))
    if len(password) > MAX_LENGTH:
        raise Invalid.at(field, _("Use at most %(count)d characters.", count=MAX_LENGTH))
    if len(set(password)) < MIN_DIFFERENT:
        raise Invalid.at(field, _("Use more different characters."))
    if password.casefold() in {email.casefold(), name.casefold()}:
        raise Invalid.at(field, _("Do not use your own name or e-mail address."))
