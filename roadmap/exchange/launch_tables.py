"""Read the tables of an enhancement tracker and turn them into launch drafts and problems.

Everything taken is a claim of the source: its status, its ticked items, its approvals. None of it
is evidence, and a status nobody can read ends as "needs a person".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from roadmap.exchange import launch_claims as claims
from roadmap.exchange.launch_quirks import QuirkReport, compare_with_listed, detect
from roadmap.exchange.launch_records import LaunchProblem, Record, Records, text_of
from roadmap.exchange.problems import shorten
from roadmap.exchange.tabular import MAX_BYTES, TableError, read_table
from roadmap.exchange.values import (
    DateReading,
    ValueRefusedError,
    parse_date,
    refuse_control_characters,
)

LAUNCHES, LISTED_QUIRKS = "launches", "quirks"
# What the import needs of each table. Only the first has to be there.
COLUMNS: dict[str, tuple[str, ...]] = {
    LAUNCHES: (
        "kep_path",
        "sig_dir",
        "kep_number",
        "title",
        "owning_sig",
        "status",
        "stage",
        "latest_milestone",
        "milestone_alpha",
        "milestone_beta",
        "milestone_stable",
        "creation_date",
        "last_updated",
    ),
    "people": ("kep_path", "role", "handle"),
    "dependencies": ("kep_path", "relation", "target_raw", "target_kep_number", "how_resolved"),
    "signoff_checklist": ("kep_path", "item_no", "indent", "required", "checked", "item_md"),
    "prr_approvals": ("file", "kep_number", "stage", "approver"),
    "prr_answers": ("kep_path", "section", "question", "answer_chars", "answer_first_600"),
    "descriptions": ("kep_path", "summary_md", "motivation_md"),
    "feature_gates": ("kep_path", "gate", "component"),
    "metrics": ("kep_path", "metric_raw"),
    LISTED_QUIRKS: ("file", "field", "kind", "value"),
}
TITLE_LENGTH = 300
KEY_LENGTH = 200
TEXT_LENGTH = 50_000


@dataclass(frozen=True, slots=True)
class LaunchPlan:
    """What an import of launches would store, and everything it found on the way.

    ``rows`` is the number of rows read per table; ``quirks`` compares our own findings with the
    list of known ones that came with the tables.
    """

    launches: tuple[claims.LaunchDraft, ...]
    problems: tuple[LaunchProblem, ...]
    quirks: QuirkReport
    rows: Mapping[str, int]

    def refused_rows(self) -> int:
        """Return how many launches are refused."""
        return self.rows.get(LAUNCHES, 0) - len(self.launches)


def read_launch_tables(directory: Path) -> tuple[Records, list[LaunchProblem]]:
    """Read the known tables of a directory.

    A missing optional table and a refused row are problems. Raise ``TableError`` when the launches
    are missing, or when a file is no table or lacks a column.
    """
    records: Records = {}
    problems: list[LaunchProblem] = []
    for name, columns in COLUMNS.items():
        file = directory / f"{name}.csv"
        if not file.is_file():
            if name == LAUNCHES:
                raise TableError(f"There is no {file.name} in {directory.name}; name its folder.")
            reason = "This table is missing, so nothing of it is known."
            problems.append(LaunchProblem(file.name, 0, "", "", "", "missing_table", reason))
            continue
        if file.stat().st_size > MAX_BYTES:
            raise TableError(f"{file.name} is larger than {MAX_BYTES:,} bytes.")
        try:
            table = read_table(file.read_bytes())
        except TableError as error:
            raise TableError(f"{file.name}: {error}") from error
        absent = [column for column in columns if column not in table.header]
        if absent:
            raise TableError(f"{file.name} lacks the columns {', '.join(absent)}.")
        records[name] = [
            Record(row.line, dict(zip(table.header, row.cells, strict=True))) for row in table.rows
        ]
        problems.extend(
            LaunchProblem(
                file.name, bad.line, "", bad.column, bad.value, "bad_row", bad.reason, fatal=True
            )
            for bad in table.problems
        )
    return records, problems


def plan_launches(directory: Path) -> LaunchPlan:
    """Return the launch drafts of a directory of tables, and every problem found.

    Raise ``TableError`` as ``read_launch_tables`` does.
    """
    records, problems = read_launch_tables(directory)
    accepted = _accept(records[LAUNCHES], problems)
    problems.extend(detect(records))
    related = claims.Related(records, set(accepted))
    problems.extend(related.problems)
    drafts = [
        claims.draft(record, related, _created(record), _people_reasons(key, problems))
        for key, record in accepted.items()
    ]
    listed = records.get(LISTED_QUIRKS, [])
    report = compare_with_listed(listed, problems)
    problems.extend(report.not_found)
    problems.sort(key=lambda problem: (problem.file, problem.line, problem.field, problem.kind))
    rows = {name: len(found) for name, found in records.items()}
    rows[LAUNCHES] += sum(p.kind == "bad_row" and p.file == "launches.csv" for p in problems)
    return LaunchPlan(tuple(drafts), tuple(problems), report, rows)


def _accept(rows: list[Record], problems: list[LaunchProblem]) -> dict[str, Record]:
    """Return the launches by key; a row without key or title, or with a used key, is refused."""
    accepted: dict[str, Record] = {}
    for record in rows:
        key = text_of(record, "kep_path")
        reason = _refusal(record, key, accepted)
        if reason is None:
            accepted[key] = record
        else:
            field, kind, text = reason
            value = shorten(record.cells.get(field, ""))
            problems.append(
                LaunchProblem(
                    "launches.csv", record.line, key, field, value, kind, text, fatal=True
                )
            )
    return accepted


def _refusal(
    record: Record, key: str, accepted: Mapping[str, Record]
) -> tuple[str, str, str] | None:
    """Return (field, kind, reason) when a launch cannot be taken."""
    title = text_of(record, "title")
    if not key:
        return "kep_path", "missing_key", "Without its path a second import could not find it."
    if key in accepted:
        line = accepted[key].line
        return "kep_path", "duplicate_key", f"This path is already used on line {line}."
    if len(key) > KEY_LENGTH:
        return "kep_path", "over_long", f"A path has at most {KEY_LENGTH} characters."
    if not title:
        return "title", "missing_title", "A launch needs a title."
    if len(title) > TITLE_LENGTH:
        return "title", "over_long", f"A title has at most {TITLE_LENGTH} characters."
    for field, value in record.cells.items():
        try:
            refuse_control_characters(value)
        except ValueRefusedError as error:
            return field, "control_character", str(error)
        if len(value) > TEXT_LENGTH:
            return field, "over_long", f"At most {TEXT_LENGTH:,} characters fit."
    return None


def _created(record: Record) -> claims.Dates:
    """Return the dates that can be read; ``detect`` lists those that cannot."""
    found = []
    for field in ("creation_date", "last_updated"):
        try:
            value = text_of(record, field)
            found.append(parse_date(value, DateReading()) if value else None)
        except ValueRefusedError:
            found.append(None)
    return claims.Dates(*found)


def _people_reasons(key: str, problems: list[LaunchProblem]) -> tuple[str, ...]:
    """Return why a person has to look at this launch before its status means anything."""
    return tuple(
        dict.fromkeys(
            problem.reason
            for problem in problems
            if problem.key == key and problem.kind in claims.NEEDS_A_PERSON
        )
    )
