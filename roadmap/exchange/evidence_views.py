"""The page that takes a file of measurements: send, look, confirm. Works without JavaScript."""

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.file import FileField, FileRequired
from markupsafe import Markup
from wtforms import StringField
from wtforms.validators import Length

from roadmap import jobs
from roadmap.errors import Invalid
from roadmap.exchange import evidence_uploads
from roadmap.exchange.evidence_import import EvidenceAnswers
from roadmap.exchange.evidence_report import EvidenceReport
from roadmap.exchange.evidence_rows import FIELDS, NEEDED
from roadmap.exchange.models import ImportUpload
from roadmap.exchange.pages import name_of, remove_afterwards, settings
from roadmap.exchange.uploads import get_upload, job_of, path_of, recent
from roadmap.web.forms import Form
from roadmap.web.guard import may
from roadmap.web.i18n import _, ngettext
from roadmap.web.panels import register_panel
from roadmap.web.session import db_session

bp = Blueprint("evidence_import", __name__, url_prefix="/import/evidence")


class EvidenceFileForm(Form):
    """A file of measurements, and what its rows do not say."""

    file = FileField(_("File"), [FileRequired(_("Choose a file."))])
    source = StringField(_("Source"), [Length(max=200)])
    mechanism = StringField(_("Mechanism of rows that name none"), [Length(max=40)])
    configuration = StringField(_("Its configuration"), [Length(max=80)])

    def answers(self) -> EvidenceAnswers:
        """Return what was said."""
        return EvidenceAnswers(
            source=self.source.data or "",
            mechanism=(self.mechanism.data or "").upper(),
            configuration=self.configuration.data or "",
        )


def _start(form: EvidenceFileForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "exchange/evidence.html",
        form=form,
        earlier=recent(db_session(), current_user.id, evidence_uploads.KIND),
        fields=FIELDS,
        needed=NEEDED,
    )
    return page, status


def _upload(token: str, *, lock: bool = False) -> ImportUpload:
    kind = evidence_uploads.KIND
    return get_upload(db_session(), current_user.id, token, lock=lock, kind=kind)


@bp.get("")
@may("evidence.write")
def start() -> ResponseReturnValue:
    """Show the form."""
    return _start(EvidenceFileForm())


@bp.post("")
@may("evidence.write")
def receive() -> ResponseReturnValue:
    """Take a file and show what an import of it would do."""
    form = EvidenceFileForm()
    if not form.validate():
        return _start(form, 422)
    name = name_of(form.file.data, "file.csv")
    data = form.file.data.read()
    try:
        upload = evidence_uploads.receive(
            db_session(), settings(), current_user, name, data, form.answers()
        )
    except Invalid as error:
        form.refuse(error)
        return _start(form, 422)
    return redirect(url_for("evidence_import.show", token=upload.token), 303)


@bp.get("/<token>")
@may("evidence.write")
def show(token: str) -> ResponseReturnValue:
    """Show the preview, how far the work is, or what was done."""
    upload = _upload(token)
    if upload.state in {"reading", "storing"}:
        job = job_of(db_session(), upload)
        return render_template("exchange/evidence_working.html", upload=upload, job=job)
    report = EvidenceReport.from_json(upload.report) if upload.report else None
    return render_template("exchange/evidence_report.html", upload=upload, report=report)


@bp.post("/<token>/confirm")
@may("evidence.write")
def confirm(token: str) -> ResponseReturnValue:
    """Store what the preview showed."""
    upload = _upload(token, lock=True)
    evidence_uploads.confirm(db_session(), settings(), current_user, upload)
    if upload.state == "done":
        remove_afterwards(path_of(settings(), upload))
        report = EvidenceReport.from_json(upload.report or {})
        flash(
            ngettext("%(num)s row is stored.", "%(num)s rows are stored.", report.changes),
            "success",
        )
    return redirect(url_for("evidence_import.show", token=token), 303)


@bp.post("/<token>/discard")
@may("evidence.write")
def discard(token: str) -> ResponseReturnValue:
    """Forget a file that was not stored."""
    upload = _upload(token, lock=True)
    if upload.state == "preview":
        remove_afterwards(path_of(settings(), upload))
        db_session().delete(upload)
        flash(_("The file was removed; nothing was stored."), "success")
    return redirect(url_for("evidence_import.start"), 303)


def _link(_record: object) -> Markup | str:
    """Return the way here, for the register of mechanisms."""
    if not current_user.may("evidence.write"):
        return ""
    address, label = url_for("evidence_import.start"), _("Import measurements")
    return Markup('<a class="bt" href="{}">{}</a>').format(address, label)


def init_app(app: Flask) -> None:
    """Register the pages, the way to them, and the job."""
    app.register_blueprint(bp)
    register_panel("mechanisms.actions", _link)
    jobs.register(evidence_uploads.JOB, evidence_uploads.run_upload)
