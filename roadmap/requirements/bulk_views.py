"""Pages of edits of many requirements: choose what to set, look at each row, store, undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer

from roadmap import jobs
from roadmap.errors import Invalid, NotFound
from roadmap.lists.kinds import BulkState
from roadmap.lists.language import QueryError, parse
from roadmap.lists.own_store import people_in
from roadmap.requirements import bulk, list_page, listing, service
from roadmap.requirements.bulk_forms import BulkForm, picked
from roadmap.requirements.bulk_spec import MAX_ROWS, STATES, BulkSpec, from_plain, read_spec
from roadmap.requirements.own_fields import fields_of, own_part
from roadmap.requirements.rules import RequirementKind, Severity
from roadmap.requirements.wording import KINDS, SEVERITIES
from roadmap.requirements.wording import STATES as STATE_WORDS
from roadmap.taxonomy.queries import options
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session

bp = Blueprint("bulk", __name__, url_prefix="/requirements/bulk")

_ONE_DAY = 86_400
# Rows a preview shows; the others are counted.
_SHOWN = 200


@dataclass(frozen=True)
class Chosen:
    """Which rows: the keys, and where the person came from."""

    keys: Sequence[int]
    # Whether these are all rows of a view, and the view's query and sort.
    whole: bool
    q: str
    sort: str


def _chosen(values: Mapping[str, Any], lists: Sequence[str]) -> Chosen:
    """Return the rows that were chosen; all of a view are looked up now."""
    q, sort = str(values.get("q", "")), str(values.get("sort", "")) or listing.DEFAULT_SORT
    if not values.get("all"):
        return Chosen(picked(values, lists), whole=False, q=q, sort=sort)
    session = db_session()
    known = list_page.vocabulary(session)
    try:
        query = parse(q)
        keys = list_page.keys_of(session, current_user, known, query, sort, MAX_ROWS + 1)
    except QueryError as error:
        raise Invalid(error.sentence.text(_)) from None
    if len(keys) > MAX_ROWS:
        raise Invalid(
            _("At most %(most)s rows can be edited at once. Narrow the filter.", most=MAX_ROWS)
        )
    return Chosen(keys, whole=True, q=q, sort=sort)


@bp.get("")
@may("requirement.submit")
def choose() -> ResponseReturnValue:
    """Ask what to set on the chosen rows."""
    chosen = _chosen(request.args, request.args.getlist("pick"))
    if not chosen.keys:
        flash(_("Tick the rows to edit first."), "warning")
        return redirect(_list(chosen))
    return _form_page(chosen, BulkForm())


def _list(chosen: Chosen) -> str:
    sort = chosen.sort if chosen.sort != listing.DEFAULT_SORT else None
    return url_for("requirements.index", q=chosen.q or None, sort=sort)


def _form_page(chosen: Chosen, form: BulkForm) -> str:
    session = db_session()
    part = own_part(session)
    return render_template(
        "requirements/bulk.html",
        chosen=chosen,
        form=form,
        part=part,
        teams=listing.team_names(session),
        words=options(session),
        kinds=[(one.value, _(KINDS[one])) for one in RequirementKind],
        severities=[(one.value, _(SEVERITIES[one])) for one in Severity],
        states=[(one.value, _(STATE_WORDS[one])) for one in STATES],
        back=_list(chosen),
    )


@bp.post("/preview")
@may("requirement.submit")
def preview() -> ResponseReturnValue:
    """Show what the edit would do to each row; nothing is stored yet."""
    session, form = db_session(), BulkForm(request.form)
    chosen = _chosen(request.form, request.form.getlist("pick"))
    if not chosen.keys:
        flash(_("Tick the rows to edit first."), "warning")
        return redirect(_list(chosen), 303)
    if "back" in request.form:
        return _form_page(chosen, form)
    fields = fields_of(session)
    try:
        known = service.known(session)
        spec = read_spec(form.typed(fields), known, fields, people_in(session))
    except Invalid as error:
        form.refuse(error)
        return _form_page(chosen, form), 422
    return _preview_page(spec, chosen)


def _preview_page(spec: BulkSpec, chosen: Chosen, changed: bulk.Changed | None = None) -> str:
    plan, _rows, _fields, _held = bulk.preview(db_session(), current_user, spec, chosen.keys)
    sealed = {
        "person": current_user.id,
        "spec": spec.plain(),
        "rows": [[row.id, row.version] for row in plan.rows],
        "stamp": plan.stamp,
        "from": [chosen.whole, chosen.q, chosen.sort],
    }
    return render_template(
        "requirements/bulk_preview.html",
        plan=plan,
        chosen=chosen,
        spec=spec,
        shown=_SHOWN,
        sealed=_seal().dumps(sealed),
        changed=changed,
        later=len(plan.changing) > bulk.AT_ONCE,
        back=_list(chosen),
    )


def _seal() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="requirements.bulk")


def _opened(text: str) -> dict[str, Any]:
    """Return what a preview sealed; one that is broken, old or somebody else's is refused."""
    try:
        found: dict[str, Any] = _seal().loads(text, max_age=_ONE_DAY)
    except BadSignature:
        raise Invalid(_("This preview is damaged or too old. Choose the rows again.")) from None
    if found["person"] != current_user.id:
        raise Invalid(_("This preview is somebody else's. Choose the rows again."))
    return found


@bp.post("/apply")
@may("requirement.submit")
def apply() -> ResponseReturnValue:
    """Store a previewed edit, all of it or nothing; a large one is left to the worker."""
    session, found = db_session(), _opened(request.form.get("sealed", ""))
    spec = from_plain(found["spec"], fields_of(session))
    pairs = [(int(key), int(version)) for key, version in found["rows"]]
    edit = bulk.begin(session, current_user, spec, pairs, found["stamp"])
    if len(pairs) > bulk.AT_ONCE:
        job = jobs.enqueue(
            session, "requirements.bulk", {"edit": edit.id}, created_by=current_user.id
        )
        edit.job_id = job.id if job is not None else None
        return redirect(url_for("bulk.show", edit_id=edit.id), 303)
    try:
        bulk.apply(session, current_user, edit)
    except bulk.Changed as error:
        session.rollback()
        whole, q, sort = found["from"]
        keys = [key for key, _version in pairs]
        return _preview_page(spec, Chosen(keys, whole=whole, q=q, sort=sort), error), 409
    return redirect(url_for("bulk.show", edit_id=edit.id), 303)


@bp.get("/<int:edit_id>")
@may("requirement.submit")
def show(edit_id: int) -> ResponseReturnValue:
    """Show how an edit went, with its undo; while the worker is at it, how far it is."""
    session = db_session()
    edit = bulk.get_edit(session, current_user, min(edit_id, 2**31 - 1))
    job = session.get(jobs.Job, edit.job_id) if edit.job_id else None
    template = "_bulk_state.html" if "HX-Request" in request.headers else "bulk_done.html"
    return render_template(
        f"requirements/{template}",
        edit=edit,
        job=job,
        states=BulkState,
        may_undo=bulk.may_undo(edit),
        keys=[one["id"] for one in edit.kept[:_SHOWN]],
        days=bulk.UNDO_DAYS,
    )


@bp.post("/<int:edit_id>/undo")
@may("requirement.submit")
def undo(edit_id: int) -> ResponseReturnValue:
    """Set every row back to what it held; refused if any changed since."""
    session = db_session()
    edit = bulk.get_edit(session, current_user, min(edit_id, 2**31 - 1), lock=True)
    try:
        count = bulk.undo(session, current_user, edit)
    except bulk.Changed as error:
        session.rollback()
        return render_template("requirements/bulk_kept.html", error=error, edit=edit), 409
    flash(_("Undone: %(count)s requirements are as they were.", count=count), "success")
    return redirect(url_for("bulk.show", edit_id=edit.id), 303)


@bp.post("/<int:edit_id>/again")
@may("requirement.submit")
def again(edit_id: int) -> ResponseReturnValue:
    """Show a new preview of an edit that was refused."""
    session = db_session()
    edit = bulk.get_edit(session, current_user, min(edit_id, 2**31 - 1))
    if edit.state is not BulkState.REFUSED:
        raise NotFound(_("There is no such edit."))
    spec = from_plain(edit.spec, fields_of(session))
    keys = [int(key) for key, _version in edit.previewed]
    return _preview_page(spec, Chosen(keys, whole=False, q="", sort=listing.DEFAULT_SORT))
