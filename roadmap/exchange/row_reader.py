"""Read the fields of one row, collecting what is wrong with each cell."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from roadmap.exchange import values
from roadmap.exchange.columns import ColumnMapping
from roadmap.exchange.problems import Problem, shorten
from roadmap.exchange.requirement_links import RawLink, read_links
from roadmap.exchange.tabular import Row, Table
from roadmap.exchange.values import DateOrder, DateReading, ValueRefusedError

DATE_FIELDS = ("created_at", "updated_at", "start_on", "needed_by")

T = TypeVar("T")
_REPEAT = re.compile(r"#\d+$")


def detect_date_order(table: Table, mapping: ColumnMapping) -> DateOrder:
    """Return the order of slashed dates that the whole file proves.

    One program wrote the file, so every column bears witness: those taken as dates, and those
    kept as text in which each filled cell is a slashed date.
    """
    taken = {index for field in DATE_FIELDS for index in mapping.columns.get(field, ())}
    witnesses: list[str] = []
    for index, label in enumerate(mapping.labels):
        cells = [row.cells[index] for row in table.rows if row.cells[index].strip()]
        dated = label in mapping.not_taken and all(map(values.looks_slashed, cells))
        if index in taken or dated:
            witnesses.extend(cells)
    return values.date_order(witnesses)


class RowReader:
    """One row under its mapping; every refused cell is added to ``problems``."""

    def __init__(self, row: Row, mapping: ColumnMapping) -> None:
        self.line = row.line
        self.mapping = mapping
        self.problems: list[Problem] = []
        self._cells = row.cells

    def fail(self, field: str, value: str, reason: str) -> None:
        """Refuse the row because of this field."""
        self._report(self.mapping.label(field) or field, value, reason, fatal=True)

    def warn(self, field: str, value: str, reason: str) -> None:
        """List a finding that does not refuse the row."""
        self._report(self.mapping.label(field) or field, value, reason, fatal=False)

    def raw(self, field: str) -> str:
        """Return the cell of a single-valued field as written, or an empty text."""
        positions = self.mapping.columns.get(field, ())
        return self._cells[positions[0]] if positions else ""

    def text(self, field: str, limit: int) -> str:
        """Return the text without outer white space; over-long or control characters refuse."""
        text = self.raw(field).strip()
        if reason := _unfit(text, limit):
            self.fail(field, text, reason)
        return text

    def date(self, field: str, reading: DateReading) -> date | None:
        """Return the day, or None when empty or refused."""
        return self._value(field, lambda text: values.parse_date(text, reading))

    def moment(self, field: str, reading: DateReading) -> datetime | None:
        """Return the UTC moment, or None when empty or refused."""
        return self._value(field, lambda text: values.parse_datetime(text, reading))

    def number(self, field: str) -> Decimal | None:
        """Return a number above zero, or None when empty or refused."""
        return self._value(field, values.parse_positive)

    def boolean(self, field: str) -> bool:
        """Return yes or no; empty is no."""
        return bool(self._value(field, values.parse_boolean))

    def words(self, field: str, most: int, limit: int) -> tuple[str, ...]:
        """Return the distinct words of all columns of a field; commas inside a cell part them."""
        found: dict[str, None] = {}
        for index in self.mapping.columns.get(field, ()):
            for part in self._cells[index].split(","):
                if word := part.strip():
                    found[word] = None
                    if reason := _unfit(word, limit):
                        self._report(self.mapping.labels[index], word, reason, fatal=True)
        if len(found) > most:
            self.fail(field, "", f"At most {most} are taken; the row has {len(found)}.")
        return tuple(found)

    def links(self, fields: tuple[str, ...]) -> list[RawLink]:
        """Return the relations of the row as written."""
        found: list[RawLink] = []
        for field in fields:
            for index in self.mapping.columns.get(field, ()):
                label, cell = self.mapping.labels[index], self._cells[index]
                try:
                    found.extend(read_links(field, label, cell))
                except ValueRefusedError as error:
                    self._report(label, cell, str(error), fatal=True)
        return found

    def parent(self) -> RawLink | None:
        """Return the link to the parent, or None."""
        name = self.raw("parent").strip()
        return RawLink("parent", name, 0, self.mapping.label("parent"), name) if name else None

    def untaken(self, limit: int) -> dict[str, tuple[str, ...]]:
        """Return the filled cells that mean no field of ours, by column name, repeats together."""
        kept: dict[str, list[str]] = {}
        for index, label in enumerate(self.mapping.labels):
            cell = self._cells[index].strip()
            if cell and label in self.mapping.not_taken:
                if reason := _unfit(cell, limit):
                    self._report(label, cell, reason, fatal=True)
                kept.setdefault(_REPEAT.sub("", label) or label, []).append(cell)
        return {name: tuple(cells) for name, cells in kept.items()}

    def _value(self, field: str, parse: Callable[[str], T]) -> T | None:
        text = self.raw(field).strip()
        if not text:
            return None
        try:
            return parse(text)
        except ValueRefusedError as error:
            self.fail(field, text, str(error))
            return None

    def _report(self, column: str, value: str, reason: str, *, fatal: bool) -> None:
        self.problems.append(Problem(self.line, column, shorten(value), reason, fatal=fatal))


def _unfit(text: str, limit: int) -> str:
    """Return why a text cannot be kept, or an empty text."""
    if len(text) > limit:
        return f"It has {len(text):,} characters; at most {limit:,} fit."
    try:
        values.refuse_control_characters(text)
    except ValueRefusedError as error:
        return str(error)
    return ""
