"""Scores have the numbers the domain gives, and never hide a missing or wrong input."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.scoring.expression import FormulaError
from roadmap.scoring.formulas import (
    BUILT_IN,
    Criterion,
    FrameworkDef,
    FrameworkError,
    Method,
    Number,
    Outcome,
    Score,
    ScoreError,
    Unscored,
    check_inputs,
    delay_cost,
    score_one,
    score_set,
)

FRAMEWORKS = {framework.code: framework for framework in BUILT_IN}
RICE = FRAMEWORKS["rice"]
SIMPLE = (Criterion("value", "Value"), Criterion("cost", "Cost"))


def rice(reach: object, impact: object, confidence: object, effort: object) -> Outcome:
    inputs = {"reach": reach, "impact": impact, "confidence": confidence, "effort": effort}
    return score_one(RICE, inputs)  # type: ignore[arg-type]


def value(outcome: Outcome) -> float:
    assert isinstance(outcome, Score), outcome
    return outcome.value


def custom(expression: str) -> FrameworkDef:
    return FrameworkDef("mine", 1, "Mine", Method.CUSTOM, SIMPLE, expression)


def weighted(*criteria: Criterion) -> FrameworkDef:
    return FrameworkDef("w", 1, "W", Method.WEIGHTED, criteria)


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ((450, 3, 1, 2), 675),
        ((2000, 1, 0.8, 4), 400),
        ((800, 2, 0.5, 1), 800),
        ((10, 3, 1, 6), 5),
        ((10000, 3, 1, 0.5), 60000),
        ((Decimal(2000), Decimal(1), Decimal("0.8"), Decimal(4)), 400),
    ],
)
def test_rice_gives_the_published_numbers(inputs: tuple[Number, ...], expected: float) -> None:
    assert value(rice(*inputs)) == expected


@pytest.mark.parametrize(("inputs", "expected"), [((7, 9, 5, 2), 10.5), ((8, 3, 4, 8), 1.875)])
def test_wsjf_gives_the_published_numbers(inputs: tuple[int, ...], expected: float) -> None:
    codes = ("business_value", "time_criticality", "risk_reduction", "job_size")
    assert value(score_one(FRAMEWORKS["wsjf"], dict(zip(codes, inputs, strict=True)))) == expected


@pytest.mark.parametrize(("cost", "duration", "expected"), [(10, 2, 5), (30, 4, 7.5)])
def test_cd3_gives_the_published_numbers(cost: int, duration: int, expected: float) -> None:
    inputs = {"cost_of_delay": cost, "duration": duration}
    assert value(score_one(FRAMEWORKS["cd3"], inputs)) == expected


def test_doing_the_higher_cd3_first_costs_less_delay() -> None:
    a, b = (10, 2), (30, 4)
    assert delay_cost([b, a]) == 180
    assert delay_cost([a, b]) == 200


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(1, 50)), min_size=1, max_size=5),
)
def test_no_order_costs_less_delay_than_cd3_order(jobs: list[tuple[int, int]]) -> None:
    by_cd3 = sorted(jobs, key=lambda job: -job[0] / job[1])
    assert delay_cost(by_cd3) == min(delay_cost(order) for order in itertools.permutations(jobs))


@pytest.mark.parametrize(
    ("variant", "inputs", "expected"),
    [("product", (8, 6, 3), 144), ("mean", (8, 7, 6), 7.0), ("sum", (8, 7, 6), 21)],
)
def test_each_ice_variant_has_its_own_formula(
    variant: str, inputs: tuple[int, ...], expected: float
) -> None:
    named = dict(zip(("impact", "confidence", "ease"), inputs, strict=True))
    assert value(score_one(FRAMEWORKS[f"ice_{variant}"], named)) == expected


def test_a_null_is_missing_and_not_zero() -> None:
    assert rice(None, 1, 1, None) == Unscored(("reach", "effort"))
    assert score_one(RICE, {}) == Unscored(("reach", "impact", "confidence", "effort"))
    assert value(rice(0, 1, 1, 1)) == 0


@pytest.mark.parametrize("effort", [0, -0.0, -1, Decimal("-0.5")])
def test_an_effort_of_zero_or_less_is_refused_with_a_way_out(effort: Number) -> None:
    outcome = rice(10, 1, 1, effort)
    assert isinstance(outcome, ScoreError)
    assert outcome.criterion == "effort"
    assert "must be above 0" in outcome.message
    assert "leave it empty" in outcome.message


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("wsjf", {"business_value": 1, "time_criticality": 1, "risk_reduction": 1, "job_size": 0}),
        ("cd3", {"cost_of_delay": 1, "duration": 0}),
    ],
)
def test_a_job_size_or_duration_of_zero_is_refused(code: str, wrong: dict[str, Number]) -> None:
    outcome = score_one(FRAMEWORKS[code], wrong)
    assert isinstance(outcome, ScoreError)
    assert outcome.criterion in ("job_size", "duration")


def test_effort_of_zero_is_refused_in_a_weighted_framework_too() -> None:
    framework = weighted(Criterion("effort", "Effort", direction="less"))
    outcomes = score_set(framework, {1: {"effort": 0}, 2: {"effort": 2}})
    assert isinstance(outcomes[1], ScoreError)
    assert isinstance(outcomes[2], Score)


@pytest.mark.parametrize(
    ("inputs", "criterion"),
    [
        ((10, 4, 1, 1), "impact"),
        ((10, 1, 0.9, 1), "confidence"),
        ((10, 1, 80, 1), "confidence"),
        ((-1, 1, 1, 1), "reach"),
        ((True, 1, 1, 1), "reach"),
        (("450", 1, 1, 1), "reach"),
        ((float("nan"), 1, 1, 1), "reach"),
        ((float("inf"), 1, 1, 1), "reach"),
        ((Decimal("sNaN"), 1, 1, 1), "reach"),
        ((Decimal("Infinity"), 1, 1, 1), "reach"),
        ((1e13, 1, 1, 1), "reach"),
        ((10**400, 1, 1, 1), "reach"),
        ((Decimal("1e999"), 1, 1, 1), "reach"),
        ((1e12, 3, 1, 5e-324), "effort"),
    ],
)
def test_an_impossible_input_is_an_error_on_its_criterion(
    inputs: tuple[object, ...], criterion: str
) -> None:
    outcome = rice(*inputs)
    assert isinstance(outcome, ScoreError)
    assert outcome.criterion == criterion
    assert outcome.message.endswith(".")
    assert len(outcome.message) < 200


def test_every_wrong_input_is_reported_even_when_another_is_missing() -> None:
    errors = check_inputs(RICE, {"reach": -1, "impact": 4, "confidence": None, "effort": 0})
    assert [error.criterion for error in errors] == ["reach", "impact", "effort"]
    assert check_inputs(RICE, {"reach": 1}) == ()


def test_inputs_of_other_frameworks_are_left_alone() -> None:
    inputs = {"reach": 1, "impact": 1, "confidence": 1, "effort": 1, "ease": float("nan")}
    outcome = score_one(RICE, inputs)
    assert isinstance(outcome, Score)
    assert set(outcome.inputs) == {"reach", "impact", "confidence", "effort"}


@given(
    st.floats(0, 1e9),
    st.floats(0, 1e9),
    st.sampled_from([3, 2, 1, 0.5, 0.25]),
    st.sampled_from([1, 0.8, 0.5]),
    st.floats(0.1, 1000),
)
def test_raising_reach_never_lowers_rice(
    reach: float, more: float, impact: float, confidence: float, effort: float
) -> None:
    low, high = sorted((reach, more))
    before, after = rice(low, impact, confidence, effort), rice(high, impact, confidence, effort)
    assert value(after) >= value(before)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([5, 4], [100, 80]),
        ([5, 1, -5], [100, 60, 0]),
        ([6, 3, 2], [100, 50, 33.333333]),
        ([-5, -2, -1], [0, 75, 100]),
        ([0, 0], [0, 0]),
    ],
)
def test_weighted_scores_are_normalised_over_the_set(
    values: list[int], expected: list[float]
) -> None:
    framework = weighted(Criterion("value", "Value"))
    outcomes = score_set(framework, {n: {"value": v} for n, v in enumerate(values)})
    assert [value(outcome) for outcome in outcomes.values()] == pytest.approx(expected)


def test_weights_multiply_the_parts_and_the_score_keeps_what_it_came_from() -> None:
    framework = weighted(
        Criterion("value", "Value", weight=0.6),
        Criterion("cost", "Cost", direction="less", weight=0.4),
    )
    items: dict[int, dict[str, Number | None]] = {
        1: {"value": 5, "cost": 1},
        2: {"value": 4, "cost": 4},
        3: {"value": 9, "cost": None},
    }
    outcomes = score_set(framework, items)
    first, second = outcomes[1], outcomes[2]
    assert isinstance(first, Score)
    assert isinstance(second, Score)
    assert first.parts == {"value": 100, "cost": 75}
    assert first.value == pytest.approx(0.6 * 100 + 0.4 * 75)
    assert second.parts == {"value": 80, "cost": 0}
    assert first.ranges == {"value": (0, 5), "cost": (0, 4)}
    assert first.set_size == 2
    assert first.set_digest == second.set_digest
    assert outcomes[3] == Unscored(("cost",))


def test_a_criterion_that_is_zero_everywhere_is_noted() -> None:
    outcomes = score_set(weighted(Criterion("value", "Value")), {1: {"value": 0}})
    only = outcomes[1]
    assert isinstance(only, Score)
    assert only.value == 0
    assert [str(note) for note in only.notes] == [
        "Value: all values are the same, so it adds 0 to every item."
    ]


def test_the_set_digest_changes_with_the_set_and_not_with_its_order() -> None:
    framework = weighted(Criterion("value", "Value"))

    def digest(items: dict[int, dict[str, Number | None]]) -> str | None:
        outcome = score_set(framework, items)[1]
        assert isinstance(outcome, Score)
        return outcome.set_digest

    base = digest({1: {"value": 5}, 2: {"value": 4}})
    assert base == digest({2: {"value": 4}, 1: {"value": 5}})
    assert base == digest({2: {"value": Decimal(4)}, 1: {"value": 5.0}, 3: {"value": None}})
    assert base != digest({1: {"value": 5}, 2: {"value": 3}})
    assert base != digest({1: {"value": 5}})


def test_a_weighted_score_of_one_item_alone_is_not_offered() -> None:
    with pytest.raises(ValueError, match="score_set"):
        score_one(FRAMEWORKS["moderation_value"], {})


def test_a_failing_custom_formula_is_an_error_on_that_item_only() -> None:
    outcomes = score_set(
        custom("value / cost"),
        {1: {"value": 1, "cost": 0}, 2: {"value": 6, "cost": 3}, 3: {"value": 1, "cost": None}},
    )
    failed = outcomes[1]
    assert isinstance(failed, ScoreError)
    assert (failed.criterion, failed.position) == (None, 6)
    assert value(outcomes[2]) == 2
    assert outcomes[3] == Unscored(("cost",))


def test_a_custom_formula_needs_only_the_criteria_it_names() -> None:
    assert value(score_one(custom("2^3+1+value"), {"value": 0})) == 9


@pytest.mark.parametrize(
    "change",
    [
        {"method": Method.RICE},
        {"method": Method.ICE},
        {"method": Method.WEIGHTED, "expression": "value"},
        {"method": Method.CUSTOM},
        {"criteria": ()},
        {"criteria": (*SIMPLE, *SIMPLE)},
        {"criteria": (Criterion("max", "Max"),)},
        {"criteria": (Criterion("a b", "Spaced"),)},
        {"criteria": (Criterion("value", "Value", weight=0),)},
        {"criteria": (Criterion("value", "Value", weight=float("nan")),)},
        {"criteria": (Criterion("value", "Value", low=2, high=1),)},
        {"criteria": (Criterion("value", "Value", scale=()),)},
    ],
)
def test_a_framework_that_cannot_score_is_refused(change: dict[str, object]) -> None:
    fine: dict[str, object] = {
        "code": "x",
        "version": 1,
        "name": "X",
        "method": Method.WEIGHTED,
        "criteria": SIMPLE,
    }
    FrameworkDef(**fine)  # type: ignore[arg-type]
    with pytest.raises(FrameworkError, match=r"\.$"):
        FrameworkDef(**{**fine, **change})  # type: ignore[arg-type]


def test_a_framework_names_the_place_of_an_unknown_name_in_its_formula() -> None:
    with pytest.raises(FormulaError) as caught:
        custom("value + nothing")
    assert caught.value.position == 8
    with pytest.raises(FormulaError):
        custom("2 + 2")


def test_every_built_in_criterion_has_a_rubric_and_codes_are_unique() -> None:
    assert len(FRAMEWORKS) == len(BUILT_IN) == 7
    for framework in BUILT_IN:
        for criterion in framework.criteria:
            assert criterion.rubric, (framework.code, criterion.code)
            for level in criterion.rubric:
                if criterion.scale is not None and level.value is not None:
                    assert level.value in criterion.scale
    weights = [criterion.weight for criterion in FRAMEWORKS["moderation_value"].criteria]
    assert sum(weights) == pytest.approx(1)
