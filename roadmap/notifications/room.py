"""Open the room of notices: pages, buttons on other rooms' pages, jobs, mailed links."""

from typing import Any

from flask import Flask, current_app, render_template
from flask_login import current_user
from sqlalchemy.orm import Session

from config import mail_server
from roadmap import clock, jobs
from roadmap.accounts.current import register_unread
from roadmap.accounts.links import register_postman
from roadmap.accounts.models import Person
from roadmap.ahead import Asked
from roadmap.notifications import admin_views, views
from roadmap.notifications import jobs as room_jobs
from roadmap.notifications.account_mail import write_link
from roadmap.notifications.letters import post_of
from roadmap.notifications.queries import asks_watching, unread_of
from roadmap.notifications.rules import WatchKind
from roadmap.web.admin_menu import register_admin_page
from roadmap.web.panels import register_panel, register_reads
from roadmap.web.templating import same_part
from roadmap.wording import N_

_REQUIREMENT = views.watch_button(WatchKind.REQUIREMENT)
_LAUNCH = views.watch_button(WatchKind.LAUNCH)
_MECHANISM = views.watch_button(WatchKind.MECHANISM)
_VIEW = views.watch_button(WatchKind.VIEW)
_TEAM = views.watch_button(WatchKind.TEAM)


def _watch_reads(requirement: Any) -> list[Asked]:
    return [asks_watching(current_user.id, WatchKind.REQUIREMENT, requirement.id)]


def _bell(person: Any) -> str:
    return same_part("notifications/_bell.html", unread=person.unread)


def _view_entry(view: Any) -> str:
    return render_template("notifications/_view_entry.html", view=view)


def _menu_entries(_person: Any) -> str:
    return same_part("notifications/_menu.html")


def _mail_link(session: Session, person: Person, hours: int) -> bool:
    """Mail a person their link where mail is set up."""
    settings = current_app.extensions["roadmap_settings"]
    if mail_server(settings.MAIL_URL) is None:
        return False
    write_link(session, post_of(settings), person, hours, clock.now())
    jobs.enqueue(session, room_jobs.SEND, dedupe=room_jobs.SEND)
    return True


def init_app(app: Flask) -> None:
    """Register everything."""
    app.register_blueprint(views.bp)
    app.register_blueprint(admin_views.bp)
    # A mail program posts without a session; the signed token says whose it is.
    app.extensions["csrf"].exempt(views.one_click)
    register_unread(unread_of(Person.id))
    register_panel("bar", _bell)
    register_panel("user_menu", _menu_entries, 40)
    register_panel("requirement.acts", _REQUIREMENT)
    register_reads("requirement", _watch_reads)
    register_panel("launch.acts", _LAUNCH)
    register_panel("mechanism.acts", _MECHANISM)
    register_panel("view.acts", _VIEW)
    register_panel("view.menu", _view_entry)
    register_panel("team.acts", _TEAM)
    register_admin_page(
        N_("Mail"), "outbox.index", "admin.system", N_("What waits, what was sent, what failed.")
    )
    register_postman(_mail_link)
    room_jobs.register()
