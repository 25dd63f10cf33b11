"""Every route of the API says what it needs, and reads who asks from a bearer token alone.

No cookie counts here, so that a page of somebody else cannot make a browser send anything.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, current_app, g, make_response, request
from flask.typing import ResponseReturnValue

from roadmap.accounts.current import Actor
from roadmap.accounts.tokens import Bearer, find_bearer, note_use, refuse
from roadmap.errors import Forbidden
from roadmap.web.i18n import _
from roadmap.web.session import SAFE_METHODS, database, db_session


def bearer(
    permission: str,
) -> Callable[[Callable[[], ResponseReturnValue]], Callable[[], Response]]:
    """Let a view run only for a token that may; commit what it did if it succeeds."""

    def decorate(view: Callable[[], ResponseReturnValue]) -> Callable[[], Response]:
        @wraps(view)
        def guarded() -> Response:
            found = _bearer()
            if not found.actor.may(permission):
                raise Forbidden(_("The scopes of this token, or its person, do not allow this."))
            g.api_actor = found.actor
            response = make_response(view())
            if request.method not in SAFE_METHODS and response.status_code < 400:
                db_session().commit()
            return response

        guarded.__dict__["permission"] = permission
        guarded.__dict__["bearer"] = True
        return guarded

    return decorate


def is_bearer(view: Any) -> bool:
    """Return whether a view answers to tokens and to no cookie."""
    return bool(getattr(view, "bearer", False))


def api_actor() -> Actor:
    """Return who sent the request, within the scopes of the token."""
    found: Actor = g.api_actor
    return found


def _bearer() -> Bearer:
    with database().reading() as session:
        found = find_bearer(session, request.headers.get("Authorization", ""))
    if found is None:
        allowed = current_app.config["SIGN_IN_ATTEMPTS"]
        raise refuse(database(), request.remote_addr, allowed)
    note_use(database(), found.token_id)
    return found
