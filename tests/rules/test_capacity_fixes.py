"""What capacity says would help: enough, and not more than enough."""

from dataclasses import replace
from datetime import date

from roadmap.capacity.assess import Assessor
from roadmap.capacity.consequences import assess
from roadmap.capacity.facts import Result
from roadmap.capacity.inputs import (
    CampaignInput,
    PhaseInput,
    Portfolio,
)
from tests.rules.capacity_cast import (
    HORIZON,
    QUEUE,
    SHARED,
    START,
    base,
    exactly,
    fix,
    found,
    launch,
    shared,
    steady,
)


def test_a_launch_is_told_to_wait_until_the_campaign_is_over() -> None:
    campaign = CampaignInput(
        market=None, first=date(2026, 12, 1), last=date(2026, 12, 14), multiplier=1.3
    )
    given = steady(1_200, base=(base(800),), sla_hours=1.0)
    one = launch(lanes=(exactly(300),))
    (fact,) = found([given], [one], campaigns=[campaign]).queues
    assert (fact.result, fact.code) == (Result.FAIL, "CAP_SLA")
    put_off = fix(fact, "date")
    assert put_off.place == "2026-12-15"
    assert put_off.amount == 22
    for day, result in ((14, Result.FAIL), (15, Result.PASS)):
        phases = (PhaseInput(position=1, share=1.0, starts_on=date(2026, 12, day)),)
        (then,) = found([given], [replace(one, phases=phases)], campaigns=[campaign]).queues
        assert then.result is result


def test_every_fix_is_enough_and_one_step_less_is_not() -> None:
    given = replace(SHARED, sla_hours=24.0)
    launches = shared(1, 2)
    (fact,) = found([given], launches, judged=2).queues
    share, volume = fix(fact, "share").amount, fix(fact, "volume").amount
    for factor, result in (
        (share, Result.PASS),
        (share + 0.01, Result.FAIL),
        (volume / 16_800, Result.PASS),
        ((volume + 1) / 16_800, Result.FAIL),
    ):
        smaller = replace(
            launches[1],
            lanes=tuple(
                replace(one, likely=one.likely * factor, low=1, high=one.likely * factor)
                for one in launches[1].lanes
            ),
        )
        assert found([given], [launches[0], smaller], judged=2).queues[0].result is result


def test_a_later_phase_is_told_no_share_below_the_one_before() -> None:
    given = steady(1_000, base=(base(600),))
    phases = (
        PhaseInput(position=1, share=0.5, starts_on=START),
        PhaseInput(position=2, share=1.0, starts_on=date(2026, 12, 7)),
    )
    for per_day, told in ((500, 0.8), (900, None)):
        one = launch(lanes=(exactly(per_day),), phases=phases)
        portfolio = Portfolio(queues={QUEUE: given}, steps={}, launches={1: one})
        (fact,) = assess(Assessor(portfolio, HORIZON), 1, 2).queues
        assert fact.result is Result.FAIL
        share = fix(fact, "share")
        assert (None if share is None else share.amount) == told
