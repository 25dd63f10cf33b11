"""Tables of frameworks and scores; a score keeps what it was computed from."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from roadmap.db import Base
from roadmap.history.capture import Recorded


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


class ScoreEntry(Recorded, Base):
    """One scorer's inputs for one requirement in one framework."""

    __tablename__ = "score_entry"
    __table_args__ = (UniqueConstraint("requirement_id", "framework_code", "scorer_id"),)
    record_type: ClassVar[str] = "requirement"

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    framework_code: Mapped[str] = mapped_column(String(40))
    scorer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # criterion -> number
    inputs: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]

    @property
    def history_id(self) -> int:
        return self.requirement_id


class Score(Base):
    """What a framework computes for a requirement; the history tells only its inputs."""

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("requirement_id", "framework_id"),
        Index("ix_score_framework_value", "framework_id", "value"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    framework_id: Mapped[int] = mapped_column(ForeignKey("framework.id"))
    # Null with `missing` or `error` saying why.
    value: Mapped[float | None]
    inputs: Mapped[dict[str, Any]]
    # criterion -> [lowest, highest] where scorers differ.
    spread: Mapped[dict[str, Any]]
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
