"""Rosters and demand by the clock on the wall: changes of clocks, years of 53 weeks, overlaps."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.capacity.demand import Campaign, Stream, items_by_hour
from roadmap.capacity.horizon import Horizon
from roadmap.capacity.refusal import Inconsistent
from roadmap.capacity.roster import Shift, heads_by_hour

EVERY_DAY = frozenset(range(7))


def shift(**changes) -> Shift:
    values: dict[str, Any] = {
        "first": date(2026, 1, 1),
        "last": date(2028, 12, 31),
        "weekdays": EVERY_DAY,
        "starts": 8 * 60,
        "ends": 16 * 60,
        "zone": "UTC",
        "rostered": 10.0,
    }
    return Shift(**(values | changes))


def week_of(day: date) -> Horizon:
    return Horizon.from_day(day, weeks=1)


def test_a_shift_works_its_hours_and_no_others() -> None:
    heads = heads_by_hour([shift(shrinkage=0.15)], week_of(date(2026, 11, 23)))
    assert list(heads[:24]) == pytest.approx([0] * 8 + [8.5] * 8 + [0] * 8)
    assert heads.sum() == pytest.approx(7 * 8 * 8.5)


def test_a_night_shift_belongs_to_the_day_it_starts_on() -> None:
    friday = shift(starts=22 * 60, ends=6 * 60, weekdays=frozenset({4}), rostered=3.0)
    heads = heads_by_hour([friday], week_of(date(2026, 11, 23)))
    assert list(np.flatnonzero(heads)) == [*range(4 * 24 + 22, 5 * 24 + 6)]


def test_heads_counted_on_duty_go_before_the_roster() -> None:
    heads = heads_by_hour([shift(present=7.0, shrinkage=0.5)], week_of(date(2026, 11, 23)))
    assert heads.max() == 7.0


def test_overlapping_shifts_add_up_and_half_hours_count_half() -> None:
    late = shift(starts=15 * 60 + 30, ends=20 * 60, rostered=4.0)
    heads = heads_by_hour([shift(), late], week_of(date(2026, 11, 23)))
    assert list(heads[14:17]) == pytest.approx([10, 12, 4])


def test_a_shift_over_the_change_of_clocks_is_as_long_as_the_wall_says() -> None:
    night = shift(starts=22 * 60, ends=6 * 60, zone="Europe/Berlin")
    # Clocks go back on 25 October 2026 and forward on 28 March 2027.
    autumn = heads_by_hour([night], Horizon.from_day(date(2026, 10, 24), weeks=1))
    spring = heads_by_hour([night], Horizon.from_day(date(2027, 3, 27), weeks=1))
    assert autumn[:34].sum() == pytest.approx(10 * (4 + 9))
    assert spring[:34].sum() == pytest.approx(10 * (5 + 7))


def test_days_of_23_and_25_hours_keep_their_calendar_day() -> None:
    autumn = Horizon.from_day(date(2026, 10, 24), weeks=1).face("Europe/Berlin")
    assert np.bincount(autumn.day)[1] == 25
    spring = Horizon.from_day(date(2027, 3, 27), weeks=1).face("Europe/Berlin")
    assert np.bincount(spring.day)[1] == 23
    items = items_by_hour(
        Stream(weekly=168.0, zone="Europe/Berlin"), Horizon.from_day(date(2026, 10, 24), weeks=1)
    )
    assert items[22:47].sum() == pytest.approx(25)


def test_a_site_on_holiday_does_not_work() -> None:
    closed = {5: {date(2026, 11, 24)}, None: set()}
    heads = heads_by_hour([shift(site_id=5)], week_of(date(2026, 11, 23)), closed)
    assert np.count_nonzero(heads) == 6 * 8
    assert heads[24:48].sum() == 0


def test_a_new_head_counts_in_part_while_it_ramps() -> None:
    assert heads_by_hour([shift(ramp=0.5)], week_of(date(2026, 11, 23))).max() == 5.0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rostered": -1.0}, "heads"),
        ({"shrinkage": 1.5}, "shrinkage is 1.5"),
        ({"starts": 1500}, "between 00:00 and 24:00"),
        ({"first": date(2029, 1, 1)}, "before its first"),
        ({"present": 11.0}, "More heads are on duty"),
    ],
    ids=["heads", "shrinkage", "time", "days", "present"],
)
def test_a_shift_nobody_can_work_is_refused(changes, words: str) -> None:
    with pytest.raises(Inconsistent, match=words):
        heads_by_hour([shift(**changes)], week_of(date(2026, 11, 23)))


def test_a_day_profile_repeats_and_a_week_profile_does_not() -> None:
    horizon = week_of(date(2026, 11, 23))
    day = items_by_hour(Stream(weekly=70.0, profile=(1.0, *[0.0] * 23)), horizon)
    assert list(np.flatnonzero(day)) == [0, 24, 48, 72, 96, 120, 144]
    week = items_by_hour(Stream(weekly=70.0, profile=(1.0, *[0.0] * 167)), horizon)
    assert week[0] == pytest.approx(70)
    assert week[1:].sum() == 0


def test_a_campaign_has_its_own_level_and_hours() -> None:
    horizon = week_of(date(2026, 11, 23))
    night = (1.0, *[0.0] * 23)
    campaign = Campaign(date(2026, 11, 25), date(2026, 11, 26), 3.0, night)
    items = items_by_hour(Stream(weekly=700.0, campaigns=(campaign,)), horizon)
    assert items[48] == pytest.approx(300)
    assert items[49:72].sum() == 0
    assert items.sum() == pytest.approx(5 * 100 + 2 * 300)


def test_a_phase_brings_its_share_from_its_day_on() -> None:
    horizon = week_of(date(2026, 11, 23))
    steps = ((date(2026, 11, 26), 0.5), (date(2026, 11, 24), 0.1))
    by_day = items_by_hour(Stream(weekly=700.0, ramp=steps), horizon).reshape(7, 24).sum(axis=1)
    assert list(by_day) == pytest.approx([0, 10, 10, 50, 50, 50, 50])


def test_the_53rd_week_has_the_season_of_the_52nd() -> None:
    # 2026 has 53 weeks: the last one starts on 28 December.
    horizon = Horizon.from_day(date(2026, 12, 21), weeks=2)
    items = items_by_hour(Stream(weekly=168.0, season={52: 2.0}), horizon)
    assert list(items[[0, 168]]) == pytest.approx([2, 2])
    own = items_by_hour(Stream(weekly=168.0, season={52: 2.0, 53: 3.0}), horizon)
    assert list(own[[0, 168]]) == pytest.approx([2, 3])


@pytest.mark.parametrize(
    "stream",
    [
        Stream(weekly=-1.0),
        Stream(weekly=1.0, profile=(1.0, 2.0)),
        Stream(weekly=1.0, profile=(0.0,) * 24),
        Stream(weekly=1.0, profile=(-1.0, *[1.0] * 23)),
        Stream(weekly=1.0, season={1: -2.0}),
        Stream(weekly=1.0, campaigns=(Campaign(date(2026, 1, 1), date(2027, 1, 1), -1.0),)),
    ],
    ids=["weekly", "length", "zeros", "negative", "season", "campaign"],
)
def test_demand_that_cannot_be_is_refused(stream: Stream) -> None:
    with pytest.raises(Inconsistent):
        items_by_hour(stream, week_of(date(2026, 11, 23)))


def test_a_horizon_starts_at_a_full_hour_of_utc() -> None:
    with pytest.raises(ValueError, match="full hour"):
        Horizon(datetime(2026, 11, 23, 10, 30, tzinfo=UTC))
    with pytest.raises(ValueError, match="full hour"):
        Horizon(datetime(2026, 11, 23, 10))  # noqa: DTZ001 - that is the point


zones = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Bangkok"]
)


@given(
    zones, st.dates(date(2026, 1, 1), date(2027, 12, 1)), st.integers(0, 1439), st.integers(1, 1440)
)
def test_heads_add_up_to_the_hours_of_the_shift(
    zone: str, day: date, starts: int, ends: int
) -> None:
    one = shift(first=day, last=day, starts=starts, ends=ends, zone=zone, rostered=1.0)
    heads = heads_by_hour([one], Horizon.from_day(date.fromordinal(day.toordinal() - 3), weeks=1))
    assert abs(heads.sum() - one.minutes / 60) <= 1 + 1e-9
    assert heads.min() >= 0
    assert heads.max() <= 1 + 1e-9


@given(st.floats(0, 1e6), zones, st.lists(st.floats(0.01, 9), min_size=24, max_size=24))
def test_a_week_brings_its_volume_whatever_its_shape(
    weekly: float, zone: str, profile: list[float]
) -> None:
    items = items_by_hour(
        Stream(weekly=weekly, zone=zone, profile=tuple(profile)), week_of(date(2026, 11, 23))
    )
    assert items.sum() == pytest.approx(weekly)
