"""The page that takes a file of requirements: send, look, confirm. Works without JavaScript."""

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
from sqlalchemy import select

from roadmap import jobs
from roadmap.accounts.models import Team
from roadmap.errors import Invalid
from roadmap.exchange import uploads
from roadmap.exchange.columns import FIELDS, IGNORE
from roadmap.exchange.forms_import import AnswersForm, UploadForm
from roadmap.exchange.import_report import RequirementReport
from roadmap.exchange.mappings import Answers
from roadmap.exchange.models import ImportUpload
from roadmap.exchange.pages import name_of, remove_afterwards, settings
from roadmap.web.admin_menu import register_admin_page
from roadmap.web.guard import may
from roadmap.web.i18n import _, ngettext
from roadmap.web.panels import register_panel
from roadmap.web.session import db_session
from roadmap.wording import N_

bp = Blueprint("imports", __name__, url_prefix="/import")


def _teams() -> list[tuple[str, str]]:
    query = select(Team.code, Team.name).where(Team.active).order_by(Team.name)
    return [(row.code, row.name) for row in db_session().execute(query)]


def _start(form: UploadForm, status: int = 200) -> ResponseReturnValue:
    earlier = uploads.recent(db_session(), current_user.id)
    return render_template("exchange/import.html", form=form, earlier=earlier), status


@bp.get("")
@may("exchange.import")
def start() -> ResponseReturnValue:
    """Show the form."""
    return _start(UploadForm(_teams()))


@bp.post("")
@may("exchange.import")
def receive() -> ResponseReturnValue:
    """Take a file and show what an import of it would do."""
    form = UploadForm(_teams())
    if not form.validate():
        return _start(form, 422)
    name = name_of(form.file.data, "file.csv")
    try:
        upload = uploads.receive(
            db_session(), settings(), current_user.id, name, form.file.data.read(), form.answers()
        )
    except Invalid as error:
        form.refuse(error)
        return _start(form, 422)
    return redirect(url_for("imports.show", token=upload.token), 303)


@bp.get("/<token>")
@may("exchange.import")
def show(token: str) -> ResponseReturnValue:
    """Show the preview, how far the work is, or what was done."""
    upload = uploads.get_upload(db_session(), current_user.id, token)
    return _show(upload)


def _show(
    upload: ImportUpload, form: AnswersForm | None = None, status: int = 200
) -> ResponseReturnValue:
    if upload.state in {"reading", "storing"}:
        job = uploads.job_of(db_session(), upload)
        return render_template("exchange/working.html", upload=upload, job=job), status
    report = RequirementReport.from_json(upload.report) if upload.report else None
    if form is None and upload.state == "preview":
        form = AnswersForm(_teams(), data=AnswersForm.data_of(Answers.from_json(upload.answers)))
    return (
        render_template(
            "exchange/report.html",
            upload=upload,
            report=report,
            form=form,
            fields=FIELDS,
            columns=_labels(report) if report else [],
        ),
        status,
    )


@bp.post("/<token>/answers")
@may("exchange.import")
def answer(token: str) -> ResponseReturnValue:
    """Preview the file anew with other answers."""
    session = db_session()
    upload = uploads.get_upload(session, current_user.id, token, lock=True)
    form = AnswersForm(_teams())
    if not form.validate():
        return _show(upload, form, 422)
    try:
        uploads.answer_again(session, settings(), upload, form.answers(_columns(upload)))
    except Invalid as error:
        session.refresh(upload)
        form.refuse(error)
        return _show(upload, form, 422)
    return redirect(url_for("imports.show", token=token), 303)


def _labels(report: RequirementReport) -> list[tuple[str, str]]:
    """Return (column, what it is taken as) in the order of the page; empty is kept as text."""
    return [
        *report.columns,
        *((label, "") for label in report.not_taken),
        *((label, IGNORE) for label in report.ignored),
    ]


def _columns(upload: ImportUpload) -> dict[str, str]:
    """Return what was said of columns: answers given before, and those changed now."""
    report = RequirementReport.from_json(upload.report or {})
    said = dict(Answers.from_json(upload.answers).columns)
    for index, (label, now) in enumerate(_labels(report)):
        chosen = request.form.get(f"column-{index}", "")
        if chosen and chosen != now:
            said[label] = chosen
    return said


@bp.post("/<token>/confirm")
@may("exchange.import")
def confirm(token: str) -> ResponseReturnValue:
    """Store what the preview showed."""
    session = db_session()
    upload = uploads.get_upload(session, current_user.id, token, lock=True)
    try:
        uploads.confirm(session, settings(), upload)
    except Invalid as error:
        session.rollback()
        flash(error.message, "error")
        return redirect(url_for("imports.show", token=token), 303)
    if upload.state == "done":
        remove_afterwards(uploads.path_of(settings(), upload))
        count = (upload.report or {})["created"]
        flash(
            ngettext(
                "%(num)s requirement was created.", "%(num)s requirements were created.", count
            ),
            "success",
        )
    return redirect(url_for("imports.show", token=token), 303)


@bp.post("/<token>/discard")
@may("exchange.import")
def discard(token: str) -> ResponseReturnValue:
    """Forget a file that was not stored."""
    session = db_session()
    upload = uploads.get_upload(session, current_user.id, token, lock=True)
    if upload.state == "preview":
        remove_afterwards(uploads.path_of(settings(), upload))
        session.delete(upload)
        flash(_("The file was removed; nothing was stored."), "success")
    return redirect(url_for("imports.start"), 303)


def source_panel(requirement: Any) -> Markup | str:
    """Return the source's columns that have no place of their own, for a requirement's page."""
    stored = requirement.source_data or {}
    columns = stored.get("columns") if isinstance(stored, dict) else None
    if not columns:
        return ""
    return Markup(  # noqa: S704  Jinja escaped it
        render_template("exchange/_source.html", requirement=requirement, columns=columns)
    )


def _link(_record: object) -> Markup | str:
    """Return the way here, for the list of requirements."""
    if not current_user.may("exchange.import"):
        return ""
    return Markup('<a class="bt" href="{}">{}</a>').format(url_for("imports.start"), _("Import"))


def init_app(app: Flask) -> None:
    """Register the pages, the panel beside an imported requirement, and the jobs."""
    app.register_blueprint(bp)
    register_admin_page(
        N_("Import"),
        "imports.start",
        "exchange.import",
        N_("Bring in requirements from a Jira, Redmine or other CSV file."),
    )
    register_panel("requirement.side", source_panel, place=80)
    register_panel("requirements.actions", _link)
    jobs.register(uploads.JOB, uploads.run_upload)
    jobs.register("exchange.tidy", uploads.tidy_uploads, every=timedelta(hours=1))
