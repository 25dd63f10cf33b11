"""Which links of a file can be taken, given what is already here. Pure.

A record is named by a *node*: ``#12`` for one that exists, its external key for one that is new.
An edge is (the one that comes first, the one that waits).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from roadmap.exchange import requirement_links as links
from roadmap.exchange.problems import Problem
from roadmap.exchange.requirement_rows import RequirementDraft

Edge = tuple[str, str]


@dataclass(frozen=True)
class Taken:
    """The links that hold.

    ``waits`` maps a row's key to the edges it declares; ``originals`` a duplicate's key to the key
    of what it duplicates.
    """

    waits: Mapping[str, tuple[Edge, ...]]
    originals: Mapping[str, str]
    problems: tuple[Problem, ...] = field(default=())


def existing_node(number: int) -> str:
    """Return the node of a requirement that exists."""
    return f"#{number}"


def resolve_links(
    drafts: Sequence[RequirementDraft],
    known: Mapping[str, int],
    present: Iterable[tuple[int, int]],
) -> Taken:
    """Return the links of the drafts that can be taken.

    ``known`` maps the external keys that exist here to their numbers, ``present`` are the links
    stored here. A link to an unknown key, or one that would close a circle, is listed instead.
    """
    rows = {draft.external_key for draft in drafts}
    problems: list[Problem] = []
    waits: dict[str, dict[Edge, links.Relation]] = {}
    originals: dict[str, str] = {}
    lines = {draft.external_key: draft.line for draft in drafts}
    for draft in drafts:
        own = draft.external_key
        for relation in draft.relations:
            target = relation.target.key
            orders = links.WAITS.get(relation.kind)
            if orders is None and relation.kind != "duplicates":
                continue
            if target not in rows and target not in known:
                reason = "No requirement here has this key; the link is not taken, the row is."
                problems.append(Problem(draft.line, relation.kind, target, reason))
            elif orders is None:
                originals.setdefault(own, target)
            else:
                pair = (target, own) if orders else (own, target)
                waits.setdefault(own, {})[pair] = relation
    _drop_circles(waits, known, present, lines, problems)
    looped = links.circles(originals.items())
    originals = {own: target for own, target in originals.items() if (own, target) not in looped}
    return Taken(
        {own: tuple(sorted(found)) for own, found in waits.items()}, originals, tuple(problems)
    )


def _drop_circles(
    waits: dict[str, dict[Edge, links.Relation]],
    known: Mapping[str, int],
    present: Iterable[tuple[int, int]],
    lines: Mapping[str, int],
    problems: list[Problem],
) -> None:
    """Take away the file's links that would close a circle together with those stored here."""

    def node(key: str) -> str:
        return existing_node(known[key]) if key in known else key

    if not waits:
        return
    stored = {(existing_node(first), existing_node(then)) for first, then in present}
    wanted = {(node(a), node(b)) for found in waits.values() for a, b in found}
    looped = links.circles(stored | wanted) - stored
    for own, found in waits.items():
        for first, then in list(found):
            if (node(first), node(then)) in looped:
                relation = found.pop((first, then))
                reason = (
                    "Together with the links here it would form a circle; "
                    "the link is not taken, the row is."
                )
                problems.append(Problem(lines[own], relation.kind, relation.target.key, reason))
