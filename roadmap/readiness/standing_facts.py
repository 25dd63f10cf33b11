"""Standing attestations as facts: true of a market and surface, inherited by the launches there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from roadmap.launches.access import AnySelect
from roadmap.readiness.attestation_models import StandingAttestation
from roadmap.readiness.facts import CellFact
from roadmap.reading import ask


@dataclass(frozen=True, slots=True)
class Attested:
    """What several attestations come to: who attested last, when the first did, until when all."""

    by: int
    at: datetime
    until: date


# (item, market, surface) -> the attestation in force that holds longest.
Standing = Mapping[tuple[str, str, str], Attested]


@cache
def _in_force() -> AnySelect:
    at: Any = bindparam("at")
    return select(
        StandingAttestation.item_code,
        StandingAttestation.market_code,
        StandingAttestation.surface_code,
        StandingAttestation.attested_by,
        StandingAttestation.attested_at,
        StandingAttestation.valid_until,
    ).where(
        StandingAttestation.attested_at <= at,
        ~StandingAttestation.claimed,
        or_(StandingAttestation.withdrawn_at.is_(None), StandingAttestation.withdrawn_at > at),
    )


def standing_attestations(session: Session, at: datetime) -> dict[tuple[str, str, str], Attested]:
    """Return the attestations known at a moment that were not withdrawn by then, one statement."""
    found: dict[tuple[str, str, str], Attested] = {}
    for row in ask(session, _in_force(), {"at": at}):
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
