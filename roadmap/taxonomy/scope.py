"""Scope cells: market x language x surface x policy area, concrete or with wildcards.

Text form `DE/de/live/weapons`; `*` stands for "any" and is allowed in patterns only (a wildcard
is a declaration). Pure: shared by requirements, mechanisms, evidence and launches.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

DIMENSIONS = ("market", "language", "surface", "policy_area")
WILDCARD = "*"

_MARKET = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_SHAPES = {"market": _MARKET, "language": _LANGUAGE, "surface": _NAME, "policy_area": _NAME}
_EXPECTED = {
    "market": "two capital letters, as in DE",
    "language": "a language tag, as in de or zh-Hant",
    "surface": "a short name in small letters, as in live",
    "policy_area": "a short name in small letters, as in weapons",
}


class ScopeError(ValueError):
    """A scope text that cannot be read; the message says which part and what was expected."""


@dataclass(frozen=True, slots=True, order=True)
class ScopeCell:
    """One concrete cell: no part is missing or a wildcard."""

    market: str
    language: str
    surface: str
    policy_area: str

    def __str__(self) -> str:
        return f"{self.market}/{self.language}/{self.surface}/{self.policy_area}"


@dataclass(frozen=True, slots=True)
class ScopePattern:
    """A declaration over cells; `None` in a part means any value there."""

    market: str | None = None
    language: str | None = None
    surface: str | None = None
    policy_area: str | None = None

    def __str__(self) -> str:
        return "/".join(
            part if part is not None else WILDCARD
            for part in (self.market, self.language, self.surface, self.policy_area)
        )

    @property
    def is_concrete(self) -> bool:
        """Tell whether no part is a wildcard."""
        return None not in (self.market, self.language, self.surface, self.policy_area)


def _part(name: str, text: str) -> str | None:
    if text == WILDCARD:
        return None
    if not _SHAPES[name].fullmatch(text):
        shown = text or "nothing"
        raise ScopeError(f"{name.replace('_', ' ')}: expected {_EXPECTED[name]} or *, got {shown}")
    return text


def parse_pattern(text: str) -> ScopePattern:
    """Read `DE/de/live/weapons`, any part of which may be `*`.

    Raises ScopeError naming the part that cannot be read.
    """
    parts = [part.strip() for part in text.strip().split("/")]
    if len(parts) != len(DIMENSIONS):
        raise ScopeError(
            f"expected four parts as in DE/de/live/weapons, got {len(parts)} in {text.strip()!r}"
        )
    return ScopePattern(*(_part(name, part) for name, part in zip(DIMENSIONS, parts, strict=True)))


def parse_cell(text: str) -> ScopeCell:
    """Read a concrete cell; a wildcard raises ScopeError."""
    return as_cell(parse_pattern(text))


def as_cell(pattern: ScopePattern) -> ScopeCell:
    """Turn a pattern without wildcards into a cell; ScopeError if a part is open."""
    market, language = pattern.market, pattern.language
    surface, area = pattern.surface, pattern.policy_area
    if market is None or language is None or surface is None or area is None:
        raise ScopeError(f"a cell needs all four parts, {pattern} leaves one open")
    return ScopeCell(market, language, surface, area)


def covers(pattern: ScopePattern, cell: ScopeCell) -> bool:
    """Tell whether the declaration includes the cell."""
    return (
        (pattern.market is None or pattern.market == cell.market)
        and (pattern.language is None or pattern.language == cell.language)
        and (pattern.surface is None or pattern.surface == cell.surface)
        and (pattern.policy_area is None or pattern.policy_area == cell.policy_area)
    )


def covers_but_language(pattern: ScopePattern, cell: ScopeCell) -> bool:
    """Tell whether only the language keeps the declaration from including the cell."""
    return (
        pattern.language is not None
        and pattern.language != cell.language
        and (pattern.market is None or pattern.market == cell.market)
        and (pattern.surface is None or pattern.surface == cell.surface)
        and (pattern.policy_area is None or pattern.policy_area == cell.policy_area)
    )


def project(cell: ScopeCell, dimensions: Iterable[str]) -> ScopePattern:
    """Keep the named dimensions of a cell and open the others: the slice a target asks for."""
    kept = frozenset(dimensions)
    return ScopePattern(
        cell.market if "market" in kept else None,
        cell.language if "language" in kept else None,
        cell.surface if "surface" in kept else None,
        cell.policy_area if "policy_area" in kept else None,
    )


def expand(
    markets: Iterable[str],
    languages: Iterable[str],
    surfaces: Iterable[str],
    policy_areas: Iterable[str],
) -> tuple[ScopeCell, ...]:
    """Return every cell of the four lists, each once, sorted.

    Raises ScopeError for a wildcard or a part of the wrong shape.
    """
    columns = [sorted(set(part)) for part in (markets, languages, surfaces, policy_areas)]
    for name, column in zip(DIMENSIONS, columns, strict=True):
        for text in column:
            if _part(name, text) is None:
                raise ScopeError(f"{name.replace('_', ' ')}: name the values, * is not one")
    return tuple(sorted(ScopeCell(*parts) for parts in product(*columns)))
