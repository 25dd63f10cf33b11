"""What people write in roadmap sheets, and what of it can be taken."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.exchange.sheet_values import (
    Claim,
    Target,
    Volume,
    parse_status,
    parse_target,
    parse_volume,
    parse_yes_no,
    parts,
    unit_in,
)
from roadmap.exchange.values import ValueRefusedError

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("Q1", "2027-01-01", "quarter"),
        ("Q4", "2026-12-31", "quarter"),
        ("1Q27", "2027-01-01", "quarter"),
        ("2027-Q3", "2027-07-01", "quarter"),
        ("approx Q2 (tbc)", "2027-04-01", "quarter"),
        ("end of Q1", "2027-03-01", "month"),
        ("mid Nov", "2026-11-30", "month"),
        ("early December", "2026-12-01", "month"),
        ("Nov-27", "2027-11-01", "month"),
        ("w/c 12 Jan", "2027-01-11", "week"),
        ("CW03", "2027-01-18", "week"),
        ("week 49", "2026-11-30", "week"),
        ("Monday 8th January 2024", "2024-01-08", "day"),
        ("Jan 12", "2027-01-12", "day"),
        ("15-Nov-26", "2026-11-15", "day"),
        ("2027-01-12 00:00", "2027-01-12", "day"),
        ("12.01.2027", "2027-01-12", "day"),
    ],
)
def test_a_target_is_the_earliest_day_ahead_with_its_precision(
    text: str, day: str, precision: str
) -> None:
    target = parse_target(text, TODAY)
    assert target is not None
    assert (target.day.isoformat(), target.precision) == (day, precision)


@pytest.mark.parametrize("text", ["", "TBD", "n/a", "?", "tbc", "  "])
def test_what_nobody_knows_is_no_target_and_no_problem(text: str) -> None:
    assert parse_target(text, TODAY) is None
    assert parse_volume(text, "week") is None


@pytest.mark.parametrize("text", ["H1 2027", "2027", "soon", "30 Feb", "Nov 26", "03/04/2027"])
def test_a_date_that_could_be_several_is_refused_rather_than_guessed(text: str) -> None:
    with pytest.raises(ValueRefusedError):
        parse_target(text, TODAY)


def test_the_order_of_a_slashed_date_is_the_persons() -> None:
    found = parse_target("03/04/2027", TODAY, "day-first")
    assert found == Target(date(2027, 4, 3), "day")


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_a_cell(text: str) -> None:
    for read in (
        lambda: parse_target(text, TODAY),
        lambda: parse_volume(text, "week"),
        lambda: parse_status(text),
    ):
        with suppress(ValueRefusedError):
            read()


@pytest.mark.parametrize(
    ("text", "unit", "volume"),
    [
        ("approx 40k/wk", "", Volume(40_000)),
        ("40,000", "week", Volume(40_000)),
        ("5k per day", "", Volume(35_000)),
        ("10-20k", "week", Volume(15_000, 10_000, 20_000)),
        ("1,5k", "week", Volume(1_500)),
    ],
)
def test_a_volume_is_items_a_week(text: str, unit: str, volume: Volume) -> None:
    assert parse_volume(text, unit) == volume


@pytest.mark.parametrize("text", ["40k", "lots", "20-10k per day", "1.234.5 a week"])
def test_a_volume_without_a_unit_of_time_is_not_taken(text: str) -> None:
    with pytest.raises(ValueRefusedError):
        parse_volume(text, "")


def test_a_misspelt_status_claims_nothing() -> None:
    assert parse_status("G") is Claim.GREEN
    assert parse_status("on track") is Claim.GREEN
    assert parse_status("🔴") is Claim.RED
    assert parse_status("Launched") is Claim.OVER
    assert parse_status("") is None
    assert parse_status("gren", {"gren": Claim.GREEN}) is Claim.GREEN
    with pytest.raises(ValueRefusedError):
        parse_status("Gren")


def test_lists_yes_and_no_and_units_are_read_from_words() -> None:
    assert parts("DE/FR/IT") == parts("DE, FR and IT") == ("DE", "FR", "IT")
    assert [parse_yes_no(one) for one in ("Y", "no", "maybe")] == [True, False, None]
    assert [unit_in(one) for one in ("Vol/wk", "Daily volume", "Volume")] == ["week", "day", ""]
