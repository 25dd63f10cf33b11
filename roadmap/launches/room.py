"""Open the room of launches in an application."""

from flask import Flask

from roadmap.events import subscribe
from roadmap.launches import (
    awaited,
    part_views,  # noqa: F401  its routes join the blueprint
    views,
)
from roadmap.launches.asking import longest_age, targets_asked
from roadmap.launches.events import LaunchChanged
from roadmap.launches.hand_over import register_holdings
from roadmap.launches.models import Launch
from roadmap.mechanisms.asked import register_asker
from roadmap.mechanisms.retention import register_longest_age
from roadmap.requirements.awaiting import register_awaited


def init_app(app: Flask) -> None:
    """Register the pages, what a leaver may hold, what launches ask and who waits for them."""
    app.register_blueprint(views.bp)
    register_holdings()
    register_asker(targets_asked)
    register_longest_age(longest_age)
    register_awaited(Launch.key_prefix, awaited.WORDS, awaited.look)
    subscribe(LaunchChanged, awaited.on_change)
