"""Pages of control limits: every series over time, and the answers to a proposed report."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap import clock
from roadmap.errors import Invalid, NotFound
from roadmap.mechanisms import control_pages, queries, wording
from roadmap.mechanisms.control_queries import Signal, signal_of
from roadmap.mechanisms.control_service import answer_signal
from roadmap.mechanisms.forms import ReasonForm
from roadmap.mechanisms.models import Mechanism
from roadmap.mechanisms.tabs import tabs_of
from roadmap.taxonomy.queries import options
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session

bp = Blueprint("mechanism_control", __name__, url_prefix="/mechanisms")


@bp.get("/<key>/control")
@may("mechanism.read")
def control(key: str) -> ResponseReturnValue:
    """Show every metric over time with the limits it used to keep."""
    session = db_session()
    found = queries.get_mechanism(session, current_user, key)
    offered = options(session)
    return render_template(
        "mechanisms/control.html",
        mechanism=found,
        tabs=tabs_of(found, "control"),
        cards=control_pages.series_cards(session, found, offered),
        may_edit=queries.may_edit(current_user, found),
        words=wording,
    )


def _signal(found: Mechanism, signal_id: int) -> Signal:
    signal = signal_of(db_session(), found.id, signal_id, clock.today())
    if signal is None:
        raise NotFound(_("This metric is within its limits again, or was measured anew."))
    return signal


@bp.post("/<key>/control/<int:signal_id>/report")
@may("mechanism.edit")
def report(key: str, signal_id: int) -> ResponseReturnValue:
    """Begin a problem report filled in from the evidence; nothing is submitted yet."""
    session = db_session()
    found = queries.get_mechanism(session, current_user, key, "edit")
    signal = _signal(found, signal_id)
    link = url_for("mechanism_control.control", key=key, _external=True)
    begun: dict[str, Any] = control_pages.report_begun(
        session, found, signal.found, options(session), link
    )
    if signal.answer is None:
        answer_signal(session, current_user, found, signal, "reported")
    return redirect(url_for("requirements.new", **begun), 303)


@bp.route("/<key>/control/<int:signal_id>/dismiss", methods=["GET", "POST"])
@may("mechanism.edit")
def dismiss(key: str, signal_id: int) -> ResponseReturnValue:
    """Say why a metric outside its limits needs no report."""
    session = db_session()
    found = queries.get_mechanism(session, current_user, key, "edit")
    signal = _signal(found, signal_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            answer_signal(session, current_user, found, signal, "dismissed", form.why.data or "")
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Noted. It is proposed again only when it leaves its limits anew."), "success")
            return redirect(url_for("mechanism_control.control", key=key), 303)
    page = render_template(
        "mechanisms/dismiss.html",
        mechanism=found,
        form=form,
        card=next(
            one
            for one in control_pages.signal_cards(session, found, options(session))
            if one.signal is not None and one.signal.found.id == signal_id
        ),
    )
    return page, 422 if form.problems else 200
