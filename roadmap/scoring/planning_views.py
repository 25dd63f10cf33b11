"""Pages around the ranking: capacity of teams, scores set by hand, frozen rankings."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from roadmap import clock
from roadmap.errors import Invalid
from roadmap.requirements.queries import get_requirement
from roadmap.scoring.baselines import (
    baseline_against_today,
    baseline_with_framework,
    baselines,
    take_baseline,
    untouched,
)
from roadmap.scoring.blueprint import bp
from roadmap.scoring.board import computed_version, progress
from roadmap.scoring.capacities import capacity_rows, set_capacity
from roadmap.scoring.detail import facts_of, lever_text
from roadmap.scoring.forms import parse_number
from roadmap.scoring.overrides import set_override, withdraw_override
from roadmap.scoring.queries import framework_named
from roadmap.scoring.standing import standing_from
from roadmap.scoring.teams import teams_in
from roadmap.web.forms import Form
from roadmap.web.guard import may
from roadmap.web.i18n import gettext
from roadmap.web.session import db_session
from roadmap.wording import N_


@bp.route("/prioritise/capacity", methods=["GET", "POST"])
@may("requirement.read")
def capacity() -> ResponseReturnValue:
    """Show and set the weeks each team has."""
    session = db_session()
    rows = capacity_rows(session)
    errors: dict[str, str] = {}
    if request.method == "POST":
        weeks: dict[str, float | None] = {}
        for row in rows:
            if f"weeks.{row.code}" in request.form:
                try:
                    weeks[row.code] = parse_number(request.form[f"weeks.{row.code}"])
                except ValueError:
                    errors[row.code] = gettext("Write the weeks as a number, such as 26.")
        try:
            if not errors:
                set_capacity(session, current_user, weeks)
                flash(gettext("Saved. The line is drawn again."), "success")
                return redirect(url_for(".capacity"), 303)
        except Invalid as error:
            session.rollback()
            errors = error.fields
    framework = framework_named(session, None)
    shown = computed_version(session, framework)
    standing = standing_from(shown.standing)
    html = render_template(
        "scoring/capacity.html",
        rows=rows,
        cuts={key: cut for key, _, _, cut in teams_in(session, standing)},
        standing=standing,
        errors=errors,
        framework=framework,
        shown=shown,
        progress=progress(session, framework, shown, standing),
        editable=current_user.may("framework.edit"),
    )
    return html, 422 if errors else 200


class OverrideForm(Form):
    """A score set by hand."""

    value = StringField(N_("Score"), [InputRequired(), Length(max=30)])
    reason = TextAreaField(
        N_("Why, as everybody will read it"), [InputRequired(), Length(max=2000)]
    )
    expires_on = DateField(N_("Until"), [InputRequired()])


@bp.route("/prioritise/override/<key>", methods=["GET", "POST"])
@may("requirement.score")
def override(key: str) -> ResponseReturnValue:
    """Set the score of a requirement by hand."""
    session = db_session()
    requirement = get_requirement(session, current_user, key)
    form, status = OverrideForm(), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                value = _number(form.value.data or "")
                set_override(
                    session,
                    current_user,
                    requirement.key,
                    value,
                    form.reason.data or "",
                    form.expires_on.data or clock.today(),
                )
                flash(gettext("%(key)s is ranked by it now.", key=requirement.key), "success")
                return redirect(url_for("requirements.show", key=requirement.key), 303)
            except Invalid as error:
                session.rollback()
                requirement = get_requirement(session, current_user, key)
                form.refuse(error)
    html = render_template(
        "scoring/override.html",
        requirement=requirement,
        form=form,
        facts=facts_of(session, requirement.id),
        lever_text=lever_text,
        framework=framework_named(session, None),
    )
    return html, status


def _number(text: str) -> float:
    try:
        value = parse_number(text)
    except ValueError:
        value = None
    if value is None:
        raise Invalid.at("value", gettext("Write the score as a number, such as 400."))
    return value


@bp.post("/prioritise/override/<key>/withdraw")
@may("requirement.score")
def withdraw(key: str) -> ResponseReturnValue:
    """Let the computed score stand again."""
    withdraw_override(db_session(), current_user, key)
    flash(gettext("The computed score stands again."), "success")
    return redirect(url_for("requirements.show", key=key.upper()), 303)


class BaselineForm(Form):
    """A ranking to freeze."""

    name = StringField(N_("Name"), [InputRequired(), Length(max=120)])
    note = TextAreaField(N_("What it is for"), [Length(max=2000)])


@bp.route("/prioritise/baselines", methods=["GET", "POST"])
@may("requirement.read")
def baseline_list() -> ResponseReturnValue:
    """List the frozen rankings and freeze another."""
    session, form, status = db_session(), BaselineForm(), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                row = take_baseline(
                    session, current_user, form.name.data or "", form.note.data or ""
                )
                flash(gettext("Frozen."), "success")
                return redirect(url_for(".show_baseline", baseline_id=row.id), 303)
            except Invalid as error:
                session.rollback()
                form.refuse(error)
    html = render_template("scoring/baselines.html", rows=baselines(session), form=form)
    return html, status


@bp.get("/prioritise/baselines/<int:baseline_id>")
@may("requirement.read")
def show_baseline(baseline_id: int) -> ResponseReturnValue:
    """Compare a frozen ranking with today's."""
    session = db_session()
    row, framework = baseline_with_framework(session, baseline_id)
    today = framework_named(session, None)
    shown = computed_version(session, today)
    return render_template(
        "scoring/baseline.html",
        row=row,
        framework=framework,
        today_framework=today,
        shown=shown,
        intact=untouched(session, row),
        comparison=baseline_against_today(session, row, shown),
        progress=progress(session, today, shown, standing_from(shown.standing)),
    )
