"""Open the room of mechanisms in an application."""

from flask import Flask
from sqlalchemy.orm import Session

from roadmap.accounts.handover import register_holding
from roadmap.mechanisms import (
    control_views,
    evidence_views,
    jobs,
    part_views,
    people_views,
    queries,
    views,
)
from roadmap.mechanisms.service import give_mechanism
from roadmap.web.templating import add_navigation
from roadmap.wording import N_


def reassign_mechanisms(session: Session, actor_id: int | None, from_id: int, to_id: int) -> int:
    """Give the mechanisms of a leaver to somebody else; return how many."""
    found = queries.owned_by(session, from_id)
    for mechanism in found:
        give_mechanism(session, actor_id, mechanism, to_id)
    return len(found)


def count_mechanisms(session: Session, person_id: int) -> int:
    """Return how many mechanisms a person owns."""
    return len(queries.owned_by(session, person_id))


def init_app(app: Flask) -> None:
    """Register the pages, their places in the menus, and what a leaver hands over."""
    for module in (views, evidence_views, control_views, part_views, people_views):
        app.register_blueprint(module.bp)
    add_navigation(app, N_("Mechanisms"), "mechanisms.index", "/mechanisms", "mechanism.read")
    jobs.register()
    register_holding(N_("Mechanisms"), reassign_mechanisms, count_mechanisms)
