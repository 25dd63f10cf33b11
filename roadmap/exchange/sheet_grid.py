"""Read a spreadsheet, CSV or XLSX, into grids of text: no header, type or meaning is guessed yet.

Merged cells are filled with what stands in their first one, so that a group heading is above every
column it covers. Cells keep the words of the file; numbers lose only a decimal part of zero.
"""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook

from roadmap.exchange.tabular import DELIMITERS, MAX_CELL, TableError, decode, raw_records

MAX_BYTES = 16 * 1024 * 1024
# What a small archive may unpack to; more is a bomb, not a roadmap.
MAX_UNPACKED = 256 * 1024 * 1024
# A launch is stored with its scope, checklist and gates: more would keep the worker for minutes.
MAX_ROWS = 3_000
MAX_COLUMNS = 400
MAX_SHEETS = 60
SNIFFED = 60
_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a grid: its number in the file, from 1, and its cells without outer space."""

    number: int
    cells: tuple[str, ...]

    @property
    def filled(self) -> int:
        """Return how many cells hold anything."""
        return sum(1 for one in self.cells if one)


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet of a file; every line has `width` cells. Blank lines are left out."""

    name: str
    lines: tuple[Line, ...]
    width: int


def read_grids(data: bytes, *, encoding: str | None = None) -> tuple[Grid, ...]:
    """Return the sheets of a file that hold anything, in its order; a CSV file is one sheet.

    Raise ``TableError`` with one sentence when the file is no spreadsheet, or a dangerous one.
    """
    if len(data) > MAX_BYTES:
        raise TableError(f"The file has {len(data):,} bytes; at most {MAX_BYTES:,} are read.")
    if data.startswith(_ZIP):
        grids = _workbook(data)
    elif data.startswith(_OLD_OFFICE):
        raise TableError("This is an old XLS file or a locked one. Save it as XLSX or CSV.")
    else:
        grids = [_delimited(data, encoding)]
    found = tuple(grid for grid in grids if grid.lines)
    if not found:
        raise TableError("The file is empty: it has neither a header nor rows.")
    return found


def _grid(name: str, rows: Sequence[tuple[int, Sequence[str]]]) -> Grid:
    kept = [(number, cells) for number, cells in rows if any(cells)]
    if len(kept) > MAX_ROWS:
        raise TableError(f"{name or 'The file'} has more than {MAX_ROWS:,} rows. Split it.")
    width = max((_last(cells) for _number, cells in kept), default=0)
    if width > MAX_COLUMNS:
        raise TableError(f"{name or 'The file'} has {width:,} columns; at most {MAX_COLUMNS:,}.")
    lines = tuple(
        Line(number, tuple(cells[:width]) + ("",) * (width - len(cells))) for number, cells in kept
    )
    return Grid(name, lines, width)


def _last(cells: Sequence[str]) -> int:
    return max((place for place, one in enumerate(cells, 1) if one), default=0)


# ---- CSV ----


def _delimited(data: bytes, encoding: str | None) -> Grid:
    text, _used = decode(data, encoding)
    if not text.strip():
        raise TableError("The file is empty: it has neither a header nor rows.")
    rows = [
        (row.line, [one.strip() for one in row.cells]) for row in raw_records(text, _splitter(text))
    ]
    return _grid("", rows)


def _splitter(text: str) -> str:
    """Return the delimiter that gives most lines one and the same width above one.

    The first line proves nothing here: a roadmap often begins with its title alone.
    """
    best, best_score = ",", 0
    for delimiter in DELIMITERS:
        widths: Counter[int] = Counter()
        try:
            for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter)):
                widths[_last(row)] += 1
                if number >= SNIFFED:
                    break
        except csv.Error:
            # The wrong delimiter can join the file into one over-long cell: it is not the one.
            continue
        score = sum(min(width - 1, 20) * count for width, count in widths.items() if width > 1)
        if score > best_score:
            best, best_score = delimiter, score
    return best


# ---- XLSX ----


def _workbook(data: bytes) -> list[Grid]:
    _refuse_bomb(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [
            one.name
            for one in book.sheets_metadata
            if str(one.typ).endswith("WorkSheet") and str(one.visible).endswith("Visible")
        ]
        if len(names) > MAX_SHEETS:
            raise TableError(f"The file has {len(names):,} sheets; at most {MAX_SHEETS} are read.")
        return [_worksheet(book, name) for name in names]
    except CalamineError as error:
        raise TableError(f"This is no spreadsheet we can read ({error}).") from error


def _refuse_bomb(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(one.file_size for one in archive.infolist())
    except zipfile.BadZipFile as error:
        raise TableError("The file is damaged: it is no whole XLSX file.") from error
    if unpacked > MAX_UNPACKED:
        raise TableError(f"The file unpacks to {unpacked:,} bytes; at most {MAX_UNPACKED:,}.")


def _worksheet(book: CalamineWorkbook, name: str) -> Grid:
    sheet = book.get_sheet_by_name(name)
    if sheet.height > MAX_ROWS * 10 or sheet.width > MAX_COLUMNS * 10:
        raise TableError(f"{name} is {sheet.height:,} rows by {sheet.width:,} columns: too large.")
    values = sheet.to_python(skip_empty_area=False)
    rows = [[_text(value) for value in row] for row in values]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if top < len(rows) and left < len(rows[top]):
            _fill(rows, rows[top][left], (top, left), (bottom, right))
    return _grid(name, list(enumerate(rows, 1)))


def _fill(rows: list[list[str]], text: str, start: tuple[int, int], end: tuple[int, int]) -> None:
    for row in rows[start[0] : end[0] + 1]:
        stop = min(end[1] + 1, len(row))
        row[start[1] : stop] = [text] * max(0, stop - start[1])


def _text(value: object) -> str:
    """Return a cell as a person would have typed it; days as ISO 8601."""
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return str(int(value)) if value.is_integer() else f"{value:.12g}"
        case datetime():
            plain = value.time() == time()
            return value.date().isoformat() if plain else value.isoformat(" ", "minutes")
        case date() | time() | timedelta():
            return str(value)
        case _:
            text = str(value).strip()
            if len(text) > MAX_CELL:
                raise TableError(f"A cell has {len(text):,} characters; at most {MAX_CELL:,}.")
            return text
