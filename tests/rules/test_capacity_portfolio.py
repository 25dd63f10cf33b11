"""Queues under launches: the capacity stories of the specification, and their properties."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadmap.capacity.demand import Campaign, Stream, items_by_hour
from roadmap.capacity.fixes import (
    Window,
    heads_in_window,
    heads_moved,
    heads_needed,
    share_that_fits,
    shifted,
    volume_that_fits,
)
from roadmap.capacity.horizon import Horizon
from roadmap.capacity.judge import Queue, Sla, Standing, judge, with_heads
from roadmap.capacity.portfolio import Load, Outcome, place, place_one
from roadmap.capacity.roster import Shift, heads_by_hour

HORIZON = Horizon.from_day(date(2026, 11, 23))
EVERY_DAY = frozenset(range(7))
NOTHING = np.zeros(HORIZON.hours)


def queue(
    hours_a_day: float, sla_hours: float = 24, head: float | None = 4.76, share: float = 1.0
) -> Queue:
    """A queue with the same hours of handling around the clock."""
    steady = np.full(HORIZON.hours, hours_a_day / 24)
    days = HORIZON.face("UTC").day
    return Queue(1, steady, steady, days, 50 / 3600, Sla(sla_hours, share), head)


def work(items_a_day: float, seconds: float) -> np.ndarray:
    return np.full(HORIZON.hours, items_a_day * seconds / 3600 / 24)


def shift(starts: int, ends: int, heads: float, zone: str = "UTC") -> Shift:
    return Shift(
        first=date(2026, 1, 1),
        last=date(2028, 1, 1),
        weekdays=EVERY_DAY,
        starts=starts * 60,
        ends=ends * 60,
        zone=zone,
        rostered=heads,
    )


A = Load(1, 1, work(1_800, 60))
B = Load(2, 2, work(2_400, 90))
SHARED = queue(28 * 4.76)
BASE = work(5_000, 50)


def test_the_second_launch_on_a_shared_queue_crosses_the_line() -> None:
    first, second = place(SHARED, BASE, [B, A])
    assert first.outcome is Outcome.CARRIES
    assert first.together.peak == pytest.approx(0.746, abs=5e-4)
    assert second.outcome is Outcome.SHARED
    assert second.alone_peak == pytest.approx(0.971, abs=5e-4)
    assert second.together.peak == pytest.approx(1.196, abs=5e-4)
    assert [launch for launch, _ in second.beside] == [1]
    assert heads_needed(second) == 6
    assert share_that_fits(second) == pytest.approx(0.56)


def test_swapping_the_order_of_commitment_swaps_the_outcomes() -> None:
    swapped = place(SHARED, BASE, [Load(1, 2, A.work), Load(2, 1, B.work)])
    assert [(one.launch_id, one.outcome) for one in swapped] == [
        (2, Outcome.CARRIES),
        (1, Outcome.SHARED),
    ]


def test_a_launch_without_a_number_is_judged_on_all_committed_ones() -> None:
    placed = place(SHARED, BASE, [Load(3, None, work(10, 50)), A, B, Load(4, None, work(10, 50))])
    assert [one.launch_id for one in placed] == [1, 2, 3, 4]
    assert [launch for launch, _ in placed[3].beside] == [2, 1]
    assert placed[3].before_fails


def test_a_campaign_brings_a_backlog_the_queue_clears_weeks_later() -> None:
    stream = Stream(
        weekly=42_000, campaigns=(Campaign(date(2026, 12, 1), date(2026, 12, 3), 14_400 / 6_000),)
    )
    found = judge(queue(7_200, head=None), items_by_hour(stream, HORIZON))
    assert found.standing is Standing.LATE
    assert found.largest_backlog == pytest.approx(21_600)
    assert found.longest == pytest.approx(72)
    assert found.clear_hour is not None
    assert found.clear_hour / 24 == 11 + 18


def test_a_slower_tool_overloads_its_queue() -> None:
    tool = queue(138.5)
    placed = place_one(tool, NOTHING, NOTHING, [], Load(1, 1, work(9_500, 55)))
    assert judge(tool, work(9_500, 42)).peak == pytest.approx(0.800, abs=5e-4)
    assert placed.outcome is Outcome.OVERLOAD
    assert placed.together.peak == pytest.approx(1.048, abs=5e-4)
    assert heads_needed(placed) == 2
    assert judge(with_heads(tool, 2), placed.load.work).peak == pytest.approx(0.981, abs=5e-4)


@pytest.mark.parametrize(
    ("volume", "outcome", "peak"),
    [
        (500, Outcome.CARRIES, 0.920),
        (1_200, Outcome.CARRIES, 0.947),
        (2_000, Outcome.CARRIES, 0.979),
        (5_000, Outcome.OVERLOAD, 1.097),
    ],
)
def test_one_borrowed_number_is_enough_to_judge(
    volume: float, outcome: Outcome, peak: float
) -> None:
    small, base = queue(60), np.full(HORIZON.hours, 54 / 24)
    placed = place_one(small, base, base, [], Load(1, None, work(volume * 0.17, 50)))
    assert placed.outcome is outcome
    assert placed.together.peak == pytest.approx(peak, abs=5e-4)
    if outcome is Outcome.OVERLOAD:
        assert volume_that_fits(placed, volume, volume) == 2_541


def night_queue(night: float) -> tuple[Queue, np.ndarray]:
    """The Thai LIVE queue: three by day, so many at night, five minutes to answer."""
    zone = "Asia/Bangkok"
    profile = [9.6] * 8 + [704 / 14] * 14 + [9.6] * 2
    heads = heads_by_hour([shift(8, 22, 3, zone), shift(22, 8, night, zone)], HORIZON)
    days = HORIZON.face(zone).day
    found = Queue(1, heads, heads, days, 90 / 3600, Sla(5 / 60, 0.95), None)
    stream = Stream(weekly=5_600, zone=zone, profile=tuple(profile))
    return found, items_by_hour(stream, HORIZON) * 90 / 3600


def test_nobody_at_night_fails_a_queue_half_used() -> None:
    thai, arriving = night_queue(0)
    placed = place_one(thai, NOTHING, NOTHING, [], Load(1, 1, arriving))
    assert placed.outcome is Outcome.LATE
    assert placed.together.peak == pytest.approx(0.476, abs=5e-4)
    assert placed.together.worst is not None
    assert placed.together.worst.share == pytest.approx(0.802, abs=5e-4)
    one = heads_by_hour([shift(22, 8, 1, "Asia/Bangkok")], HORIZON)
    night = Window("22:00–08:00", 1320, 480, one, one, 70.0)
    day = Window("08:00–22:00", 480, 1320, thai.heads / 3, thai.heads / 3, 98.0, 3)
    added = heads_in_window(placed, [day, night])
    assert added is not None
    assert (added.window.name, added.heads) == ("22:00–08:00", 1)
    staffed = judge(shifted(thai, [(night, 1)]), arriving)
    assert staffed.worst is not None
    assert staffed.worst.share == pytest.approx(0.997, abs=5e-4)
    moved = heads_moved(placed, [day, night])
    assert moved is not None
    assert (moved.source.name, moved.target.name, moved.heads) == (day.name, night.name, 1)


def test_a_queue_without_an_sla_fails_only_by_never_clearing() -> None:
    steady = np.full(HORIZON.hours, 1.0)
    no_promise = Queue(1, steady, steady, HORIZON.face("UTC").day, 0.01, None)
    assert judge(no_promise, steady * 0.99).carries
    assert judge(no_promise, steady * 1.01).standing is Standing.OVERLOAD


def test_no_people_and_no_work_carry_but_no_people_and_work_do_not() -> None:
    empty = queue(0)
    assert judge(empty, NOTHING).carries
    found = judge(empty, work(1, 50))
    assert found.standing is Standing.OVERLOAD
    assert found.peak == np.inf
    placed = place_one(empty, NOTHING, NOTHING, [], Load(1, 1, work(1, 50)))
    assert heads_needed(placed) is None
    assert share_that_fits(placed) is None


amounts = st.floats(1, 400).map(lambda value: round(value, 1))


@settings(max_examples=25)
@given(st.lists(amounts, min_size=1, max_size=4), amounts, amounts)
def test_adding_a_launch_never_raises_anothers_headroom(
    loads: list[float], capacity: float, extra: float
) -> None:
    carried = queue(capacity)
    ordered = [Load(n, n, work(items, 600)) for n, items in enumerate(loads, 1)]
    without = place(carried, NOTHING, ordered)
    first = Load(0, 0, work(extra, 600))
    added = {one.launch_id: one for one in place(carried, NOTHING, [*ordered, first])}
    for one in without:
        assert added[one.launch_id].together.peak >= one.together.peak - 1e-9
        if one.outcome is not Outcome.CARRIES:
            assert added[one.launch_id].outcome is not Outcome.CARRIES


@settings(max_examples=25)
@given(st.lists(amounts, min_size=1, max_size=3), amounts)
def test_every_fix_offered_is_enough_when_tried(loads: list[float], capacity: float) -> None:
    ordered = [Load(n, n, work(items, 600)) for n, items in enumerate(loads, 1)]
    for one in place(queue(capacity), NOTHING, ordered):
        if one.outcome is Outcome.CARRIES:
            continue
        share, heads = share_that_fits(one), heads_needed(one)
        if share is not None:
            assert one.judge_at(share).carries
            assert not one.judge_at(share + 0.02).carries
        assert heads is not None
        assert one.judge_at(queue=with_heads(one.queue, heads)).carries
        assert not one.judge_at(queue=with_heads(one.queue, heads - 1)).carries


def test_trouble_before_a_launch_starts_is_not_its_own() -> None:
    stream = Stream(
        weekly=42_000, campaigns=(Campaign(date(2026, 12, 1), date(2026, 12, 3), 14_400 / 6_000),)
    )
    base = items_by_hour(stream, HORIZON)
    later = Load(1, 1, NOTHING, since=60 * 24)
    during = Load(1, 1, NOTHING, since=10 * 24)
    calm = queue(7_200, head=None)
    assert place_one(calm, base, base, [], later).outcome is Outcome.CARRIES
    placed = place_one(calm, base, base, [], during)
    assert placed.outcome is Outcome.LATE
    assert placed.before_fails


def test_a_launch_that_changes_handling_changes_what_is_there() -> None:
    tool = queue(138.5)
    base = work(9_500, 42)
    half = Load(1, 1, NOTHING, scale=np.full(HORIZON.hours, 55 / 42))
    placed = place_one(tool, base, base, [], half)
    assert placed.together.peak == pytest.approx(1.048, abs=5e-4)
    assert share_that_fits(placed) == pytest.approx(0.80)
