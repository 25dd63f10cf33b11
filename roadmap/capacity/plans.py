"""Commands on what a queue and an automated step are planned with."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.capacity import values as check
from roadmap.capacity.models import QueuePlan, StepPlan
from roadmap.capacity.refusal import Inconsistent
from roadmap.capacity.routes import AutomatedStep, run
from roadmap.errors import Invalid
from roadmap.history.conflict import changed_fields
from roadmap.mechanisms.kinds import AUTOMATED_KINDS, HUMAN_KINDS, Grade, MechanismKind
from roadmap.mechanisms.models import Mechanism
from roadmap.mechanisms.queries import authorise
from roadmap.mechanisms.service import told
from roadmap.web.i18n import _

# What a queue is planned with where its owner says nothing.
PLAN_DEFAULTS: dict[str, Any] = {
    "zone": "UTC",
    "handling_seconds": None,
    "handling_grade": Grade.ESTIMATED,
    "occupancy": 0.85,
    "in_shift_shrinkage": 0.15,
    "shrinkage": 0.30,
    "attrition": 0.0,
    "contract_hours": 40.0,
    "sla_hours": None,
    "sla_share": 1.0,
    "patience_hours": None,
    "review_share": None,
    "review_grade": Grade.ESTIMATED,
    "appeal_true": None,
    "appeal_false": None,
    "appeal_days": 7,
    "hourly_rate": None,
    "item_price": None,
    "currency": None,
}
APPEAL_FIELDS = frozenset({"appeal_true", "appeal_false", "appeal_days"})
STEP_RATES = ("recall", "precision", "pass_share", "miss_rate", "qa_share")
STEP_DEFAULTS: dict[str, Any] = {
    "rates": {},
    "grade": Grade.ESTIMATED,
    "outage_hours": None,
    "clear_hours": None,
    "hold_minutes": None,
}
A_DAY = 86_400.0
A_YEAR = 8_760.0
MOST_MINOR = 100_000_000
_PLAN_CHECKS: dict[str, Any] = {
    "zone": check.zone,
    "handling_seconds": lambda f, v: check.number(f, v, A_DAY, above=True),
    "handling_grade": check.grade,
    "occupancy": lambda f, v: check.share(f, v, above_zero=True),
    "in_shift_shrinkage": lambda f, v: check.share(f, v, below_one=True),
    "shrinkage": lambda f, v: check.share(f, v, below_one=True),
    "attrition": lambda f, v: check.share(f, v, below_one=True),
    "contract_hours": lambda f, v: check.number(f, v, 168.0, above=True),
    "sla_hours": lambda f, v: check.number(f, v, A_YEAR, above=True),
    "sla_share": lambda f, v: check.share(f, v, above_zero=True),
    "patience_hours": lambda f, v: check.number(f, v, A_YEAR, above=True),
    "review_share": check.share,
    "review_grade": check.grade,
    "appeal_true": check.share,
    "appeal_false": check.share,
    "appeal_days": lambda f, v: check.whole(f, v, 1, 90),
    "hourly_rate": lambda f, v: check.whole(f, v, 0, MOST_MINOR),
    "item_price": lambda f, v: check.whole(f, v, 0, MOST_MINOR),
    "currency": check.currency,
}


def require_people(mechanism: Mechanism) -> None:
    """Refuse staffing of what runs by itself."""
    if mechanism.kind not in HUMAN_KINDS:
        raise Invalid(_("Nobody works in this mechanism: its rates are planned instead."))


def plan_of(session: Session, mechanism_id: int) -> QueuePlan | None:
    """Return the plan of a queue, None if its owner made none."""
    return session.scalar(select(QueuePlan).where(QueuePlan.mechanism_id == mechanism_id))


def plan_values(plan: QueuePlan | None) -> dict[str, Any]:
    """Return what a queue is planned with, defaults where nothing is said."""
    if plan is None:
        return dict(PLAN_DEFAULTS)
    return {name: getattr(plan, name) for name in PLAN_DEFAULTS}


def put_plan(
    session: Session,
    actor: Actor | None,
    mechanism: Mechanism,
    given: Mapping[str, Any],
    shown: Mapping[str, Any] | None = None,
) -> QueuePlan:
    """Store how people work a queue; what is None or left out takes its default.

    Times in seconds or hours as the names say, shares 0..1, money in hundredths of ``currency``.
    ``shown`` is what the form began with; raises Conflict where somebody else changed the same.
    """
    authorise(actor, mechanism)
    require_people(mechanism)
    wanted = checked_plan(mechanism.kind, given)
    plan = plan_of(session, mechanism.id)
    if plan is None:
        plan = QueuePlan(mechanism_id=mechanism.id, **PLAN_DEFAULTS)
    changes = changed_fields(plan, wanted, shown)
    for name, value in changes.items():
        setattr(plan, name, value)
    check_money(plan)
    check_patience(plan)
    session.add(plan)
    told(session, actor, mechanism, "mechanism.staffing_planned")
    return plan


def checked_plan(kind: MechanismKind, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a plan as they are stored, or raise Invalid at the first bad one."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name not in _PLAN_CHECKS:
            raise Invalid.at(name, _("A staffing plan has no field of this name."))
        known = PLAN_DEFAULTS[name] if value in (None, "") else value
        found[name] = _PLAN_CHECKS[name](name, known)
        strange = name in APPEAL_FIELDS and kind is not MechanismKind.APPEALS_QUEUE
        if strange and found[name] != PLAN_DEFAULTS[name]:
            raise Invalid.at(name, _("Only an appeals queue has appeal rates."))
    return found


def check_money(plan: Any) -> None:
    """Refuse prices that cannot both be paid, or in no currency."""
    if (plan.hourly_rate is not None or plan.item_price is not None) and plan.currency is None:
        raise Invalid.at("currency", _("A price needs its currency."))
    if plan.hourly_rate is not None and plan.item_price is not None:
        raise Invalid.at(
            "item_price", _("Give the price of an hour or of an item, not both: one is paid.")
        )


def check_patience(plan: Any) -> None:
    """Refuse expiry where nothing would be judged by it: a line of hours or days loses nothing."""
    if plan.patience_hours is not None and (plan.sla_hours is None or plan.sla_hours >= 1):
        raise Invalid.at(
            "patience_hours",
            _(
                "Expiry counts only where items are promised within less than an hour. Leave it "
                "empty."
            ),
        )


# ---- automated steps ----


def step_plan_of(session: Session, mechanism_id: int) -> StepPlan | None:
    """Return the plan of an automated mechanism, None if its owner made none."""
    return session.scalar(select(StepPlan).where(StepPlan.mechanism_id == mechanism_id))


def step_values(plan: StepPlan | None) -> dict[str, Any]:
    """Return what a step is planned with, defaults where nothing is said."""
    if plan is None:
        return dict(STEP_DEFAULTS)
    return {name: getattr(plan, name) for name in STEP_DEFAULTS}


def put_step_plan(
    session: Session,
    actor: Actor | None,
    mechanism: Mechanism,
    given: Mapping[str, Any],
    shown: Mapping[str, Any] | None = None,
) -> StepPlan:
    """Store what an automated step does with what reaches it, and what an outage of it means.

    ``rates`` are shares 0..1 by the names of STEP_RATES; a rate of None is not known.
    """
    authorise(actor, mechanism)
    if mechanism.kind not in AUTOMATED_KINDS:
        raise Invalid(_("People work here: plan their staffing instead."))
    wanted = {
        "rates": step_rates(given.get("rates") or {}),
        "grade": check.grade("grade", given.get("grade") or Grade.ESTIMATED),
        "outage_hours": check.whole("outage_hours", given.get("outage_hours"), 1, 8760),
        "clear_hours": check.whole("clear_hours", given.get("clear_hours"), 1, 8760),
        "hold_minutes": check.whole("hold_minutes", given.get("hold_minutes"), 0, 525_600),
    }
    plan = step_plan_of(session, mechanism.id)
    if plan is None:
        plan = StepPlan(mechanism_id=mechanism.id, **STEP_DEFAULTS)
    for name, value in changed_fields(plan, wanted, shown).items():
        setattr(plan, name, value)
    session.add(plan)
    told(session, actor, mechanism, "mechanism.rates_planned")
    return plan


def step_rates(given: Mapping[str, Any]) -> dict[str, float]:
    """Return the rates of an automated step that are known; contradicting ones are refused."""
    found: dict[str, float] = {}
    for name in STEP_RATES:
        value = check.share(name, given.get(name), above_zero=name == "precision")
        if value is not None:
            found[name] = value
    if ("pass_share" in found) != ("miss_rate" in found):
        missing = "miss_rate" if "pass_share" in found else "pass_share"
        raise Invalid.at(
            missing, _("The share passed and the share of those that violate go together.")
        )
    if found.get("pass_share", 0.0) > 0 and "recall" in found:
        _refuse_impossible(found)
    return found


def _refuse_impossible(rates: Mapping[str, float]) -> None:
    """Refuse rates that contradict each other whatever share of the items violates."""
    precision = rates.get("precision", 1.0)
    step = AutomatedStep("", rates["recall"], precision, rates["pass_share"], rates["miss_rate"])
    for parts in range(1, 1000):
        try:
            run(1.0, parts / 1000, [step])
        except Inconsistent:
            continue
        return
    raise Invalid.at(
        "miss_rate",
        _(
            "These rates contradict each other for any share of violating items. Measure them on "
            "the same items."
        ),
    )
