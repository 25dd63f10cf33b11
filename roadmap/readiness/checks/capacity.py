"""CAP_* and APPEAL_CAP: what people can take.

The numbers come from the capacity room; here they become answers with a severity and a fix.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from roadmap.capacity.assess import JUDGED_KINDS
from roadmap.capacity.facts import (
    COUNTED_FOR,
    FixFact,
    QueueFact,
    Result,
    SkillFact,
)
from roadmap.capacity.skills import Pool, Shortage, shortage
from roadmap.mechanisms.facts import MechanismFact
from roadmap.mechanisms.kinds import MechanismKind
from roadmap.readiness.answers import Answer, Code, Status, Value, after, pack, unknown
from roadmap.readiness.checks.policy import asked
from roadmap.readiness.context import Context
from roadmap.readiness.facts import CertificationFact, Severity
from roadmap.readiness.phrases_capacity import ENOUGH

STATUS = {
    Result.PASS: Status.PASS,
    Result.FAIL: Status.FAIL,
    Result.FAIL_AT_HIGH: Status.FAIL,
    Result.UNKNOWN: Status.UNKNOWN,
    Result.NOT_APPLICABLE: Status.NOT_APPLICABLE,
}


def check_capacity(ctx: Context) -> Iterator[Answer]:
    """Answer for each queue the phase leans on; links that name no people need none."""
    found = {
        one.queue_id: one
        for one in ctx.facts.capacity.queues
        if one.phase == ctx.position and not _automated(ctx, one.queue_id)
    }
    linked = links_to(ctx, JUDGED_KINDS)
    if not asked(ctx):
        # The smallest launches are asked for review alone: their checks stay few.
        found = {number: one for number, one in found.items() if one.code != Code.APPEAL_CAP}
        linked = links_to(ctx, JUDGED_KINDS - {MechanismKind.APPEALS_QUEUE})
    if not ctx.links:
        yield unknown(Code.CAP_OVERLOAD, "queues", "no_links", "link_mechanism")
    elif not linked and not found:
        yield _nobody()
    for queue_id in sorted({*linked, *found}):
        if queue_id in found:
            yield _queue(ctx, _unless_stale(ctx, found[queue_id]))
        else:
            yield not_judged(Code.CAP_OVERLOAD, "queue", linked[queue_id])


def links_to(ctx: Context, kinds: frozenset[MechanismKind]) -> dict[int, MechanismFact]:
    """Return the linked mechanisms of some kinds in which somebody or something decides."""
    return {
        mechanism.id: mechanism
        for link in ctx.links
        if (mechanism := ctx.mechanisms.get(link.mechanism_id)) is not None
        and mechanism.kind in kinds
        # Where no person decides there is nobody whose time could run out.
        and not mechanism.automated_only
    }


def _automated(ctx: Context, mechanism_id: int) -> bool:
    mechanism = ctx.mechanisms.get(mechanism_id)
    return mechanism is not None and mechanism.automated_only


def not_judged(code: Code, what: str, mechanism: MechanismFact) -> Answer:
    """Answer for a linked mechanism capacity said nothing of: that is never good news."""
    params = pack({"queue": mechanism.key, "mechanism": mechanism.key})
    return Answer(
        code=code,
        severity=Severity.APPROVABLE if code is Code.FALLBACK else Severity.BLOCKER,
        status=Status.UNKNOWN,
        subject=f"{what}:{mechanism.key}",
        question=f"{what}:{mechanism.key}",
        why="no_forecast",
        scope=mechanism.key,
        params=params,
        fix="fallback_no_forecast" if code is Code.FALLBACK else "capacity_no_forecast",
        fix_params=params,
        owner_id=mechanism.owner_id,
    )


def _nobody() -> Answer:
    return Answer(
        code=Code.CAP_OVERLOAD,
        severity=Severity.BLOCKER,
        status=Status.NOT_APPLICABLE,
        subject="queues",
        question="capacity",
        why="nobody",
    )


def _unless_stale(ctx: Context, fact: QueueFact) -> QueueFact:
    """Return what is known of a queue whose line may have been counted too long ago.

    What failed then stays failed; what was good then is not known to be good now.
    """
    if fact.counted_on is None or fact.result is Result.FAIL or fact.result is Result.UNKNOWN:
        return fact
    if ctx.today <= fact.counted_on + COUNTED_FOR:
        return fact
    return replace(fact, result=Result.UNKNOWN, why="stale_count")


def _queue(ctx: Context, fact: QueueFact) -> Answer:
    stale = fact.why == "stale_count"
    good = fact.result is Result.PASS
    params = _queue_params(fact)
    return Answer(
        code=Code(fact.code),
        severity=(Severity.APPROVABLE if fact.result is Result.FAIL_AT_HIGH else Severity.BLOCKER),
        status=Status.STALE if stale else STATUS[fact.result],
        subject=f"queue:{fact.key}",
        question=f"capacity:{fact.key}",
        why=_queue_why(fact),
        scope=fact.key,
        measured=rounded(fact.together, 4),
        required=1.0,
        params=pack(params),
        fix=None if good else _queue_fix(fact),
        fix_params=() if good else pack(params | _fix_params(fact)),
        grade=fact.grade,
        owner_id=fact.owner_id,
        evidence=tuple(f"launch:{launch_id}" for launch_id, _ in fact.beside) if not good else (),
        valid_until=after(_known_until(ctx, fact)),
    )


def _known_until(ctx: Context, fact: QueueFact) -> date:
    """Return the last day on which the same answer holds, if nothing is changed."""
    ends = _week_end(ctx)
    if fact.counted_on is None or (last := fact.counted_on + COUNTED_FOR) < ctx.today:
        return ends
    return min(ends, last)


def _queue_why(fact: QueueFact) -> str:
    if fact.result is Result.UNKNOWN:
        return fact.why
    if fact.result is Result.PASS:
        return "high" if fact.together_high is not None else ""
    if fact.result is Result.FAIL_AT_HIGH:
        return "at_high"
    if fact.expired is not None and fact.code == Code.CAP_SLA:
        return "expires"
    return "before" if fact.before_fails else "fails"


def _queue_params(fact: QueueFact) -> dict[str, Value]:
    return {
        "queue": fact.key,
        "alone": rounded(fact.alone, 4),
        "together": rounded(fact.together, 4),
        "high": rounded(fact.together_high, 4),
        "peak_on": fact.peak_on.isoformat() if fact.peak_on else None,
        "met": rounded(fact.share, 4),
        "promised": fact.share_needed,
        "sla_hours": rounded(fact.sla_hours, 4),
        "backlog": rounded(fact.backlog, 0),
        "longest": rounded(fact.longest_hours, 1),
        "clear_on": fact.clear_on.isoformat() if fact.clear_on else None,
        "needed": _up(fact.capacity_needed),
        "expired": rounded(fact.expired, 4),
        "waiting": rounded(fact.waiting, 0),
        "counted_on": fact.counted_on.isoformat() if fact.counted_on else None,
        "break_even": rounded(fact.break_even, 0),
        "borrowed": ", ".join(fact.borrowed),
        # Launch ids with hours: who may not see one reads "1 confidential launch".
        "beside": ";".join(f"{launch_id}={hours:.1f}" for launch_id, hours in fact.beside),
    }


def _queue_fix(fact: QueueFact) -> str:
    """Return which sentence says the fix: the smallest change of two different kinds."""
    if fact.result is Result.UNKNOWN:
        return f"capacity_{fact.why}"
    told: dict[str, str] = {}
    for one in fact.fixes:
        told.setdefault(_SORTS[one.kind], one.kind + _one(one))
    # Another day, more people or less of the launch: never twice the same in other words.
    return ENOUGH + ",".join(list(told.values())[:2]) if told else "capacity"


_SORTS = {
    **dict.fromkeys(("share", "volume", "swept"), "less"),
    **dict.fromkeys(("heads", "shift_heads", "move_heads"), "people"),
    # A tool that is quicker brings less time as well.
    "handling": "less",
    "date": "later",
}


def _one(fix: FixFact) -> str:
    """Return the ending of the sentence about a single head."""
    return "_one" if fix.kind.endswith("heads") and round(fix.amount) == 1 else ""


def _fix_params(fact: QueueFact) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for one in fact.fixes:
        values |= _one_fix(one)
    return values


def _one_fix(one: FixFact) -> dict[str, Value]:
    if one.kind == "share":
        return {"fit_share": rounded(one.amount, 4)}
    if one.kind in ("volume", "swept"):
        return {f"fit_{one.kind}": round(one.amount)}
    if one.kind == "date":
        return {"fit_date": one.place}
    if one.kind == "heads":
        return {"heads": round(one.amount)}
    if one.kind == "shift_heads":
        return {"shift_heads": round(one.amount), "shift": one.place}
    if one.kind == "move_heads":
        return {"moved": round(one.amount), "from_shift": one.source, "to_shift": one.place}
    return {"seconds": rounded(one.amount, 1)}


# ---- languages ----


def check_skills(ctx: Context) -> Iterator[Answer]:
    """Answer for queues that keep languages apart, counting certified and permitted heads only."""
    for fact in sorted(ctx.facts.capacity.skills, key=lambda one: one.queue_id):
        if fact.phase == ctx.position:
            yield _skill(ctx, fact)


def _skill(ctx: Context, fact: SkillFact) -> Answer:
    pools = [
        (Pool(frozenset(one.languages) or frozenset(dict(fact.demand)), hours), one.head_hours)
        for one in fact.pools
        if (hours := one.hours * _counting(ctx, fact, one.languages)) > 0
    ]
    demand = dict(fact.demand)
    lacking = shortage(demand, [pool for pool, _ in pools])
    wanted = sum(demand.values())
    answer = Answer(
        code=Code.CAP_SKILL,
        severity=Severity.BLOCKER,
        status=Status.PASS if lacking is None else Status.FAIL,
        subject=f"skill:{fact.key}",
        question=f"skill:{fact.key}",
        why="carries" if lacking is None else "short",
        scope=fact.key,
        measured=rounded(wanted, 1),
        required=rounded(sum(pool.hours for pool, _ in pools), 1),
        params=pack(
            {"queue": fact.key, "week": fact.week_of.isoformat() if fact.week_of else None}
        ),
        grade=fact.grade,
        owner_id=fact.owner_id,
        valid_until=after(_week_end(ctx)),
    )
    if lacking is None:
        return answer
    params = _short_params(fact, lacking)
    return replace(
        answer,
        measured=rounded(lacking.demand, 1),
        required=rounded(lacking.capacity, 1),
        params=params,
        fix="capacity_skill",
        fix_params=params,
    )


def _short_params(fact: SkillFact, lacking: Shortage) -> tuple[tuple[str, Value], ...]:
    head = min(
        (
            one.head_hours
            for one in fact.pools
            if not one.languages or lacking.languages & set(one.languages)
        ),
        default=None,
    )
    used = lacking.demand / lacking.capacity if lacking.capacity else None
    return pack(
        {
            "queue": fact.key,
            "languages": ", ".join(sorted(lacking.languages)),
            "demand": rounded(lacking.demand, 1),
            "capacity": rounded(lacking.capacity, 1),
            "short": rounded(lacking.short, 1),
            "used": rounded(used, 4),
            "heads": None if not head else math.ceil(lacking.short / head - 1e-9),
            "week": fact.week_of.isoformat() if fact.week_of else None,
        }
    )


def _counting(ctx: Context, fact: SkillFact, languages: tuple[str, ...]) -> float:
    """Return the share of a pool's heads that may do the phase's work, the scarcest language's."""
    here = [
        language for language in languages or dict(fact.demand) if language in dict(fact.demand)
    ]
    shares = []
    for language in here:
        speakers = sum(
            one.heads for one in fact.pools if not one.languages or language in one.languages
        )
        allowed = _allowed(ctx, language)
        if allowed is not None and speakers > 0:
            shares.append(min(allowed / speakers, 1.0))
    return min(shares, default=1.0)


def _allowed(ctx: Context, language: str) -> float | None:
    """Return the heads certified on the guideline in force and permitted every market, the fewest.

    None where no cell in the language has a guideline in force: then nothing limits them here.
    """
    found = []
    for cell in ctx.cells:
        if cell.language != language:
            continue
        version = ctx.in_force(cell.market, cell.policy_area)
        if version is not None:
            heads = sum(
                one.heads
                for one in ctx.facts.certifications
                if one.guideline_id == version.id and _permitted(ctx, one, cell.market, language)
            )
            found.append(float(heads))
    return min(found, default=None)


def _permitted(ctx: Context, one: CertificationFact, market: str, language: str) -> bool:
    return (
        one.language == language
        and (one.permitted_markets is None or market in one.permitted_markets)
        and (one.expires_on is None or one.expires_on >= ctx.day)
    )


def _week_end(ctx: Context) -> date:
    """Return the last day on which the horizon starts where it starts now: its Sunday."""
    return ctx.today + timedelta(days=6 - ctx.today.weekday())


def rounded(value: float | None, digits: int) -> float | int | None:
    """Return a number as an answer keeps it; what is not finite is not known."""
    if value is None or not math.isfinite(value):
        return None
    rounded = round(value, digits)
    return int(rounded) if digits == 0 else rounded


def _up(value: float | None) -> int | None:
    return None if value is None else math.ceil(value - 1e-6)
