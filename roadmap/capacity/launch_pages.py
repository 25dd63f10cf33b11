"""What a launch's plan shows of its capacity: lanes with their routes, sweeps, limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.capacity.models import (
    ForecastShape,
    HandlingChange,
    LaunchLimit,
    QueuePlan,
    RouteStep,
    StepPlan,
    Sweep,
)
from roadmap.launches.models import Forecast, Launch, LaunchMechanism
from roadmap.mechanisms.kinds import AUTOMATED_KINDS, HUMAN_KINDS, MechanismKind, Stage
from roadmap.mechanisms.models import Mechanism


@dataclass(frozen=True)
class Lane:
    """One forecast with its hours and its route."""

    forecast: Forecast
    shape: ForecastShape | None
    steps: list[tuple[RouteStep, str]]


@dataclass(frozen=True)
class LaunchCapacity:
    """What the plan of a launch says about capacity; names of mechanisms by id."""

    lanes: list[Lane]
    changes: Sequence[HandlingChange]
    sweeps: Sequence[Sweep]
    limit: LaunchLimit | None
    names: dict[int, str]


def launch_capacity(session: Session, launch_id: int) -> LaunchCapacity:
    """Return what a launch says about capacity, seven statements."""

    def rows(table: Any, order: Any) -> Sequence[Any]:
        query = select(table).where(table.launch_id == launch_id).order_by(order)
        return session.scalars(query).all()

    shapes = {row.forecast_id: row for row in rows(ForecastShape, ForecastShape.id)}
    steps = rows(RouteStep, RouteStep.position)
    changes, sweeps = rows(HandlingChange, HandlingChange.id), rows(Sweep, Sweep.id)
    limits = rows(LaunchLimit, LaunchLimit.id)
    wanted = {row.mechanism_id for row in (*steps, *changes, *sweeps)}
    names = mechanism_labels(session, wanted)
    lanes = [
        Lane(
            row,
            shapes.get(row.id),
            [(step, names[step.mechanism_id]) for step in steps if step.forecast_id == row.id],
        )
        for row in rows(Forecast, Forecast.id)
    ]
    return LaunchCapacity(lanes, changes, sweeps, limits[0] if limits else None, names)


def mechanism_labels(session: Session, ids: set[int]) -> dict[int, str]:
    """Return ``MEC-7 LIVE vision model`` by id, one statement."""
    query = select(Mechanism.id, Mechanism.name).where(Mechanism.id.in_(ids))
    rows = session.execute(query.order_by(Mechanism.id))
    return {row.id: f"{Mechanism.key_prefix}-{row.id} {row.name}" for row in rows}


def offered_steps(session: Session, launch: Launch) -> list[tuple[str, str]]:
    """Return (id, name) of mechanisms a route may pass, the linked ones first, one statement."""
    linked = select(LaunchMechanism.mechanism_id).where(LaunchMechanism.launch_id == launch.id)
    is_linked = Mechanism.id.in_(linked).label("is_linked")
    deciding = (
        *AUTOMATED_KINDS - {MechanismKind.SELLER_VERIFICATION},
        MechanismKind.REVIEW_QUEUE,
        MechanismKind.ESCALATION_DESK,
    )
    query = (
        select(Mechanism.id, Mechanism.name, is_linked)
        .where(Mechanism.kind.in_(deciding), Mechanism.stage != Stage.RETIRED)
        .order_by(is_linked.desc(), Mechanism.id)
    )
    return [(str(r.id), f"{Mechanism.key_prefix}-{r.id} {r.name}") for r in session.execute(query)]


def offered_queues(session: Session, launch: Launch) -> list[tuple[str, str]]:
    """Return (id, name) of queues people work, the linked ones first, one statement."""
    linked = select(LaunchMechanism.mechanism_id).where(LaunchMechanism.launch_id == launch.id)
    is_linked = Mechanism.id.in_(linked).label("is_linked")
    query = (
        select(Mechanism.id, Mechanism.name, is_linked)
        .where(Mechanism.kind.in_(HUMAN_KINDS), Mechanism.stage != Stage.RETIRED)
        .order_by(is_linked.desc(), Mechanism.id)
    )
    return [(str(r.id), f"{Mechanism.key_prefix}-{r.id} {r.name}") for r in session.execute(query)]


def lent_rates(session: Session, ids: Sequence[int]) -> dict[int, dict[str, float]]:
    """Return the rates mechanisms lend to routes that leave them out, by id, two statements."""
    found: dict[int, dict[str, float]] = {}
    for step in session.scalars(select(StepPlan).where(StepPlan.mechanism_id.in_(ids))):
        found[step.mechanism_id] = dict(step.rates)
    for plan in session.scalars(select(QueuePlan).where(QueuePlan.mechanism_id.in_(ids))):
        if plan.handling_seconds is not None:
            found[plan.mechanism_id] = {"handling_seconds": plan.handling_seconds}
    return found


def lent_shares(session: Session, launch: Launch) -> list[tuple[str, float | None, float | None]]:
    """Return (key, review share, handling seconds) of each linked queue that reviews."""
    query = (
        select(Mechanism.id, QueuePlan.review_share, QueuePlan.handling_seconds)
        .join(LaunchMechanism, LaunchMechanism.mechanism_id == Mechanism.id)
        .outerjoin(QueuePlan, QueuePlan.mechanism_id == Mechanism.id)
        .where(
            LaunchMechanism.launch_id == launch.id,
            Mechanism.kind.in_((MechanismKind.REVIEW_QUEUE, MechanismKind.ESCALATION_DESK)),
        )
        .distinct()
        .order_by(Mechanism.id)
    )
    return [
        (f"{Mechanism.key_prefix}-{row.id}", row.review_share, row.handling_seconds)
        for row in session.execute(query)
    ]
