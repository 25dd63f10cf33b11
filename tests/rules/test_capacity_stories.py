"""The capacity stories of the specification, from plain records to what capacity finds."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from roadmap.capacity.assess import Assessor
from roadmap.capacity.consequences import assess
from roadmap.capacity.facts import CapacityFacts, QueueFact, Result
from roadmap.capacity.horizon import Horizon
from roadmap.capacity.inputs import (
    BacklogInput,
    BaseInput,
    CampaignInput,
    LaneInput,
    LaunchInput,
    PhaseInput,
    Portfolio,
    QueueInput,
    RouteInput,
    StepInput,
    SweepInput,
)
from roadmap.capacity.roster import Shift
from roadmap.capacity.skills import Pool, shortage
from roadmap.mechanisms.kinds import FailMode, Grade, MechanismKind
from roadmap.taxonomy.scope import ScopePattern

START = date(2026, 11, 23)
HORIZON = Horizon.from_day(START)
ANYWHERE = ScopePattern(None, None, None, None)
QUEUE, APPEALS, QA, STEP, JUDGE = 1, 2, 3, 10, 11


def roster(heads: float, starts: int = 0, ends: int = 8, **changes: Any) -> Shift:
    values: dict[str, Any] = {
        "first": date(2026, 1, 1),
        "last": date(2028, 1, 1),
        "weekdays": frozenset(range(7)),
        "starts": starts * 60,
        "ends": ends * 60,
        "zone": "UTC",
        "rostered": heads,
    }
    return Shift(**(values | changes))


def base(per_day: float, **changes: Any) -> BaseInput:
    return BaseInput(weekly=per_day * 7, measured_until=date(2026, 11, 20), **changes)


def queue(**changes: Any) -> QueueInput:
    values: dict[str, Any] = {
        "id": QUEUE,
        "key": "MEC-1",
        "kind": MechanismKind.REVIEW_QUEUE,
        "handling_seconds": 60.0,
        "sla_hours": 24.0,
    }
    return QueueInput(**(values | changes))


def steady(per_day: float, **changes: Any) -> QueueInput:
    """A queue that decides so many items a day, around the clock."""
    return queue(throughput=((date(2026, 11, 16), per_day),), **changes)


def lane(
    per_day: float, low: float | None = None, high: float | None = None, **changes: Any
) -> LaneInput:
    return LaneInput(
        forecast_id=1,
        pattern=ANYWHERE,
        likely=per_day * 7,
        low=None if low is None else low * 7,
        high=None if high is None else high * 7,
        **changes,
    )


def exactly(per_day: float, **changes: Any) -> LaneInput:
    return lane(per_day, per_day, per_day, **changes)


def launch(number: int = 1, order: int | None = 1, **changes: Any) -> LaunchInput:
    values: dict[str, Any] = {
        "id": number,
        "order": order,
        "phases": (PhaseInput(position=1, share=1.0, starts_on=START),),
        "queues": (QUEUE,),
    }
    return LaunchInput(**(values | changes))


def found(
    queues: Sequence[QueueInput],
    launches: Sequence[LaunchInput],
    judged: int = 1,
    steps: Sequence[StepInput] = (),
    campaigns: Sequence[CampaignInput] = (),
) -> CapacityFacts:
    portfolio = Portfolio(
        queues={one.id: one for one in queues},
        steps={one.id: one for one in steps},
        launches={one.id: one for one in launches},
        campaigns=tuple(campaigns),
    )
    return assess(Assessor(portfolio, HORIZON), judged, 1)


def fix(fact: QueueFact, kind: str) -> Any:
    return next((one for one in fact.fixes if one.kind == kind), None)


def test_story_2_a_campaign_drowns_the_queue_for_eighteen_days() -> None:
    campaign = CampaignInput(
        market=None, first=date(2026, 12, 1), last=date(2026, 12, 3), multiplier=2.4
    )
    facts = found(
        [steady(7_200, base=(base(6_000),))],
        [launch(lanes=(exactly(0),))],
        campaigns=[campaign],
    )
    (fact,) = facts.queues
    assert (fact.result, fact.code) == (Result.FAIL, "CAP_SLA")
    assert fact.backlog == pytest.approx(21_600)
    assert fact.longest_hours == pytest.approx(72)
    assert fact.clear_on == date(2026, 12, 22)
    assert fact.capacity_needed == pytest.approx(10_800)
    assert fact.before_fails
    # Of the 21,600 waiting on 4 December 1,200 a day are worked off, and 7,200 are a day's work.
    assert fix(fact, "date").place == "2026-12-16"


def shared(order_of_a: int, order_of_b: int) -> list[LaunchInput]:
    slow: dict[str, Any] = {
        "route": (RouteInput(mechanism_id=QUEUE, rates=human(60)),),
        "prevalence": 0.1,
    }
    slower: dict[str, Any] = {
        "route": (RouteInput(mechanism_id=QUEUE, rates=human(90)),),
        "prevalence": 0.1,
    }
    return [
        launch(1, order_of_a, lanes=(exactly(1_800, **slow),)),
        launch(2, order_of_b, lanes=(exactly(2_400, **slower),)),
    ]


def human(seconds: float) -> dict[str, float]:
    return {"recall": 0.9, "false_rate": 0.01, "handling_seconds": seconds}


SHARED = queue(
    handling_seconds=50.0,
    in_shift_shrinkage=0.30,
    shifts=(roster(28),),
    base=(base(5_000),),
)


def test_story_6_the_second_launch_on_a_shared_queue_needs_six_heads() -> None:
    launches = shared(1, 2)
    (first,) = found([SHARED], launches, judged=1).queues
    (second,) = found([SHARED], launches, judged=2).queues
    assert first.result is Result.PASS
    assert first.together == pytest.approx(0.746, abs=5e-4)
    assert (second.result, second.code) == (Result.FAIL, "CAP_SHARED")
    assert second.alone == pytest.approx(0.971, abs=5e-4)
    assert second.together == pytest.approx(1.196, abs=5e-4)
    assert [launch_id for launch_id, _ in second.beside] == [1]
    assert fix(second, "heads").amount == 6
    assert fix(second, "share").amount == pytest.approx(0.56)
    assert fix(second, "volume").amount == 9_473
    assert [one.kind for one in second.fixes] == ["share", "volume", "heads"]


def test_story_6_swapped_the_verdicts_swap() -> None:
    launches = shared(2, 1)
    assert found([SHARED], launches, judged=2).queues[0].result is Result.PASS
    assert found([SHARED], launches, judged=1).queues[0].code == "CAP_SHARED"


THAI = "Asia/Bangkok"


def thai(night: float) -> QueueInput:
    shifts = [roster(3, 8, 22, zone=THAI, present=3.0)]
    if night:
        shifts.append(roster(night, 22, 8, zone=THAI, present=night))
    return queue(
        zone=THAI,
        handling_seconds=90.0,
        occupancy=1.0,
        in_shift_shrinkage=0.0,
        sla_hours=5 / 60,
        sla_share=0.95,
        shifts=tuple(shifts),
        base=(base(0),),
    )


def test_story_9_nobody_at_night_is_late_though_half_used() -> None:
    profile = tuple([9.6] * 8 + [704 / 14] * 14 + [9.6] * 2)
    flags = launch(lanes=(exactly(800, profile=profile, zone=THAI),))
    (fact,) = found([thai(0)], [flags]).queues
    assert (fact.result, fact.code) == (Result.FAIL, "CAP_SLA")
    assert fact.share == pytest.approx(0.802, abs=0.01)
    assert fact.together == pytest.approx(0.476, abs=5e-4)
    night = fix(fact, "shift_heads")
    assert (night.amount, night.place) == (1, "22:00–08:00")
    (staffed,) = found([thai(1)], [flags]).queues
    assert staffed.result is Result.PASS
    assert staffed.share == pytest.approx(0.997, abs=5e-4)


def test_story_10_a_slower_tool_overloads_and_two_heads_mend_it() -> None:
    given = queue(
        handling_seconds=42.0,
        in_shift_shrinkage=0.30,
        shifts=(roster(138.5 / 4.76),),
        base=(base(9_500),),
    )
    tool = launch(changes={QUEUE: (55.0, Grade.MEASURED)})
    (fact,) = found([given], [tool]).queues
    assert (fact.result, fact.code) == (Result.FAIL, "CAP_OVERLOAD")
    assert fact.together == pytest.approx(1.048, abs=5e-4)
    assert fix(fact, "heads").amount == 2
    assert fix(fact, "handling").amount == pytest.approx(52.4)


def funnel(recall: float, precision: float) -> tuple[list[QueueInput], list[StepInput], LaneInput]:
    money: dict[str, Any] = {"hourly_rate": 1_400, "currency": "EUR", "shrinkage": 0.30}
    queues = [
        queue(handling_seconds=45.0, throughput=((START, 30_000.0),), base=(base(0),), **money),
        queue(
            id=APPEALS,
            key="MEC-2",
            kind=MechanismKind.APPEALS_QUEUE,
            handling_seconds=180.0,
            throughput=((START, 5_000.0),),
            base=(base(0),),
            **money,
        ),
        queue(
            id=QA,
            key="MEC-3",
            kind=MechanismKind.QA_PROGRAM,
            handling_seconds=60.0,
            throughput=((START, 5_000.0),),
            base=(base(0),),
            **money,
        ),
    ]
    priced: dict[str, Any] = {"currency": "EUR", "fail_mode": FailMode.CLOSED}
    steps = [
        StepInput(id=STEP, key="MEC-10", unit_price_micros=200, **priced),
        StepInput(id=JUDGE, key="MEC-11", unit_price_micros=2_000, **priced),
    ]
    classifier = {
        "recall": recall,
        "precision": precision,
        "pass_share": 0.80,
        "miss_rate": 0.005,
        "qa_share": 0.01,
    }
    reviewed = {"recall": 0.90, "false_rate": 0.01, "qa_share": 0.03, "handling_seconds": 45.0}
    items = exactly(
        120_000,
        prevalence=0.04,
        route=(
            RouteInput(mechanism_id=JUDGE, rates={"recall": 0, "precision": 1, "receives": 0.1}),
            RouteInput(mechanism_id=STEP, rates=classifier),
            RouteInput(mechanism_id=QUEUE, rates=reviewed),
        ),
    )
    return queues, steps, items


def test_story_11_a_month_costs_113_6_percent_of_its_budget() -> None:
    queues, steps, items = funnel(0.60, 0.92)
    costly = launch(
        lanes=(items,),
        queues=(QUEUE, APPEALS, QA),
        steps=(STEP, JUDGE),
        budget=20_000_000,
        currency="EUR",
    )
    facts = found(queues, [costly], steps=steps)
    (cost,) = facts.costs
    assert cost.result is Result.FAIL
    assert cost.cost is not None
    assert cost.cost / 100 == pytest.approx(227_198, abs=1)
    assert cost.cost / 20_000_000 == pytest.approx(1.136, abs=5e-4)
    assert {fact.result for fact in facts.queues} == {Result.PASS}
    appeals = next(fact for fact in facts.queues if fact.key == "MEC-2")
    assert appeals.code == "APPEAL_CAP"


def test_story_7_capacity_and_cost_stay_green_when_quality_collapses() -> None:
    queues, steps, items = funnel(0.75, 0.75)
    looser = launch(
        lanes=(items,),
        queues=(QUEUE, APPEALS, QA),
        steps=(STEP, JUDGE),
        budget=24_000_000,
        currency="EUR",
        active_sellers=100_000,
        wrongful_per_thousand=200.0,
    )
    facts = found(queues, [looser], steps=steps)
    assert {fact.result for fact in facts.queues} == {Result.PASS}
    assert facts.costs[0].result is Result.PASS
    # Only the harm shows it: 1,385 wrongful actions a day.
    assert facts.harms[0].wrongful == pytest.approx(1_384.8 * 7, abs=1)


def test_prices_in_another_currency_are_unknown_not_converted() -> None:
    queues, steps, items = funnel(0.60, 0.92)
    foreign = launch(lanes=(items,), queues=(QUEUE,), budget=1, currency="USD")
    (cost,) = found(queues, [foreign], steps=steps).costs
    assert (cost.result, cost.why) == (Result.UNKNOWN, "currency")


def test_story_15_a_sweep_needs_8182_a_day() -> None:
    given = steady(7_200, base=(base(6_300),))
    sweep = SweepInput(queue_id=QUEUE, listings=1_800_000, flagged=0.015, days=10)
    phases = (PhaseInput(position=1, share=1.0, starts_on=date(2026, 12, 1)),)
    (fact,) = found([given], [launch(sweeps=(sweep,), phases=phases)]).queues
    assert (fact.result, fact.code) == (Result.FAIL, "CAP_SLA")
    assert fact.backlog == pytest.approx(18_000)
    assert fact.longest_hours == pytest.approx(60)
    assert fact.clear_on == date(2026, 12, 31)
    assert fact.capacity_needed == pytest.approx(8_182, abs=1)
    assert fix(fact, "swept").amount == 16_200
    # Less traffic sweeps no listing less, and the base load is as heavy on any other day.
    assert {one.kind for one in fact.fixes} == {"swept", "heads"}


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


def counted(items: float, day: int = 23) -> BacklogInput:
    return BacklogInput(items, datetime(2026, 11, day, 6, tzinfo=UTC))


def test_what_waits_today_delays_what_comes() -> None:
    given = steady(1_000, base=(base(700),), sla_hours=24.0)
    one = launch(lanes=(exactly(100),))
    assert found([given], [one]).queues[0].result is Result.PASS
    few, many = counted(500), counted(2_000)
    (late,) = found([replace(given, backlog=many)], [one]).queues
    assert (late.result, late.code) == (Result.FAIL, "CAP_SLA")
    assert late.backlog == pytest.approx(2_000)
    # 200 a day are worked off: the last of them 10 days after the count.
    assert late.clear_on == date(2026, 12, 3)
    assert late.before_fails
    assert late.capacity_needed == pytest.approx(2_000)
    assert found([replace(given, backlog=few)], [one]).queues[0].result is Result.PASS
    assert late.counted_on == date(2026, 11, 23)


def test_a_count_of_days_before_stands_where_the_horizon_begins() -> None:
    given = steady(1_000, base=(base(700),), backlog=counted(2_000, day=20))
    (fact,) = found([given], [launch(lanes=(exactly(100),))]).queues
    assert fact.clear_on == date(2026, 12, 3)


def test_where_items_expire_nothing_waits_for_ever_but_the_share_is_lower() -> None:
    calls = launch(lanes=(exactly(4_800, profile=(1.0,) * 24, zone="UTC"),))
    desk = queue(
        handling_seconds=180.0,
        occupancy=1.0,
        in_shift_shrinkage=0.0,
        sla_hours=20 / 3600,
        sla_share=0.90,
        shifts=(roster(14, 0, 24),),
        base=(base(0),),
        patience_hours=5 / 60,
    )
    (fact,) = found([desk], [calls]).queues
    assert (fact.result, fact.rule) == (Result.PASS, "erlang_a")
    # 100 each half-hour, three minutes each, patience five: the published case.
    assert fact.share == pytest.approx(0.9168, abs=5e-5)
    assert fact.expired == pytest.approx(0.013984, abs=5e-7)
    crowded = replace(desk, shifts=(roster(8, 0, 24),))
    (fact,) = found([crowded], [calls]).queues
    assert (fact.result, fact.code) == (Result.FAIL, "CAP_SLA")
    assert fact.capacity_needed is None
    assert fact.longest_hours is None
    assert fix(fact, "heads").amount == 6
    (patient,) = found([replace(crowded, patience_hours=None)], [calls]).queues
    assert (patient.code, patient.rule) == ("CAP_OVERLOAD", "erlang_c")


def italian(certified: float) -> list[Pool]:
    return [Pool(frozenset({"it"}), certified * 4.76)]


def test_story_16_italian_is_short_once_only_permitted_heads_count() -> None:
    given = queue(
        in_shift_shrinkage=0.30,
        handling_seconds=60.0,
        shifts=(roster(22, languages=frozenset({"it"})),),
        base=(base(0, language="it"),),
    )
    items = exactly(76 * 60, languages=frozenset({"it"}))
    facts = found([given], [launch(lanes=(items,))])
    assert facts.queues[0].result is Result.PASS
    assert facts.queues[0].together == pytest.approx(0.726, abs=5e-4)
    (skill,) = facts.skills
    assert dict(skill.demand)["it"] / 7 == pytest.approx(76)
    (pool,) = skill.pools
    assert pool.heads == 22
    assert pool.head_hours / 7 == pytest.approx(4.76)
    lacking = shortage({"it": 76.0}, italian(10))
    assert lacking is not None
    assert 76 / lacking.capacity == pytest.approx(1.597, abs=5e-4)
    assert shortage({"it": 76.0}, italian(15)) is not None
    assert shortage({"it": 76.0}, italian(16)) is None


def test_a_load_of_all_languages_is_of_the_one_there_is() -> None:
    given = queue(
        shifts=(roster(22, languages=frozenset({"it"})),), base=(base(600),), handling_seconds=60.0
    )
    items = exactly(60, languages=frozenset({"it"}))
    (skill,) = found([given], [launch(lanes=(items,))]).skills
    assert dict(skill.demand)["it"] / 7 == pytest.approx(11)


def small(*volumes: float) -> CapacityFacts:
    given = queue(
        handling_seconds=50.0,
        review_share=0.17,
        throughput=((date(2026, 11, 16), 60 * 3600 / 50),),
        base=(base(54 * 3600 / 50),),
    )
    return found([given], [launch(order=None, lanes=(lane(*volumes),))])


def test_story_17_one_number_is_judged_with_what_is_borrowed() -> None:
    (fact,) = small(500, 200, 1_200).queues
    assert fact.result is Result.PASS
    assert fact.together_high == pytest.approx(0.947, abs=5e-4)
    assert set(fact.borrowed) == {"handling time", "review rate", "throughput"}
    (larger,) = small(2_000, 500, 5_000).queues
    assert (larger.result, larger.case) == (Result.FAIL_AT_HIGH, "high")
    assert larger.together == pytest.approx(0.979, abs=5e-4)
    assert larger.together_high == pytest.approx(1.097, abs=5e-4)
    assert larger.break_even is not None
    assert larger.break_even // 7 == 2_541
    assert fix(larger, "volume").amount // 7 == 2_541


def test_one_number_alone_is_unknown_between_half_and_double() -> None:
    (fact,) = small(2_000).queues
    assert (fact.result, fact.why) == (Result.UNKNOWN, "break_even")
    assert fact.break_even is not None
    assert fact.break_even // 7 == 2_541
    assert small(6_000).queues[0].result is Result.FAIL
    assert small(1_000).queues[0].result is Result.PASS


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
