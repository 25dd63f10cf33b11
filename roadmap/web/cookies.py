"""The session cookie: Flask's signed one, sent again only when time has passed."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask.wrappers import Request
from itsdangerous import BadSignature, URLSafeTimedSerializer

# An unchanged cookie is signed again after this share of its life: whoever works stays signed in,
# and no page in between pays for a signature.
_SHARE = 24


class CookieSessions(SecureCookieSessionInterface):
    """Keeps the signer, and remembers when a cookie was signed."""

    def __init__(self) -> None:
        self._signers: dict[Any, URLSafeTimedSerializer | None] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the signer of the application's secret key, made once."""
        key = app.secret_key
        if key not in self._signers:
            self._signers[key] = super().get_signing_serializer(app)
        return self._signers[key]

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of the cookie; an empty one if it is missing, old or forged."""
        signer = self.get_signing_serializer(app)
        if signer is None:
            return None
        cookie = request.cookies.get(self.get_cookie_name(app))
        if not cookie:
            return self.session_class()
        try:
            values, signed_at = _read(signer, cookie)
        except BadSignature:
            return self.session_class()
        if not timedelta(0) <= datetime.now(UTC) - signed_at <= app.permanent_session_lifetime:
            return self.session_class()
        # A copy of its own: a list or table inside would be everybody's.
        session = self.session_class(deepcopy(values))
        session.signed_at = signed_at  # type: ignore[attr-defined]
        return session

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Return whether the cookie changed, or has lived long enough to be signed again."""
        if session.modified:
            return True
        signed_at: datetime | None = getattr(session, "signed_at", None)
        if not session.permanent or signed_at is None:
            return False
        age: timedelta = datetime.now(UTC) - signed_at
        return age > app.permanent_session_lifetime / _SHARE


@lru_cache(maxsize=4096)
def _read(signer: URLSafeTimedSerializer, cookie: str) -> tuple[dict[str, Any], datetime]:
    """Return what a cookie holds and when it was signed; the same text is checked once."""
    found: tuple[dict[str, Any], datetime] = signer.loads(cookie, return_timestamp=True)
    return found


def init_app(app: Flask) -> None:
    """Use these sessions."""
    app.session_interface = CookieSessions()
