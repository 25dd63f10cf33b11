"""Panels: a higher room shows something on a lower room's page, rendered in the same response."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeAlias

from markupsafe import Markup

Panel: TypeAlias = Callable[[Any], Markup | str]

_panels: dict[str, list[tuple[int, Panel]]] = defaultdict(list)


def register_panel(slot: str, panel: Panel, place: int = 50) -> None:
    """Show what ``panel(record)`` returns in a slot of a page; lower places come first."""
    if all(known is not panel for _, known in _panels[slot]):
        _panels[slot].append((place, panel))
        _panels[slot].sort(key=lambda entry: entry[0])


def panels(slot: str, record: Any) -> Markup:
    """Return the panels of a slot for a record, in order."""
    return Markup("").join(Markup(panel(record)) for _, panel in _panels[slot])  # noqa: S704
