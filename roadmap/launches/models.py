"""Tables of launches: phases, scope, forecast, what they deliver and what they lean on."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roadmap.db import Base, choice
from roadmap.history.capture import Recorded
from roadmap.keys import Keyed
from roadmap.launches.kinds import LaunchState, LaunchType, PhaseState
from roadmap.mechanisms.kinds import Grade, LinkRole, Metric, Stage
from roadmap.requirements.rules import DatePrecision

DERIVED = {"derived": True}


class Launch(Recorded, Keyed, Base):
    """A change that goes live in a scope on a date."""

    __tablename__ = "launch"
    __table_args__ = (
        CheckConstraint("tier BETWEEN 1 AND 3", name="tier"),
        Index("ix_launch_state", "state", "id"),
    )
    record_type: ClassVar[str] = "launch"
    key_prefix = "LCH"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(300))
    summary: Mapped[str] = mapped_column(Text, default="")
    type: Mapped[LaunchType] = mapped_column(choice(LaunchType, "type"))
    state: Mapped[LaunchState] = mapped_column(choice(LaunchState, "state"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    # The six yes/no questions: name -> bool. They give the tier.
    tier_answers: Mapped[dict[str, Any]]
    tier: Mapped[int]
    confidential: Mapped[bool] = mapped_column(default=False)
    # Place in the order in which launches get capacity; only a committed launch has one.
    commitment_no: Mapped[int | None] = mapped_column(unique=True)
    committed_at: Mapped[datetime | None]
    # What an imported plan says of itself: shown and dated, never evidence.
    claim: Mapped[dict[str, Any] | None]
    source: Mapped[str | None] = mapped_column(String(120))
    source_key: Mapped[str | None] = mapped_column(String(200))
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("launch.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(info=DERIVED)

    phases: Mapped[list["Phase"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Phase.position"
    )
    cells: Mapped[list["LaunchCell"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="LaunchCell.id"
    )
    forecasts: Mapped[list["Forecast"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Forecast.id"
    )
    readers: Mapped[list["LaunchReader"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="LaunchReader.id"
    )

    __mapper_args__ = {"version_id_col": version}


Index("uq_launch_source", Launch.source, Launch.source_key, unique=True)


class PartOfLaunch(Recorded):
    """A row whose changes are told in its launch's history."""

    record_type: ClassVar[str] = "launch"
    record_key: ClassVar[str] = "launch_id"


class LaunchReader(PartOfLaunch, Base):
    """A person or team that may see a confidential launch."""

    __tablename__ = "launch_reader"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (team_id IS NULL)", name="one"),
        UniqueConstraint("launch_id", "person_id"),
        UniqueConstraint("launch_id", "team_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)


class Phase(PartOfLaunch, Base):
    """A ramp step: a share of the traffic from a date."""

    __tablename__ = "phase"
    __table_args__ = (
        UniqueConstraint("launch_id", "position"),
        CheckConstraint("share > 0 AND share <= 1", name="share"),
        Index("ix_phase_starts", "starts_on", "launch_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    # 1, 2, 3 ... in the order they go live.
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    share: Mapped[float]
    starts_on: Mapped[date | None]
    precision: Mapped[DatePrecision] = mapped_column(
        choice(DatePrecision, "precision"), default=DatePrecision.DAY
    )
    state: Mapped[PhaseState] = mapped_column(choice(PhaseState, "state"))
    went_live_on: Mapped[date | None]


class LaunchCell(PartOfLaunch, Base):
    """One scope cell of a launch, from the phase it joins."""

    __tablename__ = "launch_cell"
    __table_args__ = (
        UniqueConstraint(
            "launch_id", "market_code", "language_code", "surface_code", "policy_area_code"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    market_code: Mapped[str] = mapped_column(ForeignKey("market.code"), index=True)
    language_code: Mapped[str] = mapped_column(ForeignKey("language.code"))
    surface_code: Mapped[str] = mapped_column(ForeignKey("surface.code"))
    policy_area_code: Mapped[str] = mapped_column(ForeignKey("policy_area.code"))
    from_phase: Mapped[int] = mapped_column(default=1)


class Forecast(PartOfLaunch, Base):
    """Items a week a launch brings to cells; an empty dimension means all of the launch's."""

    __tablename__ = "forecast"
    __table_args__ = (
        CheckConstraint("likely >= 0 AND low >= 0 AND low <= likely", name="low"),
        CheckConstraint("high >= likely", name="high"),
        CheckConstraint("prevalence >= 0 AND prevalence <= 1", name="prevalence"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"), index=True)
    market_code: Mapped[str | None] = mapped_column(ForeignKey("market.code"))
    language_code: Mapped[str | None] = mapped_column(ForeignKey("language.code"))
    surface_code: Mapped[str | None] = mapped_column(ForeignKey("surface.code"))
    policy_area_code: Mapped[str | None] = mapped_column(ForeignKey("policy_area.code"))
    likely: Mapped[float]
    low: Mapped[float | None]
    high: Mapped[float | None]
    # Violating share of the items, 0..1.
    prevalence: Mapped[float | None]
    grade: Mapped[Grade] = mapped_column(choice(Grade, "grade"))
    note: Mapped[str] = mapped_column(String(300), default="")


class LaunchRequirement(PartOfLaunch, Base):
    """A requirement a launch delivers; a `must` has to be accepted before go."""

    __tablename__ = "launch_requirement"
    __table_args__ = (UniqueConstraint("launch_id", "requirement_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), index=True)
    must: Mapped[bool] = mapped_column(default=True)


class LaunchMechanism(PartOfLaunch, Base):
    """A mechanism a launch leans on: in which role, at which stage, and what stands in for it."""

    __tablename__ = "launch_mechanism"
    __table_args__ = (UniqueConstraint("launch_id", "mechanism_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    mechanism_id: Mapped[int] = mapped_column(ForeignKey("mechanism.id"), index=True)
    role: Mapped[LinkRole] = mapped_column(choice(LinkRole, "role"))
    required_stage: Mapped[Stage] = mapped_column(choice(Stage, "required_stage"))
    from_phase: Mapped[int] = mapped_column(default=1)
    fallback_id: Mapped[int | None] = mapped_column(ForeignKey("mechanism.id"))
    # Automatic actions a week expected through this link.
    auto_actions_per_week: Mapped[float | None]

    targets: Mapped[list["LaunchTarget"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="LaunchTarget.id"
    )


class LaunchTarget(PartOfLaunch, Base):
    """What a mechanism must be proven to reach for this launch, sliced by which dimensions."""

    __tablename__ = "launch_target"
    __table_args__ = (
        UniqueConstraint("launch_mechanism_id", "metric"),
        CheckConstraint("target >= 0 AND target <= 1", name="target"),
        CheckConstraint("max_age_days > 0", name="age"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"), index=True)
    launch_mechanism_id: Mapped[int] = mapped_column(ForeignKey("launch_mechanism.id"))
    metric: Mapped[Metric] = mapped_column(choice(Metric, "metric"))
    target: Mapped[float]
    # Dimensions that must be sliced: some of market, language, surface, policy_area.
    dimensions: Mapped[list[Any]]
    max_age_days: Mapped[int]
    # Rare slices judged together: [{"name", "members": ["*/es/*/weapons"], "named_by": person id}].
    pools: Mapped[list[Any]] = mapped_column(default=list)


class TrainingNeed(PartOfLaunch, Base):
    """Heads that must be certified on the guideline in force; an empty dimension means any."""

    __tablename__ = "training_need"
    __table_args__ = (CheckConstraint("heads >= 0", name="heads"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"), index=True)
    market_code: Mapped[str | None] = mapped_column(ForeignKey("market.code"))
    language_code: Mapped[str | None] = mapped_column(ForeignKey("language.code"))
    surface_code: Mapped[str | None] = mapped_column(ForeignKey("surface.code"))
    policy_area_code: Mapped[str | None] = mapped_column(ForeignKey("policy_area.code"))
    heads: Mapped[int]
    from_phase: Mapped[int] = mapped_column(default=1)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class LaunchDependency(PartOfLaunch, Base):
    """A phase of another launch that must be live before this one goes."""

    __tablename__ = "launch_dependency"
    __table_args__ = (
        UniqueConstraint("launch_id", "depends_on_id"),
        CheckConstraint("launch_id <> depends_on_id", name="itself"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    depends_on_id: Mapped[int] = mapped_column(ForeignKey("launch.id"), index=True)
    # Position of the predecessor's phase; null means its last.
    phase_position: Mapped[int | None]
