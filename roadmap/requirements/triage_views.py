"""Triage: what came in, one at a time; nothing leaves without a reason the requester can read."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap import clock
from roadmap.errors import Invalid
from roadmap.requirements import listing, merging, moves, queries
from roadmap.requirements.by_team import in_words
from roadmap.requirements.forms import MoveForm
from roadmap.requirements.inbox import Inbox, read_inbox, spans_of
from roadmap.requirements.merge_preview import in_words as merge_in_words
from roadmap.requirements.merge_preview import what_a_merge_brings
from roadmap.requirements.models import Requirement
from roadmap.requirements.rota import on_duty
from roadmap.requirements.support_queries import by_team
from roadmap.requirements.triage_weeks import last_weeks
from roadmap.requirements.views import other_requirement, scope_of
from roadmap.taxonomy.queries import options
from roadmap.web.guard import may
from roadmap.web.i18n import _, ngettext
from roadmap.web.session import db_session

bp = Blueprint("triage", __name__, url_prefix="/triage")


@bp.get("")
@may("requirement.triage")
def index() -> ResponseReturnValue:
    """Show the one that waits longest, or that nothing waits."""
    inbox = _inbox()
    if not inbox.rows:
        return render_template(
            "requirements/triage_empty.html", inbox=inbox, done=_done(), **_standing()
        )
    first = inbox.rows[0].id
    requirement = queries.get_requirement(db_session(), current_user, first, "triage")
    return _page(inbox, requirement, MoveForm(formdata=None, move="accept"))


@bp.get("/<key>")
@may("requirement.triage")
def show(key: str) -> ResponseReturnValue:
    """Show one requirement with the moves that are possible."""
    requirement = queries.get_requirement(db_session(), current_user, key, "triage")
    inbox = _inbox()
    return _page(inbox, requirement, MoveForm(formdata=None, **_asked_for()))


def _inbox() -> Inbox:
    return read_inbox(db_session(), clock.now(), current_app.config["TRIAGE_DAYS"])


def _standing() -> dict[str, Any]:
    """Return who does triage this week and how the last weeks went; three statements."""
    session, today = db_session(), clock.today()
    return {"duty": on_duty(session, today), "weeks": last_weeks(session, today)}


def _asked_for() -> dict[str, Any]:
    """Return what the address fills in: a target picked among the similar ones."""
    target = request.args.get("into")
    return {"target": target, "move": "merge"} if target else {"move": "accept"}


def _done() -> Requirement | None:
    """Return the one just decided, if the address names it and it can be taken back."""
    number = listing.key_in(request.args.get("done", ""))
    if number is None:
        return None
    found = db_session().get(Requirement, number)
    return found if found is not None and found.before_move is not None else None


def _page(inbox: Inbox, requirement: Requirement, form: MoveForm) -> str:
    session = db_session()
    teams = listing.team_names(session)
    named = [requirement.requester_id, requirement.state_changed_by]
    return render_template(
        "requirements/triage.html",
        inbox=inbox,
        requirement=requirement,
        form=form,
        support=in_words(by_team(session, [requirement.id]).get(requirement.id, ())),
        similar=queries.similar(session, requirement.title, 4, without=requirement.id),
        bringing=merge_in_words(what_a_merge_brings(session, requirement, _target(form))),
        words=options(session),
        scope=scope_of(requirement),
        teams=teams.names,
        people=queries.people_named(session, named),
        waits=moves.waits_in_triage(requirement),
        spans=spans_of(session, requirement, clock.now()),
        done=_done(),
        **_standing(),
    )


def _target(form: MoveForm) -> Requirement | None:
    """Return the requirement named to merge into, if there is one."""
    number = listing.key_in(form.target.data or "")
    return db_session().get(Requirement, number) if number is not None else None


@bp.post("/<key>")
@may("requirement.triage")
def decide(key: str) -> ResponseReturnValue:
    """Make the chosen move and go on to the next one."""
    session = db_session()
    requirement = queries.get_requirement(session, current_user, key, "triage", lock=True)
    inbox = _inbox()
    form = MoveForm()
    if form.validate_on_submit():
        try:
            told = _move(requirement, form)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(told, "success")
            return redirect(_next(inbox, requirement), 303)
    return _page(inbox, requirement, form), 422


def _move(requirement: Requirement, form: MoveForm) -> str:
    """Make the move and return what to say about it."""
    session, why = db_session(), form.reason.data or ""
    names = {"key": requirement.key}
    match form.move.data:
        case "accept":
            moves.accept(session, current_user, requirement, why, form.next_word_on.data)
            return _("%(key)s is accepted.", **names)
        case "merge":
            target = other_requirement(session, form.target.data or "", "target")
            new = merging.merge(session, current_user, requirement, target, why)
            told = ngettext(
                "%(key)s is merged into %(target)s, which gained %(num)s supporter.",
                "%(key)s is merged into %(target)s, which gained %(num)s supporters.",
                new,
                **names,
                target=target.key,
            )
            return (
                told if new else _("%(key)s is merged into %(target)s.", **names, target=target.key)
            )
        case "snooze":
            awaited = form.awaited.data or ""
            moves.snooze(session, current_user, requirement, why, form.until.data, awaited)
            return _("%(key)s sleeps until then.", **names)
        case "ask":
            moves.ask(session, current_user, requirement, why)
            return _("The requester of %(key)s is asked.", **names)
        case _:
            moves.decline(session, current_user, requirement, why)
            return _("%(key)s is declined.", **names)


def _next(inbox: Inbox, decided: Requirement) -> str:
    following = inbox.after(decided.id)
    if following is None:
        return url_for("triage.index", done=decided.key)
    return url_for("triage.show", key=f"REQ-{following}", done=decided.key)


@bp.post("/<key>/undo")
@may("requirement.triage")
def undo(key: str) -> ResponseReturnValue:
    """Take the last move back and show the requirement again."""
    session = db_session()
    requirement = queries.get_requirement(session, current_user, key, "triage", lock=True)
    merging.undo(session, current_user, requirement)
    flash(_("%(key)s is back as it was.", key=requirement.key), "success")
    return redirect(url_for("triage.show", key=requirement.key), 303)
