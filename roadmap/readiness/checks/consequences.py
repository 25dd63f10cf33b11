"""FALLBACK, COST_OVER and SELLER_HARM: outages, quotas, money and wrongful actions.

The numbers come from the capacity room; here they become answers with a severity and a fix.
"""

from collections.abc import Iterator

from roadmap.capacity.facts import CostFact, HarmFact, OutageFact, QuotaFact, Result
from roadmap.mechanisms.kinds import COVERING_AUTOMATED_KINDS
from roadmap.readiness.answers import Answer, Code, pack
from roadmap.readiness.checks.capacity import STATUS, links_to, not_judged, rounded
from roadmap.readiness.checks.policy import asked
from roadmap.readiness.context import Context
from roadmap.readiness.facts import Severity

# A budget may be overdrawn by so much with somebody's approval.
MOST_OVER = 1.15


def check_fallbacks(ctx: Context) -> Iterator[Answer]:
    """Answer for each linked automated step: what happens while it is off at peak."""
    if not asked(ctx):
        return
    found = {one.step_id: one for one in ctx.facts.capacity.outages if one.phase == ctx.position}
    linked = links_to(ctx, COVERING_AUTOMATED_KINDS)
    for step_id in sorted({*linked, *found}):
        if step_id in found:
            yield _fallback(found[step_id])
        else:
            yield not_judged(Code.FALLBACK, "fallback", linked[step_id])
    for quota in sorted(ctx.facts.capacity.quotas, key=lambda one: one.step_id):
        if quota.phase == ctx.position:
            yield _quota(quota)


def _quota(fact: QuotaFact) -> Answer:
    good = fact.result is Result.PASS
    why = fact.why or ("long" if fact.minutes is not None else "grows")
    params = pack(
        {
            "mechanism": fact.key,
            "peak": rounded(fact.peak, 1),
            "quota": fact.quota,
            "items": rounded(fact.line, 0),
            "minutes": rounded(fact.minutes, 0),
            "hold": fact.hold,
            "live": rounded(fact.unreviewed, 0),
        }
    )
    return Answer(
        code=Code.FALLBACK,
        severity=Severity.APPROVABLE,
        status=STATUS[fact.result],
        subject=f"quota:{fact.key}",
        question=f"quota:{fact.key}",
        why=why,
        scope=fact.key,
        measured=rounded(fact.peak, 1),
        required=fact.quota,
        params=params,
        fix=None if good else f"fallback_{why}",
        fix_params=() if good else params,
        grade=fact.grade,
        owner_id=fact.owner_id,
    )


def _fallback(fact: OutageFact) -> Answer:
    good = fact.result is Result.PASS
    params = pack(
        {
            "mechanism": fact.key,
            "hours": fact.hours,
            "items": rounded(fact.to_people, 0),
            "live": rounded(fact.unreviewed, 0),
            "violating": rounded(fact.violating_live, 0),
            "days": rounded(fact.clear_hours / 24 if fact.clear_hours is not None else None, 1),
            "within": fact.clear_within,
        }
    )
    why = fact.why or ("clears" if good else "slow")
    if why == "slow" and fact.clear_hours is None:
        why = "never"
    return Answer(
        code=Code.FALLBACK,
        severity=Severity.APPROVABLE,
        status=STATUS[fact.result],
        subject=f"fallback:{fact.key}",
        question=f"fallback:{fact.key}",
        why=why,
        scope=fact.key,
        measured=rounded(fact.clear_hours, 1),
        required=fact.clear_within,
        params=params,
        fix=None if good else f"fallback_{why}",
        fix_params=() if good else params,
        grade=fact.grade,
        owner_id=fact.owner_id,
    )


def check_money(ctx: Context) -> Iterator[Answer]:
    """Answer for the budget and for harm to sellers where a limit of either is set."""
    for cost in ctx.facts.capacity.costs:
        if cost.phase == ctx.position:
            yield _cost(cost)
    for harm in ctx.facts.capacity.harms:
        if harm.phase == ctx.position:
            yield _harm(harm)


def _cost(fact: CostFact) -> Answer:
    used = fact.cost / fact.budget if fact.cost is not None and fact.budget else None
    blocks = fact.result is Result.FAIL and used is not None and used > MOST_OVER
    good = fact.result is Result.PASS
    params = pack(
        {
            "cost": rounded(fact.cost, 0),
            "high": rounded(fact.high, 0),
            "budget": fact.budget,
            "currency": fact.currency,
            "used": rounded(used, 4),
            "days": fact.days,
            "over": rounded(max((fact.cost or 0) - (fact.budget or 0), 0), 0),
        }
    )
    why = fact.why or {Result.PASS: "within", Result.UNKNOWN: "range"}.get(fact.result, "over")
    return Answer(
        code=Code.COST_OVER,
        severity=(
            Severity.BLOCKER if blocks or fact.result is Result.UNKNOWN else Severity.APPROVABLE
        ),
        status=STATUS[fact.result],
        subject="budget",
        question="budget",
        why=why,
        measured=rounded(used, 4),
        required=1.0,
        params=params,
        fix=None if good else f"cost_{why}",
        fix_params=() if good else params,
        grade=fact.grade,
    )


def _harm(fact: HarmFact) -> Answer:
    good = fact.result is Result.PASS
    params = pack(
        {
            "wrongful": rounded(fact.wrongful, 0),
            "per_thousand": rounded(fact.per_thousand, 2),
            "limit": fact.limit,
        }
    )
    why = fact.why or {Result.PASS: "within", Result.UNKNOWN: "range"}.get(fact.result, "over")
    return Answer(
        code=Code.SELLER_HARM,
        severity=Severity.APPROVABLE,
        status=STATUS[fact.result],
        subject="sellers",
        question="sellers",
        why=why,
        measured=rounded(fact.per_thousand, 2),
        required=fact.limit,
        params=params,
        fix=None if good else f"harm_{why}",
        fix_params=() if good else params,
        grade=fact.grade,
    )
