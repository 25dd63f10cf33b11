"""The fluid model beside a simulation of single items, in the night-shift and the campaign case.

ciw plays the people one by one: Poisson arrivals, exponential handling, first come first served. A
head is on duty 85 % of its shift and handles items 85 % of that, so an item of 45 s keeps a
rostered head for 45 / 0.7225 s: capacity is the model's, and servers are whole numbers. One run of
73,000 items takes seconds; what many runs average to is drawn from the same queue in numpy.
"""

import math

import ciw
import numpy as np
import pytest
from numpy.typing import NDArray

from roadmap.capacity.flow import flow, items_within, longest, percentile, share_within
from tests.rules.weeks import worst_week

Floats = NDArray[np.float64]

MORNING = (1.2, 0.8, 0.6, 0.5, 0.5, 0.7, 1.2, 2.2, 3.4, 4.4, 5.0, 5.4)
EVENING = (5.6, 5.6, 5.4, 5.2, 5.2, 5.6, 6.4, 7.4, 8.2, 8.4, 7.0, 4.1)
DAY = np.array([*MORNING, *EVENING]) / 100 * 20_870
# Items an hour of one rostered head: 3600 s ÷ 45 s, on duty 85 % of the time, busy 85 % of that.
PER_HEAD = 3600 / 45 * 0.85 * 0.85
WEEK = 168
ONE_POINT = 0.01
SHIFTS = [(20, 22, 6), (14, 28, 6)]

# Base 6,000 a day, 14,400 on days 2 to 4, 7,200 a day decided, in 24 hours.
CAMPAIGN = np.repeat([250.0] * 2 + [600.0] * 3 + [250.0] * 25, 24)
DECIDED, PROMISED = 300.0, 24.0
FIRST, LAST = 2 * 24, 9 * 24


def staffed(heads: tuple[int, int, int], days: int) -> Floats:
    morning, evening, night = heads
    day = np.array([night] * 6 + [morning] * 8 + [evening] * 8 + [night] * 2, dtype=float)
    return np.tile(day * PER_HEAD, days)


def simulated(arrivals: Floats, per_server: float, servers, seed: int) -> tuple[Floats, Floats]:
    """Return when each item arrives and when it is decided, in hours."""
    # The arrivals are drawn as soon as they are described.
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[
            ciw.dists.PoissonIntervals(
                rates=list(arrivals),
                endpoints=[float(hour) for hour in range(1, len(arrivals) + 1)],
                max_sample_date=float(len(arrivals)),
            )
        ],
        service_distributions=[ciw.dists.Exponential(rate=per_server)],
        number_of_servers=[servers],
    )
    run = ciw.Simulation(network)
    run.simulate_until_max_time(len(arrivals) + 96)
    records = run.get_all_records()
    came = np.array([record.arrival_date for record in records])
    done = np.array([record.exit_date for record in records])
    return came, done


def drawn(arrivals: Floats, capacity: Floats, seed: int) -> tuple[Floats, Floats]:
    """Return the same of one server whose pace is that of all heads, quick enough to repeat."""
    random = np.random.default_rng(seed)
    counts = random.poisson(arrivals)
    came = np.sort(np.repeat(np.arange(len(arrivals)), counts) + random.random(counts.sum()))
    hours = np.arange(len(capacity) + 1)
    # On a clock that runs with the capacity each item takes 1 on average (Lindley, 1952).
    clock = np.concatenate(([0.0], np.cumsum(capacity)))
    start = np.interp(came, hours, clock)
    taken = np.cumsum(random.exponential(1.0, len(came)))
    before = np.concatenate(([0.0], taken[:-1]))
    done = np.interp(taken + np.maximum.accumulate(start - before), clock, hours)
    return came, done


@pytest.mark.slow
@pytest.mark.parametrize("heads", SHIFTS)
def test_the_night_shift_comes_out_as_single_items_do(heads: tuple[int, int, int]) -> None:
    # Half the items and half the people: ciw's time grows faster than its line.
    morning, evening, night = (number // 2 for number in heads)
    schedule = ciw.Schedule(
        numbers_of_servers=[night, morning, evening, night], shift_end_dates=[6, 14, 22, 24]
    )
    came, done = simulated(np.tile(DAY, 7) / 2, PER_HEAD, schedule, seed=1)
    turnaround = done - came
    line = flow(np.tile(DAY, 9), staffed(heads, 9))
    assert len(came) == pytest.approx(7 * 20_870 / 2, rel=0.01)
    assert share_within(line, 4, 0, WEEK) == pytest.approx((turnaround <= 4).mean(), abs=ONE_POINT)
    late = np.quantile(turnaround, 0.95)
    assert percentile(line, 0.95, 0, WEEK) == pytest.approx(late, abs=0.25)


@pytest.mark.slow
def test_the_campaign_comes_out_as_single_items_do() -> None:
    # ciw walks its whole line at each event, a minute with 21,600 in it: twelve runs of a
    # twelfth of the volume instead. The week of the campaign only, since whoever comes later cannot
    # delay it.
    scale, runs = 12, 12
    shares, most, slowest = [], [], []
    for seed in range(runs):
        came, done = simulated(CAMPAIGN[:LAST] / scale, DECIDED / scale, 1, seed)
        turnaround = done - came
        shares.append((turnaround[came >= FIRST] <= PROMISED).mean())
        most.append(scale * np.count_nonzero((came < 5 * 24) & (done > 5 * 24)))
        slowest.append(turnaround.max())
    line = flow(CAMPAIGN, np.full(len(CAMPAIGN), DECIDED))
    share = share_within(line, PROMISED, FIRST, LAST)
    assert share == pytest.approx(np.mean(shares), abs=ONE_POINT)
    # Chance moves the peak of such runs by a hundredth, and with it the longest wait.
    assert line.largest_backlog == pytest.approx(np.mean(most), rel=0.04)
    assert longest(line) == pytest.approx(np.mean(slowest), rel=0.04)


@pytest.mark.parametrize(("heads", "average"), [(SHIFTS[0], 0.873), (SHIFTS[1], 0.943)])
def test_thirty_weeks_of_nights_average_a_tenth_below_the_fluid(
    heads: tuple[int, int, int], average: float
) -> None:
    arrivals, capacity = np.tile(DAY, 9), staffed(heads, 9)
    shares = []
    for seed in range(30):
        came, done = drawn(arrivals, capacity, seed)
        shares.append(((done - came)[came < WEEK] <= 4).mean())
    assert np.mean(shares) == pytest.approx(average, abs=5e-4)
    exact = share_within(flow(arrivals, capacity), 4, 0, WEEK)
    # One week differs from the next by a third of a point, which no plan can foresee.
    assert 0.002 < np.std(shares) < 0.005
    assert 0.0 < exact - np.mean(shares) < 0.002


def test_twenty_campaigns_average_what_the_fluid_says() -> None:
    capacity = np.full(len(CAMPAIGN), DECIDED)
    line = flow(CAMPAIGN, capacity)
    shares, worst, cleared = [], [], []
    for seed in range(20):
        came, done = drawn(CAMPAIGN, capacity, seed)
        met = (done - came) <= PROMISED
        shares.append(met[(came >= FIRST) & (came < LAST)].mean())
        hour = came.astype(int)
        size = len(CAMPAIGN)
        all_items = np.bincount(hour, minlength=size).astype(float)
        in_time = np.bincount(hour[met], minlength=size).astype(float)
        worst.append(worst_week(all_items, in_time).share)
        # The first item that nobody waits before: the backlog is gone.
        busy = np.concatenate(([0.0], done[:-1]))
        idle = np.flatnonzero((came > 5 * 24) & (came > busy))
        cleared.append(came[idle[0]] / 24 if len(idle) else math.inf)
    assert share_within(line, PROMISED, FIRST, LAST) == pytest.approx(np.mean(shares), abs=0.003)
    share = worst_week(CAMPAIGN, items_within(line, PROMISED)).share
    assert share == pytest.approx(np.mean(worst), abs=ONE_POINT)
    assert np.median(cleared) == pytest.approx(5 + 18, abs=1)
