"""Recognise what the columns of a requirement file mean, from their headers."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from roadmap.exchange.problems import Problem
from roadmap.exchange.tabular import column_labels
from roadmap.exchange.values import fold

IGNORE = "-"

# For each field, the headers that mean it, best first. Where two columns of a file mean the same
# single-valued field, the better name is taken and the other is reported.
SINGLE: dict[str, tuple[str, ...]] = {
    "title": ("summary", "subject", "title", "requirement title", "requirement", "name"),
    "problem": ("problem", "problem statement", "description", "details"),
    "outcome": ("outcome", "desired outcome", "expected outcome"),
    "key": ("issue key", "issuekey", "external key", "key", "id", "#"),
    "issue_id": ("issue id", "issueid"),
    "row": ("row", "row number", "unique id"),
    "kind": ("kind", "issue type", "issuetype", "tracker", "type", "requirement kind"),
    "status": ("status", "state"),
    "resolution": ("resolution",),
    "priority": ("priority",),
    "requester": ("requester", "reporter", "author", "requested by", "creator"),
    "requester_email": ("requester email", "reporter email"),
    "assignee": ("assignee", "assigned to", "user", "owner"),
    "created_at": ("created", "created at", "created on", "creation date"),
    "updated_at": ("updated", "updated at", "updated on", "last updated"),
    "start_on": ("start date", "start", "starts on"),
    "needed_by": ("needed by", "due date", "due", "duedate", "deadline"),
    "effort_weeks": ("effort weeks", "effort", "effort in weeks"),
    "story_points": ("story points", "storypoint", "story point", "story point estimate"),
    "estimated_hours": ("estimated hours", "estimated time", "hours"),
    "private": ("private", "is private", "confidential"),
    "parent": ("parent key", "parent", "parent task", "parent id", "epic link"),
}
MANY: dict[str, tuple[str, ...]] = {
    "labels": ("labels", "label", "tags", "tag"),
    # A delayed relation does not say which of the two comes first, so it makes no dependency.
    "relates": (
        "relates",
        "relates to",
        "related to",
        "related issues",
        "simple relation",
        "delayed relation",
        "inward issue link (relates)",
        "outward issue link (relates)",
    ),
    "follows": ("follows", "predecessor", "predecessors"),
    "precedes": ("precedes", "successor", "successors"),
    "blocks": ("blocks", "outward issue link (blocks)"),
    "blocked_by": (
        "blocked by",
        "is blocked by",
        "depends on",
        "dependencies",
        "inward issue link (blocks)",
    ),
    "duplicates": ("duplicates", "duplicate of", "outward issue link (duplicate)"),
    "duplicated_by": ("duplicated by", "inward issue link (duplicate)"),
}
RELATION_FIELDS = tuple(name for name in MANY if name != "labels")
FIELDS = (*SINGLE, *MANY)
_ALIASES = {
    fold(alias): (field, rank)
    for names in (SINGLE, MANY)
    for field, aliases in names.items()
    for rank, alias in enumerate(aliases)
}
_CUSTOM_FIELD = re.compile(r"custom field \((.+)\)")


class MappingError(ValueError):
    """The columns cannot be understood; the message says what to map and how."""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which columns give which field, by position.

    ``not_taken`` are labels of columns that mean no field of ours; their cells are kept with the
    record as source data. ``ignored`` are those the person asked to leave out entirely.
    """

    format: str
    labels: tuple[str, ...]
    columns: Mapping[str, tuple[int, ...]]
    not_taken: tuple[str, ...]
    ignored: tuple[str, ...]
    problems: tuple[Problem, ...]

    def label(self, field: str) -> str:
        """Return the name of the first column that gives the field, or an empty text."""
        positions = self.columns.get(field, ())
        return self.labels[positions[0]] if positions else ""


def header_fingerprint(header: Iterable[str]) -> str:
    """Return a digest by which the mapping of this header can be remembered; order counts."""
    folded = "\x1f".join(fold(name) for name in header)
    return hashlib.sha256(folded.encode()).hexdigest()


def parse_override(text: str) -> tuple[str, str]:
    """Split ``COLUMN=field``; the last equals sign counts. Raise ``MappingError`` otherwise."""
    column, equals, field = text.rpartition("=")
    if not equals or not column.strip() or not field.strip():
        raise MappingError(f"{text!r} is not COLUMN=field. Example: --map Summary=title")
    return column.strip(), field.strip()


def recognise(header: tuple[str, ...], overrides: Mapping[str, str] | None = None) -> ColumnMapping:
    """Return what each column means; ``overrides`` (column → field, or ``-``) win.

    A repeated column is addressed as ``Comment#2``. Raise ``MappingError`` for an override that
    names no column or field, for two columns that claim one field equally, and without a title.
    """
    labels = column_labels(header)
    given = _given(labels, dict(overrides or {}))
    candidates: dict[str, list[tuple[int, int]]] = {}
    for index, name in enumerate(header):
        if labels[index] in given:
            continue
        meaning = _meaning(name)
        if meaning is not None:
            candidates.setdefault(meaning[0], []).append((meaning[1], index))
    columns: dict[str, tuple[int, ...]] = {}
    problems: list[Problem] = []
    for field in FIELDS:
        chosen = [i for i, label in enumerate(labels) if given.get(label) == field]
        found = sorted(candidates.get(field, []))
        if field in MANY:
            positions = sorted({*chosen, *(index for _, index in found)})
        else:
            positions = _choose(field, chosen, found, labels, problems)
        if positions:
            columns[field] = tuple(positions)
    if "title" not in columns:
        raise MappingError(
            "No column holds the title. Name it, for example with --map "
            f'"{next((name for name in labels if name), "COLUMN")}=title". '
            f"The columns are: {', '.join(labels)}."
        )
    taken = {index for positions in columns.values() for index in positions}
    ignored = tuple(label for label in labels if given.get(label) == IGNORE)
    not_taken = tuple(
        label for i, label in enumerate(labels) if i not in taken and label not in ignored
    )
    return ColumnMapping(_format_of(header), labels, columns, not_taken, ignored, tuple(problems))


def _given(labels: tuple[str, ...], overrides: dict[str, str]) -> dict[str, str]:
    """Return overrides by exact label, matched without regard to case."""
    by_folded = {fold(label): label for label in reversed(labels)}
    given: dict[str, str] = {}
    for column, field in overrides.items():
        label = column if column in labels else by_folded.get(fold(column))
        if label is None:
            raise MappingError(
                f"There is no column {column!r}. The columns are: {', '.join(labels)}."
            )
        if field != IGNORE and field not in FIELDS:
            raise MappingError(f"There is no field {field!r}. The fields are: {', '.join(FIELDS)}.")
        given[label] = field
    return given


def _meaning(name: str) -> tuple[str, int] | None:
    folded = fold(name)
    if folded in _ALIASES:
        return _ALIASES[folded]
    custom = _CUSTOM_FIELD.fullmatch(folded)
    return _ALIASES.get(custom.group(1)) if custom else None


def _choose(
    field: str,
    chosen: list[int],
    found: list[tuple[int, int]],
    labels: tuple[str, ...],
    problems: list[Problem],
) -> list[int]:
    """Return the one column of a single-valued field, reporting those passed over."""
    if len(chosen) > 1:
        names = ", ".join(labels[index] for index in chosen)
        raise MappingError(f"Only one column can be the {field}; {names} were all mapped to it.")
    if chosen:
        losers = [index for _, index in found]
        winner = chosen[0]
    elif found:
        rank, winner = found[0]
        equals = [labels[index] for other, index in found if other == rank]
        if len(equals) > 1:
            raise MappingError(
                f"More than one column is called {labels[winner]!r}. Say which holds the {field}, "
                f'for example with --map "{equals[0]}={field}".'
            )
        losers = [index for _, index in found[1:]]
    else:
        return []
    for index in losers:
        reason = f"{labels[winner]!r} is taken as the {field}, so this column is only kept as text."
        problems.append(Problem(1, labels[index], "", reason))
    return [winner]


def _format_of(header: tuple[str, ...]) -> str:
    names = {fold(name) for name in header}
    if "issuekey" in names and names & {"storypoint", "story points", "storypoints"}:
        return "story-points"
    if "issue key" in names or {"issue id", "summary"} <= names:
        return "jira"
    if "subject" in names:
        return "redmine"
    return "spreadsheet"
