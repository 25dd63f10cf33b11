"""Store what capacity is computed from: of sites, campaigns, mechanisms and launches."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from roadmap.capacity.models import (
    BaseLoad,
    CampaignLoad,
    ForecastShape,
    HandlingChange,
    LaunchLimit,
    QueueBacklog,
    QueuePlan,
    QueueShift,
    QueueThroughput,
    RouteStep,
    SiteHoliday,
    StepPlan,
    Sweep,
)
from roadmap.exchange.workspace.mapping import columns
from roadmap.exchange.workspace.parts_capacity import WEEKDAYS, ShiftPart
from roadmap.exchange.workspace.sync import Loading, comparable, stored_parts, sync_parts
from roadmap.launches.models import Forecast

Stored = dict[Any, defaultdict[int, list[Any]]]
LAUNCH_TABLES = (ForecastShape, RouteStep, HandlingChange, LaunchLimit, Sweep)
_SHIFT = ("first_day", "last_day", "starts", "ends", "site_id", "languages", "weekdays")
_SWEEP = ("mechanism_id", "language_code", "from_phase", "listings", "flagged", "days")


def minutes_of(clock: str) -> int:
    """Return the minutes from midnight of ``06:30``."""
    hours, _colon, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def load_holidays(loading: Loading, parts: Sequence[Any], rows: Sequence[Any]) -> None:
    """Make the days off of each site those of the file."""
    stored = stored_parts(loading.session, SiteHoliday.site_id, [row.id for row in rows])
    for part, row in zip(parts, rows, strict=True):
        wanted = [{"site_id": row.id, **columns(one, loading.names)} for one in part.holidays]
        sync_parts(loading, SiteHoliday, stored[row.id], wanted, ("day",))


def load_campaigns(loading: Loading, parts: Sequence[Any], rows: Sequence[Any]) -> None:
    """Make what each campaign changes that of the file."""
    ids = [row.id for row in rows]
    stored = stored_parts(loading.session, CampaignLoad.calendar_day_id, ids)
    for part, row in zip(parts, rows, strict=True):
        loads = [part.load] if part.load is not None else []
        wanted = [{"calendar_day_id": row.id, **columns(one, loading.names)} for one in loads]
        sync_parts(loading, CampaignLoad, stored[row.id], wanted, ())


def load_mechanisms(loading: Loading, parts: Sequence[Any], rows: Sequence[Any]) -> None:
    """Make plans, rosters, throughput and loads of each mechanism those of the file."""
    ids = [row.id for row in rows]
    tables = (QueuePlan, StepPlan, QueueShift, QueueThroughput, QueueBacklog, BaseLoad)
    stored: Stored = {t: stored_parts(loading.session, t.mechanism_id, ids) for t in tables}

    def sync(table: Any, number: int, wanted: list[dict[str, Any]], *identity: str) -> None:
        owned = [{"mechanism_id": number, **values} for values in wanted]
        sync_parts(loading, table, stored[table][number], owned, identity)

    for part, row in zip(parts, rows, strict=True):
        sync(QueuePlan, row.id, _plain(loading, [part.staffing]))
        sync(StepPlan, row.id, _plain(loading, [part.rates]))
        sync(QueueShift, row.id, [_shift(loading, one) for one in part.shifts], *_SHIFT)
        sync(QueueThroughput, row.id, _plain(loading, part.throughput), "week")
        sync(QueueBacklog, row.id, _plain(loading, [part.backlog]))
        sync(BaseLoad, row.id, _plain(loading, part.base_load), "language_code")


def _plain(loading: Loading, parts: Sequence[Any]) -> list[dict[str, Any]]:
    return [columns(part, loading.names) for part in parts if part is not None]


def _shift(loading: Loading, part: ShiftPart) -> dict[str, Any]:
    return {
        **columns(part, loading.names),
        "languages": sorted(part.languages),
        "weekdays": sorted({WEEKDAYS.index(day) for day in part.weekdays}),
        "starts": minutes_of(part.starts),
        "ends": minutes_of(part.ends),
    }


def free_lanes(
    loading: Loading,
    launch_id: int,
    wanted: Sequence[dict[str, Any]],
    identity: Sequence[str],
    stored: Stored,
) -> None:
    """Remove hours and routes of forecasts the file no longer has, before these go themselves."""

    def key(values: Any) -> tuple[Any, ...]:
        return tuple(comparable(values(name)) for name in identity)

    left = Counter(key(values.__getitem__) for values in wanted)
    gone = set()
    for row in stored[Forecast][launch_id]:
        own = key(lambda name, row=row: getattr(row, name))
        if left[own]:
            left[own] -= 1
        else:
            gone.add(row.id)
    for table in (ForecastShape, RouteStep):
        for row in [one for one in stored[table][launch_id] if one.forecast_id in gone]:
            stored[table][launch_id].remove(row)
            loading.session.delete(row)
    if gone:
        loading.session.flush()


def load_launch(
    loading: Loading, part: Any, launch_id: int, forecasts: Sequence[Any], stored: Stored
) -> None:
    """Make hours, routes, sweeps and limits of a launch those of the file; forecasts have ids."""
    owner = {"launch_id": launch_id}
    shapes: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    for lane, row in zip(part.forecasts, forecasts, strict=True):
        own = {**owner, "forecast_id": row.id}
        shapes += [{**own, **values} for values in _plain(loading, [lane.hours])]
        steps += [
            {**own, "position": place, **columns(step, loading.names)}
            for place, step in enumerate(lane.route, start=1)
        ]
    for table, wanted, identity in (
        (ForecastShape, shapes, ("forecast_id",)),
        (RouteStep, steps, ("forecast_id", "position")),
        (
            HandlingChange,
            [{**owner, **values} for values in _plain(loading, part.handling_changes)],
            ("mechanism_id",),
        ),
        (Sweep, [{**owner, **values} for values in _plain(loading, part.sweeps)], _SWEEP),
        (LaunchLimit, [{**owner, **values} for values in _plain(loading, [part.limits])], ()),
    ):
        sync_parts(loading, table, stored[table][launch_id], wanted, identity)
