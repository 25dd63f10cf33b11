"""Open the room of readiness: pages, checklists for new launches, marks on verdicts, the job."""

from typing import Any

from flask import Flask, render_template
from sqlalchemy.orm import Session

from roadmap.events import subscribe
from roadmap.launches.events import LaunchCommits, LaunchCreated
from roadmap.launches.models import Launch
from roadmap.readiness import (
    freshness,
    gate_room,
    going_live,
    jobs,
    standing_views,
    subscriptions,
    template_views,
    usual,
    views,
)
from roadmap.readiness.checklists import instantiate, require_answers
from roadmap.readiness.forms import ANSWER_CHOICES
from roadmap.readiness.hand_over import register_holdings
from roadmap.readiness.models import ChecklistItem
from roadmap.web.admin_menu import register_admin_page
from roadmap.web.panels import register_panel
from roadmap.wording import N_


def _give_checklist(session: Session, event: LaunchCreated) -> None:
    """Give a new launch its checklist in the transaction that creates it."""
    instantiate(session, None, session.get_one(Launch, event.launch_id))


def _answer_panel(item: ChecklistItem) -> str:
    return render_template("readiness/_answer.html", item=item, choices=ANSWER_CHOICES)


def _plan_panel(launch: Any) -> str:
    return render_template("readiness/_plan.html", launch=launch)


def listen() -> None:
    """Subscribe to the lower rooms."""
    # First the row that later marks need, then the checklist.
    subscriptions.register()
    subscribe(LaunchCreated, _give_checklist)
    gate_room.listen()
    subscribe(LaunchCommits, require_answers)
    going_live.listen()


def init_app(app: Flask) -> None:
    """Register pages, panels, subscriptions and jobs."""
    app.register_blueprint(views.bp)
    app.register_blueprint(template_views.bp)
    app.register_blueprint(standing_views.bp)
    register_panel("checklist.answer", _answer_panel)
    register_panel("launch_plan", _plan_panel)
    register_admin_page(
        N_("Checklist"),
        "checklists.index",
        "template.edit",
        N_("What launches are asked, by type, market and tier."),
    )
    listen()
    jobs.register()
    freshness.register()
    usual.register()
    gate_room.init_app(app)
    register_holdings()
