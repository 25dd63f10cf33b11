"""Bring snoozed requirements back into triage: their day came, or what they wait for is settled."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.requirements.awaiting import events_of, prospect
from roadmap.requirements.events import RequirementMoved, RequirementsStored
from roadmap.requirements.models import Requirement
from roadmap.requirements.moves import move
from roadmap.requirements.rules import RequirementState
from roadmap.web.i18n import _

_ASLEEP = Requirement.state == RequirementState.SNOOZED
# How many one transaction wakes; the next hour brings the rest.
_AT_ONCE = 500


def wake_due(session: Session, on: date) -> int:
    """Wake requirements whose snooze ends by that day; return how many."""
    due = session.scalars(
        select(Requirement)
        .where(_ASLEEP, Requirement.snoozed_until <= on)
        .order_by(Requirement.id)
        .limit(_AT_ONCE)
        .with_for_update()
    ).all()
    return _wake(session, due, _("Its snooze ended; it is looked at again."))


def settle(session: Session, key: str) -> int:
    """Wake what waited for the record with this key, where that happened or no longer can."""
    waiting = select(Requirement.snoozed_for).where(
        _ASLEEP, Requirement.snoozed_for.in_(events_of(key))
    )
    return sum(wake(session, event) for event in session.scalars(waiting.distinct()).all() if event)


def settle_all(session: Session) -> int:
    """Wake everything whose event happened or no longer can, whoever made it so."""
    waiting = select(Requirement.snoozed_for).where(_ASLEEP, Requirement.snoozed_for.is_not(None))
    return sum(wake(session, event) for event in session.scalars(waiting.distinct()).all() if event)


def wake(session: Session, event: str) -> int:
    """Wake what waits for an event such as ``LCH-4 live``, if it is settled; return how many."""
    found = prospect(session, event)
    if not found.settled:
        return 0
    rows = session.scalars(
        select(Requirement)
        .where(_ASLEEP, Requirement.snoozed_for == event)
        .order_by(Requirement.id)
        .limit(_AT_ONCE)
        .with_for_update()
    ).all()
    end = _("This slept until then.") if found.happened else _("What this waited for will not be.")
    return _wake(session, rows, f"{found.sentence} {end}")


def _wake(session: Session, rows: Iterable[Requirement], why: str) -> int:
    woken = 0
    for requirement in rows:
        move(session, None, requirement, RequirementState.SUBMITTED, why, "woken")
        woken += 1
    return woken


def on_move(session: Session, event: RequirementMoved) -> None:
    """Wake what waited for a requirement that moved."""
    settle(session, f"{Requirement.key_prefix}-{event.requirement_id}")


def on_stored(session: Session, _event: RequirementsStored) -> None:
    """Wake what waited for requirements an import moved."""
    settle_all(session)
