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
