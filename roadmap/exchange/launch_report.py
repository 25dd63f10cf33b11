"""What an import of launches did, or would do, in words."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from roadmap.exchange.launch_quirks import QuirkReport
from roadmap.exchange.launch_records import LaunchProblem


@dataclass(frozen=True)
class LaunchReport:
    """Counts and findings of a folder of tables.

    ``states`` counts the launches of the tables by the state they get or would get.
    """

    folder: str
    stored: bool
    rows: int
    created: int
    changed: int
    unchanged: int
    refused: int
    teams_created: int
    states: Mapping[str, int]
    needs_person: int
    phases: int
    claims: int
    ticked: int
    approvals: int
    links: int
    quirks: QuirkReport
    problems: tuple[LaunchProblem, ...]


def launch_lines(report: LaunchReport) -> Iterable[str]:
    """Yield the report as lines of text, every finding included."""
    verb = "were" if report.stored else "would be"
    yield f"{report.folder}: {report.rows:,} launches, {report.refused:,} refused."
    yield (
        f"{report.created:,} {verb} created, {report.changed:,} changed, "
        f"{report.unchanged:,} unchanged; {report.teams_created:,} teams created."
    )
    states = ", ".join(f"{count:,} {state}" for state, count in sorted(report.states.items()))
    yield f"States: {states}. {report.needs_person:,} need a person before their status counts."
    yield (
        f"Claims, never evidence: {report.claims:,} checklist items ({report.ticked:,} ticked at "
        f"the source), {report.approvals:,} approvals, {report.links:,} relations, none of which "
        "says which launch waits for which."
    )
    yield (
        f"{report.phases:,} phases, without dates; the tables name no share of traffic, so each "
        "counts as all of it."
    )
    yield f"Listed quirks found by our own checks: {report.quirks.found} of {report.quirks.listed}."
    if report.problems:
        yield f"Findings ({len(report.problems):,}):"
        for kind, count in sorted(Counter(one.kind for one in report.problems).items()):
            yield f"  {count:>5,}  {kind.replace('_', ' ')}"
        yield from map(_line, report.problems)
    if not report.stored:
        yield "This was a dry run: nothing was stored."


def _line(problem: LaunchProblem) -> str:
    refused = "refused, " if problem.fatal else ""
    value = f" {problem.value!r}" if problem.value else ""
    field = f", {problem.field}" if problem.field else ""
    key = f" ({problem.key})" if problem.key else ""
    return f"  {refused}{problem.file} line {problem.line}{field}{value}: {problem.reason}{key}"
