"""Pages of capacity: a launch's tab, the flow of its lanes, the board, what-if, thresholds."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.overview import (
    capacity_board,
    capacity_launch,
    capacity_threshold,
    capacity_whatif,
    flow_page,
    launch_page,
)
from roadmap.overview.timeline_page import plausible_day
from roadmap.web.guard import may
from roadmap.web.session import db_session
from roadmap.web.text import whole_number

bp = Blueprint("capacity", __name__)


@bp.get("/launches/<key>/capacity")
@may("launch.read")
def launch(key: str) -> ResponseReturnValue:
    """Show what a launch does to the queues it leans on, alone and together."""
    session = db_session()
    page = launch_page.load(session, current_user, key)
    return render_template(
        "overview/launch.html",
        **launch_page.frame(page, current_user, "capacity"),
        **capacity_launch.capacity(session, current_user, page),
    )


@bp.get("/capacity")
@may("launch.read")
def board() -> ResponseReturnValue:
    """Show which queues drown in which week, the fullest first."""
    page = whole_number(request.args.get("page")) or 1
    return render_template("overview/capacity.html", board=capacity_board.board(db_session(), page))


@bp.get("/capacity/<key>")
@may("mechanism.read")
def queue(key: str) -> ResponseReturnValue:
    """Show one queue in one week with the launches behind it."""
    week = request.args.get("week", type=plausible_day)
    found = capacity_board.queue_week(db_session(), current_user, key, week)
    return render_template("overview/capacity_queue.html", found=found)


@bp.get("/launches/<key>/flow")
@may("launch.read")
def flow(key: str) -> ResponseReturnValue:
    """Show what happens to an item of a launch, step by step."""
    session = db_session()
    page = launch_page.load(session, current_user, key)
    return render_template(
        "overview/launch.html",
        **launch_page.frame(page, current_user, "flow"),
        **flow_page.flow(session, current_user, page),
    )


@bp.get("/launches/<key>/capacity/what-if")
@may("launch.read")
def what_if(key: str) -> ResponseReturnValue:
    """Show a launch with other heads, times, dates or volumes beside today; stores nothing."""
    found = capacity_whatif.load(db_session(), current_user, key, request.args.to_dict())
    page = render_template("overview/capacity_what_if.html", w=found)
    return page, 422 if found.asked.problems else 200


@bp.get("/mechanisms/<key>/threshold")
@may("mechanism.read")
def threshold(key: str) -> ResponseReturnValue:
    """Show what other rates of a classifier would bring beside those of today; stores nothing."""
    found = capacity_threshold.load(db_session(), current_user, key, request.args.to_dict())
    page = render_template("overview/capacity_threshold.html", t=found)
    return page, 422 if found.problems else 200
