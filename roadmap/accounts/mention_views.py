"""Completion of mentions while typing."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from roadmap.accounts.mentions import suggestions
from roadmap.web.guard import may
from roadmap.web.session import db_session

bp = Blueprint("mentions", __name__)


@bp.get("/mentions")
@may("person.read")
def complete() -> ResponseReturnValue:
    """Show whom one may mean; a fragment for the list below a text, a page without scripts."""
    typed = request.args.get("q", "")
    found = suggestions(db_session(), typed)
    part = "X-Fragment" in request.headers
    template = "accounts/_mentions.html" if part else "accounts/mentions.html"
    return render_template(template, people=found, typed=typed)
