"""Rosters: who is on duty in each hour, out of shifts in local time."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from roadmap.capacity.horizon import Horizon
from roadmap.capacity.refusal import Inconsistent, at_least_zero, shares
from roadmap.capacity.staffing import on_duty
from roadmap.wording import N_, Sentence

Floats = NDArray[np.float64]
DAY_MINUTES = 24 * 60
HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Heads that work the same hours on some weekdays of a stretch of days, both days included.

    ``starts`` and ``ends`` are minutes from local midnight; an end not after the start lies on the
    next day. ``weekdays`` are 0 for Monday to 6. ``present`` is the heads on duty where they are
    counted, else rostered × (1 − shrinkage). ``languages`` empty means any language of the queue.
    """

    first: date
    last: date
    weekdays: frozenset[int]
    starts: int
    ends: int
    zone: str
    rostered: float
    present: float | None = None
    shrinkage: float = 0.0
    ramp: float = 1.0
    languages: frozenset[str] = frozenset()
    site_id: int | None = None

    @property
    def heads(self) -> float:
        """Return the heads that handle items at a time, a ramping head counting in part."""
        here = on_duty(self.rostered, self.shrinkage) if self.present is None else self.present
        return here * self.ramp

    @property
    def minutes(self) -> int:
        """Return how long the shift lasts by the clock on the wall."""
        length = self.ends - self.starts
        return length if length > 0 else length + DAY_MINUTES


def check(shift: Shift) -> None:
    """Refuse a shift that cannot be worked, with the reason."""
    at_least_zero([("rostered heads", shift.rostered), ("heads on duty", shift.present or 0.0)])
    shares([("shrinkage", shift.shrinkage), ("ramp", shift.ramp)])
    if not (0 <= shift.starts < DAY_MINUTES and 0 <= shift.ends <= DAY_MINUTES):
        raise Inconsistent(Sentence(N_("A shift starts and ends between 00:00 and 24:00.")))
    if shift.last < shift.first:
        raise Inconsistent(Sentence(N_("A shift's last day lies before its first.")))
    if shift.present is not None and shift.present > shift.rostered:
        raise Inconsistent(
            Sentence(N_("More heads are on duty than rostered: the roster is the larger number."))
        )


def heads_by_hour(
    shifts: Iterable[Shift],
    horizon: Horizon,
    closed: Mapping[int | None, Collection[date]] | None = None,
) -> Floats:
    """Return the mean heads on duty in each hour; overlapping shifts add up.

    ``closed`` holds the days on which a site (by id, None for shifts of no site) does not work; a
    shift belongs to the day it starts on. A shift over a change of clocks lasts as the wall says.
    """
    part, step = np.zeros(horizon.hours + 1), np.zeros(horizon.hours + 2)
    for shift in shifts:
        check(shift)
        starts, ends = _stretches(shift, horizon, (closed or {}).get(shift.site_id, ()))
        heads = shift.heads
        for positions, sign in ((starts, heads), (ends, -heads)):
            bounded = np.clip(positions, 0.0, float(horizon.hours))
            hour = bounded.astype(np.int64)
            # From its hour's part on, a head counts in full in every later hour.
            np.add.at(part, hour, sign * (hour + 1 - bounded))
            np.add.at(step, hour + 1, sign)
    found: Floats = np.maximum(part + np.cumsum(step[:-1]), 0.0)[: horizon.hours]
    found[found < 1e-12] = 0.0
    return found


def _stretches(shift: Shift, horizon: Horizon, days_off: Collection[date]) -> tuple[Floats, Floats]:
    """Return when the shift starts and ends on each day it is worked, as hours of the horizon."""
    midnight, first = horizon.midnights(shift.zone), horizon.first_day(shift.zone)
    days = np.arange(len(midnight) - 2)
    worked = np.isin((first.weekday() + days) % 7, list(shift.weekdays))
    worked &= (days >= (shift.first - first).days) & (days <= (shift.last - first).days)
    for off in days_off:
        if 0 <= (number := (off - first).days) < len(days):
            worked[number] = False
    chosen = days[worked]
    starts = midnight[chosen] + shift.starts / 60
    ends = midnight[chosen] + (shift.starts + shift.minutes) / 60
    # Around a change of clocks the wall must be asked, day by day.
    odd = (np.diff(midnight)[chosen] != HOURS) | (np.diff(midnight)[chosen + 1] != HOURS)
    place = ZoneInfo(shift.zone)
    for number in np.flatnonzero(odd).tolist():
        day = first + timedelta(days=int(chosen[number]))
        starts[number] = horizon.position(_at(day, shift.starts, place))
        ends[number] = horizon.position(_at(day, shift.starts + shift.minutes, place))
    return starts, np.maximum(ends, starts)


def _at(day: date, minutes: int, place: ZoneInfo) -> datetime:
    """Return the moment a clock on the wall shows so many minutes after midnight of a day."""
    whole, rest = divmod(minutes, DAY_MINUTES)
    naive = datetime.combine(day + timedelta(days=whole), time(rest // 60, rest % 60))
    return naive.replace(tzinfo=place).astimezone(UTC)
