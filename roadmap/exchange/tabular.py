"""Read the bytes of a delimited text file into a table, without trusting any of them.

Cells are kept exactly as written: no trimming, no formula is run, no type is guessed.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from roadmap.exchange.problems import Problem, shorten

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 1_000
# The csv module refuses a cell above 131,072 characters; ours is lower, so that one row is refused
# before the whole file has to be.
MAX_CELL = 100_000
MAX_ROW = 400_000

DELIMITERS = (",", ";", "\t", "|")
# Longest first: the UTF-32 mark starts with the UTF-16 one.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SNIFFED_RECORDS = 40
SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?")


class TableError(ValueError):
    """The file cannot be read as a table; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the physical line it starts on (from 1) and its cells as written."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its records; every row has as many cells as the header.

    ``problems`` lists the records that were refused while reading (ragged or over-long).
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    delimiter: str
    encoding: str

    def labels(self) -> tuple[str, ...]:
        """Return a distinct name per column: a repeated ``Comment`` becomes ``Comment#2``."""
        return column_labels(self.header)


def column_labels(header: tuple[str, ...]) -> tuple[str, ...]:
    """Return a distinct name for each column of a header, numbering repeats from 2."""
    labels: dict[str, None] = {}
    for index, name in enumerate(header):
        shown = label = name or f"column {index + 1}"
        repeat = 1
        while label in labels:
            repeat += 1
            label = f"{shown}#{repeat}"
        labels[label] = None
    return tuple(labels)


def read_table(data: bytes, *, encoding: str | None = None) -> Table:
    """Read a delimited file.

    Accepts UTF-8 with or without a byte-order mark, UTF-16 and UTF-32 with one, or the encoding the
    person names. The delimiter is the one of comma, semicolon, tab and vertical bar that splits the
    header most consistently. Raise ``TableError`` when the whole file is unusable.
    """
    if len(data) > MAX_BYTES:
        raise TableError(
            f"The file has {len(data):,} bytes; at most {MAX_BYTES:,} are read. Split it."
        )
    text, used = decode(data, encoding)
    if not text.strip():
        raise TableError("The file is empty: it has neither a header nor rows.")
    delimiter, skipped = _find_delimiter(text)
    records = raw_records(text, delimiter, skipped)
    first = next(records, None)
    if first is None:
        raise TableError("The file has no header row.")
    header = tuple(name.strip() for name in first.cells)
    if len(header) > MAX_COLUMNS:
        raise TableError(f"The header has {len(header):,} columns; at most {MAX_COLUMNS:,}.")
    rows: list[Row] = []
    problems: list[Problem] = []
    for row in records:
        cells = _fit(row.cells, len(header))
        problem = _row_problem(row.line, cells, len(header))
        if problem is None:
            rows.append(Row(row.line, cells))
        else:
            problems.append(problem)
        if len(rows) + len(problems) > MAX_ROWS:
            raise TableError(f"The file has more than {MAX_ROWS:,} rows. Split it.")
    return Table(header, tuple(rows), tuple(problems), delimiter, used)


def decode(data: bytes, encoding: str | None) -> tuple[str, str]:
    """Return the text of a file and the encoding used; raise ``TableError`` when it is no text."""
    used = encoding or next(
        (name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8"
    )
    # A text encoding only: codecs such as "zip" or "rot13" are not asked to open what people send.
    try:
        codecs.lookup(used)
        text = data.decode(used)
    except UnicodeDecodeError as error:
        raise TableError(_undecodable(data, error, used)) from error
    except UnicodeError as error:
        raise TableError(f"The file is not valid {used} text.") from error
    except (LookupError, AssertionError) as error:
        raise TableError(f"There is no text encoding called {used!r}.") from error
    start = text[:4000]
    if start.count("\0") * 4 > len(start):
        raise TableError(
            "The file looks like UTF-16 text without a byte-order mark. "
            "Save it as UTF-8, or name its encoding."
        )
    return text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"), used


def _undecodable(data: bytes, error: UnicodeDecodeError, used: str) -> str:
    line = data.count(b"\n", 0, error.start) + 1
    return (
        f"Line {line} is not {used} text: byte 0x{data[error.start]:02X} at position "
        f"{error.start:,}. Save the file as UTF-8, or name its encoding (for example cp1252)."
    )


def _find_delimiter(text: str) -> tuple[str, int]:
    """Return the delimiter and how many lines precede the header (Excel's ``sep=;`` line)."""
    line_end = text.find("\n")
    declared = SEPARATOR_LINE.fullmatch(text[: line_end + 1] if line_end >= 0 else text)
    if declared:
        return declared.group(1), 1
    best, best_score = ",", 1.0
    for delimiter in DELIMITERS:
        widths: list[int] = []
        try:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            for record in reader:
                if record:
                    widths.append(len(record))
                if len(widths) >= SNIFFED_RECORDS:
                    break
        except csv.Error:
            # The wrong delimiter can join the file into one over-long cell: it is not the one.
            continue
        if widths and widths[0] > 1:
            score = widths[0] * (1 + widths.count(widths[0]) / len(widths))
            if score > best_score:
                best, best_score = delimiter, score
    return best, 0


def raw_records(text: str, delimiter: str, skipped: int = 0) -> Iterator[Row]:
    """Yield the records that hold anything, each with the physical line it starts on."""
    stream = io.StringIO(text, newline="")
    for _ in range(skipped):
        next(stream)
    # Strict: otherwise a quote that never closes silently swallows the rest of the file.
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1 + skipped
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise TableError(_broken(line, error)) from error
        if any(cell.strip() for cell in cells):
            yield Row(line, tuple(cells))


def _broken(line: int, error: csv.Error) -> str:
    text = str(error)
    if "end of data" in text:
        return f"A quoted cell that starts on line {line} is never closed. Close it, then retry."
    if "field limit" in text:
        return f"A cell of the row on line {line} is far too long, or its quote is never closed."
    return f"The row on line {line} is not valid CSV ({text}). Quotes in a cell must be doubled."


def _fit(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    """Drop empty cells beyond the header: spreadsheets write trailing delimiters."""
    end = len(cells)
    while end > width and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _shown(cells: tuple[str, ...]) -> str:
    return shorten(" | ".join(cells[:4]))


def _row_problem(line: int, cells: tuple[str, ...], width: int) -> Problem | None:
    if len(cells) != width:
        reason = (
            f"The row has {len(cells)} cells, the header {width}: "
            "a delimiter or a quote is missing or too many."
        )
        return Problem(line, "", _shown(cells), reason, fatal=True)
    longest = max(map(len, cells))
    if longest > MAX_CELL or sum(map(len, cells)) > MAX_ROW:
        reason = f"The row is too long: at most {MAX_CELL:,} characters a cell, {MAX_ROW:,} a row."
        return Problem(line, "", _shown(cells), reason, fatal=True)
    return None
