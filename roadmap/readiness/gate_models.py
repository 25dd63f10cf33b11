"""Tables of gates: who reviews, which launches get which gate, and every vote ever given."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roadmap.db import Base, choice
from roadmap.history.capture import Recorded, added
from roadmap.launches.models import PartOfLaunch
from roadmap.readiness.gate_rules import GateRule, Vote


class ReviewGroup(Recorded, Base):
    """People who review launches for one concern, with their working days and their clocks."""

    __tablename__ = "review_group"
    __table_args__ = (
        CheckConstraint("respond_days > 0", name="respond"),
        CheckConstraint("resolve_days >= respond_days", name="resolve"),
    )
    record_type: ClassVar[str] = "review_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    # Working days run in this zone and skip the holidays of this market.
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    market_code: Mapped[str | None] = mapped_column(ForeignKey("market.code"))
    # Working days until the first word, and until the decision.
    respond_days: Mapped[int] = mapped_column(default=2)
    resolve_days: Mapped[int] = mapped_column(default=5)
    active: Mapped[bool] = mapped_column(default=True)
    members: Mapped[list["ReviewMember"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="ReviewMember.person_id"
    )
    turns: Mapped[list["ReviewTurn"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="ReviewTurn.week"
    )


class _PartOfGroup(Recorded):
    """A row whose changes are told in its group's history."""

    record_type: ClassVar[str] = "review_group"
    record_key: ClassVar[str] = "group_id"


class ReviewMember(_PartOfGroup, Base):
    """One person who may vote for a group; a lead hears of what is overdue."""

    __tablename__ = "review_member"
    __table_args__ = (UniqueConstraint("group_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("review_group.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    lead: Mapped[bool] = mapped_column(default=False)


class ReviewTurn(_PartOfGroup, Base):
    """Who of a group takes what comes in during one week."""

    __tablename__ = "review_turn"
    __table_args__ = (UniqueConstraint("group_id", "week"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("review_group.id"))
    # The Monday of the week.
    week: Mapped[date]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class GateTemplate(Recorded, Base):
    """A gate that launches of some kinds must pass; a change touches new launches only."""

    __tablename__ = "gate_template"
    __table_args__ = (CheckConstraint("needed > 0", name="needed"),)
    record_type: ClassVar[str] = "gate_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
    rule: Mapped[GateRule] = mapped_column(choice(GateRule, "rule"))
    # How many groups must approve under `n_of`.
    needed: Mapped[int] = mapped_column(default=1)
    # Ids of the review groups.
    groups: Mapped[list[Any]] = mapped_column(default=list)
    # Parts of the facts it signs: see `signed.PARTS`.
    signs: Mapped[list[Any]] = mapped_column(default=list)
    # Launch types, and regions or markets; empty means all.
    types: Mapped[list[Any]] = mapped_column(default=list)
    regions: Mapped[list[Any]] = mapped_column(default=list)
    # The lightest tier that still gets the gate: 3 is every launch.
    max_tier: Mapped[int] = mapped_column(default=2)
    # Working days before the phase by which it must be signed.
    due_days: Mapped[int] = mapped_column(default=5)
    # The owner may certify it alone; some are checked later.
    self_certify: Mapped[bool] = mapped_column(default=False)
    # What the owner answers before asking for the review: [{"code", "text"}].
    questions: Mapped[list[Any]] = mapped_column(default=list)


class Gate(PartOfLaunch, Base):
    """One gate of one launch, as it was when the launch got it."""

    __tablename__ = "gate"
    __table_args__ = (
        UniqueConstraint("launch_id", "code"),
        CheckConstraint("needed > 0", name="needed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    template_id: Mapped[int | None] = mapped_column(ForeignKey("gate_template.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[int]
    rule: Mapped[GateRule] = mapped_column(choice(GateRule, "rule"))
    needed: Mapped[int] = mapped_column(default=1)
    signs: Mapped[list[Any]] = mapped_column(default=list)
    from_phase: Mapped[int] = mapped_column(default=1)
    due_days: Mapped[int] = mapped_column(default=5)
    self_certify: Mapped[bool] = mapped_column(default=False)
    questions: Mapped[list[Any]] = mapped_column(default=list)
    # Code of a question -> the owner's words.
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reviews: Mapped[list["GateReview"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="GateReview.group_id"
    )


class GateReview(PartOfLaunch, Base):
    """One group's part in a gate: who has it, and what was sent when it was overdue."""

    __tablename__ = "gate_review"
    __table_args__ = (
        UniqueConstraint("gate_id", "group_id"),
        Index("ix_gate_review_assignee", "assignee_id", "launch_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"), index=True)
    gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("review_group.id"), index=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Sent once for each request: cleared when a new review is asked for.
    reminded_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    # Follow from the votes: since when the group's word is awaited, and whether the owner has the
    # ball meanwhile. None: nothing is awaited.
    asked_at: Mapped[datetime | None] = mapped_column(info={"derived": True})
    paused: Mapped[bool] = mapped_column(default=False, info={"derived": True})


class GateVote(PartOfLaunch, Base):
    """One word of one person on a gate. Rows are appended, never changed: triggers refuse it."""

    __tablename__ = "gate_vote"
    __table_args__ = (Index("ix_gate_vote_gate", "gate_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"), index=True)
    gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id"))
    # None where the owner speaks: asks for the review, answers, or certifies alone.
    group_id: Mapped[int | None] = mapped_column(ForeignKey("review_group.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    vote: Mapped[Vote] = mapped_column(choice(Vote, "vote"))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text, default="")
    # What the vote rests on: part -> key -> value, as `signed.parts` writes it.
    signed: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Chosen to be looked at again by the group, where the owner certified alone.
    spot_check: Mapped[bool] = mapped_column(default=False)
    # A denial whose author cannot sign in any more, now this person's; and who named them.
    takes_over_id: Mapped[int | None] = mapped_column(ForeignKey("gate_vote.id"), info=added())
    named_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=added())
