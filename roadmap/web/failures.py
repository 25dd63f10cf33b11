"""Errors of the domain become pages here, and only here."""

import structlog
from flask import (
    Flask,
    Response,
    current_app,
    g,
    jsonify,
    make_response,
    render_template,
    request,
)
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from roadmap.errors import RoadmapError
from roadmap.web.i18n import _

log = structlog.get_logger(__name__)


def _secret(name: str) -> bool:
    """Return whether a field is never shown back to the browser."""
    return name in {"csrf_token", "token", "next"} or "password" in name


def typed_fields() -> list[tuple[str, str]]:
    """Return the posted (name, value) pairs that may be shown again."""
    try:
        fields = list(request.form.items(multi=True))
    except HTTPException:
        # The body itself was refused: too large, or not a form.
        return []
    return [(name, value) for name, value in fields if value and not _secret(name)]


def page(status: int, title: str, text: str, todo: str) -> Response:
    """Return an error page that keeps what was typed, or for the API a problem (RFC 9457)."""
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "title": title, "status": status, "detail": text}
        answer = make_response(jsonify(body), status)
        answer.content_type = "application/problem+json"
        return answer
    # The database may be what failed: nothing on this page may ask it.
    g.plain_page = True
    html = render_template(
        "errors/error.html",
        code=status,
        title=title,
        text=text,
        todo=todo,
        typed=typed_fields() if request.method == "POST" else [],
        request_id=g.get("request_id"),
    )
    return make_response(html, status)


def session_ended() -> Response:
    """Answer a form posted without a sign-in: say so and hand the words back."""
    return page(
        401,
        _("You are signed out"),
        _("Your session ended before this was sent, so nothing was stored."),
        _("Sign in in another tab, then send this again. What you typed is below."),
    )


_TITLES = {
    400: ("That cannot be done", "Check the address or what you sent, then try again."),
    401: ("Sign in first", "Sign in, then try again."),
    403: ("Not allowed", "Ask the record's owner or an admin."),
    404: ("Not found", "Check the address, or use search."),
    405: ("Not possible here", "Go back and use the buttons of the page."),
    409: ("Somebody changed this meanwhile", "Compare both versions, then send yours again."),
    413: ("Too large", "Send a smaller file."),
    422: ("Something needs mending", "Correct what is named above, then send it again."),
    429: ("Too many tries", "Wait a quarter of an hour, then try again."),
    500: (
        "Something broke here",
        "Try again. If it stays, tell an admin the request number below.",
    ),
    503: ("Not reachable at the moment", "Wait a minute, then try again. Nothing was stored."),
}


def _titled(status: int, text: str) -> Response:
    title, todo = _TITLES.get(status, _TITLES[500 if status >= 500 else 400])
    return page(status, _(title), text, _(todo))


def _domain(error: RoadmapError) -> Response:
    return _titled(error.status, error.message)


def _http(error: HTTPException) -> Response:
    if error.code is not None and 300 <= error.code < 400:
        return make_response(error.get_response())
    return _titled(error.code or 500, error.description or "")


def _csrf(_error: CSRFError) -> Response:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "permission", None) != "public" and not current_user.is_authenticated:
        # The token went with the session; that is what the person needs to hear.
        return session_ended()
    return page(
        400,
        _("This form is too old"),
        _("Its security token is missing or no longer valid, so nothing was stored."),
        _("Reload the page and send it again. What you typed is below."),
    )


def _stale(_error: StaleDataError) -> Response:
    return _titled(409, _("Somebody stored a change while you were typing. Nothing was lost."))


def _twice(error: IntegrityError) -> Response:
    log.warning("refused by the database", exc_info=error)
    return _titled(409, _("The same was stored by somebody else at the same moment."))


def _unfit(error: DataError) -> Response:
    log.warning("refused by the database", exc_info=error)
    return _titled(422, _("This holds a number or a character that cannot be stored."))


def _database(error: OperationalError) -> Response:
    log.error("database not reachable", exc_info=error)
    return _titled(503, _("The database does not answer."))


def _unexpected(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    return _titled(500, _("This was not foreseen; it has been written to the log."))


def init_app(app: Flask) -> None:
    """Map each error class to its answer."""
    app.register_error_handler(RoadmapError, _domain)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(IntegrityError, _twice)
    app.register_error_handler(DataError, _unfit)
    app.register_error_handler(OperationalError, _database)
    if not app.testing:
        app.register_error_handler(Exception, _unexpected)
