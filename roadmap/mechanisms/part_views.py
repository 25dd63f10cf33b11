"""Pages of a mechanism's configurations and coverage, and its owner's one-click words."""

from itertools import product

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap import clock
from roadmap.errors import Invalid
from roadmap.mechanisms import queries, service
from roadmap.mechanisms.configurations import (
    add_configuration,
    deploy_configuration,
    parse_parameters,
)
from roadmap.mechanisms.forms import (
    ConfigurationForm,
    CoverageForm,
    ReasonForm,
    RehearsalForm,
    StaffedForm,
)
from roadmap.mechanisms.models import Mechanism
from roadmap.mechanisms.queries import may_edit
from roadmap.mechanisms.tabs import tabs_of
from roadmap.taxonomy.forms import given
from roadmap.taxonomy.queries import options
from roadmap.taxonomy.scope import ScopePattern
from roadmap.web.guard import may
from roadmap.web.i18n import _, ngettext
from roadmap.web.session import db_session
from roadmap.web.templating import day
from roadmap.web.text import whole_number

bp = Blueprint("mechanism_parts", __name__, url_prefix="/mechanisms")


# ---- configurations ----


@bp.get("/<key>/configurations")
@may("mechanism.read")
def configurations(key: str) -> ResponseReturnValue:
    """List the configurations, the one that runs first."""
    found = queries.get_mechanism(db_session(), current_user, key)
    return _configurations_page(found, ConfigurationForm(formdata=None))


def _configurations_page(found: Mechanism, form: ConfigurationForm) -> ResponseReturnValue:
    page = render_template(
        "mechanisms/configurations.html",
        mechanism=found,
        tabs=tabs_of(found, "configurations"),
        configurations=queries.configurations(db_session(), found.id),
        form=form,
        may_edit=may_edit(current_user, found),
    )
    return page, 422 if form.problems else 200


@bp.post("/<key>/configurations")
@may("mechanism.edit")
def configure(key: str) -> ResponseReturnValue:
    """Register a configuration."""
    found = queries.get_mechanism(db_session(), current_user, key, "edit")
    form = ConfigurationForm()
    if form.validate_on_submit():
        try:
            values = parse_parameters(form.parameters.data or "")
            add_configuration(db_session(), current_user, found, form.label.data or "", values)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Registered. It runs once you deploy it."), "success")
            return redirect(url_for("mechanism_parts.configurations", key=key), 303)
    return _configurations_page(found, form)


@bp.route("/<key>/configurations/<int:configuration_id>/deploy", methods=["GET", "POST"])
@may("mechanism.edit")
def deploy(key: str, configuration_id: int) -> ResponseReturnValue:
    """Make a configuration the one that runs, with the reason."""
    found = queries.get_mechanism(db_session(), current_user, key, "edit")
    chosen = queries.find_configuration(db_session(), found, configuration_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            why = form.why.data or ""
            deploy_configuration(db_session(), current_user, found, configuration_id, why)
        except Invalid as error:
            form.refuse(error)
        else:
            words = _(
                "%(label)s runs now. Measure it: older evidence does not count.", label=chosen.label
            )
            flash(words, "success")
            return redirect(url_for("mechanism_parts.configurations", key=key), 303)
    page = render_template("mechanisms/deploy.html", mechanism=found, chosen=chosen, form=form)
    return page, 422 if form.problems else 200


# ---- coverage ----


@bp.get("/<key>/coverage")
@may("mechanism.read")
def coverage(key: str) -> ResponseReturnValue:
    """List the declared cells."""
    found = queries.get_mechanism(db_session(), current_user, key)
    return _coverage_page(found, CoverageForm(formdata=None))


def _coverage_page(found: Mechanism, form: CoverageForm) -> ResponseReturnValue:
    offered = options(db_session())
    page = render_template(
        "mechanisms/coverage.html",
        mechanism=found,
        tabs=tabs_of(found, "coverage"),
        offered=offered,
        form=form.fit(offered),
        may_edit=may_edit(current_user, found),
    )
    return page, 422 if form.problems else 200


@bp.post("/<key>/coverage")
@may("mechanism.edit")
def declare(key: str) -> ResponseReturnValue:
    """Declare every combination of what is chosen."""
    found = queries.get_mechanism(db_session(), current_user, key, "edit")
    form = CoverageForm().fit(options(db_session()))
    if form.validate_on_submit():
        parts = (form.market, form.language, form.surface, form.policy_area)
        patterns = (ScopePattern(*cell) for cell in product(*(p.data or [None] for p in parts)))
        try:
            new = service.add_coverage(db_session(), current_user, found, patterns)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(ngettext("%(num)s line declared.", "%(num)s lines declared.", new), "success")
            return redirect(url_for("mechanism_parts.coverage", key=key), 303)
    return _coverage_page(found, form)


@bp.post("/<key>/coverage/remove")
@may("mechanism.edit")
def undeclare(key: str) -> ResponseReturnValue:
    """Take the ticked cells back."""
    found = queries.get_mechanism(db_session(), current_user, key, "edit")
    typed = map(whole_number, request.form.getlist("cell"))
    ids = [number for number in typed if number is not None]
    if not ids:
        flash(_("Tick what to take back first."), "warning")
        return redirect(url_for("mechanism_parts.coverage", key=key), 303)
    gone = service.remove_coverage(db_session(), current_user, found, ids)
    flash(ngettext("%(num)s line taken back.", "%(num)s lines taken back.", gone), "success")
    return redirect(url_for("mechanism_parts.coverage", key=key), 303)


# ---- the owner's words ----


@bp.post("/<key>/staffed")
@may("mechanism.edit")
def staffed(key: str) -> ResponseReturnValue:
    """Attest staffing: for four weeks with one click, or until a given day."""
    found = queries.get_mechanism(db_session(), current_user, key, "edit")
    form = StaffedForm()
    try:
        if not form.validate_on_submit():
            raise Invalid(form.problems[0][1] if form.problems else _("Give the day."))
        until = form.until.data or clock.today() + service.STAFFED_FOR
        service.attest_staffing(db_session(), current_user, found, until)
    except Invalid as error:
        flash(error.message, "error")
    else:
        flash(_("Staffed until %(day)s.", day=day(until)), "success")
    return redirect(url_for("mechanisms.mechanism", key=key), 303)


@bp.post("/<key>/unstaffed")
@may("mechanism.edit")
def unstaffed(key: str) -> ResponseReturnValue:
    """Take the attested staffing back."""
    found = queries.get_mechanism(db_session(), current_user, key, "edit")
    try:
        service.attest_staffing(db_session(), current_user, found, None)
    except Invalid as error:
        flash(error.message, "error")
    else:
        flash(_("Taken back: launches that lean on it see it at once."), "success")
    return redirect(url_for("mechanisms.mechanism", key=key), 303)


@bp.post("/<key>/rehearsal")
@may("mechanism.edit")
def rehearsal(key: str) -> ResponseReturnValue:
    """Keep that the kill switch was rehearsed."""
    found = queries.get_mechanism(db_session(), current_user, key, "edit")
    form = RehearsalForm()
    try:
        if not form.validate_on_submit():
            raise Invalid(form.problems[0][1] if form.problems else _("Give the day."))
        service.rehearse_kill_switch(
            db_session(), current_user, found, given(form.on.data), form.minutes.data
        )
    except Invalid as error:
        flash(error.message, "error")
    else:
        flash(_("The rehearsal is recorded."), "success")
    return redirect(url_for("mechanisms.mechanism", key=key), 303)
