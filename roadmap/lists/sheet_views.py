"""The address of a view for spreadsheets: CSV for whoever holds it, with its maker's rights."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor, load_actor
from roadmap.errors import Invalid, NotFound
from roadmap.lists.export import CSV_TYPE, csv_parts
from roadmap.lists.language import QueryError
from roadmap.lists.models import SavedView, ViewAddress
from roadmap.lists.registry import ListKind, get_list
from roadmap.lists.saved import get_view, shown_by
from roadmap.lists.saving import PAUSE, digest_of, note_use
from roadmap.web.guard import PUBLIC, may
from roadmap.web.i18n import _
from roadmap.web.session import database, db_session
from roadmap.web.stream import streamed

bp = Blueprint("sheets", __name__)


@bp.get("/sheets/<int:view_id>.csv")
@may(PUBLIC)
def sheet(view_id: int) -> ResponseReturnValue:
    """Serve all rows of a view as CSV.

    The token is in the query, which neither the log nor the metrics keep. Answers 404 to a token
    that is wrong, revoked, or of somebody who left; 429 to one that asks again too soon.
    """
    session = db_session()
    address, view, actor, kind = _found(session, view_id, request.args.get("key", ""))
    with database().writing() as writer:
        if not note_use(writer, address.id):
            return _later()
    try:
        header, rows = kind.rows(session, actor, shown_by(view))
    except (QueryError, Invalid) as error:
        sentence = error.sentence.text(_) if isinstance(error, QueryError) else error.message
        return _plain(_("This view can no longer be shown: %(why)s", why=sentence), 422)
    answer = streamed(csv_parts(header, rows), CSV_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="view-{view.id}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _found(
    session: Session, view_id: int, token: str
) -> tuple[ViewAddress, SavedView, Actor, ListKind]:
    """Return the address a token opens, its view, who made it, and the list; or raise NotFound."""
    nothing = NotFound(_("There is nothing at this address."))
    if not 20 <= len(token) <= 100 or view_id >= 2**31:
        raise nothing
    address = session.scalar(
        select(ViewAddress).where(
            ViewAddress.token_digest == digest_of(token),
            ViewAddress.view_id == view_id,
            ViewAddress.revoked_at.is_(None),
        )
    )
    actor = load_actor(session, address.person_id) if address is not None else None
    if address is None or actor is None:
        raise nothing
    try:
        view = get_view(session, actor, view_id)
        return address, view, actor, get_list(view.list_code, actor)
    except NotFound:
        raise nothing from None


def _later() -> Response:
    answer = _plain(_("This address was read a moment ago. Ask again in ten seconds."), 429)
    answer.headers["Retry-After"] = str(int(PAUSE.total_seconds()))
    return answer


def _plain(text: str, status: int) -> Response:
    return Response(text + "\n", status, content_type="text/plain; charset=utf-8")
