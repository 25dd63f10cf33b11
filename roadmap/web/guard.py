"""Every route says what it needs: ``@may("requirement.submit")`` right below ``@bp.route``."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.errors import Forbidden
from roadmap.web.i18n import _
from roadmap.web.session import SAFE_METHODS, db_session

P = ParamSpec("P")

PUBLIC = "public"
SIGNED_IN = "signed_in"


def may(permission: str) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, Response]]:
    """Let a view run only for people with the permission, and commit what it did if it succeeds.

    ``public`` needs no sign-in, ``signed_in`` only that. A view that answers with an error status,
    or raises, leaves nothing behind: the transaction is rolled back.
    """

    def decorate(view: Callable[P, ResponseReturnValue]) -> Callable[P, Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
            if permission != PUBLIC:
                if not current_user.is_authenticated:
                    return _to_sign_in()
                if permission != SIGNED_IN and not current_user.may(permission):
                    raise Forbidden(_("Your role does not allow this. Ask an admin for access."))
            response = make_response(view(*args, **kwargs))
            if request.method not in SAFE_METHODS and response.status_code < 400:
                db_session().commit()
            return response

        guarded.__dict__["permission"] = permission
        return guarded

    return decorate


def permission_of(view: Any) -> str | None:
    """Return what a view function declared, None if nothing."""
    found: str | None = getattr(view, "permission", None)
    return found


def _to_sign_in() -> Response:
    """Send a visitor to sign in; a form posted after the session ended keeps what was typed."""
    target = request.full_path.rstrip("?") if request.method in SAFE_METHODS else ""
    if request.method not in SAFE_METHODS:
        from roadmap.web.failures import session_ended

        return session_ended()
    return make_response(redirect(url_for("accounts.sign_in", next=target)))
