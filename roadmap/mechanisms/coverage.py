"""Which cells are covered, by what, and why not (DOMAIN section 4, "Coverage of a cell").

Three things cover a cell and nothing else: an automated mechanism at `enforce` with ratio 1 and a
daily cap not below the forecast; the same at `monitor` with ratio 1 and a `routes_to` queue that is
active, serves the language and surface, and is staffed; a staffed review queue that receives all
items of the cell before publication. Pure.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from roadmap.mechanisms.facts import MechanismFact
from roadmap.mechanisms.kinds import (
    ACTIVE_STAGES,
    COVERING_AUTOMATED_KINDS,
    MechanismKind,
    Stage,
)
from roadmap.taxonomy.scope import ScopeCell, covers, covers_but_language

DAYS_A_WEEK = 7


class CellState(StrEnum):
    """What a cell's coverage is; evidence may still call a covered cell thin."""

    COVERED = "covered"
    SHADOW = "shadow"
    GAP = "gap"
    UNKNOWN = "unknown"


class Obstacle(StrEnum):
    """Why one mechanism that declares a cell does not cover it, smallest fix first."""

    CAP_UNKNOWN = "cap_unknown"
    CAP_BELOW_FORECAST = "cap_below_forecast"
    RATIO_BELOW_ONE = "ratio_below_one"
    QUEUE_UNSTAFFED = "queue_unstaffed"
    QUEUE_SCOPE = "queue_scope"
    QUEUE_INACTIVE = "queue_inactive"
    NO_QUEUE = "no_queue"
    SHADOW = "shadow"
    UNSTAFFED = "unstaffed"
    LANGUAGE = "language"
    NOT_ALL_ITEMS = "not_all_items"
    STAGE = "stage"
    KIND = "kind"


_ORDER = {obstacle: place for place, obstacle in enumerate(Obstacle)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One mechanism's standing for a cell: no obstacle means it covers it, until `until`.

    `queue_id` names the queue it routes to, `queue_ready` whether that queue would do at monitor.
    """

    mechanism_id: int
    obstacle: Obstacle | None
    queue_id: int | None = None
    queue_ready: bool = False
    until: date | None = None


@dataclass(frozen=True, slots=True)
class CellCoverage:
    """The answer for one cell: its state, the mechanism that covers it, every candidate's standing.

    Candidates are sorted with the smallest fix first; `language_only` says that what covers the
    neighbouring cells lacks just this language.
    """

    cell: ScopeCell
    state: CellState
    by: Candidate | None
    candidates: tuple[Candidate, ...]
    language_only: bool = False


# Weekly items that one mechanism must be able to act on, or None if not known.
Demand = Callable[[MechanismFact], float | None]


def staffed_on(mechanism: MechanismFact, day: date) -> bool:
    """Tell whether the owner attests staffing up to that day."""
    return mechanism.staffed_until is not None and mechanism.staffed_until >= day


def active(mechanism: MechanismFact) -> bool:
    """Tell whether the mechanism has an effect at its stage."""
    return mechanism.stage in ACTIVE_STAGES


def _serves(queue: MechanismFact, cell: ScopeCell) -> bool:
    return any(
        p.language in (None, cell.language) and p.surface in (None, cell.surface)
        for p in queue.coverage
    )


def _queue_obstacle(queue: MechanismFact | None, cell: ScopeCell, day: date) -> Obstacle | None:
    if queue is None or queue.kind not in (
        MechanismKind.REVIEW_QUEUE,
        MechanismKind.ESCALATION_DESK,
    ):
        return Obstacle.NO_QUEUE
    if not active(queue):
        return Obstacle.QUEUE_INACTIVE
    if not _serves(queue, cell):
        return Obstacle.QUEUE_SCOPE
    if not staffed_on(queue, day):
        return Obstacle.QUEUE_UNSTAFFED
    return None


def _cap_obstacle(mechanism: MechanismFact, demand: Demand) -> Obstacle | None:
    if mechanism.max_daily_actions is None:
        return None
    weekly = demand(mechanism)
    if weekly is None or not math.isfinite(weekly) or weekly < 0:
        return Obstacle.CAP_UNKNOWN
    if mechanism.max_daily_actions * DAYS_A_WEEK < weekly:
        return Obstacle.CAP_BELOW_FORECAST
    return None


def _automated(
    mechanism: MechanismFact,
    cell: ScopeCell,
    day: date,
    queues: Mapping[int, MechanismFact],
    demand: Demand,
) -> Candidate:
    queue_id = mechanism.routes_to_id
    queue = queues.get(queue_id) if queue_id is not None else None
    in_queue = _queue_obstacle(queue, cell, day)
    obstacle: Obstacle | None
    if mechanism.stage is Stage.SHADOW:
        obstacle = Obstacle.SHADOW
    elif not active(mechanism):
        obstacle = Obstacle.STAGE
    elif not mechanism.rollout_ratio >= 1:
        obstacle = Obstacle.RATIO_BELOW_ONE
    else:
        obstacle = _cap_obstacle(mechanism, demand)
    until = None
    if obstacle is None and mechanism.stage is Stage.MONITOR:
        obstacle = in_queue
        until = queue.staffed_until if queue is not None else None
    return Candidate(mechanism.id, obstacle, queue_id, in_queue is None, until)


def _review_queue(mechanism: MechanismFact, day: date) -> Candidate:
    obstacle: Obstacle | None = None
    if not active(mechanism):
        obstacle = Obstacle.STAGE
    elif not mechanism.receives_all:
        obstacle = Obstacle.NOT_ALL_ITEMS
    elif not staffed_on(mechanism, day):
        obstacle = Obstacle.UNSTAFFED
    return Candidate(mechanism.id, obstacle, until=mechanism.staffed_until)


def _standing(
    mechanism: MechanismFact,
    cell: ScopeCell,
    day: date,
    queues: Mapping[int, MechanismFact],
    demand: Demand,
) -> Candidate:
    if mechanism.kind in COVERING_AUTOMATED_KINDS:
        return _automated(mechanism, cell, day, queues, demand)
    if mechanism.kind is MechanismKind.REVIEW_QUEUE:
        return _review_queue(mechanism, day)
    return Candidate(mechanism.id, Obstacle.KIND)


def _last(candidate: Candidate) -> tuple[date, int]:
    return (candidate.until or date.max, -candidate.mechanism_id)


def cover_cell(
    cell: ScopeCell,
    mechanisms: Iterable[MechanismFact],
    day: date,
    queues: Mapping[int, MechanismFact],
    demand: Demand,
) -> CellCoverage:
    """Say whether a cell is covered on a day, by which mechanism, and what keeps each other off.

    `queues` finds the queue a mechanism routes to by id; `demand` gives the weekly items a capped
    mechanism must be able to act on. Covered by several, the one that lasts longest is named.
    """
    found: list[Candidate] = []
    language_only = False
    for mechanism in mechanisms:
        if any(covers(p, cell) for p in mechanism.coverage):
            found.append(_standing(mechanism, cell, day, queues, demand))
        elif any(covers_but_language(p, cell) for p in mechanism.coverage):
            standing = _standing(mechanism, cell, day, queues, demand)
            if standing.obstacle in (None, Obstacle.QUEUE_SCOPE):
                language_only = True
                found.append(Candidate(mechanism.id, Obstacle.LANGUAGE, standing.queue_id))
    able = [c for c in found if c.obstacle is None]
    found.sort(
        key=lambda c: (
            -1 if c.obstacle is None else _ORDER[c.obstacle],
            not c.queue_ready,
            c.mechanism_id,
        )
    )
    obstacles = {c.obstacle for c in found}
    if able:
        best = max(able, key=_last)
        return CellCoverage(cell, CellState.COVERED, best, tuple(found))
    state = CellState.GAP
    if Obstacle.CAP_UNKNOWN in obstacles:
        state = CellState.UNKNOWN
    elif Obstacle.SHADOW in obstacles:
        state = CellState.SHADOW
    return CellCoverage(cell, state, None, tuple(found), language_only)


def cover(
    cells: Sequence[ScopeCell],
    mechanisms: Sequence[MechanismFact],
    day: date,
    demand: Demand,
) -> tuple[CellCoverage, ...]:
    """Return the coverage of each cell, in the order given; see `cover_cell`."""
    by_id = {m.id: m for m in mechanisms}
    return tuple(cover_cell(cell, mechanisms, day, by_id, demand) for cell in cells)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mechanism that a launch over these cells should link, and the cells it declares."""

    mechanism_id: int
    cells: tuple[ScopeCell, ...]
    active: bool


def propose(
    cells: Sequence[ScopeCell], mechanisms: Sequence[MechanismFact]
) -> tuple[Proposal, ...]:
    """Propose mechanisms from coverage: all that declare a cell, and the queues they route to.

    Drafts and retired ones are left out. Those that serve most cells come first.
    """
    reach: dict[int, set[ScopeCell]] = {}
    live = {m.id: m for m in mechanisms if m.stage not in (Stage.DRAFT, Stage.RETIRED)}
    for mechanism in live.values():
        served = {c for c in cells if any(covers(p, c) for p in mechanism.coverage)}
        if served:
            reach.setdefault(mechanism.id, set()).update(served)
            queue = mechanism.routes_to_id
            if queue in live:
                reach.setdefault(queue, set()).update(served)
    proposals = [Proposal(i, tuple(sorted(c)), active(live[i])) for i, c in reach.items()]
    return tuple(sorted(proposals, key=lambda p: (-len(p.cells), not p.active, p.mechanism_id)))
