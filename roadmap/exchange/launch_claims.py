"""What the tables claim about one launch: people, phases, links, checklist, approvals."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from roadmap.exchange.launch_records import LaunchProblem, Record, Records, text_of
from roadmap.exchange.problems import shorten

# The tables do not say what sort of change a launch is; W (workflow) asks the fewest special
# questions, and the draft says that this was a default.
DEFAULT_TYPE = "W"
STAGES = ("alpha", "beta", "stable")
# The source's status → the lifecycle state a person is offered. Never committed or live: a table
# that says "implemented" proves nothing.
STATE_OF_STATUS = {
    "provisional": "draft",
    "implementable": "planned",
    "implemented": "planned",
    "deferred": "paused",
    "rejected": "cancelled",
    "withdrawn": "cancelled",
    "replaced": "cancelled",
}
NEEDS_A_PERSON = frozenset(
    {
        "status_not_in_documented_set",
        "stage_not_in_documented_set",
        "implemented_but_not_stable",
        "missing_or_empty_status",
        "missing_or_empty_stage",
    }
)
# "see also" is reading advice and "replaces" is history: neither orders two launches.
LINK_KINDS = {"see_also": "related", "replaces": "replaces", "superseded_by": "replaced_by"}
NO_TARGET = frozenset({"", "n/a", "na", "none", "tbd", "-"})
HANDLE = re.compile(r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})", re.ASCII)
MILESTONE = re.compile(r"v\d+\.\d+", re.ASCII)
QUOTES = "“”\"'‘’`"


@dataclass(frozen=True, slots=True)
class Person:
    """A named person in a role; ``handle`` is None where the written name is no handle."""

    role: str
    handle: str | None
    written: str


@dataclass(frozen=True, slots=True)
class PhaseDraft:
    """A ramp step. The milestone is a label: the tables hold no date for it."""

    name: str
    milestone: str
    well_formed: bool
    current: bool


@dataclass(frozen=True, slots=True)
class LinkDraft:
    """A relation to another launch; ``target`` is its key, or None if it is not in the tables."""

    kind: str
    target: str | None
    written: str
    how_resolved: str


@dataclass(frozen=True, slots=True)
class ChecklistClaim:
    """A sign-off item and whether the source ticked it; ``required`` as the source marks it."""

    number: int
    indent: int
    text: str
    required: bool
    ticked: bool


@dataclass(frozen=True, slots=True)
class ApprovalClaim:
    """An approval the source lists for a stage."""

    stage: str
    approver: str | None
    written: str
    file: str


@dataclass(frozen=True, slots=True)
class AnswerClaim:
    """An answer to a readiness question; ``shortened`` if the table holds only its start."""

    section: str
    question: str
    answer: str
    shortened: bool


@dataclass(frozen=True, slots=True)
class Dates:
    """The days of creation and last change, where they could be read."""

    created: date | None
    updated: date | None


@dataclass(frozen=True, slots=True)
class LaunchDraft:
    """One launch as claimed. ``needs_person`` are the reasons its status means nothing yet."""

    line: int
    external_key: str
    number: str
    title: str
    summary: str
    motivation: str
    launch_type: str
    type_is_default: bool
    owner_handle: str | None
    people: tuple[Person, ...]
    team: str
    other_teams: tuple[str, ...]
    status_claim: str
    stage_claim: str
    proposed_state: str
    needs_person: tuple[str, ...]
    latest_milestone: str
    dates: Dates
    phases: tuple[PhaseDraft, ...]
    links: tuple[LinkDraft, ...]
    checklist: tuple[ChecklistClaim, ...]
    approvals: tuple[ApprovalClaim, ...]
    answers: tuple[AnswerClaim, ...]
    extra: Mapping[str, tuple[str, ...]]


def handle_of(written: str) -> str | None:
    """Return a handle as ``@name``; None for placeholders and what is no handle.

    White space, quotation marks and a missing ``@`` are repaired; ``detect`` lists each repair.
    """
    bare = written.strip().strip(QUOTES).strip()
    if bare.casefold() in NO_TARGET:
        return None
    handle = bare if bare.startswith("@") else f"@{bare}"
    return handle if HANDLE.fullmatch(handle) else None


class Related:
    """The rows of the other tables by launch; rows that belong to no launch are problems."""

    def __init__(self, records: Records, keys: set[str]) -> None:
        self.problems: list[LaunchProblem] = []
        self._rows: dict[tuple[str, str], list[Record]] = {}
        self._keys_of_number: dict[str, list[str]] = {}
        for record in records["launches"]:
            if text_of(record, "kep_path") in keys:
                number = plain_number(text_of(record, "kep_number"))
                self._keys_of_number.setdefault(number, []).append(text_of(record, "kep_path"))
        for table, rows in records.items():
            if table in {"launches", "quirks"}:
                continue
            for record in rows:
                key = self._key_of(record)
                if key in keys:
                    self._rows.setdefault((table, key), []).append(record)
                else:
                    self._orphan(table, record)

    def rows(self, table: str, key: str) -> list[Record]:
        """Return the rows of a table that belong to a launch, in the table's order."""
        return self._rows.get((table, key), [])

    def key_of_number(self, number: str) -> str | None:
        """Return the launch with this number, if exactly one has it."""
        found = self._keys_of_number.get(plain_number(number), [])
        return found[0] if len(found) == 1 and number else None

    def _key_of(self, record: Record) -> str:
        if "kep_path" in record.cells:
            return text_of(record, "kep_path")
        return self.key_of_number(text_of(record, "kep_number")) or ""

    def _orphan(self, table: str, record: Record) -> None:
        key = text_of(record, "kep_path") or text_of(record, "file")
        reason = "It belongs to no launch that was taken, or to more than one; it is not taken."
        value = shorten(text_of(record, "kep_number"))
        self.problems.append(
            LaunchProblem(
                f"{table}.csv", record.line, key, "", value, "no_such_launch", reason, fatal=True
            )
        )


def plain_number(text: str) -> str:
    """Return a launch number without leading zeros."""
    return text.lstrip("0") or "0"


def draft(
    record: Record, related: Related, dates: Dates, needs_person: tuple[str, ...]
) -> LaunchDraft:
    """Return the draft of one launch with everything the other tables say about it."""
    key = text_of(record, "kep_path")
    people = tuple(
        Person(text_of(row, "role"), handle_of(row.cells["handle"]), row.cells["handle"])
        for row in related.rows("people", key)
    )
    authors = [one.handle for one in people if one.role == "author" and one.handle]
    described = next(iter(related.rows("descriptions", key)), Record(0, {}))
    status = text_of(record, "status")
    return LaunchDraft(
        line=record.line,
        external_key=key,
        number=text_of(record, "kep_number"),
        title=text_of(record, "title"),
        summary=text_of(described, "summary_md"),
        motivation=text_of(described, "motivation_md"),
        launch_type=DEFAULT_TYPE,
        type_is_default=True,
        owner_handle=authors[0] if authors else None,
        people=people,
        team=text_of(record, "owning_sig"),
        other_teams=_split(record, "participating_sigs"),
        status_claim=status,
        stage_claim=text_of(record, "stage"),
        proposed_state=STATE_OF_STATUS.get(status, "draft"),
        needs_person=needs_person,
        latest_milestone=text_of(record, "latest_milestone"),
        dates=dates,
        phases=_phases(record),
        links=_links(related, key),
        checklist=_checklist(related, key),
        approvals=_approvals(related, key),
        answers=_answers(related, key),
        extra=_extra(record, related, key),
    )


def _split(record: Record, field: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text_of(record, field).split("|") if part.strip())


def _phases(record: Record) -> tuple[PhaseDraft, ...]:
    """Return a phase for each stage with a milestone, and for the current stage in any case."""
    phases = []
    for stage in STAGES:
        milestone = text_of(record, f"milestone_{stage}")
        current = text_of(record, "stage") == stage
        if milestone or current:
            well_formed = MILESTONE.fullmatch(milestone) is not None
            phases.append(PhaseDraft(stage, milestone, well_formed, current))
    return tuple(phases)


def _links(related: Related, key: str) -> tuple[LinkDraft, ...]:
    return tuple(
        LinkDraft(
            LINK_KINDS[text_of(row, "relation")],
            related.key_of_number(text_of(row, "target_kep_number")),
            text_of(row, "target_raw"),
            text_of(row, "how_resolved"),
        )
        for row in related.rows("dependencies", key)
        if text_of(row, "relation") in LINK_KINDS
        and text_of(row, "target_raw").casefold() not in NO_TARGET
    )


def _checklist(related: Related, key: str) -> tuple[ChecklistClaim, ...]:
    # Anything but a plain "no" leaves an item required, anything but a plain "yes" unticked: a
    # misspelt answer must not make a launch look readier.
    return tuple(
        ChecklistClaim(
            number,
            _indent(text_of(row, "indent")),
            text_of(row, "item_md"),
            text_of(row, "required") != "no",
            text_of(row, "checked") == "yes",
        )
        for number, row in enumerate(related.rows("signoff_checklist", key), start=1)
        if text_of(row, "item_md")
    )


def _indent(text: str) -> int:
    """Return the depth of an item; what is no small number is the top level."""
    return int(text) if re.fullmatch(r"\d", text, re.ASCII) else 0


def _approvals(related: Related, key: str) -> tuple[ApprovalClaim, ...]:
    return tuple(
        ApprovalClaim(
            text_of(row, "stage"),
            handle_of(row.cells["approver"]),
            row.cells["approver"],
            text_of(row, "file"),
        )
        for row in related.rows("prr_approvals", key)
    )


def _answers(related: Related, key: str) -> tuple[AnswerClaim, ...]:
    return tuple(
        AnswerClaim(
            text_of(row, "section"),
            text_of(row, "question"),
            row.cells["answer_first_600"],
            text_of(row, "answer_chars") != str(len(row.cells["answer_first_600"])),
        )
        for row in related.rows("prr_answers", key)
    )


def _extra(record: Record, related: Related, key: str) -> dict[str, tuple[str, ...]]:
    """Return what has no field of ours but is worth keeping, by name."""
    gates = tuple(
        f"{text_of(row, 'gate')} ({text_of(row, 'component')})"
        for row in related.rows("feature_gates", key)
    )
    metrics = tuple(text_of(row, "metric_raw") for row in related.rows("metrics", key))
    kept = {
        "feature_gates": gates,
        "metrics": metrics,
        "disable_supported": _split(record, "disable_supported"),
        "implementation_date": _split(record, "implementation_date"),
        "editor": _split(record, "editor"),
    }
    return {name: found for name, found in kept.items() if found}
