"""Panels: a higher room shows something on a lower room's page, rendered in the same response."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from markupsafe import Markup

from roadmap.ahead import Asked

Panel: TypeAlias = Callable[[Any], Markup | str]

# Returns the statements, each with its values, that panels of a page will ask.
Reads: TypeAlias = Callable[[Any], Iterable[Asked]]

_reads: dict[str, list[Reads]] = defaultdict(list)
_panels: dict[str, list[tuple[int, Panel]]] = defaultdict(list)


def register_panel(slot: str, panel: Panel, place: int = 50) -> None:
    """Show what ``panel(record)`` returns in a slot of a page; lower places come first."""
    if all(known is not panel for _, known in _panels[slot]):
        _panels[slot].append((place, panel))
        _panels[slot].sort(key=lambda entry: entry[0])


def register_reads(page: str, reads: Reads) -> None:
    """Let what ``reads(record)`` returns be sent with what a page asks itself, for its panels."""
    if reads not in _reads[page]:
        _reads[page].append(reads)


def reads_of(page: str, record: Any) -> list[Asked]:
    """Return what the panels of a page will ask."""
    return [asked for reads in _reads[page] for asked in reads(record)]


def panels(slot: str, record: Any) -> Markup:
    """Return the panels of a slot for a record, in order."""
    return Markup("").join(Markup(panel(record)) for _, panel in _panels[slot])  # noqa: S704
