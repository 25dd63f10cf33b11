"""The pages of requirements: the list, one requirement, submitting and editing."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.mentions import names_in
from roadmap.ahead import read_ahead
from roadmap.errors import Conflict, Invalid, NotFound
from roadmap.history.conflict import as_shown, read_shown
from roadmap.history.queries import FeedEntry, feed, feed_of
from roadmap.requirements import (
    checks,
    listing,
    own_fields,
    queries,
    record_forms,
    rota,
    support_queries,
)
from roadmap.requirements.forms import EditForm, effort_entries
from roadmap.requirements.models import Requirement
from roadmap.requirements.own_history import own_changes
from roadmap.requirements.record_forms import Sent
from roadmap.requirements.record_reads import NEWEST, names_beside, reads
from roadmap.requirements.rules import MOVES, RequirementState, ScopeDimension
from roadmap.requirements.support_forms import offer_of
from roadmap.requirements.support_queries import Supporter
from roadmap.requirements.wording import DECISIONS, DIMENSIONS, tell_feed
from roadmap.taxonomy.queries import options
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.panels import reads_of
from roadmap.web.session import db_session

bp = Blueprint("requirements", __name__, url_prefix="/requirements")


def offered(form: Any, kept: Requirement | None = None) -> Any:
    """Set the choices of a form and return it; people ask for their own teams, managers for any."""
    session = db_session()
    teams = listing.team_names(session)
    own = None if current_user.may("requirement.edit_any") else current_user.team_ids
    active = [(teams.ids[code], name) for code, name in teams.active]
    form.offer(options(session), active, kept, own)
    form.own = own_fields.own_part(session, kept.id if kept is not None else None)
    if request.method == "POST":
        form.own.take(request.form)
    return form


def alike(title: str, without: int | None = None) -> list[queries.Alike]:
    """Return what was asked before in words like a title's."""
    if len(title) < checks.TITLE_LENGTH[0]:
        return []
    return queries.similar(db_session(), title[:200], without=without, person_id=current_user.id)


@bp.get("/<key>")
@may("requirement.read")
def show(key: str) -> ResponseReturnValue:
    """Show one requirement."""
    requirement = queries.get_requirement(db_session(), current_user, key, parts=False)
    return record_page(requirement)


def record_page(requirement: Requirement, sent: Sent | None = None) -> str:
    """Return the page of a requirement; a form that came back keeps what was typed in it."""
    session = db_session()
    read_ahead(session, [*reads(requirement), *reads_of("requirement", requirement)])
    supporters = support_queries.supporters(session, requirement.id)
    own = next((one for one in supporters if one.person_id == current_user.id), None)
    context = _context(session, requirement)
    submitted = "submitted" in request.args
    return render_template(
        "requirements/show.html",
        requirement=requirement,
        **context,
        **_forms(requirement, context, own, sent or Sent()),
        supporters=supporters,
        voices=support_queries.voices_of(supporters),
        own_support=own,
        may_edit=queries.may_edit(current_user, requirement),
        submitted=submitted,
        triager=rota.on_duty(session, clock.today()).name if submitted else None,
        similar=alike(requirement.title, requirement.id) if submitted else [],
    )


def _forms(
    requirement: Requirement, context: dict[str, Any], own: Supporter | None, sent: Sent
) -> dict[str, Any]:
    """Return the fields of the forms this person may use."""
    states = _next_states(requirement.state) if current_user.may("requirement.triage") else []
    markets = context["parts"].scope.get(ScopeDimension.MARKET.value, ())
    offer = offer_of(markets, context["words"], context["teams"], current_user.team_ids, own)
    answering = bool(requirement.asked_at) and requirement.requester_id == current_user.id
    return {
        "sent": sent,
        "comment_fields": record_forms.comment_fields(sent.comment, answering=answering),
        "support_fields": record_forms.support_fields(sent.support, own, offer),
        "advance_fields": record_forms.advance_fields(sent.advance, states) if states else "",
        "blocker_fields": record_forms.blocker_fields(sent.blocker),
    }


def _context(session: Session, requirement: Requirement) -> dict[str, Any]:
    """Return what the record page reads beside the requirement itself."""
    teams = listing.team_names(session)
    parts = queries.parts_of(session, requirement.id)
    entries = _entries(session, requirement.id)
    told = tell_feed(
        entries,
        teams.names,
        own_changes(session, requirement.id, entries),
        requirement.currency,
    )
    people = names_beside(
        session,
        requirement.id,
        [
            requirement.requester_id,
            requirement.submitted_by_id,
            requirement.state_changed_by,
            *(row.accepted_by for row in parts.criteria),
            *(one.actor_id for one in told),
        ],
    )
    related = queries.related(session, requirement)
    comments = queries.comments(session, requirement.id)
    return {
        "teams": teams.names,
        "told": told,
        "people": people,
        "words": options(session),
        "parts": parts,
        "scope": named_scope(parts.scope),
        "ranked": queries.ranked_count(session),
        "comments": comments,
        "mentioned": names_in(session, [one.body for one in comments]),
        "blockers": [one for one in related if one.relation == "blocker"],
        "blocked": [one for one in related if one.relation == "blocked"],
        "merged": [one for one in related if one.relation == "merged"],
        "target": next((one for one in related if one.relation == "target"), None),
    }


def _entries(session: Session, number: int) -> list[FeedEntry]:
    """Return the newest events, and of those before them the decisions with their whys."""
    found = list(feed(session, "requirement", number, limit=NEWEST))
    if len(found) == NEWEST:
        found += feed_of(session, "requirement", number, DECISIONS, found[-1].id)
    return found


def scope_of(requirement: Requirement) -> list[tuple[str, str, Sequence[str]]]:
    """Return what a requirement names, as `named_scope`; its scope must be loaded."""
    codes: dict[str, list[str]] = {}
    for row in requirement.scope:
        codes.setdefault(row.dimension.value, []).append(row.code)
    return named_scope({dimension: sorted(found) for dimension, found in codes.items()})


def named_scope(codes: Mapping[str, Sequence[str]]) -> list[tuple[str, str, Sequence[str]]]:
    """Return (dimension, its label, codes) of the dimensions that are named."""
    return [
        (dimension.value, _(label), codes[dimension.value])
        for dimension, label in DIMENSIONS.items()
        if dimension.value in codes
    ]


def _next_states(state: RequirementState) -> list[RequirementState]:
    """Return where a manager may take it from the record page; triage does the rest."""
    work = (RequirementState.ACCEPTED, RequirementState.PLANNED)
    done = (RequirementState.IN_PROGRESS, RequirementState.DELIVERED)
    before = state in {*work, *done}
    steps = [one for one in (*work, *done) if one in MOVES[state]] if before else []
    back = RequirementState.TRIAGED
    if back in MOVES[state] and state not in {
        RequirementState.SUBMITTED,
        RequirementState.DUPLICATE,
    }:
        steps.append(back)
    return steps


@bp.get("/<key>/edit")
@may("requirement.submit")
def edit(key: str) -> ResponseReturnValue:
    """Show the form to edit a requirement."""
    requirement = queries.get_requirement(db_session(), current_user, key, "edit")
    current = queries.values_of(requirement)
    form = EditForm(data=current | {"efforts": effort_entries(requirement)})
    offered(form, requirement)
    form.shown.data = as_shown(current | form.own.shown)
    return _edit_page(form, requirement)


@bp.post("/<key>/edit")
@may("requirement.submit")
def store(key: str) -> ResponseReturnValue:
    """Store an edit; what two people changed alike comes back with both versions."""
    session = db_session()
    requirement = queries.get_requirement(session, current_user, key, "edit", lock=True)
    form = offered(EditForm(), requirement)
    status = 422
    if form.validate_on_submit():
        shown = read_shown(form.shown.data)
        try:
            typed = form.values() | form.own.typed
            own_fields.edit(session, current_user, requirement, typed, shown or None)
        except Conflict as conflict:
            form.refuse(conflict)
            # Sent again, the person's own words win over what they now see beside the field.
            current = queries.values_of(requirement) | form.own.shown
            form.shown.data = as_shown(shown | {name: current[name] for name in conflict.fields})
            status = 409
        except Invalid as error:
            form.refuse(error)
        else:
            return redirect(url_for("requirements.show", key=requirement.key), 303)
    return _edit_page(form, requirement), status


def _edit_page(form: EditForm, requirement: Requirement) -> str:
    return render_template("requirements/edit.html", form=form, requirement=requirement)


def other_requirement(session: Session, key: str, field: str) -> Requirement:
    """Return the requirement named in a field, locked; Invalid at the field if there is none."""
    try:
        return queries.get_requirement(session, current_user, key, lock=True)
    except NotFound:
        raise Invalid.at(
            field, _("There is no requirement of this key. Write it as REQ-12.")
        ) from None
