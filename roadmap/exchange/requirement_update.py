"""What a second import changes in one requirement, and what it leaves because people changed it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from roadmap.exchange.problems import Problem, shorten
from roadmap.exchange.requirement_claims import FIELDS, TEXTS, digest, follows_file, was_said
from roadmap.exchange.requirement_rows import RequirementDraft
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import RequirementKind, RequirementState
from roadmap.web.i18n import _


@dataclass(frozen=True)
class Update:
    """New values of the columns of one requirement; ``effort`` is (team, weeks) to set."""

    id: int
    status: str
    values: Mapping[str, Any]
    effort: tuple[int, float] | None = None
    problems: tuple[Problem, ...] = field(default=())


def imported_from(file: str, status: str) -> str:
    """Return the reason of a state that an import gave, with the source's own word for it."""
    if status:
        return _("Imported from %(file)s, where it was: %(status)s", file=file, status=status)
    return _("Imported from %(file)s, which names no status.", file=file)


def plan_update(
    row: Requirement,
    draft: RequirementDraft,
    data: Mapping[str, Any],
    *,
    requester_id: int | None,
    team_id: int | None,
) -> Update:
    """Return what changes in a requirement; ``data`` is what will stand in its source data.

    ``row`` needs its efforts loaded. A requester is only ever filled in, never replaced.
    """
    before, now = was_said(row.source_data), data["said"]
    values: dict[str, Any] = {"source_data": dict(data)}
    problems: list[Problem] = []

    def conflict(name: str, value: Any) -> None:
        reason = "Changed here and at the source since the last import; ours is kept."
        problems.append(Problem(draft.line, name, shorten(str(value)), reason))

    for name in FIELDS:
        match follows_file(name, _here(row, name), before, now):
            case True:
                values[name] = _new_value(draft, name)
            case None:
                conflict(name, getattr(draft, name))
    if row.requester_id is None and requester_id is not None:
        values["requester_id"] = requester_id
    effort = None
    if team_id is not None and now["weeks"] is not None:
        weeks = next((one.weeks for one in row.efforts if one.team_id == team_id), None)
        match follows_file("weeks", weeks, before, now):
            case True:
                effort = (team_id, now["weeks"])
            case None:
                conflict("effort_weeks", now["weeks"])
            case False if weeks is None:
                # Said before, but until now the file's efforts had no team.
                effort = (team_id, now["weeks"])
    return Update(row.id, draft.status, values, effort, tuple(problems))


def _here(row: Requirement, name: str) -> Any:
    """Return what stands here in the form in which the file's words are kept."""
    value = getattr(row, name)
    if name in TEXTS:
        return digest(value)
    if name == "needed_by":
        return value.isoformat() if value else None
    return value.value


def _new_value(draft: RequirementDraft, name: str) -> Any:
    value = getattr(draft, name)
    if name == "kind":
        return RequirementKind(value)
    return RequirementState(value) if name == "state" else value
