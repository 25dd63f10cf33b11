"""POLICY_L10N and TRAINING: the guideline in force is in the language, and people certified on it.

Asked of tiers 1 and 2. Tier 3 brings neither a new market nor a new policy by its six answers, and
is held to at most eight checks, so there the two are asked only through the checklist.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from roadmap.mechanisms.kinds import PROVING_GRADES, MechanismKind
from roadmap.readiness.answers import Answer, Code, Status, after, pack, unknown
from roadmap.readiness.context import Context
from roadmap.readiness.facts import (
    CertificationFact,
    GuidelineFact,
    Severity,
    TrainingNeedFact,
)
from roadmap.taxonomy.scope import ScopeCell, covers

LIGHT_TIER = 3
_REVIEWING = frozenset({MechanismKind.REVIEW_QUEUE, MechanismKind.ESCALATION_DESK})


def asked(ctx: Context) -> bool:
    """Tell whether guidelines and training are asked of this launch."""
    return ctx.facts.launch.tier != LIGHT_TIER


def check_guidelines(ctx: Context) -> Iterator[Answer]:
    """Answer for every market, language and policy area; no cells or no version is unknown."""
    if not asked(ctx):
        return
    if not ctx.cells:
        yield unknown(Code.POLICY_L10N, "guidelines", "no_cells", "add_cells")
    for market, language, area in sorted(
        {(c.market, c.language, c.policy_area) for c in ctx.cells}
    ):
        version = ctx.in_force(market, area)
        subject = f"guideline:{market}/{language}/{area}"
        scope = f"{market}/{language}/*/{area}"
        if version is None:
            yield unknown(Code.POLICY_L10N, subject, "no_version", "publish_guideline")
            continue
        good = language in version.languages
        params = pack(
            {
                "area": area,
                "version": version.version,
                "language": language,
                "market": market,
                "languages": ", ".join(sorted(version.languages)),
            }
        )
        yield Answer(
            code=Code.POLICY_L10N,
            severity=Severity.BLOCKER,
            status=Status.PASS if good else Status.FAIL,
            subject=subject,
            question=subject,
            why="translated" if good else "missing",
            scope=scope,
            measured=", ".join(sorted(version.languages)),
            required=language,
            params=params,
            fix=None if good else "translate_guideline",
            fix_params=() if good else params,
            owner_id=version.owner_id,
            evidence=(f"guideline:{version.id}",),
            valid_until=_next_version(ctx, market, area),
        )


def _next_version(ctx: Context, market: str, area: str) -> datetime | None:
    later = [
        g.effective_from
        for g in ctx.facts.guidelines
        if g.policy_area == area and g.market in (None, market) and g.effective_from > ctx.day
    ]
    return after(min(later) - timedelta(days=1)) if later else None


def _counts(
    ctx: Context, one: CertificationFact, version: GuidelineFact, market: str, language: str
) -> bool:
    """Tell whether certified heads may do this work: version, language, market and date all fit."""
    return (
        one.guideline_id == version.id
        and one.language == language
        and one.heads > 0
        and one.grade in PROVING_GRADES
        and (one.permitted_markets is None or market in one.permitted_markets)
        and (one.expires_on is None or one.expires_on >= ctx.day)
    )


def _need(ctx: Context, need: TrainingNeedFact, market: str, language: str, area: str) -> Answer:
    subject = f"need:{need.id}:{market}/{language}/{area}"
    version = ctx.in_force(market, area)
    if version is None:
        return unknown(Code.TRAINING, subject, "no_version", "publish_guideline")
    if need.heads <= 0:
        return unknown(Code.TRAINING, subject, "no_heads", "state_heads")
    counted = [c for c in ctx.facts.certifications if _counts(ctx, c, version, market, language)]
    heads = sum(c.heads for c in counted)
    good = heads >= need.heads
    expiries = [c.expires_on for c in counted if c.expires_on is not None]
    params = pack(
        {
            "certified": heads,
            "needed": need.heads,
            "missing": max(0, need.heads - heads),
            "language": language,
            "area": area,
            "market": market,
            "version": version.version,
        }
    )
    return Answer(
        code=Code.TRAINING,
        severity=Severity.BLOCKER,
        status=Status.PASS if good else Status.FAIL,
        subject=subject,
        question=subject,
        why="certified" if good else "short",
        scope=f"{market}/{language}/*/{area}",
        measured=heads,
        required=need.heads,
        params=params,
        fix=None if good else "certify",
        fix_params=() if good else params,
        owner_id=need.owner_id,
        evidence=tuple(f"certification:{c.id}" for c in sorted(counted, key=lambda c: c.id)),
        valid_until=after(min(expiries)) if expiries else None,
    )


def _reviewed(ctx: Context) -> set[ScopeCell]:
    """Return the cells that linked queues of people review."""
    return {
        cell
        for link in ctx.links
        for cell in ctx.cells_of(link)
        if link.mechanism_id in ctx.mechanisms
        and ctx.mechanisms[link.mechanism_id].kind in _REVIEWING
    }


def check_training(ctx: Context) -> Iterator[Answer]:
    """Answer for every stated need; cells that people review without a stated need are unknown."""
    if not asked(ctx):
        return
    needs = [n for n in ctx.facts.training_needs if n.from_phase <= ctx.reach]
    met: set[tuple[str, str, str]] = set()
    for need in sorted(needs, key=lambda n: n.id):
        places = sorted(
            {(c.market, c.language, c.policy_area) for c in ctx.cells if covers(need.pattern, c)}
        )
        met.update(places)
        for market, language, area in places:
            yield _need(ctx, need, market, language, area)
    if not met:
        yield unknown(Code.TRAINING, "needs", "no_need", "state_heads")
        return
    reviewed = {(c.market, c.language, c.policy_area) for c in _reviewed(ctx)}
    for market, language, area in sorted(reviewed - met):
        yield unknown(Code.TRAINING, f"needs:{market}/{language}/{area}", "no_need", "state_heads")
