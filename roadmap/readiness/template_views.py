"""Admin page of the checklist template: its versions, an edit, and whom the edit would change."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.errors import Conflict, Invalid, NotFound
from roadmap.readiness import templates
from roadmap.readiness.checklists import active_template
from roadmap.readiness.forms import ANSWERED_BY, TemplateForm, days_typed, rows_typed
from roadmap.readiness.templates import SEVERITIES, ItemSpec
from roadmap.readiness.templates_content import STANDARD_CODE
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session
from roadmap.web.text import whole_number

bp = Blueprint("checklists", __name__, url_prefix="/admin/checklist")


@bp.get("")
@may("template.edit")
def index() -> ResponseReturnValue:
    """Show the versions and the items of one of them."""
    session = db_session()
    versions = templates.versions(session)
    if not versions:
        raise NotFound(_("There is no checklist yet. Run `roadmap init`."))
    chosen = whole_number(request.args.get("version")) or versions[0].version
    return render_template(
        "readiness/template.html",
        versions=versions,
        template=templates.get_template(session, STANDARD_CODE, chosen),
    )


@bp.get("/edit")
@may("template.edit")
def edit() -> ResponseReturnValue:
    """Show the newest version to be edited."""
    session = db_session()
    newest = active_template(session)
    if newest is None:
        raise NotFound(_("There is no checklist yet. Run `roadmap init`."))
    stored = templates.get_template(session, newest.code, newest.version)
    form = TemplateForm(data={"title": stored.title, "based_on": str(stored.version)})
    return _edit_page(form, templates.specs_of(stored.items))


@bp.post("/edit")
@may("template.edit")
def store() -> ResponseReturnValue:
    """Store the next version, or only show whom it would change."""
    session, form = db_session(), TemplateForm()
    items = rows_typed(request.form)
    if not form.validate():
        return _edit_page(form, items)
    if form.preview.data:
        return _edit_page(form, items, templates.preview(session, current_user, items))
    try:
        stored = templates.store_version(
            session,
            current_user,
            items,
            based_on=whole_number(form.based_on.data) or 0,
            title=form.title.data,
        )
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _edit_page(form, items)
    flash(_("Version %(n)s is stored. New launches get it.", n=stored.version), "success")
    return redirect(url_for(".index"), 303)


def _edit_page(
    form: TemplateForm,
    items: list[ItemSpec],
    affected: tuple[list[templates.Affected], int] | None = None,
) -> ResponseReturnValue:
    days = [str(item.due_days) for item in items]
    page = {
        "form": form,
        "items": items,
        "days": days_typed(request.form) if request.method == "POST" else days,
        "severities": SEVERITIES,
        "answered_by": ANSWERED_BY,
        "affected": affected,
    }
    return render_template("readiness/template_edit.html", **page), 422 if form.problems else 200
