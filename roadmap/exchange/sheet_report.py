"""What an import of a roadmap sheet did, or would do, as lines and as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from roadmap.exchange.problems import Problem
from roadmap.exchange.sheet_rows import ColumnCount

# What a page shows; the command lists all of it.
SHOWN_PROBLEMS = 400


@dataclass(frozen=True)
class SheetReport:
    """Counts and findings of one sheet.

    ``lights`` counts launches by what the sheet says of them; ``others`` are the sheets of the file
    that were not read; ``gone`` are launches of an earlier file that this one does not name.
    """

    file_name: str
    source: str
    worksheet: str
    others: tuple[str, ...]
    header_line: int
    preamble: tuple[str, ...]
    rows: int
    created: int
    changed: int
    unchanged: int
    refused: int
    gone: tuple[str, ...]
    lights: Mapping[str, int]
    columns: tuple[ColumnCount, ...]
    problems: tuple[Problem, ...]
    more: int = 0
    stored: bool = False
    remembered: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the report as it is stored; findings beyond what a page shows are counted."""
        found = asdict(self)
        found["problems"] = found["problems"][:SHOWN_PROBLEMS]
        found["more"] = max(0, len(self.problems) - SHOWN_PROBLEMS)
        return found

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "SheetReport":
        """Return the report that ``as_json`` wrote."""
        values = dict(stored)
        values["columns"] = tuple(ColumnCount(**one) for one in stored["columns"])
        values["problems"] = tuple(Problem(**one) for one in stored["problems"])
        for name in ("others", "preamble", "gone"):
            values[name] = tuple(stored[name])
        return cls(**values)

    @property
    def fatal(self) -> Sequence[Problem]:
        """Return the refused rows."""
        return [one for one in self.problems if one.fatal]

    @property
    def notes(self) -> Sequence[Problem]:
        """Return what was taken otherwise than written, or not as a launch."""
        return [one for one in self.problems if not one.fatal]


def sheet_lines(report: SheetReport) -> Iterable[str]:
    """Yield the report as lines of text, every finding included."""
    verb = "were" if report.stored else "would be"
    where = f", sheet {report.worksheet}" if report.worksheet else ""
    yield f"{report.file_name}{where}: header on line {report.header_line}, {report.rows:,} rows."
    if report.others:
        yield f"Not read: the sheets {', '.join(report.others)}. Name one with --sheet."
    yield (
        f"{report.created:,} launches {verb} created, {report.changed:,} changed, "
        f"{report.unchanged:,} are as they were; {report.refused:,} rows are refused. "
        f"They belong to {report.source!r}."
    )
    if report.gone:
        yield f"No longer in the sheet, and left as they are: {', '.join(report.gone)}."
    said = ", ".join(f"{count:,} {light}" for light, count in sorted(report.lights.items()))
    yield f"The sheet says: {said or 'nothing of a status'}. That is a claim, never evidence."
    yield "Columns, with the cells understood of those filled:"
    for one in report.columns:
        meaning = one.field or "kept as text"
        yield f"  {one.label}: {meaning}, {one.understood:,} of {one.filled:,}"
    if report.problems:
        yield f"Findings ({len(report.problems) + report.more:,}):"
        for problem in report.problems:
            refused = "refused, " if problem.fatal else ""
            column = f", {problem.column}" if problem.column else ""
            yield f"  {refused}line {problem.line}{column} {problem.value!r}: {problem.reason}"
    if not report.stored:
        yield "This was a dry run: nothing was stored."
