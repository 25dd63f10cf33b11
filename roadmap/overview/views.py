"""Pages that compose rooms: home, board, launch room, timeline, search."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.launches.access import get_launch
from roadmap.overview import board_page, home, launch_page, launch_tabs, timeline_page
from roadmap.overview import search as searching
from roadmap.overview.marks import board_mark, launch_mark
from roadmap.overview.portfolio import CHECK_GROUPS, CHIPS
from roadmap.overview.silence import worker_silence
from roadmap.overview.standing import GROUPS, Filters
from roadmap.web.guard import may
from roadmap.web.session import db_session
from roadmap.web.text import whole_number

bp = Blueprint("overview", __name__)

TABS = {
    "summary": launch_tabs.summary,
    "scope": launch_tabs.scope,
    "mechanisms": launch_tabs.mechanisms,
    "checklist": launch_tabs.checklist,
    "gates": launch_tabs.gates,
    "links": launch_tabs.links,
    "history": launch_tabs.history,
}


@bp.get("/")
@may("signed_in")
def index() -> ResponseReturnValue:
    """Show what waits for the person."""
    return render_template(
        "overview/home.html",
        home=home.load(db_session(), current_user),
        silence=worker_silence(db_session()),
        new_url=launch_page.new_url(current_user),
    )


@bp.get("/launches")
@may("launch.read")
def board() -> ResponseReturnValue:
    """Show which launches need help this week, the worst first."""
    chip = request.args.get("show", "all")
    filters = Filters(
        chip=chip if chip in CHIPS else "all",
        market=request.args.get("market", "")[:2],
        team=whole_number(request.args.get("team")),
    )
    after = request.args.get("after")
    return render_template(
        "overview/board.html",
        board=board_page.load(db_session(), current_user, filters, after),
        silence=worker_silence(db_session()),
        live=(url_for(".board_changes"), board_mark(db_session())),
        view="checks" if request.args.get("view") == "checks" else "list",
        chips=CHIPS,
        groups=GROUPS,
        check_groups=CHECK_GROUPS,
        new_url=launch_page.new_url(current_user),
    )


@bp.get("/launches/changes")
@may("launch.read")
def board_changes() -> ResponseReturnValue:
    """Return the mark of the board as it is now."""
    return board_mark(db_session()), {"Content-Type": "text/plain", "Cache-Control": "no-store"}


@bp.get("/launches/<key>/changes")
@may("launch.read")
def launch_changes(key: str) -> ResponseReturnValue:
    """Return the mark of a launch's room as it is now."""
    session = db_session()
    mark = launch_mark(session, get_launch(session, current_user, key).id)
    return mark, {"Content-Type": "text/plain", "Cache-Control": "no-store"}


@bp.get("/roadmap")
@may("launch.read")
def roadmap() -> ResponseReturnValue:
    """Show what lands when, and whether it will be ready."""
    scale, group = request.args.get("by", ""), request.args.get("group", "")
    whole = request.args.get("whole", "")
    asked = timeline_page.Asked(
        scale=scale if scale in timeline_page.SCALES else "week",
        group=group if group in timeline_page.GROUPINGS else "market",
        market=request.args.get("market", "")[:2],
        team=whole_number(request.args.get("team")),
        start=request.args.get("from", type=timeline_page.plausible_day),
        open=request.args.get("open", "")[:12],
        part=max(1, whole_number(request.args.get("part")) or 1),
        whole=whole if whole in timeline_page.WHOLE else "",
    )
    found = timeline_page.load(db_session(), current_user, asked)
    return render_template("overview/roadmap.html", map=found)


@bp.get("/launches/<key>")
@may("launch.read")
def launch(key: str) -> ResponseReturnValue:
    """Show a launch: ready or not, why, and the smallest thing that would change that."""
    session = db_session()
    page = launch_page.load(session, current_user, key)
    tab = request.args.get("tab", "summary")
    tab = tab if tab in TABS else "summary"
    return render_template(
        "overview/launch.html",
        **launch_page.frame(page, current_user, tab),
        **TABS[tab](session, current_user, page),
    )


@bp.get("/search")
@may("launch.read")
def search() -> ResponseReturnValue:
    """Jump to a key, or show what holds every word."""
    query = request.args.get("q", "").strip()[:200]
    session = db_session()
    key = searching.exact(session, current_user, query)
    if key is not None:
        return redirect(f"{request.script_root}/{searching.PATHS[key[:3]]}/{key}")
    found = searching.search(session, current_user, query)
    return render_template("overview/search.html", query=query, found=found, limit=searching.LIMIT)
