"""The weekly report as a page and as text."""

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from roadmap.notifications.weekly import wants
from roadmap.overview import weekly_page
from roadmap.overview.weekly_page import NOW, WeekPage, When
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.panels import register_panel
from roadmap.web.session import db_session

bp = Blueprint("weekly", __name__)


def _loaded() -> WeekPage:
    settings = current_app.extensions["roadmap_settings"]
    return weekly_page.load(
        db_session(),
        current_user,
        When(settings.WEEKLY_DAY, settings.DIGEST_HOUR),
        request.args.get("week", ""),
        request.script_root,
        whole="whole" in request.args,
    )


@bp.get("/launches/weekly")
@may("launch.read")
def show() -> ResponseReturnValue:
    """Show what changed in a week, in plain words."""
    return render_template(
        "overview/weekly.html",
        page=_loaded(),
        now=NOW,
        mailed=wants(db_session(), current_user),
    )


@bp.get("/launches/weekly.txt")
@may("launch.read")
def text() -> ResponseReturnValue:
    """Return the report as plain lines, for chat."""
    page = _loaded()
    said = page.report.lines if page.report is not None else [_("Nothing is known of that week.")]
    address = url_for("weekly.show", week=page.name, _external=True)
    body = "\n".join([*said, address]) + "\n"
    return body, {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


def _way_in(_record: object) -> Markup:
    """Return the way to the report, for the list of launches."""
    address = url_for("weekly.show")
    return Markup('<a href="{}">{}</a>').format(address, _("Weekly report"))


def place_panel() -> None:
    """Put the way to the report on the list of launches."""
    register_panel("launches.actions", _way_in, place=35)
