"""Pages of frameworks: what there is, one with its versions, a new one, a new version."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.errors import Conflict, Invalid
from roadmap.scoring.authoring import Preview, create_framework, preview, save_version
from roadmap.scoring.blueprint import bp
from roadmap.scoring.definitions import definition
from roadmap.scoring.framework_forms import (
    METHODS,
    Typed,
    fixed_lines,
    read_framework,
    typed_from,
    with_empty_lines,
)
from roadmap.scoring.frameworks import FrameworkDef, Method
from roadmap.scoring.models import Framework
from roadmap.scoring.queries import framework_named, frameworks, versions_of
from roadmap.web.guard import may
from roadmap.web.i18n import gettext
from roadmap.web.session import db_session


@bp.get("/prioritise/frameworks")
@may("requirement.read")
def framework_list() -> ResponseReturnValue:
    """List the frameworks in use."""
    rows = frameworks(db_session())
    return render_template(
        "scoring/frameworks.html", frameworks=rows, methods={m.value: t for m, t in METHODS.items()}
    )


@bp.get("/prioritise/frameworks/<code>")
@may("requirement.read")
def show_framework(code: str) -> ResponseReturnValue:
    """Show a framework with its criteria and its versions."""
    session = db_session()
    rows = versions_of(session, code.partition("@")[0])
    row = framework_named(session, code) if "@" in code else rows[0]
    return render_template(
        "scoring/framework_show.html", row=row, definition=definition(row), versions=rows
    )


def _form(
    typed: Typed, row: Framework | None, seen: Preview | None = None, status: int = 200
) -> ResponseReturnValue:
    html = render_template(
        "scoring/framework_edit.html",
        typed=typed,
        row=row,
        seen=seen,
        why=request.form.get("why", ""),
        based_on=request.form.get("based_on") or (row.version if row else 0),
        methods={m.value: t for m, t in METHODS.items()},
        fixed=typed.values.get("method") not in {"weighted", "custom"},
    )
    return html, status


@bp.route("/prioritise/frameworks/new", methods=["GET", "POST"])
@may("framework.edit")
def new_framework() -> ResponseReturnValue:
    """Make a framework."""
    if request.method == "GET":
        return _form(_blank(request.args.get("method", "")), None)
    session = db_session()
    made, typed = read_framework(request.form, None)
    if made is None:
        return _form(typed, None, status=422)
    if request.form.get("do") == "preview":
        return _form(typed, None, preview(session, made, framework_named(session, None)))
    try:
        row = create_framework(session, current_user, made, request.form.get("why", ""))
    except Invalid as error:
        session.rollback()
        typed.errors.update(error.fields)
        return _form(typed, None, status=422)
    flash(gettext("Saved. Enter scores in it, then compare."), "success")
    return redirect(url_for(".show_framework", code=row.code), 303)


def _blank(method: str) -> Typed:
    known = {one.value: one for one in Method}
    chosen = known.get(method, Method.WEIGHTED)
    typed = Typed({"method": chosen.value, "variant": "product"})
    if chosen not in {Method.WEIGHTED, Method.CUSTOM}:
        typed.lines = fixed_lines(chosen)
    return with_empty_lines(typed)


@bp.route("/prioritise/frameworks/<code>/edit", methods=["GET", "POST"])
@may("framework.edit")
def edit_framework(code: str) -> ResponseReturnValue:
    """Make a new version of a framework, seen first if asked for."""
    session = db_session()
    row = versions_of(session, code)[0]
    if request.method == "GET":
        return _form(typed_from(definition(row)), row)
    made, typed = read_framework(request.form, row.code)
    if made is None:
        return _form(typed, row, status=422)
    if request.form.get("do") == "preview":
        return _form(typed, row, preview(session, made, row))
    return _save(row, made, typed)


def _save(row: Framework, made: FrameworkDef, typed: Typed) -> ResponseReturnValue:
    session = db_session()
    based_on = request.form.get("based_on", "")
    try:
        saved = save_version(
            session,
            current_user,
            made,
            request.form.get("why", ""),
            int(based_on) if based_on.isascii() and based_on.isdecimal() else -1,
        )
    except Invalid as error:
        session.rollback()
        typed.errors.update(error.fields)
        return _form(typed, row, status=422)
    except Conflict as error:
        session.rollback()
        typed.errors["why"] = error.message
        return _form(typed, versions_of(session, row.code)[0], status=409)
    flash(gettext("Version %(version)s is saved.", version=saved.version), "success")
    return redirect(url_for(".show_framework", code=saved.code), 303)
