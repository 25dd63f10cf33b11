"""Custom formulas are read by our own rules and soon end with a number or a FormulaError."""

import math
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roadmap.scoring.expression import MAX_DEPTH, MAX_LENGTH, FormulaError, parse
from tests.pace import within

VALUES = {"a": 6.0, "b": 4.0, "zero": 0.0, "negative": -8.0}


def calculate(text: str) -> float:
    return parse(text).evaluate(VALUES)


def value_or_error(text: str) -> float | FormulaError:
    try:
        return calculate(text)
    except FormulaError as error:
        return error


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2^3+1", 9),
        ("2^3^2", 512),
        ("-2^2", -4),
        ("(-2)^2", 4),
        ("2^-1", 0.5),
        ("2--2", 4),
        ("+3", 3),
        ("1+2*3", 7),
        ("(1+2)*3", 9),
        ("10-3-2", 5),
        ("100/10/5", 2),
        ("2×3÷4−1", 0.5),
        ("min(3, a, 9)", 3),
        ("max(1,2,max(b))", 4),
        ("abs(-3)", 3),
        ("sqrt(a*a)", 6),
        ("log(1)", 0),
        (".5 + 1. + 1.5e1", 16.5),
        (" a * b ", 24),
        ("zero * -1", 0),
    ],
)
def test_formulas_follow_written_mathematics(text: str, expected: float) -> None:
    assert calculate(text) == pytest.approx(expected)


def test_no_result_is_minus_zero() -> None:
    assert math.copysign(1, calculate("zero * -1")) == 1


def test_names_are_listed_once_in_order() -> None:
    assert parse("b + a * b - max(a, 1)").names == ("b", "a")


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("   ", 0),
        ("1 +", 3),
        ("1 + * 2", 4),
        ("(1 + 2", 0),
        ("1 + 2)", 5),
        ("a b", 2),
        ("2a", 1),
        ("1,5", 1),
        ("a $ b", 2),
        ("max()", 4),
        ("max(1,)", 6),
        ("sqrt(1, 2)", 0),
        ("1 + exp(2)", 4),
        ("1 + max", 4),
        ("max(1, 2", 3),
        ("1e999", 0),
        ("2**3", 2),
        ("a.__class__", 1),
        ("²", 0),
        ("\x00", 0),
        ("1 +\u202e2", 3),
    ],
)
def test_a_fault_points_at_its_character(text: str, position: int) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert caught.value.position == position
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("1 + a/zero", 5, "divides by zero"),
        ("zero^-1", 4, "divides by zero"),
        ("a + unknown", 4, "not a criterion"),
        ("negative^0.5", 8, "not a real number"),
        ("negative^(1/3)", 8, "not a real number"),
        ("sqrt(negative)", 0, "not a real number"),
        ("log(zero)", 0, "not a real number"),
        ("9^9^9^9", 3, "too large"),
        ("1e300*1e300", 5, "too large"),
        ("1/(1e300*1e300)", 8, "too large"),
        ("1e308+1e308", 5, "too large"),
    ],
)
def test_a_formula_without_an_answer_says_where_and_why(
    text: str, position: int, says: str
) -> None:
    with pytest.raises(FormulaError, match=says) as caught:
        calculate(text)
    assert caught.value.position == position


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, True, "3", 10**400, Decimal("sNaN"), Decimal("1e400")]
)
def test_a_value_that_is_no_ordinary_number_is_refused(value: object) -> None:
    with pytest.raises(FormulaError, match="usable number"):
        parse("a").evaluate({"a": value})  # type: ignore[dict-item]


def test_unknown_names_are_found_before_there_are_values() -> None:
    expression = parse("reach * impct")
    expression.check_names(["reach", "impct"])
    with pytest.raises(FormulaError) as caught:
        expression.check_names(["reach", "impact"])
    assert caught.value.position == 8


def test_length_and_depth_are_limited() -> None:
    assert parse("1" + "+1" * ((MAX_LENGTH - 1) // 2)).evaluate({}) == 250
    assert parse("(" * (MAX_DEPTH - 1) + "1" + ")" * (MAX_DEPTH - 1)).evaluate({}) == 1
    with pytest.raises(FormulaError, match="limit is 500"):
        parse("1" * (MAX_LENGTH + 1))
    for deep in ("(" * 200 + "1" + ")" * 200, "-" * 400 + "1", "2^" * 200 + "2"):
        with pytest.raises(FormulaError, match="nested"):
            parse(deep)


def test_an_error_keeps_its_template_for_translation() -> None:
    with pytest.raises(FormulaError) as caught:
        parse("1 + foo(2)")
    sentence = caught.value.sentence
    assert sentence.template % sentence.params == caught.value.message


_TOKENS = st.sampled_from(
    [*"+-*/^(),×÷−", "min", "max(", "abs(", "sqrt(", "log(", "a", "b", "zero", "negative", "9",
     "1e308", "0.5", ")", "^9", " ", "$", "é", "%s", "٣"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=600), st.lists(_TOKENS, max_size=200).map("".join)))
@example("9^9^9^9^9^9^9^9^9")
@example("(" * 500)
@example(" " * 500)
@example("%(name)s")
def test_no_text_raises_anything_else_or_takes_long(text: str) -> None:
    found = value_or_error(text)
    assert within(0.05, lambda: value_or_error(text))
    if isinstance(found, FormulaError):
        assert 0 <= found.position <= len(text)
        assert found.message
    else:
        assert math.isfinite(found)
