"""Open the room of accounts in an application."""

from typing import Any

from flask import Flask

from roadmap.accounts import admin_views, mention_views, system_views, token_views, views
from roadmap.web.admin_menu import register_admin_page
from roadmap.web.panels import register_panel
from roadmap.web.templating import add_navigation, same_part
from roadmap.wording import N_

_PAGES = [
    (N_("People"), "admin.people", "admin.people", N_("Invite, roles, links, leavers.")),
    (N_("Teams"), "admin.team_list", "admin.people", N_("Who works together, and who leads.")),
    (N_("Roles"), "system.roles", "admin.people", N_("What each role may do.")),
    (N_("API tokens"), "tokens.all_of_them", "admin.people", N_("Which programs may ask.")),
    (N_("Jobs"), "system.job_list", "admin.system", N_("What the worker does and what failed.")),
    (N_("Audit seal"), "system.audit_seal", "admin.system", N_("How far the history is sealed.")),
]


def _account_entry(_person: Any) -> str:
    return same_part("accounts/_menu_entry.html")


def init_app(app: Flask) -> None:
    """Register the pages, their places in the menus, and the bar's Admin entry."""
    app.register_blueprint(views.bp)
    app.register_blueprint(admin_views.bp)
    app.register_blueprint(system_views.bp)
    app.register_blueprint(mention_views.bp)
    app.register_blueprint(token_views.bp)
    register_panel("user_menu", _account_entry)
    for page in _PAGES:
        register_admin_page(*page)
    add_navigation(app, N_("Admin"), "system.index", "/admin", "admin.open")
