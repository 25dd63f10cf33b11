"""Put the values of one criterion on 0 to 100 over a set of items."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from roadmap.wording import N_, Sentence

Direction = Literal["more", "less"]


@dataclass(frozen=True, slots=True)
class Normalised:
    """Parts from 0 to 100 in the order given, the range used, and a note where it is degenerate."""

    parts: tuple[float, ...]
    low: float
    high: float
    note: Sentence | None = None


def normalise(values: Sequence[float], direction: Direction = "more") -> Normalised:
    """Map finite values linearly to 0–100 over min(0, smallest) … largest of the set.

    With direction "less" the smallest value is best: 100 minus the part. Where the range is empty
    (all values 0, or all the same negative number) the criterion cannot tell the items apart: every
    part is 0, in either direction, and a note says so. DOMAIN section 3.
    """
    if not values:
        return Normalised((), 0.0, 0.0)
    low, high = min(0.0, *values), max(values)
    span = high - low
    if span == 0:
        note = Sentence(N_("All values are the same, so this criterion adds 0 to every item."))
        return Normalised((0.0,) * len(values), low, high, note)
    parts = ((value - low) / span * 100 for value in values)
    if direction == "less":
        parts = (100 - part for part in parts)
    return Normalised(tuple(parts), low, high)
