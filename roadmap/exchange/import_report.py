"""What an import of requirements did, or would do: the same words on a terminal and on a page."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from roadmap.exchange.columns import FIELDS
from roadmap.exchange.problems import Problem, shorten
from roadmap.exchange.requirement_rows import ImportPlan

# A page keeps this many findings; the command prints all of them.
KEPT_PROBLEMS = 1_000


@dataclass(frozen=True)
class RequirementReport:
    """Counts and findings of one file. ``rows`` = created + changed + unchanged + refused.

    ``columns`` are (column, field) as recognised; ``remembered`` tells that answers given for an
    earlier file with this header were used. ``problems`` come in the order of the file.
    """

    file: str
    stored: bool
    source: str
    format: str
    date_order: str
    rows: int
    created: int
    changed: int
    unchanged: int
    refused: int
    links_added: int
    links_removed: int
    columns: tuple[tuple[str, str], ...]
    not_taken: tuple[str, ...]
    ignored: tuple[str, ...]
    remembered: Mapping[str, Any]
    problems: tuple[Problem, ...]
    # Findings beyond those listed.
    more_problems: int = 0

    @property
    def fatal(self) -> tuple[Problem, ...]:
        """Return the findings that refused a row."""
        return tuple(problem for problem in self.problems if problem.fatal)

    @property
    def notes(self) -> tuple[Problem, ...]:
        """Return the findings on rows that were taken."""
        return tuple(problem for problem in self.problems if not problem.fatal)

    def as_json(self) -> dict[str, Any]:
        """Return the report as it is stored for a page, the first thousand findings with it.

        Findings that refused a row come first, so that they are never the ones left out.
        """
        ordered = [*self.fatal, *self.notes]
        cut = replace(self, problems=(), more_problems=max(0, len(ordered) - KEPT_PROBLEMS))
        return asdict(cut) | {"problems": [asdict(one) for one in ordered[:KEPT_PROBLEMS]]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "RequirementReport":
        """Return the report that ``as_json`` wrote."""
        values = dict(stored)
        values["problems"] = tuple(Problem(**one) for one in values["problems"])
        values["columns"] = tuple((column, field) for column, field in values["columns"])
        values["not_taken"] = tuple(values["not_taken"])
        values["ignored"] = tuple(values["ignored"])
        return cls(**values)


def recognised(plan: ImportPlan) -> tuple[tuple[str, str], ...]:
    """Return (column, field) of the columns that were understood, in the order of our fields."""
    found = plan.mapping.columns
    return tuple(
        (plan.mapping.labels[index], field) for field in FIELDS for index in found.get(field, ())
    )


def report_lines(report: RequirementReport) -> Iterable[str]:
    """Yield the report as lines of text."""
    taken = report.rows - report.refused
    yield f"{report.file}: {report.rows:,} rows, {taken:,} taken, {report.refused:,} refused."
    order = "" if report.date_order == "unknown" else f"; dates {report.date_order}"
    yield f"Read as {report.format}; keys belong to {report.source!r}{order}."
    for column, field in report.columns:
        yield f"  {column} → {field}"
    if report.not_taken:
        yield f"Kept as text: {', '.join(report.not_taken)}"
    if report.ignored:
        yield f"Left out: {', '.join(report.ignored)}"
    if report.remembered:
        yield f"Answers remembered from an earlier file with this header: {_told(report)}"
    verb = "were" if report.stored else "would be"
    yield (
        f"{report.created:,} {verb} created, {report.changed:,} changed, "
        f"{report.unchanged:,} unchanged; {report.links_added:,} links added, "
        f"{report.links_removed:,} removed."
    )
    if report.fatal:
        yield f"Refused ({len(report.fatal):,} findings):"
        yield from map(problem_line, report.fatal)
    if report.notes:
        yield f"Taken, but look at ({len(report.notes):,}):"
        yield from map(problem_line, report.notes)
    if not report.stored:
        yield "This was a dry run: nothing was stored."


def problem_line(problem: Problem) -> str:
    """Return one finding as a line: where, what, why."""
    where = f"line {problem.line}" if problem.line else "file"
    column = f", {problem.column}" if problem.column else ""
    value = f": {shorten(problem.value)!r}" if problem.value else ""
    times = f" ({problem.count:,} rows)" if problem.count > 1 else ""
    return f"  {where}{column}{value}: {problem.reason}{times}"


def _told(report: RequirementReport) -> str:
    parts: list[str] = []
    for name, value in report.remembered.items():
        if isinstance(value, Mapping):
            parts.extend(f"{key}={word}" for key, word in value.items())
        else:
            parts.append(f"{name.replace('_', ' ')} {value}")
    return ", ".join(parts)
