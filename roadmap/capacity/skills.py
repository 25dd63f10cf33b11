"""Whether pools of people who speak several languages can carry what each language brings.

Feasible if and only if for every set S of languages demand(S) ≤ capacity of the pools that touch S
(Hall's theorem in the form of Gale). The set that breaks it most is the explanation.
"""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from roadmap.capacity.refusal import at_least_zero

# Hours smaller than this are rounding.
EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class Pool:
    """People who can be given items of any of these languages; ``hours`` of handling they have."""

    languages: frozenset[str]
    hours: float


@dataclass(frozen=True, slots=True)
class Shortage:
    """The set of languages that lacks most: what they bring, what can serve them, what is short."""

    languages: frozenset[str]
    demand: float
    capacity: float

    @property
    def short(self) -> float:
        """Return the hours short."""
        return self.demand - self.capacity


def shortage(demand: Mapping[str, float], pools: Sequence[Pool]) -> Shortage | None:
    """Return the set of languages that is short by most hours, None if every item can be handled.

    Of sets short by the same the smallest is named. Hours of demand and capacity are of one
    stretch of time.
    """
    at_least_zero(demand.items())
    at_least_zero(("hours", pool.hours) for pool in pools)
    reached = _least_cut(demand, pools)
    if not reached:
        return None
    touching = sum(pool.hours for pool in pools if pool.languages & reached)
    wanted = sum(demand[language] for language in reached)
    found = Shortage(frozenset(reached), wanted, touching)
    return found if found.short > EPSILON else None


def _least_cut(demand: Mapping[str, float], pools: Sequence[Pool]) -> set[str]:
    """Return the languages on the near side of the smallest cut after sending all that can go.

    demand(S) − capacity(S) is largest exactly there; with nothing left over the set is empty.
    """
    left = dict(demand)
    free = [pool.hours for pool in pools]
    sent: dict[tuple[str, int], float] = {}
    while (path := _path(left, free, pools, sent)) is not None:
        amount = min(left[path[0][0]], free[path[-1][1]])
        # Every second step takes back what an earlier path sent that way.
        back = [(path[i + 1][0], path[i][1]) for i in range(len(path) - 1)]
        amount = min([amount, *(sent[step] for step in back)])
        for step in path:
            sent[step] = sent.get(step, 0.0) + amount
        for step in back:
            sent[step] -= amount
        left[path[0][0]] -= amount
        free[path[-1][1]] -= amount
    short = [language for language, hours in left.items() if hours > EPSILON]
    return _reachable(short, pools, sent)[0]


def _path(
    left: Mapping[str, float],
    free: Sequence[float],
    pools: Sequence[Pool],
    sent: Mapping[tuple[str, int], float],
) -> list[tuple[str, int]] | None:
    """Return the shortest way from a language with demand left to a pool with hours free."""
    starts = [language for language, hours in left.items() if hours > EPSILON]
    _, came = _reachable(starts, pools, sent)
    for number, (language, _) in came.items():
        if free[number] > EPSILON:
            path = [(language, number)]
            while (before := came[path[0][1]][1]) is not None:
                path.insert(0, (came[before][0], before))
            return path
    return None


def _reachable(
    starts: Collection[str], pools: Sequence[Pool], sent: Mapping[tuple[str, int], float]
) -> tuple[set[str], dict[int, tuple[str, int | None]]]:
    """Search from languages to pools and back along what was sent, nearest first.

    Returns the languages met, and for each pool the language it was met from with the pool that
    language was met from.
    """
    seen: dict[str, int | None] = dict.fromkeys(starts)
    came: dict[int, tuple[str, int | None]] = {}
    waiting = deque(starts)
    while waiting:
        language = waiting.popleft()
        for number, pool in enumerate(pools):
            if number in came or language not in pool.languages:
                continue
            came[number] = (language, seen[language])
            for other in pool.languages:
                if other not in seen and sent.get((other, number), 0.0) > EPSILON:
                    seen[other] = number
                    waiting.append(other)
    return set(seen), came
