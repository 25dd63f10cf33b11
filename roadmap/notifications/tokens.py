"""Signed addresses that switch something off without signing in."""

from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from roadmap.errors import NotFound
from roadmap.notifications.rules import Reason
from roadmap.web.i18n import _

# Everything mail brings, one reason, one watch, or the weekly report.
MAIL, REASON, WATCH, WEEKLY = "mail", "reason", "watch", "weekly"


@dataclass(frozen=True)
class Off:
    """What a link switches off, for whom; ``what`` is a reason or the number of a watch."""

    person_id: int
    kind: str
    what: str = ""


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="notices-off")


def sign(secret: str, off: Off) -> str:
    """Return the token of a link; it works as long as the secret stays."""
    return str(_signer(secret).dumps([off.person_id, off.kind, off.what]))


def read(secret: str, token: str) -> Off:
    """Return what a token switches off; made-up and damaged ones are NotFound alike."""
    try:
        person_id, kind, what = _signer(secret).loads(token)
    except (BadSignature, ValueError, TypeError):
        raise NotFound(_("This link is not complete. Open your inbox instead.")) from None
    known = kind in (MAIL, WATCH, WEEKLY) or (kind == REASON and what in set(Reason))
    if not isinstance(person_id, int) or not known:
        raise NotFound(_("This link is not complete. Open your inbox instead."))
    return Off(person_id, kind, str(what))
