"""How sure a rank is: rank again many times with inputs drawn from within their ranges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from roadmap.scoring.expression import Expression, Kind, Step
from roadmap.scoring.formulas import (
    Criterion,
    FrameworkDef,
    Method,
    Number,
    ScoreError,
    check_value,
    combine,
)
from roadmap.scoring.ranking import Item, ordered_by_prerequisite

Floats = NDArray[np.float64]
MAX_ITEMS = 5_000  # ranks of all draws are kept: 5,000 items × 4,000 draws are 80 MB
_CELLS_AT_ONCE = 1_000_000


class Estimate(NamedTuple):
    """An uncertain input: drawn from the triangle low, likely, high."""

    low: float
    likely: float
    high: float


class Band(NamedTuple):
    """One item over all draws.

    `in_top` is the share of draws in the top N; `low` to `high` are the best and worst rank in the
    middle 90 % of draws; `failed` is the share of draws in which its formula had no answer (it then
    ranks last).
    """

    in_top: float
    low: int
    high: int
    failed: float


@dataclass(frozen=True, slots=True)
class Stability:
    """Bands by key, and the keys left out because inputs are missing or wrong."""

    bands: Mapping[int, Band]
    left_out: tuple[int, ...]
    top: int
    draws: int
    seed: int


def stability(
    framework: FrameworkDef,
    items: Mapping[int, Mapping[str, Number | Estimate | None]],
    *,
    top: int,
    moves: Mapping[str, float] | None = None,
    blocks: Mapping[int, Sequence[int]] | None = None,
    fixed: Mapping[int, float] | None = None,
    beyond: Mapping[str, tuple[float, float]] | None = None,
    draws: int = 4_000,
    seed: int = 1,
) -> Stability:
    """Estimate how often each item is in the top N when inputs move independently.

    Each input is drawn from a triangle: an Estimate from its own; a plain number from the one
    that peaks at it and ends ± its criterion's share in `moves` away ({"effort": 0.2} is ± 20 %;
    below 1). Both stay within the criterion's range; scales are treated as continuous. `blocks`
    (key → keys it blocks) lifts prerequisites in every draw as the ranking does. `fixed` gives the
    score set by hand in place of a drawn one. `beyond` is the range of each criterion over items
    that are not simulated, which the weighted method normalises over as well. The same seed and
    items give the same answer in whatever order they come.
    ValueError for more than MAX_ITEMS items, or a share, estimate or count that makes no sense.
    """
    moves = moves or {}
    _demand_sense(moves, draws, top, len(items))
    links = blocks or {}
    order, depths = ordered_by_prerequisite(
        {key: Item(key, None, tuple(links.get(key, ()))) for key in items}
    )
    limits = {key: _limits(framework, items[key], moves) for key in sorted(items)}
    scored = {key: found for key, found in limits.items() if found is not None}
    # Columns in the order that decides ties, so that a stable sort is all that is left to do.
    keys = sorted(items, key=lambda key: (depths[key], key))
    column = {key: at for at, key in enumerate(keys)}
    lifts = [
        (column[key], [column[other] for other in links.get(key, ()) if other in column])
        for key in reversed(order)
        if links.get(key)
    ]
    held = {column[key]: value for key, value in (fixed or {}).items() if key in column}
    plan = _Plan(framework, scored, column, lifts, held, beyond or {})
    ranks, failed = _simulate(plan, draws, seed)
    by_hand = [key for key in sorted(fixed or {}) if key in column and key not in scored]
    return Stability(
        _bands(ranks, failed, [*scored, *by_hand], column, top),
        tuple(sorted(set(items) - set(scored) - set(by_hand))),
        top,
        draws,
        seed,
    )


def _demand_sense(moves: Mapping[str, float], draws: int, top: int, items: int) -> None:
    if any(not 0 <= share < 1 for share in moves.values()):
        raise ValueError("a move is a share from 0 to below 1")
    if draws < 1 or top < 1:
        raise ValueError("draws and top must be at least 1")
    if items > MAX_ITEMS:
        raise ValueError(f"at most {MAX_ITEMS} items can be simulated at once: filter first")


def _limits(
    framework: FrameworkDef,
    inputs: Mapping[str, Number | Estimate | None],
    moves: Mapping[str, float],
) -> dict[str, Estimate] | None:
    """Return the range of each required input, None if one is missing or wrong."""
    limits: dict[str, Estimate] = {}
    for criterion in framework.criteria:
        value = inputs.get(criterion.code)
        if value is None:
            if criterion.code in framework.required:
                return None
            continue
        if isinstance(value, Estimate):
            triangle = value if _allowed(criterion, value) else None
        else:
            number = check_value(criterion, value)
            if isinstance(number, ScoreError):
                return None
            reach = abs(number) * moves.get(criterion.code, 0.0)
            triangle = Estimate(number - reach, number, number + reach)
        if triangle is None:
            return None
        low, likely, high = triangle
        limits[criterion.code] = Estimate(
            low if criterion.low is None else max(low, criterion.low),
            likely,
            high if criterion.high is None else min(high, criterion.high),
        )
    return limits


def _allowed(criterion: Criterion, value: Estimate) -> bool:
    if not value.low <= value.likely <= value.high:  # also refuses NaN
        raise ValueError(f"an estimate must rise from low to high, not {tuple(value)}")
    return not any(isinstance(check_value(criterion, part), ScoreError) for part in value)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What every draw needs: ranges of the scored, columns, lifts, and scores set by hand."""

    framework: FrameworkDef
    scored: Mapping[int, Mapping[str, Estimate]]
    column: Mapping[int, int]
    lifts: Sequence[tuple[int, list[int]]]
    held: Mapping[int, float]
    beyond: Mapping[str, tuple[float, float]]


def _simulate(plan: _Plan, draws: int, seed: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the rank of every column in every draw, and the failed draws of every scored item."""
    framework, scored, column = plan.framework, plan.scored, plan.column
    generator = np.random.default_rng(seed)
    ranks = np.empty((draws, len(column)), dtype=np.int32)
    failed = np.zeros(len(scored), dtype=np.int64)
    places = np.array([column[key] for key in scored], dtype=np.intp)
    step = max(1, _CELLS_AT_ONCE // max(1, len(column)))
    for start in range(0, draws if scored or plan.held else 0, step):
        count = min(step, draws - start)
        effective = np.full((count, len(column)), -np.inf)
        if scored:
            scores = _scores(framework, _draw(generator, framework, scored, count), plan.beyond)
            wrong = ~np.isfinite(scores)
            failed += wrong.sum(axis=0)
            effective[:, places] = np.where(wrong, -np.inf, scores)
        for at, by_hand in plan.held.items():
            effective[:, at] = by_hand
        for prerequisite, blocked in plan.lifts:
            for other in blocked:
                np.maximum(
                    effective[:, prerequisite],
                    effective[:, other],
                    out=effective[:, prerequisite],
                )
        best_first = np.argsort(-effective, axis=1, kind="stable")
        np.put_along_axis(
            ranks[start : start + count],
            best_first,
            np.arange(1, len(column) + 1, dtype=np.int32)[np.newaxis, :],
            axis=1,
        )
    return ranks, failed


def _draw(
    generator: np.random.Generator,
    framework: FrameworkDef,
    scored: Mapping[int, Mapping[str, Estimate]],
    count: int,
) -> dict[str, Floats]:
    drawn: dict[str, Floats] = {}
    for code in framework.required:
        rows = [limits[code] for limits in scored.values()]
        low, likely, high = (np.array([row[part] for row in rows]) for part in range(3))
        if (low == high).all():
            drawn[code] = np.broadcast_to(likely, (count, len(rows)))
            continue
        share = generator.random((count, len(rows)))
        drawn[code] = _triangular(share, low, likely, high)
    return drawn


def _triangular(share: Floats, low: Floats, likely: Floats, high: Floats) -> Floats:
    """Return the quantile at `share` of each triangle; a triangle without width is its point."""
    width = high - low
    rising = (likely - low) * width
    falling = (high - likely) * width
    left = share * width <= likely - low
    return np.where(
        left, low + np.sqrt(share * rising), high - np.sqrt(np.maximum(1 - share, 0) * falling)
    )


def _scores(
    framework: FrameworkDef,
    values: Mapping[str, Floats],
    beyond: Mapping[str, tuple[float, float]],
) -> Floats:
    """Return draws × items scores, not finite where there is no answer."""
    with np.errstate(all="ignore"):
        expression = framework.parsed
        if expression is not None:
            return evaluate_arrays(expression, values)
        if framework.method is not Method.WEIGHTED:
            return combine(framework, values)
        weighted = (
            c.weight * _normalised(c, values[c.code], beyond.get(c.code, (0.0, -np.inf)))
            for c in framework.criteria
        )
        return sum(weighted, np.zeros(next(iter(values.values())).shape))


def _normalised(criterion: Criterion, values: Floats, beyond: tuple[float, float]) -> Floats:
    """Return the parts of each draw; the same rule as `normalise`, row by row."""
    low = np.minimum(min(0.0, beyond[0]), values.min(axis=1, keepdims=True))
    span = np.maximum(beyond[1], values.max(axis=1, keepdims=True)) - low
    parts = (values - low) / np.where(span == 0, 1.0, span) * 100
    if criterion.direction == "less":
        parts = 100 - parts
    return np.where(span == 0, 0.0, parts)


def evaluate_arrays(expression: Expression, values: Mapping[str, Floats]) -> Floats:
    """Evaluate a formula over arrays of one shape; NaN wherever `evaluate` would raise."""
    shape = next(iter(values.values())).shape
    stack: list[Floats] = []
    with np.errstate(all="ignore"):
        for step in expression.steps:
            if step.kind is Kind.NUMBER:
                stack.append(np.full(shape, step.number))
            elif step.kind is Kind.NAME:
                stack.append(values[step.name])
            else:
                arguments = stack[-step.arity :]
                del stack[-step.arity :]
                stack.append(_apply(step, arguments))
    return stack[0]


def _apply(step: Step, arguments: list[Floats]) -> Floats:
    if step.name in ("min", "max"):
        reduce = np.minimum.reduce if step.name == "min" else np.maximum.reduce
        result: Floats = reduce(arguments)
    else:
        result = _UFUNCS[step.name](*arguments)
    # A fault stays a fault: 1 / (1 / 0) is not 0 and nan ^ 0 is not 1.
    fine = np.isfinite(result)
    for argument in arguments:
        fine &= np.isfinite(argument)
    return np.where(fine, result, np.nan)


_UFUNCS: Mapping[str, np.ufunc] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.power,
    "negate": np.negative,
    "abs": np.absolute,
    "sqrt": np.sqrt,
    "log": np.log,
}


def _bands(
    ranks: NDArray[np.int32],
    failed: NDArray[np.int64],
    keys: Sequence[int],
    column: Mapping[int, int],
    top: int,
) -> dict[int, Band]:
    if not keys:
        return {}
    in_top = (ranks <= top).mean(axis=0)
    low, high = np.quantile(ranks, [0.05, 0.95], axis=0, method="nearest")
    # What was set by hand comes after the scored and cannot fail.
    shares = np.zeros(len(keys))
    shares[: len(failed)] = failed / ranks.shape[0]
    return {
        key: Band(float(in_top[at]), int(low[at]), int(high[at]), float(shares[n]))
        for n, (key, at) in enumerate((key, column[key]) for key in keys)
    }
