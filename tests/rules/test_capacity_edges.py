"""Queues at the edges: nobody on duty, no promise, nothing to do, odd days and odd years."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from roadmap.capacity.horizon import Horizon, horizon_at
from roadmap.capacity.inputs import BaseInput, QueueInput
from roadmap.capacity.judge import Judgement, Standing, judge, peak_utilisation
from roadmap.capacity.refusal import Inconsistent
from roadmap.capacity.roster import Shift
from roadmap.capacity.supply import Supply, supply
from roadmap.mechanisms.kinds import MechanismKind

AUTUMN, SPRING, MONDAY = date(2026, 10, 19), date(2027, 3, 22), date(2026, 11, 23)
NINE_TO_FIVE = (*[0.0] * 9, *[1.0] * 8, *[0.0] * 7)


def shift(starts: int, ends: int, heads: float, **changes: Any) -> Shift:
    values: dict[str, Any] = {
        "first": date(2026, 1, 1),
        "last": date(2028, 12, 31),
        "weekdays": frozenset(range(7)),
        "starts": starts * 60,
        "ends": ends * 60,
        "zone": "Europe/Berlin",
        "rostered": heads,
    }
    return Shift(**(values | changes))


def queue(*shifts: Shift, weekly: float = 0.0, **changes: Any) -> QueueInput:
    base = BaseInput(weekly=weekly, measured_until=date(2026, 10, 1))
    given = QueueInput(
        id=1,
        key="MEC-1",
        kind=MechanismKind.REVIEW_QUEUE,
        zone="Europe/Berlin",
        handling_seconds=36,
        occupancy=1.0,
        in_shift_shrinkage=0.0,
        sla_hours=4,
        shifts=shifts,
        base=(base,),
    )
    return replace(given, **changes)


def judged(given: QueueInput, day: date, weeks: int = 4) -> tuple[Supply, Judgement]:
    there = supply(given, Horizon.from_day(day, weeks))
    assert there.queue is not None
    return there, judge(there.queue, there.base)


def test_a_roster_of_nobody_carries_nothing_and_only_nothing() -> None:
    there, idle = judged(queue(shift(8, 16, 0)), MONDAY)
    assert there.queue is not None
    assert there.queue.head is None
    assert idle.carries
    assert idle.peak == 0
    _, busy = judged(queue(shift(8, 16, 0), weekly=1), MONDAY)
    assert busy.standing is Standing.OVERLOAD
    assert busy.peak == np.inf
    assert busy.longest == np.inf


def test_without_any_roster_or_throughput_nothing_is_known() -> None:
    assert supply(queue(weekly=10), horizon_at(MONDAY)).missing == "no_capacity"
    unknown = queue(shift(8, 16, 3), weekly=10, handling_seconds=None)
    assert supply(unknown, horizon_at(MONDAY)).missing == "no_handling"
    assert supply(queue(shift(8, 16, 3), base=()), horizon_at(MONDAY)).missing == "no_base"


def test_a_queue_that_promises_nothing_is_late_for_nobody() -> None:
    night_only = queue(shift(2, 4, 10), weekly=7 * 1_900, sla_hours=None)
    _, found = judged(night_only, MONDAY)
    assert found.carries
    assert found.worst is None
    assert found.longest > 20


@pytest.mark.parametrize("hours", [4.0, 0.25])
def test_an_hour_without_arrivals_needs_nobody(hours: float) -> None:
    base = BaseInput(weekly=700, measured_until=MONDAY, profile=NINE_TO_FIVE)
    by_day = queue(shift(9, 17, 3), sla_hours=hours, sla_share=0.99, base=(base,))
    _, found = judged(by_day, MONDAY)
    assert found.carries
    assert found.worst is not None
    assert found.worst.items == pytest.approx(700 * 36 / 3600)


@pytest.mark.parametrize(("day", "hours"), [(AUTUMN, 25), (SPRING, 23)])
def test_the_day_clocks_change_is_one_day_of_the_week(day: date, hours: int) -> None:
    # As many items each hour as heads decide, around the clock.
    there, found = judged(queue(shift(0, 24, 1), weekly=100 * 168), day)
    assert there.queue is not None
    local = np.bincount(there.queue.day)
    assert hours in local
    assert found.carries
    assert found.peak == pytest.approx(1.0)
    assert there.queue.capacity.min() == pytest.approx(1.0)
    week, _ = peak_utilisation(there.queue, there.base * 1.01)
    assert week == pytest.approx(1.01)


@pytest.mark.parametrize("day", [AUTUMN, SPRING])
def test_a_night_shift_leaves_no_gap_and_no_overlap_when_clocks_change(day: date) -> None:
    there, _ = judged(queue(shift(6, 22, 1), shift(22, 6, 1)), day)
    assert there.queue is not None
    assert list(np.unique(np.round(there.queue.heads, 9))) == [1.0]


def test_the_season_reaches_over_a_year_of_53_weeks() -> None:
    # 2026 ends with week 53, which lasts until 3 January.
    base = BaseInput(weekly=100 * 168, measured_until=MONDAY, season={52: 2.0, 1: 0.5})
    given = queue(shift(0, 24, 1.5), zone="UTC", base=(base,))
    there, found = judged(given, MONDAY, weeks=26)
    weekly = there.base.reshape(26, 168).sum(axis=1)
    assert list(weekly[3:7] / 168) == pytest.approx([1, 2, 2, 0.5])
    assert found.standing is Standing.LATE
    assert found.worst is not None
    christmas = there.queue.day[0] + (date(2026, 12, 21) - MONDAY).days if there.queue else 0
    assert christmas <= found.worst.day <= christmas + 14


def test_overlapping_shifts_add_up_even_when_they_are_the_same() -> None:
    twice, _ = judged(queue(shift(8, 16, 2), shift(8, 16, 2), shift(12, 20, 1)), MONDAY)
    once, _ = judged(queue(shift(8, 16, 4), shift(12, 20, 1)), MONDAY)
    assert twice.queue is not None
    assert once.queue is not None
    assert np.array_equal(twice.queue.heads, once.queue.heads)
    assert once.queue.heads.max() == 5


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (queue(shift(8, 16, -1)), "below 0"),
        (queue(shift(8, 16, 1, present=2.0)), "More heads are on duty"),
        (queue(shift(8, 25, 1)), "between 00:00 and 24:00"),
        (queue(shift(8, 16, 1), in_shift_shrinkage=1.2), "between 0 and 1"),
        (queue(shift(8, 16, 1), weekly=-5), "below 0"),
    ],
    ids=["heads", "present", "time", "shrinkage", "weekly"],
)
def test_a_queue_that_cannot_be_is_refused_with_a_sentence(given: QueueInput, words: str) -> None:
    with pytest.raises(Inconsistent, match=words):
        supply(given, horizon_at(MONDAY))


def test_the_horizon_stays_the_same_all_week_and_lasts_half_a_year() -> None:
    assert horizon_at(date(2026, 11, 29)) == horizon_at(MONDAY)
    assert horizon_at(date(2026, 11, 30)) != horizon_at(MONDAY)
    assert horizon_at(MONDAY).hours == 26 * 168
