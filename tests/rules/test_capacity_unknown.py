"""What capacity cannot know is never ready; what takes nothing is left out."""

from datetime import date

import pytest

from roadmap.capacity.assess import Assessor
from roadmap.capacity.consequences import assess
from roadmap.capacity.facts import QueueFact, Result
from roadmap.capacity.inputs import (
    PhaseInput,
    Portfolio,
    RouteInput,
)
from roadmap.mechanisms.kinds import MechanismKind
from tests.rules.capacity_cast import (
    APPEALS,
    HORIZON,
    QUEUE,
    START,
    STEP,
    base,
    exactly,
    found,
    funnel,
    launch,
    queue,
    roster,
    steady,
)


def test_prices_in_another_currency_are_unknown_not_converted() -> None:
    queues, steps, items = funnel(0.60, 0.92)
    foreign = launch(lanes=(items,), queues=(QUEUE,), budget=1, currency="USD")
    (cost,) = found(queues, [foreign], steps=steps).costs
    assert (cost.result, cost.why) == (Result.UNKNOWN, "currency")


@pytest.mark.parametrize(
    ("given", "lanes", "why"),
    [
        (queue(base=(base(0),)), (exactly(1),), "no_capacity"),
        (queue(shifts=(roster(1),), handling_seconds=None), (exactly(1),), "no_handling"),
        (queue(shifts=(roster(1),)), (exactly(1),), "no_base"),
        (steady(1, base=(base(0),)), (), "no_forecast"),
    ],
    ids=["capacity", "handling", "base", "forecast"],
)
def test_what_is_missing_is_named_and_never_ready(given, lanes, why: str) -> None:
    (fact,) = found([given], [launch(lanes=lanes)]).queues
    assert (fact.result, fact.why) == (Result.UNKNOWN, why)


def test_a_phase_without_a_date_or_beyond_the_horizon_is_unknown() -> None:
    given = steady(1_000, base=(base(0),))
    undated = (PhaseInput(position=1, share=1.0, starts_on=None),)
    far = (PhaseInput(position=1, share=1.0, starts_on=date(2027, 12, 1)),)
    for phases, why in ((undated, "no_date"), (far, "beyond_horizon")):
        (fact,) = found([given], [launch(lanes=(exactly(1),), phases=phases)]).queues
        assert (fact.result, fact.why) == (Result.UNKNOWN, why)


def test_a_live_phase_adds_only_what_the_base_does_not_include() -> None:
    given = steady(1_000, base=(base(500),))
    before = PhaseInput(position=1, share=0.5, starts_on=START, live_on=date(2026, 11, 1))
    second = PhaseInput(position=2, share=1.0, starts_on=START)
    one = launch(lanes=(exactly(800),), phases=(before, second))
    portfolio = Portfolio(queues={QUEUE: given}, steps={}, launches={1: one})
    (fact,) = assess(Assessor(portfolio, HORIZON), 1, 2).queues
    # Half of the 800 is in the 500 already: 500 + 400 of 1,000.
    assert fact.together == pytest.approx(0.9, abs=1e-3)


def test_a_released_launch_takes_nothing() -> None:
    given = steady(1_000, base=(base(500),))
    gone = launch(1, 1, lanes=(exactly(400),), released=True)
    (fact,) = found([given], [gone, launch(2, 2, lanes=(exactly(400),))], judged=2).queues
    assert fact.result is Result.PASS
    assert fact.beside == ()


def test_appeals_without_a_route_pass_only_if_the_most_there_could_be_fit() -> None:
    def appeals(per_day: float) -> QueueFact:
        given = steady(1_000, base=(base(0),), review_share=0.5)
        desk = steady(
            per_day, id=APPEALS, key="MEC-2", kind=MechanismKind.APPEALS_QUEUE, base=(base(0),)
        )
        one = launch(lanes=(exactly(1_000),), queues=(QUEUE, APPEALS))
        return next(fact for fact in found([given, desk], [one]).queues if fact.key == "MEC-2")

    assert appeals(260).result is Result.PASS
    assert (appeals(200).result, appeals(200).why) == (Result.UNKNOWN, "no_route")


def test_routes_that_contradict_themselves_are_unknown() -> None:
    queues, steps, items = funnel(0.60, 0.92)
    broken = exactly(
        1_000,
        prevalence=0.001,
        route=(
            RouteInput(
                mechanism_id=STEP,
                rates={"recall": 0.9, "precision": 0.9, "pass_share": 0.9, "miss_rate": 0.5},
            ),
        ),
    )
    facts = found(queues, [launch(lanes=(broken,))], steps=steps)
    assert facts.queues[0].why == "contradiction"
    assert items.route
