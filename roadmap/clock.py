"""The only place that reads the time."""

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import available_timezones


def now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the present day in UTC."""
    return now().date()


@cache
def time_zones() -> tuple[str, ...]:
    """Return the names of time zones, sorted; asked of a folder of files, so only once."""
    return tuple(sorted(available_timezones()))
