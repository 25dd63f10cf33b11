"""What people do on the page of a requirement: talk, accept criteria, move it on."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.errors import Invalid
from roadmap.requirements import merging, moves, queries, voices
from roadmap.requirements.forms import AdvanceForm, BlockerForm, CommentForm
from roadmap.requirements.models import Requirement
from roadmap.requirements.record_forms import Sent
from roadmap.requirements.rules import RequirementState
from roadmap.requirements.views import bp, other_requirement, record_page
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session

__all__ = ["bp"]


def _load(key: str, right: queries.Right) -> Requirement:
    return queries.get_requirement(db_session(), current_user, key, right, lock=True)


def _back(requirement: Requirement, anchor: str) -> ResponseReturnValue:
    return redirect(url_for("requirements.show", key=requirement.key, _anchor=anchor), 303)


@bp.post("/<key>/comments")
@may("requirement.comment")
def comment(key: str) -> ResponseReturnValue:
    """Add a comment."""
    requirement = _load(key, "comment")
    form = CommentForm()
    if form.validate_on_submit():
        try:
            voices.comment(db_session(), current_user, requirement, form.body.data or "")
            flash(_("Your comment is added."), "success")
            return _back(requirement, "discussion")
        except Invalid as error:
            form.refuse(error)
    return record_page(requirement, Sent(comment=form)), 422


@bp.get("/<key>/comments/<int:comment_id>")
@may("requirement.comment")
def edit_comment(key: str, comment_id: int) -> ResponseReturnValue:
    """Show the form to change one's own comment."""
    session = db_session()
    requirement = queries.get_requirement(session, current_user, key, "comment")
    said = voices.get_comment(session, current_user, requirement, comment_id)
    form = CommentForm(body=said.body)
    return render_template("requirements/comment.html", form=form, requirement=requirement)


@bp.post("/<key>/comments/<int:comment_id>")
@may("requirement.comment")
def store_comment(key: str, comment_id: int) -> ResponseReturnValue:
    """Store one's own comment anew."""
    session = db_session()
    requirement = _load(key, "comment")
    voices.get_comment(session, current_user, requirement, comment_id)
    form = CommentForm()
    if form.validate_on_submit():
        try:
            voices.edit_comment(
                session, current_user, requirement, comment_id, form.body.data or ""
            )
            return _back(requirement, "discussion")
        except Invalid as error:
            form.refuse(error)
    return render_template("requirements/comment.html", form=form, requirement=requirement), 422


@bp.post("/<key>/criteria/<int:criterion_id>")
@may("requirement.submit")
def criterion(key: str, criterion_id: int) -> ResponseReturnValue:
    """Call a criterion met, or no longer met."""
    requirement = _load(key, "edit")
    accepted = request.form.get("accepted") == "1"
    voices.accept_criterion(db_session(), current_user, requirement, criterion_id, accepted)
    return _back(requirement, "criteria")


@bp.post("/<key>/prerequisites")
@may("requirement.submit")
def add_prerequisite(key: str) -> ResponseReturnValue:
    """Make it wait for another one."""
    requirement = _load(key, "edit")
    form = BlockerForm()
    if form.validate_on_submit():
        try:
            blocker = other_requirement(db_session(), form.blocker.data or "", "blocker")
            voices.add_prerequisite(db_session(), current_user, requirement, blocker)
            return _back(requirement, "order")
        except Invalid as error:
            form.refuse(error)
    return record_page(requirement, Sent(blocker=form)), 422


@bp.post("/<key>/prerequisites/<blocker_key>/remove")
@may("requirement.submit")
def remove_prerequisite(key: str, blocker_key: str) -> ResponseReturnValue:
    """Stop making it wait for another one."""
    requirement, blocker = _load(key, "edit"), _load(blocker_key, "read")
    voices.remove_prerequisite(db_session(), current_user, requirement, blocker)
    return _back(requirement, "order")


@bp.post("/<key>/state")
@may("requirement.triage")
def advance(key: str) -> ResponseReturnValue:
    """Move it on within the backlog, or back into triage."""
    requirement = _load(key, "triage")
    form = AdvanceForm()
    form.offer(list(RequirementState))
    if form.validate_on_submit():
        try:
            _advance(requirement, RequirementState(form.state.data), form)
            return _back(requirement, "main")
        except Invalid as error:
            form.refuse(error)
    return record_page(requirement, Sent(advance=form)), 422


def _advance(requirement: Requirement, state: RequirementState, form: AdvanceForm) -> None:
    session, why, next_word_on = db_session(), form.reason.data or "", form.next_word_on.data
    if state == RequirementState.TRIAGED:
        moves.reopen(session, current_user, requirement, why)
    else:
        moves.advance(session, current_user, requirement, state, why, next_word_on)


@bp.post("/<key>/unmerge")
@may("requirement.triage")
def unmerge(key: str) -> ResponseReturnValue:
    """Take a merge back, exactly."""
    requirement = _load(key, "triage")
    merging.unmerge(db_session(), current_user, requirement)
    flash(
        _("%(key)s stands on its own again, with its supporters.", key=requirement.key), "success"
    )
    return _back(requirement, "main")
