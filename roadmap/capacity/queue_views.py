"""Pages of a queue's staffing: the plan, the roster by week, what arrives, what was done."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap import clock
from roadmap.capacity import counts, loads, plans, shifts
from roadmap.capacity.forms import (
    CountForm,
    EndForm,
    LoadForm,
    PlanForm,
    ShiftForm,
    WeekForm,
    default_words,
    plan_data,
    profile_text,
    season_text,
    shift_data,
)
from roadmap.capacity.models import BaseLoad
from roadmap.capacity.pages import monday_of, staffing
from roadmap.errors import Conflict, Invalid, NotFound
from roadmap.history.conflict import as_shown, read_shown
from roadmap.mechanisms.kinds import HUMAN_KINDS
from roadmap.mechanisms.models import Mechanism
from roadmap.mechanisms.queries import get_mechanism, may_edit, sites
from roadmap.mechanisms.tabs import tabs_of
from roadmap.taxonomy.forms import given
from roadmap.taxonomy.queries import options
from roadmap.web.guard import may
from roadmap.web.i18n import _, ngettext
from roadmap.web.session import db_session

bp = Blueprint("staffing", __name__, url_prefix="/mechanisms/<key>/staffing")

# A roster is written for so long unless said otherwise.
ROSTERED_FOR = timedelta(weeks=26)


def editable(key: str) -> Mechanism:
    """Return the queue if the signed-in person may change it."""
    found = get_mechanism(db_session(), current_user, key, "edit")
    return _queue(found)


def _queue(found: Mechanism) -> Mechanism:
    if found.kind not in HUMAN_KINDS:
        raise NotFound(_("Nobody works in this mechanism, so it has no staffing."))
    return found


def back_to(key: str, part: str = "") -> ResponseReturnValue:
    """Go back to the staffing page, to the week that was shown."""
    week = request.values.get("week", "")
    shown = week if _day(week) else None
    return redirect(url_for("staffing.show", key=key, week=shown, _anchor=part or None), 303)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


@bp.get("")
@may("mechanism.read")
def show(key: str) -> ResponseReturnValue:
    """Show how a queue is staffed and what arrives at it."""
    session = db_session()
    found = _queue(get_mechanism(session, current_user, key))
    return _page(found, WeekForm(formdata=None))


def _page(found: Mechanism, form: WeekForm) -> ResponseReturnValue:
    session = db_session()
    offered = options(session)
    start = _day(request.values.get("week", "")) or clock.today()
    page = render_template(
        "capacity/staffing.html",
        mechanism=found,
        tabs=tabs_of(found, "staffing"),
        view=staffing(session, found, start, offered),
        offered=offered,
        form=form,
        may_edit=may_edit(current_user, found),
        defaults=plans.PLAN_DEFAULTS,
        step=timedelta(weeks=6),
    )
    return page, 422 if form.problems else 200


# ---- the plan ----


@bp.route("/plan", methods=["GET", "POST"])
@may("mechanism.edit")
def plan(key: str) -> ResponseReturnValue:
    """Say how people work the queue and what it promises."""
    found = editable(key)
    values = plans.plan_values(plans.plan_of(db_session(), found.id))
    form = PlanForm(data={**plan_data(values), "shown": as_shown(values)}).fit(found.kind)
    if form.validate_on_submit():
        try:
            shown = read_shown(form.shown.data)
            plans.put_plan(db_session(), current_user, found, form.values, shown)
        except (Invalid, Conflict) as error:
            form.refuse(error)
            form.shown.data = as_shown(values)
        else:
            flash(_("Saved. Launches that lean on it are judged again."), "success")
            return back_to(key)
    page = render_template(
        "capacity/plan.html", mechanism=found, form=form, default_words=default_words
    )
    return page, 422 if form.problems else 200


# ---- shifts ----


def _shift_form(**values: Any) -> ShiftForm:
    form = ShiftForm(data=values)
    places = [(str(site.id), site.name) for site in sites(db_session())]
    return form.fit(places, options(db_session()))


def _shift_page(found: Mechanism, form: ShiftForm, row: Any = None) -> ResponseReturnValue:
    page = render_template(
        "capacity/shift.html", mechanism=found, form=form, row=row, ending=EndForm(formdata=None)
    )
    return page, 422 if form.problems else 200


@bp.route("/shifts/new", methods=["GET", "POST"])
@may("mechanism.edit")
def new_shift(key: str) -> ResponseReturnValue:
    """Add heads that work the same hours."""
    found = editable(key)
    today = clock.today()
    start = {"first_day": monday_of(today), "last_day": monday_of(today) + ROSTERED_FOR}
    form = _shift_form(weekdays=list(range(7)), **start)
    del form.from_day
    if form.validate_on_submit():
        try:
            added = shifts.add_shifts(db_session(), current_user, found, [form.spec])
        except Invalid as error:
            form.refuse(error)
        else:
            _say_overlaps(found, added)
            return back_to(key, "roster")
    return _shift_page(found, form)


def _say_overlaps(found: Mechanism, added: list[Any]) -> None:
    flash(ngettext("%(num)s shift added.", "%(num)s shifts added.", len(added)), "success")
    others = shifts.overlaps(shifts.shifts_of(db_session(), found.id), added)
    if others:
        words = ngettext(
            "It shares hours with %(num)s other shift: their heads add up.",
            "It shares hours with %(num)s other shifts: their heads add up.",
            others,
        )
        flash(words, "info")


@bp.route("/shifts/<int:shift_id>", methods=["GET", "POST"])
@may("mechanism.edit")
def shift(key: str, shift_id: int) -> ResponseReturnValue:
    """Change a shift, from a day on or as a whole."""
    found = editable(key)
    row = shifts.find_shift(db_session(), found, shift_id)
    form = _shift_form(**shift_data(row))
    if form.validate_on_submit():
        try:
            spec, start = form.spec, form.from_day.data
            shifts.edit_shift(db_session(), current_user, found, shift_id, spec, start)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved."), "success")
            return back_to(key, "roster")
    return _shift_page(found, form, row)


@bp.post("/shifts/<int:shift_id>/end")
@may("mechanism.edit")
def end_shift(key: str, shift_id: int) -> ResponseReturnValue:
    """Let a shift end with a day."""
    found = editable(key)
    form = EndForm()
    try:
        if not form.validate_on_submit():
            raise Invalid(form.problems[0][1] if form.problems else _("Give the day."))
        last = given(form.last_day.data)
        shifts.end_shift(db_session(), current_user, found, shift_id, last)
    except Invalid as error:
        flash(error.message, "error")
        return redirect(url_for("staffing.shift", key=key, shift_id=shift_id), 303)
    flash(_("The shift ends then."), "success")
    return back_to(key, "roster")


@bp.post("/shifts/<int:shift_id>/remove")
@may("mechanism.edit")
def remove_shift(key: str, shift_id: int) -> ResponseReturnValue:
    """Remove a shift that was never worked."""
    shifts.remove_shift(db_session(), current_user, editable(key), shift_id)
    flash(_("The shift is removed."), "success")
    return back_to(key, "roster")


@bp.post("/copy")
@may("mechanism.edit")
def copy_week(key: str) -> ResponseReturnValue:
    """Roster a week like the one before it."""
    found = editable(key)
    form = WeekForm()
    if form.validate_on_submit():
        try:
            week = given(form.week.data)
            count = shifts.copy_last_week(db_session(), current_user, found, week)
        except Invalid as error:
            form.refuse(error)
        else:
            words = ngettext("%(num)s shift goes on.", "%(num)s shifts go on.", count)
            flash(words, "success")
            return back_to(key, "roster")
    return _page(found, form)


# ---- what waits ----


def in_zone(found: Mechanism, moment: datetime) -> datetime:
    """Return the moment a clock on the queue's wall shows."""
    values = plans.plan_values(plans.plan_of(db_session(), found.id))
    return moment.replace(tzinfo=ZoneInfo(str(values["zone"])))


@bp.route("/waiting", methods=["GET", "POST"])
@may("mechanism.edit")
def waiting(key: str) -> ResponseReturnValue:
    """Say how many items wait in the queue now."""
    found = editable(key)
    form = CountForm(data={"day": clock.today()})
    if form.validate_on_submit():
        midnight = datetime.combine(given(form.day.data), time())
        moment = in_zone(found, midnight + timedelta(minutes=form.at.minutes))
        try:
            counts.put_backlog(db_session(), current_user, found, form.items.data, moment)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved. Launches that lean on it are judged again."), "success")
            return back_to(key, "waiting")
    page = render_template("capacity/waiting.html", mechanism=found, form=form)
    return page, 422 if form.problems else 200


# ---- base load ----


def _load_data(row: BaseLoad) -> dict[str, Any]:
    return {
        "language": row.language_code or "",
        "weekly": row.weekly,
        "measured_until": row.measured_until,
        "grade": row.grade.value,
        "handling_seconds": row.handling_seconds,
        "profile": profile_text(row.profile),
        "season": season_text(row.season),
    }


def _spec(form: LoadForm) -> loads.LoadSpec:
    return loads.LoadSpec(
        weekly=form.weekly.data,
        measured_until=given(form.measured_until.data),
        language=form.language.data or None,
        handling_seconds=form.handling_seconds.data,
        profile=form.profile.numbers,
        season=form.season.factors,
        grade=form.grade.data,
    )


@bp.route("/load/new", methods=["GET", "POST"], defaults={"load_id": None})
@bp.route("/load/<int:load_id>", methods=["GET", "POST"])
@may("mechanism.edit")
def load(key: str, load_id: int | None) -> ResponseReturnValue:
    """Say what arrives at the queue without any launch."""
    session, found = db_session(), editable(key)
    row = loads.find_base_load(session, found, load_id) if load_id is not None else None
    start = {"measured_until": clock.today(), "grade": "measured"}
    form = LoadForm(data=_load_data(row) if row is not None else start)
    form.fit(options(session), only=(row.language_code or "") if row is not None else None)
    if form.validate_on_submit():
        try:
            loads.put_base_loads(session, current_user, found, [_spec(form)])
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved. Launches that lean on it are judged again."), "success")
            return back_to(key, "base")
    page = render_template("capacity/load.html", mechanism=found, form=form, row=row)
    return page, 422 if form.problems else 200


@bp.post("/load/<int:load_id>/remove")
@may("mechanism.edit")
def remove_load(key: str, load_id: int) -> ResponseReturnValue:
    """Take a base load away."""
    loads.remove_base_load(db_session(), current_user, editable(key), load_id)
    flash(_("The base load is removed."), "success")
    return back_to(key, "base")
