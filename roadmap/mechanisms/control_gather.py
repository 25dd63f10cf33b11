"""Reads measurement rows as series of periods and judges each by its control limits."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.mechanisms.bounds import stratified_interval
from roadmap.mechanisms.control import Chart, Period, individuals_chart, share_chart
from roadmap.mechanisms.gather import strata_of
from roadmap.mechanisms.kinds import TARGET_DIRECTION, Direction, LabelSource, Metric, Sampling
from roadmap.mechanisms.models import Measurement, MeasurementVoid
from roadmap.taxonomy.scope import ScopePattern

# Days looked back, and of those the newest periods that are judged.
DAYS = 400
MOST_PERIODS = 90
# Metrics of which more is worse although no target is set for them.
_MORE_IS_WORSE = frozenset({Metric.APPEAL_RATE, Metric.PREVALENCE, Metric.VIOLATION_RATE})


@dataclass(frozen=True, slots=True)
class Series:
    """What periods must share to be compared: one way of measuring one thing that runs.

    Another configuration or guideline begins another series, since its level may differ.
    """

    mechanism_id: int
    metric: Metric
    configuration_id: int | None
    policy_version_id: int | None
    scope: ScopePattern
    stratified: bool
    source: str

    @property
    def key(self) -> str:
        """Return the series within its mechanism as short text."""
        scope = self.scope
        source = hashlib.blake2b(self.source.encode(), digest_size=4).hexdigest()
        parts = (
            self.metric.value,
            self.configuration_id,
            self.policy_version_id,
            scope.market,
            scope.language,
            scope.surface,
            scope.policy_area,
            "strata" if self.stratified else "",
            source,
        )
        return "|".join("" if part is None else str(part) for part in parts)


@dataclass(frozen=True, slots=True)
class Found:
    """A series with its judged periods."""

    series: Series
    chart: Chart

    @property
    def worse(self) -> bool:
        """Tell whether what signals is for the worse, or may be: of some metrics nobody knows."""
        return is_worse(self.series.metric, above=self.chart.above)


def is_worse(metric: Metric, *, above: bool) -> bool:
    """Tell whether a metric that left its limits upwards or downwards got worse."""
    direction = TARGET_DIRECTION.get(metric)
    if direction is Direction.MINIMUM:
        return not above
    return above or (direction is None and metric not in _MORE_IS_WORSE)


_COLUMNS = (
    Measurement.mechanism_id,
    Measurement.metric,
    Measurement.configuration_id,
    Measurement.policy_version_id,
    Measurement.market_code,
    Measurement.language_code,
    Measurement.surface_code,
    Measurement.policy_area_code,
    Measurement.sampling,
    Measurement.source,
    Measurement.window_start,
    Measurement.window_end,
    Measurement.numerator,
    Measurement.denominator,
    Measurement.strata,
)


def charts(session: Session, mechanism_ids: Collection[int], today: date) -> list[Found]:
    """Return every series of the mechanisms with its chart, one statement.

    Voided rows and labels by a model alone are left out: the first are wrong, the second follow the
    model, not the mechanism.
    """
    void = select(MeasurementVoid.id).where(MeasurementVoid.measurement_id == Measurement.id)
    rows = session.execute(
        select(*_COLUMNS)
        .where(
            Measurement.mechanism_id.in_(sorted(mechanism_ids)),
            Measurement.metric.in_(list(Metric)),
            Measurement.window_end >= today - timedelta(days=DAYS),
            Measurement.label_source != LabelSource.LLM_ONLY,
            ~void.exists(),
        )
        .order_by(Measurement.window_end, Measurement.window_start, Measurement.id)
    )
    found: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in rows:
        # Read by place: there may be a million.
        found[*row[:8], row[8] is Sampling.STRATIFIED, row[9]].append(row)
    return [_found(key, some) for key, some in found.items()]


def _found(key: tuple[Any, ...], rows: Iterable[Any]) -> Found:
    series = Series(key[0], key[1], key[2], key[3], ScopePattern(*key[4:8]), key[8], key[9])
    periods = _apart(period for row in rows if (period := _period(row)) is not None)
    periods = periods[-MOST_PERIODS:]
    return Found(series, (individuals_chart if series.stratified else share_chart)(periods))


def _period(row: Any) -> Period | None:
    """Return a row as a period; of a stratified sample the share is scaled and has no law."""
    if row[8] is Sampling.STRATIFIED:
        interval = stratified_interval(strata_of(row[14]), recall=row[1] is Metric.RECALL)
        return None if interval is None else Period(row[10], row[11], interval.share)
    if not row[13]:
        return None
    return Period(row[10], row[11], row[12] / row[13], row[13])


def _apart(periods: Iterable[Period]) -> list[Period]:
    """Return periods that do not overlap, the oldest first: shared labels would move together."""
    found: list[Period] = []
    for one in periods:
        if not found or one.first > found[-1].last:
            found.append(one)
    return found
