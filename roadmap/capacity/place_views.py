"""Pages of the days off of a site, and of what a campaign of the calendar changes."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from roadmap.capacity import loads
from roadmap.capacity.forms import CampaignForm, HolidayForm, profile_text
from roadmap.errors import Invalid, NotFound
from roadmap.mechanisms.queries import find_site
from roadmap.taxonomy.forms import given
from roadmap.taxonomy.queries import find_calendar_day
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session

bp = Blueprint("places", __name__)


@bp.route("/mechanisms/sites/<code>/holidays", methods=["GET", "POST"])
@may("mechanism.edit_any")
def holidays(code: str) -> ResponseReturnValue:
    """List the days off of a site and add one."""
    session = db_session()
    site, form = find_site(session, code), HolidayForm()
    if form.validate_on_submit():
        try:
            days = {given(form.day.data): form.name.data or ""}
            loads.add_site_holidays(session, current_user, site, days)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Added. Nobody is rostered there on that day."), "success")
            return redirect(url_for("places.holidays", code=code), 303)
    page = render_template(
        "capacity/holidays.html",
        site=site,
        form=form,
        days=loads.site_holidays(session, site.id),
    )
    return page, 422 if form.problems else 200


@bp.post("/mechanisms/sites/<code>/holidays/<int:holiday_id>/remove")
@may("mechanism.edit_any")
def remove_holiday(code: str, holiday_id: int) -> ResponseReturnValue:
    """Let people work at a site on a day again."""
    session = db_session()
    loads.remove_site_holiday(session, current_user, find_site(session, code), holiday_id)
    flash(_("Removed: the roster counts on that day again."), "success")
    return redirect(url_for("places.holidays", code=code), 303)


@bp.route("/admin/calendar/<int:entry_id>/load", methods=["GET", "POST"])
@may("admin.taxonomy")
def campaign(entry_id: int) -> ResponseReturnValue:
    """Say how a campaign changes what arrives."""
    session = db_session()
    entry = find_calendar_day(session, entry_id)
    if entry.kind != "campaign":
        raise NotFound(_("Only a campaign changes what arrives."))
    row = loads.campaign_load(session, entry.id)
    start = {"multiplier": row.multiplier, "profile": profile_text(row.profile)} if row else {}
    form = CampaignForm(data=start)
    if form.validate_on_submit():
        try:
            loads.put_campaign_load(
                session, current_user, entry, form.multiplier.data, form.profile.numbers
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved. Launches it touches are judged again."), "success")
            return redirect(url_for("calendar.entry", entry_id=entry.id), 303)
    page = render_template("capacity/campaign.html", entry=entry, form=form)
    return page, 422 if form.problems else 200


def site_panel(site: Any) -> Markup:
    """Return the days off of a site for its page."""
    days = loads.site_holidays(db_session(), site.id)
    return Markup(render_template("capacity/_site.html", site=site, days=days))  # noqa: S704


def campaign_panel(entry: Any) -> Markup:
    """Return what a campaign changes for its page; nothing for other entries."""
    if entry.kind != "campaign":
        return Markup()
    row = loads.campaign_load(db_session(), entry.id)
    return Markup(render_template("capacity/_campaign.html", entry=entry, row=row))  # noqa: S704
