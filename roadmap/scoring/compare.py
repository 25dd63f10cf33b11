"""Compare: several scorers of one item, two rankings, and a ranking with the capacity there is."""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from roadmap.scoring.formulas import Criterion, Inputs, Number, ScoreError, check_value
from roadmap.scoring.ranking import Ranking
from roadmap.scoring.stability import Band, Estimate, Stability, stability

__all__ = [
    "Band",
    "Consolidated",
    "CutLine",
    "Estimate",
    "RankChange",
    "Spread",
    "Stability",
    "consolidate",
    "cut_line",
    "rank_changes",
    "stability",
    "uncertainty",
]


class Spread(NamedTuple):
    """How far scorers are apart on one criterion, and how many gave a value."""

    low: float
    high: float
    range: float
    scorers: int


@dataclass(frozen=True, slots=True)
class Consolidated:
    """One set of inputs out of several scorers'; no entry where nobody gave a value.

    `scorers` counts those who gave at least one value.
    """

    median: Mapping[str, float]
    spread: Mapping[str, Spread]
    scorers: int


def consolidate(entries: Sequence[Inputs], criteria: Iterable[Criterion]) -> Consolidated:
    """Take the median of each criterion over the scorers, nulls left out; their order is nothing.

    Between two values of a scale there is nothing to choose, so with an even number of scorers the
    cautious one of the middle two is taken: the lower, or the higher where less is better. Raises
    ValueError for a value the criterion does not allow: check entries when they are made.
    """
    median: dict[str, float] = {}
    spread: dict[str, Spread] = {}
    for criterion in criteria:
        given = (entry.get(criterion.code) for entry in entries)
        values = [_allowed(criterion, value) for value in given if value is not None]
        if values:
            low, high = min(values), max(values)
            median[criterion.code] = _median(criterion, values)
            spread[criterion.code] = Spread(low, high, high - low, len(values))
    scorers = sum(
        any(entry.get(code) is not None for code in median)  # median: the codes with a value
        for entry in entries
    )
    return Consolidated(median, spread, scorers)


def uncertainty(
    entries: Sequence[tuple[Inputs, Mapping[str, Sequence[Number]]]], criteria: Iterable[Criterion]
) -> dict[str, tuple[float, float]]:
    """Return the lowest and highest any scorer holds possible, by criterion, where they differ.

    An entry is one scorer's likely inputs and, for criteria they are unsure of, low and high: the
    union of those ranges and of the scorers' own numbers. Raises ValueError for a value the
    criterion does not allow.
    """
    found: dict[str, tuple[float, float]] = {}
    for criterion in criteria:
        values: list[Number] = []
        for inputs, ranges in entries:
            likely = inputs.get(criterion.code)
            if likely is not None:
                values += [likely, *ranges.get(criterion.code, ())]
        if values:
            allowed = [_allowed(criterion, value) for value in values]
            if min(allowed) < max(allowed):
                found[criterion.code] = (min(allowed), max(allowed))
    return found


def _allowed(criterion: Criterion, value: Number) -> float:
    checked = check_value(criterion, value)
    if isinstance(checked, ScoreError):
        raise ValueError(checked.message)  # noqa: TRY004 - the value is wrong, not its type
    return checked


def _median(criterion: Criterion, values: list[float]) -> float:
    if criterion.scale is None:
        return statistics.median(values)
    if criterion.direction == "less":
        return statistics.median_high(values)
    return statistics.median_low(values)


class RankChange(NamedTuple):
    """One item's places in two rankings; None: not ranked there. `moved` is positive upwards."""

    key: int
    before: int | None
    after: int | None

    @property
    def moved(self) -> int | None:
        """Return the places gained, None where one of the rankings lacks the item."""
        if self.before is None or self.after is None:
            return None
        return self.before - self.after


def rank_changes(before: Ranking, after: Ranking) -> tuple[RankChange, ...]:
    """Return every item of either ranking in the new order, then those that left it, old order.

    Items unscored in both come last, by key.
    """
    rows = [RankChange(row.key, before.places.get(row.key), row.rank) for row in after.ranked]
    rows += [
        RankChange(row.key, row.rank, None) for row in before.ranked if row.key not in after.places
    ]
    listed = {row.key for row in rows}
    apart = sorted({*before.unscored, *after.unscored} - listed)
    return (*rows, *(RankChange(key, None, None) for key in apart))


@dataclass(frozen=True, slots=True)
class CutLine:
    """Which of a ranked list fit: keys above and below the line, capacity used, and why it ends.

    `stopped_by` is the first below the line; `why` is None when everything fits.
    """

    fits: tuple[int, ...]
    rest: tuple[int, ...]
    used: float
    capacity: float
    why: Literal["too_big", "effort_unknown"] | None = None

    @property
    def stopped_by(self) -> int | None:
        """Return the key of the first item that does not fit."""
        return self.rest[0] if self.rest else None


def cut_line(efforts: Sequence[tuple[int, float | None]], capacity: float) -> CutLine:
    """Fill in rank order and draw the line before the first item that does not fit.

    Smaller items further down are not pulled up past it: the order is the decision. An unknown
    effort is not known to fit, so the line is drawn before it. Effort and capacity in one unit;
    ValueError if one is negative or not finite.
    """
    _require_amount(capacity)
    used = 0.0
    tolerance = 1e-9 * max(1.0, capacity)  # ten times 0.1 fits into 1
    keys = tuple(key for key, _ in efforts)
    for at, (_, effort) in enumerate(efforts):
        if effort is None:
            return CutLine(keys[:at], keys[at:], used, capacity, "effort_unknown")
        _require_amount(effort)
        if used + effort > capacity + tolerance:
            return CutLine(keys[:at], keys[at:], used, capacity, "too_big")
        used += effort
    return CutLine(keys, (), used, capacity)


def _require_amount(value: float) -> None:
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"an effort or capacity must be finite and not negative, not {value}")
