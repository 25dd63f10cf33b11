"""How scoring keeps up: what happens in other rooms makes the order be computed again."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from roadmap import events, jobs
from roadmap.requirements.events import RequirementChanged, RequirementsStored
from roadmap.scoring import views
from roadmap.scoring.board import backlog_size
from roadmap.scoring.service import recompute_all


def _rank_again(session: Session, _event: RequirementChanged | RequirementsStored) -> None:
    """Keep the order true after requirements changed state or links."""
    jobs.enqueue(session, "scoring.rank", dedupe="scoring.rank")


def rank_job(run: jobs.Run) -> dict[str, Any]:
    """Compute all scores and ranks."""
    with run.db.writing() as session:
        recompute_all(session)
        return {"backlog": backlog_size(session)}


def init_app(app: Flask) -> None:
    """Open the room."""
    events.subscribe(RequirementChanged, _rank_again)
    events.subscribe(RequirementsStored, _rank_again)
    jobs.register("scoring.rank", rank_job, every=timedelta(minutes=10))
    views.init_app(app)
