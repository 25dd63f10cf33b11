"""Open the room of readiness: checklists for new launches, marks on verdicts, the worker's job."""

from flask import Flask
from sqlalchemy.orm import Session

from roadmap.events import subscribe
from roadmap.launches.events import LaunchCreated
from roadmap.launches.models import Launch
from roadmap.readiness import jobs, subscriptions
from roadmap.readiness.checklists import instantiate
from roadmap.readiness.hand_over import register_holdings


def _give_checklist(session: Session, event: LaunchCreated) -> None:
    """Give a new launch its checklist in the transaction that creates it."""
    instantiate(session, None, session.get_one(Launch, event.launch_id))


def listen() -> None:
    """Subscribe to the lower rooms."""
    # First the row that later marks need, then the checklist.
    subscriptions.register()
    subscribe(LaunchCreated, _give_checklist)


def init_app(_app: Flask) -> None:
    """Register subscriptions and jobs."""
    listen()
    jobs.register()
    register_holdings()
