"""What higher rooms hear from requirements."""

from dataclasses import dataclass

from roadmap.requirements.rules import RequirementState


@dataclass(frozen=True)
class RequirementChanged:
    """Anything of a requirement changed: its words, state, efforts, criteria, support or links."""

    requirement_id: int


@dataclass(frozen=True)
class RequirementMoved:
    """A requirement went from one state to another; RequirementChanged follows."""

    requirement_id: int
    old: RequirementState
    new: RequirementState


@dataclass(frozen=True)
class RequirementsStored:
    """Many requirements were stored at once, with their links; no RequirementChanged follows."""

    requirement_ids: tuple[int, ...]


@dataclass(frozen=True)
class SupportEntered:
    """A manager entered support somebody gave elsewhere; without a person it is the team's."""

    requirement_id: int
    support_id: int
    person_id: int | None
    team_id: int | None
    entered_by_id: int
    source: str
