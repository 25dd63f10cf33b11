"""The table of decisions that another roadmap recorded and a workspace file brought here."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from roadmap.db import Base, choice
from roadmap.launches.models import PartOfLaunch
from roadmap.readiness.decision_rules import DecisionKind


class ElsewhereDecision(PartOfLaunch, Base):
    """A decision as another history sealed it. It lets nothing go live here; never changed.

    The digests and the seal are that history's: this one can show them, and proves nothing by them.
    """

    __tablename__ = "decision_elsewhere"
    __table_args__ = (Index("ix_decision_elsewhere_launch", "launch_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    phase_position: Mapped[int]
    kind: Mapped[DecisionKind] = mapped_column(choice(DecisionKind, "kind"))
    statement: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    expires_on: Mapped[date | None]
    review_on: Mapped[date | None]
    # The verdict it was taken on, there.
    word: Mapped[str] = mapped_column(String(20))
    rules_version: Mapped[str] = mapped_column(String(20))
    facts_digest: Mapped[str] = mapped_column(String(64))
    evidence_digest: Mapped[str] = mapped_column(String(64))
    seal_seq: Mapped[int | None]
    seal_hash: Mapped[str | None] = mapped_column(String(64))
    # Objects with person (an id), kind and note.
    voices: Mapped[list[Any]] = mapped_column(default=list)
    # Objects with text, owner (an id), due_on and item, the code of a checklist item.
    conditions: Mapped[list[Any]] = mapped_column(default=list)
