"""The order of the backlog: a prerequisite never ranks below what needs it."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from roadmap.wording import N_, Sentence


class Item(NamedTuple):
    """One requirement to rank: its own score (None: unscored) and the keys of those it blocks.

    A score set by hand stands for its own one, before anything is lifted.
    """

    key: int
    score: float | None
    blocks: tuple[int, ...] = ()
    override: float | None = None


class Ranked(NamedTuple):
    """One place in the order, from 1.

    `effective` is the score it is sorted by; `override` stood for `score`; `lifted_by` is the
    directly blocked item it was lifted to, None when its own score stands; `depth` is the longest
    chain of prerequisites before.
    """

    key: int
    rank: int
    score: float | None
    effective: float
    depth: int
    lifted_by: int | None
    override: float | None = None

    @property
    def unscored(self) -> bool:
        """Return whether it stands here only because of what it blocks."""
        return self.score is None


class RankingError(ValueError):
    """Items that have no order; `cycle` holds the keys of a prerequisite cycle, each once."""

    def __init__(self, sentence: Sentence, cycle: tuple[int, ...] = ()) -> None:
        super().__init__(sentence, cycle)
        self.sentence = sentence
        self.cycle = cycle

    def __str__(self) -> str:
        return str(self.sentence)


@dataclass(frozen=True)
class Ranking:
    """The ranked items, best first, and apart from them the keys of the unscored, sorted."""

    ranked: tuple[Ranked, ...]
    unscored: tuple[int, ...]

    @cached_property
    def places(self) -> Mapping[int, int]:
        """Return the rank of each ranked key."""
        return {row.key: row.rank for row in self.ranked}


def rank(items: Iterable[Item]) -> Ranking:
    """Order items by effective score (largest first), prerequisite depth, then key.

    Effective score: the largest of the item's own (or of the one set by hand in its stead) and of
    all it blocks, directly or not. Links to keys outside `items` are ignored: what is not in the
    backlog lifts nothing. Raises RankingError for a cycle, a key given twice and a score that is
    not finite. O((n + links) log n).
    """
    by_key = _index(items)
    order, depths = ordered_by_prerequisite(by_key)
    effective: dict[int, float] = {}
    lifted_by: dict[int, int] = {}
    for key in reversed(order):
        item = by_key[key]
        best = item.score if item.override is None else item.override
        for blocked in item.blocks:
            lift = effective.get(blocked)
            if lift is not None and (
                best is None or lift > best or (lift == best and blocked < lifted_by.get(key, -1))
            ):
                best = lift
                lifted_by[key] = blocked
        if best is not None:
            effective[key] = best
    places = sorted(effective, key=lambda key: (-effective[key], depths[key], key))
    return Ranking(
        tuple(
            Ranked(
                key,
                n,
                by_key[key].score,
                effective[key],
                depths[key],
                lifted_by.get(key),
                by_key[key].override,
            )
            for n, key in enumerate(places, start=1)
        ),
        tuple(sorted(key for key in by_key if key not in effective)),
    )


def _index(items: Iterable[Item]) -> dict[int, Item]:
    by_key: dict[int, Item] = {}
    for item in items:
        if item.key in by_key:
            template = N_("Requirement %(key)s is in the list twice.")
            raise RankingError(Sentence(template, {"key": item.key}))
        scores = (item.score, item.override)
        if not all(score is None or math.isfinite(score) for score in scores):
            template = N_("The score of requirement %(key)s is not a finite number.")
            raise RankingError(Sentence(template, {"key": item.key}))
        by_key[item.key] = item
    return by_key


def ordered_by_prerequisite(by_key: Mapping[int, Item]) -> tuple[list[int], dict[int, int]]:
    """Return the keys, prerequisites before what they block, and each key's prerequisite depth.

    Raises RankingError naming the cycle if there is one.
    """
    waiting = dict.fromkeys(by_key, 0)
    for item in by_key.values():
        for blocked in item.blocks:
            if blocked in waiting:
                waiting[blocked] += 1
    depths = dict.fromkeys(by_key, 0)
    order = [key for key, count in waiting.items() if count == 0]
    for key in order:  # grows while it is read
        for blocked in by_key[key].blocks:
            if blocked in waiting:
                depths[blocked] = max(depths[blocked], depths[key] + 1)
                waiting[blocked] -= 1
                if waiting[blocked] == 0:
                    order.append(blocked)
    if len(order) < len(by_key):
        raise _cycle_error(by_key, {key for key, count in waiting.items() if count})
    return order, depths


def _cycle_error(by_key: Mapping[int, Item], stuck: set[int]) -> RankingError:
    # Every stuck item has a stuck prerequisite, so walking backwards must meet itself.
    blocked_by: dict[int, int] = {}
    for key in sorted(stuck, reverse=True):
        for blocked in by_key[key].blocks:
            if blocked in stuck:
                blocked_by[blocked] = key
    walk: dict[int, None] = {}
    key = min(stuck)
    while key not in walk:
        walk[key] = None
        key = blocked_by[key]
    path = list(walk)
    backwards = path[path.index(key) :]
    cycle = backwards[::-1]
    start = cycle.index(min(cycle))
    cycle = cycle[start:] + cycle[:start]
    named = " → ".join(str(key) for key in [*cycle, cycle[0]])
    template = N_("These requirements wait for each other: %(cycle)s. Remove one of the links.")
    return RankingError(Sentence(template, {"cycle": named}), tuple(cycle))
