"""The register of waivers: every exception that stands or waits, by risk and age."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, case, exists, or_, select
from sqlalchemy.orm import Session, aliased

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.launches.access import AnySelect, Asker, visible
from roadmap.launches.checks import ENDED
from roadmap.launches.models import Launch
from roadmap.overview.names import title_of
from roadmap.readiness.models import Waiver
from roadmap.readiness.waivers import RISKS
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.panels import register_panel
from roadmap.web.session import db_session
from roadmap.wording import N_

bp = Blueprint("waivers", __name__)

SHOWS = {
    "live": N_("In force"),
    "waiting": N_("Wait for approval"),
    "lapsed": N_("Lapsed"),
}
# An end this near is shown as near, and waivers lapsed longer ago are history.
SOON, RECENT = timedelta(days=14), timedelta(days=90)
LIMIT = 500


@dataclass(frozen=True)
class WaiverLine:
    """One waiver of the register."""

    id: int
    launch_key: str
    launch_title: str
    check: str
    reason: str
    risk: str
    owner: str
    approved_by: str
    claimed: bool
    since: datetime
    age_days: int
    expires_on: date
    soon: bool
    renewed: bool


def lines(session: Session, actor: Asker, shown: str, today: date) -> Sequence[WaiverLine]:
    """Return waivers of launches the actor may see, the riskiest and oldest first, one statement.

    Those of launches that have ended are left out: nothing leans on them.
    """
    query = _query().where(*_rules(shown, today))
    return [_line(row, today) for row in session.execute(visible(query, actor))]


def _query() -> AnySelect:
    owner, approver, newer = aliased(Person), aliased(Person), aliased(Waiver)
    since = case((Waiver.approved_at.is_not(None), Waiver.approved_at), else_=Waiver.requested_at)
    weight = case({"high": 0, "medium": 1, "low": 2}, value=Waiver.risk, else_=1)
    renewed = exists().where(
        newer.renews_id == Waiver.id, newer.refused_at.is_(None), newer.withdrawn_at.is_(None)
    )
    return (
        select(
            Waiver.id,
            Launch.id.label("launch_id"),
            Launch.title,
            Waiver.check_code,
            Waiver.reason,
            Waiver.risk,
            owner.name.label("owner"),
            approver.name.label("approver"),
            since.label("since"),
            Waiver.expires_on,
            Waiver.claimed,
            renewed.label("renewed"),
        )
        .join(Launch, Launch.id == Waiver.launch_id)
        .join(owner, owner.id == Waiver.owner_id)
        .outerjoin(approver, approver.id == Waiver.approved_by)
        .where(
            Waiver.refused_at.is_(None),
            Waiver.withdrawn_at.is_(None),
            Launch.state.not_in([state.value for state in ENDED]),
        )
        .order_by(weight, since, Waiver.id)
        .limit(LIMIT)
    )


def _rules(shown: str, today: date) -> list[ColumnElement[bool]]:
    if shown == "waiting":
        waiting = or_(Waiver.approved_at.is_(None), Waiver.claimed)
        return [waiting, Waiver.expires_on >= today]
    approved = and_(Waiver.approved_at.is_not(None), ~Waiver.claimed)
    if shown == "lapsed":
        return [approved, Waiver.expires_on < today, Waiver.expires_on >= today - RECENT]
    return [approved, Waiver.expires_on >= today]


def _line(row: Any, today: date) -> WaiverLine:
    return WaiverLine(
        id=row.id,
        launch_key=f"{Launch.key_prefix}-{row.launch_id}",
        launch_title=row.title,
        check=title_of(row.check_code),
        reason=row.reason,
        risk=_(RISKS[row.risk]) if row.risk else _("not said"),
        owner=row.owner,
        approved_by=row.approver or "",
        claimed=row.claimed,
        since=row.since,
        age_days=max((today - row.since.date()).days, 0),
        expires_on=row.expires_on,
        soon=row.expires_on <= today + SOON,
        renewed=row.renewed,
    )


@bp.get("/waivers")
@may("launch.read")
def register() -> ResponseReturnValue:
    """Show the exceptions that stand, wait or have lapsed."""
    shown = request.args.get("show", "live")
    shown = shown if shown in SHOWS else "live"
    found = lines(db_session(), current_user, shown, clock.today())
    return render_template(
        "overview/waivers.html", lines=found, shown=shown, shows=SHOWS, limit=LIMIT
    )


def _ways_in(_record: object) -> Markup:
    """Return the ways to the registers, for the list of launches."""
    links = (
        (url_for("waivers.register"), _("Waivers")),
        (url_for("standing.index"), _("Attestations")),
        (url_for("decisions.register"), _("Decisions")),
    )
    return Markup("").join(Markup('<a href="{}">{}</a>').format(*one) for one in links)


def place_panel() -> None:
    """Offer the registers on the list of launches."""
    register_panel("launches.actions", _ways_in, place=30)
