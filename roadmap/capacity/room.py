"""Open the room of capacity in an application."""

from flask import Flask

from roadmap.capacity import (
    following,
    launch_views,
    paste_views,  # noqa: F401  its routes join the blueprint
    place_views,
    queue_views,
    step_views,
)
from roadmap.events import subscribe
from roadmap.launches.events import ForecastRemoved, LaunchCreated
from roadmap.mechanisms.kinds import AUTOMATED_KINDS, HUMAN_KINDS
from roadmap.mechanisms.tabs import register_tab
from roadmap.taxonomy.events import CalendarDayRemoved
from roadmap.web.panels import register_panel
from roadmap.wording import N_


def init_app(app: Flask) -> None:
    """Register the pages, their places on pages of lower rooms, and what follows lower records."""
    for module in (queue_views, step_views, place_views, launch_views):
        app.register_blueprint(module.bp)
    register_tab("staffing", N_("Staffing and load"), "staffing.show", HUMAN_KINDS)
    register_tab("rates", N_("Rates and outage"), "rates.show", AUTOMATED_KINDS)
    register_panel("site", place_views.site_panel)
    register_panel("calendar_entry", place_views.campaign_panel)
    register_panel("launch_plan_parts", launch_views.panel)
    subscribe(ForecastRemoved, following.on_forecast_removed)
    subscribe(CalendarDayRemoved, following.on_calendar_day_removed)
    subscribe(LaunchCreated, following.on_launch_created)
