"""The application factory: the only place that knows every room."""

from pathlib import Path

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

import roadmap.models_all  # noqa: F401  relationships name tables of other rooms
from config import ROOT, Config
from roadmap.accounts import current
from roadmap.accounts import room as accounts_room
from roadmap.api import room as api_room
from roadmap.capacity import room as capacity_room
from roadmap.db import Database
from roadmap.exchange import evidence_views, sheet_views, views_import
from roadmap.history import jobs as history_jobs
from roadmap.launches import room as launches_room
from roadmap.lists import room as lists_room
from roadmap.mechanisms import room as mechanisms_room
from roadmap.notifications import room as notifications_room
from roadmap.overview import questions_views
from roadmap.overview import room as overview_room
from roadmap.readiness import room as readiness_room
from roadmap.requirements import room as requirements_room
from roadmap.scoring import room as scoring_room
from roadmap.taxonomy import room as taxonomy_room
from roadmap.web import addresses, cookies, failures, headers, observe, session, templating
from roadmap.web import csrf as tokens

csrf = CSRFProtect()


def create_app(config: Config | None = None) -> Flask:
    """Return the application for these settings, or for those of the environment."""
    settings = config or Config()
    app = Flask(
        "roadmap",
        static_folder=str(Path(ROOT) / "static"),
        template_folder=str(Path(ROOT) / "templates"),
    )
    app.config.from_mapping(settings.flask_settings())
    app.extensions["roadmap_db"] = Database(settings.DATABASE_URL)
    app.extensions["roadmap_settings"] = settings
    if settings.TRUSTED_PROXIES:
        count = settings.TRUSTED_PROXIES
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
    observe.init_app(app)
    addresses.init_app(app)
    cookies.init_app(app)
    session.init_app(app)
    headers.init_app(app)
    failures.init_app(app)
    templating.init_app(app)
    current.init_app(app)
    tokens.init_app(app, csrf)
    _open_rooms(app)
    return app


def _open_rooms(app: Flask) -> None:
    """Register pages, subscriptions and jobs, lower rooms first."""
    history_jobs.init_app(app)
    accounts_room.init_app(app)
    taxonomy_room.init_app(app)
    lists_room.init_app(app)
    mechanisms_room.init_app(app)
    requirements_room.init_app(app)
    scoring_room.init_app(app)
    launches_room.init_app(app)
    capacity_room.init_app(app)
    readiness_room.init_app(app)
    views_import.init_app(app)
    sheet_views.init_app(app)
    evidence_views.init_app(app)
    notifications_room.init_app(app)
    overview_room.init_app(app)
    questions_views.init_app(app)
    api_room.init_app(app)
