"""Tables of frameworks and scores; a score keeps what it was computed from."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from roadmap.db import Base
from roadmap.history.capture import Recorded, added

DERIVED = {"derived": True}
PERSONAL = {"personal": True}


class Framework(Recorded, Base):
    """One version of a named scoring method; a change makes a new version."""

    __tablename__ = "framework"
    __table_args__ = (UniqueConstraint("code", "version"),)
    record_type: ClassVar[str] = "framework"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    method: Mapped[str] = mapped_column(String(40))
    expression: Mapped[str | None] = mapped_column(Text)
    # As definitions.criterion_data writes them, in order of display.
    criteria: Mapped[list[Any]]
    # Settings of the method, such as which published variant of ICE.
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    active: Mapped[bool] = mapped_column(default=True)
    # The one the backlog is ranked by; at most one row has it.
    ranks_backlog: Mapped[bool] = mapped_column(default=False)
    # When its stored scores and ranks were computed, and since when an input is newer than they.
    computed_at: Mapped[datetime | None] = mapped_column(info=DERIVED)
    outdated_since: Mapped[datetime | None] = mapped_column(info=DERIVED)
    # Counts the changes of its inputs: what was computed while it moved on is out of date.
    inputs_no: Mapped[int] = mapped_column(default=0, info=DERIVED)
    # What its pages say in one sentence, as standing.Standing writes it.
    standing: Mapped[dict[str, Any]] = mapped_column(default=dict, deferred=True, info=DERIVED)


class ScoreEntry(Recorded, Base):
    """One scorer's inputs for one requirement in one framework."""

    __tablename__ = "score_entry"
    __table_args__ = (UniqueConstraint("requirement_id", "framework_code", "scorer_id"),)
    record_type: ClassVar[str] = "requirement"
    record_key: ClassVar[str] = "requirement_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    framework_code: Mapped[str] = mapped_column(String(40))
    scorer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # criterion -> number, the likely value
    inputs: Mapped[dict[str, Any]]
    # criterion -> [low, high] around the likely value, where the scorer gave them
    ranges: Mapped[dict[str, Any]] = mapped_column(default=dict, info=added({}))
    updated_at: Mapped[datetime]


class Score(Base):
    """What a framework computes for a requirement; the history tells only its inputs."""

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("requirement_id", "framework_id"),
        Index("ix_score_framework_rank", "framework_id", "rank"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Of a requirement and a framework, which are never deleted: checking it for each row would
    # cost a fifth of a new ranking.
    requirement_id: Mapped[int]
    framework_id: Mapped[int]
    # Null with `missing` or `error` saying why.
    value: Mapped[float | None]
    inputs: Mapped[dict[str, Any]]
    # criterion -> [lowest, highest] where scorers differ.
    spread: Mapped[dict[str, Any]]
    # criterion -> [low, high] the ranking is tried with, from scorers' ranges and their spread.
    uncertainty: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    # normalised parts of the weighted method.
    parts: Mapped[dict[str, Any]]
    missing: Mapped[list[Any]]
    error: Mapped[str | None] = mapped_column(String(300))
    # Digest of the set a weighted score was normalised over.
    set_digest: Mapped[str | None] = mapped_column(String(64))
    set_size: Mapped[int | None]
    # criterion -> [lowest, highest] of the set, and remarks on the normalisation.
    ranges: Mapped[dict[str, Any]]
    notes: Mapped[list[Any]]
    computed_at: Mapped[datetime]
    # Its place in the backlog by this framework; null for what is unscored or not in the backlog.
    rank: Mapped[int | None]
    effective: Mapped[float | None]
    # The requirement it was lifted to, and the score set by hand that stood for its own.
    lifted_by: Mapped[int | None]
    overridden: Mapped[float | None]
    # Whether it fits the capacity of its teams: fitting.Fits, and the teams that stop it.
    fit: Mapped[str | None] = mapped_column(String(20))
    stops: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    # [share of draws in the top, best, worst place of 90 % of draws], for the first places.
    band: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")


class ScoreOverride(Recorded, Base):
    """A score a manager set by hand over the computed one, with the reason, until a day."""

    __tablename__ = "score_override"
    __table_args__ = (
        Index("ix_score_override_live", "framework_code", "withdrawn_at", "expires_on"),
    )
    record_type: ClassVar[str] = "requirement"
    record_key: ClassVar[str] = "requirement_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), index=True)
    framework_code: Mapped[str] = mapped_column(String(40))
    value: Mapped[float]
    reason: Mapped[str] = mapped_column(Text, info=PERSONAL)
    # The last day it counts.
    expires_on: Mapped[date]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class TeamCapacity(Recorded, Base):
    """How many weeks of one person a team has for the backlog; the cut line by team reads it."""

    __tablename__ = "team_capacity"
    __table_args__ = (CheckConstraint("weeks >= 0", name="weeks"),)
    record_type: ClassVar[str] = "team"
    record_key: ClassVar[str] = "team_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), unique=True)
    weeks: Mapped[float]


class Baseline(Recorded, Base):
    """A ranking frozen under a name, to compare a later one with."""

    __tablename__ = "baseline"
    record_type: ClassVar[str] = "baseline"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    note: Mapped[str] = mapped_column(Text, default="")
    framework_id: Mapped[int] = mapped_column(ForeignKey("framework.id"))
    taken_at: Mapped[datetime]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    rows: Mapped[int]
    # Digest of its rows: a baseline that was touched shows.
    digest: Mapped[str] = mapped_column(String(64))


class BaselineRow(Base):
    """One place of a frozen ranking; written once with its baseline, which holds the digest."""

    __tablename__ = "baseline_row"

    baseline_id: Mapped[int] = mapped_column(ForeignKey("baseline.id"), primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), primary_key=True)
    # Null for one that was unscored then.
    rank: Mapped[int | None]
    score: Mapped[float | None]
    effective_score: Mapped[float | None]
