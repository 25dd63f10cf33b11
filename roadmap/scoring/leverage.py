"""What would move one up: for each input the smallest change that lifts a score above another."""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from roadmap.scoring.formulas import (
    LARGEST_INPUT,
    Criterion,
    FrameworkDef,
    Range,
    Score,
    ScoreError,
    check_value,
    score_one,
)
from roadmap.scoring.frameworks import POSITIVE_CRITERIA, Method

Bound = Literal["at_least", "at_most", "above", "below"]
# How far from today's number a change is looked for: beyond that nobody believes it.
FURTHEST = 10.0
_HALVINGS = 60


class Lever(NamedTuple):
    """A change of one input that suffices by itself: "effort below 3, now 5"."""

    criterion: str
    bound: Bound
    value: float
    now: float

    @property
    def share(self) -> float:
        """Return how large the change is beside today's number."""
        return abs(self.value - self.now) / max(abs(self.now), 1e-12)


def levers(
    framework: FrameworkDef,
    inputs: Mapping[str, float],
    target: float,
    ranges: Mapping[str, Range] | None = None,
) -> tuple[Lever, ...]:
    """Return the changes of one input each that give more than `target`, the smallest share first.

    Every one was computed again before it is returned. Numbers are rounded to two digits on the
    far side of the threshold, where that still suffices. The weighted method needs the `ranges` of
    the set, and says nothing of changes that would move them: the whole set would have to be
    scored again. Empty if the inputs have no score, or one that is above the target already.
    What was found is kept: it takes some hundred scores, and the same page is asked for again.
    """
    return _levers(framework, tuple(inputs.items()), target, tuple((ranges or {}).items()))


@lru_cache(maxsize=4096)
def _levers(
    framework: FrameworkDef,
    given: tuple[tuple[str, float], ...],
    target: float,
    ends: tuple[tuple[str, Range], ...],
) -> tuple[Lever, ...]:
    inputs, ranges = dict(given), dict(ends)
    score = _scorer(framework, ranges)
    now = score(inputs)
    if now is None or now > target:
        return ()
    found = []
    for criterion in framework.criteria:
        if criterion.code not in framework.required:
            continue
        value = inputs[criterion.code]
        limits = _limits(framework, criterion, value, ranges)
        if limits is None:
            continue

        def enough(number: float, code: str = criterion.code) -> bool:
            reached = score({**inputs, code: number})
            return reached is not None and reached > target

        options = [_towards(criterion, value, limit, enough) for limit in limits]
        found += [lever for lever in options if lever is not None]
    return tuple(sorted(found, key=lambda lever: (lever.share, lever.criterion)))


def _scorer(
    framework: FrameworkDef, ranges: Mapping[str, Range]
) -> Callable[[Mapping[str, float]], float | None]:
    if framework.method is not Method.WEIGHTED:

        def one(inputs: Mapping[str, float]) -> float | None:
            outcome = score_one(framework, inputs)
            return outcome.value if isinstance(outcome, Score) else None

        return one

    def weighted(inputs: Mapping[str, float]) -> float | None:
        total = 0.0
        for criterion in framework.criteria:
            low, high = ranges.get(criterion.code, (0.0, 0.0))
            value = inputs.get(criterion.code)
            if value is None or isinstance(check_value(criterion, value), ScoreError):
                return None
            if high > low:
                part = (value - low) / (high - low) * 100
                total += criterion.weight * (100 - part if criterion.direction == "less" else part)
        return total

    return weighted


def _limits(
    framework: FrameworkDef, criterion: Criterion, value: float, ranges: Mapping[str, Range]
) -> tuple[float, float] | None:
    """Return how low and how high a value is tried, None where nothing can be said."""
    reach = abs(value) * FURTHEST or 1.0
    low, high = value - reach, min(value + reach, LARGEST_INPUT)
    if value > 0:
        low = max(low, value / FURTHEST if criterion.code in POSITIVE_CRITERIA else 0.0)
    if framework.method is Method.WEIGHTED:
        found = ranges.get(criterion.code)
        # The item that may be the end of the range would move it for all.
        if found is None or not found[0] < value < found[1]:
            return None
        low, high = max(low, found[0]), min(high, found[1])
    if criterion.low is not None:
        low = max(low, criterion.low)
    if criterion.high is not None:
        high = min(high, criterion.high)
    return low, high


def _towards(
    criterion: Criterion, value: float, limit: float, enough: Callable[[float], bool]
) -> Lever | None:
    """Return the smallest change from value towards limit that is enough."""
    if criterion.scale is not None:
        low, high = sorted((value, limit))
        steps = [step for step in criterion.scale if low <= step <= high and step != value]
        for step in sorted(steps, key=lambda step: abs(step - value)):
            if enough(step):
                bound: Bound = "at_most" if step < value else "at_least"
                return Lever(criterion.code, bound, step, value)
        return None
    if limit == value or not enough(limit):
        return None
    near, far = value, limit
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        if enough(middle):
            far = middle
        else:
            near = middle
    return _readable(criterion.code, value, far, limit, enough)


def _readable(
    code: str, value: float, threshold: float, limit: float, enough: Callable[[float], bool]
) -> Lever:
    """Return the threshold as a number people say, kept on the side that is enough."""
    down = limit < value
    rounded = _round_away(threshold, down)
    nearest = float(f"{threshold:.2g}")
    if nearest != value and math.isclose(nearest, threshold, rel_tol=1e-9) and not enough(nearest):
        # A tie: the number itself is not enough, anything beyond it is.
        return Lever(code, "below" if down else "above", nearest, value)
    beyond_limit = rounded < limit if down else rounded > limit
    if beyond_limit or not enough(rounded):
        rounded = threshold
    return Lever(code, "at_most" if down else "at_least", rounded, value)


def _round_away(number: float, down: bool) -> float:
    """Round to two significant digits, down or up."""
    if number == 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(number))) - 1)
    whole = number / step
    near = round(whole)
    if not math.isclose(near, whole, rel_tol=1e-9):
        near = math.floor(whole) if down else math.ceil(whole)
    return float(f"{near * step:.10g}")
