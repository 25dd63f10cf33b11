"""Commands on where a launch goes live and what it brings: cells, forecasts, training needs."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.errors import Invalid, NotFound
from roadmap.events import publish
from roadmap.launches.access import Asker
from roadmap.launches.checks import (
    MAX_VOLUME,
    require_cells,
    require_codes,
    require_open,
    require_person,
)
from roadmap.launches.events import ForecastRemoved
from roadmap.launches.models import Forecast, Launch, LaunchCell, TrainingNeed
from roadmap.launches.telling import tell
from roadmap.mechanisms.kinds import Grade
from roadmap.taxonomy.scope import DIMENSIONS, ScopeCell, ScopePattern
from roadmap.web.i18n import _

MAX_PHASES = 50
ANYWHERE = ScopePattern()


def _first_phase(value: int, field: str = "from_phase") -> int:
    if not 1 <= value <= MAX_PHASES:
        raise Invalid.at(field, _("Count phases from 1."))
    return value


def set_scope(
    session: Session,
    actor: Asker | None,
    launch: Launch,
    cells: Collection[ScopeCell],
    from_phase: Mapping[ScopeCell, int] | None = None,
) -> bool:
    """Store the cells a launch goes live in; return whether anything changed.

    A cell that stays keeps the phase it joins at unless ``from_phase`` names another.
    """
    require_open(launch)
    wanted = set(cells)
    require_cells(session, wanted)
    phases = dict(from_phase or {})
    rows = session.scalars(select(LaunchCell).where(LaunchCell.launch_id == launch.id)).all()
    known: dict[ScopeCell, LaunchCell] = {}
    for row in rows:
        cell = ScopeCell(row.market_code, row.language_code, row.surface_code, row.policy_area_code)
        known[cell] = row
        if cell not in wanted:
            session.delete(row)
        elif cell in phases:
            row.from_phase = _first_phase(phases[cell])
    for cell in sorted(wanted - set(known)):
        session.add(
            LaunchCell(
                launch_id=launch.id,
                market_code=cell.market,
                language_code=cell.language,
                surface_code=cell.surface,
                policy_area_code=cell.policy_area,
                from_phase=_first_phase(phases.get(cell, 1)),
            )
        )
    return tell(session, actor, launch, "launch.scope_set")


def _pattern_columns(session: Session, pattern: ScopePattern) -> dict[str, str | None]:
    """Return the columns of a pattern; a code the taxonomy lacks is refused at its field."""
    for dimension in DIMENSIONS:
        code = getattr(pattern, dimension)
        if code is not None:
            require_codes(session, dimension, {code}, dimension)
    return {
        "market_code": pattern.market,
        "language_code": pattern.language,
        "surface_code": pattern.surface,
        "policy_area_code": pattern.policy_area,
    }


def _own(session: Session, kind: Any, launch: Launch, row_id: int) -> Any:
    """Return a part by its id if it is of this launch, else it is not found."""
    row = session.get(kind, row_id)
    if row is None or row.launch_id != launch.id:
        raise NotFound(_("This was removed meanwhile. Reload the page."))
    return row


# ---- forecasts ----


@dataclass(frozen=True, kw_only=True)
class ForecastSpec:
    """Items a week over a pattern of cells at full traffic; ``prevalence`` is a share 0..1."""

    likely: float | None
    pattern: ScopePattern = ANYWHERE
    low: float | None = None
    high: float | None = None
    prevalence: float | None = None
    grade: Grade = Grade.ESTIMATED
    note: str = ""
    id: int | None = None


def _check_forecast(spec: ForecastSpec) -> float:
    if spec.likely is None:
        raise Invalid.at("likely", _("Give the likely number of items a week."))
    for name in ("likely", "low", "high"):
        value = getattr(spec, name)
        if value is not None and not (math.isfinite(value) and 0 <= value <= MAX_VOLUME):
            raise Invalid.at(name, _("Give a number of items a week from 0 up."))
    if spec.low is not None and spec.low > spec.likely:
        raise Invalid.at("low", _("The low forecast cannot be above the likely one."))
    if spec.high is not None and spec.high < spec.likely:
        raise Invalid.at("high", _("The high forecast cannot be below the likely one."))
    if spec.prevalence is not None and not 0 <= spec.prevalence <= 1:
        raise Invalid.at("prevalence", _("Give the violating share from 0 % to 100 %."))
    if len(spec.note) > 300:
        raise Invalid.at("note", _("Shorten the note to 300 characters."))
    return spec.likely


def put_forecast(
    session: Session, actor: Asker | None, launch: Launch, spec: ForecastSpec
) -> Forecast:
    """Add a forecast, or store the one named by ``id`` anew."""
    require_open(launch)
    likely = _check_forecast(spec)
    columns = _pattern_columns(session, spec.pattern)
    row: Forecast
    if spec.id is None:
        row = Forecast(launch_id=launch.id)
        session.add(row)
    else:
        row = _own(session, Forecast, launch, spec.id)
    for name, code in columns.items():
        setattr(row, name, code)
    row.likely, row.low, row.high = likely, spec.low, spec.high
    row.prevalence, row.grade, row.note = spec.prevalence, spec.grade, spec.note.strip()
    tell(session, actor, launch, "launch.forecast_set")
    return row


def remove_forecast(
    session: Session, actor: Asker | None, launch: Launch, forecast_id: int
) -> None:
    """Remove a forecast."""
    require_open(launch)
    row = _own(session, Forecast, launch, forecast_id)
    publish(session, ForecastRemoved(row.id))
    session.delete(row)
    tell(session, actor, launch, "launch.forecast_removed")


# ---- training needs ----


@dataclass(frozen=True, kw_only=True)
class TrainingSpec:
    """Heads that must be certified on the guideline in force in every cell of the pattern."""

    heads: int
    pattern: ScopePattern = ANYWHERE
    owner_id: int | None = None
    from_phase: int = 1
    id: int | None = None


def put_training_need(
    session: Session, actor: Asker | None, launch: Launch, spec: TrainingSpec
) -> TrainingNeed:
    """Add a training need, or store the one named by ``id`` anew."""
    require_open(launch)
    if not 1 <= spec.heads <= 1_000_000:
        raise Invalid.at("heads", _("Give the number of certified people needed, 1 or more."))
    columns = _pattern_columns(session, spec.pattern)
    require_person(session, spec.owner_id, "owner_id")
    row: TrainingNeed
    if spec.id is None:
        row = TrainingNeed(launch_id=launch.id)
        session.add(row)
    else:
        row = _own(session, TrainingNeed, launch, spec.id)
    for name, code in columns.items():
        setattr(row, name, code)
    row.heads, row.owner_id = spec.heads, spec.owner_id
    row.from_phase = _first_phase(spec.from_phase)
    tell(session, actor, launch, "launch.training_set")
    return row


def remove_training_need(
    session: Session, actor: Asker | None, launch: Launch, need_id: int
) -> None:
    """Remove a training need."""
    require_open(launch)
    session.delete(_own(session, TrainingNeed, launch, need_id))
    tell(session, actor, launch, "launch.training_removed")
