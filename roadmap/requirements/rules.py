"""What a requirement is and how it moves: kinds, states and the moves between them."""

from datetime import date, timedelta
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


class OriginKind(StrEnum):
    """What kind of thread a requirement was made from."""

    CHAT = "chat"
    MAIL = "mail"


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


# Within how many working days of a move the requester hears again; other states are an end.
WORD_WITHIN: dict[RequirementState, int] = {
    _S.SUBMITTED: 3,
    _S.TRIAGED: 5,
    _S.ACCEPTED: 10,
    _S.PLANNED: 20,
    _S.IN_PROGRESS: 20,
    # Asleep until something happens; one that sleeps until a day is spoken of on that day.
    _S.SNOOZED: 20,
}


def next_word(state: RequirementState, moved_on: date) -> date | None:
    """Return by when the requester hears again after a move, None when nothing is left to say."""
    left = WORD_WITHIN.get(state)
    if left is None:
        return None
    return working_days_after(moved_on, left)


def working_days_after(start: date, count: int) -> date:
    """Return the day that many days from Monday to Friday after ``start``."""
    found = start
    while count:
        found += timedelta(days=1)
        count -= found.weekday() < 5
    return found
