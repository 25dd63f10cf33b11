"""Open the room of the taxonomy in an application."""

from flask import Flask
from sqlalchemy.orm import Session

from roadmap.accounts.handover import register_holding
from roadmap.taxonomy import calendar_views, policy_views, queries, views
from roadmap.taxonomy.policies import give_version
from roadmap.web.admin_menu import register_admin_page
from roadmap.wording import N_

_PAGES = [
    (
        N_("Taxonomy"),
        "taxonomy.words",
        N_("Markets, regions, languages, surfaces and policy areas."),
    ),
    (
        N_("Policy versions"),
        "policies.versions",
        N_("From when each guideline holds where, and in which languages."),
    ),
    (
        N_("Calendar"),
        "calendar.days",
        N_("Public holidays, campaigns and freezes by market."),
    ),
]


def reassign_versions(session: Session, actor_id: int | None, from_id: int, to_id: int) -> int:
    """Give the policy versions of a leaver to somebody else; return how many."""
    found = queries.versions_owned_by(session, from_id)
    for version in found:
        give_version(session, actor_id, version, to_id)
    return len(found)


def count_versions(session: Session, person_id: int) -> int:
    """Return how many policy versions a person owns."""
    return len(queries.versions_owned_by(session, person_id))


def init_app(app: Flask) -> None:
    """Register the pages, their places in the admin list, and what a leaver hands over."""
    app.register_blueprint(views.bp)
    app.register_blueprint(policy_views.bp)
    app.register_blueprint(calendar_views.bp)
    for label, endpoint, text in _PAGES:
        register_admin_page(label, endpoint, "admin.taxonomy", text)
    register_holding(N_("Policy versions"), reassign_versions, count_versions)
