"""Numbers as people of many countries write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.web.text import read_count, read_number


@pytest.mark.parametrize(
    ("text", "counted", "elsewhere"),
    [
        ("12000", 12000, 12000),
        ("12,000", 12000, 12),
        ("12.000", 12000, 12),
        ("0.125", 0.125, 0.125),
        ("2,5", 2.5, 2.5),
        (",5", 0.5, 0.5),
        ("1,234.5", 1234.5, 1234.5),
        ("1.234,5", 1234.5, 1234.5),
        ("1.234.567", 1234567, 1234567),
        ("1,234,567.25", 1234567.25, 1234567.25),
        ("12 000", 12000, 12000),
        ("12\u202f000,5", 12000.5, 12000.5),
        ("12'000", 12000, 12000),
        ("-3", -3, -3),
    ],
)
def test_numbers_read_as_their_writers_mean_them(
    text: str, counted: float, elsewhere: float
) -> None:
    assert read_number(text, counts=True) == counted
    assert read_number(text) == elsewhere


@pytest.mark.parametrize(
    "text", ["", "about 3", "1e9", "nan", "inf", "1,2,3", "1.23.456", "12,34.5", "٣", "1 2", "--1"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    for counts in (True, False):
        with pytest.raises(ValueError, match=r"." if text else "^$"):
            read_number(text, counts=counts)


@pytest.mark.parametrize("text", ["1200", "1,200", "1.200", "1 200", "1'200", " 1200 "])
def test_a_count_is_read_with_its_thousands_apart_or_not(text: str) -> None:
    assert read_count(text) == 1200


@pytest.mark.parametrize("text", ["", "1.5", "12,00", "1e3", "0.125", "1.200,0", "12.00", "x"])
def test_what_is_no_count_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"." if text else "^$"):
        read_count(text)


@given(st.integers(0, 10**9), st.booleans())
def test_what_is_shown_with_separators_reads_as_the_same(number: int, german: bool) -> None:
    shown = f"{number:,}"
    assert read_number(shown.replace(",", ".") if german else shown, counts=True) == number
