"""Open the gates of readiness: admin pages, gates for new launches, marks on verdicts, the job."""

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import register_granted
from roadmap.accounts.handover import register_holding
from roadmap.accounts.models import Person
from roadmap.events import subscribe
from roadmap.history.models import HistoryEvent
from roadmap.launches.events import LaunchCreated
from roadmap.launches.models import Launch
from roadmap.readiness import gate_admin_views, gate_jobs
from roadmap.readiness.gate_groups import open_of, pass_on, reviewed_by, reviewed_by_person
from roadmap.readiness.gate_models import ReviewGroup, ReviewMember
from roadmap.readiness.gate_templates import instantiate
from roadmap.readiness.service import mark_outdated
from roadmap.web.admin_menu import register_admin_page
from roadmap.wording import N_


def _give_gates(session: Session, event: LaunchCreated) -> None:
    """Give a new launch its gates in the transaction that creates it."""
    instantiate(session, None, session.get_one(Launch, event.launch_id))


def _who_may_vote_changed(session: Session, event: HistoryEvent) -> None:
    """Mark the launches whose approvals may have stopped, or begun, to count."""
    if event.record_type == ReviewGroup.record_type:
        mark_outdated(session, reviewed_by(event.record_id))
    elif event.record_type == Person.record_type and "active" in event.changes:
        mark_outdated(session, reviewed_by_person(event.record_id))


def listen() -> None:
    """Subscribe to the lower rooms."""
    subscribe(LaunchCreated, _give_gates)
    subscribe(HistoryEvent, _who_may_vote_changed)


def init_app(app: Flask) -> None:
    """Register pages and the job."""
    app.register_blueprint(gate_admin_views.bp)
    register_admin_page(
        N_("Gates"),
        "gate_admin.index",
        "template.edit",
        N_("Who signs which launches: review groups, their clocks and turns, gate templates."),
    )
    gate_jobs.register()
    register_holding(N_("Open reviews"), pass_on, open_of)
    member = select(ReviewMember.id).where(ReviewMember.person_id == Person.id)
    register_granted("gate.review", member.exists())
