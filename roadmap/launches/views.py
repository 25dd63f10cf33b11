"""Pages that create a launch and change it as a whole; its parts are in `part_views`."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.errors import Conflict, Invalid
from roadmap.history.conflict import as_shown, read_shown
from roadmap.launches import queries
from roadmap.launches.access import get_launch, may_edit
from roadmap.launches.copying import copy_launch
from roadmap.launches.forms import (
    CopyForm,
    EditLaunchForm,
    MoveForm,
    NewLaunchForm,
    OrderForm,
    ReadersForm,
    TierFields,
)
from roadmap.launches.lifecycle import commitments, move_launch, reorder
from roadmap.launches.models import Launch
from roadmap.launches.rules import STATE_WORDS, allowed_moves
from roadmap.launches.service import (
    ALL_NO,
    EDITABLE,
    NewLaunch,
    answer_tier_questions,
    create_launch,
    edit_launch,
    questions_of,
    set_readers,
)
from roadmap.launches.wording import QUESTIONS, TYPES
from roadmap.taxonomy.queries import options
from roadmap.web.forms import Form, choices
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session

bp = Blueprint("launches", __name__, url_prefix="/launches")


def launch_address(key: str) -> str:
    """Return the address of the launch's room."""
    return f"{request.script_root}/launches/{key}"


def done(launch: Launch, message: str | None = None) -> ResponseReturnValue:
    """Go back to where the person came from inside this launch, else to its plan."""
    if message:
        flash(message, "success")
    back = request.form.get("next", "")
    here = launch_address(launch.key)
    inside = back == here or back.startswith((f"{here}/", f"{here}?", f"{here}#"))
    return redirect(back if inside else url_for("launches.plan", key=launch.key), 303)


def form_page(
    form: Form, launch: Launch, title: str, action: str, **more: Any
) -> ResponseReturnValue:
    """Show a form of a launch; one with problems answers 422 and keeps what was typed."""
    status = 422 if form.problems else 200
    page = {"note": None, "label": _("Save"), "help": {}, **more}
    return (
        render_template(
            "launches/form.html", form=form, launch=launch, title=title, action=action, **page
        ),
        status,
    )


# ---- create ----


def _new_form() -> NewLaunchForm:
    session = db_session()
    form = NewLaunchForm()
    form.offer(options(session), queries.people_choices(session), queries.team_choices(session))
    if request.method == "GET":
        form.owner_id.data = current_user.id
    return form


def _new_page(form: NewLaunchForm) -> ResponseReturnValue:
    page = {"form": form, "questions": QUESTIONS, "no_questions": ALL_NO}
    return render_template("launches/new.html", **page), 422 if form.problems else 200


@bp.get("/new")
@may("launch.create")
def new() -> ResponseReturnValue:
    """Show the six fields."""
    return _new_page(_new_form())


@bp.post("/new")
@may("launch.create")
def create() -> ResponseReturnValue:
    """Store a launch from six fields, the rest borrowed."""
    form = _new_form()
    if not form.validate():
        return _new_page(form)
    values = {n: v for n, v in form.data.items() if n not in {*QUESTIONS, "csrf_token"}}
    values["summary"] = values["summary"] or ""
    try:
        launch = create_launch(
            db_session(),
            current_user,
            NewLaunch(questions=form.questions(), **values),
        )
    except Invalid as error:
        form.refuse(error)
        return _new_page(form)
    flash(
        _("%(key)s is stored. Its checklist and mechanisms are proposed.", key=launch.key),
        "success",
    )
    return redirect(launch_address(launch.key), 303)


@bp.route("/<key>/copy", methods=["GET", "POST"])
@may("launch.create")
def copy(key: str) -> ResponseReturnValue:
    """Store a copy of a launch, to be dated and answered anew."""
    session = db_session()
    source = get_launch(session, current_user, key)
    form = CopyForm(data={"title": _("Copy of %(title)s", title=source.title)[:200]})
    if not form.validate_on_submit():
        note = _("Everything but evidence, dates, answers and the commitment is copied.")
        address = url_for(".copy", key=key)
        return form_page(form, source, _("Copy"), address, note=note, label=_("Copy"))
    launch = copy_launch(session, current_user, source, form.title.data)
    flash(_("%(key)s is a copy of %(source)s.", key=launch.key, source=source.key), "success")
    return redirect(url_for(".plan", key=launch.key), 303)


# ---- the plan: everything that can be edited, in one place ----


@bp.get("/<key>/plan")
@may("launch.read")
def plan(key: str) -> ResponseReturnValue:
    """Show every part of a launch with the way to change it."""
    session = db_session()
    launch = get_launch(session, current_user, key)
    words = options(session)
    return render_template(
        "launches/plan.html",
        launch=launch,
        may_edit=may_edit(current_user, launch),
        may_commit=current_user.may("launch.commit"),
        types=TYPES,
        questions=QUESTIONS,
        answers=asdict(questions_of(launch)),
        words=words,
        people=dict(queries.people_choices(session)),
        teams=dict(queries.team_choices(session)),
        phases=queries.phases(session, launch.id),
        cells=queries.cells(session, launch.id),
        forecasts=queries.forecasts(session, launch.id),
        needs=queries.training_needs(session, launch.id),
        links=queries.link_lines(session, launch.id),
        requirements=queries.requirement_lines(session, launch.id),
        dependencies=queries.dependency_lines(session, current_user, launch.id),
        waiting=queries.waiting_for(session, current_user, launch.id),
        readers=queries.readers(session, launch.id),
        moves=allowed_moves(launch.state),
        state_words=STATE_WORDS,
    )


# ---- edit ----


@bp.route("/<key>/edit", methods=["GET", "POST"])
@may("launch.edit")
def edit(key: str) -> ResponseReturnValue:
    """Change what a launch is called, what it is and whose it is."""
    session = db_session()
    launch = get_launch(session, current_user, key, may="edit")
    form = EditLaunchForm(obj=launch)
    form.offer(queries.people_choices(session), queries.team_choices(session))
    began = as_shown({name: getattr(launch, name) for name in EDITABLE})
    if request.method == "GET":
        form.shown.data = began
    elif form.validate():
        submitted = {name: form[name].data for name in EDITABLE}
        try:
            edit_launch(session, current_user, launch, submitted, read_shown(form.shown.data))
            return done(launch)
        except (Invalid, Conflict) as error:
            form.refuse(error)
            # Sending again keeps the person's own words over what they have now been shown.
            form.shown.data = began if isinstance(error, Conflict) else form.shown.data
    return form_page(form, launch, _("Edit"), url_for(".edit", key=key))


@bp.route("/<key>/tier", methods=["GET", "POST"])
@may("launch.edit")
def tier(key: str) -> ResponseReturnValue:
    """Answer the six questions that give the tier."""
    session = db_session()
    launch = get_launch(session, current_user, key, may="edit")
    form = TierFields(obj=questions_of(launch))
    if form.validate_on_submit():
        answer_tier_questions(session, current_user, launch, form.questions())
        return done(launch)
    note = _("All no is tier 3, the shortest checklist.")
    return form_page(form, launch, _("Six questions"), url_for(".tier", key=key), note=note)


@bp.route("/<key>/readers", methods=["GET", "POST"])
@may("launch.edit")
def readers(key: str) -> ResponseReturnValue:
    """Name who else may see a confidential launch."""
    session = db_session()
    launch = get_launch(session, current_user, key, may="edit")
    form = ReadersForm()
    form.person_ids.choices = choices(queries.people_choices(session))
    form.team_ids.choices = choices(queries.team_choices(session))
    if request.method == "GET":
        rows = queries.readers(session, launch.id)
        form.person_ids.data = [row.person_id for row in rows if row.person_id is not None]
        form.team_ids.data = [row.team_id for row in rows if row.team_id is not None]
    elif form.validate():
        people, teams = form.person_ids.data or [], form.team_ids.data or []
        set_readers(session, current_user, launch, people, teams)
        return done(launch)
    return form_page(form, launch, _("Readers"), url_for(".readers", key=key))


@bp.route("/<key>/move", methods=["GET", "POST"])
@may("launch.edit")
def move(key: str) -> ResponseReturnValue:
    """Move a launch along its life cycle."""
    session = db_session()
    launch = get_launch(session, current_user, key, may="edit")
    form = MoveForm()
    moves = allowed_moves(launch.state)
    form.target.choices = choices([(state.value, _(STATE_WORDS[state])) for state in moves])
    if form.validate_on_submit():
        try:
            move_launch(session, current_user, launch, form.target.data, form.reason.data or "")
            return done(launch)
        except Invalid as error:
            form.refuse(error)
    elif request.method == "GET" and request.args.get("target") in {m.value for m in moves}:
        form.target.data = next(m for m in moves if m.value == request.args["target"])
    return form_page(form, launch, _("Move"), url_for(".move", key=key), label=_("Move"))


@bp.route("/<key>/order", methods=["GET", "POST"])
@may("launch.commit")
def order(key: str) -> ResponseReturnValue:
    """Change the place of a committed launch in the order in which launches get capacity."""
    session = db_session()
    launch = get_launch(session, current_user, key, may="commit")
    form = OrderForm()
    if form.validate_on_submit():
        try:
            reorder(session, current_user, launch, form.place.data or 0, form.reason.data or "")
            return done(launch)
        except Invalid as error:
            form.refuse(error)
    elif request.method == "GET" and launch.commitment_no is not None:
        numbers = sorted(commitments(session).values())
        form.place.data = numbers.index(launch.commitment_no) + 1
    return form_page(form, launch, _("Commitment order"), url_for(".order", key=key))
