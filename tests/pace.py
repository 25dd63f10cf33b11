"""How long work takes, told so that a busy or slow machine changes nothing."""

import gc
import time
from collections.abc import Callable

# Whatever else happens makes a run longer, never shorter: what is slow is slow each time.
TRIES = 6


def seconds(work: Callable[[], object]) -> float:
    """Return the processor seconds that work took in this thread, without Python's tidying."""
    gc.disable()
    try:
        began = time.thread_time()
        work()
        return time.thread_time() - began
    finally:
        gc.enable()


def within(limit: float, work: Callable[[], object]) -> bool:
    """Tell whether work takes at most ``limit`` processor seconds, in one of several tries."""
    return any(seconds(work) <= limit for _ in range(TRIES))


def grows_in_step(small: Callable[[], object], large: Callable[[], object]) -> bool:
    """Tell whether ten times the input takes about ten times the work, in one of several tries.

    Work that grows with the square takes a hundred times as long: forty stands well apart from
    both.
    """
    least = min(seconds(small) for _ in range(3))
    # Under some milliseconds the clock's own steps are all there is to see.
    return within(max(40 * least, 0.02), large)


def grows_with_length(work: Callable[[str], object], piece: str, length: int) -> bool:
    """Tell whether ``piece``, repeated to ``length`` letters and to ten times as many, does so."""
    short = (piece * (length // len(piece) + 1))[:length]
    long = (piece * (10 * length // len(piece) + 1))[: 10 * length]
    return grows_in_step(lambda: work(short), lambda: work(long))
