"""Parts of the format: staffing, rosters, loads, rates; and what a launch brings and may cost."""

from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from roadmap.exchange.workspace import forms
from roadmap.exchange.workspace.fields import (
    Amount,
    Code,
    Count,
    Currency,
    Day,
    Language,
    MechanismKey,
    Moment,
    Part,
    Positive,
    Share,
    Short,
)
from roadmap.mechanisms.kinds import Grade


def _monday(value: date) -> date:
    return value - timedelta(days=value.weekday())


# Any day of the week names it.
Monday = Annotated[Day, AfterValidator(_monday)]
Clock = Annotated[str, Field(pattern=forms.CLOCK)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: list[Weekday] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Zone = Annotated[str, Field(min_length=1, max_length=64)]
Week = Annotated[str, Field(pattern=forms.WEEK)]
Season = dict[Week, Annotated[float, Field(ge=0, le=1000)]]
# 24 hours of a day or 168 of a week from Monday 00:00.
Profile = Annotated[list[Amount], Field(max_length=168)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Hours = Annotated[float, Field(gt=0, le=8760)]
PartShare = Annotated[float, Field(ge=0, lt=1)]
SomeShare = Annotated[float, Field(gt=0, le=1)]
Graded = Annotated[Grade, Field(strict=False)]
RateName = Literal[
    "receives",
    "recall",
    "precision",
    "pass_share",
    "miss_rate",
    "qa_share",
    "false_rate",
    "handling_seconds",
    "passes_per_item",
    "escalation_rate",
    "escalation_seconds",
    "resubmission_rate",
]
Rates = dict[RateName, Annotated[float, Field(ge=0, le=86_400)]]


class SiteHolidayPart(Part):
    """A day on which nobody works at a site."""

    day: Day
    name: Short = ""


class CampaignLoadPart(Part):
    """How a campaign changes what arrives; `profile` has the 24 hours of a day in it."""

    multiplier: Annotated[float, Field(ge=0, le=1000)]
    profile: Profile = []


class StaffingPart(Part):
    """How people work a queue and what it promises; money is in hundredths of the currency."""

    zone: Zone = "UTC"
    handling_seconds: Seconds | None = None
    handling_grade: Graded = Grade.ESTIMATED
    occupancy: SomeShare = 0.85
    in_shift_shrinkage: PartShare = 0.15
    shrinkage: PartShare = 0.30
    attrition: PartShare = 0.0
    contract_hours: Annotated[float, Field(gt=0, le=168)] = 40.0
    sla_hours: Hours | None = None
    sla_share: SomeShare = 1.0
    patience_hours: Hours | None = None
    review_share: Share | None = None
    review_grade: Graded = Grade.ESTIMATED
    appeal_true: Share | None = None
    appeal_false: Share | None = None
    appeal_days: Annotated[int, Field(ge=1, le=90)] = 7
    hourly_rate: Count | None = None
    item_price: Count | None = None
    currency: Currency | None = None


class ShiftPart(Part):
    """Heads working the same hours; an end not after the start lies on the next day."""

    refs: ClassVar = {"site": ("site_id", "site")}
    lists: ClassVar = {"languages": "language"}
    apart: ClassVar = frozenset({"weekdays", "starts", "ends"})

    first_day: Day
    last_day: Day
    weekdays: Annotated[list[Weekday], Field(min_length=1)] = WEEKDAYS
    starts: Clock
    ends: Clock
    rostered: Annotated[float, Field(ge=0, le=100_000)]
    present: Annotated[float, Field(ge=0, le=100_000)] | None = None
    ramp: Share = 1.0
    languages: list[Language] = []
    site: Code | None = None


class ThroughputPart(Part):
    """Decisions a day in a week; any day of it names it, its Monday is kept."""

    week: Monday
    per_day: Amount


class BaseLoadPart(Part):
    """What arrives at a queue without any launch, in one language or in all."""

    refs: ClassVar = {"language": ("language_code", "language")}

    language: Language | None = None
    weekly: Amount
    handling_seconds: Seconds | None = None
    profile: Profile = []
    season: Season = {}
    measured_until: Day
    grade: Graded = Grade.MEASURED


class BacklogPart(Part):
    """Items that waited in a queue when they were counted."""

    items: Amount
    counted_at: Moment


class StepRatesPart(Part):
    """What an automated step does with what reaches it, and what an outage of it means."""

    rates: Rates = {}
    grade: Graded = Grade.ESTIMATED
    outage_hours: Annotated[int, Field(ge=1, le=8760)] | None = None
    clear_hours: Annotated[int, Field(ge=1, le=8760)] | None = None
    hold_minutes: Annotated[int, Field(ge=0, le=525_600)] | None = None


class HoursPart(Part):
    """When the items of a forecast arrive, by the clock of a zone."""

    zone: Zone = "UTC"
    profile: Profile = []
    season: Season = {}


class RouteStepPart(Part):
    """One step of the route a lane's items pass; rates it leaves out are borrowed."""

    refs: ClassVar = {"mechanism": ("mechanism_id", "mechanism")}

    mechanism: MechanismKey
    rates: Rates = {}
    grade: Graded = Grade.ESTIMATED


class HandlingChangePart(Part):
    """How long an item takes on a queue once the launch is live."""

    refs: ClassVar = {"mechanism": ("mechanism_id", "mechanism")}

    mechanism: MechanismKey
    handling_seconds: Seconds
    grade: Graded = Grade.ESTIMATED


class SweepPart(Part):
    """Existing listings judged again; `flagged` is the share of them that needs people."""

    refs: ClassVar = {
        "mechanism": ("mechanism_id", "mechanism"),
        "language": ("language_code", "language"),
    }

    mechanism: MechanismKey
    language: Language | None = None
    listings: Amount
    flagged: Share
    days: Annotated[int, Field(ge=1, le=3660)]
    from_phase: Positive = 1
    grade: Graded = Grade.ESTIMATED


class LimitsPart(Part):
    """What a launch may cost, in hundredths of the currency, and the harm that is accepted."""

    budget: Annotated[int, Field(ge=1, le=10**15)] | None = None
    currency: Currency | None = None
    budget_days: Annotated[int, Field(ge=1, le=3660)] = 30
    active_sellers: Positive | None = None
    wrongful_per_thousand: Annotated[float, Field(ge=0, le=1000)] | None = None
