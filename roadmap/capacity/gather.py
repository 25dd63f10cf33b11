"""Reads a portfolio: the queues some launches lean on, and every launch committed to them.

Judges nothing: rows become the plain values of `inputs`. The number of statements is the same for
one launch and for many.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import bindparam, select, union
from sqlalchemy.orm import Session

from roadmap.capacity.bundle import Bundle, in_order
from roadmap.capacity.gather_queues import Floor, read_floor
from roadmap.capacity.inputs import (
    LaneInput,
    LaunchInput,
    PhaseInput,
    Portfolio,
    RouteInput,
    SweepInput,
)
from roadmap.capacity.models import (
    ForecastShape,
    HandlingChange,
    LaunchLimit,
    RouteStep,
    Sweep,
)
from roadmap.launches.access import AnySelect
from roadmap.launches.kinds import LaunchState, PhaseState
from roadmap.launches.models import Forecast, Launch, LaunchCell, LaunchMechanism, Phase
from roadmap.launches.rules import is_committed
from roadmap.mechanisms.models import Mechanism
from roadmap.one_of import one_of
from roadmap.taxonomy.scope import ScopeCell, ScopePattern, covers

Rows: TypeAlias = dict[int, list[Any]]
IDS: Any = bindparam("ids", expanding=True)
# These take no capacity any more.
RELEASED = frozenset({LaunchState.CANCELLED, LaunchState.ROLLED_BACK})


def portfolio(session: Session, launch_ids: Collection[int]) -> Portfolio:
    """Return what is needed to judge these launches; seven statements."""
    named = sorted({row.id for row in session.execute(_leaning_query(), {"ids": list(launch_ids)})})
    together = {row.id for row in session.execute(_committed_query(), {"ids": named})}
    return _read(session, sorted({*launch_ids, *together}), named)


def whole_portfolio(session: Session) -> Portfolio:
    """Return all queues with all launches that are planned or further."""
    gone = (LaunchState.CANCELLED, LaunchState.ROLLED_BACK, LaunchState.CLOSED)
    ids = session.scalars(select(Launch.id).where(Launch.state.not_in(gone))).all()
    named = session.scalars(select(Mechanism.id)).all()
    return _read(session, sorted(ids), sorted(named))


def leaning_on(mechanism_id: int) -> AnySelect:
    """Select the launches whose capacity a queue or step touches, however they name it."""
    found = union(
        *(
            select(table.launch_id).where(table.mechanism_id == mechanism_id)
            for table in (LaunchMechanism, RouteStep, Sweep, HandlingChange)
        )
    ).subquery()
    return select(found.c.launch_id)


def beside(launch_id: int) -> AnySelect:
    """Select the launches that share a queue or step with a launch, itself included."""
    tables = (LaunchMechanism, RouteStep, Sweep, HandlingChange)
    own = union(
        *(select(table.mechanism_id).where(table.launch_id == launch_id) for table in tables)
    ).subquery()
    mechanisms = select(own.c.mechanism_id)
    found = union(
        select(Launch.id.label("launch_id")).where(Launch.id == launch_id),
        *(select(table.launch_id).where(table.mechanism_id.in_(mechanisms)) for table in tables),
    ).subquery()
    return select(found.c.launch_id)


@cache
def _leaning_query() -> Any:
    """Select the mechanisms that launches name in any way."""
    found = union(
        *(
            select(table.mechanism_id.label("id")).where(one_of(table.launch_id, IDS))
            for table in (LaunchMechanism, RouteStep, Sweep, HandlingChange)
        )
    ).subquery()
    # Where a step sends its items matters when it is off.
    routed = select(Mechanism.routes_to_id).where(
        Mechanism.id.in_(select(found.c.id)), Mechanism.routes_to_id.is_not(None)
    )
    return union(select(found.c.id), routed)


@cache
def _committed_query() -> AnySelect:
    """Select the committed launches that name some mechanisms."""
    found = union(
        *(
            select(table.launch_id.label("id")).where(one_of(table.mechanism_id, IDS))
            for table in (LaunchMechanism, RouteStep, Sweep, HandlingChange)
        )
    ).subquery()
    return select(Launch.id).where(
        Launch.id.in_(select(found.c.id)),
        Launch.commitment_no.is_not(None),
        Launch.state.not_in(RELEASED),
    )


def _read(session: Session, ids: Sequence[int], mechanism_ids: Sequence[int]) -> Portfolio:
    rows = _parts().read(session, {"ids": list(ids)})
    on_routes = {row.mechanism_id for row in rows["route"]}
    floor = read_floor(session, sorted({*mechanism_ids, *on_routes}))
    lanes = _lanes(session, ids, rows)
    parts = {
        name: _by(rows[name], "launch_id") for name in ("phase", "link", "change", "sweep", "limit")
    }
    launches = {
        row.id: _launch(
            row, lanes.get(row.id, ()), {name: parts[name][row.id] for name in parts}, floor
        )
        for row in rows["launch"]
    }
    return Portfolio(
        queues=floor.queues, steps=floor.steps, launches=launches, campaigns=floor.campaigns
    )


@cache
def _parts() -> Bundle:
    """Select what belongs to launches, but their cells: those are many."""

    def of(table: Any, *left_out: str) -> Any:
        columns = [one for one in table.__table__.columns if one.key not in left_out]
        return select(*columns).where(one_of(table.launch_id, IDS))

    return Bundle(
        {
            "launch": select(Launch.id, Launch.state, Launch.commitment_no).where(
                one_of(Launch.id, IDS)
            ),
            "phase": select(
                Phase.launch_id,
                Phase.position,
                Phase.share,
                Phase.starts_on,
                Phase.went_live_on,
                Phase.state,
            ).where(one_of(Phase.launch_id, IDS)),
            "forecast": select(
                Forecast.id,
                Forecast.launch_id,
                Forecast.market_code,
                Forecast.language_code,
                Forecast.surface_code,
                Forecast.policy_area_code,
                Forecast.likely,
                Forecast.low,
                Forecast.high,
                Forecast.prevalence,
                Forecast.grade,
            ).where(one_of(Forecast.launch_id, IDS)),
            "link": select(LaunchMechanism.launch_id, LaunchMechanism.mechanism_id)
            .where(one_of(LaunchMechanism.launch_id, IDS))
            .distinct(),
            "shape": of(ForecastShape, "id"),
            "route": of(RouteStep, "id"),
            "change": of(HandlingChange, "id"),
            "sweep": of(Sweep),
            "limit": of(LaunchLimit, "id"),
        }
    )


def _by(rows: Iterable[Any], key: str) -> Rows:
    """Return rows by one of their columns."""
    found: Rows = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


@cache
def _cells_query() -> AnySelect:
    return select(
        LaunchCell.launch_id,
        LaunchCell.market_code,
        LaunchCell.language_code,
        LaunchCell.surface_code,
        LaunchCell.policy_area_code,
    ).where(one_of(LaunchCell.launch_id, IDS))


def _lanes(
    session: Session, ids: Sequence[int], rows: Mapping[str, Sequence[Any]]
) -> dict[int, list[LaneInput]]:
    shapes = {row.forecast_id: row for row in rows["shape"]}
    routes = _by(in_order(rows["route"], "forecast_id", "position"), "forecast_id")
    cells: dict[int, list[ScopeCell]] = defaultdict(list)
    for launch_id, *codes in session.execute(_cells_query(), {"ids": list(ids)}):
        cells[launch_id].append(ScopeCell(*codes))
    found: dict[int, list[LaneInput]] = defaultdict(list)
    for row in in_order(rows["forecast"], "id"):
        lane = _lane(row, shapes.get(row.id), routes[row.id], cells[row.launch_id])
        found[row.launch_id].append(lane)
    return found


def _lane(row: Any, shape: Any, route: Iterable[Any], cells: Collection[ScopeCell]) -> LaneInput:
    pattern = ScopePattern(
        row.market_code, row.language_code, row.surface_code, row.policy_area_code
    )
    inside = [cell for cell in cells if covers(pattern, cell)]
    return LaneInput(
        forecast_id=row.id,
        pattern=pattern,
        likely=row.likely,
        low=row.low,
        high=row.high,
        prevalence=row.prevalence,
        grade=row.grade,
        zone=shape.zone if shape is not None else None,
        profile=tuple(shape.profile) if shape is not None else (),
        season=weeks(shape.season) if shape is not None else {},
        route=tuple(
            RouteInput(mechanism_id=step.mechanism_id, rates=step.rates, grade=step.grade)
            for step in route
        ),
        languages=frozenset(cell.language for cell in inside),
        markets=frozenset(cell.market for cell in inside),
    )


def weeks(season: Mapping[str, float]) -> dict[int, float]:
    """Return a stored season, whose weeks are text in JSON, by number of the week."""
    return {int(week): factor for week, factor in season.items()}


def _launch(
    row: Any, lanes: Sequence[LaneInput], parts: Mapping[str, Sequence[Any]], floor: Floor
) -> LaunchInput:
    linked = sorted(one.mechanism_id for one in parts["link"])
    limit = parts["limit"][0] if parts["limit"] else None
    committed = is_committed(row.state, row.commitment_no)
    return LaunchInput(
        id=row.id,
        order=row.commitment_no if committed else None,
        phases=tuple(_phase(phase) for phase in in_order(parts["phase"], "position")),
        lanes=tuple(lanes),
        queues=tuple(one for one in linked if one in floor.queues),
        steps=tuple(one for one in linked if one in floor.steps),
        changes={one.mechanism_id: (one.handling_seconds, one.grade) for one in parts["change"]},
        sweeps=tuple(_sweep(one) for one in in_order(parts["sweep"], "id")),
        released=row.state in RELEASED,
        budget=limit.budget if limit else None,
        currency=limit.currency if limit else None,
        budget_days=limit.budget_days if limit else 30,
        active_sellers=limit.active_sellers if limit else None,
        wrongful_per_thousand=limit.wrongful_per_thousand if limit else None,
    )


def _phase(row: Any) -> PhaseInput:
    live: date | None = row.went_live_on if row.state is PhaseState.LIVE else None
    return PhaseInput(
        position=row.position,
        share=row.share,
        starts_on=row.starts_on,
        live_on=live,
        halted=row.state is PhaseState.HALTED,
    )


def _sweep(row: Any) -> SweepInput:
    return SweepInput(
        queue_id=row.mechanism_id,
        listings=row.listings,
        flagged=row.flagged,
        days=row.days,
        from_phase=row.from_phase,
        language=row.language_code,
        grade=row.grade,
    )
