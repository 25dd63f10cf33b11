"""Parts of the format: review groups, gate templates, and the gates of a launch with every vote."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from roadmap.exchange.workspace.fields import (
    Code,
    Count,
    Day,
    Email,
    Market,
    Moment,
    Name,
    Part,
    Positive,
    Text,
)
from roadmap.readiness.gate_rules import GateRule, Vote

Signed = Literal[
    "scope",
    "dates",
    "forecast",
    "mechanisms",
    "evidence",
    "policy",
    "capacity",
    "cost",
    "checklist",
]


class ReviewMemberPart(Part):
    """A person who may vote for the group."""

    refs: ClassVar = {"person": ("person_id", "person")}

    person: Email
    lead: bool = False


class ReviewTurnPart(Part):
    """Who takes what comes in during a week; any day of it."""

    refs: ClassVar = {"person": ("person_id", "person")}

    week: Day
    person: Email


class ReviewGroupPart(Part):
    """People who review launches for one concern; days are working days."""

    refs: ClassVar = {"market": ("market_code", "market")}
    apart: ClassVar = frozenset({"members", "turns"})

    code: Code
    name: Name
    time_zone: Annotated[str, Field(min_length=1, max_length=64)] = "UTC"
    # Its holidays stop the clocks.
    market: Market | None = None
    respond_days: Positive = 2
    resolve_days: Positive = 5
    active: bool = True
    members: list[ReviewMemberPart] = []
    turns: list[ReviewTurnPart] = []


class QuestionPart(Part):
    """A question to the owner, answered before the review."""

    code: Annotated[str, Field(min_length=1, max_length=40)]
    text: Annotated[str, Field(min_length=1, max_length=300)]
    optional: bool = False


class GateTemplatePart(Part):
    """A gate that new launches of some kinds get."""

    apart: ClassVar = frozenset({"groups", "questions"})
    lists: ClassVar = {"groups": "review_group"}

    code: Code
    name: Name
    position: Positive
    active: bool = True
    rule: Annotated[GateRule, Field(strict=False)]
    needed: Positive = 1
    groups: Annotated[list[Code], Field(min_length=1)]
    signs: list[Signed]
    types: list[Literal["M", "C", "S", "P", "V", "T", "W", "Q"]] = []
    regions: list[Annotated[str, Field(max_length=20)]] = []
    max_tier: Annotated[int, Field(ge=1, le=3)] = 2
    due_days: Count = 5
    self_certify: bool = False
    questions: list[QuestionPart] = []


class GateReviewPart(Part):
    """A group that reviews the gate, and who of it has the review."""

    refs: ClassVar = {
        "group": ("group_id", "review_group"),
        "assignee": ("assignee_id", "person"),
    }

    group: Code
    assignee: Email | None = None
    reminded_at: Moment | None = None
    escalated_at: Moment | None = None


class GateVotePart(Part):
    """One word on a gate; without group the owner's. An import only adds votes.

    ``signed`` is what an approval rests on: part, key, value, as an export writes it. An approval
    without it rests on nothing and is stale.
    """

    refs: ClassVar = {"group": ("group_id", "review_group"), "person": ("person_id", "person")}
    apart: ClassVar = frozenset({"signed"})

    group: Code | None = None
    person: Email
    vote: Annotated[Vote, Field(strict=False)]
    at: Moment
    note: Text = ""
    signed: dict[str, dict[str, Any]] = {}
    spot_check: bool = False


class GatePart(Part):
    """A gate of a launch, as it was when the launch got it."""

    refs: ClassVar = {"template": ("template_id", "gate_template")}
    apart: ClassVar = frozenset({"groups", "votes", "questions"})

    code: Code
    name: Name
    template: Code | None = None
    rule: Annotated[GateRule, Field(strict=False)]
    needed: Positive = 1
    signs: list[Signed]
    from_phase: Positive = 1
    due_days: Count = 5
    self_certify: bool = False
    questions: list[QuestionPart] = []
    # Code of a question -> the owner's words.
    answers: dict[str, str] = {}
    groups: list[GateReviewPart] = []
    votes: list[GateVotePart] = []
