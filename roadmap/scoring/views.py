"""The pages of scoring: the ranked table edited in place, and two frameworks side by side."""

import math

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.errors import Invalid
from roadmap.requirements.models import Requirement
from roadmap.scoring.board import board, side_by_side
from roadmap.scoring.forms import Entered, parse_number, read_entries, shown_value
from roadmap.scoring.queries import framework_named, frameworks, scorers_of, scores_of
from roadmap.scoring.service import choose_ranking_framework, enter_scores
from roadmap.web import templating
from roadmap.web.guard import may
from roadmap.web.i18n import gettext, ngettext
from roadmap.web.panels import register_panel
from roadmap.web.session import db_session

bp = Blueprint("scoring", __name__)


def _weeks() -> tuple[float | None, str | None]:
    """Return the capacity asked for in weeks, and what is wrong with it."""
    text = request.values.get("weeks", "")
    try:
        weeks = parse_number(text)
    except ValueError:
        return None, gettext("Write the weeks as a number, such as 26.")
    if weeks is not None and not (math.isfinite(weeks) and weeks >= 0):
        return None, gettext("Weeks cannot be negative.")
    return weeks, None


def _table(entered: Entered | None = None, status: int = 200) -> ResponseReturnValue:
    session = db_session()
    framework = framework_named(session, request.values.get("framework") or None)
    weeks, problem = _weeks()
    page = board(session, framework, current_user.id, weeks)
    html = render_template(
        "scoring/prioritise.html",
        board=page,
        frameworks=frameworks(session),
        weeks_text=request.values.get("weeks", ""),
        weeks_problem=problem,
        entered=entered or Entered(),
        shown_value=shown_value,
        editable=current_user.may("requirement.score"),
    )
    return html, status


@bp.get("/prioritise")
@may("requirement.read")
def prioritise() -> ResponseReturnValue:
    """Show the ranked backlog with its inputs."""
    return _table()


@bp.post("/prioritise")
@may("requirement.score")
def save_scores() -> ResponseReturnValue:
    """Store the numbers that were changed and rank again."""
    session = db_session()
    framework = framework_named(session, request.form.get("framework"))
    page = board(session, framework, current_user.id, None)
    entered = read_entries(request.form, page.definition, [*page.ranked, *page.unscored])
    if not entered.errors:
        try:
            ranking = enter_scores(session, current_user, framework.code, entered.changes)
        except Invalid as error:
            session.rollback()
            entered.errors.update(error.fields)
    if entered.errors:
        return _table(entered, 422)
    before = {row.id: row.rank for row in page.ranked}
    moved = sum(1 for key, place in ranking.places.items() if before.get(key) != place)
    flash(
        gettext("Saved %(count)s numbers. ", count=entered.count)
        + ngettext("%(num)s place changed.", "%(num)s places changed.", moved),
        "success",
    )
    address = url_for(
        ".prioritise", framework=framework.code, weeks=request.form.get("weeks") or None
    )
    return redirect(address, 303)


@bp.get("/prioritise/compare")
@may("requirement.read")
def compare() -> ResponseReturnValue:
    """Show how places change between two frameworks."""
    session = db_session()
    known = frameworks(session)
    first = framework_named(session, request.args.get("first") or None)
    other = next((row for row in known if row.code != first.code), first)
    second = framework_named(session, request.args.get("second") or other.code)
    changes, titles = side_by_side(session, first, second)
    return render_template(
        "scoring/compare.html",
        first=first,
        second=second,
        frameworks=known,
        changes=changes,
        titles=titles,
    )


@bp.route("/prioritise/framework", methods=["GET", "POST"])
@may("framework.edit")
def choose_framework() -> ResponseReturnValue:
    """Choose the framework that ranks the backlog."""
    session, problem = db_session(), ""
    if request.method == "POST":
        try:
            choose_ranking_framework(
                session, current_user, request.form.get("code", ""), request.form.get("why", "")
            )
            flash(gettext("The backlog is ranked again."), "success")
            return redirect(url_for(".prioritise"), 303)
        except Invalid as error:
            session.rollback()
            problem = error.message
    html = render_template(
        "scoring/framework.html",
        frameworks=frameworks(session),
        chosen=request.form.get("code"),
        why=request.form.get("why", ""),
        problem=problem,
    )
    return html, 422 if problem else 200


def score_panel(requirement: Requirement) -> str:
    """Return the part of a requirement's page that shows its scores and their inputs."""
    session = db_session()
    scores = scores_of(session, requirement.id)
    scorers = scorers_of(session, requirement.id, scores[0][0].code) if scores else []
    return render_template("scoring/_panel.html", scores=scores, scorers=scorers)


def init_app(app: Flask) -> None:
    """Open the room: pages, the panel on a requirement, its place in the bar."""
    app.register_blueprint(bp)
    register_panel("requirement.main", score_panel, 20)
    templating.add_navigation(
        app, "Prioritise", "scoring.prioritise", "/prioritise", "requirement.read"
    )
