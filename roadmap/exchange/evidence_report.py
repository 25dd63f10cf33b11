"""What an import of measurements did, or would do: the same words on a terminal and on a page."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from roadmap.exchange.import_report import KEPT_PROBLEMS, problem_line
from roadmap.exchange.problems import Problem


@dataclass(frozen=True)
class EvidenceReport:
    """Counts and findings of one file; rows = accepted + corrected + unchanged + refused."""

    file: str
    source: str
    stored: bool
    rows: int
    accepted: int
    corrected: int
    unchanged: int
    refused: int
    columns: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...]
    problems: tuple[Problem, ...]
    # Findings beyond those listed.
    more_problems: int = 0

    @property
    def changes(self) -> int:
        """Return how many rows are, or would be, stored."""
        return self.accepted + self.corrected

    @property
    def fatal(self) -> tuple[Problem, ...]:
        """Return the findings that refused a row."""
        return tuple(problem for problem in self.problems if problem.fatal)

    @property
    def notes(self) -> tuple[Problem, ...]:
        """Return what else is worth a look."""
        return tuple(problem for problem in self.problems if not problem.fatal)

    def as_json(self) -> dict[str, Any]:
        """Return the report as it is stored for a page, the first thousand findings with it."""
        ordered = [*self.fatal, *self.notes]
        cut = replace(self, problems=(), more_problems=max(0, len(ordered) - KEPT_PROBLEMS))
        return asdict(cut) | {"problems": [asdict(one) for one in ordered[:KEPT_PROBLEMS]]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "EvidenceReport":
        """Return the report that ``as_json`` wrote."""
        values = dict(stored)
        values["problems"] = tuple(Problem(**one) for one in values["problems"])
        values["columns"] = tuple((column, field) for column, field in values["columns"])
        values["ignored"] = tuple(values["ignored"])
        return cls(**values)


def evidence_lines(report: EvidenceReport) -> Iterable[str]:
    """Yield the report as lines of text."""
    yield f"{report.file}: {report.rows:,} rows of source {report.source!r}."
    verb = "were" if report.stored else "would be"
    yield (
        f"{report.accepted:,} {verb} added, {report.corrected:,} corrected, "
        f"{report.unchanged:,} unchanged, {report.refused:,} refused."
    )
    for column, field in report.columns:
        if column != field:
            yield f"  {column} → {field}"
    if report.ignored:
        yield f"Left out: {', '.join(report.ignored)}"
    if report.fatal:
        yield f"Refused ({len(report.fatal):,} findings):"
        yield from map(problem_line, report.fatal)
    if report.notes:
        yield f"Look at ({len(report.notes):,}):"
        yield from map(problem_line, report.notes)
    if not report.stored:
        yield "This was a dry run: nothing was stored."
