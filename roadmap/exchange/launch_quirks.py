"""Find what is wrong in launch tables, and compare it with a list of known quirks."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from roadmap.exchange.launch_claims import (
    HANDLE,
    LINK_KINDS,
    MILESTONE,
    NO_TARGET,
    STAGES,
    STATE_OF_STATUS,
    plain_number,
)
from roadmap.exchange.launch_records import LaunchProblem, Record, Records, text_of
from roadmap.exchange.problems import shorten
from roadmap.exchange.values import DateReading, ValueRefusedError, fold, parse_date

ROLES = {"author": "authors", "reviewer": "reviewers", "approver": "approvers"}
YES_NO = frozenset({"yes", "no"})
# Kinds of the known list that say the same as one of ours: a table cannot tell a missing key from
# an empty one.
SAME_KIND = {"missing_key": "missing_or_empty", "empty_value": "missing_or_empty"}
_FOLDER_NUMBER = re.compile(r"/(\d+)-[^/]*/[^/]*$", re.ASCII)


@dataclass(frozen=True, slots=True)
class QuirkReport:
    """How many of the listed quirks our own detection found; the others are problems here."""

    listed: int
    found: int
    not_found: tuple[LaunchProblem, ...]


def detect(records: Records) -> list[LaunchProblem]:
    """Return everything doubtful that the tables themselves show, one problem per finding."""
    people: dict[str, list[Record]] = {}
    for row in records.get("people", []):
        people.setdefault(text_of(row, "kep_path"), []).append(row)
    launches = records["launches"]
    titles = Counter(fold(text_of(record, "title")) for record in launches)
    numbers = Counter(plain_number(text_of(record, "kep_number")) for record in launches)
    problems: list[LaunchProblem] = []
    for record in launches:
        finder = _Finder("launches.csv", record.line, text_of(record, "kep_path"))
        _status(record, finder)
        _milestones(record, finder)
        _dates(record, finder)
        _identity(record, finder, titles, numbers)
        problems.extend(finder.problems)
        problems.extend(_people(finder.key, people.get(finder.key, []), record))
    problems.extend(_dependencies(records.get("dependencies", []), set(numbers)))
    problems.extend(_checklist(records.get("signoff_checklist", [])))
    problems.extend(_approvals(records.get("prr_approvals", [])))
    return problems


class _Finder:
    """Collects the findings of one row."""

    def __init__(self, file: str, line: int, key: str) -> None:
        self.file, self.line, self.key = file, line, key
        self.problems: list[LaunchProblem] = []

    def add(self, field: str, kind: str, value: str, reason: str) -> None:
        """List one finding."""
        self.problems.append(
            LaunchProblem(self.file, self.line, self.key, field, shorten(value), kind, reason)
        )


def _status(record: Record, finder: _Finder) -> None:
    status, stage = text_of(record, "status"), text_of(record, "stage")
    if not status:
        finder.add("status", "missing_or_empty_status", "", "No status: unknown, needs a person.")
    elif status not in STATE_OF_STATUS:
        reason = f"The status {status!r} is none of the documented ones: unknown, needs a person."
        finder.add("status", "status_not_in_documented_set", status, reason)
    if not stage:
        finder.add("stage", "missing_or_empty_stage", "", "No stage: unknown, needs a person.")
    elif stage not in STAGES:
        reason = f"The stage {stage!r} is none of the documented ones: unknown, needs a person."
        finder.add("stage", "stage_not_in_documented_set", stage, reason)
    if status == "implemented" and stage and stage != "stable":
        reason = f"Called implemented, but its stage is {stage}: it needs a person."
        finder.add("stage", "implemented_but_not_stable", stage, reason)
    switch = text_of(record, "disable_supported")
    if switch and switch not in {"true", "false"}:
        reason = "It should be true or false; whether it can be switched off is not known."
        finder.add("disable_supported", "not_boolean", switch, reason)


def _milestones(record: Record, finder: _Finder) -> None:
    stage, latest = text_of(record, "stage"), text_of(record, "latest_milestone")
    by_stage = {name: text_of(record, f"milestone_{name}") for name in STAGES}
    if not latest:
        finder.add("latest_milestone", "missing_or_empty", "", "It names no latest milestone.")
    if not any(by_stage.values()):
        finder.add("milestone", "missing_or_empty", "", "No stage has a milestone.")
    named = {f"milestone_{name}": value for name, value in by_stage.items()}
    for field, value in {"latest_milestone": latest, **named}.items():
        if value and MILESTONE.fullmatch(value) is None:
            reason = "A milestone reads v1.30; this one is kept as text and is no date."
            finder.add(field, "odd_milestone_format", value, reason)
    if stage not in STAGES:
        return
    current = by_stage[stage]
    if not current:
        reason = f"Its stage is {stage}, but that stage has no milestone."
        finder.add("milestone", "no_milestone_for_current_stage", stage, reason)
    elif latest and latest.removeprefix("v") != current.removeprefix("v"):
        value = f"{stage}:{current} latest:{latest}"
        reason = "The latest milestone is not that of its stage; which is right is not known."
        finder.add("milestone", "latest_milestone_not_equal_stage_milestone", value, reason)


def _dates(record: Record, finder: _Finder) -> None:
    found: dict[str, date] = {}
    for field in ("creation_date", "last_updated", "implementation_date"):
        value = text_of(record, field)
        if not value:
            continue
        try:
            found[field] = parse_date(value, DateReading())
        except ValueRefusedError as error:
            finder.add(field, "bad_date", value, str(error))
    created, updated = found.get("creation_date"), found.get("last_updated")
    if created and updated and updated < created:
        value = f"{created} > {updated}"
        finder.add("last_updated", "before_creation", value, "Changed before it was created.")


def _identity(record: Record, finder: _Finder, titles: Counter[str], numbers: Counter[str]) -> None:
    title, number = text_of(record, "title"), text_of(record, "kep_number")
    plain = plain_number(number)
    if titles[fold(title)] > 1:
        reason = "Other launches have this title too; they are told apart by their path."
        finder.add("title", "duplicate_title", title, reason)
    if numbers[plain] > 1:
        reason = "Other launches have this number too; what names the number alone is not taken."
        finder.add("kep_number", "duplicate_number", number, reason)
    folder = _FOLDER_NUMBER.search(finder.key)
    if folder and folder.group(1) != number:
        value = f"{number} vs {folder.group(1)}"
        finder.add("kep_number", "folder_number_differs", value, "Its folder has another number.")
    if plain == "0" or not number.isdigit():
        reason = "The number is a placeholder; the launch is known by its path."
        finder.add("kep_number", "placeholder_number", number, reason)
    team, folder_team = text_of(record, "owning_sig"), text_of(record, "sig_dir")
    if team != folder_team:
        value = f"{team} vs {folder_team}"
        finder.add("owning_sig", "team_differs_from_folder", value, "Its folder is another team's.")
    for field, kind in (("extra_keys", "unknown_key"), ("duplicate_yaml_keys", "duplicate_key")):
        if keys := text_of(record, field):
            reason = "The source file has keys that are not documented or occur twice."
            finder.add(keys, kind, "", reason)
    editor = record.cells.get("editor", "")
    if editor and HANDLE.fullmatch(editor) is None:
        finder.add("editor", "odd_handle", editor, "This is no handle such as @name.")


def _people(key: str, rows: list[Record], launch: Record) -> Iterator[LaunchProblem]:
    by_role: dict[str, list[str]] = {role: [] for role in ROLES}
    odd: set[str] = set()
    for row in rows:
        role, handle = text_of(row, "role"), row.cells["handle"]
        by_role.setdefault(role, []).append(handle)
        finder = _Finder("people.csv", row.line, key)
        if role not in ROLES:
            finder.add("role", "unknown_role", role, "This role is not documented.")
        if HANDLE.fullmatch(handle) is None:
            field = ROLES.get(role, role)
            finder.add(field, "odd_handle", handle, "This is no handle such as @name.")
        odd.update(char for char in handle if not char.isascii())
        yield from finder.problems
    finder = _Finder("launches.csv", launch.line, key)
    if odd:
        reason = "Characters outside ASCII in handles, such as typographic quotation marks."
        finder.add("", "non_ascii", "".join(sorted(odd)), reason)
    authors = {handle.strip().casefold() for handle in by_role["author"]}
    approvers = {handle.strip().casefold() for handle in by_role["approver"]}
    own = sorted(authors & approvers - NO_TARGET)
    if own:
        reason = "An author is also an approver: this approval is not independent."
        finder.add("approvers", "author_approves_own", "|".join(own), reason)
    if rows and not by_role["author"]:
        finder.add("authors", "no_author", "", "No author is named, so it has no owner.")
    yield from finder.problems


def _dependencies(rows: list[Record], numbers: set[str]) -> Iterator[LaunchProblem]:
    for row in rows:
        finder = _Finder("dependencies.csv", row.line, text_of(row, "kep_path"))
        relation, target = text_of(row, "relation"), text_of(row, "target_raw")
        number = text_of(row, "target_kep_number")
        if relation not in LINK_KINDS:
            reason = "This relation is not documented; it is not taken."
            finder.add("relation", "unknown_relation", relation, reason)
        elif target.casefold() in NO_TARGET:
            reason = "A placeholder, not a target; it is not taken."
            finder.add(relation, "placeholder_target", target, reason)
        elif not number or plain_number(number) not in numbers:
            reason = "The target is no launch of these tables; it is kept as text."
            finder.add(relation, "unresolved_target", target, reason)
        yield from finder.problems


def _checklist(rows: list[Record]) -> Iterator[LaunchProblem]:
    for row in rows:
        finder = _Finder("signoff_checklist.csv", row.line, text_of(row, "kep_path"))
        for field in ("required", "checked"):
            value = text_of(row, field)
            if value not in YES_NO:
                reason = "Neither yes nor no: it counts as required and as not ticked."
                finder.add(field, "not_yes_or_no", value, reason)
        if not text_of(row, "item_md"):
            finder.add("item_md", "missing_or_empty", "", "The item has no text; it is not taken.")
        yield from finder.problems


def _approvals(rows: list[Record]) -> Iterator[LaunchProblem]:
    for row in rows:
        finder = _Finder("prr_approvals.csv", row.line, text_of(row, "file"))
        stage, approver = text_of(row, "stage"), row.cells["approver"]
        if stage not in STAGES:
            finder.add("stage", "stage_not_in_documented_set", stage, "No documented stage.")
        if HANDLE.fullmatch(approver) is None:
            finder.add("approver", "odd_handle", approver, "This is no handle such as @name.")
        if plain_number(text_of(row, "file_number")) != plain_number(text_of(row, "kep_number")):
            value = f"{text_of(row, 'file_number')} vs {text_of(row, 'kep_number')}"
            finder.add("kep_number", "folder_number_differs", value, "Its file has another number.")
        yield from finder.problems


def compare_with_listed(listed: list[Record], problems: list[LaunchProblem]) -> QuirkReport:
    """Match each listed quirk with our own findings; those we missed become problems.

    A quirk is found when launch, field, kind and value agree; each finding serves one quirk.
    """
    ours = Counter(
        (problem.key, fold(problem.field), _kind(problem.kind), fold(problem.value))
        for problem in problems
        if not problem.fatal
    )
    found = 0
    missed = []
    for row in listed:
        key, field = text_of(row, "file"), row.cells["field"]
        kind, value = text_of(row, "kind"), row.cells["value"]
        name = (key, fold(field), _kind(kind), fold(shorten(value)))
        if ours[name]:
            ours[name] -= 1
            found += 1
            continue
        reason = "Listed as known by the source; the tables alone do not show it."
        missed.append(
            LaunchProblem("quirks.csv", row.line, key, field, shorten(value), kind, reason)
        )
    return QuirkReport(len(listed), found, tuple(missed))


def _kind(kind: str) -> str:
    return SAME_KIND.get(kind, kind.removesuffix("_status").removesuffix("_stage"))
