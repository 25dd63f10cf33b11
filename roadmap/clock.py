"""The only place that reads the time."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the present day in UTC."""
    return now().date()
