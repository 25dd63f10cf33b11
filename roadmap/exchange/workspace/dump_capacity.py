"""Write what capacity is computed from as a workspace file has it."""

from collections import defaultdict
from typing import Any

from sqlalchemy.orm import Session

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
from roadmap.exchange.workspace import parts_capacity as parts
from roadmap.exchange.workspace.mapping import grouped, in_order, write
from roadmap.exchange.workspace.names import Names

Items = list[dict[str, Any]]
Groups = dict[Any, defaultdict[int, list[Any]]]
# Tables of a launch this room adds to those of the launch itself.
LAUNCH_TABLES = (HandlingChange, LaunchLimit, Sweep)
_MECHANISM_TABLES = (QueuePlan, StepPlan, QueueShift, QueueThroughput, QueueBacklog, BaseLoad)


def clock_text(minutes: int) -> str:
    """Return ``06:30`` for minutes from midnight."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def holidays(session: Session, names: Names) -> defaultdict[int, Items]:
    """Return the days off of sites, by site."""
    found: defaultdict[int, Items] = defaultdict(list)
    for site_id, rows in grouped(session, SiteHoliday, lambda row: row.site_id).items():
        found[site_id] = in_order((write(parts.SiteHolidayPart, r, names) for r in rows), "day")
    return found


def campaign_loads(session: Session, names: Names) -> dict[int, dict[str, Any]]:
    """Return what campaigns change, by entry of the calendar."""
    rows = grouped(session, CampaignLoad, lambda row: row.calendar_day_id)
    return {key: write(parts.CampaignLoadPart, row[0], names) for key, row in rows.items()}


def mechanism_groups(session: Session) -> Groups:
    """Return the rows of capacity of all mechanisms, by table and mechanism."""
    return {
        table: grouped(session, table, lambda row: row.mechanism_id) for table in _MECHANISM_TABLES
    }


def of_mechanism(groups: Groups, number: int, names: Names) -> dict[str, Any]:
    """Return the fields of capacity of one mechanism."""

    def lines(part: Any, table: Any, *keys: str) -> Items:
        return in_order((write(part, row, names) for row in groups[table][number]), *keys)

    plans, steps = groups[QueuePlan][number], groups[StepPlan][number]
    counts = groups[QueueBacklog][number]
    return {
        "staffing": write(parts.StaffingPart, plans[0], names) if plans else None,
        "shifts": in_order(
            (_shift(row, names) for row in groups[QueueShift][number]),
            "first_day",
            "starts",
            "site",
        ),
        "throughput": lines(parts.ThroughputPart, QueueThroughput, "week"),
        "backlog": write(parts.BacklogPart, counts[0], names) if counts else None,
        "base_load": lines(parts.BaseLoadPart, BaseLoad, "language"),
        "rates": write(parts.StepRatesPart, steps[0], names) if steps else None,
    }


def _shift(row: QueueShift, names: Names) -> dict[str, Any]:
    item = write(
        parts.ShiftPart,
        row,
        names,
        weekdays=[parts.WEEKDAYS[day] for day in sorted(row.weekdays)],
        starts=clock_text(row.starts),
        ends=clock_text(row.ends),
    )
    if "languages" in item:
        item["languages"] = sorted(item["languages"])
    return item


def lanes(session: Session, names: Names) -> dict[int, dict[str, Any]]:
    """Return hours and route of forecasts, by forecast."""
    shapes = grouped(session, ForecastShape, lambda row: row.forecast_id)
    routes = grouped(session, RouteStep, lambda row: row.forecast_id)
    return {
        key: {
            "hours": write(parts.HoursPart, shapes[key][0], names) if shapes[key] else None,
            "route": [
                write(parts.RouteStepPart, step, names)
                for step in sorted(routes[key], key=lambda step: step.position)
            ],
        }
        for key in {*shapes, *routes}
    }


def of_launch(rows: dict[Any, list[Any]], names: Names) -> dict[str, Any]:
    """Return the fields of capacity of one launch, its lanes apart."""
    limits = rows[LaunchLimit]
    changes = in_order(
        (write(parts.HandlingChangePart, row, names) for row in rows[HandlingChange]), "mechanism"
    )
    sweeps = in_order((write(parts.SweepPart, row, names) for row in rows[Sweep]), "mechanism")
    return {
        "handling_changes": changes,
        "sweeps": sweeps,
        "limits": write(parts.LimitsPart, limits[0], names) if limits else None,
    }
