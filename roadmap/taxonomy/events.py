"""What higher rooms hear from the taxonomy."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PolicyChanged:
    """A policy version of the area, its dates or its languages changed."""

    policy_area_code: str


@dataclass(frozen=True)
class CalendarChanged:
    """Holidays, campaigns or freezes changed; market None means everywhere."""

    market_code: str | None


@dataclass(frozen=True)
class CalendarDayRemoved:
    """An entry of the calendar is about to be removed: who holds parts of it removes them first."""

    entry_id: int
