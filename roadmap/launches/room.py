"""Open the room of launches in an application."""

from flask import Flask

from roadmap.launches import (
    part_views,  # noqa: F401  its routes join the blueprint
    views,
)
from roadmap.launches.asking import targets_asked
from roadmap.launches.hand_over import register_holdings
from roadmap.mechanisms.asked import register_asker


def init_app(app: Flask) -> None:
    """Register the pages, what a leaver may hold, and what launches ask of mechanisms."""
    app.register_blueprint(views.bp)
    register_holdings()
    register_asker(targets_asked)
