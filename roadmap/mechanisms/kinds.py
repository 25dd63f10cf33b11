"""The closed lists of the mechanisms room: kinds, stages, fail modes, metrics, sampling, labels."""

from enum import StrEnum


class MechanismKind(StrEnum):
    """What detects, decides, reviews or audits (DOMAIN section 2)."""

    REVIEW_QUEUE = "review_queue"
    APPEALS_QUEUE = "appeals_queue"
    ESCALATION_DESK = "escalation_desk"
    QA_PROGRAM = "qa_program"
    USER_REPORT_CHANNEL = "user_report_channel"
    CLASSIFIER = "classifier"
    RULE = "rule"
    HASH_MATCH = "hash_match"
    LLM_JUDGE = "llm_judge"
    KEYWORD_BANK = "keyword_bank"
    SELLER_VERIFICATION = "seller_verification"


HUMAN_KINDS = frozenset(
    {
        MechanismKind.REVIEW_QUEUE,
        MechanismKind.APPEALS_QUEUE,
        MechanismKind.ESCALATION_DESK,
        MechanismKind.QA_PROGRAM,
        MechanismKind.USER_REPORT_CHANNEL,
    }
)
AUTOMATED_KINDS = frozenset(MechanismKind) - HUMAN_KINDS
# Seller verification is automated but looks at sellers, not items, so it covers no cell.
COVERING_AUTOMATED_KINDS = AUTOMATED_KINDS - {MechanismKind.SELLER_VERIFICATION}


class Stage(StrEnum):
    """How far a mechanism is switched on."""

    DRAFT = "draft"
    SHADOW = "shadow"
    MONITOR = "monitor"
    ENFORCE = "enforce"
    PAUSED = "paused"
    RETIRED = "retired"


# Paused and retired mechanisms do nothing, so they are below every stage a link can require.
STAGE_ORDER = {
    Stage.PAUSED: -1,
    Stage.RETIRED: -1,
    Stage.DRAFT: 0,
    Stage.SHADOW: 1,
    Stage.MONITOR: 2,
    Stage.ENFORCE: 3,
}
ACTIVE_STAGES = frozenset({Stage.MONITOR, Stage.ENFORCE})

# draft -> shadow -> monitor -> enforce -> paused -> retired; steps back are rollbacks, always free.
STAGE_MOVES = {
    Stage.DRAFT: frozenset({Stage.SHADOW, Stage.MONITOR, Stage.ENFORCE, Stage.RETIRED}),
    Stage.SHADOW: frozenset(
        {Stage.DRAFT, Stage.MONITOR, Stage.ENFORCE, Stage.PAUSED, Stage.RETIRED}
    ),
    Stage.MONITOR: frozenset({Stage.SHADOW, Stage.ENFORCE, Stage.PAUSED, Stage.RETIRED}),
    Stage.ENFORCE: frozenset({Stage.SHADOW, Stage.MONITOR, Stage.PAUSED, Stage.RETIRED}),
    Stage.PAUSED: frozenset({Stage.SHADOW, Stage.MONITOR, Stage.ENFORCE, Stage.RETIRED}),
    Stage.RETIRED: frozenset[Stage](),
}


def stage_at_least(stage: Stage, required: Stage) -> bool:
    """Tell whether a mechanism at `stage` satisfies a link that requires `required`."""
    return STAGE_ORDER[stage] >= STAGE_ORDER[required] >= 0


class FailMode(StrEnum):
    """What happens to items while an automated step is off."""

    CLOSED = "closed"
    OPEN = "open"


class Metric(StrEnum):
    """Shares that are measured, each with its own denominator (DOMAIN section 2)."""

    PRECISION = "precision"
    RECALL = "recall"
    QA_ACCURACY = "qa_accuracy"
    OVERTURN_RATE = "overturn_rate"
    LEAKAGE = "leakage"
    APPEAL_RATE = "appeal_rate"
    PREVALENCE = "prevalence"
    VIOLATION_RATE = "violation_rate"
    AUTO_ACTION_RATE = "auto_action_rate"
    AUTOMATED_SHARE = "automated_share"
    HUMAN_REVIEW_RATE = "human_review_rate"


class Direction(StrEnum):
    """Whether a target is a floor or a ceiling."""

    MINIMUM = "minimum"
    MAXIMUM = "maximum"


# Metrics a link may set a target for; the others describe traffic and are never judged.
TARGET_DIRECTION = {
    Metric.PRECISION: Direction.MINIMUM,
    Metric.RECALL: Direction.MINIMUM,
    Metric.QA_ACCURACY: Direction.MINIMUM,
    Metric.OVERTURN_RATE: Direction.MAXIMUM,
    Metric.LEAKAGE: Direction.MAXIMUM,
}


class Sampling(StrEnum):
    """How the items of a measurement were drawn."""

    RANDOM = "random"
    STRATIFIED = "stratified"
    FLAGGED_ONLY = "flagged_only"
    CENSUS = "census"


class LabelSource(StrEnum):
    """Who said what is right."""

    HUMAN = "human"
    EXPERT = "expert"
    QA = "qa"
    APPEALS = "appeals"
    LLM_WITH_HUMAN_AUDIT = "llm_with_human_audit"
    LLM_ONLY = "llm_only"


class Grade(StrEnum):
    """How well a number is known (DOMAIN section 4), best first."""

    MEASURED = "measured"
    ESTIMATED = "estimated"
    BORROWED = "borrowed"
    DEFAULT = "default"


# Precision, recall, training and legal checks may rest on these only.
PROVING_GRADES = frozenset({Grade.MEASURED, Grade.ESTIMATED})


class LinkRole(StrEnum):
    """What a launch needs a mechanism for."""

    DETECT = "detect"
    DECIDE = "decide"
    REVIEW = "review"
    APPEAL = "appeal"
    ESCALATE = "escalate"
    AUDIT = "audit"
    REPORT = "report"
