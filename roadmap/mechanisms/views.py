"""Pages of mechanisms: the registry, one mechanism, registering, editing, switching its stage."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap import clock
from roadmap.errors import Conflict, Invalid, NotFound
from roadmap.history.conflict import as_shown, read_shown
from roadmap.mechanisms import control_pages, pages, queries, registry, service, wording
from roadmap.mechanisms.fields import fields_of
from roadmap.mechanisms.forms import MechanismForm, RehearsalForm, StageForm, mechanism_data
from roadmap.mechanisms.kinds import AUTOMATED_KINDS, HUMAN_KINDS, STAGE_MOVES, MechanismKind, Stage
from roadmap.mechanisms.models import Mechanism
from roadmap.mechanisms.standing import reason_of
from roadmap.mechanisms.tabs import tabs_of
from roadmap.taxonomy.queries import options
from roadmap.web.forms import choices
from roadmap.web.guard import may
from roadmap.web.i18n import _, gettext
from roadmap.web.session import db_session

bp = Blueprint("mechanisms", __name__, url_prefix="/mechanisms")


def _one_of(kind: Any, value: str | None) -> Any:
    """Return the enum's member, None for anything else: a filter nobody offers narrows nothing."""
    return kind(value) if value in set(kind) else None


def _filters() -> registry.Filters:
    asked = request.args
    owner = asked.get("owner", "")
    mine = owner == "me"
    number = int(owner) if owner.isascii() and owner.isdigit() and len(owner) < 10 else None
    health = asked.get("health")
    return registry.Filters(
        kind=_one_of(MechanismKind, asked.get("kind")),
        group=asked.get("kind") if asked.get("kind") in ("human", "automated") else None,
        stage=_one_of(Stage, asked.get("stage")),
        owner_id=current_user.id if mine else number,
        market=asked.get("market") or None,
        health=health if health in (*registry.HEALTH, "any") else None,
        text=asked.get("q", ""),
    )


@bp.get("")
@may("mechanism.read")
def index() -> ResponseReturnValue:
    """List the registry, one page at a time."""
    session, today = db_session(), clock.today()
    backward = "before" in request.args
    mark = request.args.get("before") or request.args.get("after")
    sort = request.args.get("sort", "name")
    sort = sort if sort.removeprefix("-") in registry.SORTS else "name"
    filters = _filters()
    return render_template(
        "mechanisms/index.html",
        page=registry.registry_page(
            session, filters, today, sort=sort, mark=mark, backward=backward
        ),
        counts=registry.registry_counts(session, today),
        owners=registry.owners(session),
        offered=options(session),
        filters=filters,
        sort=sort,
        words=wording,
        health=registry.HEALTH,
    )


@bp.get("/<key>")
@may("mechanism.read")
def mechanism(key: str) -> ResponseReturnValue:
    """Show whether one can lean on a mechanism, who does, and what its owner owes."""
    session = db_session()
    found = queries.get_mechanism(session, current_user, key, coverage=False)
    offered = options(session)
    return render_template(
        "mechanisms/mechanism.html",
        mechanism=found,
        view=pages.overview(session, current_user, found, offered=offered),
        signals=control_pages.signal_cards(session, found, offered),
        offered=offered,
        tabs=tabs_of(found, "overview"),
        rehearsal=RehearsalForm(formdata=None, data={"on": clock.today()}),
        words=wording,
        reason_of=lambda proof: reason_of(proof).text(gettext),
        say=lambda sentence: sentence.text(gettext),
        fields=fields_of(found.kind),
    )


@bp.route("/new", methods=["GET", "POST"])
@may("mechanism.create")
def new() -> ResponseReturnValue:
    """Choose what it is, then register it."""
    kind = _one_of(MechanismKind, request.args.get("kind"))
    if kind is None:
        groups = [
            (_("People"), sorted(HUMAN_KINDS, key=list(MechanismKind).index)),
            (_("Automation"), sorted(AUTOMATED_KINDS, key=list(MechanismKind).index)),
        ]
        return render_template("mechanisms/choose.html", groups=groups, words=wording)
    start = {**fields_of(kind), "owner_id": str(current_user.id), "rollout_ratio": 100}
    form = MechanismForm(data=start).fit(kind, queries.choices(db_session(), current_user.id))
    if form.validate_on_submit():
        try:
            made = service.register_mechanism(db_session(), current_user, kind, form.values)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Registered %(key)s. Say what it covers next.", key=made.key), "success")
            return redirect(url_for("mechanisms.mechanism", key=made.key), 303)
    return _form_page(form, kind, None)


def _form_page(
    form: MechanismForm, kind: MechanismKind, found: Mechanism | None
) -> ResponseReturnValue:
    page = render_template(
        "mechanisms/form.html", form=form, kind=kind, mechanism=found, words=wording
    )
    return page, 422 if form.problems else 200


@bp.route("/<key>/edit", methods=["GET", "POST"])
@may("mechanism.edit")
def edit(key: str) -> ResponseReturnValue:
    """Change the record of a mechanism."""
    session = db_session()
    found = queries.get_mechanism(session, current_user, key, "edit")
    now = as_shown({name: getattr(found, name) for name in fields_of(found.kind)})
    form = MechanismForm(data={**mechanism_data(found), "shown": now})
    form.fit(found.kind, queries.choices(session, found.owner_id))
    if form.validate_on_submit():
        try:
            shown = read_shown(form.shown.data)
            service.edit_mechanism(session, current_user, found, form.values, shown)
        except (Invalid, Conflict) as error:
            form.refuse(error)
            form.shown.data = now
        else:
            flash(_("Saved %(name)s.", name=found.name), "success")
            return redirect(url_for("mechanisms.mechanism", key=found.key), 303)
    return _form_page(form, found.kind, found)


@bp.route("/<key>/stage", methods=["GET", "POST"])
@may("mechanism.edit")
def stage(key: str) -> ResponseReturnValue:
    """Switch a mechanism to another stage, with the reason."""
    found = queries.get_mechanism(db_session(), current_user, key, "edit")
    form = StageForm()
    moves = [s for s in Stage if s in STAGE_MOVES[found.stage]]
    form.stage.choices = choices((s.value, _(wording.STAGES[s])) for s in moves)
    if not moves:
        raise NotFound(_("A retired mechanism stays retired. Register a new one."))
    if form.validate_on_submit():
        try:
            service.move_stage(
                db_session(), current_user, found, form.stage.data, form.why.data or ""
            )
        except Invalid as error:
            form.refuse(error)
        else:
            words = _(
                "%(name)s is switched. Launches that lean on it are judged again.", name=found.name
            )
            flash(words, "success")
            return redirect(url_for("mechanisms.mechanism", key=found.key), 303)
    page = render_template("mechanisms/stage.html", mechanism=found, form=form, words=wording)
    return page, 422 if form.problems else 200
