"""Reads rosters, loads and throughput pasted from a spreadsheet: all rows, or what is wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from roadmap.capacity import counts, loads, shifts
from roadmap.capacity.reading import (
    Block,
    Column,
    problem,
    read_block,
    read_day,
    read_hours,
    read_moment,
    read_number,
    read_share,
    read_week,
    read_weekdays,
)
from roadmap.errors import Invalid
from roadmap.mechanisms.measurement_checks import RowProblem
from roadmap.mechanisms.queries import sites
from roadmap.taxonomy.queries import options
from roadmap.web.i18n import _

ROSTER = (
    Column("site"),
    Column("languages", frozenset({"language"})),
    Column("weekdays", frozenset({"days", "day"})),
    Column("hours", frozenset({"from_to", "time", "shift"}), needed=True),
    Column("rostered", frozenset({"heads", "planned"}), needed=True),
    Column("on_duty", frozenset({"present", "actual"})),
    Column("first_day", frozenset({"from", "first"})),
    Column("last_day", frozenset({"until", "last", "to"})),
    Column("ramp"),
)
BASE = (
    Column("language", frozenset({"languages"})),
    Column("weekly", frozenset({"items", "items_a_week", "volume"}), needed=True),
    Column("handling_seconds", frozenset({"aht", "seconds"})),
    Column("measured_until", frozenset({"until"})),
)
THROUGHPUT = (
    Column("week", frozenset({"monday"}), needed=True),
    Column("per_day", frozenset({"decisions_a_day", "decisions"}), needed=True),
)
COUNTS = (
    Column("counted_at", frozenset({"at", "time", "moment"}), needed=True),
    Column("items", frozenset({"waiting", "backlog"}), needed=True),
)
Row = TypeVar("Row")


@dataclass
class Read:
    """What a block holds: rows ready to store and, beside each, the line it stands on."""

    rows: list[Any] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)

    def add(self, line: int, row: Any) -> None:
        """Keep a row that could be read."""
        self.rows.append(row)
        self.lines.append(line)


@dataclass
class _Cells:
    """The cells of one row; each that cannot be read is noted and None."""

    line: int
    values: Mapping[str, str]
    problems: list[RowProblem]

    def read(self, column: str, reader: Callable[[str], Row], default: Any = None) -> Any:
        """Return what a cell holds, the default for an empty one."""
        text = self.values.get(column, "")
        if not text:
            return default
        try:
            return reader(text)
        except ValueError as error:
            self.note(column, error)
            return default

    def note(self, column: str, reason: object) -> None:
        """Note what is wrong with a cell."""
        self.problems.append(problem(self.line, column, self.values.get(column, ""), reason))


def _rows(text: str, columns: tuple[Column, ...]) -> tuple[Block, Read]:
    block = read_block(text, columns)
    return block, Read(problems=list(block.problems))


def read_roster(session: Session, text: str, first: date | None, last: date | None) -> Read:
    """Return the shifts of a block; rows without days of their own run from first to last."""
    block, found = _rows(text, ROSTER)
    if found.problems:
        return found
    places = {name: site.id for site in sites(session) for name in (site.code, site.name.lower())}
    languages = _language_codes(session)
    for line, values in block.rows:
        cells = _Cells(line, values, found.problems)
        before = len(found.problems)
        spec = _shift(cells, places, languages, first, last)
        if len(found.problems) == before and spec is not None:
            _check(cells, found, spec, lambda one: shifts.checked(session, one), _ROSTER_NAMES)
    return found


_ROSTER_NAMES = {"present": "on_duty", "starts": "hours", "site_id": "site"}


def _shift(
    cells: _Cells,
    places: Mapping[str, int],
    languages: Mapping[str, str],
    first: date | None,
    last: date | None,
) -> shifts.ShiftSpec | None:
    hours = cells.read("hours", read_hours)
    if hours is None and not cells.values.get("hours"):
        cells.note("hours", _("Give the hours, such as 06:00-14:00."))
    rostered = cells.read("rostered", read_number)
    if rostered is None and not cells.values.get("rostered"):
        cells.note("rostered", _("Say how many heads are rostered; 0 is a number."))
    starting = cells.read("first_day", read_day, first)
    ending = cells.read("last_day", read_day, last)
    if starting is None and not cells.values.get("first_day"):
        cells.note("first_day", _("Give its first day."))
    if ending is None and not cells.values.get("last_day"):
        cells.note("last_day", _("Give its last day."))
    site = cells.values.get("site", "")
    if site and site.lower() not in places:
        cells.note("site", _("There is no such site."))
    present = cells.read("on_duty", read_number)
    ramp = cells.read("ramp", read_share, 1.0)
    weekdays = cells.read("weekdays", read_weekdays, tuple(range(7)))
    spoken = _languages(cells, languages)
    if None in (hours, rostered, starting, ending):
        return None
    return shifts.ShiftSpec(
        first_day=starting,
        last_day=ending,
        starts=hours[0] % (24 * 60),
        ends=hours[1],
        rostered=rostered,
        present=present,
        ramp=ramp,
        weekdays=weekdays,
        languages=spoken,
        site_id=places.get(site.lower()),
    )


def _languages(cells: _Cells, known: Mapping[str, str], column: str = "languages") -> list[str]:
    text = cells.values.get(column, "").replace("+", " ").replace("/", " ").replace(",", " ")
    if text.strip().lower() in ("", "*", "any", "all"):
        return []
    found = []
    for word in text.replace(";", " ").split():
        if word.lower() not in known:
            cells.note(column, _("There is no language %(code)s.", code=word[:20]))
        else:
            found.append(known[word.lower()])
    return found


def _language_codes(session: Session) -> dict[str, str]:
    names = options(session).names
    return {code.lower(): code for kind, code in names if kind == "language"}


def _check(
    cells: _Cells,
    found: Read,
    spec: Any,
    command: Callable[[Any], object],
    names: Mapping[str, str],
) -> None:
    """Keep the row if the command takes it, else note why not at its column."""
    try:
        command(spec)
    except Invalid as error:
        for name, sentence in error.fields.items():
            cells.note(names.get(name, name), sentence)
        if not error.fields:
            cells.note("", error.message)
    else:
        found.add(cells.line, spec)


def read_base_loads(session: Session, text: str, until: date) -> Read:
    """Return the base loads of a block; rows without a day are measured until ``until``."""
    block, found = _rows(text, BASE)
    if found.problems:
        return found
    known = _language_codes(session)
    seen: set[str | None] = set()
    for line, values in block.rows:
        cells = _Cells(line, values, found.problems)
        before = len(found.problems)
        languages = _languages(cells, known, "language")
        if len(languages) > 1:
            cells.note("language", _("One language a row, or none for all."))
        language = languages[0] if languages else None
        if language in seen:
            cells.note("language", _("This language is there twice."))
        seen.add(language)
        spec = loads.LoadSpec(
            weekly=cells.read("weekly", read_number),
            handling_seconds=cells.read("handling_seconds", read_number),
            measured_until=cells.read("measured_until", read_day, until),
            language=language,
        )
        if len(found.problems) == before:
            _check(cells, found, spec, lambda one: loads.checked_load(session, one), {})
    return found


def read_throughput(text: str) -> Read:
    """Return (Monday, decisions a day) of a block."""
    block, found = _rows(text, THROUGHPUT)
    seen: set[date] = set()
    for line, values in block.rows if not found.problems else ():
        cells = _Cells(line, values, found.problems)
        week = cells.read("week", read_week)
        per_day = cells.read("per_day", read_number)
        if not values.get("week"):
            cells.note("week", _("Name the week, such as 2026-W48 or its Monday."))
        elif week in seen:
            cells.note("week", _("This week is there twice."))
        if not values.get("per_day"):
            cells.note("per_day", _("Say how many decisions a day; 0 is a number."))
        if week is not None and per_day is not None:
            seen.add(week)
            _check(cells, found, (week, per_day), _check_week, {})
    return found


def _check_week(row: tuple[date, float]) -> None:
    loads.checked_week(*row)


def read_counts(text: str) -> Read:
    """Return (moment by the queue's clock, items waiting) of a block."""
    block, found = _rows(text, COUNTS)
    for line, values in block.rows if not found.problems else ():
        cells = _Cells(line, values, found.problems)
        moment = cells.read("counted_at", read_moment)
        items = cells.read("items", read_number)
        for name in ("counted_at", "items"):
            if not values.get(name):
                cells.note(name, _("This is needed."))
        if moment is not None and items is not None:
            _check(cells, found, (moment, items), _check_count, {"day": "counted_at"})
    return found


def _check_count(row: tuple[datetime, float]) -> None:
    counts.checked_items(row[1])
