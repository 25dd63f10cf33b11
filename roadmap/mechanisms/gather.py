"""Maps database rows onto the plain facts that coverage, evidence and readiness judge."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from roadmap.mechanisms.facts import MeasurementFact, MechanismFact, Stratum
from roadmap.mechanisms.kinds import AUTOMATED_KINDS, TARGET_DIRECTION, LabelSource
from roadmap.mechanisms.models import (
    Configuration,
    CoverageCell,
    Measurement,
    MeasurementVoid,
    Mechanism,
)
from roadmap.taxonomy.scope import ScopePattern

JUDGED_METRICS = tuple(TARGET_DIRECTION)

_RECORD = (
    Mechanism.id,
    Mechanism.kind,
    Mechanism.stage,
    Mechanism.owner_id,
    Mechanism.rollout_ratio,
    Mechanism.max_daily_actions,
    Mechanism.routes_to_id,
    Mechanism.fail_mode,
    Mechanism.staffed_until,
    Mechanism.receives_all,
    Mechanism.automated_only,
    Mechanism.kill_switch_minutes,
    Mechanism.kill_switch_rehearsed_on,
)


def mechanism_facts(session: Session, ids: Iterable[int] | None = None) -> dict[int, MechanismFact]:
    """Return the facts of mechanisms by id, two statements however many; None means all."""
    wanted = None if ids is None else sorted(set(ids))
    records = select(*_RECORD, Configuration.digest, Configuration.label).outerjoin(
        Configuration,
        and_(Configuration.mechanism_id == Mechanism.id, Configuration.is_current),
    )
    cells = select(
        CoverageCell.mechanism_id,
        CoverageCell.market_code,
        CoverageCell.language_code,
        CoverageCell.surface_code,
        CoverageCell.policy_area_code,
    ).order_by(CoverageCell.id)
    if wanted is not None:
        records = records.where(Mechanism.id.in_(wanted))
        cells = cells.where(CoverageCell.mechanism_id.in_(wanted))
    declared: dict[int, list[ScopePattern]] = defaultdict(list)
    for mechanism_id, *scope in session.execute(cells):
        declared[mechanism_id].append(ScopePattern(*scope))
    return {row.id: _mechanism(row, tuple(declared[row.id])) for row in session.execute(records)}


def _mechanism(row: Any, coverage: tuple[ScopePattern, ...]) -> MechanismFact:
    return MechanismFact(
        id=row.id,
        key=f"{Mechanism.key_prefix}-{row.id}",
        kind=row.kind,
        stage=row.stage,
        configuration_digest=row.digest or "",
        configuration_label=row.label or "",
        owner_id=row.owner_id,
        coverage=coverage,
        rollout_ratio=row.rollout_ratio,
        max_daily_actions=row.max_daily_actions,
        routes_to_id=row.routes_to_id,
        fail_mode=row.fail_mode,
        staffed_until=row.staffed_until,
        receives_all=row.receives_all,
        automated_only=row.automated_only,
        kill_switch_minutes=row.kill_switch_minutes,
        kill_switch_rehearsed_on=row.kill_switch_rehearsed_on,
    )


_MEASURED = (
    Measurement.id,
    Measurement.mechanism_id,
    Measurement.policy_version_id,
    Measurement.market_code,
    Measurement.language_code,
    Measurement.surface_code,
    Measurement.policy_area_code,
    Measurement.metric,
    Measurement.numerator,
    Measurement.denominator,
    Measurement.window_start,
    Measurement.window_end,
    Measurement.sampling,
    Measurement.strata,
    Measurement.label_source,
    Measurement.observed_at,
    Measurement.recorded_at,
)


def _judged(ids: list[int] | None, known_at: datetime | None) -> Select[Any]:
    """Return the judged rows with how many rows before each could already decide.

    A slice of one configuration (the running one, or any other) and one guideline version is walked
    from its newest row, and the first that is neither voided nor labelled by a model alone decides.
    Rows behind it say nothing, also in a wider slice: there they are older than that row too.
    """
    solid = case(
        (MeasurementVoid.id.is_not(None), 0),
        (
            and_(
                Measurement.label_source == LabelSource.LLM_ONLY,
                Mechanism.kind.in_(AUTOMATED_KINDS),
            ),
            0,
        ),
        else_=1,
    )
    running = func.coalesce(Configuration.is_current, Configuration.id.is_(None))
    before = func.sum(solid).over(
        partition_by=(
            Measurement.mechanism_id,
            Measurement.metric,
            running,
            Measurement.policy_version_id,
            Measurement.market_code,
            Measurement.language_code,
            Measurement.surface_code,
            Measurement.policy_area_code,
        ),
        order_by=(
            Measurement.window_end.desc(),
            Measurement.recorded_at.desc(),
            Measurement.id.desc(),
        ),
        rows=(None, -1),
    )
    voided = MeasurementVoid.measurement_id == Measurement.id
    if known_at is not None:
        voided = and_(voided, MeasurementVoid.voided_at <= known_at)
    query = (
        select(
            *_MEASURED,
            Configuration.digest,
            MeasurementVoid.voided_at,
            func.coalesce(before, 0).label("decided_before"),
        )
        .join(Mechanism, Mechanism.id == Measurement.mechanism_id)
        .outerjoin(Configuration, Configuration.id == Measurement.configuration_id)
        .outerjoin(MeasurementVoid, voided)
        .where(Measurement.metric.in_(JUDGED_METRICS))
    )
    if known_at is not None:
        query = query.where(Measurement.recorded_at <= known_at)
    return query if ids is None else query.where(Measurement.mechanism_id.in_(ids))


def measurement_facts(
    session: Session, ids: Iterable[int] | None = None, known_at: datetime | None = None
) -> list[MeasurementFact]:
    """Return the rows that can decide about any target of the mechanisms, one statement.

    For each slice the newest row and, while rows are voided or labelled by a model alone, those
    behind it up to the first that decides: see `evidence.find`. None means all mechanisms.
    ``known_at`` leaves out what was recorded or voided after that moment.
    """
    rows = _judged(None if ids is None else sorted(set(ids)), known_at).subquery()
    query = select(rows).where(rows.c.decided_before == 0).order_by(rows.c.id)
    return [measurement_fact(row) for row in session.execute(query)]


def measurement_fact(row: Any) -> MeasurementFact:
    """Map one row, with `digest` and `voided_at` beside its own columns."""
    return MeasurementFact(
        id=row.id,
        mechanism_id=row.mechanism_id,
        configuration_digest=row.digest or "",
        scope=ScopePattern(
            row.market_code, row.language_code, row.surface_code, row.policy_area_code
        ),
        metric=row.metric,
        numerator=row.numerator,
        denominator=row.denominator,
        window_start=row.window_start,
        window_end=row.window_end,
        sampling=row.sampling,
        label_source=row.label_source,
        recorded_at=row.recorded_at,
        strata=strata_of(row.strata),
        guideline_id=row.policy_version_id,
        observed_at=row.observed_at,
        voided_at=row.voided_at,
    )


def strata_of(stored: list[Any] | None) -> tuple[Stratum, ...]:
    """Return the strata as stored with a row: population, n, positives, found."""
    return tuple(
        Stratum(
            population=part["population"],
            sampled=part["n"],
            positives=part["positives"],
            found=part["found"],
        )
        for part in stored or ()
    )


def fresh_since(today: date, max_age_days: int) -> Any:
    """Return a condition on Mechanism: it has a counting row no older than that."""
    return (
        select(Measurement.id)
        .outerjoin(MeasurementVoid, MeasurementVoid.measurement_id == Measurement.id)
        .outerjoin(Configuration, Configuration.id == Measurement.configuration_id)
        .where(
            Measurement.mechanism_id == Mechanism.id,
            Measurement.metric.in_(JUDGED_METRICS),
            Measurement.window_end >= today - timedelta(days=max_age_days),
            MeasurementVoid.id.is_(None),
            or_(Measurement.configuration_id.is_(None), Configuration.is_current),
        )
        .correlate(Mechanism)
        .exists()
    )
