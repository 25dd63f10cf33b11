"""Launch Roadmap: requirements, priorities and computed launch readiness for moderation teams."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from config import Config


def create_app(config: "Config | None" = None) -> "Flask":
    """Return the application; the factory is imported late so that pure modules need no Flask."""
    from roadmap.application import create_app as factory

    return factory(config)
