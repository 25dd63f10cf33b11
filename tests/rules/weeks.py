"""The worst seven days of a line judged plainly, to hold the product's own way against."""

import numpy as np

from roadmap.capacity.flow import EPSILON, Floats, Week


def worst_week(arrivals: Floats, met: Floats, per_day: int = 24, days: int = 7) -> Week:
    """Return the ``days`` calendar days, by arrival, with the lowest share of items in time.

    ``met`` counts the items in time by interval of arrival. Of equal stretches the first is
    returned; a horizon shorter than that is judged whole.
    """
    came, fine = by_day(arrivals, per_day), by_day(met, per_day)
    width = min(days, len(came))
    ones = np.ones(width)
    totals = np.convolve(came, ones, mode="valid")
    good = np.convolve(fine, ones, mode="valid")
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(totals > EPSILON, np.minimum(good / totals, 1.0), 1.0)
    worst = int(np.argmin(np.round(share, 12)))
    late = float(totals[worst] - good[worst])
    return Week(worst, float(share[worst]), float(totals[worst]), late)


def by_day(values: Floats, per_day: int) -> Floats:
    """Return the sums of each day; an unfinished last day counts as one."""
    rest = -len(values) % per_day
    padded = np.concatenate((values, np.zeros(rest))) if rest else values
    found: Floats = padded.reshape(-1, per_day).sum(axis=1)
    return found
