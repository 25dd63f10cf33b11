"""Open the API in an application."""

from flask import Flask

from roadmap.api import views
from roadmap.api.guard import is_bearer
from roadmap.api.service import Refused


def init_app(app: Flask) -> None:
    """Register the routes; those that read a token and no cookie need no token of a form."""
    app.register_blueprint(views.bp)
    app.register_error_handler(Refused, views.refused)
    csrf = app.extensions["csrf"]
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith("api.") and is_bearer(view):
            csrf.exempt(view)
