"""Find the header of a roadmap sheet and propose what its columns mean.

A header may stand below a preamble and have two rows, group names over column names. What the
columns mean is a proposal by their names; a person corrects it, and it is remembered.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from roadmap.exchange.columns import IGNORE, MappingError
from roadmap.exchange.sheet_grid import Grid, Line
from roadmap.exchange.sheet_values import is_unknown, parse_yes_no
from roadmap.exchange.tabular import TableError, column_labels
from roadmap.exchange.values import fold

# For each field the names that mean it, best first; every other column is kept as theirs.
NAMES: dict[str, tuple[str, ...]] = {
    "title": (
        *("launch", "launch name", "launch title", "title", "feature name", "feature", "name"),
        *("project", "project name", "initiative", "item", "programme", "program", "epic"),
        *("workstream", "summary", "what", "task", "titel", "projekt", "thema", "vorhaben"),
    ),
    "key": (
        *("launch id", "launch key", "key", "id", "ref", "reference", "ticket", "jira", "#"),
        *("no", "no.", "number", "issue", "feature id", "features link"),
    ),
    "status": (
        *("status", "rag", "rag status", "overall status", "health", "overall rag", "readiness"),
        *("launch status", "current status", "traffic light", "go/no-go", "go no go", "overall"),
    ),
    "owner": (
        *("owner", "launch owner", "lead", "dri", "pm", "responsible", "assignee", "poc"),
        *("point of contact", "contact", "accountable", "launch lead", "project lead", "who"),
        *("verantwortlich", "verantwortliche", "ansprechpartner", "responsable"),
    ),
    "team": ("team", "owning team", "squad", "sig", "group", "org", "department", "function"),
    "date": (
        *("launch date", "target date", "go live", "go live date", "golive", "live date", "eta"),
        *("target", "target launch", "launch target", "planned date", "release date", "date"),
        *("termin", "datum", "starttermin", "zieltermin", "launchtermin"),
        *("go-live", "due", "due date", "when", "timing", "start", "start date"),
        *(
            "when raw",
            "quarter",
            "target quarter",
            "launch window",
            "planned launch",
            "dates / start",
        ),
    ),
    "markets": (
        *("markets", "market", "country", "countries", "geo", "geos", "geography", "region"),
        *("regions", "market(s)", "where", "launch markets", "locale", "locales"),
        *("land", "länder", "markt", "märkte", "pays", "país", "paese"),
    ),
    "languages": ("languages", "language", "lang", "language(s)", "sprache", "sprachen"),
    "surfaces": ("surfaces", "surface", "surface(s)", "product surface", "placement", "fläche"),
    "areas": ("policy area", "policy areas", "policy", "policies", "harm type", "abuse type"),
    "type": ("type", "launch type", "kind", "category", "change type"),
    "volume": (
        *("volume", "weekly volume", "expected volume", "forecast", "volume forecast", "vol"),
        *("est volume", "items per week", "volume per week", "daily volume", "est. volume"),
        *("volumen", "volumen/woche", "volumen pro woche", "menge pro woche", "menge/woche"),
        *("expected weekly volume", "volume (weekly)", "vol/wk", "items/week", "volume/wk"),
    ),
    "summary": (
        *("description", "launch description", "details", "scope", "one line release note"),
        *("one line release note description", "overview", "one liner", "brief"),
    ),
}
FIELDS = tuple(NAMES)
# What we add to a sheet on the way out: never taken on the way in.
OURS = "Roadmap "
SEARCHED = 40
_NAME_OF = {
    fold(name): (field, at) for field, names in NAMES.items() for at, name in enumerate(names)
}
_TOTALS = (
    "total",
    "totals",
    "sum",
    "grand total",
    "subtotal",
    "sub total",
    "count",
    "overall total",
    *("summe", "gesamt", "gesamtsumme", "zwischensumme", "totale", "total général", "suma"),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header and what stands below it.

    ``labels`` name every column, repeats numbered; ``preamble`` is what stood above; ``skipped``
    are lines below that are no launch, each with the reason.
    """

    name: str
    labels: tuple[str, ...]
    header_line: int
    lines: tuple[Line, ...]
    preamble: tuple[str, ...]
    skipped: tuple[tuple[Line, str], ...]

    def fingerprint(self) -> str:
        """Return a digest by which what was said of this header is remembered."""
        folded = "\x1f".join(("launch sheet", *(fold(one) for one in self.labels)))
        return hashlib.sha256(folded.encode()).hexdigest()


def find_sheet(grids: Sequence[Grid], wanted: str | None = None) -> Sheet:
    """Return the sheet a person names, else the one whose header says most of a launch.

    Raise ``TableError`` when there is none, or no row of it looks like a header.
    """
    if wanted:
        grids = [grid for grid in grids if fold(grid.name) == fold(wanted)]
        if not grids:
            raise TableError(f"The file has no visible sheet called {wanted!r}.")
    best = max(grids, key=lambda grid: (_best(grid)[0], len(grid.lines)))
    score, at = _best(best)
    if score < 2:
        raise TableError(
            "No row looks like the header of launches: none names a launch beside a status, a date "
            "or an owner. Give the columns names, for example Launch, Status, Owner, Date."
        )
    return _cut(best, at)


def _known(cell: str) -> str | None:
    """Return the field a header cell means; units and remarks in brackets are left aside."""
    for name in (cell, cell.partition("(")[0], cell.rpartition("/")[2] if "/ " in cell else cell):
        found = _NAME_OF.get(fold(name).rstrip("?:* "))
        if found:
            return found[0]
    return None


def _best(grid: Grid) -> tuple[float, int]:
    """Return the best score of a header among the first lines, and its place."""
    scores = [(_score(line), -at) for at, line in enumerate(grid.lines[:SEARCHED])]
    score, at = max(scores, default=(0.0, 0))
    return score, -at


def _score(line: Line) -> float:
    names = [one for one in line.cells if one]
    distinct = {fold(one) for one in names}
    fields = {field for one in names if (field := _known(one))}
    if "title" not in fields or len(distinct) < 2 or any(len(one) > 120 for one in names):
        return 0.0
    return len(fields) + len(distinct) / 100


def _cut(grid: Grid, at: int) -> Sheet:
    header, below = grid.lines[at], list(grid.lines[at + 1 :])
    cells = header.cells
    if below and _is_second(header, below[0]):
        cells = tuple(_joined(top, low) for top, low in zip(cells, below[0].cells, strict=True))
        below = below[1:]
    elif at and _is_group(grid.lines[at - 1], header):
        above = grid.lines[at - 1].cells
        cells = tuple(_joined(top, low) for top, low in zip(above, cells, strict=True))
    labels = column_labels(cells)
    title = next((i for i, one in enumerate(cells) if _known(one) == "title"), 0)
    kept: list[Line] = []
    skipped: list[tuple[Line, str]] = []
    for line in below:
        reason = _no_launch(line, header, title)
        if reason:
            skipped.append((line, reason))
        else:
            kept.append(line)
    preamble = tuple(" ".join(dict.fromkeys(c for c in one.cells if c)) for one in grid.lines[:at])
    return Sheet(grid.name, labels, header.number, tuple(kept), preamble, tuple(skipped))


def _joined(top: str, low: str) -> str:
    if not low or fold(top) == fold(low):
        return top
    return f"{top} / {low}" if top else low


def _is_second(header: Line, next_line: Line) -> bool:
    """Tell whether a header goes on in the next line: names under merged or empty cells only."""
    cells = header.cells
    pairs = list(zip(cells, next_line.cells, strict=True))
    spans = [low for i, (top, low) in enumerate(pairs) if low and (not top or _spans(cells, i))]
    alone = [
        low
        for i, (top, low) in enumerate(pairs)
        if low and top and not _spans(cells, i) and fold(low) != fold(top)
    ]
    return len(spans) >= 2 and not alone and all(len(one) < 60 for one in spans)


def _is_group(above: Line, header: Line) -> bool:
    """Tell whether the line above holds names of groups of columns, not a title or a note."""
    names = {fold(one) for one in above.cells if one}
    grouped = [i for i, one in enumerate(above.cells) if one and _spans(above.cells, i)]
    if len(names) < 2 and len(grouped) == len([c for c in above.cells if c]):
        # One heading over everything is the sheet's title.
        return 1 < len(grouped) < header.filled
    return bool(grouped) and len(names) <= header.filled // 2


def _spans(cells: Sequence[str], at: int) -> bool:
    """Tell whether a cell is part of a group: merged with a neighbour that says the same."""
    text = cells[at]
    beside = (cells[at - 1] if at else "", cells[at + 1] if at + 1 < len(cells) else "")
    return bool(text) and text in beside


def _no_launch(line: Line, header: Line, title: int) -> str:
    """Return why a line is no launch, or nothing."""
    words = [one for one in line.cells if one]
    first = fold(words[0]).rstrip(":")
    if line.cells == header.cells:
        return "the header again"
    if first in _TOTALS or first.startswith(("total ", "sum of ")):
        return "a row of totals"
    if len({*words}) == 1 and (len(words) > 1 or len(header.cells) > 2):
        return "a heading: only one cell is filled"
    if not line.cells[title] and all(_is_number(one) for one in words):
        return "a row of totals"
    return ""


def _is_number(text: str) -> bool:
    return bool(text) and all(sign in "0123456789.,% €$£-+()" for sign in text)


# ---- what columns mean ----


def propose(sheet: Sheet, said: Mapping[str, str]) -> dict[str, str]:
    """Return ``column → field`` for the columns that mean one; ``-`` leaves a column out.

    ``said`` are a person's answers and win. A field is given by one column, the best name first.
    Raise ``MappingError`` for an answer that fits no column or field, or without a title.
    """
    unknown = [one for one in said if one not in sheet.labels]
    if unknown:
        raise MappingError(f"There is no column {unknown[0]!r} in this sheet.")
    wrong = [one for one in said.values() if one not in (*FIELDS, IGNORE, "")]
    if wrong:
        raise MappingError(f"{wrong[0]!r} is not a field. Fields are: {', '.join(FIELDS)}.")
    twice = [f for f in FIELDS if list(said.values()).count(f) > 1]
    if twice:
        raise MappingError(f"Two columns are said to be the {twice[0]}. Choose one.")
    taken = {field: label for label, field in said.items() if field in FIELDS}
    ranked = sorted(
        (rank, at, field, label)
        for at, label in enumerate(sheet.labels)
        if label not in said and not label.startswith(OURS)
        for field, rank in _meant(label)
    )
    for _rank, _at, field, label in ranked:
        if field not in taken and label not in taken.values() and _holds(sheet, label):
            taken[field] = label
    if "title" not in taken:
        raise MappingError("No column holds the title of a launch. Say which with COLUMN=title.")
    found = {label: field for field, label in taken.items()}
    return found | {label: IGNORE for label, field in said.items() if field == IGNORE}


def _meant(label: str) -> list[tuple[str, int]]:
    """Return (field, rank) of every field the column's name may mean, worse ranks for remarks."""
    found: dict[str, int] = {}
    names = (label, label.partition("(")[0], label.rpartition(" / ")[2], label.partition(" / ")[0])
    for worse, name in enumerate(names):
        known = _NAME_OF.get(fold(name).rstrip("?:* "))
        if known:
            found.setdefault(known[0], known[1] + 20 * worse)
    return list(found.items())


def _holds(sheet: Sheet, label: str) -> bool:
    """Tell whether a column holds anything, so that an empty one does not take a field."""
    at = sheet.labels.index(label)
    return any(line.cells[at] for line in sheet.lines) or not sheet.lines


def yes_no_columns(sheet: Sheet, mapping: Mapping[str, str]) -> tuple[str, ...]:
    """Return their columns of yes and no: most filled cells say one of the two, and nothing else.

    They are shown beside a launch as claims.
    """
    found = []
    for at, label in enumerate(sheet.labels):
        cells = [line.cells[at] for line in sheet.lines if not is_unknown(line.cells[at])]
        said = [one for one in cells if parse_yes_no(one) is not None]
        if label not in mapping and cells and len(said) == len(cells):
            found.append(label)
    return tuple(found)
