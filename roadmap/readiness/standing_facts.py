"""Standing attestations as facts: true of a market and surface, inherited by the launches there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from roadmap.readiness.attestation_models import StandingAttestation
from roadmap.readiness.facts import CellFact


@dataclass(frozen=True, slots=True)
class Attested:
    """What several attestations come to: who attested last, when the first did, until when all."""

    by: int
    at: datetime
    until: date


# (item, market, surface) -> the attestation in force that holds longest.
Standing = Mapping[tuple[str, str, str], Attested]


def standing_attestations(session: Session, at: datetime) -> dict[tuple[str, str, str], Attested]:
    """Return the attestations known at a moment that were not withdrawn by then, one statement."""
    query = select(StandingAttestation).where(
        StandingAttestation.attested_at <= at,
        ~StandingAttestation.claimed,
        or_(StandingAttestation.withdrawn_at.is_(None), StandingAttestation.withdrawn_at > at),
    )
    found: dict[tuple[str, str, str], Attested] = {}
    for row in session.scalars(query):
        key = (row.item_code, row.market_code, row.surface_code)
        kept = found.get(key)
        if kept is None or row.valid_until > kept.until:
            found[key] = Attested(row.attested_by, row.attested_at, row.valid_until)
    return found


def inherit(standing: Standing, item_code: str, cells: Iterable[CellFact]) -> Attested | None:
    """Return the attestation a launch inherits: every market and surface of it must have one."""
    places = {(fact.cell.market, fact.cell.surface) for fact in cells}
    own = [standing.get((item_code, market, surface)) for market, surface in sorted(places)]
    if not own:
        return None
    held = [one for one in own if one is not None]
    if len(held) < len(own):
        return None
    last = max(held, key=lambda one: one.at)
    return Attested(last.by, min(one.at for one in held), min(one.until for one in held))
