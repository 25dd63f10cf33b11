"""MECH_STAGE and the metric targets of linked mechanisms, with what keeps them unproven.

One question for each link, target and slice. A passing slice answers with the metric's code; a
missed one fails with it, and EVIDENCE_THIN stands beside the fail if the bound leaves the
target possible. Otherwise EVIDENCE_THIN, METRIC_STALE or VERSION_MISMATCH says why not.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from roadmap.mechanisms.bounds import Answer as Says
from roadmap.mechanisms.bounds import labels_needed
from roadmap.mechanisms.evidence import (
    RARE_ACTIONS_PER_WEEK,
    Finding,
    Question,
    Why,
    find,
    judge_pool,
    row_counts,
)
from roadmap.mechanisms.facts import MechanismFact
from roadmap.mechanisms.kinds import TARGET_DIRECTION, Metric, stage_at_least
from roadmap.readiness.answers import Answer, Code, Status, Value, after, pack, unknown
from roadmap.readiness.context import Context
from roadmap.readiness.facts import LinkFact, PoolFact, RateFact, Severity, TargetFact
from roadmap.taxonomy.scope import DIMENSIONS, ScopePattern, project

METRIC_CODE = {
    Metric.PRECISION: Code.MECH_PRECISION,
    Metric.RECALL: Code.MECH_RECALL,
    Metric.QA_ACCURACY: Code.QA_ACCURACY,
    Metric.OVERTURN_RATE: Code.OVERTURN_RATE,
    Metric.LEAKAGE: Code.LEAKAGE,
}


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice a target asks for; QA is asked apart for every guideline version in force."""

    pattern: ScopePattern
    guideline_id: int | None

    def __str__(self) -> str:
        suffix = f"@{self.guideline_id}" if self.guideline_id is not None else ""
        return f"{self.pattern}{suffix}"


def check_stages(ctx: Context) -> Iterator[Answer]:
    """Answer for every link whether its mechanism has reached the required stage."""
    if not ctx.links:
        yield unknown(Code.MECH_STAGE, "links", "no_links", "link_mechanism")
    for link in ctx.links:
        mechanism = ctx.mechanisms.get(link.mechanism_id)
        subject = f"link:{link.id}"
        if mechanism is None:
            yield unknown(Code.MECH_STAGE, subject, "gone", "link_mechanism")
            continue
        good = stage_at_least(mechanism.stage, link.required_stage)
        values: dict[str, Value] = {
            "mechanism": mechanism.key,
            "stage": mechanism.stage.value,
            "required_stage": link.required_stage.value,
        }
        yield Answer(
            code=Code.MECH_STAGE,
            severity=Severity.BLOCKER,
            status=Status.PASS if good else Status.FAIL,
            subject=subject,
            question=f"stage:{link.id}",
            scope=mechanism.key,
            measured=mechanism.stage.value,
            required=link.required_stage.value,
            params=pack(values),
            fix=None if good else "raise_stage",
            fix_params=() if good else pack(values),
            owner_id=mechanism.owner_id,
        )


def slices(ctx: Context, link: LinkFact, target: TargetFact) -> tuple[Slice, ...]:
    """Return the slices a target must be proven in, each once, sorted by text."""
    found: set[Slice] = set()
    for cell in ctx.cells_of(link):
        guideline_id = None
        if target.metric is Metric.QA_ACCURACY:
            version = ctx.in_force(cell.market, cell.policy_area)
            guideline_id = version.id if version is not None else 0
        found.add(Slice(project(cell, target.dimensions), guideline_id))
    return tuple(sorted(found, key=str))


def _question(mechanism: MechanismFact, target: TargetFact, one: Slice) -> Question:
    ids = frozenset({one.guideline_id}) if one.guideline_id is not None else None
    return Question(
        mechanism.configuration_digest,
        mechanism.automated,
        target.metric,
        target.target,
        target.max_age_days,
        ids,
    )


def finding_for(
    ctx: Context, mechanism: MechanismFact, target: TargetFact, one: Slice
) -> tuple[Question, Finding]:
    """Say what the evidence of a mechanism proves about a target in one slice."""
    question = _question(mechanism, target, one)
    rows = [r for r in ctx.rows[mechanism.id, target.metric] if row_counts(r.scope, one.pattern)]
    return question, find(rows, question, ctx.today)


def rate(ctx: Context, mechanism_id: int, pattern: ScopePattern, metric: Metric) -> RateFact | None:
    """Return the known weekly rates for a slice: its own, else those for the whole mechanism."""
    fitting = [
        r
        for r in ctx.facts.rates
        if r.mechanism_id == mechanism_id
        and r.metric in (None, metric)
        and r.scope in (pattern, ScopePattern())
    ]
    return max(fitting, key=lambda r: (r.scope == pattern, r.metric is not None), default=None)


def is_rare(ctx: Context, mechanism: MechanismFact, one: Slice) -> bool:
    """Tell whether a slice has fewer automatic actions a week than can be judged alone."""
    known = [
        r.auto_actions_per_week
        for r in ctx.facts.rates
        if r.mechanism_id == mechanism.id
        and r.scope == one.pattern
        and r.auto_actions_per_week is not None
    ]
    return bool(known) and max(known) < RARE_ACTIONS_PER_WEEK


def _numbers(
    ctx: Context, mechanism: MechanismFact, target: TargetFact, found: Finding, shown: str
) -> dict[str, Value]:
    interval = found.interval
    row = found.row
    needed = missing = None
    if interval is not None and target.metric in TARGET_DIRECTION:
        needed = labels_needed(interval.share, target.target, TARGET_DIRECTION[target.metric])
        missing = max(0, round(needed - interval.n)) if needed is not None else None
    return {
        "mechanism": mechanism.key,
        "metric": target.metric.value,
        "slice": shown,
        "share": interval.share if interval is not None else None,
        "lower": interval.lower if interval is not None else None,
        "upper": interval.upper if interval is not None else None,
        "n": interval.n if interval is not None else 0,
        "target": target.target,
        "labels_needed": needed,
        "labels_missing": missing,
        "age_days": (ctx.today - row.window_end).days if row is not None else None,
        "max_age_days": target.max_age_days,
        "configuration": mechanism.configuration_label or mechanism.configuration_digest,
        "pool": found.pool,
    }


def _codes(found: Finding, metric: Metric) -> Iterator[tuple[Code, Status, str]]:
    code = METRIC_CODE.get(metric, Code.EVIDENCE_THIN)
    if found.answer is Says.PASS:
        yield code, Status.PASS, "proven"
    elif found.answer is Says.FAIL:
        yield code, Status.FAIL, found.why.value
        if found.thin:
            yield Code.EVIDENCE_THIN, Status.UNKNOWN, "beside_fail"
    elif found.why is Why.OTHER_CONFIGURATION:
        yield Code.VERSION_MISMATCH, Status.UNKNOWN, found.why.value
        if found.stale:
            yield Code.METRIC_STALE, Status.STALE, "stale"
    elif found.stale:
        yield Code.METRIC_STALE, Status.STALE, "stale"
    else:
        yield Code.EVIDENCE_THIN, Status.UNKNOWN, found.why.value


def _fix(status: Status, why: str, found: Finding, values: dict[str, Value]) -> str | None:
    if status is Status.PASS:
        return None
    if why in ("stale", Why.OTHER_CONFIGURATION.value):
        return "measure_again"
    if why == Why.POOL_NO_CAP.value:
        return "set_daily_cap"
    if found.answer is Says.FAIL:
        return "labels_cannot" if why == "beside_fail" else "improve"
    if why == Why.THIN.value and values["labels_needed"] is not None:
        return "label_more"
    if why == Why.THIN.value and values["share"] is not None:
        return "labels_cannot"
    return "measure"


def _answers(
    ctx: Context,
    link: LinkFact,
    mechanism: MechanismFact,
    target: TargetFact,
    one: Slice | str,
    found: Finding,
) -> Iterator[Answer]:
    shown = one if isinstance(one, str) else str(one.pattern)
    values = _numbers(ctx, mechanism, target, found, shown)
    key = f"{link.id}:{target.metric}:{one}"
    row = found.row
    ids = found.members or ((row.id,) if row is not None else ())
    weekly = None
    if isinstance(one, Slice):
        weekly = rate(ctx, mechanism.id, one.pattern, target.metric)
    if weekly is not None:
        values["labels_per_week"] = weekly.labels_per_week
    params = pack(values)
    for code, status, why in _codes(found, target.metric):
        yield Answer(
            code=code,
            severity=Severity.BLOCKER,
            status=status,
            subject=f"metric:{key}",
            question=f"metric:{key}",
            why=why,
            scope=shown,
            measured=values["share"],
            required=target.target,
            params=params,
            fix=_fix(status, why, found, values),
            fix_params=() if status is Status.PASS else params,
            grade=row.grade if row is not None else None,
            owner_id=mechanism.owner_id,
            evidence=tuple(f"measurement:{i}" for i in sorted(ids)),
            observed_at=(row.observed_at or row.recorded_at) if row is not None else None,
            valid_until=after(found.expires_on),
        )


def _pool_of(target: TargetFact, one: Slice) -> PoolFact | None:
    fitting = [p for p in target.pools if one.pattern in p.members and p.named_by is not None]
    return min(fitting, key=lambda p: p.name, default=None)


def _target(
    ctx: Context, link: LinkFact, mechanism: MechanismFact, target: TargetFact
) -> Iterator[Answer]:
    if any(d not in DIMENSIONS for d in target.dimensions):
        yield unknown(
            Code.EVIDENCE_THIN, f"target:{link.id}:{target.metric}", "bad_dimensions", "set_target"
        )
        return
    wanted = slices(ctx, link, target)
    if not wanted:
        subject = f"target:{link.id}:{target.metric}"
        yield unknown(Code.EVIDENCE_THIN, subject, "no_slices", "link_cells")
    pooled: dict[str, list[tuple[Question, Finding]]] = {}
    for one in wanted:
        judged = finding_for(ctx, mechanism, target, one)
        pool = _pool_of(target, one)
        if pool is not None and is_rare(ctx, mechanism, one):
            pooled.setdefault(pool.name, []).append(judged)
            continue
        yield from _answers(ctx, link, mechanism, target, one, judged[1])
    for name, members in sorted(pooled.items()):
        found = judge_pool(
            name,
            [finding for _question, finding in members],
            members[0][0],
            capped=mechanism.max_daily_actions is not None,
        )
        yield from _answers(ctx, link, mechanism, target, f"pool {name}", found)


def check_metrics(ctx: Context) -> Iterator[Answer]:
    """Answer for every target of every link in every slice; no target at all is unknown."""
    asked = False
    for link in ctx.links:
        mechanism = ctx.mechanisms.get(link.mechanism_id)
        for target in sorted(link.targets, key=lambda t: (t.metric, t.target, t.dimensions)):
            asked = True
            if mechanism is None:
                subject = f"target:{link.id}:{target.metric}"
                yield unknown(Code.EVIDENCE_THIN, subject, "gone", "link_mechanism")
            else:
                yield from _target(ctx, link, mechanism, target)
    if not asked:
        yield unknown(Code.EVIDENCE_THIN, "targets", "no_targets", "set_target")
