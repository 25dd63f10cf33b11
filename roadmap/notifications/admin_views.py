"""The outbox, for admins."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.errors import Invalid
from roadmap.notifications import queries, service
from roadmap.notifications.rules import MailState
from roadmap.notifications.views import mail_is_set_up
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session

bp = Blueprint("outbox", __name__, url_prefix="/admin/mail")


@bp.get("")
@may("admin.system")
def index() -> ResponseReturnValue:
    """Show what waits, what was sent, and what failed with its reason."""
    asked = request.args.get("state", "")
    state = MailState(asked) if asked in set(MailState) else MailState.WAITING
    page = queries.outbox_page(db_session(), state)
    return render_template(
        "notifications/outbox.html",
        page=page,
        states=list(MailState),
        mail=mail_is_set_up(),
        sender=current_app.config["MAIL_FROM"],
    )


@bp.post("/<int:mail_id>/again")
@may("admin.system")
def again(mail_id: int) -> ResponseReturnValue:
    """Let a mail be tried again."""
    try:
        service.send_again(db_session(), current_user, mail_id if mail_id < 2**31 else 0)
    except Invalid as error:
        flash(error.message, "warning")
    else:
        flash(_("It is tried again within a minute."), "success")
    return redirect(url_for("outbox.index"), 303)
