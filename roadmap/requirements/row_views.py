"""Editing one row of the list of requirements in its place; a page of its own without scripts."""

from typing import Any
from urllib.parse import parse_qsl

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.errors import Conflict, Invalid
from roadmap.requirements import list_page, queries
from roadmap.requirements.list_asked import Asked, read_asked
from roadmap.requirements.list_page import Vocabulary
from roadmap.requirements.list_rows import lines
from roadmap.requirements.models import Requirement
from roadmap.requirements.row_edit import RowForm, form_of, store
from roadmap.requirements.rules import Severity
from roadmap.requirements.views import bp
from roadmap.requirements.wording import SEVERITIES
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session

__all__ = ["bp"]

_KEPT = ("view", "q", "sort", "cols", "after", "before")


def _asked(session: Session, known: Vocabulary, text: str) -> tuple[Asked, dict[str, Any]]:
    """Return the list a row is edited in, and the arguments of its address."""
    args = {name: value for name, value in parse_qsl(text[:4_000]) if name in _KEPT}
    return read_asked(session, current_user, known, args), args


@bp.get("/<key>/row")
@may("requirement.submit")
def edit_row(key: str) -> ResponseReturnValue:
    """Show the form of one row, or the row itself again after a cancel."""
    session = db_session()
    known = list_page.vocabulary(session)
    back = request.args.get("back", "")
    asked, _args = _asked(session, known, back)
    if "cancel" in request.args:
        requirement = queries.get_requirement(session, current_user, key)
        return _shown_row(session, known, asked, requirement, back)
    requirement = queries.get_requirement(session, current_user, key, "edit")
    return _form(form_of(session, known, requirement, asked.codes), asked, back)


@bp.post("/<key>/row")
@may("requirement.submit")
def store_row(key: str) -> ResponseReturnValue:
    """Store one row; what two people changed alike comes back with both values."""
    session = db_session()
    known = list_page.vocabulary(session)
    back = request.form.get("back", "")
    asked, args = _asked(session, known, back)
    requirement = queries.get_requirement(session, current_user, key, "edit", lock=True)
    form = form_of(session, known, requirement, asked.codes)
    try:
        store(session, current_user, requirement, form, request.form)
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _form(form, asked, back), error.status
    if "HX-Request" in request.headers:
        return _shown_row(session, known, asked, requirement, back)
    return redirect(url_for("requirements.index", **args), 303)


def _form(form: RowForm, asked: Asked, back: str) -> str:
    part = "HX-Request" in request.headers
    return render_template(
        "requirements/_row_form.html" if part else "requirements/row.html",
        form=form,
        asked=asked,
        back=back,
        severities=[(one.value, _(SEVERITIES[one])) for one in Severity],
    )


def _shown_row(
    session: Session, known: Vocabulary, asked: Asked, requirement: Requirement, back: str
) -> str:
    session.flush()
    columns = list_page.columns_of(asked.columns)
    row = session.execute(select(*columns).where(Requirement.id == requirement.id)).one()
    beside = list_page.beside_of(session, known, asked.columns, [row])
    return render_template(
        "requirements/_shown_row.html", lines=lines([row], asked, beside, current_user, back)
    )
