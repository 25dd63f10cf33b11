"""What capacity does when lower rooms take records away or copy them."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.capacity.models import (
    CampaignLoad,
    ForecastShape,
    HandlingChange,
    LaunchLimit,
    RouteStep,
    Sweep,
)
from roadmap.history.service import record
from roadmap.launches.events import ForecastRemoved, LaunchCreated
from roadmap.launches.models import Forecast, Launch
from roadmap.taxonomy.events import CalendarDayRemoved

_SKIPPED = frozenset({"id", "launch_id", "forecast_id"})
_OF_LAUNCH: tuple[Any, ...] = (HandlingChange, Sweep, LaunchLimit)
_OF_FORECAST: tuple[Any, ...] = (ForecastShape, RouteStep)


def on_forecast_removed(session: Session, event: ForecastRemoved) -> None:
    """Take the hours and the route of a forecast away with it."""
    for table in _OF_FORECAST:
        rows: Any = session.scalars(select(table).where(table.forecast_id == event.forecast_id))
        for row in rows.all():
            session.delete(row)
    session.flush()


def on_calendar_day_removed(session: Session, event: CalendarDayRemoved) -> None:
    """Take the load of a campaign away with it."""
    query = select(CampaignLoad).where(CampaignLoad.calendar_day_id == event.entry_id)
    for row in session.scalars(query).all():
        session.delete(row)
    session.flush()


def on_launch_created(session: Session, event: LaunchCreated) -> None:
    """Give a copied launch the hours, routes, sweeps and limits of its original."""
    launch = session.get(Launch, event.launch_id)
    if launch is None or launch.copied_from_id is None:
        return
    for table in _OF_LAUNCH:
        for row in _rows(session, table, launch.copied_from_id):
            session.add(table(launch_id=launch.id, **_columns(row)))
    new = _forecasts_like(session, launch.copied_from_id, launch.id)
    for table in _OF_FORECAST:
        for row in _rows(session, table, launch.copied_from_id):
            forecast_id = new.get(row.forecast_id)
            if forecast_id is not None:
                values = {"launch_id": launch.id, "forecast_id": forecast_id, **_columns(row)}
                session.add(table(**values))
    record(session, event.actor_id, launch, "launch.capacity_copied")


def _rows(session: Session, table: Any, launch_id: int) -> Any:
    query = select(table).where(table.launch_id == launch_id).order_by(table.id)
    return session.scalars(query).all()


def _columns(row: Any) -> dict[str, Any]:
    return {c.key: getattr(row, c.key) for c in row.__table__.columns if c.key not in _SKIPPED}


def _forecasts_like(session: Session, source_id: int, copy_id: int) -> dict[int, int]:
    """Return the forecast of the copy for each of the original: the one that says the same."""
    copies = list(_rows(session, Forecast, copy_id))
    found: dict[int, int] = {}
    for row in _rows(session, Forecast, source_id):
        same = next((one for one in copies if _columns(one) == _columns(row)), None)
        if same is not None:
            copies.remove(same)
            found[row.id] = same.id
    return found
