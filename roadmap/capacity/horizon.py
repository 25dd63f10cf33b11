"""The hours capacity is judged over, as clocks on the wall show them in each zone."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

WEEKS = 26
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Clockface:
    """Local day, weekday and hour of each hour of a horizon.

    ``day`` counts from the first local day, so that hours of one calendar day share a number: 23 or
    25 of them when clocks change. ``ordinal`` is the day of the calendar (`date.toordinal`).
    """

    first: date
    day: Ints
    weekday: Ints
    hour: Ints
    ordinal: Ints

    def date_of(self, day: int) -> date:
        """Return the calendar day of a day number."""
        return self.first + timedelta(days=day)


@dataclass(frozen=True)
class Horizon:
    """So many hours from a full hour in UTC; 26 weeks unless said otherwise."""

    start: datetime
    hours: int = WEEKS * 7 * 24
    _faces: dict[str, Clockface] = field(default_factory=dict, compare=False, repr=False)
    _midnights: dict[str, NDArray[np.float64]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.start.minute or self.start.second:
            raise ValueError("a horizon starts at a full hour of UTC")

    @classmethod
    def from_day(cls, day: date, weeks: int = WEEKS) -> "Horizon":
        """Return the horizon that starts at midnight UTC of a day."""
        return cls(datetime.combine(day, time(), UTC), weeks * 7 * 24)

    def face(self, zone: str) -> Clockface:
        """Return the clock on the wall in a zone; computed once a horizon."""
        if zone not in self._faces:
            self._faces[zone] = self._face(zone)
        return self._faces[zone]

    def _face(self, zone: str) -> Clockface:
        place = ZoneInfo(zone)
        local = [(self.start + HOUR * n).astimezone(place) for n in range(self.hours)]
        ordinal = np.array([moment.toordinal() for moment in local], dtype=np.int64)
        return Clockface(
            first=local[0].date(),
            day=ordinal - ordinal[0],
            weekday=np.array([moment.weekday() for moment in local], dtype=np.int64),
            hour=np.array([moment.hour for moment in local], dtype=np.int64),
            ordinal=ordinal,
        )

    def first_day(self, zone: str) -> date:
        """Return the local day before the one the horizon starts in: its night may reach in."""
        return self.start.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)

    def midnights(self, zone: str) -> NDArray[np.float64]:
        """Return the positions of local midnights from `first_day` to two days past the end."""
        if zone not in self._midnights:
            first, place = self.first_day(zone), ZoneInfo(zone)
            days = self.hours // 24 + 5
            self._midnights[zone] = np.array(
                [
                    self.position(datetime.combine(first + timedelta(days=n), time(), place))
                    for n in range(days)
                ]
            )
        return self._midnights[zone]

    def position(self, moment: datetime) -> float:
        """Return a moment as hours from the start."""
        return (moment - self.start) / HOUR

    def moment(self, position: float) -> datetime:
        """Return the moment so many hours from the start."""
        return self.start + HOUR * position


@lru_cache(maxsize=4)
def horizon_at(day: date) -> Horizon:
    """Return the horizon from the Monday on or before a day; the same for a whole week."""
    return Horizon.from_day(day - timedelta(days=day.weekday()))
