"""Commands on control limits: look at what arrived, and answer the proposal of a report."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.db import Database
from roadmap.errors import Invalid
from roadmap.history.service import record
from roadmap.mechanisms.control import State
from roadmap.mechanisms.control_gather import Found, charts
from roadmap.mechanisms.control_picture import stored
from roadmap.mechanisms.control_queries import Signal
from roadmap.mechanisms.fields import text
from roadmap.mechanisms.kept_models import ControlMark, MetricSignal, SignalAnswer
from roadmap.mechanisms.models import (
    Measurement,
    MeasurementBatch,
    MeasurementVoid,
    Mechanism,
)
from roadmap.mechanisms.queries import authorise
from roadmap.mechanisms.service import id_of
from roadmap.web.i18n import _

REASON_LENGTH = 500
# Mechanisms judged in one transaction.
AT_ONCE = 50
# A transaction that was open when the last look ended may have been committed since.
OVERLAP = timedelta(minutes=15)


def look_at_new(db: Database) -> int:
    """Judge the mechanisms whose rows arrived or were voided since the last look; return how many.

    Safe to run twice: what is outside is computed from the rows, not added to.
    """
    with db.reading() as session:
        mark, ids = _marked(session)
    for start in range(0, len(ids), AT_ONCE):
        with db.writing() as session:
            look_at(session, ids[start : start + AT_ONCE])
    with db.writing() as session:
        session.merge(mark)
    return len(ids)


def _marked(session: Session) -> tuple[ControlMark, Sequence[int]]:
    """Return the mark to keep after this look, and the mechanisms to look at."""
    last = session.get(ControlMark, 1)
    fresh = ControlMark(
        id=1,
        until=clock.now(),
        batch_id=session.scalar(select(func.max(MeasurementBatch.id))) or 0,
        void_id=session.scalar(select(func.max(MeasurementVoid.id))) or 0,
    )
    if last is None:
        return fresh, session.scalars(select(Mechanism.id).order_by(Mechanism.id)).all()
    since = last.until - OVERLAP
    batches = select(MeasurementBatch.id).where(
        or_(MeasurementBatch.id > last.batch_id, MeasurementBatch.recorded_at >= since)
    )
    arrived = select(Measurement.mechanism_id).where(Measurement.batch_id.in_(batches))
    voided = select(MeasurementVoid.mechanism_id).where(
        or_(MeasurementVoid.id > last.void_id, MeasurementVoid.voided_at >= since)
    )
    return fresh, sorted(session.scalars(arrived.union(voided)))


def look_at(session: Session, mechanism_ids: Sequence[int]) -> int:
    """Judge the series of some mechanisms anew; return how many are outside their limits."""
    found = [
        one for one in charts(session, mechanism_ids, clock.today()) if one.chart.state is State.OUT
    ]
    session.execute(delete(MetricSignal).where(MetricSignal.mechanism_id.in_(mechanism_ids)))
    session.add_all(_signal(one) for one in found)
    session.flush()
    return len(found)


def _signal(found: Found) -> MetricSignal:
    chart, series = found.chart, found.series
    newest = max((p for p in chart.periods if p.rule is not None), key=lambda p: p.period.last)
    if chart.since is None or chart.until is None or chart.centre is None or chart.rule is None:
        raise LookupError("a chart that is out of control says since when")
    return MetricSignal(
        mechanism_id=series.mechanism_id,
        series=series.key,
        configuration_id=series.configuration_id,
        metric=series.metric,
        rule=chart.rule.value,
        since=chart.since,
        until=chart.until,
        worse=found.worse,
        share=newest.period.value,
        labelled=newest.period.labels,
        centre=chart.centre,
        lower=newest.lower,
        upper=newest.upper,
        points=stored(chart),
    )


def answer_signal(
    session: Session,
    actor: Actor | None,
    mechanism: Mechanism,
    signal: Signal,
    outcome: str,
    reason: str = "",
) -> SignalAnswer:
    """Record that a report was begun, or why none is needed; the proposal is not shown again.

    Raises Invalid if it was answered before, or dismissed without a reason.
    """
    authorise(actor, mechanism)
    words = text("why", reason, REASON_LENGTH)
    if outcome == "dismissed" and not words:
        raise Invalid.at("why", _("Say why no report is needed."))
    if signal.answer is not None:
        raise Invalid.at("why", _("This was answered before."))
    found = signal.found
    answer = SignalAnswer(
        mechanism_id=mechanism.id,
        series=found.series,
        since=found.since,
        through=max(found.until, clock.today()),
        outcome=outcome,
        reason=words,
        answered_at=clock.now(),
        answered_by=id_of(actor),
    )
    session.add(answer)
    record(session, id_of(actor), mechanism, f"mechanism.signal_{outcome}", words or None)
    return answer


def scope_of(found: MetricSignal) -> dict[str, Any]:
    """Return the fixed codes of a signal's slice by dimension, as its series names them."""
    parts = found.series.split("|")
    named = zip(("market", "language", "surface", "policy_area"), parts[3:7], strict=True)
    return {name: code or None for name, code in named}
