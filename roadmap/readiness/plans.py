"""Commands on promised gaps: who closes which answer that does not pass, and by when."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.errors import Forbidden, Invalid
from roadmap.launches.access import Asker, may_edit, may_read
from roadmap.launches.checks import plausible_day, require_open, require_person
from roadmap.launches.models import Launch
from roadmap.launches.telling import tell
from roadmap.readiness.answers import Answer
from roadmap.readiness.models import GapPlan
from roadmap.readiness.queries import full_verdict
from roadmap.web.i18n import _


def gap_of(session: Session, launch: Launch, code: str, subject: str) -> Answer:
    """Return the answer of the present verdict that does not pass, or refuse."""
    verdict = full_verdict(session, launch.id)
    for answer in verdict.reasons if verdict is not None else ():
        if str(answer.code) == code and answer.subject == subject and not answer.passes:
            return answer
    raise Invalid.at("subject", _("The present verdict has no such gap. Reload the page."))


def promise(
    session: Session,
    actor: Asker | None,
    launch: Launch,
    code: str,
    subject: str,
    *,
    owner_id: int | None,
    finish_on: date | None,
) -> GapPlan:
    """Say who closes a gap and by when, replacing what was said before.

    The launch's owner may say it of any gap, everybody else of those that are theirs.
    """
    require_open(launch)
    answer = gap_of(session, launch, code, subject)
    mine = actor is not None and actor.id == answer.owner_id
    if not (mine or may_edit(actor, launch)):
        raise Forbidden(_("Only the gap's owner or the launch's owner may promise this."))
    require_person(session, owner_id, "owner_id")
    if owner_id is not None and not may_read(session, launch, owner_id):
        raise Invalid.at(
            "owner_id", _("This launch is confidential. Add the person to its readers first.")
        )
    plausible_day(finish_on, "finish_on")
    if finish_on is not None and finish_on < clock.today():
        raise Invalid.at("finish_on", _("Choose a day from today on."))
    plan = _find(session, launch, code, subject)
    if plan is None:
        plan = GapPlan(launch_id=launch.id, check_code=code, subject=subject)
        session.add(plan)
    plan.owner_id, plan.finish_on = owner_id, finish_on
    tell(session, actor, launch, "gap.promised")
    return plan


def _find(session: Session, launch: Launch, code: str, subject: str) -> GapPlan | None:
    query = select(GapPlan).where(
        GapPlan.launch_id == launch.id, GapPlan.check_code == code, GapPlan.subject == subject
    )
    return session.scalar(query)


def plans_of(session: Session, launch_id: int) -> dict[tuple[str, str], GapPlan]:
    """Return the promises of a launch by code and subject."""
    query = select(GapPlan).where(GapPlan.launch_id == launch_id)
    return {(plan.check_code, plan.subject): plan for plan in session.scalars(query)}
