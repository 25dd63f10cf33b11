"""What is outside its control limits now: of one mechanism, and as a flag on many."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from roadmap.mechanisms.kept_models import MetricSignal, SignalAnswer
from roadmap.mechanisms.models import Configuration, Mechanism

# A series that was not measured for so long says nothing of today.
SHOWN_DAYS = 60


@dataclass(frozen=True)
class Signal:
    """A series outside its limits, and what was answered to the proposal to report it."""

    found: MetricSignal
    answer: SignalAnswer | None

    @property
    def proposed(self) -> bool:
        """Tell whether a report is proposed: it got worse, and nobody answered yet."""
        return self.found.worse and self.answer is None


def _shown(today: date) -> ColumnElement[bool]:
    """Return the condition that a signal is of what runs, and recent."""
    return and_(
        MetricSignal.until >= today - timedelta(days=SHOWN_DAYS),
        or_(MetricSignal.configuration_id.is_(None), Configuration.is_current),
    )


# An answer holds for the whole episode it was given in; a later one is proposed anew.
_ANSWERED: Any = and_(
    SignalAnswer.mechanism_id == MetricSignal.mechanism_id,
    SignalAnswer.series == MetricSignal.series,
    SignalAnswer.through >= MetricSignal.since,
)


@lru_cache(maxsize=2)
def _signals_query(today: date) -> Any:
    return (
        select(MetricSignal, SignalAnswer)
        .outerjoin(Configuration, Configuration.id == MetricSignal.configuration_id)
        .outerjoin(SignalAnswer, _ANSWERED)
        .where(MetricSignal.mechanism_id == bindparam("mechanism"), _shown(today))
        .order_by(SignalAnswer.id.is_not(None), MetricSignal.worse.desc(), MetricSignal.id)
    )


def signals_of(session: Session, mechanism_id: int, today: date) -> list[Signal]:
    """Return what is outside its limits of a mechanism, unanswered first; one statement."""
    rows = session.execute(_signals_query(today), {"mechanism": mechanism_id})
    found: dict[int, Signal] = {}
    for signal, answer in rows:
        found.setdefault(signal.id, Signal(signal, answer))
    return list(found.values())


def signal_of(session: Session, mechanism_id: int, signal_id: int, today: date) -> Signal | None:
    """Return one of them, None if it is not outside its limits any more."""
    found = signals_of(session, mechanism_id, today)
    return next((one for one in found if one.found.id == signal_id), None)


def outside(today: date) -> ColumnElement[bool]:
    """Return a condition on Mechanism: a metric got worse than it used to be, unanswered."""
    answered = select(SignalAnswer.id).where(_ANSWERED).correlate(MetricSignal).exists()
    return (
        select(MetricSignal.id)
        .outerjoin(Configuration, Configuration.id == MetricSignal.configuration_id)
        .where(
            MetricSignal.mechanism_id == Mechanism.id, MetricSignal.worse, _shown(today), ~answered
        )
        .correlate(Mechanism)
        .exists()
    )
