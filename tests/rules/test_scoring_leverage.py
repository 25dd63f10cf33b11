"""What would move one up: the smallest change of one input, checked by computing again."""

import math

from hypothesis import assume, given
from hypothesis import strategies as st

from roadmap.scoring.formulas import (
    BUILT_IN,
    Criterion,
    FrameworkDef,
    Method,
    Range,
    Score,
    score_one,
    score_set,
)
from roadmap.scoring.leverage import Lever, levers

RICE = next(one for one in BUILT_IN if one.code == "rice")
WEIGHTED = FrameworkDef(
    "w",
    1,
    "W",
    Method.WEIGHTED,
    (Criterion("a", "A", weight=0.6), Criterion("b", "B", weight=0.4, direction="less")),
)


def by_code(found: tuple[Lever, ...]) -> dict[str, Lever]:
    return {lever.criterion: lever for lever in found}


def value(inputs: dict[str, float]) -> float:
    outcome = score_one(RICE, inputs)
    assert isinstance(outcome, Score)
    return outcome.value


def test_the_smallest_change_of_each_input_is_named_the_nearest_first() -> None:
    inputs = {"reach": 900.0, "impact": 1.0, "confidence": 0.8, "effort": 5.0}
    found = levers(RICE, inputs, 240.0)
    assert by_code(found)["effort"] == Lever("effort", "below", 3.0, 5.0)
    assert by_code(found)["reach"] == Lever("reach", "above", 1500.0, 900.0)
    assert by_code(found)["impact"] == Lever("impact", "at_least", 2.0, 1.0)
    assert "confidence" not in by_code(found)
    assert found[0].criterion == "effort"


def test_numbers_are_rounded_to_the_side_that_is_enough() -> None:
    inputs = {"reach": 900.0, "impact": 1.0, "confidence": 0.8, "effort": 5.0}
    effort = by_code(levers(RICE, inputs, 233.0))["effort"]
    assert (effort.bound, effort.value) == ("at_most", 3.0)
    assert value({**inputs, "effort": 3.0}) > 233


def test_nothing_is_promised_beyond_belief_or_where_it_is_above_already() -> None:
    inputs = {"reach": 10.0, "impact": 3.0, "confidence": 1.0, "effort": 2.0}
    assert levers(RICE, inputs, 1e6) == ()
    assert levers(RICE, inputs, 1.0) == ()
    assert levers(RICE, {"reach": 10.0}, 1.0) == ()


def test_a_weighted_item_at_the_end_of_its_range_promises_nothing_there() -> None:
    ranges = {"a": Range(0, 10), "b": Range(0, 5)}
    found = by_code(levers(WEIGHTED, {"a": 10.0, "b": 3.0}, 80.0, ranges))
    assert set(found) == {"b"}


numbers = st.floats(0.5, 5000)


@given(numbers, st.sampled_from([3.0, 2.0, 1.0]), st.sampled_from([1.0, 0.8]), numbers, numbers)
def test_every_lever_suffices_when_computed_again(
    reach: float, impact: float, confidence: float, effort: float, target: float
) -> None:
    inputs = {"reach": reach, "impact": impact, "confidence": confidence, "effort": effort}
    for lever in levers(RICE, inputs, target):
        tried = lever.value
        if lever.bound == "below":
            tried = math.nextafter(tried, -math.inf) * (1 - 1e-8)
        if lever.bound == "above":
            tried = math.nextafter(tried, math.inf) * (1 + 1e-8)
        assert value({**inputs, lever.criterion: tried}) > target


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=3, max_size=8))
def test_a_weighted_lever_holds_when_the_whole_set_is_scored_again(
    rows: list[tuple[float, float]],
) -> None:
    items = {key: {"a": a, "b": b} for key, (a, b) in enumerate(rows)}
    before = score_set(WEIGHTED, items)
    mine = before[0]
    assert isinstance(mine, Score)
    others = [s.value for s in before.values() if isinstance(s, Score) and s.value > mine.value]
    assume(others)
    target = min(others)
    for lever in levers(WEIGHTED, items[0], target, mine.ranges):
        assume(lever.bound in ("at_least", "at_most"))
        after = score_set(WEIGHTED, items | {0: {**items[0], lever.criterion: lever.value}})[0]
        assert isinstance(after, Score)
        assert after.value > target - 1e-6
