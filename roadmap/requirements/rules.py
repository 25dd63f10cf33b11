"""What a requirement is and how it moves: kinds, states and the moves between them."""

from enum import StrEnum


class RequirementKind(StrEnum):
    """What is asked for."""

    TOOL = "tool"
    PRODUCT = "product"
    WORKFLOW = "workflow"
    POLICY = "policy"
    AUTOMATION = "automation"
    QUALITY = "quality"
    PROBLEM_REPORT = "problem_report"


class RequirementState(StrEnum):
    """Where a requirement stands."""

    SUBMITTED = "submitted"
    TRIAGED = "triaged"
    ACCEPTED = "accepted"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DELIVERED = "delivered"
    DECLINED = "declined"
    DUPLICATE = "duplicate"
    SNOOZED = "snoozed"


class Severity(StrEnum):
    """How bad a reported problem is."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class DatePrecision(StrEnum):
    """How exactly a date is meant."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class ScopeDimension(StrEnum):
    """What a scope entry names."""

    MARKET = "market"
    LANGUAGE = "language"
    SURFACE = "surface"
    POLICY_AREA = "policy_area"


# In the ranked backlog: accepted and not yet delivered.
BACKLOG = frozenset(
    {RequirementState.ACCEPTED, RequirementState.PLANNED, RequirementState.IN_PROGRESS}
)
# Waiting for a decision.
INBOX = frozenset({RequirementState.SUBMITTED, RequirementState.TRIAGED})

_S = RequirementState
MOVES: dict[RequirementState, frozenset[RequirementState]] = {
    _S.SUBMITTED: frozenset({_S.TRIAGED, _S.ACCEPTED, _S.DECLINED, _S.DUPLICATE, _S.SNOOZED}),
    _S.TRIAGED: frozenset({_S.ACCEPTED, _S.DECLINED, _S.DUPLICATE, _S.SNOOZED}),
    _S.ACCEPTED: frozenset({_S.PLANNED, _S.TRIAGED, _S.DECLINED, _S.DUPLICATE, _S.SNOOZED}),
    _S.PLANNED: frozenset({_S.IN_PROGRESS, _S.ACCEPTED, _S.DELIVERED}),
    _S.IN_PROGRESS: frozenset({_S.DELIVERED, _S.PLANNED}),
    _S.DELIVERED: frozenset({_S.IN_PROGRESS}),
    _S.DECLINED: frozenset({_S.TRIAGED}),
    _S.DUPLICATE: frozenset({_S.TRIAGED}),
    _S.SNOOZED: frozenset({_S.SUBMITTED, _S.TRIAGED, _S.ACCEPTED, _S.DECLINED, _S.DUPLICATE}),
}


def may_move(old: RequirementState, new: RequirementState) -> bool:
    """Return whether a requirement in ``old`` may go to ``new``."""
    return new in MOVES[old]
