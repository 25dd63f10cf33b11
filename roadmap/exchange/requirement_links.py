"""Read and resolve the links between imported rows: parents and relations."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from roadmap.exchange.values import ValueRefusedError

MAX_LINKS = 200
MAX_LAG_DAYS = 3650

# ``row``: a record of the same file. ``existing``: a record the file only refers to.
Scope = Literal["row", "existing"]

# How a relation reads as "this row waits for that one": True this waits, False that waits.
WAITS = {"follows": True, "blocked_by": True, "precedes": False, "blocks": False}

_TARGET = re.compile(r"(?P<target>#?\S+?)(?:\s+(?P<days>[+-]?\d{1,5})\s*d(?:ays?)?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a link points: a record of this file or an existing one, by its external key."""

    scope: Scope
    key: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A link to another record; ``lag_days`` is the wait after it (negative: may overlap)."""

    kind: str
    target: Reference
    lag_days: int = 0


@dataclass(frozen=True, slots=True)
class RawLink:
    """A link as written, before anyone knows whether its target exists."""

    kind: str
    target: str
    lag_days: int
    column: str
    written: str


def read_links(kind: str, column: str, cell: str) -> list[RawLink]:
    """Split a cell such as ``1,4``, ``1 2d`` or ``#7 -1d`` into links.

    Raise ``ValueRefusedError`` for a part that is no reference, a wait beyond ten years, or more
    than 200 links.
    """
    links = []
    for part in re.split(r"[,;]", cell):
        text = part.strip()
        if not text:
            continue
        match = _TARGET.fullmatch(text)
        if match is None or match["target"] == "#":
            raise ValueRefusedError(f"{text!r} is not a reference such as 4, #12, ABC-7 or 4 2d.")
        lag = int(match["days"] or 0)
        if abs(lag) > MAX_LAG_DAYS:
            raise ValueRefusedError(f"A wait of {lag} days is not plausible.")
        links.append(RawLink(kind, match["target"], lag, column, text))
    if len(links) > MAX_LINKS:
        raise ValueRefusedError(f"At most {MAX_LINKS} links are read from one cell.")
    return links


@dataclass(frozen=True, slots=True)
class Names:
    """What rows of the file are called.

    ``keys`` maps every name a row answers to (its key, issue id or number) to its external key;
    ``refused`` maps the names of rows that were not taken to their line. ``keyed`` tells that the
    file has issue keys, so that an unknown key may still be a record that exists already.
    """

    keys: Mapping[str, str]
    refused: Mapping[str, int]
    keyed: bool


def resolve(name: str, own_key: str, names: Names) -> Reference:
    """Return where a written reference points. Raise ``ValueRefusedError`` if it points nowhere."""
    if name in names.keys:
        key = names.keys[name]
        if key == own_key:
            raise ValueRefusedError("The row refers to itself; the link is not taken, the row is.")
        return Reference("row", key)
    if name in names.refused:
        raise ValueRefusedError(
            f"It refers to the row on line {names.refused[name]}, which was refused; "
            "the link is not taken, the row is."
        )
    if name.startswith("#"):
        return Reference("existing", name[1:])
    if names.keyed and not name.isdigit():
        return Reference("existing", name)
    raise ValueRefusedError(
        "No row of this file has that number; the link is not taken, the row is."
    )


def circles(edges: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the edges that lie on a circle: both ends in one strongly connected component."""
    graph: dict[str, list[str]] = {}
    for source, target in edges:
        graph.setdefault(source, []).append(target)
        graph.setdefault(target, [])
    component = _components(graph)
    return {
        (source, target)
        for source, targets in graph.items()
        for target in targets
        if component[source] == component[target]
    }


def _components(graph: dict[str, list[str]]) -> dict[str, int]:
    """Return the strongly connected component of each node (Kosaraju, without recursion)."""
    finished: list[str] = []
    seen: set[str] = set()
    for root, targets in graph.items():
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, iter(targets))]
        while stack:
            node, successors = stack[-1]
            following = next((other for other in successors if other not in seen), None)
            if following is None:
                finished.append(node)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(graph[following])))
    backwards: dict[str, list[str]] = {node: [] for node in graph}
    for source, targets in graph.items():
        for target in targets:
            backwards[target].append(source)
    component: dict[str, int] = {}
    for number, root in enumerate(reversed(finished)):
        pending = [root]
        while pending:
            node = pending.pop()
            if node not in component:
                component[node] = number
                pending.extend(backwards[node])
    return component
