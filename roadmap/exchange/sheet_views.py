"""The page that takes a roadmap sheet: send, correct the columns, confirm."""

from datetime import timedelta
from typing import Any

from flask import (
    Blueprint,
    Flask,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from roadmap import jobs
from roadmap.errors import Invalid
from roadmap.exchange import sheet_uploads as uploads
from roadmap.exchange.pages import name_of, remove_afterwards, settings
from roadmap.exchange.sheet_answers import SheetAnswers
from roadmap.exchange.sheet_columns import FIELDS
from roadmap.exchange.sheet_compare import sheet_claim
from roadmap.exchange.sheet_forms import SheetAnswersForm, SheetForm
from roadmap.exchange.sheet_models import LaunchSheet
from roadmap.exchange.sheet_report import SheetReport
from roadmap.web.admin_menu import register_admin_page
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.panels import register_panel
from roadmap.web.session import db_session
from roadmap.wording import N_

bp = Blueprint("launch_sheets", __name__, url_prefix="/import/sheet")


def _start(form: SheetForm, status: int = 200) -> ResponseReturnValue:
    earlier = uploads.recent(db_session(), current_user.id)
    return render_template("exchange/sheet.html", form=form, earlier=earlier), status


@bp.get("")
@may("exchange.import")
def start() -> ResponseReturnValue:
    """Show the form."""
    return _start(SheetForm())


@bp.post("")
@may("exchange.import")
def receive() -> ResponseReturnValue:
    """Take a sheet and show what an import of it would do."""
    form = SheetForm()
    if not form.validate():
        return _start(form, 422)
    name = name_of(form.file.data, "roadmap")
    data = form.file.data.read()
    try:
        sheet = uploads.receive(
            db_session(), settings(), current_user.id, name, data, form.answers()
        )
    except Invalid as error:
        form.refuse(error)
        return _start(form, 422)
    return redirect(url_for("launch_sheets.show", token=sheet.token), 303)


@bp.get("/<token>")
@may("exchange.import")
def show(token: str) -> ResponseReturnValue:
    """Show the preview, how far the work is, or what was done."""
    return _show(uploads.get_sheet(db_session(), current_user.id, token))


def _show(
    sheet: LaunchSheet, form: SheetAnswersForm | None = None, status: int = 200
) -> ResponseReturnValue:
    if sheet.state == "storing":
        job = uploads.job_of(db_session(), sheet)
        return render_template("exchange/sheet_working.html", sheet=sheet, job=job), status
    report = SheetReport.from_json(sheet.report or {})
    if form is None and sheet.state == "preview":
        answers = SheetAnswers.from_json(sheet.answers)
        form = SheetAnswersForm(data=SheetAnswersForm.data_of(answers, sheet.source))
    page = {"sheet": sheet, "report": report, "form": form, "fields": FIELDS}
    return render_template("exchange/sheet_report.html", **page), status


@bp.post("/<token>/answers")
@may("exchange.import")
def answer(token: str) -> ResponseReturnValue:
    """Preview the sheet anew with other answers."""
    session = db_session()
    sheet = uploads.get_sheet(session, current_user.id, token, lock=True)
    form = SheetAnswersForm()
    if not form.validate():
        return _show(sheet, form, 422)
    try:
        uploads.answer_again(session, settings(), sheet, form.answers(_columns(sheet)))
    except Invalid as error:
        session.refresh(sheet)
        form.refuse(error)
        return _show(sheet, form, 422)
    return redirect(url_for("launch_sheets.show", token=token), 303)


def _columns(sheet: LaunchSheet) -> dict[str, str]:
    """Return what was said of columns: answers given before, and those changed now."""
    report = SheetReport.from_json(sheet.report or {})
    said = dict(SheetAnswers.from_json(sheet.answers).columns)
    for place, column in enumerate(report.columns):
        chosen = request.form.get(f"column-{place}")
        if chosen is not None and chosen != column.field:
            said[column.label] = chosen
    return said


@bp.post("/<token>/confirm")
@may("exchange.import")
def confirm(token: str) -> ResponseReturnValue:
    """Have the worker store what the preview showed."""
    session = db_session()
    sheet = uploads.get_sheet(session, current_user.id, token, lock=True)
    uploads.confirm(session, settings(), sheet)
    return redirect(url_for("launch_sheets.show", token=token), 303)


@bp.post("/<token>/discard")
@may("exchange.import")
def discard(token: str) -> ResponseReturnValue:
    """Forget a sheet that was not stored."""
    session = db_session()
    sheet = uploads.get_sheet(session, current_user.id, token, lock=True)
    if sheet.state in {"preview", "failed"}:
        remove_afterwards(uploads.path_of(settings(), sheet))
        session.delete(sheet)
        flash(_("The file was removed; nothing was stored."), "success")
    return redirect(url_for("launch_sheets.start"), 303)


def columns_panel(launch: Any) -> Markup | str:
    """Return the columns of a launch's sheet as they were written, for its plan."""
    claim = sheet_claim(launch)
    cells = [pair for pair in claim.get("cells", ()) if pair[1]]
    if not cells:
        return ""
    day = str(launch.claim.get("as_of", ""))
    page = {"cells": cells, "name": claim.get("name", ""), "day": day}
    return Markup(render_template("exchange/_sheet_columns.html", **page))  # noqa: S704  escaped


def init_app(app: Flask) -> None:
    """Register the pages and the jobs."""
    app.register_blueprint(bp)
    register_panel("launch_plan_parts", columns_panel, place=90)
    register_admin_page(
        N_("Import a roadmap sheet"),
        "launch_sheets.start",
        "exchange.import",
        N_("Bring in launches from a spreadsheet as it is, and see which of its greens hold."),
    )
    jobs.register(uploads.JOB, uploads.run_sheet)
    jobs.register("exchange.tidy_sheets", uploads.tidy_sheets, every=timedelta(hours=6))
