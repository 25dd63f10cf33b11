"""Write sites and mechanisms as a workspace file has them."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.exchange.workspace import dump_capacity
from roadmap.exchange.workspace import parts_mechanisms as parts
from roadmap.exchange.workspace.mapping import grouped, in_order, plain, scope_text, write
from roadmap.exchange.workspace.names import Names
from roadmap.mechanisms.configurations import configuration_digest
from roadmap.mechanisms.models import (
    Certification,
    Configuration,
    CoverageCell,
    Measurement,
    MeasurementVoid,
    Mechanism,
    Site,
    SiteMarket,
)


def sites(session: Session, names: Names) -> list[dict[str, Any]]:
    """Return all sites by code."""
    markets = grouped(session, SiteMarket, lambda row: row.site_id)
    days_off = dump_capacity.holidays(session, names)
    rows = session.scalars(select(Site))
    return in_order(
        (
            write(
                parts.SitePart,
                row,
                names,
                markets=sorted(m.market_code for m in markets[row.id]),
                holidays=days_off[row.id],
            )
            for row in rows
        ),
        "code",
    )


def mechanisms(session: Session, names: Names) -> list[dict[str, Any]]:
    """Return all mechanisms in the order of their numbers.

    Measurement rows stand in the order in which one goes before another: window end, arrival.
    """
    by = lambda row: row.mechanism_id  # noqa: E731 - said once for four tables
    configurations = grouped(session, Configuration, by)
    coverage = grouped(session, CoverageCell, by)
    measurements = grouped(session, Measurement, by)
    certifications = grouped(session, Certification, by)
    capacity = dump_capacity.mechanism_groups(session)
    voids = {row.measurement_id: row for row in session.scalars(select(MeasurementVoid))}
    found = []
    for row in session.scalars(select(Mechanism).order_by(Mechanism.id)):
        labels = {c.id: c.label for c in configurations[row.id]}
        recorded = {m.id: m.recorded_at for m in measurements[row.id]}
        rows = sorted(measurements[row.id], key=lambda m: (m.window_end, m.recorded_at, m.id))
        found.append(
            write(
                parts.MechanismPart,
                row,
                names,
                key=row.key,
                configurations=in_order(
                    (_configuration(c, names) for c in configurations[row.id]), "label"
                ),
                current_configuration=next(
                    (c.label for c in configurations[row.id] if c.is_current), None
                ),
                coverage=sorted(scope_text(c) for c in coverage[row.id]),
                measurements=[_measurement(m, labels, voids, recorded, names) for m in rows],
                certifications=in_order(
                    (write(parts.CertificationPart, c, names) for c in certifications[row.id]),
                    "policy",
                    "language",
                    "site",
                ),
                **dump_capacity.of_mechanism(capacity, row.id, names),
            )
        )
    return found


def _configuration(row: Configuration, names: Names) -> dict[str, Any]:
    own = configuration_digest(row.label, row.parameters)
    return write(
        parts.ConfigurationPart, row, names, digest=None if row.digest == own else row.digest
    )


def _measurement(
    row: Measurement,
    labels: dict[int, str],
    voids: dict[int, MeasurementVoid],
    recorded: dict[int, datetime],
    names: Names,
) -> dict[str, Any]:
    void = voids.get(row.id)
    by = void.corrected_by_id if void is not None else None
    moment = plain(recorded[by]) if by is not None else None
    return write(
        parts.MeasurementPart,
        row,
        names,
        configuration=labels[row.configuration_id] if row.configuration_id is not None else None,
        recorded_at=plain(row.recorded_at),
        void=write(parts.VoidPart, void, names, corrected_by=moment) if void is not None else None,
    )
