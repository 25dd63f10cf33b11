"""What a queue can take: hours of handling in each hour, out of its roster or its best weeks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from roadmap.capacity.demand import Campaign, Stream, items_by_hour
from roadmap.capacity.fixes import Window
from roadmap.capacity.horizon import Horizon
from roadmap.capacity.inputs import BaseInput, CampaignInput, QueueInput
from roadmap.capacity.judge import Queue, Sla
from roadmap.capacity.roster import Shift, heads_by_hour
from roadmap.mechanisms.kinds import Grade

Floats = NDArray[np.float64]
SECONDS = 3600.0
# Without a roster the best of so many weeks is what a queue can do.
WEEKS_BACK = 8
# With nothing but decisions a day known, an item is the unit of work.
UNIT_SECONDS = 3600.0


@dataclass(frozen=True)
class Supply:
    """A queue ready to be judged with its base load, or why it cannot be.

    ``missing`` names what is not known. ``measured_until`` is the last day the base load includes.
    """

    queue: Queue | None
    base: Floats
    missing: str = ""
    grade: Grade = Grade.MEASURED
    borrowed: tuple[str, ...] = ()
    measured_until: date | None = None


def supply(given: QueueInput, horizon: Horizon, campaigns: Sequence[CampaignInput] = ()) -> Supply:
    """Return what a queue can take and what it has, over the horizon."""
    nothing = np.zeros(horizon.hours)
    if not given.shifts and not given.throughput:
        return Supply(None, nothing, missing="no_capacity")
    if given.shifts and given.handling_seconds is None:
        return Supply(None, nothing, missing="no_handling")
    if not given.base:
        return Supply(None, nothing, missing="no_base")
    seconds = given.handling_seconds or UNIT_SECONDS
    if given.shifts:
        capacity, heads, head = _of_roster(given, horizon)
        borrowed: tuple[str, ...] = ()
        grades = [given.handling_grade]
    else:
        capacity, heads, head = _of_throughput(given, horizon, seconds)
        borrowed, grades = ("throughput",), [Grade.BORROWED]
    queue = Queue(
        id=given.id,
        capacity=capacity,
        heads=heads,
        day=horizon.face(given.zone).day,
        handling=seconds / SECONDS,
        sla=None if given.sla_hours is None else Sla(given.sla_hours, given.sla_share),
        head=head,
        patience=given.patience_hours,
        **_in_line(given, horizon, seconds),
    )
    base = sum((base_work(given, one, horizon, campaigns) for one in given.base), nothing)
    return Supply(
        queue=queue,
        base=base,
        grade=weakest([*grades, *(one.grade for one in given.base)]),
        borrowed=borrowed,
        measured_until=min(one.measured_until for one in given.base),
    )


def _in_line(given: QueueInput, horizon: Horizon, seconds: float) -> dict[str, Any]:
    """Return what waits and the hour it was counted; a count before the horizon holds at its start.

    Where items expire none of them is left from days ago.
    """
    if given.backlog is None or given.patience_hours is not None:
        return {}
    hour = min(max(int(horizon.position(given.backlog.counted_at)), 0), horizon.hours - 1)
    return {"waiting": given.backlog.items * seconds / SECONDS, "counted": hour}


def base_work(
    given: QueueInput, base: BaseInput, horizon: Horizon, campaigns: Sequence[CampaignInput]
) -> Floats:
    """Return the hours of handling a base load brings in each hour."""
    seconds = base.handling_seconds or given.handling_seconds or UNIT_SECONDS
    stream = Stream(
        weekly=base.weekly,
        zone=given.zone,
        profile=base.profile,
        season=base.season,
        campaigns=campaigns_in(campaigns, given.markets),
    )
    return items_by_hour(stream, horizon) * (seconds / SECONDS)


def campaigns_in(
    campaigns: Sequence[CampaignInput], markets: frozenset[str]
) -> tuple[Campaign, ...]:
    """Return the campaigns that reach some of the markets, each weighed by how many of them.

    No markets are all markets: then only a campaign everywhere counts in full, one of a single
    market counts in full as well, since nobody said how small its part is.
    """
    found = []
    for one in campaigns:
        everywhere = one.market is None or not markets
        part = 1.0 if everywhere else (one.market in markets) / len(markets)
        if part:
            level = 1 + (one.multiplier - 1) * part
            profile = one.profile if part == 1 else ()
            found.append(Campaign(one.first, one.last, level, profile))
    return tuple(found)


def _of_roster(given: QueueInput, horizon: Horizon) -> tuple[Floats, Floats, float | None]:
    shifts = [shrunk(given, shift) for shift in given.shifts]
    heads = heads_by_hour(shifts, horizon, given.closed) * staying(given, horizon)
    capacity = heads * given.occupancy
    here = [shift for shift in shifts if _works_in(shift, horizon)]
    rostered = sum(shift.rostered * len(shift.weekdays) / 7 for shift in here)
    daily = float(capacity.sum()) / (horizon.hours / 24)
    head = daily / rostered if rostered > 0 and daily > 0 else None
    return capacity, heads, head


def shrunk(given: QueueInput, shift: Shift) -> Shift:
    """Return a shift with its queue's shrinkage where its heads on duty are not counted."""
    return (
        shift if shift.present is not None else replace(shift, shrinkage=given.in_shift_shrinkage)
    )


def staying(given: QueueInput, horizon: Horizon) -> Floats:
    """Return the share of today's heads that has not left by each hour."""
    weeks = np.arange(horizon.hours) // (7 * 24)
    found: Floats = (1 - given.attrition) ** weeks.astype(np.float64)
    return found


def _works_in(shift: Shift, horizon: Horizon) -> bool:
    first, last = horizon.start.date(), horizon.moment(horizon.hours).date()
    return shift.rostered > 0 and shift.last >= first and shift.first <= last


def windows(given: QueueInput, heads: Floats, horizon: Horizon) -> tuple[Window, ...]:
    """Return the hours in which heads can be added: those of each shift, and those of none.

    ``heads`` are those on duty; without a roster there are no windows.
    """
    shifts = [shift for shift in given.shifts if _works_in(shift, horizon)]
    if not shifts:
        return ()
    kinds = sorted({(shift.starts, shift.ends, shift.zone) for shift in shifts})
    rostered = {
        kind: sum(s.rostered for s in shifts if (s.starts, s.ends, s.zone) == kind)
        for kind in kinds
    }
    empty = [(*gap, given.zone) for gap in _gaps(heads, horizon.face(given.zone).hour)]
    first, last = horizon.start.date() - timedelta(days=2), horizon.moment(horizon.hours).date()
    found = []
    for starts, ends, zone in [*kinds, *empty]:
        one = Shift(
            first=first,
            last=last,
            weekdays=frozenset(range(7)),
            starts=starts,
            ends=ends,
            zone=zone,
            rostered=1.0,
            shrinkage=given.in_shift_shrinkage,
        )
        unit = heads_by_hour([one], horizon)
        found.append(
            Window(
                name=f"{_clock(starts)}–{_clock(ends)}",
                starts=starts,
                ends=ends,
                capacity=unit * given.occupancy,
                heads=unit,
                paid=7 * one.minutes / 60,
                rostered=rostered.get((starts, ends, zone), 0.0),
            )
        )
    return tuple(found)


def _gaps(heads: Floats, hour: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return the stretches of the local day in which nobody ever works, as minutes."""
    idle = [float(heads[hour == one].sum()) == 0 for one in range(24)]
    if all(idle) or not any(idle):
        return []
    starts = [one for one in range(24) if idle[one] and not idle[one - 1]]
    gaps = []
    for start in starts:
        length = next(n for n in range(1, 25) if not idle[(start + n) % 24])
        gaps.append((start * 60, (start + length) % 24 * 60))
    return gaps


def _of_throughput(
    given: QueueInput, horizon: Horizon, seconds: float
) -> tuple[Floats, Floats, float]:
    newest = max(week for week, _ in given.throughput)
    recent = [
        per_day for week, per_day in given.throughput if week > newest - timedelta(weeks=WEEKS_BACK)
    ]
    hourly = max(recent) * seconds / SECONDS / 24
    head = given.contract_hours / 7 * (1 - given.shrinkage) * given.occupancy
    steady = np.full(horizon.hours, hourly)
    return steady, steady / given.occupancy, head


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


_ORDER = (Grade.MEASURED, Grade.ESTIMATED, Grade.BORROWED, Grade.DEFAULT)


def weakest(grades: Sequence[Grade]) -> Grade:
    """Return the weakest of some grades, measured if there are none."""
    return max(grades, key=_ORDER.index, default=Grade.MEASURED)
