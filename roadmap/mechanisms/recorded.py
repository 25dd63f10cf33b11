"""What a source recorded before, read in few statements for the rows that arrive now."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.orm import Session

from roadmap.mechanisms.gather import strata_of
from roadmap.mechanisms.measurement_checks import NewMeasurement
from roadmap.mechanisms.models import Measurement, MeasurementVoid
from roadmap.mechanisms.retired import retired_before
from roadmap.mechanisms.sifting import Held, Key
from roadmap.taxonomy.scope import ScopePattern

_COLUMNS = (
    Measurement.id,
    Measurement.mechanism_id,
    Measurement.configuration_id,
    Measurement.policy_version_id,
    Measurement.market_code,
    Measurement.language_code,
    Measurement.surface_code,
    Measurement.policy_area_code,
    Measurement.metric,
    Measurement.window_start,
    Measurement.window_end,
    Measurement.numerator,
    Measurement.denominator,
    Measurement.sampling,
    Measurement.label_source,
    Measurement.strata,
    Measurement.observed_at,
    Measurement.external_key,
    MeasurementVoid.id,
    MeasurementVoid.corrected_by_id,
)
_KEYS_AT_ONCE = 2_000


def lock_source(session: Session, source: str) -> None:
    """Let one batch of a source at a time see what is recorded and add to it.

    Two that arrive at once would otherwise both find nothing and store the same rows twice. SQLite
    has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = hashlib.sha256(f"evidence:{source}".encode()).digest()[:8]
        key = int.from_bytes(number, signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def recorded_before(
    session: Session, rows: Sequence[NewMeasurement], source: str
) -> dict[Key, list[Held]]:
    """Return what the source recorded under the keys of the rows, in the order of arrival.

    Rows without a key of their own are looked for in their windows, the others by their keys.
    """
    found: dict[Key, list[Held]] = defaultdict(list)
    plain = [row for row in rows if row.external_key is None]
    if plain:
        where = (
            Measurement.mechanism_id.in_({row.mechanism_id for row in plain}),
            Measurement.metric.in_({row.metric for row in plain}),
            Measurement.window_end >= min(row.window_end for row in plain),
            Measurement.window_end <= max(row.window_end for row in plain),
            Measurement.external_key.is_(None),
        )
        _add(found, _read(session, source, where))
    keys = sorted({row.external_key for row in rows if row.external_key is not None})
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        some = Measurement.external_key.in_(keys[start : start + _KEYS_AT_ONCE])
        _add(found, _read(session, source, (some,)))
    for key, held in retired_before(session, rows, source):
        found[key].append(held)
    return found


def _read(session: Session, source: str, where: Iterable[ColumnElement[bool]]) -> Iterable[Any]:
    return session.execute(
        select(*_COLUMNS)
        .outerjoin(MeasurementVoid, MeasurementVoid.measurement_id == Measurement.id)
        .where(Measurement.source == source, *where)
        .order_by(Measurement.id)
    )


def _add(found: dict[Key, list[Held]], rows: Iterable[Any]) -> None:
    """Add rows by key; they are read by place, since there may be many thousands."""
    for row in rows:
        scope = ScopePattern(row[4], row[5], row[6], row[7])
        identity = (row[1], row[2], row[3], scope, row[8], row[9], row[10])
        content = (row[11], row[12], row[13], row[14], strata_of(row[15]))
        key = identity if row[17] is None else (row[17],)
        voided, corrected = row[18] is not None, row[19] is not None
        found[key].append(Held(row[0], identity, content, row[16], voided, corrected))
