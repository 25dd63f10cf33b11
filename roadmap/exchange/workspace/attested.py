"""Write and store standing attestations; who may not attest here, attests nothing by a file."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.exchange.workspace.mapping import columns, in_order, write
from roadmap.exchange.workspace.names import Names
from roadmap.exchange.workspace.parts_decisions import AttestationPart
from roadmap.exchange.workspace.problems import Problem
from roadmap.exchange.workspace.reading import Reading
from roadmap.exchange.workspace.sync import Loading
from roadmap.readiness.attestation_models import StandingAttestation
from roadmap.readiness.standing import LONGEST, outdate_heirs
from roadmap.web.i18n import _

MAY = "checklist.attest"
_Key = tuple[str, str, str, datetime]


def sections(session: Session, names: Names) -> dict[str, list[dict[str, Any]]]:
    """Return the attestations as a workspace file has them."""
    rows = session.scalars(select(StandingAttestation))
    items = (write(AttestationPart, row, names) for row in rows)
    return {"attestations": in_order(items, "item_code", "market", "surface", "attested_at")}


def _key(one: AttestationPart) -> _Key:
    return one.item_code, one.market, one.surface, one.attested_at


def _stored(session: Session) -> dict[_Key, StandingAttestation]:
    return {
        (row.item_code, row.market_code, row.surface_code, row.attested_at): row
        for row in session.scalars(select(StandingAttestation))
    }


def problems(session: Session, reading: Reading, names: Names) -> Iterator[Problem]:
    """Yield what does not fit in the attestations of the file."""
    entries: list[tuple[int, AttestationPart]] = reading.parts.get("attestations", [])
    stored, now = _stored(session) if entries else {}, clock.now()
    for place, one in entries:
        path = f"attestations[{place}]"
        given = one.attested_at.date()
        if one.attested_at > now:
            yield Problem(f"{path}.attested_at", _("has not happened yet"))
        if not given <= one.valid_until <= given + LONGEST:
            yield Problem(
                f"{path}.valid_until", _("is not from the day it was attested to 12 months on")
            )
        if one.withdrawn_at is not None and not one.attested_at <= one.withdrawn_at <= now:
            yield Problem(
                f"{path}.withdrawn_at", _("lies before it was attested, or has not happened yet")
            )
        row = stored.get(_key(one))
        if row is not None and (row.evidence, row.valid_until, row.attested_by) != (
            one.evidence,
            one.valid_until,
            names.table("person").get(one.attested_by),
        ):
            yield Problem(path, _("says otherwise than the attestation stored here, which stays"))


def load(loading: Loading, reading: Reading) -> None:
    """Store what is not known yet, and what was withdrawn since; nothing comes back by a file."""
    session = loading.session
    entries: list[AttestationPart] = [p for _n, p in reading.parts.get("attestations", [])]
    stored = _stored(session) if entries else {}
    for one in entries:
        row = stored.get(_key(one))
        if row is None:
            values = columns(one, loading.names)
            row = StandingAttestation(**values, claimed=not loading.may(values["attested_by"], MAY))
            session.add(row)
        elif row.withdrawn_at is None and one.withdrawn_at is not None:
            row.withdrawn_at = one.withdrawn_at
        else:
            continue
        session.flush()
        loading.root(row)
        outdate_heirs(session, row)
