"""The inbox, what one watches, what is mailed, and links that switch something off."""

from typing import Any

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from config import mail_server
from roadmap.errors import Invalid
from roadmap.notifications import queries, service, tokens
from roadmap.notifications.facts import WATCHED
from roadmap.notifications.forms import DAYS, PACES, preferences_form
from roadmap.notifications.reading import readable
from roadmap.notifications.rules import WatchKind
from roadmap.notifications.telling import REASONS
from roadmap.notifications.weekly import choose, wants
from roadmap.web.guard import PUBLIC, SIGNED_IN, may
from roadmap.web.i18n import _
from roadmap.web.session import db_session
from roadmap.web.templating import draw

bp = Blueprint("notices", __name__)


def mail_is_set_up() -> bool:
    """Return whether mail can be sent at all."""
    return mail_server(current_app.config["MAIL_URL"]) is not None


@bp.get("/inbox")
@may(SIGNED_IN)
def inbox() -> ResponseReturnValue:
    """Show what the person should hear, unread first, by record."""
    before = request.args.get("before", "")
    mark = int(before) if before.isdecimal() and before.isascii() and len(before) < 10 else None
    found = queries.inbox(db_session(), current_user, mark)
    return render_template("notifications/inbox.html", inbox=found, mail=mail_is_set_up())


@bp.post("/inbox/read")
@may(SIGNED_IN)
def read_all() -> ResponseReturnValue:
    """Mark everything read."""
    service.mark_read(db_session(), current_user)
    return redirect(url_for("notices.inbox"), 303)


@bp.post("/inbox/<int:notice_id>/read")
@may(SIGNED_IN)
def read_one(notice_id: int) -> ResponseReturnValue:
    """Mark one item read."""
    service.mark_read(db_session(), current_user, notice_id=_fits(notice_id))
    return redirect(url_for("notices.inbox"), 303)


@bp.post("/inbox/<record_type>/<int:record_id>/read")
@may(SIGNED_IN)
def read_record(record_type: str, record_id: int) -> ResponseReturnValue:
    """Mark all items of a record read."""
    service.mark_read(db_session(), current_user, record=(record_type, _fits(record_id)))
    return redirect(url_for("notices.inbox"), 303)


@bp.post("/inbox/<int:notice_id>/off")
@may(SIGNED_IN)
def turn_off(notice_id: int) -> ResponseReturnValue:
    """Switch off what brought an item: its watch, or its reason."""
    notice = service.turn_off(db_session(), current_user, _fits(notice_id))
    if notice.watch_id is not None:
        flash(_("You no longer watch it."), "success")
    else:
        why = _(REASONS[notice.reason])
        flash(_("You are no longer told because %(why)s.", why=why), "success")
    return redirect(url_for("notices.inbox"), 303)


def _fits(number: int) -> int:
    """Return a number that a key may be; a larger one names nothing."""
    if number >= 2**31:
        abort(404)
    return number


# ---- watching ----


@bp.get("/watching")
@may(SIGNED_IN)
def watching() -> ResponseReturnValue:
    """List what the person watches, each with one click to stop."""
    return _watching_page(None)


def _watching_page(problem: str | None) -> str:
    session = db_session()
    return render_template(
        "notifications/watching.html",
        rows=queries.watching(session, current_user),
        offered=queries.watchable(session, current_user),
        problem=problem,
    )


@bp.post("/watching")
@may(SIGNED_IN)
def watch_chosen() -> ResponseReturnValue:
    """Watch the team or view chosen in the menu."""
    kind, _colon, number = request.form.get("what", "").partition(":")
    if kind not in (WatchKind.TEAM, WatchKind.VIEW) or not number.isdecimal():
        return _watching_page(_("Choose a team or a view.")), 422
    return watch(kind, int(number))


@bp.post("/watch/<kind>/<int:target_id>")
@may(SIGNED_IN)
def watch(kind: str, target_id: int) -> ResponseReturnValue:
    """Begin to watch."""
    try:
        service.watch(db_session(), current_user, _kind(kind), _fits(target_id))
    except Invalid as error:
        return _watching_page(error.message), 422
    flash(_("You watch this now: what happens to it comes to your inbox."), "success")
    return redirect(_page_of(kind, target_id), 303)


@bp.post("/watch/<kind>/<int:target_id>/off")
@may(SIGNED_IN)
def unwatch(kind: str, target_id: int) -> ResponseReturnValue:
    """Stop watching."""
    service.unwatch(db_session(), current_user.id, _kind(kind), _fits(target_id))
    flash(_("You no longer watch it."), "success")
    return redirect(_page_of(kind, target_id), 303)


def _kind(kind: str) -> WatchKind:
    if kind not in set(WatchKind):
        abort(404)
    return WatchKind(kind)


def _page_of(kind: str, target_id: int) -> str:
    """Return where to go after watching: the record, unless one came from the list."""
    types = {watched.value: record_type for record_type, watched in WATCHED.items()}
    if kind in types and request.form.get("back") != "watching":
        key = (types[kind], target_id)
        if named := readable(db_session(), current_user, [key]).get(key):
            return request.script_root + named.path
    if kind == WatchKind.VIEW and request.form.get("back") == "view":
        return url_for("saved_views.view", view_id=target_id)
    return url_for("notices.watching")


# ---- what is mailed ----


@bp.route("/account/notifications", methods=["GET", "POST"])
@may(SIGNED_IN)
def preferences() -> ResponseReturnValue:
    """Show or change what the person is told how."""
    session = db_session()
    form = preferences_form(
        queries.paces_of(session, current_user.id), wants(session, current_user)
    )
    if form.validate_on_submit():
        service.set_paces(session, current_user, form.chosen())
        choose(session, current_user.id, form.weekly.data)
        flash(_("Saved."), "success")
        return redirect(url_for("notices.preferences"), 303)
    page = render_template(
        "notifications/preferences.html",
        form=form,
        reasons=REASONS,
        paces=PACES,
        mail=mail_is_set_up(),
        hour=current_app.config["DIGEST_HOUR"],
        weekly_day=_(DAYS[current_app.config["WEEKLY_DAY"]]),
    )
    return page, 422 if form.problems else 200


@bp.get("/off")
@may(PUBLIC)
def ask_off() -> ResponseReturnValue:
    """Say what a link from a mail switches off, with the button that does it."""
    token = request.args.get("token", "")
    off = tokens.read(current_app.config["SECRET_KEY"], token)
    what = queries.off_words(db_session(), off)
    return render_template("notifications/off.html", what=what, token=token, done=what is None)


@bp.post("/off")
@may(PUBLIC)
def one_click() -> ResponseReturnValue:
    """Switch off what a link names; mail programs post here too, without a session (RFC 8058)."""
    token = request.args.get("token", "")
    off = tokens.read(current_app.config["SECRET_KEY"], token)
    what = queries.off_words(db_session(), off)
    service.turn_off_by_link(db_session(), off)
    return render_template("notifications/off.html", what=what, token=token, done=True)


def watch_button(kind: WatchKind) -> Any:
    """Return the panel that shows a button to watch a record, or to stop."""

    def panel(record: Any) -> str:
        on = queries.is_watching(db_session(), current_user.id, kind, record.id)
        return draw("notifications/_watch.html", kind=kind.value, target_id=record.id, on=on)

    return panel
