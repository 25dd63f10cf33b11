"""Control limits signal what changed, seldom what did not, and nothing on too few labels."""

import random
from datetime import date, timedelta

import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roadmap.mechanisms.control import (
    CALM,
    LEAST_LABELS,
    RUN,
    Period,
    Rule,
    State,
    individuals_chart,
    share_chart,
)

START = date(2026, 1, 5)
DAY = timedelta(days=1)
# A busy machine is no fault of what is tested.
PATIENT = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def shares(*counts: tuple[int, int]) -> list[Period]:
    """Return one period a day from (right, labelled)."""
    return [
        Period(START + n * DAY, START + n * DAY, right / labels if labels else 0.0, labels)
        for n, (right, labels) in enumerate(counts)
    ]


def values(*numbers: float) -> list[Period]:
    """Return one period a day without labels."""
    return [Period(START + n * DAY, START + n * DAY, number) for n, number in enumerate(numbers)]


STEADY = [(285, 300), (283, 300), (287, 300), (284, 300), (286, 300), (285, 300)] * 4


def test_a_steady_share_is_in_control_around_the_centre_of_its_baseline():
    chart = share_chart(shares(*STEADY))
    assert (chart.state, chart.baseline) == (State.IN, 12)
    assert chart.centre == pytest.approx(0.95, abs=0.001)
    last = chart.periods[-1]
    # With n = 300 and p = .95 a binomial law leaves 99.73 % between .907 and .983.
    assert last.lower == pytest.approx(0.907, abs=0.008)
    assert last.upper == pytest.approx(0.983, abs=0.008)


def test_a_drop_beyond_the_limits_signals_on_its_day():
    chart = share_chart(shares(*STEADY, (262, 300)))
    assert (chart.state, chart.rule, chart.above) == (State.OUT, Rule.BEYOND, False)
    assert chart.since == chart.until == START + len(STEADY) * DAY


def test_eight_in_a_row_below_the_centre_signal_although_none_is_beyond():
    chart = share_chart(shares(*STEADY, *[(280, 300)] * RUN))
    assert (chart.state, chart.rule, chart.above) == (State.OUT, Rule.RUN, False)
    assert chart.since == START + len(STEADY) * DAY
    assert share_chart(shares(*STEADY, *[(280, 300)] * (RUN - 1))).state is State.IN


def test_a_signal_ends_after_seven_calm_periods_and_later_ones_begin_anew():
    calm = [(285, 300), (284, 300), (286, 300), (285, 300), (287, 300), (283, 300), (285, 300)]
    assert share_chart(shares(*STEADY, (262, 300), *calm[: CALM - 1])).state is State.OUT
    assert share_chart(shares(*STEADY, (262, 300), *calm)).state is State.IN
    again = share_chart(shares(*STEADY, (262, 300), *calm, *calm, (262, 300)))
    assert again.since == START + (len(STEADY) + 1 + 2 * CALM) * DAY


def test_thousands_of_labels_do_not_turn_daily_ups_and_downs_into_signals():
    draw = random.Random(3)
    # The true share moves by a point from day to day; 20,000 labels measure it to 0.2 points.
    days = [(round(20_000 * draw.gauss(0.95, 0.01)), 20_000) for _ in range(60)]
    chart = share_chart(shares(*days))
    assert sum(one.rule is Rule.BEYOND for one in chart.periods) == 0


@PATIENT
@given(st.integers(0, LEAST_LABELS - 1), st.floats(0, 1))
def test_a_period_of_too_few_labels_never_signals(labels, share):
    chart = share_chart(shares(*STEADY, (round(share * labels), labels)))
    assert chart.state is State.IN
    assert chart.periods[-1].lower is None


@PATIENT
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)).map(sorted), max_size=40))
def test_any_shares_give_limits_between_nought_and_one_whatever_their_order(counts):
    periods = shares(*[(low, high) for low, high in counts])
    chart = share_chart(periods)
    assert chart == share_chart(periods[::-1])
    for one in chart.periods:
        if one.lower is not None and one.upper is not None:
            assert -1e-9 <= one.lower <= one.upper <= 1 + 1e-9
    if len([n for n in counts if n[1] >= LEAST_LABELS]) <= 8:
        assert chart.state is State.FEW


@pytest.mark.parametrize("count", [16, 40])
@pytest.mark.parametrize(
    ("share", "labels", "varies"),
    [(0.95, 300, 0), (0.5, 100, 0), (0.99, 1000, 0), (0.95, 5000, 0.001), (0.9, 2000, 0.02)],
)
def test_in_control_at_most_one_percent_are_beyond_and_three_in_a_run(count, share, labels, varies):
    draw = numpy.random.default_rng(count * labels)
    beyond = runs = judged = 0
    for _ in range(150):
        days = [_drawn(draw, share, labels, varies) for _ in range(count)]
        chart = share_chart(shares(*days))
        found = chart.periods[chart.baseline :]
        judged += len(found)
        beyond += sum(one.rule is Rule.BEYOND for one in found)
        runs += sum(one.rule is Rule.RUN for one in found)
    assert beyond <= 0.01 * judged
    assert runs <= 0.03 * judged


def _drawn(draw, share, labels, varies):
    """Return one day in control: a binomial draw of a share that itself varies a little."""
    if varies:
        precision = 1 / varies - 1
        share = draw.beta(share * precision, (1 - share) * precision)
    return int(draw.binomial(labels, share)), labels


def test_a_real_drop_of_five_points_is_found_within_eight_days():
    draw = numpy.random.default_rng(11)
    found = 0
    for _ in range(50):
        days = [_drawn(draw, 0.95, 300, 0) for _ in range(24)]
        days += [_drawn(draw, 0.90, 300, 0) for _ in range(8)]
        found += share_chart(shares(*days)).state is State.OUT
    assert found >= 45


def test_handling_times_have_limits_from_their_moving_ranges():
    steady = [40.0, 42.0, 39.0, 41.0, 43.0, 40.0, 38.0, 41.0, 42.0, 40.0] * 2
    chart = individuals_chart(values(*steady))
    assert (chart.state, chart.baseline) == (State.IN, 10)
    assert chart.centre == pytest.approx(40.6)
    assert individuals_chart(values(*steady, 60.0)).rule is Rule.BEYOND
    slower = individuals_chart(values(*steady, *[43.5, 43.0] * 4))
    assert (slower.rule, slower.above) == (Rule.RUN, True)


def test_a_value_that_never_moved_has_no_limits():
    assert individuals_chart(values(*[5.0] * 20, 9.0)).state is State.FEW


def test_times_in_control_are_beyond_their_limits_at_most_once_in_a_hundred():
    draw = random.Random(5)
    beyond = judged = 0
    for _ in range(300):
        chart = individuals_chart(values(*[draw.gauss(40, 5) for _ in range(20)]))
        judged += 20 - chart.baseline
        beyond += sum(one.rule is Rule.BEYOND for one in chart.periods)
    assert beyond <= 0.01 * judged
