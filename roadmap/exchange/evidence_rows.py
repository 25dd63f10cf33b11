"""Read a file of measurement rows: CSV, XLSX or newline-delimited JSON, each row as named texts.

Nothing is looked up here: which mechanism a row means, and whether it can be recorded, is asked of
the database later.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from roadmap.exchange.problems import Problem, shorten
from roadmap.exchange.sheet_grid import read_grids
from roadmap.exchange.tabular import MAX_BYTES, MAX_ROWS, TableError, decode, read_table

# Field -> what else a column of it may be called.
FIELDS: dict[str, tuple[str, ...]] = {
    "mechanism": ("mechanism_key",),
    "configuration": ("version", "model_version"),
    "metric": (),
    "market": ("country",),
    "language": ("lang",),
    "surface": (),
    "policy_area": ("policy", "area"),
    "numerator": ("hits", "positives"),
    "denominator": ("n", "labelled", "sample_size"),
    "window_start": ("from", "start"),
    "window_end": ("to", "end", "until"),
    "sampling": (),
    "label_source": ("labels", "labelled_by"),
    "guideline": ("guideline_version",),
    "strata": (),
    "key": ("external_key", "id"),
    "observed_at": (),
}
NEEDED = (
    "mechanism",
    "metric",
    "numerator",
    "denominator",
    "window_start",
    "window_end",
    "sampling",
    "label_source",
)
_NAMES = {name: field for field, others in FIELDS.items() for name in (field, *others)}
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """The rows of a file as (line, field -> text), and what could not be read.

    ``columns`` are (column, field) as understood; ``ignored`` the columns that mean nothing here.
    """

    rows: tuple[tuple[int, Mapping[str, str]], ...]
    columns: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_evidence(data: bytes, given: Sequence[str] = ()) -> EvidenceFile:
    """Read a file; ``given`` names fields that need no column, since the person said them.

    Raise ``TableError`` with one sentence when the whole file is unusable.
    """
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"{":
        return _lines(data)
    if start == b"[":
        raise TableError("This is a JSON array. Send one object a line instead, or use the API.")
    if data.startswith(_ZIP):
        return _workbook(data, given)
    table = read_table(data)
    found = _columns(table.header, given)
    places = [
        (place, _NAMES[_plain(name)])
        for place, name in enumerate(table.header)
        if _plain(name) in _NAMES
    ]
    rows = tuple(
        (row.line, {field: row.cells[place].strip() for place, field in places})
        for row in table.rows
    )
    return EvidenceFile(rows, *found, table.problems)


def _workbook(data: bytes, given: Sequence[str]) -> EvidenceFile:
    """Return the rows of the first sheet that holds anything."""
    grid = read_grids(data)[0]
    header, lines = grid.lines[0].cells, grid.lines[1:]
    found = _columns(header, given)
    places = [
        (place, _NAMES[_plain(name)]) for place, name in enumerate(header) if _plain(name) in _NAMES
    ]
    rows = tuple(
        (line.number, {field: line.cells[place] for place, field in places}) for line in lines
    )
    return EvidenceFile(rows, *found)


def _plain(name: str) -> str:
    return "_".join(name.strip().lower().replace("-", " ").split())


def _columns(
    header: Sequence[str], given: Sequence[str]
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return (columns, ignored) of a header; raise ``TableError`` for one that lacks something."""
    taken = [(name, _NAMES[_plain(name)]) for name in header if _plain(name) in _NAMES]
    ignored = tuple(name for name in header if name and _plain(name) not in _NAMES)
    fields = [field for _name, field in taken]
    if twice := sorted({field for field in fields if fields.count(field) > 1}):
        raise TableError(f"Two columns mean {twice[0]}. Take one out.")
    missing = [field for field in NEEDED if field not in fields and field not in given]
    if missing:
        raise TableError(f"There is no column {missing[0]}. Needed are: {', '.join(NEEDED)}.")
    return tuple(taken), ignored


# ---- newline-delimited JSON ----


def _lines(data: bytes) -> EvidenceFile:
    if len(data) > MAX_BYTES:
        raise TableError(f"The file has {len(data):,} bytes; at most {MAX_BYTES:,} are read.")
    text, _used = decode(data, None)
    rows: list[tuple[int, Mapping[str, str]]] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        if len(rows) + len(problems) >= MAX_ROWS:
            raise TableError(f"The file has more than {MAX_ROWS:,} rows. Split it.")
        found = _object(line)
        if isinstance(found, str):
            problems.append(Problem(number, "", shorten(line), found, fatal=True))
        else:
            rows.append((number, found))
    return EvidenceFile(tuple(rows), problems=tuple(problems))


def _object(line: str) -> Mapping[str, str] | str:
    """Return the fields of one line as texts, or why it cannot be read."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return "This line is no JSON object."
    if not isinstance(found, dict):
        return "This line is no JSON object."
    unknown = sorted(name for name in found if _plain(name) not in _NAMES)
    if unknown:
        return f"There is no field {unknown[0][:40]!r}; take it out."
    try:
        return {_NAMES[_plain(name)]: _text(value) for name, value in found.items()}
    except (KeyError, TypeError):
        return (
            "A value is neither text nor a number, and strata need population, n, positives, found."
        )


def _text(value: Any) -> str:
    """Return a value as a cell would hold it; raise TypeError for what no cell holds."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return ";".join(
            "/".join(
                (
                    str(one["population"]),
                    str(one["n"]),
                    str(one["positives"]),
                    "yes" if one["found"] else "no",
                )
            )
            for one in value
        )
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    return str(value)
