"""Open the room of requirements: pages, the nightly end of snoozes, what a leaver passes on."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roadmap import clock, jobs
from roadmap.accounts.handover import register_holding
from roadmap.requirements import (
    comment_views,  # noqa: F401  its routes join the blueprint
    service,
    steps,
    support_views,  # noqa: F401  as the ones above
    triage_views,
)
from roadmap.requirements.models import Requirement
from roadmap.requirements.moves import wake
from roadmap.requirements.wording import needed_text, ordinal, state_word
from roadmap.web.markdown import render
from roadmap.web.templating import add_navigation, day
from roadmap.wording import N_


def wake_job(run: jobs.Run) -> dict[str, Any]:
    """Bring requirements whose snooze is over back into triage."""
    with run.db.writing() as session:
        return {"woken": wake(session, clock.today())}


def count_requested(session: Session, person_id: int) -> int:
    """Return how many requirements a person asked for."""
    query = select(func.count()).where(Requirement.requester_id == person_id)
    return session.scalar(query) or 0


def _needed(record: Any) -> str:
    return needed_text(record.needed_by, record.needed_by_precision, day(record.needed_by))


def init_app(app: Flask) -> None:
    """Register pages, navigation, jobs and what a leaver passes on."""
    app.register_blueprint(steps.bp)
    app.register_blueprint(triage_views.bp)
    app.jinja_env.filters.update(markdown=render, ordinal=ordinal, needed=_needed)
    app.jinja_env.globals.setdefault("requirement_state_word", state_word)
    add_navigation(
        app, N_("Requirements"), "requirements.index", "/requirements", "requirement.read"
    )
    add_navigation(app, N_("Triage"), "triage.index", "/triage", "requirement.triage")
    jobs.register("requirements.wake", wake_job, every=timedelta(hours=1))
    register_holding(N_("Requirements"), service.hand_over, count_requested)
