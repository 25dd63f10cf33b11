"""Waiting in queues that are served at once: Erlang B, C and A.

Rates and times share one unit (arrivals per second with seconds, per hour with hours); the offered
load ``a`` is arrival rate × handling time, in erlangs. Sources: A. K. Erlang (1917) for B and C,
C. Palm (1957), S. Zeltyn and A. Mandelbaum (2005) for A.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from roadmap.capacity.refusal import Inconsistent
from roadmap.wording import N_, Sentence

# Beyond this many people a queue is one pool of a size nobody schedules by hand.
LARGEST_POOL = 100_000


def erlang_b(load: float, servers: int) -> float:
    """Return the share of arrivals that find every server busy and leave, by B(k) = aB/(k+aB)."""
    _check(load, servers)
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


def erlang_c(load: float, servers: int) -> float:
    """Return the share of arrivals that wait, C = B/(1−ρ(1−B)); 1.0 from a load of n on."""
    if load >= servers:
        _check(load, servers)
        return 1.0
    blocked = erlang_b(load, servers)
    return blocked / (1 - load / servers * (1 - blocked))


@dataclass(frozen=True, slots=True)
class Waiting:
    """How a queue without abandonment waits: shares, and times in the unit of the handling time."""

    wait: float
    # Share answered within the threshold.
    within: float
    # Mean wait of all arrivals; infinite where the queue never clears.
    mean_wait: float
    # Handling ÷ time on duty.
    occupancy: float
    # Mean number of items waiting.
    line: float


def waiting(load: float, servers: int, handling: float, threshold: float = 0.0) -> Waiting:
    """Return how a queue of this load waits: SL(T) = 1 − C·e^(−(n−a)T/AHT), ASA = C·AHT/(n−a).

    ``handling`` and ``threshold`` are in one unit. With ρ ≥ 1 nobody is answered in time: share 0,
    infinite wait.
    """
    if handling <= 0 or threshold < 0:
        raise Inconsistent(Sentence(N_("Handling time must be above 0, the SLA time at least 0.")))
    if load == 0:
        return Waiting(0.0, 1.0, 0.0, 0.0, 0.0)
    if load >= servers:
        _check(load, servers)
        return Waiting(1.0, 0.0, math.inf, 1.0, math.inf)
    wait = erlang_c(load, servers)
    spare = servers - load
    mean = wait * handling / spare
    return Waiting(
        wait=wait,
        within=1 - wait * math.exp(-spare * threshold / handling),
        mean_wait=mean,
        occupancy=load / servers,
        line=mean * load / handling,
    )


def share_within(load: float, heads: float, handling: float, threshold: float) -> float:
    """Return the share answered in time by a number of heads that need not be whole.

    2.4 heads on duty are three people four tenths of the time and two the rest, so the share lies
    between those of two and three in that proportion.
    """
    if heads < 0:
        raise Inconsistent(Sentence(N_("There cannot be fewer than 0 heads.")))
    few = math.floor(heads)
    part = heads - few
    below = waiting(load, few, handling, threshold).within
    if part == 0:
        return below
    return (1 - part) * below + part * waiting(load, few + 1, handling, threshold).within


def servers_needed(
    load: float,
    handling: float,
    threshold: float,
    share: float,
    highest_occupancy: float = 1.0,
) -> int:
    """Return the fewest people that answer ``share`` in ``threshold``, no busier than allowed.

    Refuses a share of 1 of a queue that has arrivals: no number of people promises that.
    """
    if not 0 < share < 1 or not 0 < highest_occupancy <= 1:
        raise Inconsistent(
            Sentence(N_("Give a share above 0 and below 1, and an occupancy of at most 1."))
        )
    if load == 0:
        return 0
    servers = max(1, math.ceil(load / highest_occupancy - 1e-12))
    if servers <= load:
        servers += 1
    while waiting(load, servers, handling, threshold).within < share:
        servers += 1
    return servers


@dataclass(frozen=True, slots=True)
class Abandonment:
    """How a queue loses items that expire before anybody looks (Erlang A)."""

    wait: float
    abandon: float
    occupancy: float
    # Mean wait of all arrivals, in the unit of the patience.
    mean_wait: float


def erlang_a(rate: float, handling: float, patience: float, servers: int) -> Abandonment:
    """Return waiting and abandonment where an item expires after ``patience`` on average.

    ``rate`` is arrivals per unit of the two times. The states are summed until they no longer
    matter, which is exact for exponential times.
    """
    _check(rate * handling, servers)
    if handling <= 0 or patience <= 0:
        raise Inconsistent(Sentence(N_("Handling time and patience must be above 0.")))
    if rate == 0:
        return Abandonment(0.0, 0.0, 0.0, 0.0)
    # Weights relative to the state in which all are busy and nobody waits.
    weight, below = 1.0, 0.0
    for k in range(servers, 0, -1):
        weight *= k / (rate * handling)
        below += weight
        if weight < below * 1e-17:
            break
    weight, queued, line, j = 1.0, 0.0, 0.0, 0
    while True:
        queued += weight
        line += j * weight
        j += 1
        leaving = servers / handling + j / patience
        weight *= rate / leaving
        if weight > 1e200:
            weight, queued, line, below = (one * 1e-200 for one in (weight, queued, line, below))
        # Past the peak each further weight is smaller, faster than a geometric row.
        if leaving > rate and weight * j < (below + queued) * 1e-16:
            break
    total = below + queued
    mean_line = line / total
    lost = mean_line / patience / rate
    busy = rate * handling * (1 - lost)
    return Abandonment(
        wait=queued / total,
        abandon=lost,
        occupancy=busy / servers if servers else 0.0,
        mean_wait=mean_line / rate,
    )


@dataclass(frozen=True, slots=True)
class Expiring:
    """Shares of the items taken within a time, and expired; ``line`` is what waits on average."""

    within: float
    expired: float
    line: float


# Points of the integrals over the wait, by Simpson's rule.
_POINTS = 400
_UNITS: NDArray[np.float64] = np.linspace(0.0, 1.0, _POINTS + 1)
_SIMPSON: NDArray[np.float64] = np.array([1.0, *([4.0, 2.0] * (_POINTS // 2))[:-1], 1.0]) / 3


def expiring(
    rate: float, handling: float, patience: float, heads: float, threshold: float
) -> Expiring:
    """Return Erlang A with a number of heads that need not be whole.

    As in `share_within`, the answer lies between those of the whole numbers beside.
    """
    if heads < 0:
        raise Inconsistent(Sentence(N_("There cannot be fewer than 0 heads.")))
    few, part = math.floor(heads), heads - math.floor(heads)
    below = _expiring(rate, handling, patience, few, threshold)
    if part == 0:
        return below
    above = _expiring(rate, handling, patience, few + 1, threshold)
    return Expiring(
        within=(1 - part) * below.within + part * above.within,
        expired=(1 - part) * below.expired + part * above.expired,
        line=(1 - part) * below.line + part * above.line,
    )


def _expiring(
    rate: float, handling: float, patience: float, servers: int, threshold: float
) -> Expiring:
    """Return Erlang A for whole heads out of the density of the wait of somebody patient.

    f(v) ∝ λ·exp(λθ(1 − e^{−v/θ}) − nμv), and 0 weighs 1 ÷ B(n − 1); Zeltyn and Mandelbaum, 2005.
    """
    load = rate * handling
    _check(load, servers)
    if handling <= 0 or patience <= 0:
        raise Inconsistent(Sentence(N_("Handling time and patience must be above 0.")))
    if rate == 0:
        return Expiring(1.0, 0.0, 0.0)
    if servers == 0:
        return Expiring(0.0, 1.0, rate * patience)
    busy = erlang_b(load, servers - 1)
    if busy == 0:
        return Expiring(1.0, 0.0, 0.0)
    pace = servers / handling

    def level(wait: float) -> float:
        return -rate * patience * math.expm1(-wait / patience) - pace * wait

    # The density is highest where as many expire as are too many; far beyond it is nothing.
    top = patience * math.log(rate / pace) if rate > pace else 0.0
    highest = level(top)
    end = max(top, patience / 1000)
    while level(end) > highest - 40:
        end *= 1.5

    def integral(until: float) -> tuple[float, float]:
        waits = _UNITS * until
        levels = -rate * patience * np.expm1(-waits / patience) - pace * waits
        density = np.exp(levels - highest) * _SIMPSON * (until / _POINTS)
        return float(density.sum()), float((density * np.exp(-waits / patience)).sum())

    every, staying = integral(end)
    _, soon = integral(min(threshold, end))
    at_once = math.exp(-highest) / busy / rate
    total = at_once + every
    expired = max(1 - (at_once + staying) / total, 0.0)
    return Expiring(min((at_once + soon) / total, 1.0), expired, expired * rate * patience)


def _check(load: float, servers: int) -> None:
    if not (math.isfinite(load) and load >= 0):
        raise Inconsistent(Sentence(N_("The load must be 0 or more.")))
    if not 0 <= servers <= LARGEST_POOL:
        raise Inconsistent(
            Sentence(N_("Give 0 to %(most)s people."), {"most": f"{LARGEST_POOL:,}"})
        )
