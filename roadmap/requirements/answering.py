"""An answer of the person triage asked starts its clock again."""

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.requirements.calendar import days_off
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import next_word
from roadmap.requirements.waiting import working_seconds


def answered(session: Session, actor: Actor | None, requirement: Requirement) -> None:
    """Note an answer of the requester, or of who submitted it for them; others answer nothing."""
    asked = requirement.asked_at
    theirs = {requirement.requester_id, requirement.submitted_by_id}
    if asked is None or actor is None or actor.id not in theirs:
        return
    now = clock.now()
    off = days_off(session, asked.date(), now.date())
    requirement.paused_seconds += working_seconds(asked, now, off)
    requirement.asked_at = None
    requirement.next_word_on = next_word(requirement.state, now.date())
