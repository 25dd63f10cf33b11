"""Reads numbers, times, days of the week and blocks of cells as people type and paste them."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from roadmap.mechanisms.measurement_checks import RowProblem
from roadmap.web.i18n import _

MOST_ROWS = 5_000
_LONGEST_SHOWN = 80
_WEEK = re.compile(r"([0-9]{4})-?W([0-9]{1,2})", re.IGNORECASE)
_TIME = re.compile(r"([0-9]{1,2})(?:[:.h]?([0-9]{2}))?")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_GROUPS = {
    "": range(7),
    "daily": range(7),
    "all": range(7),
    "every day": range(7),
    "weekdays": range(5),
    "weekend": (5, 6),
}
_DASHES = str.maketrans({"–": "-", "—": "-", "\N{MINUS SIGN}": "-", "\N{NO-BREAK SPACE}": " "})


# Every row of a block holds a figure; a first line without one names columns.
_FIGURE = re.compile(r"\s*[-.]?[0-9]")


def read_number(text: str) -> float:
    """Return the number a text writes; ValueError with a sentence says what is wrong with it."""
    plain = text.translate(_DASHES).replace(" ", "").replace("'", "").replace("_", "")
    if "," in plain and "." in plain:
        thousands = "," if plain.rindex(".") > plain.rindex(",") else "."
        plain = plain.replace(thousands, "")
    elif plain.count(",") == 1 and len(plain.rpartition(",")[2]) == 3:
        raise ValueError(_("Write 1200 or 1.2: %(text)s can be read two ways.", text=text[:20]))
    plain = plain.replace(",", ".", 1)
    if not re.fullmatch(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", plain):
        raise ValueError(_("Use a number, such as 12.5."))
    found = float(plain)
    if found in (float("inf"), float("-inf")):
        raise ValueError(_("This number is too large."))
    return found


def read_share(text: str) -> float:
    """Return a share: ``17 %`` and ``0.17`` are both .17."""
    if text.rstrip().endswith("%"):
        return read_number(text.rstrip().removesuffix("%")) / 100
    return read_number(text)


def read_time(text: str) -> int:
    """Return minutes from midnight of ``06:30``, ``6.30`` or ``6``; 24:00 is the day's end."""
    match = _TIME.fullmatch(text.strip())
    minutes = int(match[1]) * 60 + int(match[2] or 0) if match else -1
    if match is None or not 0 <= minutes <= 24 * 60 or int(match[2] or 0) > 59:
        raise ValueError(_("Use a time of day, such as 06:30."))
    return minutes


def read_moment(text: str) -> datetime:
    """Return the day and time of ``2026-11-22 06:00``; without a time the day's beginning."""
    first, _space, rest = text.strip().replace("T", " ").partition(" ")
    minutes = read_time(rest) if rest.strip() else 0
    return datetime.combine(read_day(first), time()) + timedelta(minutes=minutes)


def read_hours(text: str) -> tuple[int, int]:
    """Return start and end of ``22:00-06:00`` in minutes from midnight."""
    parts = text.translate(_DASHES).split("-")
    if len(parts) != 2:
        raise ValueError(_("Use hours such as 06:00-14:00."))
    return read_time(parts[0]), read_time(parts[1])


def read_weekdays(text: str) -> tuple[int, ...]:
    """Return the days of ``Mon-Fri``, ``Mon, Wed``, ``1-5`` or ``daily``; 0 is Monday."""
    plain = text.translate(_DASHES).strip().lower()
    if plain in _GROUPS:
        return tuple(_GROUPS[plain])
    found: set[int] = set()
    for part in re.split(r"[,;/+ ]+", re.sub(r"\s*-\s*", "-", plain)):
        first, _dash, last = part.partition("-")
        start, end = _weekday(first), _weekday(last or first)
        found |= {(start + step) % 7 for step in range((end - start) % 7 + 1)}
    return tuple(sorted(found))


def _weekday(text: str) -> int:
    if text in {"1", "2", "3", "4", "5", "6", "7"}:
        return int(text) - 1
    for place, name in enumerate(_DAYS):
        if len(text) >= 2 and (text.startswith(name) or name.startswith(text)):
            return place
    raise ValueError(_("Use days such as Mon-Fri, Sat or daily."))


def read_day(text: str) -> date:
    """Return the day of ``2026-11-30`` or ``30.11.2026``."""
    plain = text.strip()
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", plain):
            return date.fromisoformat(plain)
        # With dots it is day, month, year everywhere; with slashes it could be either.
        if dotted := re.fullmatch(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})", plain):
            return date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
    except ValueError:
        pass
    raise ValueError(_("Use a day that exists, written 2026-11-30 or 30.11.2026."))


def read_week(text: str) -> date:
    """Return the Monday of ``2026-W48`` or of the week of a day."""
    match = _WEEK.fullmatch(text.strip())
    if match is not None:
        try:
            return date.fromisocalendar(int(match[1]), int(match[2]), 1)
        except ValueError:
            raise ValueError(_("This year has no such week.")) from None
    day = read_day(text)
    return day - timedelta(days=day.weekday())


def read_numbers(text: str) -> list[float]:
    """Return the numbers of a pasted row or column, whatever separates them."""
    plain = re.sub(r"[ ]+%", "%", text.translate(_DASHES))
    # With tabs or line breaks between numbers a comma is part of one.
    separator = r"[\t\n;]+" if re.search(r"[\t\n;]", plain.strip()) else r"[,\s]+"
    cells = [cell.strip() for cell in re.split(separator, plain.strip())]
    return [read_share(cell) for cell in cells if cell]


def read_season(text: str) -> dict[int, float]:
    """Return factors by ISO week out of lines such as ``48: 1.4`` or ``48-50 1.2``."""
    found: dict[int, float] = {}
    for line in text.translate(_DASHES).splitlines():
        if not line.strip():
            continue
        match = re.fullmatch(r"\s*[Ww]?([0-9]{1,2})(?:\s*-\s*([0-9]{1,2}))?[\s:=]+(.+)", line)
        if match is None:
            raise ValueError(_("Write a line for each week or weeks, such as 48: 1.4."))
        factor = read_number(match[3])
        for week in range(int(match[1]), int(match[2] or match[1]) + 1):
            found[week] = factor
    return found


# ---- blocks ----


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a block: what headers may call it, and whether there must be one."""

    name: str
    aliases: frozenset[str] = frozenset()
    needed: bool = False


@dataclass
class Block:
    """The rows of a pasted block, each with its line, and what is wrong with it."""

    rows: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


def read_block(text: str, columns: Sequence[Column]) -> Block:
    """Return the rows of a block under the names of its columns.

    Without a header line the columns stand in their own order. Tabs, semicolons or commas separate.
    """
    block = Block()
    try:
        lines = _lines(text)
    except csv.Error as error:
        block.problems.append(RowProblem(1, "", "", _("This is no table: %(why)s.", why=error)))
        return block
    header = _header(lines[0][1], columns) if lines else None
    if lines and header is None and not any(_FIGURE.match(cell) for cell in lines[0][1]):
        reason = _("This header names no column known here. Name them as listed beside.")
        block.problems.append(problem(lines[0][0], "", ", ".join(lines[0][1]), reason))
        return block
    names = header or [column.name for column in columns]
    for line, cells in lines[1:] if header else lines:
        if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
            reason = _("%(has)s cells for %(most)s columns.", has=len(cells), most=len(names))
            block.problems.append(RowProblem(line, "", "", reason))
        else:
            values = dict(zip(names, (cell.strip() for cell in cells), strict=False))
            block.rows.append((line, values))
    missing = [c.name for c in columns if c.needed and c.name not in names]
    block.problems += [RowProblem(1, n, "", _("This column is missing.")) for n in missing]
    unknown = [n for n in names if n not in {c.name for c in columns}]
    block.problems += [
        RowProblem(1, n, n, _("This column is not known; take it out.")) for n in unknown
    ]
    if not block.rows and not block.problems:
        block.problems.append(RowProblem(1, "", "", _("Paste at least one row.")))
    if len(block.rows) > MOST_ROWS:
        words = _("At most %(most)s rows at a time.", most=f"{MOST_ROWS:,}")
        block.problems.append(RowProblem(None, "", "", words))
    return block


def _lines(text: str) -> list[tuple[int, list[str]]]:
    plain = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    first = plain.lstrip("\n").partition("\n")[0]
    separator = max("\t;,", key=first.count)
    reader = csv.reader(io.StringIO(plain), delimiter=separator)
    return [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]


def _header(cells: Sequence[str], columns: Sequence[Column]) -> list[str] | None:
    """Return the names a first line gives the columns; None if it is no header."""
    known = {alias: c.name for c in columns for alias in {c.name, *c.aliases}}
    words = [re.sub(r"[\s_-]+", "_", cell.strip().lower()) for cell in cells]
    if sum(word in known for word in words) < min(2, len(columns)):
        return None
    return [known.get(word, word) for word in words]


def problem(line: int, column: str, value: str, reason: object) -> RowProblem:
    """Return what is wrong with a cell, its value shortened."""
    return RowProblem(line, column, value[:_LONGEST_SHOWN], str(reason))
