"""Tables of what people attest again: standing attestations, weekly words, template choices."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from roadmap.db import Base
from roadmap.history.capture import Recorded, added
from roadmap.launches.models import PartOfLaunch


class StandingAttestation(Recorded, Base):
    """An answer that holds for a market and a surface, whichever launch asks, until it lapses."""

    __tablename__ = "standing_attestation"
    __table_args__ = (
        Index("ix_standing_attestation_place", "market_code", "surface_code", "item_code"),
    )
    record_type: ClassVar[str] = "standing_attestation"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Code of the template item it answers with yes.
    item_code: Mapped[str] = mapped_column(String(60))
    market_code: Mapped[str] = mapped_column(ForeignKey("market.code"))
    surface_code: Mapped[str] = mapped_column(ForeignKey("surface.code"))
    evidence: Mapped[str] = mapped_column(Text)
    attested_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    attested_at: Mapped[datetime]
    # Its last day, at most 12 months on.
    valid_until: Mapped[date]
    withdrawn_at: Mapped[datetime | None]
    # A file brought it of somebody who may not attest here: shown, never inherited.
    claimed: Mapped[bool] = mapped_column(default=False, info=added(False))


class WeeklyWord(PartOfLaunch, Base):
    """The owner said in a week before the phase that what the launch rests on still holds."""

    __tablename__ = "weekly_word"
    __table_args__ = (UniqueConstraint("launch_id", "week"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    # The Monday of the week.
    week: Mapped[date]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text, default="")


class FreshnessStep(PartOfLaunch, Base):
    """What followed weeks without a word: told once each."""

    __tablename__ = "freshness_step"
    __table_args__ = (
        UniqueConstraint("launch_id", "week", "step"),
        CheckConstraint("step IN ('asked', 'escalated', 'uncommitted')", name="step"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    week: Mapped[date]
    step: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    # Ids of the people it was escalated to.
    told_to: Mapped[list[Any]] = mapped_column(default=list, info=added([]))


class TemplateChoice(PartOfLaunch, Base):
    """A running launch took a newer checklist, or keeps its own with a reason."""

    __tablename__ = "template_choice"
    __table_args__ = (
        UniqueConstraint("launch_id", "template_id"),
        CheckConstraint("choice IN ('taken', 'kept')", name="choice"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    template_id: Mapped[int] = mapped_column(ForeignKey("checklist_template.id"))
    choice: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
