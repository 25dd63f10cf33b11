"""GUARD_METRIC: what is watched while a phase is in hypercare."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta

from roadmap.readiness.answers import Answer, Code, Status, pack, unknown
from roadmap.readiness.context import Context
from roadmap.readiness.facts import GuardFact, Severity


def _standing(guard: GuardFact, at: datetime) -> tuple[Status, str]:
    if guard.value is None or guard.observed_at is None or not math.isfinite(guard.value):
        return Status.UNKNOWN, "no_value"
    if guard.observed_at > at or not math.isfinite(guard.limit):
        return Status.UNKNOWN, "no_value"
    if at >= guard.observed_at + timedelta(hours=guard.max_age_hours):
        return Status.STALE, "stale"
    breached = guard.value < guard.limit if guard.floor else guard.value > guard.limit
    return (Status.FAIL, "breach") if breached else (Status.PASS, "within")


def check_guards(ctx: Context) -> Iterator[Answer]:
    """Answer for the guard metrics of every watched phase up to the judged one.

    A watched phase without any is unknown; a breach holds back the next step of the ramp too.
    """
    watched = {p.position for p in ctx.facts.phases if ctx.watches(p) and p.position <= ctx.reach}
    for position in sorted(watched):
        guards = [g for g in ctx.facts.guards if g.phase_position == position]
        if not guards:
            yield unknown(Code.GUARD_METRIC, f"guards:{position}", "none", "add_guard")
        for guard in sorted(guards, key=lambda g: g.id):
            yield _answer(guard, ctx.at)


def _answer(guard: GuardFact, at: datetime) -> Answer:
    status, why = _standing(guard, at)
    params = pack({"name": guard.name, "value": guard.value, "limit": guard.limit})
    good = status is Status.PASS
    lapses = (
        guard.observed_at + timedelta(hours=guard.max_age_hours)
        if guard.observed_at is not None
        else None
    )
    return Answer(
        code=Code.GUARD_METRIC,
        severity=Severity.BLOCKER,
        status=status,
        subject=f"guard:{guard.id}",
        question=f"guard:{guard.id}",
        why=why,
        scope=guard.name,
        measured=guard.value,
        required=guard.limit,
        params=params,
        fix=None if good else f"guard_{why}",
        fix_params=() if good else params,
        owner_id=guard.owner_id,
        evidence=(f"guard:{guard.id}",),
        observed_at=guard.observed_at,
        valid_until=lapses,
    )
