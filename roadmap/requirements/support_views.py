"""The pages of support: one's own, and what a manager enters for somebody else."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.accounts.queries import active_people, id_of_active
from roadmap.errors import Invalid
from roadmap.requirements import listing, queries, supporting
from roadmap.requirements.models import Requirement
from roadmap.requirements.record_forms import Sent
from roadmap.requirements.support_forms import EnteredForm, SupportForm
from roadmap.requirements.views import bp, record_page
from roadmap.taxonomy.queries import options
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session


def _load(key: str, right: queries.Right) -> Requirement:
    return queries.get_requirement(db_session(), current_user, key, right, lock=True)


def _back(requirement: Requirement) -> ResponseReturnValue:
    return redirect(url_for("requirements.show", key=requirement.key, _anchor="supporters"), 303)


@bp.post("/<key>/support")
@may("requirement.support")
def support(key: str) -> ResponseReturnValue:
    """Support it, or change what one said."""
    requirement = _load(key, "support")
    form = SupportForm()
    if form.validate_on_submit():
        try:
            supporting.support(
                db_session(),
                current_user,
                requirement,
                form.support_reason.data or "",
                form.support_volume.data,
                form.support_market.data or None,
                form.support_team.data,
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("You support %(key)s.", key=requirement.key), "success")
            return _back(requirement)
    return record_page(requirement, Sent(support=form)), 422


@bp.post("/<key>/support/withdraw")
@may("requirement.support")
def withdraw(key: str) -> ResponseReturnValue:
    """Take one's support back."""
    requirement = _load(key, "support")
    supporting.withdraw(db_session(), current_user, requirement)
    flash(_("You no longer support %(key)s.", key=requirement.key), "success")
    return _back(requirement)


@bp.get("/<key>/support/enter")
@may("requirement.triage")
def enter_support(key: str) -> ResponseReturnValue:
    """Show the form to enter support given elsewhere."""
    requirement = queries.get_requirement(db_session(), current_user, key, "triage")
    return _enter_page(EnteredForm(formdata=None), requirement)


@bp.post("/<key>/support/enter")
@may("requirement.triage")
def store_entered(key: str) -> ResponseReturnValue:
    """Store support given elsewhere, for a person or a team."""
    requirement = _load(key, "triage")
    form = EnteredForm()
    if form.validate_on_submit():
        try:
            _enter(requirement, form)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("The support is entered, with its source."), "success")
            return _back(requirement)
    return _enter_page(form, requirement), 422


def _enter(requirement: Requirement, form: EnteredForm) -> None:
    session, person_id = db_session(), None
    if form.person.data:
        person_id = id_of_active(session, form.person.data)
        if person_id is None:
            raise Invalid.at("person", _("Nobody of this address can sign in here."))
    supporting.enter(
        session,
        current_user,
        requirement,
        source=form.source.data or "",
        person_id=person_id,
        team_id=form.team.data,
        reason=form.reason.data or "",
        weekly_volume=form.volume.data,
        market=form.market.data or None,
    )


def _enter_page(form: EnteredForm, requirement: Requirement) -> str:
    session = db_session()
    teams = listing.team_names(session)
    form.offer(options(session), [(teams.ids[code], name) for code, name in teams.active])
    return render_template(
        "requirements/enter_support.html",
        form=form,
        requirement=requirement,
        people=active_people(session),
    )


@bp.post("/<key>/support/<int:support_id>/remove")
@may("requirement.triage")
def remove_entered(key: str, support_id: int) -> ResponseReturnValue:
    """Take back support that was entered for somebody else."""
    requirement = _load(key, "triage")
    supporting.remove_entered(db_session(), current_user, requirement, support_id)
    flash(_("The entered support is taken back."), "success")
    return _back(requirement)
