"""What old rows added up to, as the evidence page lists it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.mechanisms.bounds import Interval, wilson
from roadmap.mechanisms.kept_models import MeasurementSum
from roadmap.mechanisms.kinds import Metric, Sampling
from roadmap.mechanisms.models import Configuration, Mechanism

SHOWN = 26


@dataclass(frozen=True)
class SumLine:
    """One sum, its share with the bounds of all its labels together, and what was measured."""

    sum: MeasurementSum
    interval: Interval | None
    configuration: str | None


def sums_of(session: Session, mechanism: Mechanism, metric: Metric | None) -> list[SumLine]:
    """Return the newest sums of a mechanism, one statement."""
    query = (
        select(MeasurementSum, Configuration.label)
        .outerjoin(Configuration, Configuration.id == MeasurementSum.configuration_id)
        .where(MeasurementSum.mechanism_id == mechanism.id)
        .order_by(MeasurementSum.period_end.desc(), MeasurementSum.id)
        .limit(SHOWN)
    )
    if metric is not None:
        query = query.where(MeasurementSum.metric == metric)
    return [SumLine(one, _interval(one), label) for one, label in session.execute(query)]


def _interval(one: MeasurementSum) -> Interval | None:
    if one.denominator == 0:
        return None
    found = wilson(one.numerator, one.denominator)
    if one.sampling is Sampling.CENSUS:
        return Interval(found.share, found.share, found.share, one.denominator)
    return found
