"""How long something waited, in working time: Monday to Friday, without days off. Pure."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from statistics import median

# Seconds of a working day; a day counts whole, whatever hours people keep.
DAY = 86_400
FREE = frozenset({5, 6})


def working_seconds(start: datetime, end: datetime, days_off: Collection[date] = ()) -> int:
    """Return the seconds between two UTC moments that fall on working days, 0 if none do."""
    if end <= start:
        return 0
    first, last = start.date(), end.date()
    if first == last:
        return int((end - start).total_seconds()) if _works(first, days_off) else 0
    total = _days_between(first, last, days_off) * DAY
    if _works(first, days_off):
        total += DAY - _into(start)
    if _works(last, days_off):
        total += _into(end)
    return total


def _works(day: date, days_off: Collection[date]) -> bool:
    return day.weekday() not in FREE and day not in days_off


def _into(moment: datetime) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def _days_between(first: date, last: date, days_off: Collection[date]) -> int:
    """Return how many working days lie strictly between two days."""
    weeks, left = divmod((last - first).days - 1, 7)
    start = first + timedelta(days=1)
    rest = sum((start + timedelta(days=n)).weekday() not in FREE for n in range(left))
    lost = sum(first < one < last and one.weekday() not in FREE for one in days_off)
    return weeks * 5 + rest - lost


def waited(
    created_at: datetime, paused_seconds: int, now: datetime, days_off: Collection[date] = ()
) -> int:
    """Return the working seconds since it came in, less those in which nobody here waited."""
    return max(0, working_seconds(created_at, now, days_off) - paused_seconds)


def middle(values: Sequence[int]) -> int | None:
    """Return the median, None of nothing."""
    return int(median(values)) if values else None


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())
