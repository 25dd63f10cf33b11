"""Parts of the format: requirements with their scores, supporters and comments."""

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from roadmap.exchange.workspace import forms
from roadmap.exchange.workspace.fields import (
    Code,
    Count,
    Currency,
    Day,
    Email,
    Language,
    Line,
    Long,
    Market,
    Moment,
    Number,
    Part,
    RequirementKey,
    Short,
    Text,
    Title,
    Words,
)
from roadmap.requirements.rules import (
    DatePrecision,
    OriginKind,
    RequirementKind,
    RequirementState,
    Severity,
)
from roadmap.requirements.waiting import monday

Awaited = Annotated[str, Field(pattern=r"^(REQ|LCH)-[1-9][0-9]{0,8} [a-z][a-z ]{1,20}$")]
Week = Annotated[Day, AfterValidator(monday)]


class TriageTurnPart(Part):
    """Who does triage in the week of a day."""

    refs: ClassVar = {"person": ("person_id", "person")}

    week: Week
    person: Email


class LinkPart(Part):
    """An address that shows more."""

    label: Line = ""
    url: Annotated[str, Field(min_length=1, max_length=2000)]


class CriterionPart(Part):
    """One acceptance criterion; accepted when both by whom and when are known."""

    refs: ClassVar = {"accepted_by": ("accepted_by", "person")}

    text: Words
    accepted_at: Moment | None = None
    accepted_by: Email | None = None


class EffortPart(Part):
    """What the requirement costs one team, in weeks of one person."""

    refs: ClassVar = {"team": ("team_id", "team")}

    team: Code
    weeks: Annotated[float, Field(gt=0, le=10_000)]


class SupportPart(Part):
    """One person's support, or a team's as a whole; what another entered names its source."""

    refs: ClassVar = {
        "person": ("person_id", "person"),
        "team": ("team_id", "team"),
        "entered_by": ("entered_by_id", "person"),
        "market": ("market", "market"),
        "came_from": ("came_from_id", "requirement"),
    }
    kept: ClassVar = frozenset({"created_at"})

    person: Email | None = None
    # The team it counts for; left out, the person's first.
    team: Code | None = None
    entered_by: Email | None = None
    source: Long = ""
    reason: Text = ""
    weekly_volume: Count | None = None
    market: Market | None = None
    came_from: RequirementKey | None = None
    created_at: Moment | None = None


class CommentPart(Part):
    """Something a person said."""

    refs: ClassVar = {"author": ("author_id", "person")}

    author: Email | None = None
    body: Words
    created_at: Moment
    edited_at: Moment | None = None


class OriginPart(Part):
    """The chat or mail the requirement was made from."""

    kept: ClassVar = frozenset({"created_at"})

    kind: Annotated[OriginKind, Field(strict=False)]
    text: Words
    created_at: Moment | None = None


class FilePart(Part):
    """A file by its name and digest; its bytes lie in the instance folder and travel apart."""

    refs: ClassVar = {"uploaded_by": ("uploaded_by_id", "person")}
    # Stored as the column `digest`.
    apart: ClassVar = frozenset({"sha256"})

    name: Annotated[str, Field(min_length=1, max_length=150)]
    media_type: Annotated[str, Field(max_length=100)]
    # In bytes.
    size: Count
    sha256: Annotated[str, Field(pattern=forms.DIGEST, min_length=64, max_length=64)]
    uploaded_by: Email | None = None
    created_at: Moment
    # Taken off the page since then.
    removed_at: Moment | None = None


class PrerequisitePart(Part):
    """A requirement that must come before."""

    refs: ClassVar = {"requirement": ("blocker_id", "requirement")}
    kept: ClassVar = frozenset({"created_at"})

    requirement: RequirementKey
    created_at: Moment | None = None


class ScorePart(Part):
    """One scorer's inputs in one framework: criterion to number."""

    refs: ClassVar = {
        "framework": ("framework_code", "framework"),
        "scorer": ("scorer_id", "person"),
    }
    kept: ClassVar = frozenset({"updated_at"})

    framework: Code
    scorer: Email | None = None
    inputs: dict[str, Number]
    # criterion -> lowest and highest around its number
    ranges: dict[str, Annotated[list[Number], Field(min_length=2, max_length=2)]] = {}
    updated_at: Moment | None = None


class RequirementPart(Part):
    """A business need."""

    refs: ClassVar = {
        "requester": ("requester_id", "person"),
        "submitted_by": ("submitted_by_id", "person"),
        "team": ("team_id", "team"),
        "state_changed_by": ("state_changed_by", "person"),
        "duplicate_of": ("duplicate_of_id", "requirement"),
    }
    lists: ClassVar = {
        "markets": "market",
        "languages": "language",
        "surfaces": "surface",
        "policy_areas": "policy_area",
    }
    apart: ClassVar = frozenset(
        {
            "key",
            "fields",
            "markets",
            "languages",
            "surfaces",
            "policy_areas",
            "criteria",
            "efforts",
            "prerequisites",
            "supporters",
            "comments",
            "scores",
            "origin",
            "files",
        }
    )
    kept: ClassVar = frozenset({"state_changed_at", "created_at", "updated_at"})

    key: RequirementKey
    title: Title
    problem: Text
    outcome: Text = ""
    kind: Annotated[RequirementKind, Field(strict=False)]
    severity: Annotated[Severity, Field(strict=False)] | None = None
    people_affected: Count | None = None
    weekly_volume: Count | None = None
    sellers_affected: Count | None = None
    # Minor units of the currency.
    value_at_stake: Annotated[int, Field(ge=0, le=10**15)] | None = None
    currency: Currency | None = None
    # What its kind is asked, by the code of the question.
    answers: dict[str, Annotated[int, Field(ge=0, le=2_000_000_000)] | Text] = {}
    links: list[LinkPart] = []
    needed_by: Day | None = None
    needed_by_precision: Annotated[DatePrecision, Field(strict=False)] = DatePrecision.DAY
    needed_by_reason: Long = ""
    regulation: Line = ""
    requester: Email | None = None
    # Who typed it in, where that is not the requester.
    submitted_by: Email | None = None
    team: Code | None = None
    state: Annotated[RequirementState, Field(strict=False)]
    state_reason: Text = ""
    state_changed_at: Moment | None = None
    state_changed_by: Email | None = None
    asked_at: Moment | None = None
    next_word_on: Day | None = None
    # Working seconds in which triage did not owe the next step.
    paused_seconds: Count = 0
    decided_at: Moment | None = None
    waited_seconds: Count | None = None
    snoozed_until: Day | None = None
    snoozed_for: Awaited | None = None
    duplicate_of: RequirementKey | None = None
    source: Short | None = None
    source_key: Line | None = None
    source_data: dict[str, Any] | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    # What it holds in fields admins defined, by their code: a number, else a text, a choice's code,
    # a day as 2027-03-01, a person's e-mail address.
    fields: dict[str, float | Line] = {}
    markets: list[Market] = []
    languages: list[Language] = []
    surfaces: list[Code] = []
    policy_areas: list[Code] = []
    criteria: list[CriterionPart] = []
    efforts: list[EffortPart] = []
    prerequisites: list[PrerequisitePart] = []
    supporters: list[SupportPart] = []
    comments: list[CommentPart] = []
    scores: list[ScorePart] = []
    origin: OriginPart | None = None
    files: list[FilePart] = []
