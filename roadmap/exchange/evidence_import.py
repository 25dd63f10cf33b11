"""Record the measurements of a file: all that can be in one transaction, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.exchange.evidence_report import EvidenceReport
from roadmap.exchange.evidence_rows import EvidenceFile
from roadmap.exchange.problems import Problem, shorten
from roadmap.mechanisms.cells import CellReader
from roadmap.mechanisms.measurement_checks import NewMeasurement, RowProblem
from roadmap.mechanisms.measurements import (
    MOST_ROWS,
    SOURCE_LENGTH,
    Recording,
    judge_measurements,
    record_measurements,
)
from roadmap.mechanisms.names import MechanismNames
from roadmap.mechanisms.sifting import Fate
from roadmap.web.i18n import _


@dataclass(frozen=True)
class EvidenceAnswers:
    """What a file does not say: whose rows they are, and of which mechanism where none is named.

    ``source`` empty is the file's name: the same rows from another source are other rows.
    """

    source: str = ""
    mechanism: str = ""
    configuration: str = ""

    @property
    def given(self) -> tuple[str, ...]:
        """Return the fields that need no column."""
        return ("mechanism",) if self.mechanism else ()

    def as_json(self) -> dict[str, Any]:
        """Return the answers as they are stored with an upload."""
        return asdict(self)


def import_evidence(
    session: Session,
    actor: Actor | None,
    read: EvidenceFile,
    file: str,
    answers: EvidenceAnswers,
    *,
    store: bool,
) -> EvidenceReport:
    """Record what can be recorded in the caller's transaction, or only say what would be."""
    source = (answers.source or file)[-SOURCE_LENGTH:]
    rows, refused = _measurements(session, read, answers)
    recordings = [
        _recorded(session, actor, rows[start : start + MOST_ROWS], source, store=store)
        for start in range(0, len(rows), MOST_ROWS)
    ]
    judged = [
        problem
        for number, recording in enumerate(recordings)
        for problem in _findings(rows[number * MOST_ROWS :], recording)
    ]
    problems = sorted([*read.problems, *refused, *judged], key=lambda one: one.line)

    def count(*fates: Fate) -> int:
        return sum(recording.count(*fates) for recording in recordings)

    unread = sum(one.count for one in read.problems if one.fatal) + len({p.line for p in refused})
    return EvidenceReport(
        file=file,
        source=source,
        stored=store,
        rows=unread + len(rows),
        accepted=count(Fate.ACCEPTED),
        corrected=count(Fate.CORRECTED),
        unchanged=count(Fate.UNCHANGED),
        refused=unread + count(Fate.REFUSED),
        columns=read.columns,
        ignored=read.ignored,
        problems=tuple(problems),
    )


def _recorded(
    session: Session,
    actor: Actor | None,
    rows: Sequence[NewMeasurement],
    source: str,
    *,
    store: bool,
) -> Recording:
    if store:
        return record_measurements(session, actor, rows, source, correct=True, partial=True)
    return judge_measurements(session, actor, rows, source, correct=True)


def _findings(rows: Sequence[NewMeasurement], recording: Recording) -> list[Problem]:
    """Return what is worth a look: refused rows, and those that other numbers overtook."""
    found = []
    for outcome in recording.outcomes:
        line = rows[outcome.place].line or 0
        if outcome.problem is not None:
            found.append(_as_problem(outcome.problem))
        elif outcome.overtaken:
            found.append(Problem(line, "", "", outcome.note))
    return found


def _as_problem(problem: RowProblem) -> Problem:
    shown = shorten(problem.value)
    return Problem(problem.line or 0, problem.column, shown, problem.reason, fatal=True)


def _measurements(
    session: Session, read: EvidenceFile, answers: EvidenceAnswers
) -> tuple[list[NewMeasurement], list[Problem]]:
    """Return the rows that can be read, and what is wrong with the others."""
    default = answers.mechanism
    names = MechanismNames(session, (row.get("mechanism") or default for _line, row in read.rows))
    rows: list[NewMeasurement] = []
    problems: list[Problem] = []
    for line, given in read.rows:
        found = _row(names, line, given, answers)
        if isinstance(found, NewMeasurement):
            rows.append(found)
        else:
            problems += map(_as_problem, found)
    return rows, problems


_LEFT_OUT = dict.fromkeys(
    (
        "metric",
        "numerator",
        "denominator",
        "window_start",
        "window_end",
        "sampling",
        "label_source",
    ),
    "",
)


def _row(
    names: MechanismNames, line: int, given: Mapping[str, str], answers: EvidenceAnswers
) -> NewMeasurement | list[RowProblem]:
    key = given.get("mechanism") or answers.mechanism
    known = names.of(key)
    if known is None:
        return [RowProblem(line, "mechanism", key, _("There is no such mechanism."))]
    values = {**_LEFT_OUT, **given}
    if not values.get("configuration") and key == answers.mechanism:
        values["configuration"] = answers.configuration
    problems: list[RowProblem] = []
    row = CellReader(line, values, problems).measurement(known)
    return row if row is not None and not problems else problems
