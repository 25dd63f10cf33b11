"""What a route's decisions bring: appeals, reviewer hours, seller harm, money."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from roadmap.capacity.refusal import Inconsistent, at_least_zero, positive, shares
from roadmap.capacity.routes import AutomatedStep, HumanStep, RouteResult
from roadmap.wording import N_, Sentence

SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Appeals:
    """Appeals that decisions bring, and the share of them that is granted."""

    items: float
    granted: float

    @property
    def overturn(self) -> float:
        """Return granted ÷ appeals decided, 0 where there are none."""
        return self.granted / self.items if self.items else 0.0


def appeals(result: RouteResult, rate_of_true: float, rate_of_false: float) -> Appeals:
    """Return α_TP·TP + α_FP·FP appeals; those of wrong actions are expected to be granted."""
    shares(
        [("appeals of right actions", rate_of_true), ("appeals of wrong actions", rate_of_false)]
    )
    granted = rate_of_false * result.false_actions
    return Appeals(rate_of_true * result.true_actions + granted, granted)


def delayed(items: ArrayLike, intervals: int) -> NDArray[np.float64]:
    """Return when appeals of the actions of each interval arrive, evenly over the next intervals.

    The result is as long as the input: what arrives after the horizon is cut off.
    """
    if intervals < 1:
        raise Inconsistent(Sentence(N_("Appeals take at least one interval to arrive.")))
    series = np.asarray(items, dtype=np.float64)
    # total[t] is what was actioned before interval t; an appeal comes 1 to `intervals` later.
    total = np.concatenate((np.zeros(intervals), [0.0], np.cumsum(series)))
    now = np.arange(len(series))
    arriving: NDArray[np.float64] = (total[now + intervals] - total[now]) / intervals
    return arriving


@dataclass(frozen=True, slots=True)
class Hours:
    """Reviewer hours by kind of work: Σ N·AHT ÷ 3600."""

    review: float
    escalation: float
    appeals: float
    qa: float

    @property
    def total(self) -> float:
        """Return all hours."""
        return self.review + self.escalation + self.appeals + self.qa


def hours(
    result: RouteResult,
    steps: Sequence[AutomatedStep | HumanStep],
    appealed: Appeals,
    *,
    appeal_seconds: float,
    qa_seconds: float,
) -> Hours:
    """Return the hours of people that a route's volume takes."""
    at_least_zero([("appeal time", appeal_seconds), ("QA time", qa_seconds)])
    review = escalation = sampled = 0.0
    for step, done in zip(steps, result.steps, strict=True):
        sampled += done.decisions * step.qa_share
        if isinstance(step, HumanStep):
            review += done.handled * step.handling_seconds
            escalation += done.escalated * step.escalation_seconds
    return Hours(
        review=review / SECONDS,
        escalation=escalation / SECONDS,
        appeals=appealed.items * appeal_seconds / SECONDS,
        qa=sampled * qa_seconds / SECONDS,
    )


def seller_harm(wrongful_per_week: float, active_sellers: float) -> float:
    """Return wrongful actions per 1,000 active sellers a week."""
    at_least_zero([("wrongful actions", wrongful_per_week)])
    positive([("active sellers", active_sellers)])
    return wrongful_per_week / active_sellers * 1000


@dataclass(frozen=True, slots=True)
class Cost:
    """Money of one interval in the unit of the prices, and per 1,000 items."""

    people: float
    automation: float
    volume: float

    @property
    def total(self) -> float:
        """Return paid hours × loaded rate + items × unit prices."""
        return self.people + self.automation

    @property
    def per_thousand(self) -> float:
        """Return the cost of 1,000 items, 0 without items."""
        return self.total / self.volume * 1000 if self.volume else 0.0


def cost(
    result: RouteResult,
    steps: Sequence[AutomatedStep | HumanStep],
    paid_hours: float,
    loaded_rate: float,
) -> Cost:
    """Return what a route's volume costs: paid hours of people and the unit price of each step."""
    at_least_zero([("paid hours", paid_hours), ("loaded rate", loaded_rate)])
    automation = sum(
        done.items * step.unit_price for step, done in zip(steps, result.steps, strict=True)
    )
    return Cost(paid_hours * loaded_rate, automation, result.volume)
