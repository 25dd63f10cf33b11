"""The page of an automated mechanism's rates, and what an outage of it means."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.capacity import plans
from roadmap.capacity.forms import StepForm, step_data
from roadmap.errors import Conflict, Forbidden, Invalid, NotFound
from roadmap.history.conflict import as_shown, read_shown
from roadmap.mechanisms.kinds import AUTOMATED_KINDS
from roadmap.mechanisms.models import Mechanism
from roadmap.mechanisms.queries import get_mechanism, may_edit
from roadmap.mechanisms.tabs import tabs_of
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session

bp = Blueprint("rates", __name__, url_prefix="/mechanisms/<key>/rates")


def _step(found: Mechanism) -> Mechanism:
    if found.kind not in AUTOMATED_KINDS:
        raise NotFound(_("People work here: their staffing is planned instead."))
    return found


@bp.route("", methods=["GET", "POST"])
@may("mechanism.read")
def show(key: str) -> ResponseReturnValue:
    """Show what a step does with the items that reach it, or change it."""
    session = db_session()
    found = _step(get_mechanism(session, current_user, key))
    values = plans.step_values(plans.step_plan_of(session, found.id))
    form = StepForm(data={**step_data(values), "shown": as_shown(values)})
    editable = may_edit(current_user, found)
    if form.is_submitted() and not editable:
        raise Forbidden(_("Only its owner, their team or a program manager may change this."))
    if form.validate_on_submit():
        try:
            shown = read_shown(form.shown.data)
            plans.put_step_plan(session, current_user, found, form.values, shown)
        except (Invalid, Conflict) as error:
            form.refuse(error)
            form.shown.data = as_shown(values)
        else:
            flash(_("Saved. Launches that lean on it are judged again."), "success")
            return redirect(url_for("rates.show", key=key), 303)
    page = render_template(
        "capacity/rates.html",
        mechanism=found,
        tabs=tabs_of(found, "rates"),
        form=form,
        values=values,
        may_edit=editable,
    )
    return page, 422 if form.problems else 200
