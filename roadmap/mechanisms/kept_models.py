"""Tables of what becomes of evidence: sums of old rows, citations, signals of control limits."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from roadmap.db import Base, choice
from roadmap.history.capture import BatchRecorded, Recorded
from roadmap.history.models import BigKey
from roadmap.mechanisms.kinds import LabelSource, Metric, Sampling

# ---- what becomes of old rows: see `retention` ----


class RollUp(Recorded, Base):
    """One pass that added old measurement rows up; its events carry the digests of both parts."""

    __tablename__ = "roll_up"
    record_type: ClassVar[str] = "roll_up"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Rows whose window ended before this day were looked at.
    cutoff: Mapped[date]
    row_count: Mapped[int]
    sum_count: Mapped[int]
    ran_at: Mapped[datetime]
    ran_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class MeasurementSum(BatchRecorded, Base):
    """Rows of one slice added up over a week or month: exact counts, so bounds are of the sum."""

    __tablename__ = "measurement_sum"
    __table_args__ = (
        CheckConstraint("denominator >= 0", name="denominator"),
        CheckConstraint("numerator >= 0 AND numerator <= denominator", name="numerator"),
        CheckConstraint("row_count > 0", name="row_count"),
        Index("ix_measurement_sum_batch", "batch_id", "id"),
        Index("ix_measurement_sum_period", "mechanism_id", "metric", "period_end"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("roll_up.id"))
    mechanism_id: Mapped[int] = mapped_column(ForeignKey("mechanism.id"))
    configuration_id: Mapped[int | None] = mapped_column(ForeignKey("configuration.id"))
    policy_version_id: Mapped[int | None] = mapped_column(ForeignKey("policy_version.id"))
    market_code: Mapped[str | None] = mapped_column(ForeignKey("market.code"))
    language_code: Mapped[str | None] = mapped_column(ForeignKey("language.code"))
    surface_code: Mapped[str | None] = mapped_column(ForeignKey("surface.code"))
    policy_area_code: Mapped[str | None] = mapped_column(ForeignKey("policy_area.code"))
    metric: Mapped[Metric] = mapped_column(choice(Metric, "metric"))
    sampling: Mapped[Sampling] = mapped_column(choice(Sampling, "sampling"))
    label_source: Mapped[LabelSource] = mapped_column(choice(LabelSource, "label_source"))
    source: Mapped[str] = mapped_column(String(200), default="")
    period_start: Mapped[date]
    period_end: Mapped[date]
    # A month of a census may hold more than fits the columns of a row.
    numerator: Mapped[int] = mapped_column(BigInteger)
    denominator: Mapped[int] = mapped_column(BigInteger)
    row_count: Mapped[int]


class RetiredMeasurement(BatchRecorded, Base):
    """Which row went into which sum; only rows named here can be deleted from `measurement`."""

    __tablename__ = "measurement_retired"
    __table_args__ = (
        Index("ix_measurement_retired_batch", "batch_id", "id"),
        Index("ix_measurement_retired_identity", "identity"),
    )

    # The key the row had.
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    batch_id: Mapped[int] = mapped_column(ForeignKey("roll_up.id"))
    sum_id: Mapped[int] = mapped_column(ForeignKey("measurement_sum.id"), index=True)
    # Digests by which the same row is known when it arrives again: what it measured, and what.
    identity: Mapped[str] = mapped_column(String(32))
    content: Mapped[str] = mapped_column(String(32))


class CitedMeasurement(Base):
    """A row some stored verdict, decision or approval rests on: it is kept as it is."""

    __tablename__ = "measurement_cited"

    measurement_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)


# ---- metrics outside their control limits: see `control` ----


class MetricSignal(Base):
    """A series of rows that is outside its control limits now; derived, written by the job."""

    __tablename__ = "metric_signal"
    __table_args__ = (UniqueConstraint("mechanism_id", "series"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mechanism_id: Mapped[int] = mapped_column(ForeignKey("mechanism.id"))
    # What the series is, as `control_gather.Series` writes it.
    series: Mapped[str] = mapped_column(String(300))
    configuration_id: Mapped[int | None] = mapped_column(ForeignKey("configuration.id"))
    metric: Mapped[Metric] = mapped_column(choice(Metric, "metric"))
    rule: Mapped[str] = mapped_column(String(20))
    # First and last day of the periods that are outside, and whether they are worse.
    since: Mapped[date]
    until: Mapped[date]
    worse: Mapped[bool]
    share: Mapped[float]
    labelled: Mapped[int]
    centre: Mapped[float]
    lower: Mapped[float]
    upper: Mapped[float]
    # The newest periods as the chart draws them: see `control_picture.stored`.
    points: Mapped[list[Any]]


class SignalAnswer(Recorded, Base):
    """What became of a proposal to report a metric: a report was begun, or why none is needed."""

    __tablename__ = "signal_answer"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "series", "since"),
        CheckConstraint("outcome IN ('reported', 'dismissed')", name="outcome"),
    )
    record_type: ClassVar[str] = "mechanism"
    record_key: ClassVar[str] = "mechanism_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    mechanism_id: Mapped[int] = mapped_column(ForeignKey("mechanism.id"))
    series: Mapped[str] = mapped_column(String(300))
    since: Mapped[date]
    # Signals that began up to this day are answered.
    through: Mapped[date]
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(500), default="")
    answered_at: Mapped[datetime]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ControlMark(Base):
    """Up to where the rows that arrived were looked at for control limits; one row."""

    __tablename__ = "control_mark"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    until: Mapped[datetime]
    batch_id: Mapped[int]
    void_id: Mapped[int]
