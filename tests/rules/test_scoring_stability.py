"""Stability: how often an item stays in the top when its inputs move within their ranges."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roadmap.scoring.compare import Estimate, stability
from roadmap.scoring.expression import FormulaError, parse
from roadmap.scoring.formulas import (
    BUILT_IN,
    Criterion,
    FrameworkDef,
    Method,
    Number,
    Score,
    score_set,
)
from roadmap.scoring.ranking import Item, RankingError, rank
from roadmap.scoring.stability import evaluate_arrays
from tests.pace import within

FRAMEWORKS = {framework.code: framework for framework in BUILT_IN}
RICE = FRAMEWORKS["rice"]
CODES = ("reach", "impact", "confidence", "effort")
# The backlog of the drawn page: Data Science, 6 of 14 fit.
BACKLOG = [
    (2400, 2, 1, 5), (3200, 1, 1, 4), (1300, 2, 1, 4), (1750, 1, 0.8, 2.5), (900, 3, 0.8, 5),
    (1700, 1, 1, 4), (3000, 1, 0.8, 6), (1160, 1, 1, 3), (2600, 0.5, 1, 5), (420, 3, 1, 6),
    (650, 1, 0.8, 3), (1900, 0.5, 0.8, 5), (1100, 1, 0.5, 6), (500, 0.5, 0.8, 4),
]  # fmt: skip
Items = dict[int, dict[str, Number | Estimate | None]]


def backlog() -> Items:
    return {n: dict(zip(CODES, row, strict=True)) for n, row in enumerate(BACKLOG, start=1)}


def test_the_drawn_backlog_is_firm_for_four_and_open_for_the_next() -> None:
    found = stability(RICE, backlog(), top=6, moves={"effort": 0.2})
    shares = [found.bands[n].in_top for n in range(1, 15)]
    assert all(share >= 0.9 for share in shares[:4])
    assert shares[4:8] == pytest.approx([0.75, 0.67, 0.35, 0.23], abs=0.02)
    assert shares[8:] == [0] * 6
    assert sum(shares) == pytest.approx(6)
    assert found.bands[1].low == 1
    assert (found.draws, found.left_out) == (4000, ())


def test_the_answer_is_the_same_in_any_order_and_changes_with_the_seed() -> None:
    items = backlog()
    backwards = dict(reversed(items.items()))
    first = stability(RICE, items, top=6, moves={"effort": 0.2})
    assert stability(RICE, backwards, top=6, moves={"effort": 0.2}) == first
    assert stability(RICE, items, top=6, moves={"effort": 0.2}, seed=2).bands != first.bands


@pytest.mark.parametrize("code", ["rice", "moderation_value", "custom"])
def test_inputs_that_do_not_move_give_the_plain_ranking(code: str) -> None:
    criteria = (Criterion("reach", "Reach"), Criterion("effort", "Effort"))
    framework = FRAMEWORKS.get(code) or FrameworkDef(
        "custom", 1, "Custom", Method.CUSTOM, criteria, "max(reach, 900) / effort ^ 2 - 3"
    )
    items: Items = {
        n: {
            **row,
            "harm_prevented": n % 7,
            "seller_fairness": n % 5 - 3,
            "reviewer_hours": n * 7 % 11,
            "obligation": 5,
        }
        for n, row in backlog().items()
    }
    plain: dict[int, dict[str, Number | None]] = items  # type: ignore[assignment]
    blocks = {14: (3,), 9: (14,)}
    scores = score_set(framework, plain)
    ranked = rank(
        Item(key, outcome.value, blocks.get(key, ()))
        for key, outcome in scores.items()
        if isinstance(outcome, Score)
    )
    found = stability(framework, items, top=6, blocks=blocks, draws=50)
    for row in ranked.ranked:
        band = found.bands[row.key]
        assert (band.low, band.high, band.failed) == (row.rank, row.rank, 0)
        assert band.in_top == (row.rank <= 6)


def test_a_prerequisite_is_in_the_top_whenever_what_it_blocks_is() -> None:
    found = stability(RICE, backlog(), top=6, moves={"effort": 0.2}, blocks={14: (5,)})
    assert found.bands[14].in_top >= found.bands[5].in_top > 0.3


def test_an_unscored_prerequisite_takes_a_place_but_has_no_band() -> None:
    items = backlog()
    items[99] = {"reach": None}
    found = stability(RICE, items, top=6, draws=10, blocks={99: (1,)})
    assert found.left_out == (99,)
    assert 99 not in found.bands
    assert found.bands[6].in_top == 0


def test_a_wrong_input_leaves_the_item_out() -> None:
    items = backlog()
    items[1]["effort"] = 0
    items[2]["effort"] = Estimate(0, 1, 2)
    assert stability(RICE, items, top=6, draws=10).left_out == (1, 2)


def test_an_estimate_is_drawn_from_its_triangle() -> None:
    criteria = (Criterion("x", "X"), Criterion("y", "Y"))
    framework = FrameworkDef("d", 1, "D", Method.CUSTOM, criteria, "x")
    items: Items = {1: {"x": Estimate(0, 0, 1)}, 2: {"x": 0.5}}
    found = stability(framework, items, top=1, draws=40_000)
    # P(X > 1/2) for a triangle falling from 0 to 1 is (1 - 1/2)^2.
    assert found.bands[1].in_top == pytest.approx(0.25, abs=0.01)
    rising = stability(framework, {1: {"x": Estimate(0, 1, 1)}, 2: {"x": 0.5}}, top=1, draws=40_000)
    assert rising.bands[1].in_top == pytest.approx(0.75, abs=0.01)
    point = stability(framework, {1: {"x": Estimate(2, 2, 2)}, 2: {"x": Estimate(0, 1, 3)}}, top=1)
    assert 0.5 < point.bands[1].in_top < 1


def test_draws_in_which_a_formula_has_no_answer_are_counted_and_rank_last() -> None:
    criteria = (Criterion("x", "X"),)
    framework = FrameworkDef("d", 1, "D", Method.CUSTOM, criteria, "sqrt(x)")
    found = stability(framework, {1: {"x": Estimate(-1, 0, 1)}, 2: {"x": 0}}, top=1, draws=10_000)
    assert found.bands[1].failed == pytest.approx(0.5, abs=0.02)
    assert found.bands[1].in_top == pytest.approx(0.5, abs=0.02)


def test_moves_stay_within_the_range_of_the_criterion() -> None:
    criteria = (Criterion("x", "X", low=1, high=10),)
    framework = FrameworkDef("d", 1, "D", Method.CUSTOM, criteria, "x")
    lowest: Items = {1: {"x": Estimate(1, 1, 1)}, 2: {"x": 1}}
    assert stability(framework, lowest, top=1, moves={"x": 0.5}).bands[2].in_top == 1
    highest: Items = {1: {"x": 10}, 2: {"x": Estimate(10, 10, 10)}}
    assert stability(framework, highest, top=1, moves={"x": 0.5}).bands[1].in_top == 0


@pytest.mark.parametrize(
    "wrong",
    [{"top": 0}, {"draws": 0}, {"moves": {"effort": 1}}, {"moves": {"effort": float("nan")}}],
)
def test_settings_without_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must|share"):
        stability(RICE, backlog(), **{"top": 6, **wrong})  # type: ignore[arg-type]


def test_an_estimate_that_does_not_rise_and_a_cycle_are_refused() -> None:
    with pytest.raises(ValueError, match="rise"):
        stability(RICE, {1: {**backlog()[1], "effort": Estimate(3, 2, 4)}}, top=1)
    with pytest.raises(RankingError):
        stability(RICE, backlog(), top=1, blocks={1: (2,), 2: (1,)})


def test_nothing_to_simulate_is_an_empty_answer() -> None:
    assert stability(RICE, {}, top=1).bands == {}
    assert stability(RICE, {1: {}}, top=1).left_out == (1,)


def test_500_items_are_simulated_within_two_seconds() -> None:
    items: Items = {n: dict(backlog()[n % 14 + 1]) for n in range(500)}
    moves = {"effort": 0.2, "reach": 0.3}
    assert within(2, lambda: stability(RICE, items, top=100, moves=moves))


_VALUE = st.sampled_from([0.0, 1.0, -1.0, 2.0, 0.5, -0.5, 1e300, 9.0])
_FORMULA = st.recursive(
    st.sampled_from(["a", "b", "0", "2", "0.5", "1e308"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/^"), inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        st.tuples(st.sampled_from(["abs", "sqrt", "log", "-"]), inner).map(
            lambda t: f"({t[0]}({t[1]}))"
        ),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(
            lambda t: f"{t[0]}({t[1]},{t[2]})"
        ),
    ),
    max_leaves=8,
)


@given(_FORMULA, _VALUE, _VALUE)
@example("(a/0)^0", 1.0, 1.0)
@example("1^(a/0)", 1.0, 1.0)
@example("1/(1/(a-a))", 1.0, 1.0)
def test_arrays_and_single_values_agree_and_fail_alike(text: str, a: float, b: float) -> None:
    expression = parse(text)
    found = evaluate_arrays(expression, {"a": np.array([[a]]), "b": np.array([[b]])}).item()
    try:
        expected = expression.evaluate({"a": a, "b": b})
    except FormulaError:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_score_set_by_hand_stands_still_in_every_draw() -> None:
    items: Items = {1: backlog()[1], 2: {}}
    found = stability(RICE, items, top=1, moves={"effort": 0.2}, fixed={2: 1e6})
    assert found.bands[2] == (1.0, 1, 1, 0.0)
    assert found.bands[1].in_top == 0.0
    assert found.left_out == ()


def test_what_is_not_simulated_still_stretches_the_scale_of_the_weighted_method() -> None:
    framework = FrameworkDef(
        "w", 1, "W", Method.WEIGHTED, (Criterion("a", "A"), Criterion("b", "B"))
    )
    items: Items = {1: {"a": 10.0, "b": 0.0}, 2: {"a": 8.0, "b": 5.0}}
    alone = stability(framework, items, top=1, draws=10)
    among = stability(framework, items, top=1, draws=10, beyond={"a": (0, 10), "b": (0, 100)})
    assert alone.bands[2].in_top == 1.0
    assert among.bands[1].in_top == 1.0
