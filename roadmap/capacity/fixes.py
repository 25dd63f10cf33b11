"""The smallest change that lets a queue carry a launch, tried out before it is offered.

Each answer is rounded to the safe side and judged again; None means that no such change is enough.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from roadmap.capacity.judge import Queue, with_heads
from roadmap.capacity.portfolio import Placed

Floats = NDArray[np.float64]
# More heads than this on one queue are a plan, not a fix.
MOST_HEADS = 2_000


def share_that_fits(placed: Placed, step: float = 0.01) -> float | None:
    """Return the largest share of the launch's work the queue carries, down to whole percent."""

    def carries(factor: float) -> bool:
        return placed.judge_at(factor).carries

    factor = largest(carries, 1.0, step / 2)
    if factor is None:
        return None
    # The search stops just below; the step above may be exactly what fits.
    steps = math.floor(factor / step + 1e-9) + 1
    while steps > 0 and not carries(steps * step):
        steps -= 1
    return steps * step if steps > 0 else None


def volume_that_fits(placed: Placed, volume: float, up_to: float) -> int | None:
    """Return the largest whole volume carried, up to ``up_to``; work grows with volume.

    None where the queue carries not even one item more than it has.
    """

    def carries(wanted: float) -> bool:
        return placed.judge_at(wanted / volume).carries

    if volume <= 0:
        return None
    found = largest(carries, up_to, 0.25)
    if found is None:
        return None
    # The search stops just below; the whole number above may be exactly what fits.
    whole = min(math.floor(found + 1e-9) + 1, math.floor(up_to))
    while whole > 0 and not carries(whole):
        whole -= 1
    # Room for nothing is no volume to start with.
    return whole or None


def heads_needed(placed: Placed) -> int | None:
    """Return the fewest more heads, spread over the roster as it is."""

    def carries(more: int) -> bool:
        return placed.judge_at(queue=with_heads(placed.queue, more)).carries

    if placed.queue.head is None or placed.queue.capacity.sum() <= 0:
        return None
    return fewest(carries, MOST_HEADS)


@dataclass(frozen=True)
class Window:
    """Hours of the day in which heads can be added: those of a shift, or those of none.

    ``capacity`` and ``heads`` are what one more rostered head adds in each hour; ``paid`` is its
    hours a week; ``rostered`` how many are there now, who might be moved.
    """

    name: str
    starts: int
    ends: int
    capacity: Floats
    heads: Floats
    paid: float
    rostered: float = 0.0


@dataclass(frozen=True, slots=True)
class Added:
    """So many more heads in one window."""

    window: Window
    heads: int

    @property
    def paid(self) -> float:
        """Return the paid hours a week it takes."""
        return self.heads * self.window.paid


@dataclass(frozen=True, slots=True)
class Moved:
    """So many heads from one window to another; nobody is hired."""

    source: Window
    target: Window
    heads: int


def heads_in_window(placed: Placed, windows: Sequence[Window]) -> Added | None:
    """Return the window where the fewest paid hours are enough, and how many heads."""
    found = []
    for window in windows:

        def carries(more: int, window: Window = window) -> bool:
            return placed.judge_at(queue=shifted(placed.queue, [(window, more)])).carries

        heads = fewest(carries, MOST_HEADS)
        if heads is not None:
            found.append(Added(window, heads))
    return min(found, key=lambda one: (one.paid, one.heads, one.window.name), default=None)


def heads_moved(placed: Placed, windows: Sequence[Window]) -> Moved | None:
    """Return the fewest heads to move from one shift to another that are enough."""
    best: Moved | None = None
    for source in windows:
        for target in windows:
            most = (
                int(source.rostered) if best is None else min(int(source.rostered), best.heads - 1)
            )
            if source is target or most < 1:
                continue
            # Moving more helps the target and hurts the source, so each number is tried.
            for heads in range(1, min(most, 40) + 1):
                changed = shifted(placed.queue, [(source, -heads), (target, heads)])
                if placed.judge_at(queue=changed).carries:
                    best = Moved(source, target, heads)
                    break
    return best


def shifted(queue: Queue, changes: Sequence[tuple[Window, int]]) -> Queue:
    """Return the queue with heads added to or taken from windows."""
    capacity, heads = queue.capacity, queue.heads
    for window, more in changes:
        capacity = np.maximum(capacity + more * window.capacity, 0.0)
        heads = np.maximum(heads + more * window.heads, 0.0)
    return replace(queue, capacity=capacity, heads=heads)


def largest(carries: Callable[[float], bool], upper: float, precision: float) -> float | None:
    """Return the largest value up to ``upper`` that carries, None if even 0 does not.

    What carries at a value carries at every lower one.
    """
    if carries(upper):
        return upper
    if not carries(0.0):
        return None
    low, high = 0.0, upper
    while high - low > precision:
        middle = (low + high) / 2
        low, high = (middle, high) if carries(middle) else (low, middle)
    return low


def fewest(carries: Callable[[int], bool], most: int) -> int | None:
    """Return the smallest whole number from 1 on that carries, None above ``most``."""
    high = 1
    while not carries(high):
        if high >= most:
            return None
        high = min(high * 2, most)
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if carries(middle) else (middle, high)
    return high
