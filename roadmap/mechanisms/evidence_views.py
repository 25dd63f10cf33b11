"""Pages of a mechanism's evidence: rows, what they prove, adding, pasting, voiding."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.errors import Invalid, NotFound
from roadmap.mechanisms import pages, queries, wording
from roadmap.mechanisms.asked import Asked
from roadmap.mechanisms.forms import MeasurementForm, PasteForm, ReasonForm
from roadmap.mechanisms.kinds import TARGET_DIRECTION, LabelSource, Metric, Sampling
from roadmap.mechanisms.measurement_checks import NewMeasurement, RowProblem, RowsRefused
from roadmap.mechanisms.measurements import Recording, record_measurements, void_measurement
from roadmap.mechanisms.models import Mechanism
from roadmap.mechanisms.pasted import COLUMNS, read_pasted
from roadmap.mechanisms.standing import reason_of
from roadmap.mechanisms.sums import sums_of
from roadmap.mechanisms.tabs import tabs_of
from roadmap.taxonomy.forms import given
from roadmap.taxonomy.queries import options, policy_version_choices
from roadmap.taxonomy.scope import ScopePattern
from roadmap.web.forms import choices
from roadmap.web.guard import may
from roadmap.web.i18n import _, gettext, ngettext
from roadmap.web.session import db_session

bp = Blueprint("evidence", __name__, url_prefix="/mechanisms")


def _metric(value: str | None) -> Metric | None:
    return Metric(value) if value in set(Metric) else None


def _tried() -> list[Asked]:
    """Return the target the reader wants to see judged, if it is one."""
    metric, text = _metric(request.args.get("try")), request.args.get("target", "")
    if metric not in TARGET_DIRECTION or metric is None:
        return []
    try:
        target = float(text) / 100
    except ValueError:
        return []
    return [Asked(metric, target, by=_("you"))] if 0 < target < 1 else []


@bp.get("/<key>/evidence")
@may("mechanism.read")
def evidence(key: str) -> ResponseReturnValue:
    """Show what is proven in which slice, and every row behind it."""
    session = db_session()
    found = queries.get_mechanism(session, current_user, key)
    offered = options(session)
    metric = _metric(request.args.get("metric"))
    mark = request.args.get("before") or request.args.get("after")
    return render_template(
        "mechanisms/evidence.html",
        mechanism=found,
        tabs=tabs_of(found, "evidence"),
        view=pages.overview(session, current_user, found, _tried(), offered),
        offered=offered,
        page=pages.measurement_page(
            session, found, metric, mark, backward="before" in request.args
        ),
        sums=sums_of(session, found, metric),
        metric=metric,
        judged=list(TARGET_DIRECTION),
        words=wording,
        reason_of=lambda proof: reason_of(proof).text(gettext),
    )


def _filled(form: MeasurementForm, found: Mechanism) -> MeasurementForm:
    offered = options(db_session())
    for name in ("market", "language", "surface", "policy_area"):
        form[name].choices = choices(offered.choices(name, empty=_("Over all of them")))
    known = queries.configurations(db_session(), found.id)
    labels = [(str(one.id), one.label) for one in known]
    form.configuration.choices = choices(labels or [("", _("None registered"))])
    versions = [(str(number), label) for number, label in policy_version_choices(db_session())]
    form.guideline.choices = choices([("", _("Not asked")), *versions])
    return form


def _said(form: MeasurementForm, found: Mechanism) -> NewMeasurement:
    return NewMeasurement(
        mechanism_id=found.id,
        configuration_id=int(form.configuration.data) if form.configuration.data else None,
        policy_version_id=int(form.guideline.data) if form.guideline.data else None,
        scope=ScopePattern(
            form.market.data or None,
            form.language.data or None,
            form.surface.data or None,
            form.policy_area.data or None,
        ),
        metric=Metric(form.metric.data),
        numerator=given(form.numerator.data),
        denominator=given(form.denominator.data),
        window_start=given(form.window_start.data),
        window_end=given(form.window_end.data),
        sampling=Sampling(form.sampling.data),
        label_source=LabelSource(form.label_source.data),
        strata=form.strata_read,
    )


def _recorded(key: str, found: Recording) -> ResponseReturnValue:
    words = ngettext("%(num)s row recorded.", "%(num)s rows recorded.", found.added)
    if found.known:
        words += " " + ngettext("%(num)s was known.", "%(num)s were known.", found.known)
    flash(words, "success")
    return redirect(url_for("evidence.evidence", key=key), 303)


@bp.route("/<key>/evidence/new", methods=["GET", "POST"])
@may("evidence.write")
def add(key: str) -> ResponseReturnValue:
    """Record one measurement."""
    found = queries.get_mechanism(db_session(), current_user, key, "evidence")
    form = _filled(MeasurementForm(), found)
    if form.validate_on_submit():
        try:
            rows = [_said(form, found)]
            return _recorded(
                key, record_measurements(db_session(), current_user, rows, form.source.data or "")
            )
        except Invalid as error:
            form.refuse(error)
    page = render_template("mechanisms/measure.html", mechanism=found, form=form, words=wording)
    return page, 422 if form.problems else 200


@bp.route("/<key>/evidence/paste", methods=["GET", "POST"])
@may("evidence.write")
def paste(key: str) -> ResponseReturnValue:
    """Record a block of rows from a spreadsheet, all or none."""
    found = queries.get_mechanism(db_session(), current_user, key, "evidence")
    form = PasteForm()
    problems: list[RowProblem] = []
    if form.validate_on_submit():
        rows, problems = read_pasted(db_session(), found, form.rows.data or "")
        if not problems:
            try:
                return _recorded(
                    key,
                    record_measurements(db_session(), current_user, rows, form.source.data or ""),
                )
            except RowsRefused as refused:
                problems = list(refused.problems)
            except Invalid as error:
                form.refuse(error)
    page = render_template(
        "mechanisms/paste.html", mechanism=found, form=form, problems=problems, columns=COLUMNS
    )
    return page, 422 if problems or form.problems else 200


@bp.route("/<key>/evidence/<int:row_id>/void", methods=["GET", "POST"])
@may("evidence.write")
def void(key: str, row_id: int) -> ResponseReturnValue:
    """Take a row out of count, with the reason."""
    session = db_session()
    found = queries.get_mechanism(session, current_user, key, "evidence")
    line = pages.measurement_line(session, found, row_id)
    if line is None:
        raise NotFound(_("This mechanism has no such measurement."))
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            void_measurement(session, current_user, found, row_id, form.why.data or "")
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Voided. The row stays readable and counts no more."), "success")
            return redirect(url_for("evidence.evidence", key=key), 303)
    page = render_template(
        "mechanisms/void.html",
        mechanism=found,
        line=line,
        form=form,
        offered=options(session),
        words=wording,
    )
    return page, 422 if form.problems else 200
