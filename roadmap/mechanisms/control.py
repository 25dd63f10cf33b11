"""Control limits: whether a metric still moves as it used to, or something has changed.

A chart takes its centre and spread from a baseline, the first 8 to 20 periods of a series, and
judges the later ones. Two rules signal (Western Electric, 1956, rules 1 and 4): one period beyond
the limits that hold 99.73 %, or eight in a row on one side of the centre. Pure.

Shares are drawn from a beta-binomial law: within a period the labels are binomial, and the share
itself moves a little from period to period. Plain p-charts leave the second out and signal on
nearly every period of thousands of labels (D. B. Laney, Quality Engineering 14, 2002); the law used
here keeps the part that does not shrink with the number of labels, and is exact where few are
wrong, where normal limits are not.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from statistics import NormalDist

LEAST_PERIODS = 8
MOST_BASELINE = 20
RUN = 8
# Labels of a period below which it is shown and never judged.
LEAST_LABELS = 20
# Periods in a row within the limits after which a series counts as back.
CALM = 7
# What three standard deviations of a normal law leave on each side.
TAIL = 1 - NormalDist().cdf(3)
# Errors of the centre within which a period is on neither side: a centre that is a little off must
# not make runs.
_SIDE = 1.5
# Up to so many expected rare outcomes the law is summed exactly; beyond it is nearly normal.
_EXACT_UP_TO = 25.0


class Rule(StrEnum):
    """Why a period signals."""

    BEYOND = "beyond"
    RUN = "run"


class State(StrEnum):
    """What a chart says of its newest periods."""

    FEW = "few"
    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a series: its days, its value (of a share 0..1) and how many labels it has.

    ``labels`` is 0 for values that are no shares: times, or shares of a stratified sample.
    """

    first: date
    last: date
    value: float
    labels: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A period with the limits that hold for it; None of each where it is not judged."""

    period: Period
    lower: float | None
    upper: float | None
    rule: Rule | None = None
    above: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A judged series; the first ``baseline`` periods set its centre, `since` starts a signal."""

    periods: tuple[Judged, ...]
    state: State
    centre: float | None = None
    baseline: int = 0
    rule: Rule | None = None
    above: bool = False
    since: date | None = None
    until: date | None = None


# What is known of one period from its baseline: limits, centre, and the reach around the centre
# within which it is on neither side.
_Limits = tuple[float, float, float, float]


def share_chart(periods: Sequence[Period]) -> Chart:
    """Judge shares of labelled items, the oldest period first.

    Limits are the 0.135 % and 99.865 % points of a beta-binomial law with the mean p of the
    baseline. Its spread has three parts, each a multiple of p (1 - p): what varies from period to
    period (`rho`, method of moments, J. C. Kleinman, JASA 68, 1973, never below zero), the error of
    p from the baseline's N labels, and the binomial draw of the period's own n labels.
    Of periods in control at most 1 % are beyond the limits and 3 % in a run of eight, whatever
    the length of the baseline: simulated in the tests.
    """
    ordered = sorted(periods, key=lambda one: (one.last, one.first))
    fit = [n for n, one in enumerate(ordered) if one.labels >= LEAST_LABELS]
    size = _baseline(len(fit))
    if size is None:
        return _unjudged(ordered)
    law = _law([ordered[n] for n in fit[:size]])
    return _judge(ordered, fit, size, law.centre, law.limits)


def individuals_chart(periods: Sequence[Period]) -> Chart:
    """Judge single values such as a handling time, the oldest first: an XmR chart.

    The spread is the mean moving range of the baseline divided by 1.128 (W. A. Shewhart; D. J.
    Wheeler, Understanding Variation). With few periods three spreads are too narrow: the limits are
    those of a prediction, mean +- t * spread * sqrt(1 + 1/m), with 0.62 (m - 1) degrees of freedom,
    what m - 1 overlapping moving ranges are worth. A series that never moved has no limits.
    """
    ordered = sorted(periods, key=lambda one: (one.last, one.first))
    fit = [n for n, one in enumerate(ordered) if math.isfinite(one.value)]
    size = _baseline(len(fit))
    if size is None:
        return _unjudged(ordered)
    values = [ordered[n].value for n in fit[:size]]
    centre = math.fsum(values) / size
    ranges = [abs(b - a) for a, b in pairwise(values)]
    spread = math.fsum(ranges) / len(ranges) / 1.128
    if spread <= 0:
        return _unjudged(ordered)
    reach = _t_quantile(0.62 * (size - 1)) * spread * math.sqrt(1 + 1 / size)
    error = spread / math.sqrt(size)
    fixed = (centre - reach, centre + reach, centre, _SIDE * error)
    return _judge(ordered, fit, size, centre, lambda _labels: fixed)


def _baseline(count: int) -> int | None:
    """Return how many periods set the centre: half of them, 8 to 20; None if none is left."""
    if count <= LEAST_PERIODS:
        return None
    return min(MOST_BASELINE, max(LEAST_PERIODS, count // 2))


def _unjudged(periods: Sequence[Period]) -> Chart:
    return Chart(tuple(Judged(one, None, None) for one in periods), State.FEW)


def _judge(
    periods: Sequence[Period],
    fit: Sequence[int],
    size: int,
    centre: float,
    limits: Callable[[int], _Limits],
) -> Chart:
    """Apply both rules to the fit periods behind the baseline, then find the newest signal."""
    found = [Judged(one, None, None) for one in periods]
    run: list[int] = []
    side = 0
    for place, n in enumerate(fit):
        one = periods[n]
        lower, upper, middle, reach = limits(one.labels)
        found[n] = Judged(one, lower, upper)
        if place < size:
            continue
        if not lower - _EPS <= one.value <= upper + _EPS:
            found[n] = Judged(one, lower, upper, Rule.BEYOND, one.value > upper)
        here = 1 if one.value > middle + reach else -1 if one.value < middle - reach else 0
        run = [*run, n] if here == side and here else [n] if here else []
        side = here
        if len(run) >= RUN:
            for m in run:
                was = found[m]
                if was.rule is None:
                    found[m] = Judged(was.period, was.lower, was.upper, Rule.RUN, side > 0)
    return _newest(found, [found[n] for n in fit[size:]], centre, size)


_EPS = 1e-12


def _newest(found: list[Judged], judged: list[Judged], centre: float, size: int) -> Chart:
    """Return the chart with its newest signal, if fewer than `CALM` calm periods came after it."""
    marks = [n for n, one in enumerate(judged) if one.rule is not None]
    if not marks or len(judged) - 1 - marks[-1] >= CALM:
        return Chart(tuple(found), State.IN, centre, size)
    first = last = marks[-1]
    for n in reversed(marks):
        if first - n > CALM or judged[n].above != judged[last].above:
            break
        first = n
    newest = judged[last]
    return Chart(
        tuple(found),
        State.OUT,
        centre,
        size,
        newest.rule,
        newest.above,
        judged[first].period.first,
        newest.period.last,
    )


# ---- the law of shares ----


@dataclass(frozen=True)
class _Law:
    """A beta law of the share of a period: its mean, its precision, the error of the mean."""

    centre: float
    precision: float
    error: float

    def limits(self, labels: int) -> _Limits:
        """Return the limits for a period of so many labels, the median, the centre's error."""
        # Counted are the rarer outcomes, so that few terms are summed.
        flipped = self.centre > 0.5
        rare = 1 - self.centre if flipped else self.centre
        a, b = rare * self.precision, (1 - rare) * self.precision
        exact = labels * rare <= _EXACT_UP_TO
        low, high, median = (_summed if exact else _nearly_normal)(labels, a, b)
        shares = low / labels, high / labels, median / labels
        reach = _SIDE * self.error
        if flipped:
            return 1 - shares[1], 1 - shares[0], 1 - shares[2], reach
        return *shares, reach


def _law(baseline: Sequence[Period]) -> _Law:
    """Return the law that a baseline of shares fits."""
    n = [one.labels for one in baseline]
    x = [one.value * one.labels for one in baseline]
    total = sum(n)
    # Half a label more on each side, or a baseline without errors would know that none ever occurs.
    centre = (math.fsum(x) + 0.5) / (total + 1)
    varies = centre * (1 - centre)
    squares = sum(one * one for one in n) / total
    excess = math.fsum(k * (p.value - centre) ** 2 for k, p in zip(n, baseline, strict=True))
    freedom = len(n) - 1
    rho = max(0.0, (excess / varies - freedom) / max(total - squares - freedom, 1.0))
    of_centre = 1 / total + rho * squares / total
    # Spread that few periods showed may be more: limits as wide as those of Student's law.
    rho *= (_t_quantile(freedom) / 3) ** 2
    share = min(rho + of_centre, 0.5)
    return _Law(centre, 1 / share - 1, math.sqrt(varies * of_centre))


def _summed(labels: int, a: float, b: float) -> tuple[float, float, float]:
    """Return (lowest, highest, median) count that is not beyond, summing the law from zero."""
    log = (
        math.lgamma(labels + b) - math.lgamma(b) + math.lgamma(a + b) - math.lgamma(labels + a + b)
    )
    term = math.exp(log)
    below, low, median = 0.0, None, None
    for count in range(labels + 1):
        upto = below + term
        if low is None and upto >= TAIL:
            low = count
        if median is None and upto >= 0.5:
            median = count
        # The last count whose own tail upwards, itself included, is not below the limit.
        if 1 - upto < TAIL:
            return low or 0, count, median or 0
        below = upto
        term *= (labels - count) / (count + 1) * (count + a) / (labels - count - 1 + b)
    return low or 0, labels, median or 0


def _nearly_normal(labels: int, a: float, b: float) -> tuple[float, float, float]:
    """Return the same by the normal law, corrected for skewness (Cornish and Fisher, 1938)."""
    s = a + b
    mean = labels * a / s
    deviation = math.sqrt(labels * a * b * (s + labels) / (s * s * (s + 1)))
    skew = (s + 2 * labels) * (b - a) / (s + 2)
    skew *= math.sqrt((1 + s) / (labels * a * b * (labels + s)))
    low = mean + deviation * (-3 + skew * 8 / 6) - 0.5
    high = mean + deviation * (3 + skew * 8 / 6) + 0.5
    return max(low, 0.0), min(high, float(labels)), mean - deviation * skew / 6


def _t_quantile(freedom: float) -> float:
    """Return the 99.865 % point of Student's law (Abramowitz and Stegun 26.7.5), freedom >= 4."""
    z, v = 3.0, freedom
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4)
    )
