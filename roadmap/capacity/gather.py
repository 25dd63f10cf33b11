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

from roadmap.capacity.gather_queues import campaigns, queues, steps
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
from roadmap.mechanisms.kinds import HUMAN_KINDS, Grade
from roadmap.mechanisms.models import Mechanism
from roadmap.taxonomy.scope import ScopeCell, ScopePattern, covers

Rows: TypeAlias = dict[int, list[Any]]
IDS: Any = bindparam("ids", expanding=True)
# These take no capacity any more.
RELEASED = frozenset({LaunchState.CANCELLED, LaunchState.ROLLED_BACK})


def portfolio(session: Session, launch_ids: Collection[int]) -> Portfolio:
    """Return what is needed to judge these launches; nineteen statements."""
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
            select(table.mechanism_id.label("id")).where(table.launch_id.in_(IDS))
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
            select(table.launch_id.label("id")).where(table.mechanism_id.in_(IDS))
            for table in (LaunchMechanism, RouteStep, Sweep, HandlingChange)
        )
    ).subquery()
    return select(Launch.id).where(
        Launch.id.in_(select(found.c.id)),
        Launch.commitment_no.is_not(None),
        Launch.state.not_in(RELEASED),
    )


def _read(session: Session, ids: Sequence[int], mechanism_ids: Sequence[int]) -> Portfolio:
    routes = _by(session, RouteStep, ids, "forecast_id", RouteStep.position)
    on_routes = {row.mechanism_id for rows in routes.values() for row in rows}
    named = sorted({*mechanism_ids, *on_routes})
    links = _links(session, ids)
    changes = _by(session, HandlingChange, ids, "launch_id")
    sweeps = _by(session, Sweep, ids, "launch_id")
    limits = _by(session, LaunchLimit, ids, "launch_id")
    phases = _by(session, Phase, ids, "launch_id")
    lanes = _lanes(session, ids, routes)
    launches = {
        row.id: _launch(
            row,
            phases[row.id],
            lanes.get(row.id, ()),
            links.get(row.id, ()),
            changes[row.id],
            sweeps[row.id],
            limits[row.id],
        )
        for row in session.execute(_launches_query(), {"ids": list(ids)})
    }
    return Portfolio(
        queues=queues(session, named),
        steps=steps(session, named),
        launches=launches,
        campaigns=campaigns(session),
    )


@cache
def _launches_query() -> AnySelect:
    return select(Launch.id, Launch.state, Launch.commitment_no).where(Launch.id.in_(IDS))


@cache
def _rows_query(table: Any, order: Any) -> AnySelect:
    query = select(*table.__table__.columns).where(table.launch_id.in_(IDS))
    return query if order is None else query.order_by(order)


def _by(session: Session, table: Any, ids: Sequence[int], key: str, order: Any = None) -> Rows:
    """Return the rows of a part of launches by one of their columns, one statement."""
    found: Rows = defaultdict(list)
    for row in session.execute(_rows_query(table, order), {"ids": list(ids)}):
        found[getattr(row, key)].append(row)
    return found


@cache
def _links_query() -> AnySelect:
    return (
        select(LaunchMechanism.launch_id, LaunchMechanism.mechanism_id, Mechanism.kind)
        .join(Mechanism, Mechanism.id == LaunchMechanism.mechanism_id)
        .where(LaunchMechanism.launch_id.in_(IDS))
        .distinct()
    )


def _links(session: Session, ids: Sequence[int]) -> Rows:
    found: Rows = defaultdict(list)
    for row in session.execute(_links_query(), {"ids": list(ids)}):
        found[row.launch_id].append(row)
    return found


def _lanes(
    session: Session, ids: Sequence[int], routes: Mapping[int, Sequence[Any]]
) -> dict[int, list[LaneInput]]:
    shapes = {
        row.forecast_id: row
        for rows in _by(session, ForecastShape, ids, "launch_id").values()
        for row in rows
    }
    cells = _by(session, LaunchCell, ids, "launch_id")
    found: dict[int, list[LaneInput]] = defaultdict(list)
    for launch_id, rows in _by(session, Forecast, ids, "launch_id", Forecast.id).items():
        here = [
            ScopeCell(
                cell.market_code, cell.language_code, cell.surface_code, cell.policy_area_code
            )
            for cell in cells[launch_id]
        ]
        for row in rows:
            lane = _lane(row, shapes.get(row.id), routes.get(row.id, ()), here)
            found[launch_id].append(lane)
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
    row: Any,
    phases: Iterable[Any],
    lanes: Sequence[LaneInput],
    links: Iterable[Any],
    changes: Iterable[Any],
    sweeps: Iterable[Any],
    limits: Sequence[Any],
) -> LaunchInput:
    linked = list(links)
    limit = limits[0] if limits else None
    committed = is_committed(row.state, row.commitment_no)
    return LaunchInput(
        id=row.id,
        order=row.commitment_no if committed else None,
        phases=tuple(_phase(phase) for phase in phases),
        lanes=tuple(lanes),
        queues=tuple(sorted(one.mechanism_id for one in linked if one.kind in HUMAN_KINDS)),
        steps=tuple(sorted(one.mechanism_id for one in linked if one.kind not in HUMAN_KINDS)),
        changes={one.mechanism_id: (one.handling_seconds, Grade(one.grade)) for one in changes},
        sweeps=tuple(_sweep(one) for one in sweeps),
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
