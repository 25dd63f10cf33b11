"""The capacity stories of the specification, from plain records to what capacity finds."""

from datetime import date

import pytest

from roadmap.capacity.facts import CapacityFacts, Result
from roadmap.capacity.inputs import (
    CampaignInput,
    PhaseInput,
    QueueInput,
    SweepInput,
)
from roadmap.capacity.skills import Pool, shortage
from roadmap.mechanisms.kinds import Grade
from tests.rules.capacity_cast import (
    APPEALS,
    JUDGE,
    QA,
    QUEUE,
    SHARED,
    STEP,
    base,
    exactly,
    fix,
    found,
    funnel,
    lane,
    launch,
    queue,
    roster,
    shared,
    steady,
)


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
