"""What the file says of one requirement: what we keep of it, and what changed since last time.

A second import has three versions of each field: what the file said last time, what it says now,
and what stands here. A field follows the file while nobody changed it here; a field changed on both
sides keeps what stands here, and the import says so.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from roadmap.exchange.columns import ColumnMapping
from roadmap.exchange.requirement_rows import RequirementDraft

# The columns of a requirement that the file may set.
TEXTS = ("title", "problem", "outcome")
FIELDS = (*TEXTS, "kind", "state", "needed_by")


def said(draft: RequirementDraft) -> dict[str, Any]:
    """Return the file's words on each field it owns, short: texts as digests."""
    return {
        **{name: digest(getattr(draft, name)) for name in TEXTS},
        "kind": draft.kind,
        "state": draft.state,
        "needed_by": draft.needed_by.isoformat() if draft.needed_by else None,
        "requester": draft.requester_email.casefold(),
        "weeks": float(draft.effort_weeks) if draft.effort_weeks is not None else None,
    }


def digest(text: str) -> str:
    """Return a short digest by which two versions of a text are compared."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def kept_columns(
    draft: RequirementDraft, mapping: ColumnMapping, *, has_requester: bool, has_effort: bool
) -> dict[str, Any]:
    """Return the filled cells that have no place of their own here, by column, for people to read.

    A requester who is no person here and an effort without a team stay text.
    """
    kept: dict[str, Any] = {
        name: cells[0] if len(cells) == 1 else list(cells) for name, cells in draft.extra.items()
    }
    values: dict[str, Any] = {
        "status": draft.status,
        "priority": draft.priority,
        "assignee": draft.assignee_name,
        "story_points": _number(draft.story_points),
        "estimated_hours": _number(draft.estimated_hours),
        "start_on": draft.start_on.isoformat() if draft.start_on else "",
        "private": "yes" if draft.private else "",
        "labels": list(draft.labels),
        "parent": draft.parent.key if draft.parent else "",
    }
    if not has_requester:
        values["requester"] = draft.requester_name
        if draft.requester_email != draft.requester_name:
            values["requester_email"] = draft.requester_email
    if not has_effort:
        values["effort_weeks"] = _number(draft.effort_weeks)
    for field, value in values.items():
        if value:
            kept[mapping.label(field) or field] = value
    for relation in draft.relations:
        wait = f" ({relation.lag_days:+d} d)" if relation.lag_days else ""
        kept.setdefault(mapping.label(relation.kind) or relation.kind, [])
        kept[mapping.label(relation.kind) or relation.kind].append(relation.target.key + wait)
    return kept


def _number(value: object) -> str:
    return "" if value is None else str(value)


def source_data(
    draft: RequirementDraft, columns: Mapping[str, Any], links: list[list[str]]
) -> dict[str, Any]:
    """Return what is stored beside a requirement: the columns, the links taken, what was said."""
    return {"columns": dict(columns), "links": links, "said": said(draft)}


def was_said(stored: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return what the file said last time; empty for a requirement that no import made."""
    found = (stored or {}).get("said", {})
    return found if isinstance(found, Mapping) else {}


def follows_file(
    field: str, here: Any, before: Mapping[str, Any], now: Mapping[str, Any]
) -> bool | None:
    """Return whether a field takes the file's new value; None if it changed on both sides.

    ``here`` is what stands here, in the form of ``said``.
    """
    if before.get(field) == now[field] or here == now[field]:
        return False
    return True if here == before.get(field) else None
