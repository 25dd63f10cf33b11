"""Minor units of currencies: a euro has a hundred, a yen is one itself, a dinar has a thousand."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from babel.core import get_global
from babel.numbers import get_currency_precision

USUAL = 100
# An exponent may stand for a million digits, which take their time.
_MOST_DIGITS = 24


def digits(currency: str | None) -> int:
    """Return how many decimals an amount of a currency has; 2 where none is named."""
    return get_currency_precision((currency or "").upper())


def units(currency: str | None) -> int:
    """Return how many minor units make one."""
    return int(10 ** digits(currency))


def major(minor: int, currency: str | None) -> Decimal:
    """Return minor units as an amount."""
    return Decimal(minor).scaleb(-digits(currency))


def minor(amount: Decimal, currency: str | None) -> int | None:
    """Return an amount in minor units, None where it has more decimals than the currency.

    Also None for what is no finite number, or has more digits than anybody means.
    """
    if not amount.is_finite() or amount.adjusted() > _MOST_DIGITS:
        return None
    scaled = amount.scaleb(digits(currency))
    return int(scaled) if scaled == scaled.to_integral_value() else None


@cache
def unusual_units() -> Mapping[int, tuple[str, ...]]:
    """Return minor units in one -> the currencies that have so many, for all but hundredths."""
    found: dict[int, list[str]] = {}
    for code in get_global("currency_fractions"):
        if code != "DEFAULT" and units(code) != USUAL:
            found.setdefault(units(code), []).append(code)
    return {many: tuple(sorted(codes)) for many, codes in sorted(found.items())}
