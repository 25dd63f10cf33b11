"""Minor units: hundredths of most currencies, none of the yen, thousandths of the dinar."""

from decimal import Decimal

import pytest

from roadmap.currencies import major, minor, unusual_units


@pytest.mark.parametrize(
    ("typed", "currency", "stored"),
    [
        ("9.50", "EUR", 950),
        ("9.50", None, 950),
        ("48000", "JPY", 48_000),
        ("1.234", "KWD", 1_234),
        ("48000.5", "JPY", None),
        ("1.234", "EUR", None),
        ("NaN", "EUR", None),
        ("Infinity", "JPY", None),
        ("1E999999", "EUR", None),
    ],
)
def test_an_amount_is_kept_in_minor_units_of_its_currency(
    typed: str, currency: str | None, stored: int | None
) -> None:
    assert minor(Decimal(typed), currency) == stored
    if stored is not None:
        assert major(stored, currency) == Decimal(typed)


def test_currencies_without_hundredths_are_known() -> None:
    assert "JPY" in unusual_units()[1]
    assert "KWD" in unusual_units()[1000]
    assert all("EUR" not in codes for codes in unusual_units().values())
