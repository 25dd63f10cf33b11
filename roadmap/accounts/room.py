"""Open the room of accounts in an application."""

from flask import Flask

from roadmap.accounts import views


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(views.bp)
