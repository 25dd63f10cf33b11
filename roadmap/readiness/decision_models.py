"""Tables of decisions and of what is watched after them: guard metrics in hypercare."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roadmap.db import Base, choice
from roadmap.launches.models import PartOfLaunch
from roadmap.readiness.decision_rules import AnswerKind, DecisionKind, VoiceKind


class Decision(PartOfLaunch, Base):
    """Go or not, by named people, frozen with its evidence. Never changed: triggers refuse it."""

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_launch", "launch_id", "id"),
        CheckConstraint(
            "kind <> 'emergency_go' OR (expires_on IS NOT NULL AND review_on IS NOT NULL)",
            name="emergency",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    phase_position: Mapped[int]
    kind: Mapped[DecisionKind] = mapped_column(choice(DecisionKind, "kind"))
    statement: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    expires_on: Mapped[date | None]
    review_on: Mapped[date | None]
    # The verdict it was taken on; the word stays even when later verdicts differ.
    word: Mapped[str] = mapped_column(String(20))
    rules_version: Mapped[str] = mapped_column(String(20))
    facts_digest: Mapped[str] = mapped_column(String(64))
    # Answers, parts, votes and waivers of that moment as codes and ids, and their SHA-256.
    evidence: Mapped[dict[str, Any]]
    evidence_digest: Mapped[str] = mapped_column(String(64))
    # Head of the sealed history when it was taken; null where nothing was sealed yet.
    seal_seq: Mapped[int | None]
    seal_hash: Mapped[str | None] = mapped_column(String(64))

    voices: Mapped[list["DecisionVoice"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="DecisionVoice.id"
    )
    conditions: Mapped[list["DecisionCondition"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="DecisionCondition.id"
    )


class DecisionVoice(PartOfLaunch, Base):
    """Who decided, and who disagreed, in their words."""

    __tablename__ = "decision_voice"
    __table_args__ = (UniqueConstraint("decision_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"), index=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[VoiceKind] = mapped_column(choice(VoiceKind, "kind"))
    note: Mapped[str] = mapped_column(Text, default="")


class DecisionAnswer(PartOfLaunch, Base):
    """What somebody named in a decision says to it. Rows are appended: triggers refuse changes."""

    __tablename__ = "decision_answer"
    __table_args__ = (Index("ix_decision_answer_decision", "decision_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"), index=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[AnswerKind] = mapped_column(choice(AnswerKind, "answer"))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    # Ids of the people a contest is told to, beside the launch's owner.
    told_to: Mapped[list[Any]] = mapped_column(default=list)


class DecisionCondition(PartOfLaunch, Base):
    """What a conditional go asks for; its checklist item says whether it is met."""

    __tablename__ = "decision_condition"

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"), index=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date]
    checklist_item_id: Mapped[int] = mapped_column(ForeignKey("checklist_item.id"))


class Hypercare(PartOfLaunch, Base):
    """The watched days of a phase after it went live."""

    __tablename__ = "hypercare"
    __table_args__ = (UniqueConstraint("launch_id", "phase_position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    phase_position: Mapped[int]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Its last day; null until the phase goes live, `days` after which it ends.
    until: Mapped[date | None]
    days: Mapped[int] = mapped_column(default=14)


class Guard(PartOfLaunch, Base):
    """A metric watched in hypercare and the limit it must keep."""

    __tablename__ = "guard"
    __table_args__ = (
        UniqueConstraint("launch_id", "phase_position", "name"),
        CheckConstraint("max_age_hours > 0", name="age"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    phase_position: Mapped[int]
    name: Mapped[str] = mapped_column(String(160))
    unit: Mapped[str] = mapped_column(String(40), default="")
    limit: Mapped[float]
    # Breached below the limit instead of above it.
    floor: Mapped[bool] = mapped_column(default=False)
    max_age_hours: Mapped[float] = mapped_column(default=24.0)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class GuardReading(PartOfLaunch, Base):
    """One reading of a guard metric. Rows are appended, never changed: triggers refuse it."""

    __tablename__ = "guard_reading"
    __table_args__ = (Index("ix_guard_reading_guard", "guard_id", "observed_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"), index=True)
    guard_id: Mapped[int] = mapped_column(ForeignKey("guard.id"))
    value: Mapped[float]
    observed_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(String(300), default="")
