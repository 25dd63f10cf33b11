"""Commands and reads of standing attestations: given for a market and surface, and withdrawn."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.errors import Conflict, Forbidden, Invalid, NotFound
from roadmap.history.service import record
from roadmap.launches.access import Asker
from roadmap.launches.models import LaunchCell
from roadmap.readiness.attestation_models import StandingAttestation
from roadmap.readiness.checklists import active_template, template_items
from roadmap.readiness.models import TemplateItem
from roadmap.readiness.service import mark_outdated
from roadmap.taxonomy.models import Market, Surface
from roadmap.web.i18n import _

# At most 12 months, so that nobody leans on what nobody looks at.
LONGEST = timedelta(days=366)
EVIDENCE_LENGTH = 4000


# ---- commands ----


def attest(
    session: Session,
    actor: Asker,
    item_code: str,
    market_code: str,
    surface_code: str,
    *,
    evidence: str,
    valid_until: date,
) -> StandingAttestation:
    """Attest an item for a market and surface; launches there that have not answered inherit it."""
    if not actor.may("checklist.attest"):
        raise Forbidden(_("Only approvers and program managers may attest for a market."))
    codes = {item.code for item in standing_items(session)}
    if item_code not in codes:
        raise Invalid.at("item_code", _("No item of the checklist is answered this way."))
    if session.scalar(select(Market.id).where(Market.code == market_code)) is None:
        raise Invalid.at("market_code", _("Choose a market."))
    if session.scalar(select(Surface.id).where(Surface.code == surface_code)) is None:
        raise Invalid.at("surface_code", _("Choose a surface."))
    if not evidence.strip():
        raise Invalid.at("evidence", _("Give evidence: a link, or what you saw."))
    if len(evidence) > EVIDENCE_LENGTH:
        raise Invalid.at("evidence", _("Shorten the evidence to 4,000 characters, or link to it."))
    today = clock.today()
    if not today <= valid_until <= today + LONGEST:
        raise Invalid.at("valid_until", _("Choose a last day from today to 12 months ahead."))
    row = StandingAttestation(
        item_code=item_code,
        market_code=market_code,
        surface_code=surface_code,
        evidence=evidence.strip(),
        attested_by=actor.id,
        attested_at=clock.now(),
        valid_until=valid_until,
    )
    session.add(row)
    record(session, actor.id, row, "attestation.given")
    outdate_heirs(session, row)
    return row


def withdraw(session: Session, actor: Asker, attestation_id: int, why: str) -> None:
    """Take an attestation back; launches that inherited it have no answer any more."""
    if not actor.may("checklist.attest"):
        raise Forbidden(_("Only approvers and program managers may attest for a market."))
    row = session.get(StandingAttestation, attestation_id)
    if row is None:
        raise NotFound(_("There is no such attestation."))
    if row.withdrawn_at is not None:
        raise Conflict(_("It was withdrawn meanwhile."))
    if not why.strip():
        raise Invalid.at("why", _("Say why it no longer holds."))
    row.withdrawn_at = clock.now()
    record(session, actor.id, row, "attestation.withdrawn", why=why.strip())
    outdate_heirs(session, row)


def outdate_heirs(session: Session, row: StandingAttestation) -> None:
    """Ask for new verdicts of the launches that may inherit an attestation."""
    mark_outdated(
        session,
        select(LaunchCell.launch_id).where(
            LaunchCell.market_code == row.market_code, LaunchCell.surface_code == row.surface_code
        ),
    )


# ---- reads ----


def standing_items(session: Session) -> list[TemplateItem]:
    """Return the items of the active template that attestations answer."""
    template = active_template(session)
    items = template_items(session, template.id) if template is not None else ()
    return [item for item in items if item.standing]


def attestations(session: Session, today: date) -> Sequence[StandingAttestation]:
    """Return attestations not withdrawn, those that lapse first on top; lapsed for 90 days go."""
    query = (
        select(StandingAttestation)
        .where(
            StandingAttestation.withdrawn_at.is_(None),
            StandingAttestation.valid_until >= today - timedelta(days=90),
        )
        .order_by(StandingAttestation.valid_until, StandingAttestation.id)
    )
    return session.scalars(query).all()
