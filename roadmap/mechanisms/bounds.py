"""What a measured share proves against a target: Wilson 95 % bounds (E. B. Wilson, 1927).

Pure arithmetic. Shares and targets are 0..1, targets strictly inside. A pass needs the whole
interval on the right side of the target; a fail only the observed share on the wrong side.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from statistics import NormalDist

from roadmap.mechanisms.facts import Stratum
from roadmap.mechanisms.kinds import Direction

Z95 = NormalDist().inv_cdf(0.975)
# Comparing 0.9 with 27/30 must not fail by the last bit.
_EPS = 1e-12


class Answer(StrEnum):
    """What a share says about a target."""

    PASS = "pass"  # noqa: S105 - an answer, not a secret
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Interval:
    """An observed share with its bounds; `n` is what was labelled."""

    share: float
    lower: float
    upper: float
    n: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer for one share; `thin` says that the bounds leave the question open."""

    answer: Answer
    thin: bool
    interval: Interval | None


def wilson(numerator: float, denominator: float, z: float = Z95) -> Interval:
    """Return the Wilson score interval of numerator/denominator.

    Raises ValueError unless 0 <= numerator <= denominator and 0 < denominator, all finite.
    """
    if not (math.isfinite(denominator) and 0 <= numerator <= denominator and denominator > 0):
        raise ValueError(f"not a share: {numerator}/{denominator}")
    share = numerator / denominator
    z2 = z * z
    centre = share + z2 / (2 * denominator)
    spread = z * math.sqrt(share * (1 - share) / denominator + z2 / (4 * denominator * denominator))
    scale = 1 + z2 / denominator
    lower = 0.0 if numerator == 0 else (centre - spread) / scale
    upper = 1.0 if numerator == denominator else (centre + spread) / scale
    return Interval(share, lower, upper, denominator)


def judge_interval(interval: Interval, target: float, direction: Direction) -> Judgement:
    """Answer: the bound proves it, the observed share misses it, or it stays open and thin."""
    if direction is Direction.MAXIMUM:
        proven = interval.upper <= target + _EPS
        missed = interval.share > target + _EPS
        open_ = interval.lower <= target + _EPS
    else:
        proven = interval.lower >= target - _EPS
        missed = interval.share < target - _EPS
        open_ = interval.upper >= target - _EPS
    if proven:
        return Judgement(Answer.PASS, False, interval)
    if missed:
        return Judgement(Answer.FAIL, open_, interval)
    return Judgement(Answer.UNKNOWN, True, interval)


def judge_share(
    numerator: float,
    denominator: float,
    target: float,
    *,
    census: bool = False,
    direction: Direction = Direction.MINIMUM,
) -> Judgement:
    """Judge a share against a target; a census needs no interval; nothing labelled is unknown."""
    if denominator == 0 and numerator == 0:
        return Judgement(Answer.UNKNOWN, True, None)
    if not 0 < target < 1:
        return Judgement(Answer.UNKNOWN, False, None)
    interval = wilson(numerator, denominator)
    if census:
        interval = Interval(interval.share, interval.share, interval.share, denominator)
    return judge_interval(interval, target, direction)


def labels_needed(
    share: float, target: float, direction: Direction = Direction.MINIMUM
) -> int | None:
    """Return how many labels in all prove the target if the share stays; None if none can.

    Solves the Wilson bound for n with k = share * n not rounded: n = z2 t (1-t) / (share-t)2.
    """
    margin = share - target if direction is Direction.MINIMUM else target - share
    if not 0 < target < 1 or not margin > _EPS:
        return None
    exact = Z95 * Z95 * target * (1 - target) / (margin * margin)
    return max(1, math.ceil(exact - 1e-9))


@lru_cache(maxsize=32)
def _joint_z(strata: int) -> float:
    return NormalDist().inv_cdf(1 - 0.025 / strata)


def stratified_interval(strata: Sequence[Stratum], *, recall: bool) -> Interval | None:
    """Scale every stratum to its population; None without labels or positives.

    Recall is the found positives over all positives; any other share is positives over items.
    The bounds are conservative on purpose: every stratum takes its worst Wilson bound at the same
    time, each widened so that all k hold together (Bonferroni: 97.5 % one-sided becomes
    1 - 2.5 %/k). The true share is outside them less often than 5 % of the time, never more.
    """
    if not strata or any(s.sampled <= 0 for s in strata):
        return None
    z = _joint_z(len(strata))
    share, low, high = [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]  # [found or positive, the rest]
    for stratum in strata:
        part = wilson(stratum.positives, stratum.sampled, z)
        exact = stratum.sampled == stratum.population
        lower, upper = (part.share, part.share) if exact else (part.lower, part.upper)
        good = 0 if stratum.found or not recall else 1
        values = (part.share, lower, upper) if good == 0 else (part.share, upper, lower)
        for sums, value in zip((share, low, high), values, strict=True):
            sums[good] += value * stratum.population
    n = float(sum(s.sampled for s in strata))
    if not recall:
        items = float(sum(s.population for s in strata))
        return Interval(share[0] / items, low[0] / items, high[0] / items, n)
    if share[0] + share[1] <= 0:
        return None
    found = [parts[0] / (parts[0] + parts[1]) if sum(parts) > 0 else 0.0 for parts in (low, high)]
    return Interval(share[0] / (share[0] + share[1]), found[0], found[1], n)
