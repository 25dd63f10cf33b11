"""Outages and quotas: where items go when a step answers no more."""

import pytest

from roadmap.capacity.facts import Result
from roadmap.capacity.inputs import (
    StepInput,
)
from roadmap.mechanisms.kinds import FailMode
from tests.rules.capacity_cast import (
    JUDGE,
    QUEUE,
    STEP,
    base,
    exactly,
    found,
    funnel,
    launch,
    steady,
)


def test_outages_say_where_items_go() -> None:
    queues, _, items = funnel(0.60, 0.92)
    for mode, routes_to, result, why in (
        (None, None, Result.UNKNOWN, "no_fail_mode"),
        (FailMode.OPEN, None, Result.FAIL, "open"),
        (FailMode.CLOSED, None, Result.PASS, "held"),
        (FailMode.CLOSED, QUEUE, Result.PASS, ""),
    ):
        step = StepInput(id=STEP, key="MEC-10", fail_mode=mode, routes_to_id=routes_to)
        judge = StepInput(id=JUDGE, key="MEC-11", fail_mode=FailMode.CLOSED)
        one = launch(lanes=(items,), queues=(QUEUE,), steps=(STEP,))
        (fact,) = found(queues, [one], steps=[step, judge]).outages
        assert (fact.result, fact.why) == (result, why)
    assert fact.to_people == pytest.approx(120_000 / 24 * 4 * (1 - 0.1739), rel=1e-3)


@pytest.mark.parametrize(
    ("per_minute", "mode", "hold", "result", "why"),
    [
        (84, None, None, Result.PASS, "below"),
        (80, None, None, Result.UNKNOWN, "no_quota_mode"),
        (80, FailMode.CLOSED, None, Result.UNKNOWN, "no_hold"),
        (90, FailMode.CLOSED, 30, Result.PASS, "below"),
        (80, FailMode.CLOSED, 30, Result.FAIL, ""),
        (80, FailMode.OPEN, 30, Result.FAIL, "quota_open"),
    ],
)
def test_a_quota_is_held_against_the_busiest_hour(
    per_minute: int, mode: FailMode | None, hold: int | None, result: Result, why: str
) -> None:
    queues, _, items = funnel(0.60, 0.92)
    step = StepInput(
        id=STEP,
        key="MEC-10",
        fail_mode=FailMode.CLOSED,
        quota_per_minute=per_minute,
        quota_exhausted=mode,
        hold_minutes=hold,
    )
    judge = StepInput(id=JUDGE, key="MEC-11", fail_mode=FailMode.CLOSED)
    one = launch(lanes=(items,), queues=(QUEUE,), steps=(STEP,))
    # 120,000 a day are 83.3 a minute.
    (fact,) = found(queues, [one], steps=[step, judge]).quotas
    assert (fact.result, fact.why) == (result, why)
    assert fact.peak == pytest.approx(83.3, abs=0.1)


def test_a_quota_is_shared_with_the_launches_before() -> None:
    step = StepInput(
        id=STEP, key="MEC-10", quota_per_minute=1, quota_exhausted=FailMode.CLOSED, hold_minutes=60
    )
    given = steady(10_000, base=(base(0),), review_share=0.1)
    day = [1.0] * 12 + [0.0] * 12
    both = [
        launch(number, number, lanes=(exactly(700, profile=tuple(day)),), steps=(STEP,))
        for number in (1, 2)
    ]
    (alone,) = found([given], both, judged=1, steps=[step]).quotas
    assert (alone.result, alone.why) == (Result.PASS, "below")
    (second,) = found([given], both, judged=2, steps=[step]).quotas
    # 1,400 in twelve hours of 60 an hour: 680 wait at noon.
    assert second.result is Result.FAIL
    assert second.line == pytest.approx(680)
    assert second.minutes == pytest.approx(680)


def test_an_outage_of_an_open_step_counts_what_goes_live() -> None:
    queues, _, items = funnel(0.60, 0.92)
    step = StepInput(id=STEP, key="MEC-10", fail_mode=FailMode.OPEN)
    judge = StepInput(id=JUDGE, key="MEC-11", fail_mode=FailMode.CLOSED)
    one = launch(lanes=(items,), queues=(QUEUE,), steps=(STEP,))
    (fact,) = found(queues, [one], steps=[step, judge]).outages
    assert fact.unreviewed == pytest.approx(20_000)
    assert fact.violating_live == pytest.approx(20_000 * 0.04 * 0.60)
