"""Open the room of launches in an application."""

from flask import Flask

from roadmap.launches.hand_over import register_holdings


def init_app(_app: Flask) -> None:
    """Register what a leaver may hold here."""
    register_holdings()
