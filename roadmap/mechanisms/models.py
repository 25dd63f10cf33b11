"""Tables of mechanisms, their configurations, coverage, evidence and certified people."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roadmap.db import Base, choice
from roadmap.history.capture import BatchRecorded, Recorded, added
from roadmap.history.models import BigKey
from roadmap.keys import Keyed
from roadmap.mechanisms.kinds import (
    FailMode,
    LabelSource,
    MechanismKind,
    Metric,
    Sampling,
    Stage,
)

DERIVED = {"derived": True}


class Site(Recorded, Base):
    """A place where people review: who runs it and which markets its people may see."""

    __tablename__ = "site"
    record_type: ClassVar[str] = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    vendor: Mapped[str] = mapped_column(String(120), default="")
    contract_hours: Mapped[float | None]
    notice_weeks: Mapped[int | None]
    markets: Mapped[list["SiteMarket"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="SiteMarket.market_code"
    )


class SiteMarket(Recorded, Base):
    """A market whose items the people of a site may review."""

    __tablename__ = "site_market"
    __table_args__ = (UniqueConstraint("site_id", "market_code"),)
    record_type: ClassVar[str] = "site"
    record_key: ClassVar[str] = "site_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    market_code: Mapped[str] = mapped_column(ForeignKey("market.code"))


class Mechanism(Recorded, Keyed, Base):
    """Anything that detects, decides, reviews or audits."""

    __tablename__ = "mechanism"
    __table_args__ = (
        CheckConstraint("rollout_ratio >= 0 AND rollout_ratio <= 1", name="ratio"),
        CheckConstraint("max_daily_actions >= 0", name="daily"),
        CheckConstraint("quota_per_minute > 0", name="quota"),
        Index("ix_mechanism_kind", "kind", "id"),
        Index("ix_mechanism_name", "name", "id"),
    )
    record_type: ClassVar[str] = "mechanism"
    key_prefix = "MEC"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[MechanismKind] = mapped_column(choice(MechanismKind, "kind"))
    stage: Mapped[Stage] = mapped_column(choice(Stage, "stage"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    vendor: Mapped[str] = mapped_column(String(120), default="")
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    # The queue a detector hands items to at `monitor`.
    routes_to_id: Mapped[int | None] = mapped_column(ForeignKey("mechanism.id"))
    rollout_ratio: Mapped[float] = mapped_column(default=1.0)
    max_daily_actions: Mapped[int | None]
    quota_per_minute: Mapped[int | None]
    # What happens to items when the quota is used up; null is not stated.
    quota_exhausted: Mapped[FailMode | None] = mapped_column(choice(FailMode, "quota_exhausted"))
    # When it fails: closed holds or routes to people, open publishes; null is not stated.
    fail_mode: Mapped[FailMode | None] = mapped_column(choice(FailMode, "fail_mode"))
    # Price per item, in millionths of the currency's major unit: 0.0002 is 200.
    unit_price_micros: Mapped[int | None]
    currency: Mapped[str | None] = mapped_column(String(3))
    kill_switch_who: Mapped[str] = mapped_column(String(200), default="")
    kill_switch_minutes: Mapped[int | None]
    kill_switch_rehearsed_on: Mapped[date | None]
    # Human kinds: the owner's word that people are there, until this day.
    staffed_until: Mapped[date | None]
    # A review queue that receives every item of its cells before publication.
    receives_all: Mapped[bool] = mapped_column(default=False)
    # An appeals queue whose decisions no person makes does not count as an appeal path.
    automated_only: Mapped[bool] = mapped_column(default=False)
    # Labels a week its owner can produce; used to tell whether thin evidence can be mended in time.
    labels_per_week: Mapped[int | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(info=DERIVED)

    coverage: Mapped[list["CoverageCell"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="CoverageCell.id"
    )

    __mapper_args__ = {"version_id_col": version}


class Configuration(Recorded, Base):
    """Version plus everything that changes a mechanism's answers; any change is a new one."""

    __tablename__ = "configuration"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "label"),
        UniqueConstraint("mechanism_id", "digest"),
    )
    record_type: ClassVar[str] = "mechanism"
    record_key: ClassVar[str] = "mechanism_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    mechanism_id: Mapped[int] = mapped_column(ForeignKey("mechanism.id"))
    label: Mapped[str] = mapped_column(String(80))
    # Threshold, prompt, rubric, provider snapshot: name -> value.
    parameters: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    # The one that runs; evidence of any other says nothing about it.
    is_current: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


Index(
    "uq_configuration_current",
    Configuration.mechanism_id,
    unique=True,
    sqlite_where=text("is_current"),
    postgresql_where=text("is_current"),
)


class CoverageCell(Recorded, Base):
    """Cells a mechanism serves; an empty dimension means any: a declaration, not evidence."""

    __tablename__ = "coverage_cell"
    __table_args__ = (
        Index(
            "ix_coverage_cell_scope",
            "market_code",
            "language_code",
            "surface_code",
            "policy_area_code",
        ),
    )
    record_type: ClassVar[str] = "mechanism"
    record_key: ClassVar[str] = "mechanism_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    mechanism_id: Mapped[int] = mapped_column(ForeignKey("mechanism.id"), index=True)
    market_code: Mapped[str | None] = mapped_column(ForeignKey("market.code"))
    language_code: Mapped[str | None] = mapped_column(ForeignKey("language.code"))
    surface_code: Mapped[str | None] = mapped_column(ForeignKey("surface.code"))
    policy_area_code: Mapped[str | None] = mapped_column(ForeignKey("policy_area.code"))


class MeasurementBatch(Recorded, Base):
    """One arrival of measurement rows; its event carries the digest of them all."""

    __tablename__ = "measurement_batch"
    record_type: ClassVar[str] = "measurement_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Measurement(BatchRecorded, Base):
    """One measured share of one configuration in one slice; never changed, only voided."""

    __tablename__ = "measurement"
    __table_args__ = (
        CheckConstraint("denominator >= 0", name="denominator"),
        CheckConstraint("numerator >= 0 AND numerator <= denominator", name="numerator"),
        CheckConstraint("window_end >= window_start", name="window"),
        Index(
            "ix_measurement_deciding",
            "mechanism_id",
            "metric",
            "window_end",
            # So that "is anything of it fresh" reads no row, and not a year of the next index.
            "configuration_id",
        ),
        Index("ix_measurement_batch", "batch_id", "id"),
        # Holds all that finding the deciding row of each slice reads, so the rows are not touched.
        Index(
            "ix_measurement_slice",
            "mechanism_id",
            "metric",
            "market_code",
            "language_code",
            "surface_code",
            "policy_area_code",
            "policy_version_id",
            "configuration_id",
            "window_end",
            "recorded_at",
            "id",
            "label_source",
        ),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("measurement_batch.id"))
    mechanism_id: Mapped[int] = mapped_column(ForeignKey("mechanism.id"))
    # Of automated kinds: what was measured. Of people: the guideline version below.
    configuration_id: Mapped[int | None] = mapped_column(ForeignKey("configuration.id"))
    policy_version_id: Mapped[int | None] = mapped_column(ForeignKey("policy_version.id"))
    market_code: Mapped[str | None] = mapped_column(ForeignKey("market.code"))
    language_code: Mapped[str | None] = mapped_column(ForeignKey("language.code"))
    surface_code: Mapped[str | None] = mapped_column(ForeignKey("surface.code"))
    policy_area_code: Mapped[str | None] = mapped_column(ForeignKey("policy_area.code"))
    metric: Mapped[Metric] = mapped_column(choice(Metric, "metric"))
    numerator: Mapped[int]
    denominator: Mapped[int]
    window_start: Mapped[date]
    window_end: Mapped[date]
    sampling: Mapped[Sampling] = mapped_column(choice(Sampling, "sampling"))
    # [{"population", "n", "positives", "found"}] of a stratified sample.
    strata: Mapped[list[Any] | None]
    label_source: Mapped[LabelSource] = mapped_column(choice(LabelSource, "label_source"))
    source: Mapped[str] = mapped_column(String(200), default="")
    observed_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    # What the source calls the row; the same key with other numbers corrects it.
    external_key: Mapped[str | None] = mapped_column(String(200), info=added())


Index(
    "ix_measurement_external",
    Measurement.source,
    Measurement.external_key,
    sqlite_where=text("external_key IS NOT NULL"),
    postgresql_where=text("external_key IS NOT NULL"),
)


class MeasurementVoid(Recorded, Base):
    """Why a measurement row no longer counts; the row itself stays."""

    __tablename__ = "measurement_void"
    __table_args__ = (
        # Asked for each old row that is deleted.
        Index(
            "ix_measurement_void_corrected_by_id",
            "corrected_by_id",
            sqlite_where=text("corrected_by_id IS NOT NULL"),
            postgresql_where=text("corrected_by_id IS NOT NULL"),
        ),
    )
    record_type: ClassVar[str] = "mechanism"
    record_key: ClassVar[str] = "mechanism_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    measurement_id: Mapped[int] = mapped_column(ForeignKey("measurement.id"), unique=True)
    mechanism_id: Mapped[int] = mapped_column(ForeignKey("mechanism.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    voided_at: Mapped[datetime]
    voided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # The row that took its place; none where a person found it wrong.
    corrected_by_id: Mapped[int | None] = mapped_column(ForeignKey("measurement.id"), info=added())


class Certification(Recorded, Base):
    """Heads of a queue certified on a guideline version in a language."""

    __tablename__ = "certification"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "policy_version_id", "language_code", "site_id"),
        CheckConstraint("heads >= 0", name="heads"),
    )
    record_type: ClassVar[str] = "mechanism"
    record_key: ClassVar[str] = "mechanism_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    mechanism_id: Mapped[int] = mapped_column(ForeignKey("mechanism.id"))
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    language_code: Mapped[str] = mapped_column(ForeignKey("language.code"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    heads: Mapped[int]
    certified_on: Mapped[date]
    expires_on: Mapped[date | None]
