"""Reads measurement rows pasted from a spreadsheet: all rows or a list of what is wrong where."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from sqlalchemy.orm import Session

from roadmap.mechanisms.facts import Stratum
from roadmap.mechanisms.kinds import LabelSource, Metric, Sampling
from roadmap.mechanisms.measurement_checks import NewMeasurement, RowProblem
from roadmap.mechanisms.models import Mechanism
from roadmap.mechanisms.queries import configurations
from roadmap.taxonomy.queries import policy_version_choices
from roadmap.taxonomy.scope import WILDCARD, ScopePattern
from roadmap.web.i18n import _

# Column -> whether a pasted block must have it.
COLUMNS = {
    "metric": True,
    "market": False,
    "language": False,
    "surface": False,
    "policy_area": False,
    "numerator": True,
    "denominator": True,
    "window_start": True,
    "window_end": True,
    "sampling": True,
    "label_source": True,
    "configuration": False,
    "guideline": False,
    "strata": False,
}
_TRUE = {"yes", "true", "1", "found"}
_FALSE = {"no", "false", "0", "missed"}
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_LONGEST_SHOWN = 80

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True)
class _Names:
    """What rows may call by name: configurations of the mechanism and guideline versions."""

    mechanism_id: int
    current: int | None
    configurations: Mapping[str, int]
    guidelines: Mapping[str, int]


def read_pasted(
    session: Session, mechanism: Mechanism, block: str
) -> tuple[list[NewMeasurement], list[RowProblem]]:
    """Return (rows, problems) of a block with a header line; tabs, commas or semicolons separate.

    A row without a configuration is of the one that runs. A part of the slice left empty, or ``*``,
    means measured over all of them.
    """
    found = configurations(session, mechanism.id)
    names = _Names(
        mechanism.id,
        next((one.id for one in found if one.is_current), None),
        {one.label: one.id for one in found},
        {label: number for number, label in policy_version_choices(session)},
    )
    try:
        lines = _lines(block)
    except csv.Error as error:
        return [], [RowProblem(1, "rows", "", _("This is no table: %(why)s.", why=error))]
    if not lines:
        return [], [RowProblem(1, "rows", "", _("Paste a header line and at least one row."))]
    header = [name.strip().lower().replace(" ", "_") for name in lines[0][1]]
    problems = _header_problems(header)
    if problems:
        return [], problems
    rows: list[NewMeasurement] = []
    for line, cells in lines[1:]:
        row = _row(line, header, cells, names, problems)
        if row is not None:
            rows.append(row)
    if not rows and not problems:
        problems.append(RowProblem(1, "rows", "", _("There is a header but no row below it.")))
    return rows, problems


def _lines(block: str) -> list[tuple[int, list[str]]]:
    """Return (line number, cells) of the lines that hold anything."""
    block = block.removeprefix("\ufeff")
    first = block.lstrip("\n").partition("\n")[0]
    separator = max("\t;,", key=first.count)
    reader = csv.reader(io.StringIO(block), delimiter=separator)
    return [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]


def _header_problems(header: Sequence[str]) -> list[RowProblem]:
    problems = [
        RowProblem(1, name or "rows", name, _("This column is not known; take it out."))
        for name in header
        if name not in COLUMNS
    ]
    problems += [
        RowProblem(1, name, "", _("This column is missing."))
        for name, needed in COLUMNS.items()
        if needed and name not in header
    ]
    problems += [
        RowProblem(1, name, name, _("This column is there twice."))
        for name in sorted({name for name in header if header.count(name) > 1})
    ]
    return problems


def _row(
    line: int,
    header: Sequence[str],
    cells: Sequence[str],
    names: _Names,
    problems: list[RowProblem],
) -> NewMeasurement | None:
    """Return the row, or None after adding what is wrong with it to `problems`."""
    if len(cells) != len(header):
        reason = _(
            "%(found)s cells below %(wanted)s columns.", found=len(cells), wanted=len(header)
        )
        problems.append(RowProblem(line, "rows", "", reason))
        return None
    values = dict(zip(header, (cell.strip() for cell in cells), strict=True))
    reader = _Reader(line, values, problems)
    before = len(problems)
    row = reader.measurement(names)
    return row if len(problems) == before else None


class _Reader:
    """Reads the cells of one row, noting each that cannot be read."""

    def __init__(self, line: int, values: Mapping[str, str], problems: list[RowProblem]) -> None:
        self.line = line
        self.values = values
        self.problems = problems

    def measurement(self, names: _Names) -> NewMeasurement | None:
        """Return the row; None if any cell was bad."""
        start, end = self._date("window_start"), self._date("window_end")
        top, bottom = self._whole("numerator"), self._whole("denominator")
        metric = self._choice("metric", Metric)
        sampling = self._choice("sampling", Sampling)
        labels = self._choice("label_source", LabelSource)
        strata = self._strata()
        configuration = self._named("configuration", names.configurations)
        guideline = self._named("guideline", names.guidelines)
        if start is None or end is None or top is None or bottom is None:
            return None
        if metric is None or sampling is None or labels is None:
            return None
        return NewMeasurement(
            mechanism_id=names.mechanism_id,
            configuration_id=configuration or names.current,
            policy_version_id=guideline,
            scope=ScopePattern(
                self._part("market"),
                self._part("language"),
                self._part("surface"),
                self._part("policy_area"),
            ),
            metric=metric,
            numerator=top,
            denominator=bottom,
            window_start=start,
            window_end=end,
            sampling=sampling,
            label_source=labels,
            strata=strata,
            line=self.line,
        )

    def _note(self, column: str, reason: str) -> None:
        shown = self.values.get(column, "")[:_LONGEST_SHOWN]
        self.problems.append(RowProblem(self.line, column, shown, reason))

    def _part(self, column: str) -> str | None:
        value = self.values.get(column, "")
        return None if value in ("", WILDCARD) else value

    def _whole(self, column: str) -> int | None:
        if _WHOLE.fullmatch(self.values[column]):
            return int(self.values[column])
        self._note(column, _("Use a whole number without separators, such as 1200."))
        return None

    def _date(self, column: str) -> date | None:
        try:
            return read_day(self.values[column])
        except ValueError:
            self._note(column, _("Use a day that exists, written 2026-11-30."))
            return None

    def _choice(self, column: str, kind: type[Choice]) -> Choice | None:
        try:
            return kind(self.values[column].lower().replace(" ", "_"))
        except ValueError:
            words = ", ".join(kind)
            self._note(column, _("Use one of: %(words)s.", words=words))
            return None

    def _named(self, column: str, known: Mapping[str, int]) -> int | None:
        name = self.values.get(column, "")
        if not name:
            return None
        if name not in known:
            self._note(column, _("This name is not registered."))
        return known.get(name)

    def _strata(self) -> tuple[Stratum, ...]:
        try:
            return read_strata(self.values.get("strata", ""))
        except ValueError as error:
            self._note("strata", str(error))
            return ()


def read_day(words: str) -> date:
    """Read a day written YYYY-MM-DD; anything else raises ValueError."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", words):
        raise ValueError(words)
    return date.fromisoformat(words)


def read_strata(words: str) -> tuple[Stratum, ...]:
    """Read ``48000/400/12/no; 2000/300/290/yes``: population/labelled/positives/found each.

    Raises ValueError with a sentence that says what was expected.
    """
    found = []
    for part in words.replace("\n", ";").split(";"):
        if not part.strip():
            continue
        pieces = [piece.strip().lower() for piece in part.split("/")]
        good = len(pieces) == 4 and all(_WHOLE.fullmatch(piece) for piece in pieces[:3])
        if not good or pieces[3] not in _TRUE | _FALSE:
            raise ValueError(
                _("Write each stratum as population/labelled/positives/found, as 48000/400/12/no.")
            )
        population, sampled, positives = (int(piece) for piece in pieces[:3])
        found.append(
            Stratum(
                population=population,
                sampled=sampled,
                positives=positives,
                found=pieces[3] in _TRUE,
            )
        )
    return tuple(found)
