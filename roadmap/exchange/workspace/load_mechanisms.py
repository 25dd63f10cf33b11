"""Store sites, and mechanisms with their configurations, coverage, evidence and certifications."""

from collections import defaultdict
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import insert
from sqlalchemy.orm import Session

from roadmap import clock, keys
from roadmap.exchange.workspace import load_capacity
from roadmap.exchange.workspace.fit_mechanisms import measured
from roadmap.exchange.workspace.load_requirements import number_of
from roadmap.exchange.workspace.mapping import columns, scope_columns
from roadmap.exchange.workspace.parts_mechanisms import MeasurementPart, MechanismPart
from roadmap.exchange.workspace.sync import (
    Loading,
    comparable,
    existing,
    stored_parts,
    sync_parts,
    upsert,
)
from roadmap.history.service import record_batch
from roadmap.mechanisms.configurations import configuration_digest
from roadmap.mechanisms.models import (
    Certification,
    Configuration,
    CoverageCell,
    Measurement,
    MeasurementBatch,
    MeasurementVoid,
    Mechanism,
    Site,
    SiteMarket,
)

# (key, key of its mechanism, what the file says of it)
StoredRow: TypeAlias = tuple[int, int, MeasurementPart]

_SCOPE = ("market_code", "language_code", "surface_code", "policy_area_code")
# What makes two rows the same row; when it arrived is not part of it.
_SAME = (
    "mechanism_id",
    "configuration_id",
    "policy_version_id",
    *_SCOPE,
    "metric",
    "numerator",
    "denominator",
    "window_start",
    "window_end",
    "sampling",
    "strata",
    "label_source",
    "source",
    "external_key",
    "observed_at",
)


def load_sites(loading: Loading, parts: list[Any]) -> None:
    """Store the sites."""
    found = {row.code: row for row in existing(loading.session, Site.code, [p.code for p in parts])}
    rows = upsert(loading, Site, parts, found, lambda part: part.code)
    loading.names.forget_rows("site")
    stored = stored_parts(loading.session, SiteMarket.site_id, [row.id for row in rows])
    for part, row in zip(parts, rows, strict=True):
        wanted = [{"site_id": row.id, "market_code": code} for code in part.markets]
        sync_parts(loading, SiteMarket, stored[row.id], wanted, ("market_code",))
    load_capacity.load_holidays(loading, parts, rows)


def load(loading: Loading, parts: list[MechanismPart], source: str) -> set[int]:
    """Store the mechanisms; return the ids of those with new evidence, which arrives as a batch."""
    if not parts:
        return set()
    session = loading.session
    numbers = [number_of(part) for part in parts]
    found = {row.id: row for row in existing(session, Mechanism.id, numbers)}
    later = [part.routes_to for part in parts]
    for part in parts:
        # The queue may come later in the file, so it is named when all are stored.
        row = found.get(number_of(part))
        kept = row.routes_to_id if row is not None else None
        part.routes_to = loading.names.key_of("mechanism", kept)
    rows: list[Mechanism] = upsert(loading, Mechanism, parts, found, number_of, _fresh)
    for row, queue in zip(rows, later, strict=True):
        value = loading.names.column_value("mechanism", queue)
        if row.routes_to_id != value:
            row.routes_to_id = value
    session.flush()
    keys.reserve(session, "MEC", max(numbers))
    ids = [row.id for row in rows]
    coverage = stored_parts(session, CoverageCell.mechanism_id, ids)
    certified = stored_parts(session, Certification.mechanism_id, ids)
    for part, row in zip(parts, rows, strict=True):
        owner = {"mechanism_id": row.id}
        wanted = [{**owner, **scope_columns(pattern)} for pattern in sorted(part.coverage)]
        sync_parts(loading, CoverageCell, coverage[row.id], wanted, _SCOPE)
        wanted = [{**owner, **columns(one, loading.names)} for one in part.certifications]
        identity = ("policy_version_id", "language_code", "site_id")
        sync_parts(loading, Certification, certified[row.id], wanted, identity)
    load_capacity.load_mechanisms(loading, parts, rows)
    labels = _configurations(loading, parts, rows)
    return _measurements(loading, parts, rows, labels, source)


def _fresh(part: MechanismPart) -> dict[str, Any]:
    return {"id": number_of(part), "created_at": part.created_at or clock.now()}


def _configurations(
    loading: Loading, parts: list[MechanismPart], rows: list[Mechanism]
) -> dict[int, dict[str, int]]:
    """Store the configurations; those a file leaves out stay, since evidence belongs to them."""
    session, now = loading.session, clock.now()
    stored = stored_parts(session, Configuration.mechanism_id, [row.id for row in rows])
    current: dict[int, str | None] = {}
    for part, row in zip(parts, rows, strict=True):
        known = {one.label: one for one in stored[row.id]}
        for one in part.configurations:
            digest = one.digest or configuration_digest(one.label, one.parameters)
            found = known.get(one.label)
            if found is None:
                values = {"created_at": now, **columns(one, loading.names), "digest": digest}
                found = Configuration(mechanism_id=row.id, is_current=False, **values)
                session.add(found)
                stored[row.id].append(found)
            else:
                _set(found, {**columns(one, loading.names), "digest": digest})
        current[row.id] = part.current_configuration
        for one_row in stored[row.id]:
            # Only one may be current at any moment, so the old one gives way first.
            if one_row.is_current and one_row.label != current[row.id]:
                one_row.is_current = False
    session.flush()
    for number, configurations in stored.items():
        for one_row in configurations:
            if one_row.label == current.get(number) and not one_row.is_current:
                one_row.is_current = True
    session.flush()
    return {number: {one.label: one.id for one in all_} for number, all_ in stored.items()}


def _set(row: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def _measurements(
    loading: Loading,
    parts: list[MechanismPart],
    rows: list[Mechanism],
    labels: dict[int, dict[str, int]],
    source: str,
) -> set[int]:
    """Store rows that are not there yet, as one batch, and void those the file says are void.

    Return the mechanisms whose evidence that may have changed.
    """
    session, now = loading.session, clock.now()
    left: defaultdict[Any, list[Any]] = defaultdict(list)
    for one in existing(session, Measurement.mechanism_id, [row.id for row in rows]):
        left[_identity({name: getattr(one, name) for name in _SAME})].append(one)
    new: list[tuple[dict[str, Any], MeasurementPart]] = []
    stored: list[StoredRow] = []
    for part, row in zip(parts, rows, strict=True):
        for one_part in part.measurements:
            values = _values(loading, one_part, row.id, labels.get(row.id, {}), now)
            same = left[_identity(values)]
            match = next((m for m in same if one_part.recorded_at == m.recorded_at), None)
            if match is None and same:
                match = same[0]
            if match is None:
                new.append((values, one_part))
                continue
            same.remove(match)
            stored.append((match.id, row.id, one_part))
    if new:
        stored += _insert(session, new, source, now)
    _void(loading, stored)
    voided = {number for _row, number, part in stored if part.void is not None}
    return {values["mechanism_id"] for values, _part in new} | voided


def _identity(values: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(comparable(values[name]) for name in _SAME)


def _values(
    loading: Loading,
    part: MeasurementPart,
    mechanism_id: int,
    labels: dict[str, int],
    now: datetime,
) -> dict[str, Any]:
    return {
        **columns(part, loading.names),
        "mechanism_id": mechanism_id,
        "configuration_id": labels[part.configuration] if part.configuration else None,
        "recorded_at": part.recorded_at or now,
    }


def _insert(
    session: Session,
    new: list[tuple[dict[str, Any], MeasurementPart]],
    source: str,
    now: datetime,
) -> list[StoredRow]:
    """Store the rows as one batch, and return them with their keys."""
    batch = MeasurementBatch(source=source[:200], recorded_at=now, recorded_by=None)
    session.add(batch)
    session.flush()
    ids = session.scalars(
        insert(Measurement).returning(Measurement.id, sort_by_parameter_order=True),
        [{**values, "batch_id": batch.id} for values, _part in new],
        execution_options={"history_batch": batch.id},
    ).all()
    record_batch(session, None, Measurement, batch, batch.id, "measurement_batch.recorded")
    return [
        (number, values["mechanism_id"], part)
        for number, (values, part) in zip(ids, new, strict=True)
    ]


def _void(loading: Loading, rows: list[StoredRow]) -> None:
    """Take rows out of count as the file says; those corrected name what took their place."""
    void = [(number, owner, part, part.void) for number, owner, part in rows if part.void]
    stored = {
        row.measurement_id: row
        for row in existing(
            loading.session, MeasurementVoid.measurement_id, [number for number, *_rest in void]
        )
    }
    by = {
        (owner, measured(part), part.recorded_at): number
        for number, owner, part in rows
        if part.recorded_at is not None
    }
    for number, mechanism_id, part, why in void:
        values = columns(why, loading.names)
        if why.corrected_by is not None:
            values["corrected_by_id"] = by[mechanism_id, measured(part), why.corrected_by]
        row = stored.get(number)
        if row is None:
            loading.session.add(
                MeasurementVoid(measurement_id=number, mechanism_id=mechanism_id, **values)
            )
        else:
            _set(row, values)
    loading.session.flush()
