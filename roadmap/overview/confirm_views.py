"""The weekly word: what changed since the last one, and one click to say that it still holds."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import TextAreaField
from wtforms.validators import Length

from roadmap import clock
from roadmap.accounts.queries import names_of
from roadmap.launches.access import get_launch, may_edit
from roadmap.launches.models import Launch
from roadmap.launches.part_views import attempt
from roadmap.overview import as_of_page
from roadmap.readiness.escalation import escalation_of
from roadmap.readiness.freshness import NOTE_LENGTH, say_it_holds, standing_of
from roadmap.readiness.freshness_rules import WINDOW
from roadmap.web.forms import Form
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.panels import register_panel
from roadmap.web.session import db_session

bp = Blueprint("confirm", __name__)


class ConfirmForm(Form):
    """The word, with a note if something needs saying."""

    note = TextAreaField(_("Note"), [Length(max=NOTE_LENGTH)])


@bp.route("/launches/<key>/confirm", methods=["GET", "POST"])
@may("launch.edit")
def confirm(key: str) -> ResponseReturnValue:
    """Show what changed since the last word, and take the next one."""
    session, form = db_session(), ConfirmForm()
    launch = get_launch(session, current_user, key, "edit", load=[Launch.phases])
    if request.method == "POST" and attempt(
        form,
        lambda: say_it_holds(session, current_user, launch, launch.phases, form.note.data or ""),
    ):
        flash(_("Said for this week."), "success")
        return redirect(url_for("overview.launch", key=key), 303)
    standing = standing_of(session, launch, launch.phases)
    since = standing.last.at.date() if standing.last is not None else clock.today() - WINDOW
    page = {
        "launch": launch,
        "form": form,
        "standing": standing,
        "by": names_of(session, {standing.last.person_id}) if standing.last is not None else {},
        "told": _told(launch) if standing.freshness.misses else ([], ""),
        "found": as_of_page.load(session, current_user, key, since, None),
    }
    return render_template("overview/confirm.html", **page), 422 if form.problems else 200


def _told(launch: Launch) -> tuple[list[str], str]:
    """Return who hears of two silent weeks, by name, and what to do where nobody is named."""
    found = escalation_of(db_session(), launch)
    return sorted(names_of(db_session(), set(found.people)).values()), found.missing


def _link(launch: Any) -> str:
    """Return a link to the weekly word while one is awaited from this reader."""
    if not may_edit(current_user, launch):
        return ""
    found = standing_of(db_session(), launch, launch.phases).freshness
    if not found.due:
        return ""
    return render_template("overview/_confirm_link.html", launch=launch, found=found)


def place_panel() -> None:
    """Offer the weekly word at the head of a launch's room."""
    register_panel("launch.acts", _link, place=10)
