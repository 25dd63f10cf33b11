"""Week one and the questions to owners: pages, the mails, the sheet on its way back."""

from collections.abc import Iterator
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from roadmap import clock
from roadmap.errors import Forbidden, NotFound
from roadmap.launches.access import get_launch, may_edit
from roadmap.lists.export import CSV_TYPE, XLSX_TYPE, csv_parts, xlsx_parts
from roadmap.notifications.letters import post_of
from roadmap.notifications.views import mail_is_set_up
from roadmap.overview import questions_page, week_one, week_one_export
from roadmap.overview.questions_links import place_of
from roadmap.readiness.queries import verdict_for
from roadmap.web.guard import SIGNED_IN, may
from roadmap.web.i18n import _, ngettext
from roadmap.web.panels import register_panel
from roadmap.web.session import db_session

bp = Blueprint("week_one", __name__)


def _loaded() -> week_one.WeekOne | None:
    return week_one.load(db_session(), current_user, request.values.get("sheet"))


@bp.get("/week-one")
@may("launch.read")
def show() -> ResponseReturnValue:
    """Show which greens of a roadmap sheet hold, which cannot be judged, which are contradicted."""
    return render_template(
        "overview/week_one.html",
        page=_loaded(),
        may_import=current_user.may("exchange.import"),
    )


@bp.get("/week-one/questions")
@may("exchange.import")
def questions() -> ResponseReturnValue:
    """Show the questions that would settle most of it, before they are sent."""
    page = _loaded()
    if page is None:
        raise NotFound(_("No roadmap sheet was imported yet."))
    return render_template(
        "overview/questions.html",
        page=page.questions,
        mail=mail_is_set_up(),
        title=_("Questions on %(sheet)s", sheet=page.source),
        back=url_for("week_one.show", sheet=page.source),
        back_label=page.source,
        send_url=url_for("week_one.send_questions", sheet=page.source),
    )


@bp.post("/week-one/questions")
@may("exchange.import")
def send_questions() -> ResponseReturnValue:
    """Send one mail a person with what they were not asked yet."""
    page = _loaded()
    if page is None:
        raise NotFound(_("No roadmap sheet was imported yet."))
    _send(page.questions)
    return redirect(url_for("week_one.questions", sheet=page.source), 303)


def _send(page: questions_page.QuestionsPage) -> None:
    post = post_of(current_app.extensions["roadmap_settings"])
    sent = questions_page.send_all(db_session(), current_user, post, page)
    if not sent:
        flash(_("Nothing was sent: everybody was asked already, or cannot be."), "info")
        return
    text = ngettext("%(num)s question was sent", "%(num)s questions were sent", sum(sent.values()))
    people = ngettext("to %(num)s person.", "to %(num)s people.", len(sent))
    where = "" if mail_is_set_up() else _("Mail is not set up: it stands on their home page.")
    flash(f"{text} {people} {where}".strip(), "success")


@bp.get("/week-one/export.<kind>")
@may("launch.read")
def export(kind: str) -> ResponseReturnValue:
    """Give the sheet back with its own columns, then what we say of each launch."""
    if kind not in {"csv", "xlsx"}:
        raise NotFound(_("Sheets are sent as CSV or XLSX."))
    session = db_session()
    sources = week_one.sources_of(session)
    source = request.args.get("sheet") or (sources[0] if sources else "")
    if source not in sources:
        raise NotFound(_("No sheet of this name was imported."))
    header = week_one_export.header(session, source)
    # Read whole before the first byte: sentences need the request, which ends with the answer.
    rows = list(week_one_export.rows(session, current_user, source))
    parts: Iterator[str] | Iterator[bytes] = (
        xlsx_parts(header, rows) if kind == "xlsx" else csv_parts(header, rows, mark=True)
    )
    answer = Response(parts, content_type=XLSX_TYPE if kind == "xlsx" else CSV_TYPE)
    name = f"roadmap-{clock.today().isoformat()}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


# ---- one launch ----


def _of_launch(key: str) -> tuple[Any, questions_page.QuestionsPage]:
    session = db_session()
    launch = get_launch(session, current_user, key)
    verdict = verdict_for(session, launch.id)
    found = questions_page.open_of({launch.id: verdict}, {launch.id: launch.owner_id})
    return launch, questions_page.load(session, current_user, found, share=1.0)


@bp.get("/launches/<key>/questions")
@may("launch.read")
def of_launch(key: str) -> ResponseReturnValue:
    """Show the few answers that would settle what nobody can judge of a launch."""
    launch, page = _of_launch(key)
    address = url_for("week_one.send_of_launch", key=launch.key)
    return render_template(
        "overview/questions.html",
        page=page,
        mail=mail_is_set_up(),
        title=_("Questions on %(key)s", key=launch.key),
        back=url_for("overview.launch", key=launch.key),
        back_label=launch.title,
        send_url=address if may_edit(current_user, launch) else None,
    )


@bp.post("/launches/<key>/questions")
@may("launch.edit")
def send_of_launch(key: str) -> ResponseReturnValue:
    """Send one mail a person with what they were not asked yet."""
    launch, page = _of_launch(key)
    if not may_edit(current_user, launch):
        raise Forbidden(_("Only its owner, its team or a program manager asks for a launch."))
    _send(page)
    return redirect(url_for("week_one.of_launch", key=launch.key), 303)


@bp.get("/answer/<field>/<record>")
@may(SIGNED_IN)
def answer(field: str, record: str) -> ResponseReturnValue:
    """Lead to the form and field that answer a question."""
    place = place_of(db_session(), field, record, request.args.get("part", "")[:200])
    return redirect(f"{request.script_root}{place}", 303)


def _link(launch: Any) -> Markup | str:
    """Return the way to a launch's questions, for those who may send them."""
    if not may_edit(current_user, launch):
        return ""
    address = url_for("week_one.of_launch", key=launch.key)
    return Markup('<a class="bt" href="{}">{}</a>').format(address, _("Questions to owners"))


def _way_in(_record: object) -> Markup | str:
    """Return the way to week one, for the list of launches."""
    address = url_for("week_one.show")
    return Markup('<a href="{}">{}</a>').format(address, _("Week one"))


def init_app(app: Flask) -> None:
    """Register the pages and the ways there."""
    app.register_blueprint(bp)
    register_panel("launch.acts", _link, place=40)
    register_panel("launches.actions", _way_in, place=40)
