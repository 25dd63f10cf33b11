"""Commands that move a requirement from state to state, each with a why the requester reads."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.errors import Invalid
from roadmap.events import publish
from roadmap.history.digest import plain
from roadmap.history.service import record
from roadmap.requirements import checks
from roadmap.requirements.awaiting import prospect, read_event
from roadmap.requirements.calendar import days_off
from roadmap.requirements.events import RequirementChanged, RequirementMoved
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import INBOX, RequirementState, may_move, next_word
from roadmap.requirements.service import actor_id, demand
from roadmap.requirements.waiting import waited, working_seconds
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
    "snoozed_for",
    "asked_at",
    "paused_seconds",
    "decided_at",
    "waited_seconds",
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
    session: Session,
    actor: Actor | None,
    requirement: Requirement,
    why: str,
    until: date | None = None,
    awaited: str = "",
) -> None:
    """Put a requirement away until a day after today, an event, or whichever comes first.

    ``awaited`` is an event as `awaiting.read_event` takes it: ``REQ-12 delivered``, ``LCH-4 live``.
    """
    event = read_event(awaited)
    if event is not None:
        _check_event(session, requirement, event)
    if until is not None or event is None:
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
        snoozed_for=event,
    )


def _check_event(session: Session, requirement: Requirement, event: str) -> None:
    """Refuse an event that is the requirement's own, happened already, or cannot happen."""
    if event.startswith(f"{requirement.key} "):
        raise Invalid.at("awaited", _("A requirement cannot wait for itself."))
    found = prospect(session, event)
    if found.happened:
        raise Invalid.at("awaited", _("%(what)s So decide now.", what=found.sentence))
    if found.impossible:
        raise Invalid.at(
            "awaited", _("%(what)s So this cannot be waited for.", what=found.sentence)
        )


def ask(session: Session, actor: Actor | None, requirement: Requirement, question: str) -> None:
    """Ask the requester; it leaves the inbox and its clock stops until they comment or edit.

    There is no day of the next word meanwhile: it counts from the answer.
    """
    if requirement.requester_id is None:
        raise Invalid.at("reason", _("Nobody is named as requester, so nobody can answer."))
    move(session, actor, requirement, S.TRIAGED, question, "asked", asked_at=clock.now())


def reopen(session: Session, actor: Actor | None, requirement: Requirement, why: str) -> None:
    """Bring a declined, snoozed or accepted requirement back into triage."""
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
    _check_move(requirement, state, action)
    if next_word_on is not None:
        next_word_on = _later("next_word_on", next_word_on)
    elif action != "asked":
        next_word_on = next_word(state, clock.today())
    requirement.before_move = {name: plain(getattr(requirement, name)) for name in _MOVED}
    now = clock.now()
    fresh: dict[str, Any] = dict.fromkeys(_ENDED)
    fresh |= _clock(session, requirement, state, now)
    fresh |= {"state": state, "state_reason": why, "next_word_on": next_word_on}
    fresh |= {"state_changed_at": now, "state_changed_by": actor_id(actor), "updated_at": now}
    for name, value in (fresh | columns).items():
        setattr(requirement, name, value)
    tell(session, actor, requirement, action, why, old)


# What any move ends, unless it sets it anew.
_ENDED = ("snoozed_until", "snoozed_for", "asked_at", "duplicate_of_id")


def _check_move(requirement: Requirement, state: RequirementState, action: str) -> None:
    old = requirement.state
    if old == S.DUPLICATE and action != "unmerged":
        raise Invalid.at("reason", _("This was merged: undo the merge instead."))
    asked_again = action == "asked" and old == S.TRIAGED
    if not asked_again and not may_move(old, state):
        raise Invalid(
            _(
                "A requirement that is %(old)s cannot become %(new)s.",
                old=word(old),
                new=word(state),
            )
        )


def _clock(
    session: Session, requirement: Requirement, state: RequirementState, now: datetime
) -> dict[str, Any]:
    """Return what a move does to the clock of triage: it stops, starts again, or is read."""
    old, came = requirement.state, requirement.created_at
    off = days_off(session, came.date(), now.date())
    # A new row has no value of its own yet.
    paused = requirement.paused_seconds or 0
    if requirement.asked_at is not None:
        paused += working_seconds(requirement.asked_at, now, off)
    elif old not in INBOX and state in INBOX:
        paused += working_seconds(requirement.state_changed_at, now, off)
    found: dict[str, Any] = {"paused_seconds": paused}
    if old in INBOX and state not in INBOX:
        found |= {"decided_at": now, "waited_seconds": waited(came, paused, now, off)}
    return found


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
        # A move made before a column existed did not change it.
        if name in before:
            setattr(requirement, name, _read(name, before[name]))
    requirement.before_move = None


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    match name:
        case "state":
            return RequirementState(value)
        case "next_word_on" | "snoozed_until":
            return date.fromisoformat(value)
        case "state_changed_at" | "asked_at" | "decided_at" | "updated_at":
            return datetime.fromisoformat(value)
        case _:
            return value


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
