"""Tables of requirements, with what people said about them and which one waits for which."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roadmap import textsearch
from roadmap.db import Base, JsonValue, choice
from roadmap.history.capture import Recorded, added
from roadmap.keys import Keyed
from roadmap.requirements.questions import written
from roadmap.requirements.rules import (
    DatePrecision,
    OriginKind,
    RequirementKind,
    RequirementState,
    ScopeDimension,
    Severity,
)

PERSONAL = {"personal": True}
DERIVED = {"derived": True}


def _where_named(name: str, first: str, *others: str, unique: bool = False) -> Index:
    """Return an index of the rows that have the first column.

    Few do, and ranking the backlog again writes every row, and with it into each of its indexes.
    """
    has = text(f"{first} IS NOT NULL")
    return Index(name, first, *others, unique=unique, postgresql_where=has, sqlite_where=has)


class Requirement(Recorded, Keyed, Base):
    """A business need for a moderation tool, product, workflow, policy or automation."""

    __tablename__ = "requirement"
    __table_args__ = (
        CheckConstraint("weekly_volume >= 0", name="volume"),
        CheckConstraint("sellers_affected >= 0", name="sellers"),
        CheckConstraint("people_affected >= 0", name="people"),
        CheckConstraint("value_at_stake >= 0", name="value"),
        # One index for each sort the list offers; the key breaks ties, so pages never overlap.
        Index("ix_requirement_state_effective", "state", "effective_score", "id"),
        Index("ix_requirement_state_created", "state", "created_at", "id"),
        Index("ix_requirement_effective", "effective_score", "id"),
        Index("ix_requirement_rank", "rank", "id"),
        Index("ix_requirement_created", "created_at", "id"),
        Index("ix_requirement_updated", "updated_at", "id"),
        Index("ix_requirement_needed", "needed_by", "id"),
        Index("ix_requirement_title", "title", "id"),
        Index("ix_requirement_team_effective", "team_id", "effective_score", "id"),
        Index("ix_requirement_requester", "requester_id", "id"),
        Index("ix_requirement_decided", "decided_at"),
        _where_named("ix_requirement_snoozed_for", "snoozed_for"),
        _where_named("ix_requirement_duplicate_of_id", "duplicate_of_id"),
        # A source names each of its items once.
        _where_named("uq_requirement_source", "source", "source_key", unique=True),
    )
    record_type: ClassVar[str] = "requirement"
    key_prefix = "REQ"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(300))
    problem: Mapped[str] = mapped_column(Text, info=PERSONAL)
    outcome: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    kind: Mapped[RequirementKind] = mapped_column(choice(RequirementKind, "kind"))
    # Only a problem report has a severity and people affected.
    severity: Mapped[Severity | None] = mapped_column(choice(Severity, "severity"))
    people_affected: Mapped[int | None]
    weekly_volume: Mapped[int | None]
    sellers_affected: Mapped[int | None]
    # Minor units of `currency`.
    value_at_stake: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
    # question code -> answer: what its kind asks beyond the fields everybody fills in.
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict, info=added({}, personal=True))
    # Objects with `label` and `url`.
    links: Mapped[list[Any]] = mapped_column(default=list)
    needed_by: Mapped[date | None]
    needed_by_precision: Mapped[DatePrecision] = mapped_column(
        choice(DatePrecision, "precision"), default=DatePrecision.DAY
    )
    needed_by_reason: Mapped[str] = mapped_column(String(500), default="")
    regulation: Mapped[str] = mapped_column(String(200), default="")
    requester_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Who typed it in, where that is not the requester.
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=added())
    # The team that asks.
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    state: Mapped[RequirementState] = mapped_column(choice(RequirementState, "state"))
    # The why of the last move, as the requester reads it.
    state_reason: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    state_changed_at: Mapped[datetime]
    state_changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Since when the requester owes an answer; an answer or a move clears it.
    asked_at: Mapped[datetime | None]
    # Working seconds in which triage did not owe the next step, in all: the requester was asked, it
    # slept, or it had been decided and was reopened. Nobody here waited then.
    paused_seconds: Mapped[int] = mapped_column(default=0, info=added(0))
    # When triage last decided, and the working seconds it had waited until then.
    decided_at: Mapped[datetime | None] = mapped_column(info=added())
    waited_seconds: Mapped[int | None] = mapped_column(info=added())
    # When the requester hears next.
    next_word_on: Mapped[date | None]
    snoozed_until: Mapped[date | None]
    # The event a snoozed one waits for, as `REQ-12 delivered` or `LCH-4 live`.
    snoozed_for: Mapped[str | None] = mapped_column(String(40), info=added())
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("requirement.id"))
    # Where an imported one came from: source and key there, so that a second import finds it.
    source: Mapped[str | None] = mapped_column(String(120))
    source_key: Mapped[str | None] = mapped_column(String(200))
    # Columns of the source that have no place here, kept as they were.
    source_data: Mapped[dict[str, Any] | None] = mapped_column(info=PERSONAL)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    # Written by scoring, so that lists sort by them; null is unscored, never 0.
    score: Mapped[float | None] = mapped_column(info=DERIVED)
    effective_score: Mapped[float | None] = mapped_column(info=DERIVED)
    rank: Mapped[int | None] = mapped_column(info=DERIVED)
    # What the last move replaced, so that it can be undone exactly.
    before_move: Mapped[dict[str, Any] | None] = mapped_column(JsonValue, info=DERIVED | PERSONAL)
    # Title, problem and written answers as search compares them.
    search_text: Mapped[str] = mapped_column(Text, default="", info=DERIVED | PERSONAL)
    version: Mapped[int] = mapped_column(info=DERIVED)

    criteria: Mapped[list["AcceptanceCriterion"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="AcceptanceCriterion.position"
    )
    scope: Mapped[list["RequirementScope"]] = relationship(
        lazy="raise",
        cascade="all, delete-orphan",
        order_by="RequirementScope.dimension, RequirementScope.code",
    )
    efforts: Mapped[list["RequirementEffort"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="RequirementEffort.team_id"
    )

    __mapper_args__ = {"version_id_col": version}


def _keep_searchable(_mapper: object, _connection: object, row: Requirement) -> None:
    texts = [row.title, row.problem, *written(row.answers)]
    row.search_text = textsearch.normal("\n".join(texts))


event.listen(Requirement, "before_insert", _keep_searchable)
event.listen(Requirement, "before_update", _keep_searchable)


class AcceptanceCriterion(Recorded, Base):
    """One condition under which the requester calls the requirement met."""

    __tablename__ = "acceptance_criterion"
    record_type: ClassVar[str] = "requirement"
    record_key: ClassVar[str] = "requirement_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class RequirementScope(Recorded, Base):
    """One market, language, surface or policy area a requirement is about."""

    __tablename__ = "requirement_scope"
    __table_args__ = (
        UniqueConstraint("requirement_id", "dimension", "code"),
        Index("ix_requirement_scope_code", "dimension", "code", "requirement_id"),
    )
    record_type: ClassVar[str] = "requirement"
    record_key: ClassVar[str] = "requirement_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    dimension: Mapped[ScopeDimension] = mapped_column(choice(ScopeDimension, "dimension"))
    code: Mapped[str] = mapped_column(String(40))


class RequirementEffort(Recorded, Base):
    """What a requirement costs one team, in weeks of one person."""

    __tablename__ = "requirement_effort"
    __table_args__ = (
        UniqueConstraint("requirement_id", "team_id"),
        CheckConstraint("weeks > 0", name="weeks"),
        Index("ix_requirement_effort_team", "team_id"),
    )
    record_type: ClassVar[str] = "requirement"
    record_key: ClassVar[str] = "requirement_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    weeks: Mapped[float]


class RequirementSupport(Recorded, Base):
    """Support of one person, or of a team somebody speaks for; ``came_from_id`` remembers a merge.

    Without a person it is a team's, entered by a manager who names where it was said.
    """

    __tablename__ = "requirement_support"
    __table_args__ = (
        UniqueConstraint("requirement_id", "person_id"),
        CheckConstraint("weekly_volume >= 0", name="volume"),
        CheckConstraint("person_id IS NOT NULL OR team_id IS NOT NULL", name="whose"),
        CheckConstraint("entered_by_id IS NULL OR source <> ''", name="source"),
    )
    record_type: ClassVar[str] = "requirement"
    record_key: ClassVar[str] = "requirement_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    # The team it counts for: the one the supporter chose, else the supporter's only team.
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True, info=added())
    # Who entered it for somebody else, and where that was said: a meeting, a mail, a thread.
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=added())
    source: Mapped[str] = mapped_column(String(500), default="", info=added("", personal=True))
    reason: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    # Items a week it would save in this market.
    weekly_volume: Mapped[int | None]
    market: Mapped[str | None] = mapped_column(String(40), info=added())
    came_from_id: Mapped[int | None] = mapped_column(ForeignKey("requirement.id"))
    created_at: Mapped[datetime]


class RequirementComment(Recorded, Base):
    """Something a person said about a requirement."""

    __tablename__ = "requirement_comment"
    record_type: ClassVar[str] = "requirement"
    record_key: ClassVar[str] = "requirement_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    body: Mapped[str] = mapped_column(Text, info=PERSONAL)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]


class RequirementLink(Recorded, Base):
    """``blocker`` must come before ``blocked``."""

    __tablename__ = "requirement_link"
    __table_args__ = (
        UniqueConstraint("blocker_id", "blocked_id"),
        CheckConstraint("blocker_id <> blocked_id", name="itself"),
    )
    record_type: ClassVar[str] = "requirement"
    record_key: ClassVar[str] = "blocker_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    blocker_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    blocked_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), index=True)
    created_at: Mapped[datetime]


class RequirementOrigin(Recorded, Base):
    """The chat or mail a requirement was made from, as it was pasted."""

    __tablename__ = "requirement_origin"
    record_type: ClassVar[str] = "requirement"
    record_key: ClassVar[str] = "requirement_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), unique=True)
    kind: Mapped[OriginKind] = mapped_column(choice(OriginKind, "kind"))
    text: Mapped[str] = mapped_column(Text, info=PERSONAL)
    created_at: Mapped[datetime]


class Attachment(Recorded, Base):
    """A file kept with a requirement; its bytes lie in the instance folder under their digest."""

    __tablename__ = "attachment"
    __table_args__ = (CheckConstraint("size >= 0", name="size"),)
    record_type: ClassVar[str] = "requirement"
    record_key: ClassVar[str] = "requirement_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), index=True)
    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    media_type: Mapped[str] = mapped_column(String(100))
    # In bytes.
    size: Mapped[int]
    # SHA-256 of the content, in hexadecimal.
    digest: Mapped[str] = mapped_column(String(64), index=True)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    # Taken off the page; the row stays, so that the history can be read.
    removed_at: Mapped[datetime | None]


class RequirementDraft(Base):
    """What somebody typed and has not submitted: theirs alone, so the history does not tell it."""

    __tablename__ = "requirement_draft"
    __table_args__ = (Index("ix_requirement_draft_person", "person_id", "updated_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # field -> what was typed, as the form sends it
    typed: Mapped[dict[str, Any]]
    origin_kind: Mapped[OriginKind | None] = mapped_column(choice(OriginKind, "origin_kind"))
    origin_text: Mapped[str | None] = mapped_column(Text)
    # Objects with `name`, `media_type`, `size` and `digest`, as attachments have them.
    files: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class RequirementFieldValue(Recorded, Base):
    """What one requirement has in one of the fields admins defined; one column by kind is set."""

    __tablename__ = "requirement_field_value"
    __table_args__ = (
        UniqueConstraint("field_id", "requirement_id"),
        Index("ix_requirement_field_value_number", "field_id", "number", "requirement_id"),
        Index("ix_requirement_field_value_day", "field_id", "day", "requirement_id"),
        Index("ix_requirement_field_value_person", "field_id", "person_id", "requirement_id"),
        Index("ix_requirement_field_value_sort", "field_id", "sort_text", "requirement_id"),
        Index("ix_requirement_field_value_of", "requirement_id", "field_id"),
    )
    record_type: ClassVar[str] = "requirement"
    record_key: ClassVar[str] = "requirement_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    field_id: Mapped[int] = mapped_column(ForeignKey("custom_field.id"))
    # Text as typed, or the code of a choice.
    text: Mapped[str | None] = mapped_column(Text, info=PERSONAL)
    number: Mapped[float | None]
    day: Mapped[date | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # The start of the text as lists compare it.
    sort_text: Mapped[str | None] = mapped_column(String(400), info=DERIVED | PERSONAL)


class TriageTurn(Recorded, Base):
    """Who does triage in the week that starts on this Monday."""

    __tablename__ = "triage_turn"
    record_type: ClassVar[str] = "triage_turn"

    id: Mapped[int] = mapped_column(primary_key=True)
    week: Mapped[date] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
