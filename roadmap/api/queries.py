"""Reads recorded measurements for programs."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.api.models import RecordedRow, RecordedRows
from roadmap.keys import parse_key
from roadmap.mechanisms.models import Configuration, Measurement, MeasurementVoid, Mechanism
from roadmap.mechanisms.queries import find_mechanism
from roadmap.taxonomy.models import PolicyVersion


def recorded_rows(session: Session, key: str, after: int, limit: int) -> RecordedRows:
    """Return a mechanism's rows behind a number in the order of arrival, or raise NotFound."""
    mechanism = find_mechanism(session, parse_key(key, Mechanism.key_prefix))
    query = (
        select(
            Measurement,
            Configuration.label,
            PolicyVersion.policy_area_code,
            PolicyVersion.version,
            MeasurementVoid.voided_at,
            MeasurementVoid.reason,
            MeasurementVoid.corrected_by_id,
        )
        .outerjoin(Configuration, Configuration.id == Measurement.configuration_id)
        .outerjoin(PolicyVersion, PolicyVersion.id == Measurement.policy_version_id)
        .outerjoin(MeasurementVoid, MeasurementVoid.measurement_id == Measurement.id)
        .where(Measurement.mechanism_id == mechanism.id, Measurement.id > after)
        .order_by(Measurement.id)
        .limit(limit + 1)
    )
    found = session.execute(query).all()
    rows = [_row(one) for one in found[:limit]]
    return RecordedRows(
        mechanism=mechanism.key, rows=rows, next=rows[-1].number if len(found) > limit else None
    )


def _row(found: Any) -> RecordedRow:
    row: Measurement = found.Measurement
    version = f"{found.policy_area_code}@{found.version}" if found.version is not None else None
    return RecordedRow(
        number=row.id,
        source=row.source,
        configuration=found.label,
        guideline=version,
        market=row.market_code,
        language=row.language_code,
        surface=row.surface_code,
        policy_area=row.policy_area_code,
        metric=row.metric,
        numerator=row.numerator,
        denominator=row.denominator,
        window_start=row.window_start,
        window_end=row.window_end,
        sampling=row.sampling,
        label_source=row.label_source,
        key=row.external_key,
        observed_at=row.observed_at,
        recorded_at=row.recorded_at,
        voided_at=found.voided_at,
        void_reason=found.reason,
        corrected_by=found.corrected_by_id,
    )
