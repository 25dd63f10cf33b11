"""Pages that change one part of a launch: phases, scope, forecasts, links, dependencies."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.errors import Invalid, NotFound
from roadmap.launches import links, queries, scope
from roadmap.launches.access import get_launch
from roadmap.launches.checks import product_of, read_cells
from roadmap.launches.defaults import DEFAULT_DIMENSIONS
from roadmap.launches.forms import (
    DependencyForm,
    ForecastForm,
    LinkForm,
    PhaseMoveForm,
    PhasesForm,
    RequirementForm,
    ScopeForm,
    TargetForm,
    TrainingForm,
)
from roadmap.launches.lifecycle import move_phase
from roadmap.launches.models import Forecast, Launch, LaunchMechanism, TrainingNeed
from roadmap.launches.phases import PhaseSpec, set_phases
from roadmap.launches.views import bp, done, form_page
from roadmap.launches.wording import PRECISIONS
from roadmap.requirements.rules import DatePrecision
from roadmap.taxonomy.queries import options
from roadmap.taxonomy.scope import DIMENSIONS
from roadmap.web.forms import Form
from roadmap.web.guard import may
from roadmap.web.i18n import _, ngettext
from roadmap.web.session import db_session
from roadmap.web.text import whole_number


def editable(key: str) -> Launch:
    """Return the launch if the signed-in person may change it."""
    return get_launch(db_session(), current_user, key, may="edit")


def attempt(form: Form, command: Callable[[], object]) -> bool:
    """Run a command of a valid form; put its refusal into the form. Return whether it succeeded."""
    if not form.validate():
        return False
    try:
        command()
    except Invalid as error:
        form.refuse(error)
        return False
    return True


# ---- phases ----


def _rows_typed() -> list[dict[str, str]]:
    """Return the rows of phases as typed; a row without name, share and date is dropped."""
    names = ("id", "name", "share", "starts_on", "precision")
    columns = [request.form.getlist(name) for name in names]
    rows = [dict(zip(names, values, strict=False)) for values in zip(*columns, strict=False)]
    return [r for r in rows if r["name"].strip() or r["share"].strip() or r["starts_on"].strip()]


def _spec(row: dict[str, str]) -> PhaseSpec:
    try:
        share = float(row["share"].replace(",", ".")) / 100
    except ValueError:
        raise Invalid.at("share", _("Give each phase its share in per cent, as in 25.")) from None
    try:
        starts_on = date.fromisoformat(row["starts_on"]) if row["starts_on"].strip() else None
    except ValueError:
        raise Invalid.at(
            "starts_on", _("%(text)s is no date. Write 2026-12-01.", text=row["starts_on"])
        ) from None
    precision = row["precision"] if row["precision"] in set(DatePrecision) else DatePrecision.DAY
    return PhaseSpec(
        name=row["name"],
        share=share,
        starts_on=starts_on,
        precision=DatePrecision(precision),
        id=whole_number(row["id"]),
    )


def _rows_stored(launch: Launch) -> list[dict[str, str]]:
    return [
        {
            "id": str(row.id),
            "name": row.name,
            "share": f"{row.share * 100:g}",
            "starts_on": row.starts_on.isoformat() if row.starts_on else "",
            "precision": row.precision.value,
        }
        for row in queries.phases(db_session(), launch.id)
    ]


@bp.route("/<key>/phases", methods=["GET", "POST"])
@may("launch.edit")
def phases(key: str) -> ResponseReturnValue:
    """Change the ramp: shares, order and dates of the phases."""
    launch = editable(key)
    form = PhasesForm()
    if request.method == "POST":
        rows = _rows_typed()
        if attempt(
            form,
            lambda: set_phases(
                db_session(),
                current_user,
                launch,
                [_spec(row) for row in rows],
                form.reason.data or "",
            ),
        ):
            return done(launch)
    else:
        rows = _rows_stored(launch)
    blank = {"id": "", "name": "", "share": "", "starts_on": "", "precision": "day"}
    page = {"form": form, "launch": launch, "rows": [*rows, blank], "precisions": PRECISIONS}
    return render_template("launches/phases.html", **page), 422 if form.problems else 200


@bp.route("/<key>/phases/<int:position>", methods=["GET", "POST"])
@may("launch.edit")
def phase(key: str, position: int) -> ResponseReturnValue:
    """Take a phase live, halt it or plan it again."""
    launch = editable(key)
    session, form = db_session(), PhaseMoveForm()
    if request.method == "POST" and attempt(
        form,
        lambda: move_phase(
            session, current_user, launch, position, form.target.data, form.reason.data or ""
        ),
    ):
        return done(launch)
    title = _("Phase %(position)s", position=position)
    address = url_for(".phase", key=key, position=position)
    return form_page(form, launch, title, address, label=_("Move"))


# ---- scope, forecasts, training ----


@bp.route("/<key>/scope", methods=["GET", "POST"])
@may("launch.edit")
def edit_scope(key: str) -> ResponseReturnValue:
    """Change the cells a launch goes live in."""
    session, launch = db_session(), editable(key)
    form = ScopeForm()
    form.offer(options(session))
    if request.method == "GET":
        _show_scope(form, queries.cells(session, launch.id))
    elif attempt(form, lambda: _set_scope(form, launch)):
        return done(launch)
    return form_page(
        form,
        launch,
        _("Scope"),
        url_for(".edit_scope", key=key),
        note=_("Every market × language × surface × policy area you tick becomes a cell."),
        help={"cells": _("As in DE/de/live/weapons. If filled in, these lines count alone.")},
    )


def _show_scope(form: ScopeForm, rows: Any) -> None:
    """Show cells as ticks if they are a full product of their values, else as lines."""
    parts = {name: sorted({getattr(row, f"{name}_code") for row in rows}) for name in DIMENSIONS}
    size = 1
    for codes in parts.values():
        size *= len(codes)
    if size == len(rows):
        form.markets.data, form.languages.data = parts["market"], parts["language"]
        form.surfaces.data, form.policy_areas.data = parts["surface"], parts["policy_area"]
    else:
        form.cells.data = "\n".join(
            "/".join(getattr(row, f"{name}_code") for name in DIMENSIONS) for row in rows
        )


def _set_scope(form: ScopeForm, launch: Launch) -> None:
    if (form.cells.data or "").strip():
        cells = read_cells(form.cells.data or "")
        scope.set_scope(db_session(), current_user, launch, cells)
        return
    picked = [form[n].data or [] for n in ("markets", "languages", "surfaces", "policy_areas")]
    if not all(picked):
        raise Invalid.at("markets", _("Tick at least one of each, or write the cells as lines."))
    scope.set_scope(db_session(), current_user, launch, product_of(*picked))


def _of_launch(kind: Any, launch: Launch, row_id: int | None) -> Any:
    """Return the part to edit, None for a new one."""
    if row_id is None:
        return None
    row = db_session().get(kind, row_id)
    if row is None or row.launch_id != launch.id:
        raise NotFound(_("This was removed meanwhile. Reload the page."))
    return row


def _start_pattern(form: Any, row: Any) -> None:
    for name in DIMENSIONS:
        form[name].data = getattr(row, f"{name}_code") or ""


@bp.route("/<key>/forecasts/new", methods=["GET", "POST"], defaults={"row_id": None})
@bp.route("/<key>/forecasts/<int:row_id>", methods=["GET", "POST"])
@may("launch.edit")
def forecast(key: str, row_id: int | None) -> ResponseReturnValue:
    """Add a forecast or change one."""
    session, launch = db_session(), editable(key)
    row: Forecast | None = _of_launch(Forecast, launch, row_id)
    form = ForecastForm(obj=row)
    if row is not None and request.method == "GET":
        _start_pattern(form, row)
        form.prevalence.data = row.prevalence * 100 if row.prevalence is not None else None
    form.offer(options(session))
    if request.method == "POST" and attempt(form, lambda: _put_forecast(form, launch, row_id)):
        return done(launch)
    address = url_for(".forecast", key=key, row_id=row_id)
    return form_page(form, launch, _("Forecast"), address)


def _put_forecast(form: ForecastForm, launch: Launch, row_id: int | None) -> None:
    share = form.prevalence.data
    spec = scope.ForecastSpec(
        id=row_id,
        pattern=form.pattern(),
        likely=form.likely.data,
        low=form.low.data,
        high=form.high.data,
        prevalence=share / 100 if share is not None else None,
        grade=form.grade.data,
        note=form.note.data or "",
    )
    scope.put_forecast(db_session(), current_user, launch, spec)


@bp.route("/<key>/training/new", methods=["GET", "POST"], defaults={"row_id": None})
@bp.route("/<key>/training/<int:row_id>", methods=["GET", "POST"])
@may("launch.edit")
def training(key: str, row_id: int | None) -> ResponseReturnValue:
    """Add a training need or change one."""
    session, launch = db_session(), editable(key)
    row: TrainingNeed | None = _of_launch(TrainingNeed, launch, row_id)
    form = TrainingForm(obj=row)
    if row is not None and request.method == "GET":
        _start_pattern(form, row)
    form.offer(options(session), queries.people_choices(session))
    if request.method == "POST" and attempt(form, lambda: _put_training(form, launch, row_id)):
        return done(launch)
    address = url_for(".training", key=key, row_id=row_id)
    return form_page(form, launch, _("Certified people needed"), address)


def _put_training(form: TrainingForm, launch: Launch, row_id: int | None) -> None:
    spec = scope.TrainingSpec(
        id=row_id,
        pattern=form.pattern(),
        heads=form.heads.data or 0,
        owner_id=form.owner_id.data,
        from_phase=form.from_phase.data or 0,
    )
    scope.put_training_need(db_session(), current_user, launch, spec)


# ---- mechanisms ----


@bp.route("/<key>/mechanisms/new", methods=["GET", "POST"], defaults={"row_id": None})
@bp.route("/<key>/mechanisms/<int:row_id>", methods=["GET", "POST"])
@may("launch.edit")
def mechanism(key: str, row_id: int | None) -> ResponseReturnValue:
    """Link a mechanism or change how the launch leans on it."""
    launch = editable(key)
    row: LaunchMechanism | None = _of_launch(LaunchMechanism, launch, row_id)
    form = LinkForm(obj=row)
    form.offer()
    if row is not None and request.method == "GET":
        form.mechanism.data = f"MEC-{row.mechanism_id}"
        form.fallback.data = f"MEC-{row.fallback_id}" if row.fallback_id else ""
    if request.method == "POST" and attempt(form, lambda: _put_link(form, launch, row_id)):
        return done(launch)
    address = url_for(".mechanism", key=key, row_id=row_id)
    return form_page(form, launch, _("Mechanism"), address)


def _put_link(form: LinkForm, launch: Launch, row_id: int | None) -> None:
    spec = links.LinkSpec(
        id=row_id,
        mechanism=form.mechanism.data or "",
        role=form.role.data,
        required_stage=form.required_stage.data,
        from_phase=form.from_phase.data or 0,
        fallback=form.fallback.data or None,
        auto_actions_per_week=form.auto_actions_per_week.data,
    )
    links.put_link(db_session(), current_user, launch, spec)


@bp.post("/<key>/mechanisms/propose")
@may("launch.edit")
def propose(key: str) -> ResponseReturnValue:
    """Link what coverage proposes and is not linked yet."""
    launch = editable(key)
    count = links.link_proposals(db_session(), current_user, launch)
    flash(ngettext("%(num)s mechanism linked.", "%(num)s mechanisms linked.", count), "success")
    return done(launch)


@bp.route("/<key>/mechanisms/<int:row_id>/target", methods=["GET", "POST"])
@may("launch.edit")
def target(key: str, row_id: int) -> ResponseReturnValue:
    """Set what a linked mechanism must be proven to reach."""
    session, launch = db_session(), editable(key)
    links.link_of(session, launch, row_id)
    form = TargetForm()
    form.offer()
    if request.method == "GET":
        form.dimensions.data = list(DEFAULT_DIMENSIONS)
    elif attempt(form, lambda: _put_target(form, launch, row_id)):
        return done(launch)
    return form_page(form, launch, _("Target"), url_for(".target", key=key, row_id=row_id))


def _put_target(form: TargetForm, launch: Launch, row_id: int) -> None:
    spec = links.TargetSpec(
        metric=form.metric.data,
        target=(form.target.data or 0) / 100,
        dimensions=form.dimensions.data or [],
        max_age_days=form.max_age_days.data or 0,
    )
    links.put_target(db_session(), current_user, launch, row_id, spec)


# ---- requirements, dependencies ----


@bp.route("/<key>/requirements/new", methods=["GET", "POST"])
@may("launch.edit")
def requirement(key: str) -> ResponseReturnValue:
    """Say that the launch delivers a requirement."""
    session, launch = db_session(), editable(key)
    form = RequirementForm()
    if request.method == "POST" and attempt(
        form,
        lambda: links.put_requirement(
            session, current_user, launch, form.requirement.data or "", must=form.must.data
        ),
    ):
        return done(launch)
    return form_page(form, launch, _("Requirement"), url_for(".requirement", key=key))


@bp.route("/<key>/dependencies/new", methods=["GET", "POST"])
@may("launch.edit")
def dependency(key: str) -> ResponseReturnValue:
    """Say that another launch must be live first."""
    session, launch = db_session(), editable(key)
    form = DependencyForm()
    if request.method == "POST" and attempt(
        form,
        lambda: links.add_dependency(
            session, current_user, launch, form.depends_on.data or "", form.phase_position.data
        ),
    ):
        return done(launch)
    note = _("Without a phase it waits for the last one.")
    return form_page(form, launch, _("Dependency"), url_for(".dependency", key=key), note=note)


_REMOVERS: dict[str, Callable[..., None]] = {
    "forecasts": scope.remove_forecast,
    "training": scope.remove_training_need,
    "mechanisms": links.remove_link,
    "targets": links.remove_target,
    "requirements": links.remove_requirement,
    "dependencies": links.remove_dependency,
}


@bp.post("/<key>/<part>/<int:row_id>/remove")
@may("launch.edit")
def remove(key: str, part: str, row_id: int) -> ResponseReturnValue:
    """Remove one part of a launch."""
    launch = editable(key)
    remover = _REMOVERS.get(part)
    if remover is None:
        raise NotFound(_("There is nothing to remove here."))
    remover(db_session(), current_user, launch, row_id)
    return done(launch)
