"""Reads measurement rows pasted from a spreadsheet: all rows or a list of what is wrong where."""

import csv
import io
from collections.abc import Sequence

from sqlalchemy.orm import Session

from roadmap.mechanisms.cells import CellReader, RowNames
from roadmap.mechanisms.measurement_checks import NewMeasurement, RowProblem
from roadmap.mechanisms.models import Mechanism
from roadmap.mechanisms.queries import configurations
from roadmap.taxonomy.queries import policy_version_choices
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


def read_pasted(
    session: Session, mechanism: Mechanism, block: str
) -> tuple[list[NewMeasurement], list[RowProblem]]:
    """Return (rows, problems) of a block with a header line; tabs, commas or semicolons separate.

    A row without a configuration is of the one that runs. A part of the slice left empty, or ``*``,
    means measured over all of them.
    """
    found = configurations(session, mechanism.id)
    names = RowNames(
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
    names: RowNames,
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
    reader = CellReader(line, values, problems)
    before = len(problems)
    row = reader.measurement(names)
    return row if len(problems) == before else None
