"""Pages of what a launch brings and may cost; they open from its plan."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from roadmap.capacity import lanes, launch_pages, limits
from roadmap.capacity.forms import percent, profile_text, season_text
from roadmap.capacity.launch_forms import (
    HandlingForm,
    HoursForm,
    LimitForm,
    RouteForm,
    SweepForm,
    limit_data,
    step_data,
    sweep_data,
)
from roadmap.capacity.models import Sweep
from roadmap.errors import Invalid, NotFound
from roadmap.launches.access import get_launch, may_edit
from roadmap.launches.models import Launch
from roadmap.launches.part_views import attempt
from roadmap.launches.views import done, form_page
from roadmap.mechanisms.kinds import Grade
from roadmap.taxonomy.queries import options
from roadmap.web.forms import choices
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session
from roadmap.web.text import whole_number

bp = Blueprint("launch_capacity", __name__, url_prefix="/launches/<key>")

_BLANK_STEPS = 2


def _editable(key: str) -> Launch:
    return get_launch(db_session(), current_user, key, may="edit")


def panel(launch: Launch) -> Markup:
    """Return what a launch says about capacity, for its plan."""
    view = launch_pages.launch_capacity(db_session(), launch.id)
    edit = may_edit(current_user, launch)
    page = render_template("capacity/_launch.html", launch=launch, view=view, may_edit=edit)
    return Markup(page)  # noqa: S704


# ---- hours ----


@bp.route("/forecasts/<int:forecast_id>/hours", methods=["GET", "POST"])
@may("launch.edit")
def hours(key: str, forecast_id: int) -> ResponseReturnValue:
    """Say when the items of a forecast arrive."""
    session, launch = db_session(), _editable(key)
    lane = lanes.lane_of(session, launch, forecast_id)
    row = lanes.shape_of(session, lane.id)
    start: dict[str, Any] = {}
    if row is not None:
        start = {
            "profile": profile_text(row.profile),
            "zone": row.zone,
            "season": season_text(row.season),
        }
    form = HoursForm(data=start)
    if request.method == "POST" and attempt(
        form,
        lambda: lanes.put_shape(
            session,
            current_user,
            launch,
            forecast_id,
            profile=form.profile.numbers,
            zone=form.zone.data or "UTC",
            season=form.season.factors,
        ),
    ):
        return done(launch)
    return form_page(
        form,
        launch,
        _("Hours of a forecast"),
        url_for(".hours", key=key, forecast_id=forecast_id),
        note=_("Left empty, items arrive at the hours of the first queue on their way."),
        help={
            "profile": _(
                "Paste 24 numbers of a day from 00:00, or 168 of a week from Monday 00:00. Any "
                "unit: only their shares count."
            ),
            "zone": _("Such as Europe/Lisbon. Left empty: UTC."),
            "season": _("A line for each week that differs, such as 48: 1.4 or 50-52: 1.2."),
        },
    )


# ---- route ----


def _route_form(launch: Launch, rows: list[dict[str, Any]]) -> RouteForm:
    typed = whole_number(request.form.get("count")) or 0
    count = min(max(len(rows) + _BLANK_STEPS, typed), lanes.MOST_STEPS)
    form: RouteForm = RouteForm()
    return form.open(rows, count, launch_pages.offered_steps(db_session(), launch))


@bp.route("/forecasts/<int:forecast_id>/route", methods=["GET", "POST"])
@may("launch.edit")
def route(key: str, forecast_id: int) -> ResponseReturnValue:
    """Say which steps the items of a forecast pass, in order."""
    session, launch = db_session(), _editable(key)
    lane = lanes.lane_of(session, launch, forecast_id)
    held = [step_data(row) for row in lanes.route_of(session, lane.id)]
    proposed = not held and "propose" in request.args
    if proposed:
        held = [step_data(spec) for spec in lanes.proposed_route(session, launch)]
    form = _route_form(launch, held)
    ids = [number for step in form.steps if (number := whole_number(step.mechanism.data))]
    kinds = lanes.mechanism_kinds(session, ids)
    if request.method == "POST" and form.validate_steps():
        try:
            specs = form.specs(kinds)
            lanes.put_route(session, current_user, launch, forecast_id, specs)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("The route is stored."), "success")
            return redirect(url_for("launches.plan", key=key, _anchor="capacity"), 303)
    page = render_template(
        "capacity/route.html",
        launch=launch,
        lane=lane,
        form=form,
        kinds={str(number): kind for number, kind in kinds.items()},
        lent=_lent(ids),
        proposed=proposed,
        has_route=bool(held),
        shares=launch_pages.lent_shares(session, launch),
        names=lanes.rate_names,
    )
    return page, 422 if form.problems else 200


def _lent(ids: list[int]) -> dict[str, dict[str, str]]:
    """Return what each mechanism lends, as the placeholders of its step say it."""
    found: dict[str, dict[str, str]] = {}
    for number, rates in launch_pages.lent_rates(db_session(), ids).items():
        shown = {
            name: value if name == "handling_seconds" else percent(value)
            for name, value in rates.items()
        }
        words = {
            name: _("borrowed: %(value)s from %(key)s", value=f"{value:g}", key=f"MEC-{number}")
            for name, value in shown.items()
            if value is not None
        }
        found[str(number)] = words
    return found


# ---- handling time, sweeps, limits ----


@bp.route("/handling/new", methods=["GET", "POST"])
@may("launch.edit")
def handling(key: str) -> ResponseReturnValue:
    """Say how long an item takes on a queue once the launch is live."""
    session, launch = db_session(), _editable(key)
    form = HandlingForm()
    queues = launch_pages.offered_queues(session, launch)
    form.mechanism_id.choices = choices([("", _("Choose one")), *queues])
    if request.method == "POST" and attempt(
        form,
        lambda: limits.put_handling_change(
            session,
            current_user,
            launch,
            whole_number(form.mechanism_id.data),
            form.handling_seconds.data,
            Grade(form.grade.data),
        ),
    ):
        return done(launch)
    note = _("For a launch that changes how people work: a tool, a workflow, a policy.")
    return form_page(form, launch, _("Handling time"), url_for(".handling", key=key), note=note)


@bp.route("/sweeps/new", methods=["GET", "POST"], defaults={"row_id": None})
@bp.route("/sweeps/<int:row_id>", methods=["GET", "POST"])
@may("launch.edit")
def sweep(key: str, row_id: int | None) -> ResponseReturnValue:
    """Add a sweep of existing listings or change one."""
    session, launch = db_session(), _editable(key)
    row = session.get(Sweep, row_id) if row_id is not None else None
    if row_id is not None and (row is None or row.launch_id != launch.id):
        raise NotFound(_("This was removed meanwhile. Reload the page."))
    form = SweepForm(data=sweep_data(row) if row is not None else {})
    form.offer(launch_pages.offered_queues(session, launch), options(session))
    if request.method == "POST" and attempt(
        form,
        lambda: limits.put_sweep(session, current_user, launch, form.spec(row_id)),
    ):
        return done(launch)
    note = _("Existing listings judged again under a new policy, evenly over some days.")
    address = url_for(".sweep", key=key, row_id=row_id)
    return form_page(form, launch, _("Sweep"), address, note=note)


@bp.route("/limits", methods=["GET", "POST"])
@may("launch.edit")
def limit(key: str) -> ResponseReturnValue:
    """Say what a launch may cost, and how much harm to sellers is accepted."""
    session, launch = db_session(), _editable(key)
    form = LimitForm(data=limit_data(limits.limit_of(session, launch.id)))
    if request.method == "POST" and attempt(
        form, lambda: limits.put_limit(session, current_user, launch, form.spec())
    ):
        return done(launch)
    note = _("All left empty takes the limits away.")
    help_ = {"budget_days": _("Left empty: 30."), "currency": _("Such as EUR.")}
    address = url_for(".limit", key=key)
    return form_page(form, launch, _("Budget and harm"), address, note=note, help=help_)


_REMOVERS: dict[str, Callable[..., None]] = {
    "handling": limits.remove_handling_change,
    "sweeps": limits.remove_sweep,
}


@bp.post("/capacity/<part>/<int:row_id>/remove")
@may("launch.edit")
def remove(key: str, part: str, row_id: int) -> ResponseReturnValue:
    """Remove a change of handling time or a sweep."""
    launch = _editable(key)
    remover = _REMOVERS.get(part)
    if remover is None:
        raise NotFound(_("There is nothing to remove here."))
    remover(db_session(), current_user, launch, row_id)
    return done(launch)
