"""Checks of plain values of capacity records; each raises at its field, in words people act on."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from babel.numbers import list_currencies

from roadmap import clock
from roadmap.capacity.demand import shape
from roadmap.capacity.refusal import Inconsistent
from roadmap.errors import Invalid
from roadmap.mechanisms.kinds import Grade
from roadmap.web.i18n import _

# Days outside these years are slips of the keyboard.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
WEEKS = range(1, 54)


@contextmanager
def refused_at(field: str) -> Iterator[None]:
    """Turn a refusal of the model into one beside a field of a form."""
    try:
        yield
    except Inconsistent as error:
        raise Invalid.at(field, error.sentence.text(_)) from None


def number(
    field: str, value: Any, most: float, *, least: float = 0.0, above: bool = False
) -> float | None:
    """Return a finite number from ``least`` to ``most``, None if none was given.

    ``above`` refuses ``least`` itself.
    """
    if value is None:
        return None
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not good or not least <= value <= most or (above and value == least):
        words = (
            _("Use a number above %(least)s and up to %(most)s.")
            if above
            else _("Use a number from %(least)s to %(most)s.")
        )
        raise Invalid.at(field, words % {"least": f"{least:,g}", "most": f"{most:,.10g}"})
    return float(value)


def whole(field: str, value: Any, least: int, most: int) -> int | None:
    """Return a whole number in a range, None if none was given."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid.at(
            field,
            _("Use a whole number from %(least)s to %(most)s.", least=least, most=f"{most:,}"),
        )
    return value


def share(
    field: str, value: Any, *, above_zero: bool = False, below_one: bool = False
) -> float | None:
    """Return a share 0..1, None if none was given; the ends may be excluded."""
    if value is None:
        return None
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    if not good or (above_zero and value == 0) or (below_one and value == 1):
        if above_zero:
            words = _("Use a share above 0 and up to 100 %.")
        elif below_one:
            words = _("Use a share from 0 to below 100 %.")
        else:
            words = _("Use a share from 0 to 100 %.")
        raise Invalid.at(field, words)
    return float(value)


def currency(field: str, value: Any) -> str | None:
    """Return an ISO 4217 code in capitals, None if none was given."""
    if value in (None, ""):
        return None
    code = str(value).strip().upper()
    if code not in list_currencies():
        raise Invalid.at(field, _("Use a currency code of three letters, such as EUR."))
    return code


def zone(field: str, value: Any) -> str:
    """Return the name of a time zone, UTC if none was given."""
    name = str(value or "UTC").strip()
    if name not in clock.time_zones():
        raise Invalid.at(field, _("Use the name of a time zone, such as Europe/Lisbon."))
    return name


def grade(field: str, value: Any) -> Grade:
    """Return a grade."""
    try:
        return Grade(value)
    except ValueError:
        raise Invalid.at(field, _("Say how well it is known.")) from None


def day(field: str, value: Any) -> date:
    """Return a day of these decades."""
    if type(value) is not date or not FIRST_DAY <= value <= LAST_DAY:
        raise Invalid.at(field, _("Use a day from the year 2000 to 2100."))
    return value


def profile(field: str, values: Sequence[float] | None) -> list[float]:
    """Return 24 shares of a day or 168 of a week as given, an empty list if none were."""
    found = [float(value) for value in values or ()]
    with refused_at(field):
        shape(found)
    return found


def day_profile(field: str, values: Sequence[float] | None) -> list[float]:
    """Return 24 shares of a day, an empty list if none were given."""
    found = profile(field, values)
    if found and len(found) != 24:
        raise Invalid.at(
            field,
            _("Give the 24 hours of a day from 00:00, not %(count)s numbers.", count=len(found)),
        )
    return found


def season(field: str, factors: Mapping[int, float] | None) -> dict[str, float]:
    """Return factors by ISO week as a column holds them."""
    found: dict[str, float] = {}
    for week, factor in sorted((factors or {}).items()):
        if week not in WEEKS:
            raise Invalid.at(field, _("A year has the weeks 1 to 53, not %(week)s.", week=week))
        good = number(field, factor, 1000.0)
        found[str(week)] = good if good is not None else 1.0
    return found
