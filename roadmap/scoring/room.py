"""How scoring keeps up: what happens in other rooms makes the order be computed again."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from roadmap import events, jobs
from roadmap.history.models import HistoryEvent
from roadmap.requirements.events import RequirementsStored
from roadmap.requirements.rules import BACKLOG
from roadmap.scoring import detail, framework_views, planning_views, views
from roadmap.scoring.blueprint import bp
from roadmap.scoring.overrides import lapse
from roadmap.scoring.panels import score_panel, standing_panel
from roadmap.scoring.queries import SCORED_STATES
from roadmap.scoring.recompute import JOB, mark, rank_job
from roadmap.web import templating
from roadmap.web.panels import register_panel, register_reads

# A requirement enters and leaves the ranking, or the set scores are normalised over, with these.
_BACKLOG = {state.value for state in BACKLOG}
_SCORED = {state.value for state in SCORED_STATES}
# What else of a requirement the ranking depends on, as the history names it.
_PARTS = ("requirement_link:", "requirement_effort:")


def _changed(session: Session, event: HistoryEvent) -> None:
    """Note that the order is out of date when a state, a link or an effort changed."""
    if event.record_type != "requirement":
        return
    old, new = event.changes.get("state", (None, None))
    moved = (old in _BACKLOG) != (new in _BACKLOG) or (
        old is not None and (old in _SCORED) != (new in _SCORED)
    )
    if moved or any(name.startswith(_PARTS) for name in event.changes):
        mark(session)


def _stored(session: Session, _event: RequirementsStored) -> None:
    mark(session)


def keep_up(run: jobs.Run) -> dict[str, Any]:
    """End the scores set by hand that ran out, then compute what is out of date."""
    with run.db.writing() as session:
        lapse(session)
    return rank_job(run)


# The modules whose routes the blueprint gathers.
PAGES = (views, framework_views, planning_views)


def init_app(app: Flask) -> None:
    """Open the room: pages, panels on a requirement, its place in the bar."""
    app.register_blueprint(bp)
    register_panel("requirement.main", score_panel, 20)
    register_panel("requirement.standing", standing_panel, 20)
    register_reads("requirement", detail.reads)
    templating.add_navigation(
        app, "Prioritise", "scoring.prioritise", "/prioritise", "requirement.read"
    )
    events.subscribe(HistoryEvent, _changed)
    events.subscribe(RequirementsStored, _stored)
    # Also by itself, since scores set by hand run out at midnight.
    jobs.register(JOB, keep_up, every=timedelta(minutes=10))
