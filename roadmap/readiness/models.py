"""Tables of readiness: checklist templates, a launch's items, waivers and stored verdicts."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roadmap.db import Base
from roadmap.history.capture import Recorded, added
from roadmap.launches.models import PartOfLaunch


class ChecklistTemplate(Recorded, Base):
    """One version of a named checklist; a change makes a new version."""

    __tablename__ = "checklist_template"
    __table_args__ = (UniqueConstraint("code", "version"),)
    record_type: ClassVar[str] = "checklist_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    # Only the active version of a code is given to new launches.
    active: Mapped[bool] = mapped_column(default=True)
    items: Mapped[list["TemplateItem"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="TemplateItem.position"
    )


class TemplateItem(Recorded, Base):
    """One prompt of a template and the launches it applies to."""

    __tablename__ = "template_item"
    __table_args__ = (
        UniqueConstraint("template_id", "code"),
        CheckConstraint("severity IN ('blocker', 'approvable', 'info')", name="severity"),
    )
    record_type: ClassVar[str] = "checklist_template"
    record_key: ClassVar[str] = "template_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("checklist_template.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(200), default="")
    # The source's text must be checked before it is quoted.
    check_source: Mapped[bool] = mapped_column(default=False)
    severity: Mapped[str] = mapped_column(String(20))
    # Launch types; empty means all.
    types: Mapped[list[Any]] = mapped_column(default=list)
    # Region codes (a market counts by its region or its own code); empty means everywhere.
    regions: Mapped[list[Any]] = mapped_column(default=list)
    # The lightest tier that still gets the item: 3 is every launch.
    max_tier: Mapped[int] = mapped_column(default=2)
    # Working days before the phase by which the answer is due.
    due_days: Mapped[int] = mapped_column(default=5)
    # The fact that answers it by itself: see `checks.checklist.BOUND_FACTS`.
    bound_to: Mapped[str | None] = mapped_column(String(40), info=added())
    # A standing attestation of the market and surface answers it.
    standing: Mapped[bool] = mapped_column(default=False, info=added(False))
    # Asked before the date is committed, not only before the phase.
    before_commit: Mapped[bool] = mapped_column(default=False, info=added(False))


class ChecklistItem(PartOfLaunch, Base):
    """One question a launch must answer; it stays as it was when the template changes."""

    __tablename__ = "checklist_item"
    __table_args__ = (
        UniqueConstraint("launch_id", "code"),
        CheckConstraint("severity IN ('blocker', 'approvable', 'info')", name="severity"),
        CheckConstraint("answer IN ('yes', 'no', 'not_applicable')", name="answer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    template_item_id: Mapped[int | None] = mapped_column(ForeignKey("template_item.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(200), default="")
    check_source: Mapped[bool] = mapped_column(default=False)
    severity: Mapped[str] = mapped_column(String(20))
    due_days: Mapped[int] = mapped_column(default=5)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    # Null is unanswered.
    answer: Mapped[str | None] = mapped_column(String(20))
    evidence: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    valid_until: Mapped[date | None]
    # What an imported sheet says of the item; shown, never an answer.
    claim: Mapped[str] = mapped_column(String(200), default="")
    # The phase from which it is asked: a condition of a go may bind only the next step.
    from_phase: Mapped[int] = mapped_column(default=1, info=added(1))
    bound_to: Mapped[str | None] = mapped_column(String(40), info=added())
    standing: Mapped[bool] = mapped_column(default=False, info=added(False))
    before_commit: Mapped[bool] = mapped_column(default=False, info=added(False))


class Waiver(PartOfLaunch, Base):
    """An approved, expiring exception to one failing approvable check of a launch."""

    __tablename__ = "waiver"
    __table_args__ = (
        Index("ix_waiver_launch", "launch_id"),
        CheckConstraint("approved_by IS NULL OR approved_by <> requested_by", name="four_eyes"),
        CheckConstraint("risk IN ('low', 'medium', 'high')", name="risk"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    check_code: Mapped[str] = mapped_column(String(40))
    # What of the check is waived: the subject its answer names.
    subject: Mapped[str] = mapped_column(String(160))
    reason: Mapped[str] = mapped_column(Text)
    risk_of_proceeding: Mapped[str] = mapped_column(Text)
    risk_of_not: Mapped[str] = mapped_column(Text)
    compensating: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    requested_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[datetime]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    expires_on: Mapped[date]
    # What it risks, for the register: low, medium or high; null where nobody said.
    risk: Mapped[str | None] = mapped_column(String(20), info=added())
    # The waiver it goes on from.
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("waiver.id"), info=added())
    # A file brought the approval of somebody who may not approve here: shown, never counted.
    claimed: Mapped[bool] = mapped_column(default=False, info=added(False))


class GapPlan(PartOfLaunch, Base):
    """Who closes a gap of a launch and by when, as promised."""

    __tablename__ = "gap_plan"
    __table_args__ = (UniqueConstraint("launch_id", "check_code", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    check_code: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(160))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    finish_on: Mapped[date | None]


class VerdictSnapshot(Base):
    """What verdicts rested on: part -> key -> value as `signed.parts` writes it, stored once."""

    __tablename__ = "verdict_snapshot"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    parts: Mapped[dict[str, Any]]


class UsualDuration(Base):
    """How long answers of a code have really stood open here, from stored verdicts."""

    __tablename__ = "usual_duration"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    # The median in calendar days, over how many that closed.
    days: Mapped[int]
    closed: Mapped[int]
    computed_at: Mapped[datetime]


class StoredVerdict(Base):
    """What readiness said of a launch from a moment on; ids and codes, never sentences."""

    __tablename__ = "verdict"
    __table_args__ = (Index("ix_verdict_launch_at", "launch_id", "evaluated_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    phase_position: Mapped[int | None]
    evaluated_at: Mapped[datetime]
    word: Mapped[str] = mapped_column(String(20))
    outlook: Mapped[str] = mapped_column(String(20))
    rules_version: Mapped[str] = mapped_column(String(20))
    facts_digest: Mapped[str] = mapped_column(String(64))
    # The answers that do not pass, as readiness.verdict writes them.
    reasons: Mapped[list[Any]]
    answered: Mapped[int]
    needed: Mapped[int]
    borrowed: Mapped[int] = mapped_column(default=0)
    # The facts it rests on in short, for as-of views; null for verdicts older than snapshots.
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("verdict_snapshot.id"))


class CurrentVerdict(Base):
    """The newest verdict of a launch and whether it may still be shown."""

    __tablename__ = "verdict_current"
    __table_args__ = (Index("ix_verdict_current_due", "outdated", "valid_until"),)

    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"), primary_key=True)
    verdict_id: Mapped[int | None] = mapped_column(ForeignKey("verdict.id"))
    evaluated_at: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    # Set in the transaction that changes an input; a board never shows an outdated truth.
    outdated: Mapped[bool] = mapped_column(default=True)
