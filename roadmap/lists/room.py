"""Open the room of lists: own fields, saved views, addresses for spreadsheets."""

from flask import Flask

from roadmap.accounts.handover import register_holding
from roadmap.events import subscribe
from roadmap.history.models import HistoryEvent
from roadmap.lists import field_views, person_names, saving, sheet_views, view_views
from roadmap.web.admin_menu import register_admin_page
from roadmap.wording import N_


def init_app(app: Flask) -> None:
    """Register the pages, the place in the admin list, and what a leaver hands over."""
    app.register_blueprint(field_views.bp)
    app.register_blueprint(view_views.bp)
    app.register_blueprint(sheet_views.bp)
    register_admin_page(
        N_("Fields"),
        "fields.index",
        "admin.taxonomy",
        N_("What you keep about requirements beyond what is built in."),
    )
    register_holding(N_("Shared views"), saving.hand_over_views, saving.count_shared_views)
    subscribe(HistoryEvent, person_names.renamed)
