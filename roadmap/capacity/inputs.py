"""What the portfolio is computed from, as plain values: queues, steps, launches with their lanes.

Database rows are mapped onto these. What is unknown is None, never a guess; what may be borrowed is
borrowed in `assess`, which says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from roadmap.capacity.roster import Shift
from roadmap.mechanisms.kinds import FailMode, Grade, MechanismKind
from roadmap.taxonomy.scope import ScopePattern


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseInput:
    """Items a week a queue has without any launch; language None is all of them."""

    weekly: float
    measured_until: date
    language: str | None = None
    handling_seconds: float | None = None
    profile: tuple[float, ...] = ()
    season: Mapping[int, float] = field(default_factory=dict)
    grade: Grade = Grade.MEASURED


@dataclass(frozen=True, slots=True)
class BacklogInput:
    """Items that were counted waiting in a queue at a moment."""

    items: float
    counted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueInput:
    """One human mechanism with its plan, roster and base load.

    ``markets`` are those it serves, empty for all. ``closed`` holds days off by site. Money is in
    minor units of ``currency``.
    """

    id: int
    key: str
    kind: MechanismKind
    owner_id: int | None = None
    zone: str = "UTC"
    handling_seconds: float | None = None
    handling_grade: Grade = Grade.ESTIMATED
    occupancy: float = 0.85
    in_shift_shrinkage: float = 0.15
    shrinkage: float = 0.30
    attrition: float = 0.0
    contract_hours: float = 40.0
    sla_hours: float | None = None
    sla_share: float = 1.0
    patience_hours: float | None = None
    review_share: float | None = None
    review_grade: Grade = Grade.ESTIMATED
    appeal_true: float | None = None
    appeal_false: float | None = None
    appeal_days: int = 7
    hourly_rate: int | None = None
    item_price: int | None = None
    currency: str | None = None
    shifts: tuple[Shift, ...] = ()
    throughput: tuple[tuple[date, float], ...] = ()
    base: tuple[BaseInput, ...] = ()
    backlog: BacklogInput | None = None
    markets: frozenset[str] = frozenset()
    closed: Mapping[int | None, frozenset[date]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepInput:
    """One automated mechanism: rates of what reaches it, price an item, quota, what if it is off.

    ``unit_price_micros`` is in millionths of a major unit of ``currency``.
    """

    id: int
    key: str
    owner_id: int | None = None
    rates: Mapping[str, float] = field(default_factory=dict)
    grade: Grade = Grade.ESTIMATED
    fail_mode: FailMode | None = None
    routes_to_id: int | None = None
    quota_per_minute: int | None = None
    quota_exhausted: FailMode | None = None
    outage_hours: int | None = None
    clear_hours: int | None = None
    hold_minutes: int | None = None
    unit_price_micros: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteInput:
    """One step of a lane's route as the launch states it; rates it leaves out are borrowed."""

    mechanism_id: int
    rates: Mapping[str, float] = field(default_factory=dict)
    grade: Grade = Grade.ESTIMATED


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneInput:
    """The items of a forecast: how many a week at full traffic, when, and the route they pass.

    ``low`` and ``high`` None were not given. ``languages`` and ``markets`` are those of the cells
    the forecast is about.
    """

    forecast_id: int
    pattern: ScopePattern
    likely: float
    low: float | None = None
    high: float | None = None
    prevalence: float | None = None
    grade: Grade = Grade.ESTIMATED
    zone: str | None = None
    profile: tuple[float, ...] = ()
    season: Mapping[int, float] = field(default_factory=dict)
    route: tuple[RouteInput, ...] = ()
    languages: frozenset[str] = frozenset()
    markets: frozenset[str] = frozenset()

    @property
    def is_range(self) -> bool:
        """Tell whether low and high were given, not defaulted."""
        return self.low is not None and self.high is not None

    def weekly(self, case: str) -> float:
        """Return the weekly items of a case: low, likely or high; × 0.5 and × 2 by default."""
        if case == "low":
            return self.likely * 0.5 if self.low is None else self.low
        if case == "high":
            return self.likely * 2 if self.high is None else self.high
        return self.likely


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepInput:
    """Existing listings judged again: so many over so many days from a phase's start."""

    queue_id: int
    listings: float
    flagged: float
    days: int
    from_phase: int = 1
    language: str | None = None
    grade: Grade = Grade.ESTIMATED


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseInput:
    """A ramp step: the share of traffic from its day; a live one from the day it went live."""

    position: int
    share: float
    starts_on: date | None
    live_on: date | None = None
    halted: bool = False

    @property
    def day(self) -> date | None:
        """Return from when it counts."""
        return self.live_on or self.starts_on


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchInput:
    """A launch as capacity sees it; ``order`` is its commitment number.

    ``queues`` and ``steps`` are the human and automated mechanisms it links. ``changes`` are new
    handling times by queue. ``released`` says it takes no capacity any more.
    """

    id: int
    order: int | None
    phases: tuple[PhaseInput, ...] = ()
    lanes: tuple[LaneInput, ...] = ()
    queues: tuple[int, ...] = ()
    steps: tuple[int, ...] = ()
    changes: Mapping[int, tuple[float, Grade]] = field(default_factory=dict)
    sweeps: tuple[SweepInput, ...] = ()
    released: bool = False
    budget: int | None = None
    currency: str | None = None
    budget_days: int = 30
    active_sellers: int | None = None
    wrongful_per_thousand: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignInput:
    """A campaign of the calendar with its load; market None is everywhere."""

    market: str | None
    first: date
    last: date
    multiplier: float
    profile: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Portfolio:
    """Everything needed to judge some queues: all launches that lean on them."""

    queues: Mapping[int, QueueInput]
    steps: Mapping[int, StepInput]
    launches: Mapping[int, LaunchInput]
    campaigns: tuple[CampaignInput, ...] = ()
