"""What capacity found for one launch: numbers and ids, the part of a verdict's facts it gives.

Hours are hours of handling, times are hours, money is minor units, shares 0..1. ``grade`` is the
weakest of what went in. Order inside a tuple carries no meaning.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from roadmap.mechanisms.kinds import Grade

# What waits changes by the day: an older count is no answer.
COUNTED_FOR = timedelta(days=7)


class Result(StrEnum):
    """What a question about capacity answers, before severity and waivers."""

    PASS = "pass"  # noqa: S105 - an answer, not a secret
    # Fails even at the low forecast, or at the likely one where a range was given.
    FAIL = "fail"
    # Only the high forecast of a given range fails.
    FAIL_AT_HIGH = "fail_at_high"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class FixFact:
    """One change that was tried and is enough: what, how much, and where or when if it says so.

    ``kind`` is share, volume (items a week), swept (items of a sweep), heads, shift_heads,
    move_heads, handling (seconds) or date (``place`` is the day, ``amount`` days later).
    """

    kind: str
    amount: float
    place: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFact:
    """One queue under one phase of the launch.

    ``code`` is the check that answers: CAP_OVERLOAD, CAP_SLA, CAP_SHARED, or APPEAL_CAP. ``why``
    says what is missing where the result is unknown. ``case`` is the forecast the numbers are of.
    ``beside`` names launches before it in the peak week with their hours. ``rule`` is how the share
    in time was computed, ``expired`` the share of items that expire in the worst week. ``waiting``
    items were in line on ``counted_on``.
    """

    phase: int
    queue_id: int
    key: str
    code: str
    result: Result
    why: str = ""
    case: str = "likely"
    owner_id: int | None = None
    alone: float | None = None
    together: float | None = None
    together_high: float | None = None
    peak_on: date | None = None
    share: float | None = None
    share_needed: float | None = None
    sla_hours: float | None = None
    backlog: float | None = None
    longest_hours: float | None = None
    clear_on: date | None = None
    capacity_needed: float | None = None
    break_even: float | None = None
    before_fails: bool = False
    beside: tuple[tuple[int, float], ...] = ()
    rule: str = "line"
    expired: float | None = None
    waiting: float = 0.0
    counted_on: date | None = None
    fixes: tuple[FixFact, ...] = ()
    grade: Grade = Grade.MEASURED
    borrowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolFact:
    """People of one set of languages in the judged week: heads rostered, hours of handling."""

    languages: tuple[str, ...]
    heads: float
    hours: float
    head_hours: float
    site_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillFact:
    """Demand by language against pools of people of a queue in its busiest week under a phase."""

    phase: int
    queue_id: int
    key: str
    demand: tuple[tuple[str, float], ...]
    pools: tuple[PoolFact, ...]
    week_of: date | None = None
    owner_id: int | None = None
    grade: Grade = Grade.MEASURED


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageFact:
    """A linked automated step that is off at peak: where its items go, and when that is cleared."""

    phase: int
    step_id: int
    key: str
    result: Result
    why: str = ""
    owner_id: int | None = None
    hours: int | None = None
    to_people: float | None = None
    unreviewed: float | None = None
    violating_live: float | None = None
    queue_id: int | None = None
    clear_hours: float | None = None
    clear_within: int | None = None
    grade: Grade = Grade.DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaFact:
    """A linked automated step at its busiest against its quota a minute, and the line behind it."""

    phase: int
    step_id: int
    key: str
    result: Result
    why: str = ""
    owner_id: int | None = None
    peak: float | None = None
    quota: int | None = None
    line: float | None = None
    minutes: float | None = None
    hold: int | None = None
    unreviewed: float | None = None
    grade: Grade = Grade.ESTIMATED


@dataclass(frozen=True, slots=True, kw_only=True)
class CostFact:
    """What the launch costs over the days of its budget at full traffic of a phase."""

    phase: int
    result: Result
    why: str = ""
    cost: float | None = None
    low: float | None = None
    high: float | None = None
    budget: int | None = None
    currency: str | None = None
    days: int = 30
    grade: Grade = Grade.ESTIMATED


@dataclass(frozen=True, slots=True, kw_only=True)
class HarmFact:
    """Expected wrongful actions a week per 1,000 active sellers against the limit."""

    phase: int
    result: Result
    why: str = ""
    wrongful: float | None = None
    per_thousand: float | None = None
    limit: float | None = None
    grade: Grade = Grade.ESTIMATED


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityFacts:
    """All that capacity found for one launch."""

    queues: tuple[QueueFact, ...] = ()
    skills: tuple[SkillFact, ...] = ()
    outages: tuple[OutageFact, ...] = ()
    quotas: tuple[QuotaFact, ...] = ()
    costs: tuple[CostFact, ...] = ()
    harms: tuple[HarmFact, ...] = ()


NOTHING_FOUND = CapacityFacts()
