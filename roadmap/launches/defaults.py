"""What a launch begins with when nobody says otherwise: languages, roles, stages, targets. Pure."""

from dataclasses import dataclass

from babel.languages import get_official_languages

from roadmap.mechanisms.kinds import (
    AUTOMATED_KINDS,
    LinkRole,
    MechanismKind,
    Metric,
    Stage,
)

DEFAULT_DIMENSIONS = ("language", "policy_area")
DEFAULT_MAX_AGE_DAYS = 30


@dataclass(frozen=True, slots=True)
class DefaultTarget:
    """A target a link of this kind begins with; shares are 0..1."""

    metric: Metric
    target: float
    max_age_days: int = DEFAULT_MAX_AGE_DAYS
    dimensions: tuple[str, ...] = DEFAULT_DIMENSIONS


_PRECISION_90 = DefaultTarget(Metric.PRECISION, 0.90)
_PRECISION_95 = DefaultTarget(Metric.PRECISION, 0.95)
DEFAULT_TARGETS: dict[MechanismKind, tuple[DefaultTarget, ...]] = {
    MechanismKind.CLASSIFIER: (_PRECISION_90,),
    MechanismKind.LLM_JUDGE: (_PRECISION_90,),
    MechanismKind.RULE: (_PRECISION_95,),
    MechanismKind.HASH_MATCH: (_PRECISION_95,),
    MechanismKind.KEYWORD_BANK: (_PRECISION_95,),
    MechanismKind.REVIEW_QUEUE: (DefaultTarget(Metric.QA_ACCURACY, 0.95),),
}

DEFAULT_ROLE: dict[MechanismKind, LinkRole] = {
    **dict.fromkeys(AUTOMATED_KINDS, LinkRole.DETECT),
    MechanismKind.REVIEW_QUEUE: LinkRole.REVIEW,
    MechanismKind.APPEALS_QUEUE: LinkRole.APPEAL,
    MechanismKind.ESCALATION_DESK: LinkRole.ESCALATE,
    MechanismKind.QA_PROGRAM: LinkRole.AUDIT,
    MechanismKind.USER_REPORT_CHANNEL: LinkRole.REPORT,
}


def default_stage(stage: Stage) -> Stage:
    """Return the stage a new link requires: what the mechanism is at if that has an effect."""
    return Stage.MONITOR if stage is Stage.MONITOR else Stage.ENFORCE


def languages_of(market: str) -> tuple[str, ...]:
    """Return the languages of a market by its ISO code, most used first.

    Source: the territory data of Unicode CLDR. Empty for a code it does not know.
    """
    tags = get_official_languages(market, regional=False, de_facto=True)
    return tuple(tag.replace("_", "-") for tag in tags)
