"""The rows of launch tables and the problems found in them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a table: its physical line and its cells by column, as written."""

    line: int
    cells: Mapping[str, str]


# The rows of each table by the table's name without its ending.
Records = dict[str, list[Record]]


@dataclass(frozen=True, slots=True)
class LaunchProblem:
    """One finding: where (file, line, launch), what (field, value, kind) and why.

    ``fatal`` means that the row of ``file`` is refused.
    """

    file: str
    line: int
    key: str
    field: str
    value: str
    kind: str
    reason: str
    fatal: bool = False


def text_of(record: Record, field: str) -> str:
    """Return a cell without outer white space; a column the table lacks is empty."""
    return record.cells.get(field, "").strip()
