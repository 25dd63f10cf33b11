"""The value-against-effort picture: what a point is, its scales, and where many fall together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from roadmap.scoring.formulas import FrameworkDef, Outcome, Score
from roadmap.scoring.frameworks import Method

# What the value is: the score times what it is divided by, or the score itself.
_DIVIDED = {Method.RICE: "effort", Method.WSJF: "job_size", Method.CD3: "duration"}
_EFFORTS = ("effort", "job_size", "duration")
COLUMNS, LINES = 24, 14
# A set that spans more than this is drawn on a logarithmic scale.
_WIDE = 50.0


class Point(NamedTuple):
    """One requirement: what it costs and what it is worth."""

    effort: float
    value: float


def axes(framework: FrameworkDef) -> tuple[str, bool] | None:
    """Return the criterion on the effort axis, and whether the value is score × effort."""
    if framework.method in _DIVIDED:
        return _DIVIDED[framework.method], True
    codes = {criterion.code for criterion in framework.criteria}
    found = next((code for code in _EFFORTS if code in codes), None)
    return None if found is None else (found, False)


def point(framework: FrameworkDef, outcome: Outcome | None) -> Point | None:
    """Return where an outcome stands, None without a score or an effort."""
    found = axes(framework)
    if found is None or not isinstance(outcome, Score):
        return None
    code, times = found
    effort = outcome.inputs.get(code)
    if effort is None or effort <= 0:
        return None
    value = outcome.value * effort if times else outcome.value
    return Point(effort, value) if math.isfinite(value) else None


@dataclass(frozen=True)
class Scale:
    """Maps numbers to 0–1, straight or by their logarithm, with the ticks to write beside it."""

    low: float
    high: float
    log: bool

    def at(self, value: float) -> float:
        """Return the place of a value, held within the scale."""
        low, high, number = self.low, self.high, min(max(value, self.low), self.high)
        if self.log:
            low, high, number = math.log10(low), math.log10(high), math.log10(number)
        return (number - low) / (high - low) if high > low else 0.5

    @property
    def ticks(self) -> tuple[float, ...]:
        """Return round numbers from low to high."""
        if self.log:
            first, last = round(math.log10(self.low)), round(math.log10(self.high))
            every = max(1, math.ceil((last - first) / 6))
            return tuple(10.0**power for power in range(first, last + 1, every))
        step = _step(self.high - self.low)
        count = round((self.high - self.low) / step)
        return tuple(float(f"{self.low + n * step:.10g}") for n in range(count + 1))


def _step(span: float) -> float:
    """Return a round step that makes four to eight of the span."""
    if span <= 0:
        return 1.0
    rough = span / 6
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= rough)


def scale_of(values: Sequence[float]) -> Scale:
    """Return a scale that holds all values: from 0 unless they are positive and far apart."""
    if not values:
        return Scale(0.0, 1.0, False)
    low, high = min(values), max(values)
    if low > 0 and high / low > _WIDE:
        return Scale(10.0 ** math.floor(math.log10(low)), 10.0 ** math.ceil(math.log10(high)), True)
    low, high = min(0.0, low), max(0.0, high)
    if low == high:
        return Scale(low, low + 1.0, False)
    step = _step(high - low)
    return Scale(math.floor(low / step) * step, math.ceil(high / step) * step, False)


def density(points: Sequence[Point]) -> dict[str, Any] | None:
    """Return how many points fall into each cell of a grid, with its scales; None for none."""
    if not points:
        return None
    across = scale_of([one.effort for one in points])
    up = scale_of([one.value for one in points])
    cells: dict[tuple[int, int], int] = {}
    for one in points:
        column = min(COLUMNS - 1, int(across.at(one.effort) * COLUMNS))
        line = min(LINES - 1, int(up.at(one.value) * LINES))
        cells[column, line] = cells.get((column, line), 0) + 1
    return {
        "effort": [across.low, across.high, across.log],
        "value": [up.low, up.high, up.log],
        "cells": sorted([column, line, count] for (column, line), count in cells.items()),
    }
