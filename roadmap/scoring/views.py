"""The ranked table edited in place, rankings side by side, and the picture of value and effort."""

import math
import re

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.errors import Invalid
from roadmap.scoring.baselines import frameworks_compared
from roadmap.scoring.blueprint import bp
from roadmap.scoring.board import board, computed_version, progress, ranking_of
from roadmap.scoring.board_reading import rows_of
from roadmap.scoring.board_rows import Writer
from roadmap.scoring.drawing import CELL, drawing
from roadmap.scoring.forms import Entered, parse_number, read_entries
from roadmap.scoring.queries import framework_named, frameworks, that_rank_something
from roadmap.scoring.service import choose_ranking_framework, enter_scores
from roadmap.scoring.standing import standing_from
from roadmap.scoring.teams import team_named, teams_in, tightest
from roadmap.web.guard import may
from roadmap.web.i18n import gettext, ngettext
from roadmap.web.session import db_session
from roadmap.web.templating import same_part

# So many rows a page posts at most, those apart included.
_MOST_ROWS = 120


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


def _after() -> int:
    """Return the rank the page begins after; what is no rank begins at the top."""
    text = request.values.get("after", "")
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else 0


def _table(entered: Entered | None = None, status: int = 200) -> ResponseReturnValue:
    session = db_session()
    ranking = ranking_of(session, request.values.get("framework") or None)
    weeks, problem = _weeks()
    code = request.values.get("team") or None
    team, name = team_named(session, code) if code else (None, None)
    page = board(session, ranking, current_user.id, after=_after(), team=team, weeks=weeks)
    teams = teams_in(session, page.standing)
    editable = current_user.may("requirement.score") and page.framework.active
    rows = Writer(page, entered or Entered(), editable, of_team=team is not None)
    html = render_template(
        "scoring/prioritise.html",
        board=page,
        frameworks=ranking.known,
        teams=teams,
        tightest=tightest(teams),
        team_code=code,
        team_name=name,
        weeks_text=request.values.get("weeks", ""),
        weeks_problem=problem,
        entered=entered or Entered(),
        rows=rows,
        editable=editable,
    )
    return html, status


@bp.get("/prioritise")
@may("requirement.read")
def prioritise() -> ResponseReturnValue:
    """Show the ranked backlog with its inputs."""
    return _table()


def _posted_keys() -> list[int]:
    """Return the requirements whose numbers were posted."""
    found = (re.fullmatch(r"REQ-([0-9]{1,9})\.\w+", name) for name in request.form)
    return sorted({int(match[1]) for match in found if match})[:_MOST_ROWS]


@bp.post("/prioritise")
@may("requirement.score")
def save_scores() -> ResponseReturnValue:
    """Store the numbers that were changed and rank again."""
    session = db_session()
    stored = ranking_of(session, request.form.get("framework"))
    framework = stored.framework
    rows = rows_of(session, stored.shown, _posted_keys(), current_user.id)
    entered = read_entries(request.form, framework.definition, rows)
    if not framework.active:
        raise Invalid(gettext("This version is no longer in use: its numbers stay as they were."))
    ranking = None
    if not entered.errors:
        try:
            ranking = enter_scores(session, current_user, framework.code, entered.changes)
        except Invalid as error:
            session.rollback()
            entered.errors.update(error.fields)
    if entered.errors:
        return _table(entered, 422)
    words = ngettext("Saved %(num)s number. ", "Saved %(num)s numbers. ", entered.count)
    if ranking is None:
        words += gettext("The backlog is being ranked again.")
    else:
        before = {row.id: row.rank for row in rows}
        moved = sum(1 for key, rank in before.items() if ranking.places.get(key) != rank)
        words += (
            ngettext("%(num)s place changed.", "%(num)s places changed.", moved)
            if moved
            else gettext("No place changed.")
        )
    flash(words, "success")
    address = url_for(
        ".prioritise",
        framework=framework.code,
        weeks=request.form.get("weeks") or None,
        team=request.form.get("team") or None,
        after=request.form.get("after") or None,
    )
    return redirect(address, 303)


@bp.get("/prioritise/progress")
@may("requirement.read")
def ranking_progress() -> ResponseReturnValue:
    """Return the line that says since when a ranking is out of date, for the page to fetch."""
    session = db_session()
    framework, shown, _known = ranking_of(session, request.args.get("framework") or None)
    state = progress(session, framework, shown, shown.standing)
    return render_template(
        "scoring/_progress.html", progress=state, framework=framework, shown=shown, ready=True
    )


@bp.get("/prioritise/picture")
@may("requirement.read")
def picture() -> ResponseReturnValue:
    """Draw value against effort."""
    session = db_session()
    framework, shown, known = ranking_of(session, request.args.get("framework") or None)
    drawn = drawing(session, shown)
    cells = drawn.cells if drawn else ()
    return render_template(
        "scoring/picture.html",
        framework=framework,
        shown=shown,
        drawing=drawn,
        shading=same_part("scoring/_shading.html", cells=cells, width=CELL[0], height=CELL[1]),
        frameworks=known,
        progress=progress(session, framework, shown, shown.standing),
    )


@bp.get("/prioritise/compare")
@may("requirement.read")
def compare() -> ResponseReturnValue:
    """Show how places change between two frameworks."""
    session = db_session()
    known, ranking = frameworks(session), that_rank_something(session)
    first = framework_named(session, request.args.get("first") or None)
    code = request.args.get("second") or next(
        (row.code for row in known if row.code != first.code and row.id in ranking), None
    )
    pair = [first, *([framework_named(session, code)] if code else [])]
    shown = [computed_version(session, row) for row in pair]
    states = [
        (row, seen, progress(session, row, seen, standing_from(seen.standing)))
        for row, seen in zip(pair, shown, strict=True)
    ]
    return render_template(
        "scoring/compare.html",
        first=first,
        second=pair[1] if len(pair) > 1 else None,
        frameworks=known,
        ranking=ranking,
        comparison=frameworks_compared(session, *shown) if len(pair) > 1 else None,
        states=[state for state in states if state[2]],
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
