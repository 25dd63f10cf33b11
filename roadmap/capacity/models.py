"""Tables of capacity: what queues and steps can take, who is on duty, what arrives, what it costs.

What the owner of a queue or a step enters is told in the history of the mechanism, what a launch
brings in that of the launch.
"""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from roadmap.db import Base, choice
from roadmap.history.capture import Recorded
from roadmap.launches.models import PartOfLaunch
from roadmap.mechanisms.kinds import Grade


class _OfMechanism(Recorded):
    """A row whose changes are told in its mechanism's history."""

    record_type: ClassVar[str] = "mechanism"
    record_key: ClassVar[str] = "mechanism_id"


class QueuePlan(_OfMechanism, Base):
    """How people work a queue and what it promises; one for each human mechanism."""

    __tablename__ = "queue_plan"
    __table_args__ = (
        CheckConstraint("handling_seconds > 0", name="handling"),
        CheckConstraint("occupancy > 0 AND occupancy <= 1", name="occupancy"),
        CheckConstraint("in_shift_shrinkage >= 0 AND in_shift_shrinkage < 1", name="in_shift"),
        CheckConstraint("shrinkage >= 0 AND shrinkage < 1", name="shrinkage"),
        CheckConstraint("attrition >= 0 AND attrition < 1", name="attrition"),
        CheckConstraint("contract_hours > 0", name="contract"),
        CheckConstraint("sla_hours > 0", name="sla_hours"),
        CheckConstraint("sla_share > 0 AND sla_share <= 1", name="sla_share"),
        CheckConstraint("review_share >= 0 AND review_share <= 1", name="review_share"),
        CheckConstraint("appeal_true >= 0 AND appeal_true <= 1", name="appeal_true"),
        CheckConstraint("appeal_false >= 0 AND appeal_false <= 1", name="appeal_false"),
        CheckConstraint("appeal_days > 0", name="appeal_days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mechanism_id: Mapped[int] = mapped_column(ForeignKey("mechanism.id"), unique=True)
    # Where its days and shifts are read, as in Asia/Bangkok.
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    # Mean reviewer seconds on an item, claim to decision.
    handling_seconds: Mapped[float | None]
    handling_grade: Mapped[Grade] = mapped_column(
        choice(Grade, "handling_grade"), default=Grade.ESTIMATED
    )
    # Highest handling ÷ time on duty.
    occupancy: Mapped[float] = mapped_column(default=0.85)
    # Share of a shift rostered people are away from the queue; not counted in `present` heads.
    in_shift_shrinkage: Mapped[float] = mapped_column(default=0.15)
    # Share of paid time not available in all.
    shrinkage: Mapped[float] = mapped_column(default=0.30)
    # Share of heads that leave in a week.
    attrition: Mapped[float] = mapped_column(default=0.0)
    contract_hours: Mapped[float] = mapped_column(default=40.0)
    # The promise: this share of items decided within so many hours, in the worst seven days.
    sla_hours: Mapped[float | None]
    sla_share: Mapped[float] = mapped_column(default=1.0)
    # Mean hours after which an item that nobody took expires; null keeps it for ever.
    patience_hours: Mapped[float | None]
    # Share of a lane's items that reach the queue, lent to launches that state no route.
    review_share: Mapped[float | None]
    review_grade: Mapped[Grade] = mapped_column(
        choice(Grade, "review_grade"), default=Grade.ESTIMATED
    )
    # Of an appeals queue: shares of right and of wrong actions that are appealed, over how long.
    appeal_true: Mapped[float | None]
    appeal_false: Mapped[float | None]
    appeal_days: Mapped[int] = mapped_column(default=7)
    # Loaded rate of a paid hour, or a vendor's price of an item; minor units of `currency`.
    hourly_rate: Mapped[int | None]
    item_price: Mapped[int | None]
    currency: Mapped[str | None] = mapped_column(String(3))


class StepPlan(_OfMechanism, Base):
    """What an automated step does with the items that reach it, and what an outage of it means."""

    __tablename__ = "step_plan"
    __table_args__ = (
        CheckConstraint("outage_hours > 0", name="outage"),
        CheckConstraint("clear_hours > 0", name="clear"),
        CheckConstraint("hold_minutes >= 0", name="hold"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mechanism_id: Mapped[int] = mapped_column(ForeignKey("mechanism.id"), unique=True)
    # recall, precision, pass_share, miss_rate, qa_share: name -> share of what reaches the step.
    rates: Mapped[dict[str, Any]] = mapped_column(default=dict)
    grade: Mapped[Grade] = mapped_column(choice(Grade, "grade"), default=Grade.ESTIMATED)
    # How long it may be off at peak, and within what time after that its queue must be clear.
    outage_hours: Mapped[int | None]
    clear_hours: Mapped[int | None]
    # How long an item may wait for the quota.
    hold_minutes: Mapped[int | None]


class QueueShift(_OfMechanism, Base):
    """Heads that work the same hours on some weekdays of a stretch of days, both included."""

    __tablename__ = "queue_shift"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint("starts >= 0 AND starts < 1440", name="starts"),
        CheckConstraint("ends >= 0 AND ends <= 1440", name="ends"),
        CheckConstraint("rostered >= 0", name="rostered"),
        CheckConstraint("present >= 0 AND present <= rostered", name="present"),
        CheckConstraint("ramp >= 0 AND ramp <= 1", name="ramp"),
        Index("ix_queue_shift_days", "mechanism_id", "last_day", "first_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mechanism_id: Mapped[int] = mapped_column(ForeignKey("mechanism.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    # 0 is Monday.
    weekdays: Mapped[list[Any]]
    # Minutes from local midnight; an end not after the start lies on the next day.
    starts: Mapped[int]
    ends: Mapped[int]
    rostered: Mapped[float]
    # Heads on duty where they are counted; null takes the queue's in-shift shrinkage.
    present: Mapped[float | None]
    # Share of full pace of new people.
    ramp: Mapped[float] = mapped_column(default=1.0)
    # Languages these people review; empty means any of the queue.
    languages: Mapped[list[Any]] = mapped_column(default=list)


class QueueThroughput(_OfMechanism, Base):
    """Decisions a day of a queue in one week: capacity where nobody keeps a roster."""

    __tablename__ = "queue_throughput"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "week"),
        CheckConstraint("per_day >= 0", name="per_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mechanism_id: Mapped[int] = mapped_column(ForeignKey("mechanism.id"))
    # Its Monday.
    week: Mapped[date]
    per_day: Mapped[float]


class QueueBacklog(_OfMechanism, Base):
    """Items that were waiting in a queue when somebody last counted; one for each queue."""

    __tablename__ = "queue_backlog"
    __table_args__ = (CheckConstraint("items >= 0", name="items"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mechanism_id: Mapped[int] = mapped_column(ForeignKey("mechanism.id"), unique=True)
    items: Mapped[float]
    counted_at: Mapped[datetime]


class BaseLoad(_OfMechanism, Base):
    """What arrives at a queue without any launch, in one language or in all."""

    __tablename__ = "base_load"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "language_code"),
        CheckConstraint("weekly >= 0", name="weekly"),
        CheckConstraint("handling_seconds > 0", name="handling"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mechanism_id: Mapped[int] = mapped_column(ForeignKey("mechanism.id"))
    language_code: Mapped[str | None] = mapped_column(ForeignKey("language.code"))
    weekly: Mapped[float]
    # Where it differs from the queue's.
    handling_seconds: Mapped[float | None]
    # 24 shares of a day or 168 of a week from Monday 00:00 in the queue's zone; empty is flat.
    profile: Mapped[list[Any]] = mapped_column(default=list)
    # ISO week -> factor.
    season: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # The last day measured: what went live later adds its forecast.
    measured_until: Mapped[date]
    grade: Mapped[Grade] = mapped_column(choice(Grade, "grade"), default=Grade.MEASURED)


class CampaignLoad(Recorded, Base):
    """How a campaign of the calendar changes what arrives: how much, and at which hours."""

    __tablename__ = "campaign_load"
    __table_args__ = (CheckConstraint("multiplier >= 0", name="multiplier"),)
    record_type: ClassVar[str] = "calendar_day"
    record_key: ClassVar[str] = "calendar_day_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_day_id: Mapped[int] = mapped_column(ForeignKey("calendar_day.id"), unique=True)
    multiplier: Mapped[float]
    # 24 shares of a day in the queue's zone; empty keeps the usual ones.
    profile: Mapped[list[Any]] = mapped_column(default=list)


class SiteHoliday(Recorded, Base):
    """A day on which nobody works at a site."""

    __tablename__ = "site_holiday"
    __table_args__ = (UniqueConstraint("site_id", "day"),)
    record_type: ClassVar[str] = "site"
    record_key: ClassVar[str] = "site_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    day: Mapped[date]
    name: Mapped[str] = mapped_column(String(120), default="")


class ForecastShape(PartOfLaunch, Base):
    """When the items of a forecast arrive; without one the queue's own profile is borrowed."""

    __tablename__ = "forecast_shape"

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"), index=True)
    forecast_id: Mapped[int] = mapped_column(ForeignKey("forecast.id"), unique=True)
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    profile: Mapped[list[Any]] = mapped_column(default=list)
    season: Mapped[dict[str, Any]] = mapped_column(default=dict)


class RouteStep(PartOfLaunch, Base):
    """One step of the route the items of a forecast's lane pass, in order."""

    __tablename__ = "route_step"
    __table_args__ = (UniqueConstraint("forecast_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"), index=True)
    forecast_id: Mapped[int] = mapped_column(ForeignKey("forecast.id"))
    position: Mapped[int]
    mechanism_id: Mapped[int] = mapped_column(ForeignKey("mechanism.id"), index=True)
    # Rates of what reaches the step, by the names of capacity.routes; the rest is borrowed.
    rates: Mapped[dict[str, Any]] = mapped_column(default=dict)
    grade: Mapped[Grade] = mapped_column(choice(Grade, "grade"), default=Grade.ESTIMATED)


class HandlingChange(PartOfLaunch, Base):
    """A launch that changes how long an item takes on a queue: a tool, a workflow, a policy."""

    __tablename__ = "handling_change"
    __table_args__ = (
        UniqueConstraint("launch_id", "mechanism_id"),
        CheckConstraint("handling_seconds > 0", name="handling"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    mechanism_id: Mapped[int] = mapped_column(ForeignKey("mechanism.id"), index=True)
    handling_seconds: Mapped[float]
    grade: Mapped[Grade] = mapped_column(choice(Grade, "grade"), default=Grade.ESTIMATED)


class Sweep(PartOfLaunch, Base):
    """A one-off load: existing listings judged again under a new policy."""

    __tablename__ = "sweep"
    __table_args__ = (
        CheckConstraint("listings >= 0", name="listings"),
        CheckConstraint("flagged >= 0 AND flagged <= 1", name="flagged"),
        CheckConstraint("days > 0", name="days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"), index=True)
    mechanism_id: Mapped[int] = mapped_column(ForeignKey("mechanism.id"), index=True)
    language_code: Mapped[str | None] = mapped_column(ForeignKey("language.code"))
    listings: Mapped[float]
    # Share of them that reaches the queue.
    flagged: Mapped[float]
    days: Mapped[int]
    from_phase: Mapped[int] = mapped_column(default=1)
    grade: Mapped[Grade] = mapped_column(choice(Grade, "grade"), default=Grade.ESTIMATED)


class LaunchLimit(PartOfLaunch, Base):
    """What a launch may cost, and how much harm to sellers it may do; one row a launch."""

    __tablename__ = "launch_limit"
    __table_args__ = (
        CheckConstraint("budget > 0", name="budget"),
        CheckConstraint("budget_days > 0", name="budget_days"),
        CheckConstraint("active_sellers > 0", name="sellers"),
        CheckConstraint("wrongful_per_thousand >= 0", name="wrongful"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"), unique=True)
    # Minor units of `currency`, for so many days at full traffic.
    budget: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
    budget_days: Mapped[int] = mapped_column(default=30)
    active_sellers: Mapped[int | None]
    # Wrongful actions per 1,000 active sellers a week that are accepted.
    wrongful_per_thousand: Mapped[float | None]
