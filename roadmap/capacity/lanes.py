"""Commands on the lanes of a launch: when its items arrive and the route they pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.capacity import values as check
from roadmap.capacity.models import ForecastShape, QueuePlan, RouteStep, StepPlan
from roadmap.capacity.plans import A_DAY
from roadmap.capacity.refusal import Inconsistent
from roadmap.capacity.routes import AutomatedStep, HumanStep, run
from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.launches.access import Asker, may_edit
from roadmap.launches.checks import require_open
from roadmap.launches.models import Forecast, Launch, LaunchMechanism
from roadmap.launches.telling import tell
from roadmap.mechanisms.kinds import AUTOMATED_KINDS, Grade, MechanismKind, Stage
from roadmap.mechanisms.models import Mechanism
from roadmap.web.i18n import _

AUTOMATED_RATES = ("receives", "recall", "precision", "pass_share", "miss_rate", "qa_share")
HUMAN_RATES = (
    "receives",
    "recall",
    "false_rate",
    "handling_seconds",
    "passes_per_item",
    "escalation_rate",
    "escalation_seconds",
    "resubmission_rate",
    "qa_share",
)
# These are no shares.
_AMOUNTS = {"handling_seconds": A_DAY, "escalation_seconds": A_DAY, "passes_per_item": 100.0}
MOST_STEPS = 8
_DECIDING = (MechanismKind.REVIEW_QUEUE, MechanismKind.ESCALATION_DESK)


def require_editable(actor: Asker | None, launch: Launch) -> None:
    """Refuse people who may see a launch but not change it, and launches that are over."""
    if not may_edit(actor, launch):
        raise Forbidden(_("Only the owner, the owning team or a program manager may change this."))
    require_open(launch)


def lane_of(session: Session, launch: Launch, forecast_id: int) -> Forecast:
    """Return a forecast of a launch, or raise NotFound."""
    found = session.get(Forecast, forecast_id)
    if found is None or found.launch_id != launch.id:
        raise NotFound(_("This was removed meanwhile. Reload the page."))
    return found


# ---- when items arrive ----


def shape_of(session: Session, forecast_id: int) -> ForecastShape | None:
    """Return when the items of a forecast arrive, None if it borrows the hours of its queue."""
    return session.scalar(select(ForecastShape).where(ForecastShape.forecast_id == forecast_id))


def put_shape(
    session: Session,
    actor: Asker | None,
    launch: Launch,
    forecast_id: int,
    *,
    profile: Sequence[float] = (),
    zone: str = "UTC",
    season: Mapping[int, float] | None = None,
) -> None:
    """Store the hours of a forecast; no hours and no season borrow those of its queue again.

    ``profile`` has 24 shares of a day or 168 of a week from Monday 00:00 by the clock of ``zone``.
    """
    require_editable(actor, launch)
    lane = lane_of(session, launch, forecast_id)
    values: dict[str, Any] = {
        "profile": check.profile("profile", profile),
        "season": check.season("season", season),
        "zone": check.zone("zone", zone),
    }
    row = shape_of(session, lane.id)
    if not values["profile"] and not values["season"]:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(ForecastShape(launch_id=launch.id, forecast_id=lane.id, **values))
    else:
        for name, value in values.items():
            setattr(row, name, value)
    tell(session, actor, launch, "launch.forecast_shaped")


# ---- the route ----


@dataclass(frozen=True, kw_only=True)
class StepSpec:
    """One step of a route; ``rates`` are of what reaches it, those left out are borrowed."""

    mechanism_id: int
    rates: Mapping[str, float | None] = field(default_factory=dict)
    grade: Grade = Grade.ESTIMATED


def route_of(session: Session, forecast_id: int) -> Sequence[RouteStep]:
    """Return the steps of a lane in order, one statement."""
    return session.scalars(
        select(RouteStep).where(RouteStep.forecast_id == forecast_id).order_by(RouteStep.position)
    ).all()


def put_route(
    session: Session,
    actor: Asker | None,
    launch: Launch,
    forecast_id: int,
    specs: Sequence[StepSpec],
) -> None:
    """Store the steps the items of a lane pass, in order; none at all lets queues lend a share.

    Refuses rates that contradict each other at the forecast's violating share.
    """
    require_editable(actor, launch)
    lane = lane_of(session, launch, forecast_id)
    if len(specs) > MOST_STEPS:
        raise Invalid(_("A route has at most %(most)s steps.", most=MOST_STEPS))
    kinds = mechanism_kinds(session, [spec.mechanism_id for spec in specs])
    wanted = [_checked(place, spec, kinds) for place, spec in enumerate(specs)]
    _refuse_contradiction(session, lane, wanted, kinds)
    held = list(route_of(session, lane.id))
    for place, (spec, row) in enumerate(zip(wanted, held, strict=False), start=1):
        row.position, row.mechanism_id = place, spec.mechanism_id
        row.rates, row.grade = dict(spec.rates), spec.grade
    for row in held[len(wanted) :]:
        session.delete(row)
    for place, spec in enumerate(wanted[len(held) :], start=len(held) + 1):
        session.add(
            RouteStep(
                launch_id=launch.id,
                forecast_id=lane.id,
                position=place,
                mechanism_id=spec.mechanism_id,
                rates=dict(spec.rates),
                grade=spec.grade,
            )
        )
    tell(session, actor, launch, "launch.route_set")


def mechanism_kinds(session: Session, ids: Sequence[int]) -> dict[int, MechanismKind]:
    """Return the kinds of mechanisms by id, one statement."""
    rows = session.execute(select(Mechanism.id, Mechanism.kind).where(Mechanism.id.in_(ids)))
    return {row.id: row.kind for row in rows}


def rate_names(kind: MechanismKind) -> tuple[str, ...]:
    """Return the rates a step of a kind of mechanism has."""
    return AUTOMATED_RATES if kind in AUTOMATED_KINDS else HUMAN_RATES


def _checked(place: int, spec: StepSpec, kinds: Mapping[int, MechanismKind]) -> StepSpec:
    kind = kinds.get(spec.mechanism_id)
    if kind is None:
        raise Invalid.at(f"step{place}-mechanism", _("Choose the mechanism of this step."))
    rates: dict[str, float | None] = {}
    for name, value in spec.rates.items():
        if value is not None:
            rates[name] = checked_rate(f"step{place}-{name}", name, value, kind)
    grade = check.grade(f"step{place}-grade", spec.grade)
    return StepSpec(mechanism_id=spec.mechanism_id, rates=rates, grade=grade)


def checked_rate(field: str, name: str, value: float, kind: MechanismKind) -> float | None:
    """Return a rate of a step, or raise Invalid at a field if its kind cannot have it."""
    if name not in rate_names(kind):
        raise Invalid.at(field, _("A step of this kind has no such rate."))
    if name in _AMOUNTS:
        above = name != "escalation_seconds"
        return check.number(field, value, _AMOUNTS[name], above=above)
    return check.share(field, value, above_zero=name == "precision")


def _refuse_contradiction(
    session: Session,
    lane: Forecast,
    specs: Sequence[StepSpec],
    kinds: Mapping[int, MechanismKind],
) -> None:
    """Send items down the route as far as its rates are known; say where they cannot be."""
    if lane.prevalence is None:
        return
    ids = [spec.mechanism_id for spec in specs]
    lent = {
        row.mechanism_id: row.rates
        for row in session.scalars(select(StepPlan).where(StepPlan.mechanism_id.in_(ids)))
    }
    plans = select(QueuePlan).where(QueuePlan.mechanism_id.in_(ids))
    handling = {row.mechanism_id: row.handling_seconds for row in session.scalars(plans)}
    steps: list[AutomatedStep | HumanStep] = []
    for place, spec in enumerate(specs):
        given = {name: value for name, value in spec.rates.items() if value is not None}
        name = f"{Mechanism.key_prefix}-{spec.mechanism_id}"
        if kinds[spec.mechanism_id] in AUTOMATED_KINDS:
            rates = {**lent.get(spec.mechanism_id, {}), **given}
            if not {"recall", "precision"} <= set(rates):
                return
            steps.append(AutomatedStep(name, **rates))
        else:
            seconds = handling.get(spec.mechanism_id)
            rates = {**({} if seconds is None else {"handling_seconds": seconds}), **given}
            if not {"recall", "false_rate", "handling_seconds"} <= set(rates):
                return
            steps.append(HumanStep(name, **rates))
        try:
            run(1.0, lane.prevalence, steps)
        except Inconsistent as error:
            raise Invalid.at(f"step{place}-recall", error.sentence.text(_)) from None


def proposed_route(session: Session, launch: Launch) -> list[StepSpec]:
    """Return the route the linked mechanisms suggest: what enforces, then who reviews.

    Rates are left to be borrowed from each mechanism's own plan.
    """
    rows = session.execute(
        select(Mechanism.id, Mechanism.kind, Mechanism.stage)
        .join(LaunchMechanism, LaunchMechanism.mechanism_id == Mechanism.id)
        .where(LaunchMechanism.launch_id == launch.id)
        .distinct()
        .order_by(Mechanism.id)
    ).all()
    automated = [
        row.id
        for row in rows
        if row.kind in AUTOMATED_KINDS
        and row.kind is not MechanismKind.SELLER_VERIFICATION
        and row.stage is Stage.ENFORCE
    ]
    people = [row.id for kind in _DECIDING for row in rows if row.kind is kind]
    return [
        StepSpec(mechanism_id=number, grade=Grade.BORROWED)
        for number in (automated + people)[:MOST_STEPS]
    ]
