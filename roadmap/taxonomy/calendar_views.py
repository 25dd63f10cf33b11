"""Admin pages of the calendar: holidays, campaigns, freezes."""

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap import clock
from roadmap.errors import Invalid
from roadmap.taxonomy import calendars, queries
from roadmap.taxonomy.forms import CalendarForm, HolidaysForm, given
from roadmap.web.forms import choices
from roadmap.web.guard import may
from roadmap.web.i18n import _, ngettext
from roadmap.web.session import db_session

bp = Blueprint("calendar", __name__, url_prefix="/admin/calendar")

SHOWN = timedelta(days=400)


def _calendar_form(**given: object) -> CalendarForm:
    form = CalendarForm(data=given)
    everywhere = queries.options(db_session()).choices("market", empty=_("Every market"))
    form.market_code.choices = choices(everywhere)
    return form


def _holidays_form() -> HolidaysForm:
    form = HolidaysForm(data={"year": clock.today().year + 1}, prefix="import")
    offered = queries.options(db_session())
    form.market_code.choices = choices(offered.choices("market", empty=_("Choose a market")))
    return form


def _page(form: CalendarForm, holidays: HolidaysForm) -> ResponseReturnValue:
    start = _start()
    kind = request.args.get("kind")
    problems = [*form.problems, *holidays.problems]
    page = render_template(
        "taxonomy/calendar.html",
        days=queries.calendar(
            db_session(),
            starting=start,
            until=start + SHOWN,
            kind=kind if kind in calendars.KINDS else None,
        ),
        kinds=calendars.KINDS,
        kind=kind,
        start=start,
        offered=queries.options(db_session()),
        form=form,
        holidays_form=holidays,
        problems=problems,
    )
    return page, 422 if problems else 200


def _start() -> date:
    """Return the first day the list shows: the first of the asked year, or today."""
    year = request.args.get("year", "")
    if (
        year.isascii()
        and year.isdigit()
        and calendars.FIRST_YEAR <= int(year) <= calendars.LAST_YEAR
    ):
        return date(int(year), 1, 1)
    return clock.today()


@bp.route("", methods=["GET", "POST"])
@may("admin.taxonomy")
def days() -> ResponseReturnValue:
    """List what is coming and add days."""
    form = _calendar_form()
    if form.validate_on_submit():
        try:
            calendars.add_calendar_day(db_session(), current_user, *_said(form))
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Added %(name)s.", name=form.name.data), "success")
            return redirect(url_for("calendar.days"), 303)
    holidays = HolidaysForm(formdata=None, data={"year": clock.today().year + 1}, prefix="import")
    holidays.market_code.choices = _holidays_form().market_code.choices
    return _page(form, holidays)


def _said(form: CalendarForm) -> tuple[str, str, str | None, date, date | None]:
    return (
        form.kind.data,
        form.name.data or "",
        form.market_code.data or None,
        given(form.starts_on.data),
        form.ends_on.data,
    )


@bp.post("/holidays")
@may("admin.taxonomy")
def holidays() -> ResponseReturnValue:
    """Bring in a market's public holidays of a year."""
    form = _holidays_form()
    if form.validate_on_submit():
        market, year = form.market_code.data, given(form.year.data)
        try:
            new = calendars.import_holidays(db_session(), current_user, market, year)
        except Invalid as error:
            form.refuse(error)
        else:
            words = ngettext("%(num)s new holiday.", "%(num)s new holidays.", new)
            flash(words, "success")
            return redirect(url_for("calendar.days", year=year), 303)
    empty = CalendarForm(formdata=None)
    empty.market_code.choices = _calendar_form().market_code.choices
    return _page(empty, form)


@bp.route("/<int:entry_id>", methods=["GET", "POST"])
@may("admin.taxonomy")
def entry(entry_id: int) -> ResponseReturnValue:
    """Change an entry."""
    found = queries.find_calendar_day(db_session(), entry_id)
    form = _calendar_form(
        kind=found.kind,
        name=found.name,
        market_code=found.market_code or "",
        starts_on=found.starts_on,
        ends_on=found.ends_on,
    )
    if form.validate_on_submit():
        try:
            calendars.edit_calendar_day(db_session(), current_user, entry_id, *_said(form))
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved %(name)s.", name=form.name.data), "success")
            return redirect(url_for("calendar.days"), 303)
    page = render_template("taxonomy/calendar_entry.html", entry=found, form=form)
    return page, 422 if form.problems else 200


@bp.post("/<int:entry_id>/remove")
@may("admin.taxonomy")
def remove(entry_id: int) -> ResponseReturnValue:
    """Take an entry out of the calendar."""
    calendars.remove_calendar_day(db_session(), current_user, entry_id)
    flash(_("Taken out of the calendar."), "success")
    return redirect(url_for("calendar.days"), 303)
