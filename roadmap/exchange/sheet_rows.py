"""Turn the lines of a roadmap sheet into drafts of launches, and say what was not understood.

Nothing is dropped: every cell stays with its launch as it was written. What is understood beside
that sets a field; what is not is listed by line and column.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from roadmap.exchange.columns import IGNORE
from roadmap.exchange.problems import Problem, shorten
from roadmap.exchange.sheet_columns import OURS, Sheet, yes_no_columns
from roadmap.exchange.sheet_grid import Line
from roadmap.exchange.sheet_values import (
    Claim,
    Target,
    Volume,
    is_unknown,
    parse_status,
    parse_target,
    parse_volume,
    parse_yes_no,
    parts,
    unit_in,
)
from roadmap.exchange.values import (
    DateOrder,
    ValueRefusedError,
    date_order,
    fold,
    refuse_control_characters,
)
from roadmap.wording import N_

TITLE_LENGTH, KEY_LENGTH, TEXT_LENGTH = 300, 160, 20_000
T = TypeVar("T")

TYPES: Mapping[str, str] = {
    fold(word): code
    for code, words in {
        "M": "m,new market,market,country launch,market launch,expansion",
        "C": "c,new category,category,product category,vertical",
        "S": "s,new surface,surface,feature,product",
        "P": "p,policy,policy change,new policy",
        "V": "v,model,model version,classifier,ml,automation",
        "T": "t,tool,reviewer tool,tooling",
        "W": "w,workflow,process,operations",
        "Q": "q,quality,qa",
    }.items()
    for word in words.split(",")
}
# Groups of markets people write instead of their markets.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "dach": ("DE", "AT", "CH"),
    "nordics": ("SE", "DK", "NO", "FI", "IS"),
    "benelux": ("BE", "NL", "LU"),
    "iberia": ("ES", "PT"),
    "baltics": ("EE", "LV", "LT"),
    "uk": ("GB",),
    "u.k.": ("GB",),
    "usa": ("US",),
    "u.s.": ("US",),
    "eu5": ("DE", "ES", "FR", "GB", "IT"),
    "uki": ("GB", "IE"),
}
EVERYWHERE = frozenset({"all", "all markets", "global", "worldwide", "ww", "row", "everywhere"})


@dataclass(frozen=True)
class Words:
    """What the words of a sheet may name here: folded names and codes to codes or ids.

    A name that two people have names nobody. ``markets`` gives all markets of a region.
    """

    markets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    languages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    surfaces: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    areas: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    people: Mapping[str, int] = field(default_factory=dict)
    teams: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SheetOptions:
    """What a person says of a sheet: their words for states, the order of dates, the usual type."""

    today: date
    states: Mapping[str, Claim] = field(default_factory=dict)
    order: DateOrder | None = None
    type: str | None = None


@dataclass(frozen=True)
class SheetDraft:
    """One launch of a sheet; ``cells`` is the row as written, ``texts`` the cell of each field."""

    line: int
    key: str
    title: str
    cells: tuple[tuple[str, str], ...]
    texts: Mapping[str, str]
    summary: str = ""
    type: str | None = None
    owner_id: int | None = None
    team_id: int | None = None
    target: Target | None = None
    volume: Volume | None = None
    markets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    surfaces: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    claim: Claim | None = None
    answers: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class ColumnCount:
    """How much of a column was understood; without a field all of it is kept as text."""

    label: str
    field: str
    filled: int
    understood: int


@dataclass(frozen=True)
class SheetPlan:
    """The launches of a sheet, what was not understood, and how much was, by column."""

    drafts: tuple[SheetDraft, ...]
    problems: tuple[Problem, ...]
    columns: tuple[ColumnCount, ...]
    refused: int


def plan_sheet(
    sheet: Sheet, mapping: Mapping[str, str], words: Words, options: SheetOptions
) -> SheetPlan:
    """Return the launches a sheet describes; a row without a title or told twice is refused."""
    work = _Work(sheet, mapping, words, options)
    drafts = [draft for line in sheet.lines if (draft := work.draft(line)) is not None]
    kept = _identified(drafts, work.problems)
    for line, reason in sheet.skipped:
        text = shorten(" | ".join(dict.fromkeys(one for one in line.cells if one)))
        work.problems.append(Problem(line.number, "", text, _SKIPPED + reason))
    counts = tuple(
        ColumnCount(label, mapping.get(label, ""), work.filled[label], work.understood[label])
        for label in sheet.labels
    )
    problems = tuple(sorted(work.problems, key=lambda one: (one.line, one.column)))
    return SheetPlan(tuple(kept), problems, counts, len(sheet.lines) - len(kept))


_SKIPPED = N_("Not taken as a launch: ")


class _Work:
    """Reads the lines of one sheet."""

    def __init__(
        self, sheet: Sheet, mapping: Mapping[str, str], words: Words, options: SheetOptions
    ) -> None:
        self.sheet, self.words, self.options = sheet, words, options
        self.labels = {name: label for label, name in mapping.items() if name != IGNORE}
        self.at = {label: place for place, label in enumerate(sheet.labels)}
        self.left_out = {label for label, name in mapping.items() if name == IGNORE}
        self.yes_no = yes_no_columns(sheet, mapping)
        self.problems: list[Problem] = []
        self.filled: Counter[str] = Counter()
        self.understood: Counter[str] = Counter()
        date_at = self.at.get(self.labels.get("date", ""))
        self.order = options.order or (
            date_order(line.cells[date_at] for line in sheet.lines)
            if date_at is not None
            else "unknown"
        )
        self.unit = unit_in(self.labels.get("volume", ""))

    def text(self, line: Line, name: str) -> str:
        """Return the cell of a field, or nothing."""
        label = self.labels.get(name)
        return line.cells[self.at[label]] if label is not None else ""

    def draft(self, line: Line) -> SheetDraft | None:
        """Return the launch of a line; None, and why, if it is refused."""
        kept = [
            (label, text)
            for label, text in zip(self.sheet.labels, line.cells, strict=True)
            if label not in self.left_out and not label.startswith(OURS)
        ]
        taken = {self.labels[name] for name in self.labels}
        for label, text in kept:
            self.filled[label] += bool(text)
            self.understood[label] += bool(text) and label not in taken
        title = " ".join(self.text(line, "title").split())
        if reason := _unfit(title, kept):
            self._note(line, "title", title, reason, fatal=True)
            return None
        self._count("title", title)
        texts = {name: self.text(line, name) for name in self.labels}
        return SheetDraft(
            line=line.number,
            key=self._key(line),
            title=title,
            cells=tuple(kept),
            texts=texts,
            summary=self._read(line, "summary", str) or "",
            type=self._read(line, "type", self._type) or self.options.type,
            owner_id=self._read(line, "owner", lambda one: self._first(one, self.words.people)),
            team_id=self._read(line, "team", lambda one: self._first(one, self.words.teams)),
            target=self._read(line, "date", self._target),
            volume=self._read(line, "volume", lambda one: parse_volume(one, self.unit)),
            markets=self._codes(line, "markets", self.words.markets),
            languages=self._codes(line, "languages", self.words.languages),
            surfaces=self._codes(line, "surfaces", self.words.surfaces),
            areas=self._codes(line, "areas", self.words.areas),
            claim=self._read(
                line, "status", lambda one: parse_status(one, dict(self.options.states))
            ),
            answers={
                label: said
                for label in self.yes_no
                if (said := parse_yes_no(line.cells[self.at[label]])) is not None
            },
        )

    def _key(self, line: Line) -> str:
        text = self._read(line, "key", str) or ""
        return "" if is_unknown(text) else text[:KEY_LENGTH]

    def _target(self, text: str) -> Target | None:
        return parse_target(text, self.options.today, self.order)

    @staticmethod
    def _type(text: str) -> str:
        code = TYPES.get(fold(text))
        if code is None:
            raise ValueRefusedError("This is none of the types of launches; choose one later.")
        return code

    @staticmethod
    def _first(text: str, known: Mapping[str, int]) -> int | None:
        """Return the first person or team a cell names; nobody is made up."""
        if is_unknown(text):
            return None
        for one in (text, *parts(text), *(p.partition("(")[0].strip() for p in parts(text))):
            found = known.get(fold(one.lstrip("@")))
            if found is not None:
                return found
        raise ValueRefusedError("Nobody here has this name. Add them, or name the owner later.")

    def _codes(
        self, line: Line, name: str, known: Mapping[str, tuple[str, ...]]
    ) -> tuple[str, ...]:
        return self._read(line, name, lambda text: _coded(name, text, known)) or ()

    def _read(self, line: Line, name: str, parse: Callable[[str], T]) -> T | None:
        text = self.text(line, name)
        if not text:
            return None
        try:
            found = parse(text)
        except ValueRefusedError as error:
            self._note(line, name, text, str(error))
            return None
        self._count(name, text)
        return found

    def _count(self, name: str, text: str) -> None:
        self.understood[self.labels[name]] += bool(text)

    def _note(self, line: Line, name: str, text: str, reason: str, *, fatal: bool = False) -> None:
        label = self.labels.get(name, "")
        self.problems.append(Problem(line.number, label, shorten(text), reason, fatal=fatal))


def _coded(name: str, text: str, known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the codes a cell lists; one word nobody knows refuses the cell, so none is half."""
    if is_unknown(text):
        return ()
    found: dict[str, None] = {}
    whole = fold(text)
    for one in (text,) if whole in known else parts(text):
        word = fold(one)
        codes = known.get(word)
        if codes is None and name == "markets" and word in GROUPS:
            codes = tuple(c for g in GROUPS[word] for c in known.get(g.casefold(), ()))
        if codes is None and word in EVERYWHERE:
            raise ValueRefusedError("This names no place. List the markets one by one.")
        if not codes:
            raise ValueRefusedError(f"{one!r} is nothing the taxonomy knows.")
        found.update(dict.fromkeys(codes))
    return tuple(found)


def _unfit(title: str, cells: Iterable[tuple[str, str]]) -> str:
    """Return why a row cannot be taken at all, or nothing."""
    if not title or is_unknown(title):
        return "The row names no launch."
    if len(title) > TITLE_LENGTH:
        return f"The name has {len(title):,} characters; at most {TITLE_LENGTH} fit."
    try:
        for _label, text in cells:
            if len(text) > TEXT_LENGTH:
                return f"A cell has {len(text):,} characters; at most {TEXT_LENGTH:,} fit."
            refuse_control_characters(text)
    except ValueRefusedError as error:
        return str(error)
    return ""


# ---- identity ----


def plain_key(title: str) -> str:
    """Return the key of a row that has none of its own: its title as compared."""
    return f"title:{fold(title)}"[:KEY_LENGTH]


def _identified(drafts: Sequence[SheetDraft], problems: list[Problem]) -> list[SheetDraft]:
    """Give every row its key, and refuse the second of two rows that are one launch.

    Rows of one title and several places are several launches.
    """
    titles = Counter(fold(one.title) for one in drafts if not one.key)
    seen: dict[str, SheetDraft] = {}
    for draft in drafts:
        key = draft.key and f"key:{fold(draft.key)}"
        if not key:
            key = plain_key(draft.title)
            if titles[fold(draft.title)] > 1 and (place := draft.texts.get("markets")):
                key = f"{key} in {fold(place)}"[:KEY_LENGTH]
        first = seen.get(key)
        if first is None:
            seen[key] = _keyed(draft, key)
            continue
        same = first.cells == draft.cells
        reason = (
            f"The same row as line {first.line}."
            if same
            else f"Line {first.line} tells of this launch otherwise; which is right is not known."
        )
        problems.append(Problem(draft.line, "", shorten(draft.title), reason, fatal=True))
    return list(seen.values())


def _keyed(draft: SheetDraft, key: str) -> SheetDraft:
    return SheetDraft(**{**vars(draft), "key": key})
