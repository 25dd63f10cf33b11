"""Parts of the format: capacity of teams, scores set by hand, frozen rankings."""

from typing import Annotated, ClassVar

from pydantic import Field

from roadmap.exchange.workspace.fields import (
    Code,
    Count,
    Day,
    Email,
    Moment,
    Name,
    Number,
    Part,
    RequirementKey,
    Text,
    Versioned,
    Words,
)


class CapacityPart(Part):
    """The weeks of one person that a team has for the backlog."""

    refs: ClassVar = {"team": ("team_id", "team")}

    team: Code
    weeks: Annotated[float, Field(ge=0, le=100_000)]


class OverridePart(Part):
    """A score set by hand over the computed one, with its reason, until a day."""

    refs: ClassVar = {
        "requirement": ("requirement_id", "requirement"),
        "framework": ("framework_code", "framework"),
        "by": ("created_by_id", "person"),
    }

    requirement: RequirementKey
    framework: Code
    value: Number
    reason: Words
    expires_on: Day
    by: Email | None = None
    created_at: Moment
    withdrawn_at: Moment | None = None


class BaselineRowPart(Part):
    """One place of a frozen ranking; without rank it was unscored then."""

    refs: ClassVar = {"requirement": ("requirement_id", "requirement")}

    requirement: RequirementKey
    rank: Count | None = None
    score: Number | None = None
    effective_score: Number | None = None


class BaselinePart(Part):
    """A ranking frozen under a name; never changed once stored."""

    refs: ClassVar = {"by": ("taken_by_id", "person")}
    apart: ClassVar = frozenset({"framework", "places", "digest"})

    name: Name
    note: Text = ""
    framework: Versioned
    taken_at: Moment
    by: Email | None = None
    # Digest of the places as they were frozen; computed from them when left out.
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    places: list[BaselineRowPart]
