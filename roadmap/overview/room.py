"""Open the pages that compose rooms."""

from flask import Flask

from roadmap.launches.models import Launch
from roadmap.lists.registry import register_list
from roadmap.notifications.telling import register_teller
from roadmap.notifications.weekly import register_weekly
from roadmap.overview import (
    capacity_panel,
    capacity_views,
    confirm_views,
    decision_views,
    gates_views,
    launch_list_views,
    launch_sheet,
    notices,
    panels,
    views,
    waiver_views,
    weekly_page,
    weekly_views,
)
from roadmap.web.panels import register_panel, register_reads
from roadmap.web.templating import add_navigation
from roadmap.wording import N_


def init_app(app: Flask) -> None:
    """Register the pages and their places in the bar."""
    app.register_blueprint(views.bp)
    app.register_blueprint(launch_list_views.bp)
    register_list(launch_sheet.KIND)
    app.register_blueprint(capacity_views.bp)
    app.register_blueprint(gates_views.bp)
    app.register_blueprint(decision_views.bp)
    app.register_blueprint(confirm_views.bp)
    confirm_views.place_panel()
    app.register_blueprint(waiver_views.bp)
    waiver_views.place_panel()
    app.register_blueprint(weekly_views.bp)
    weekly_views.place_panel()
    add_navigation(app, N_("Home"), "overview.index", "/", "launch.read")
    add_navigation(app, N_("Roadmap"), "overview.roadmap", "/roadmap", "launch.read")
    add_navigation(app, N_("Launches"), "overview.board", "/launches", "launch.read")
    add_navigation(app, N_("Reviews"), "gates.reviews", "/reviews", "gate.review")
    add_navigation(app, N_("Capacity"), "capacity.board", "/capacity", "launch.read")
    register_panel("requirement.standing", panels.likely, 30)
    register_panel("requirement.side", panels.of_requirement, 20)
    register_reads("requirement", panels.reads)
    register_panel("mechanism.side", capacity_panel.of_mechanism, 10)
    register_panel("mechanism.side", panels.of_mechanism, 20)
    register_panel("triage.side", panels.of_scope, 20)
    register_teller(Launch.record_type, notices.tell_launches)
    register_weekly(weekly_page.for_mail)
