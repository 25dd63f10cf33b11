"""Pages of saved views: save what a list shows, share it, open with it, give it an address."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.errors import Conflict, Invalid
from roadmap.history.conflict import as_shown, read_shown
from roadmap.lists import saved, saving
from roadmap.lists.models import SavedView
from roadmap.lists.registry import get_list, list_kinds
from roadmap.lists.view_forms import SaveForm, ViewForm
from roadmap.lists.wording import VIEW_WORDS
from roadmap.taxonomy.wording import history_lines
from roadmap.web.guard import SIGNED_IN, may
from roadmap.web.i18n import _
from roadmap.web.session import db_session

bp = Blueprint("saved_views", __name__, url_prefix="/views")


@bp.get("")
@may(SIGNED_IN)
def index() -> ResponseReturnValue:
    """List one's own views, those shared by others, and one's addresses."""
    session = db_session()
    kinds = [kind for kind in list_kinds() if current_user.may(kind.permission)]
    offered = {kind.code: saved.views_of(session, current_user, kind.code) for kind in kinds}
    views = [view for one in offered.values() for view in one.views]
    return render_template(
        "lists/views.html",
        kinds=kinds,
        offered=offered,
        owners=saved.owner_names(session, views),
        addresses=saved.addresses_of(session, current_user),
    )


@bp.post("/of/<code>")
@may(SIGNED_IN)
def save(code: str) -> ResponseReturnValue:
    """Save what a list shows, as a new view or into one's own."""
    kind, form, session = get_list(code, current_user), SaveForm(), db_session()
    shows = form.shows
    try:
        if "update" in request.form:
            number = _number(form.view_id.data or "")
            view = saved.get_view(session, current_user, number, own=True, lock=True)
            values = {"query": shows.query, "sort": shows.sort, "columns": list(shows.columns)}
            saving.change_view(session, current_user, kind, view, values)
        elif form.validate_on_submit():
            name, shared = form.name.data or "", bool(form.shared.data)
            view = saving.save_view(session, current_user, kind, name, shows, shared=shared)
        else:
            return _again(kind, form), 422
    except Invalid as error:
        form.refuse(error)
        return _again(kind, form), 422
    session.flush()
    flash(_("The view %(name)s is saved.", name=view.name), "success")
    return redirect(url_for(kind.endpoint, view=view.id), 303)


def _again(kind: Any, form: SaveForm) -> str:
    return render_template("lists/save.html", kind=kind, form=form)


@bp.route("/<int:view_id>", methods=["GET", "POST"])
@may(SIGNED_IN)
def view(view_id: int) -> ResponseReturnValue:
    """Show one's own view with its history, or rename and share it."""
    session = db_session()
    found = saved.get_view(session, current_user, _small(view_id), own=True)
    kind = get_list(found.list_code, current_user)
    now = {"name": found.name, "shared": found.shared}
    form = ViewForm(data={**now, "shown": as_shown(now)})
    status = 200 if request.method == "GET" else 422
    if form.validate_on_submit():
        try:
            before = read_shown(form.shown.data)
            values = {"name": form.name.data, "shared": form.shared.data}
            saving.change_view(session, current_user, kind, found, values, before)
        except (Invalid, Conflict) as error:
            form.refuse(error)
            form.shown.data = as_shown(now)
            status = error.status
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("saved_views.index"), 303)
    return _view_page(found, form), status


def _view_page(found: SavedView, form: ViewForm, address: str | None = None) -> str:
    session = db_session()
    return render_template(
        "lists/view.html",
        view=found,
        kind=get_list(found.list_code, current_user),
        form=form,
        address=address,
        addresses=saved.addresses_of(session, current_user).get(found.id, []),
        lines=history_lines(session, VIEW_WORDS, "saved_view", found.id),
    )


@bp.post("/<int:view_id>/remove")
@may(SIGNED_IN)
def remove(view_id: int) -> ResponseReturnValue:
    """Take one's own view away."""
    found = saved.get_view(db_session(), current_user, _small(view_id), own=True, lock=True)
    saving.remove_view(db_session(), current_user, found)
    flash(_("The view %(name)s is removed.", name=found.name), "success")
    return redirect(url_for("saved_views.index"), 303)


@bp.post("/<int:view_id>/open-with")
@may(SIGNED_IN)
def open_with(view_id: int) -> ResponseReturnValue:
    """Let the list open with this view, or as it always does."""
    found = saved.get_view(db_session(), current_user, _small(view_id))
    chosen = None if "clear" in request.form else found.id
    saving.open_with(db_session(), current_user, found.list_code, chosen)
    return redirect(url_for("saved_views.index"), 303)


@bp.post("/<int:view_id>/addresses")
@may(SIGNED_IN)
def make_address(view_id: int) -> ResponseReturnValue:
    """Make an address for spreadsheets and show it, this once."""
    session = db_session()
    found = saved.get_view(session, current_user, _small(view_id), own=True)
    now = {"name": found.name, "shared": found.shared}
    form = ViewForm(formdata=None, data={**now, "shown": as_shown(now)})
    try:
        _row, token = saving.make_address(session, current_user, found)
    except Invalid as error:
        form.refuse(error)
        return _view_page(found, form), 422
    address = url_for("sheets.sheet", view_id=found.id, key=token, _external=True)
    return _view_page(found, form, address)


@bp.post("/addresses/<int:address_id>/revoke")
@may(SIGNED_IN)
def revoke(address_id: int) -> ResponseReturnValue:
    """Make one's own address stop working."""
    saving.revoke_address(db_session(), current_user, _small(address_id))
    flash(_("The address no longer works."), "success")
    return redirect(url_for("saved_views.index"), 303)


def _small(number: int) -> int:
    """Return a number no larger than a key can be."""
    return min(number, 2**31 - 1)


def _number(text: str) -> int:
    """Return the key a hidden input names, one of nobody if it names none."""
    return _small(int(text)) if text.isascii() and text.isdecimal() and len(text) < 12 else 0
