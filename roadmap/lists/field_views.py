"""Admin pages of the fields of records."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.errors import Conflict, Invalid
from roadmap.history.conflict import as_shown, read_shown
from roadmap.lists import own_queries, own_service
from roadmap.lists.field_forms import FieldForm, NewFieldForm, choice_rows
from roadmap.lists.kinds import FieldKind
from roadmap.lists.models import CustomField
from roadmap.lists.registry import get_owner, owners
from roadmap.lists.wording import FIELD_WORDS, KINDS
from roadmap.taxonomy.wording import history_lines
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session

bp = Blueprint("fields", __name__, url_prefix="/admin/fields")


@bp.route("", methods=["GET", "POST"])
@may("admin.taxonomy")
def index() -> ResponseReturnValue:
    """List the fields of each kind of record and add one."""
    form = NewFieldForm().offer()
    record_type = request.values.get("of") or owners()[0].record_type
    owner = get_owner(record_type)
    if form.validate_on_submit():
        try:
            row = own_service.add_field(
                db_session(),
                current_user,
                record_type,
                form.code.data or "",
                form.kind.data or "",
                label=form.label.data or "",
                help=form.help.data or "",
                choices=form.labels,
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Added the field %(name)s.", name=row.label), "success")
            return redirect(url_for("fields.index"), 303)
    rows = [
        row for row in own_queries.field_rows(db_session()) if row.record_type_of == record_type
    ]
    page = render_template(
        "lists/fields.html", rows=rows, form=form, owner=owner, owners=owners(), kinds=KINDS
    )
    return page, 422 if form.problems else 200


@bp.route("/<int:field_id>", methods=["GET", "POST"])
@may("admin.taxonomy")
def field(field_id: int) -> ResponseReturnValue:
    """Show one field with its history, or change it."""
    row = own_queries.get_field(db_session(), field_id)
    now = _values(row)
    rows = choice_rows(own_queries.as_own(row))
    form = FieldForm(data={**now, "choices": "", "rows": rows, "shown": as_shown(now)})
    if form.validate_on_submit():
        try:
            values = form.values(has_choices=row.kind is FieldKind.CHOICE)
            shown = read_shown(form.shown.data)
            own_service.edit_field(db_session(), current_user, field_id, values, shown)
        except (Invalid, Conflict) as error:
            form.refuse(error)
            form.shown.data = as_shown(now)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("fields.index"), 303)
    lines = history_lines(db_session(), FIELD_WORDS, "custom_field", row.id)
    page = render_template(
        "lists/field.html", row=row, form=form, kinds=KINDS, lines=lines, choice=FieldKind.CHOICE
    )
    return page, 422 if form.problems else 200


def _values(row: CustomField) -> dict[str, Any]:
    return {
        "label": row.label,
        "help": row.help,
        "active": row.active,
        "choices": row.choices,
    }


@bp.post("/<int:field_id>/move")
@may("admin.taxonomy")
def move(field_id: int) -> ResponseReturnValue:
    """Let a field change places with its neighbour."""
    own_service.move_field(db_session(), current_user, field_id, up="up" in request.form)
    return redirect(url_for("fields.index"), 303)
