"""Maps database rows onto the plain facts that coverage, evidence and readiness judge."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, any_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from roadmap.mechanisms.facts import MeasurementFact, MechanismFact, Stratum
from roadmap.mechanisms.kinds import TARGET_DIRECTION, LabelSource
from roadmap.mechanisms.models import (
    Configuration,
    CoverageCell,
    Measurement,
    MeasurementVoid,
    Mechanism,
)
from roadmap.one_of import one_of
from roadmap.reading import ask
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


# Statements are built once and sent with their values: building them costs more than most answers.
_IDS: Any = bindparam("ids", expanding=True)


@cache
def _records_query(some: bool) -> Any:
    query = select(*_RECORD, Configuration.digest, Configuration.label).outerjoin(
        Configuration,
        and_(Configuration.mechanism_id == Mechanism.id, Configuration.is_current),
    )
    return query.where(one_of(Mechanism.id, _IDS)) if some else query


@cache
def _cells_query(some: bool) -> Any:
    query = select(
        CoverageCell.mechanism_id,
        CoverageCell.market_code,
        CoverageCell.language_code,
        CoverageCell.surface_code,
        CoverageCell.policy_area_code,
    ).order_by(CoverageCell.id)
    return query.where(one_of(CoverageCell.mechanism_id, _IDS)) if some else query


def mechanism_facts(session: Session, ids: Iterable[int] | None = None) -> dict[int, MechanismFact]:
    """Return the facts of mechanisms by id, two statements however many; None means all."""
    some = ids is not None
    known = {"ids": sorted(set(ids))} if ids is not None else {}
    declared: dict[int, list[ScopePattern]] = defaultdict(list)
    for mechanism_id, *scope in ask(session, _cells_query(some), known):
        declared[mechanism_id].append(ScopePattern(*scope))
    records = ask(session, _records_query(some), known)
    return {row.id: _mechanism(row, tuple(declared[row.id])) for row in records}


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


_PARTS: Mapping[str, Any] = {
    "market": Measurement.market_code,
    "language": Measurement.language_code,
    "surface": Measurement.surface_code,
    "policy_area": Measurement.policy_area_code,
}

# What makes two rows answers to the same question, one configuration apart from another.
_SLICE = (
    Measurement.mechanism_id,
    Measurement.metric,
    Measurement.market_code,
    Measurement.language_code,
    Measurement.surface_code,
    Measurement.policy_area_code,
    Measurement.policy_version_id,
    Measurement.configuration_id,
)


@cache
def _deciding(windowed: bool, some: bool, dated: bool, narrowed: tuple[str, ...]) -> Select[Any]:
    """Return the rows of each slice from the newest that can decide on, those in front included.

    A slice of one configuration and one guideline version is walked from its newest row, and the
    first that is neither voided nor labelled by a model alone decides. Rows behind it say nothing,
    also in a wider slice: there they are older than that row too. Where none decides, all are
    returned. The slices are read from an index alone: see ``ix_measurement_slice``.
    ``windowed`` says how: see `_in_front`.
    """
    voided = MeasurementVoid.measurement_id == Measurement.id
    known: list[ColumnElement[bool]] = [Measurement.metric.in_(JUDGED_METRICS)]
    if dated:
        voided = and_(voided, MeasurementVoid.voided_at <= bindparam("known_at"))
        known.append(Measurement.recorded_at <= bindparam("known_at"))
    if some:
        known.append(one_of(Measurement.mechanism_id, _IDS))
    for dimension in narrowed:
        codes: Any = bindparam(dimension, expanding=True)
        known.append(_PARTS[dimension].in_(codes))
    taken_out = select(MeasurementVoid.id).where(voided).correlate(Measurement).exists()
    solid = and_(Measurement.label_source != LabelSource.LLM_ONLY, ~taken_out)
    front = _in_front if windowed else _joined
    return (
        front(select(*_MEASURED, Configuration.digest, MeasurementVoid.voided_at), solid, known)
        .outerjoin(Configuration, Configuration.id == Measurement.configuration_id)
        .outerjoin(MeasurementVoid, voided)
        .order_by(Measurement.id)
    )


def _joined(query: Select[Any], solid: Any, known: Sequence[Any]) -> Select[Any]:
    """Join each slice with its rows from the deciding one on: SQLite finds these by the index."""
    newest = func.max(case((solid, Measurement.window_end)))
    since = func.coalesce(newest, func.min(Measurement.window_end)).label("since")
    slices = select(*_SLICE, since).where(*known).group_by(*_SLICE).subquery("slices")
    # Empty dimensions are equal here; the first two are never empty.
    same = [column.is_not_distinct_from(slices.c[column.key]) for column in _SLICE[2:]]
    here = and_(
        Measurement.mechanism_id == slices.c.mechanism_id,
        Measurement.metric == slices.c.metric,
        Measurement.window_end >= slices.c.since,
        *same,
    )
    return query.join(slices, here).where(*known)


def _in_front(query: Select[Any], solid: Any, known: Sequence[Any]) -> Select[Any]:
    """Find the rows by number while each slice is walked, as PostgreSQL does it fastest.

    It looks up no equal empty dimension in an index, so it would join all rows of a mechanism with
    all its slices; and it takes an array for short, so it fetches the rows one by one.
    """
    newest = func.max(case((solid, Measurement.window_end))).over(partition_by=_SLICE)
    oldest = func.min(Measurement.window_end).over(partition_by=_SLICE)
    since = func.coalesce(newest, oldest).label("since")
    walked = select(Measurement.id, Measurement.window_end, since).where(*known).subquery("walked")
    front = select(walked.c.id).where(walked.c.window_end >= walked.c.since).scalar_subquery()
    return query.where(Measurement.id == any_(func.array(front)))


def _windowed(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def measurement_facts(
    session: Session,
    ids: Iterable[int] | None = None,
    known_at: datetime | None = None,
    within: Mapping[str, Collection[str]] | None = None,
) -> list[MeasurementFact]:
    """Return the rows that can decide about any target of the mechanisms, one statement.

    For each slice the newest row and, while rows are voided or labelled by a model alone, those
    behind it up to the first that decides: see `evidence.find`. None means all mechanisms.
    ``known_at`` leaves out what was recorded or voided after that moment. ``within`` names codes by
    dimension; slices that leave such a dimension open, or have another code there, are left out.
    """
    within = within or {}
    named = tuple(sorted(within))
    query = _deciding(_windowed(session), ids is not None, known_at is not None, named)
    known: dict[str, Any] = {name: sorted(codes) for name, codes in within.items()}
    if ids is not None:
        known["ids"] = sorted(set(ids))
    if known_at is not None:
        known["known_at"] = known_at
    return [_measured(row) for row in ask(session, query, known)]


def deciding_ids(session: Session, ids: Iterable[int]) -> set[int]:
    """Return the keys of the rows `measurement_facts` returns of the mechanisms, one statement."""
    rows = _deciding(_windowed(session), True, False, ()).order_by(None).subquery()
    return set(session.scalars(select(rows.c.id), {"ids": sorted(set(ids))}))


def _measured(row: Any) -> MeasurementFact:
    """Map a row of `_deciding`, whose columns are those of `_MEASURED`, digest and void.

    Read by place: thousands are mapped at once, and a name costs ten times as much.
    """
    return MeasurementFact(
        id=row[0],
        mechanism_id=row[1],
        guideline_id=row[2],
        scope=ScopePattern(row[3], row[4], row[5], row[6]),
        metric=row[7],
        numerator=row[8],
        denominator=row[9],
        window_start=row[10],
        window_end=row[11],
        sampling=row[12],
        strata=strata_of(row[13]),
        label_source=row[14],
        observed_at=row[15],
        recorded_at=row[16],
        configuration_digest=row[17] or "",
        voided_at=row[18],
    )


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
    if not stored:
        return ()
    return tuple(
        Stratum(
            population=part["population"],
            sampled=part["n"],
            positives=part["positives"],
            found=part["found"],
        )
        for part in stored
    )


def fresh_since(today: date, max_age_days: int) -> Any:
    """Return a condition on Mechanism: it has a counting row no older than that."""
    # Scalar subqueries and not joins: the first counting row ends the search, so each of these is
    # asked for a row or two by its index; joined, PostgreSQL hashes all voids for each mechanism.
    void = (
        select(MeasurementVoid.id)
        .where(MeasurementVoid.measurement_id == Measurement.id)
        .correlate(Measurement)
        .scalar_subquery()
    )
    current = (
        select(Configuration.is_current)
        .where(Configuration.id == Measurement.configuration_id)
        .correlate(Measurement)
        .scalar_subquery()
    )
    found: Any = (
        select(Measurement.id)
        .where(
            Measurement.mechanism_id == Mechanism.id,
            Measurement.metric.in_(JUDGED_METRICS),
            Measurement.window_end >= today - timedelta(days=max_age_days),
            void.is_(None),
            or_(Measurement.configuration_id.is_(None), current),
        )
        .correlate(Mechanism)
        .limit(1)
        .scalar_subquery()
    )
    # Asked whether such a row exists, PostgreSQL may collect those of all mechanisms first.
    return found.is_not(None)
