"""Commands that move a requirement from state to state, each with a why the requester reads."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.errors import Invalid
from roadmap.events import publish
from roadmap.history.digest import plain
from roadmap.history.service import record
from roadmap.requirements import checks
from roadmap.requirements.events import RequirementChanged, RequirementMoved
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import INBOX, RequirementState, may_move, next_word
from roadmap.requirements.service import actor_id, demand
from roadmap.web.i18n import _

S = RequirementState

# What a move may set, and so what undoing it sets back.
_MOVED = (
    "state",
    "state_reason",
    "state_changed_at",
    "state_changed_by",
    "next_word_on",
    "snoozed_until",
    "asked_at",
    "duplicate_of_id",
    "updated_at",
)


def accept(
    session: Session,
    actor: Actor | None,
    requirement: Requirement,
    why: str,
    next_word_on: date | None = None,
) -> None:
    """Put a requirement into the backlog."""
    move(session, actor, requirement, S.ACCEPTED, why, "accepted", next_word_on=next_word_on)


def decline(session: Session, actor: Actor | None, requirement: Requirement, why: str) -> None:
    """Say no, for good unless it is reopened."""
    move(session, actor, requirement, S.DECLINED, why, "declined")


def snooze(
    session: Session, actor: Actor | None, requirement: Requirement, why: str, until: date | None
) -> None:
    """Put a requirement away until a day after today, when it comes back into triage."""
    until = _later("until", until)
    if until == clock.today():
        raise Invalid.at("until", _("Choose a day after today."))
    move(
        session,
        actor,
        requirement,
        S.SNOOZED,
        why,
        "snoozed",
        next_word_on=until,
        snoozed_until=until,
    )


def ask(session: Session, actor: Actor | None, requirement: Requirement, question: str) -> None:
    """Ask the requester; the requirement leaves the inbox until they comment or edit."""
    if requirement.requester_id is None:
        raise Invalid.at("reason", _("Nobody is named as requester, so nobody can answer."))
    move(session, actor, requirement, S.TRIAGED, question, "asked", asked_at=clock.now())


def reopen(session: Session, actor: Actor | None, requirement: Requirement, why: str) -> None:
    """Bring a declined, snoozed or accepted requirement back into triage."""
    if requirement.state == S.DUPLICATE:
        raise Invalid.at("reason", _("This was merged: undo the merge instead."))
    move(session, actor, requirement, S.TRIAGED, why, "reopened")


def advance(
    session: Session,
    actor: Actor | None,
    requirement: Requirement,
    state: RequirementState,
    why: str,
    next_word_on: date | None = None,
) -> None:
    """Move within the backlog: accepted, planned, in progress, delivered, and back."""
    if state not in {S.ACCEPTED, S.PLANNED, S.IN_PROGRESS, S.DELIVERED}:
        raise Invalid.at("state", _("Choose planned, in progress, delivered or accepted."))
    action = "moved_to_" + state.value
    move(session, actor, requirement, state, why, action, next_word_on=next_word_on)


def move(
    session: Session,
    actor: Actor | None,
    requirement: Requirement,
    state: RequirementState,
    why: str,
    action: str,
    *,
    next_word_on: date | None = None,
    **columns: Any,
) -> None:
    """Store one move, keep what it replaces, and tell it; raises Invalid where it is not allowed.

    ``next_word_on`` is by when the requester hears again; by default the rule of the new state.
    """
    demand(actor, "requirement.triage")
    why = checks.reason(why)
    old = requirement.state
    asked_again = action == "asked" and old == S.TRIAGED
    if not asked_again and not may_move(old, state):
        raise Invalid(
            _(
                "A requirement that is %(old)s cannot become %(new)s.",
                old=word(old),
                new=word(state),
            )
        )
    if next_word_on is not None:
        next_word_on = _later("next_word_on", next_word_on)
    else:
        next_word_on = next_word(state, clock.today())
    requirement.before_move = {name: plain(getattr(requirement, name)) for name in _MOVED}
    now = clock.now()
    fresh: dict[str, Any] = {"snoozed_until": None, "asked_at": None, "duplicate_of_id": None}
    fresh |= {"state": state, "state_reason": why, "next_word_on": next_word_on}
    fresh |= {"state_changed_at": now, "state_changed_by": actor_id(actor), "updated_at": now}
    for name, value in (fresh | columns).items():
        setattr(requirement, name, value)
    tell(session, actor, requirement, action, why, old)


def tell(
    session: Session,
    actor: Actor | None,
    requirement: Requirement,
    action: str,
    why: str | None,
    old: RequirementState,
) -> None:
    """Write the move into the history and let higher rooms hear of it."""
    record(session, actor_id(actor), requirement, f"requirement.{action}", why=why)
    if requirement.state != old:
        publish(session, RequirementMoved(requirement.id, old, requirement.state))
    publish(session, RequirementChanged(requirement.id))


def put_back(requirement: Requirement) -> None:
    """Set every column of the last move to what it was."""
    before = requirement.before_move or {}
    for name in _MOVED:
        setattr(requirement, name, _read(name, before.get(name)))
    requirement.before_move = None


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    match name:
        case "state":
            return RequirementState(value)
        case "next_word_on" | "snoozed_until":
            return date.fromisoformat(value)
        case "state_changed_at" | "asked_at" | "updated_at":
            return datetime.fromisoformat(value)
        case _:
            return value


def wake(session: Session, on: date) -> int:
    """Bring requirements whose snooze ends by that day back into triage; return how many."""
    due = session.scalars(
        select(Requirement)
        .where(Requirement.state == S.SNOOZED, Requirement.snoozed_until <= on)
        .order_by(Requirement.id)
        .limit(500)
    ).all()
    for requirement in due:
        why = _("Its snooze ended; it is looked at again.")
        move(session, None, requirement, S.SUBMITTED, why, "woken")
    return len(due)


def waits_in_triage(requirement: Requirement) -> bool:
    """Return whether triage owes the next step: it is undecided and no answer is awaited."""
    return requirement.state in INBOX and requirement.asked_at is None


def _later(name: str, value: date | None) -> date:
    try:
        found = checks.day(value)
    except Invalid as error:
        raise Invalid.at(name, error.message) from None
    if found is None or found < clock.today():
        raise Invalid.at(name, _("Choose a day that is not past."))
    return found


def word(state: RequirementState) -> str:
    """Return a state as a word in a sentence."""
    return _(state.value.replace("_", " "))
