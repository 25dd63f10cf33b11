"""A step that is off or throttled: the case of the specification, and what must hold."""

from datetime import date

import numpy as np
import pytest

from roadmap.capacity.horizon import Horizon
from roadmap.capacity.judge import Queue, Sla
from roadmap.capacity.outage import closed, open_, peak, quota
from roadmap.capacity.refusal import Inconsistent
from roadmap.capacity.staffing import items_per_hour, on_duty
from tests.rules.test_flow import PROFILE

HORIZON = Horizon.from_day(date(2026, 11, 23))
DAYS = 182


def test_four_hours_off_at_peak_take_three_weeks_to_clear() -> None:
    items = np.tile(PROFILE / 100 * 120_000, DAYS)
    heads = np.tile([6.0] * 6 + [20.0] * 8 + [22.0] * 8 + [6.0] * 2, DAYS)
    hour = items_per_hour(on_duty(1, 0.15), 45, 0.85) * 45 / 3600
    queue = Queue(1, heads * hour, heads, HORIZON.face("UTC").day, 45 / 3600, Sla(4.0), None)
    work = np.tile(PROFILE / 100 * 20_870, DAYS) * 45 / 3600
    found = closed(items, 20_869.565 / 120_000, 4, queue, work)
    assert found.starts % 24 == 19
    assert found.items == pytest.approx(37_200)
    assert found.to_people == pytest.approx(30_730, abs=1)
    assert found.clear_hours is not None
    assert found.clear_hours / 24 == pytest.approx(23, abs=0.5)


def test_a_step_that_fails_open_lets_violations_live() -> None:
    items = np.tile(PROFILE / 100 * 1_000, 7)
    found = open_(items, 4, 0.024)
    assert found.unreviewed == pytest.approx(310)
    assert found.violating_live == pytest.approx(310 * 0.024)
    assert found.to_people == 0


def test_a_queue_without_spare_time_never_catches_up() -> None:
    steady = np.full(HORIZON.hours, 1.0)
    queue = Queue(1, steady, steady, HORIZON.face("UTC").day, 1.0, None)
    assert closed(steady, 0.0, 2, queue, steady).clear_hours is None


def test_the_worst_hours_are_those_with_most_items() -> None:
    assert peak(np.array([1.0, 5.0, 4.0, 9.0, 0.0]), 2) == 2
    with pytest.raises(Inconsistent):
        peak(np.array([1.0]), 2)
    with pytest.raises(Inconsistent):
        peak(np.array([1.0]), 0)


def test_items_wait_behind_a_quota() -> None:
    calm = quota(np.full(24, 600.0), 10)
    assert (calm.exceeded, calm.longest_minutes) == (False, 0.0)
    burst = np.full(24, 300.0)
    burst[3] = 1_200
    found = quota(burst, 10)
    # 1,200 in an hour that takes 600: 600 wait at its end, an hour's worth of quota.
    assert found.peak_per_minute == 20
    assert found.line == pytest.approx(600)
    assert found.longest_minutes == pytest.approx(60)
    with pytest.raises(Inconsistent):
        quota(burst, 0)
