"""What may happen to a launch: tier, moves of launch and phase, shares, cycles, commitment order.

Pure: a rule returns the decision or a `Refused` with a sentence that says what to do next.
"""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from roadmap.launches.kinds import LaunchState, LaunchType, PhaseState
from roadmap.wording import N_, Sentence

__all__ = [
    "LaunchState",
    "LaunchType",
    "Moved",
    "PhaseMoved",
    "PhaseState",
    "Refused",
    "TierQuestions",
    "commit_order",
    "find_cycle",
    "is_committed",
    "judged_phase",
    "move_launch",
    "move_phase",
    "reorder_commitments",
    "share_problem",
    "shares_problem",
    "tier",
]

Node = TypeVar("Node", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Refused:
    """A decision that was not taken, and the sentence that says why and what to do next."""

    sentence: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class TierQuestions:
    """The six yes/no questions that give a launch its tier."""

    new_market: bool
    new_surface: bool
    automatic_action: bool
    new_policy: bool
    minors_or_safety: bool
    load_over_5_percent: bool


def tier(answers: TierQuestions) -> int:
    """Return the tier: 3 if all six are no, 1 for the heavy ones, else 2.

    The specification fixes tier 3 only. Tier 1 is a new market, minors or safety, automatic action
    under a new policy or on a new surface, or any three yes.
    """
    yes = sum(
        (
            answers.new_market,
            answers.new_surface,
            answers.automatic_action,
            answers.new_policy,
            answers.minors_or_safety,
            answers.load_over_5_percent,
        )
    )
    if yes == 0:
        return 3
    untried = answers.automatic_action and (answers.new_policy or answers.new_surface)
    return 1 if answers.new_market or answers.minors_or_safety or untried or yes >= 3 else 2


# ---- life cycle of the launch ----

_MOVES: Mapping[LaunchState, frozenset[LaunchState]] = {
    LaunchState.DRAFT: frozenset({LaunchState.PLANNED, LaunchState.CANCELLED}),
    LaunchState.PLANNED: frozenset(
        {LaunchState.DRAFT, LaunchState.COMMITTED, LaunchState.CANCELLED}
    ),
    LaunchState.COMMITTED: frozenset(
        {LaunchState.PLANNED, LaunchState.LIVE, LaunchState.PAUSED, LaunchState.CANCELLED}
    ),
    LaunchState.LIVE: frozenset({LaunchState.CLOSED, LaunchState.PAUSED, LaunchState.ROLLED_BACK}),
    LaunchState.PAUSED: frozenset(
        {
            LaunchState.PLANNED,
            LaunchState.COMMITTED,
            LaunchState.LIVE,
            LaunchState.ROLLED_BACK,
            LaunchState.CANCELLED,
        }
    ),
    LaunchState.ROLLED_BACK: frozenset(
        {LaunchState.PLANNED, LaunchState.CLOSED, LaunchState.CANCELLED}
    ),
    LaunchState.CLOSED: frozenset(),
    LaunchState.CANCELLED: frozenset({LaunchState.DRAFT}),
}
_NEEDS_REASON = frozenset({LaunchState.PAUSED, LaunchState.ROLLED_BACK, LaunchState.CANCELLED})
_HOLDS_COMMITMENT = frozenset(
    {LaunchState.COMMITTED, LaunchState.LIVE, LaunchState.PAUSED, LaunchState.CLOSED}
)
STATE_WORDS: Mapping[LaunchState, str] = {
    LaunchState.DRAFT: N_("draft"),
    LaunchState.PLANNED: N_("planned"),
    LaunchState.COMMITTED: N_("committed"),
    LaunchState.LIVE: N_("live"),
    LaunchState.CLOSED: N_("closed"),
    LaunchState.PAUSED: N_("paused"),
    LaunchState.ROLLED_BACK: N_("rolled back"),
    LaunchState.CANCELLED: N_("cancelled"),
}


@dataclass(frozen=True, slots=True)
class Moved:
    """A launch's new state, the reason kept in history and its place in commitment order."""

    state: LaunchState
    reason: str
    commitment_no: int | None


def is_committed(state: LaunchState, commitment_no: int | None) -> bool:
    """Tell whether the date is committed: a commitment number in a state that holds one."""
    return commitment_no is not None and state in _HOLDS_COMMITMENT


def allowed_moves(state: LaunchState) -> tuple[LaunchState, ...]:
    """Return the states a launch can move to, in the order of the life cycle."""
    return tuple(target for target in LaunchState if target in _MOVES[state])


def _commit_problem(*, has_owner: bool, has_scope: bool, has_date: bool) -> Sentence | None:
    if not has_owner:
        return Sentence(N_("Name an owner before committing the date."))
    if not has_scope:
        return Sentence(N_("Add at least one scope cell before committing the date."))
    if not has_date:
        return Sentence(N_("Give every phase a date before committing."))
    return None


def _move_problem(
    state: LaunchState,
    target: LaunchState,
    reason: str,
    phases: Sequence[PhaseState],
    commitment_no: int | None,
) -> Sentence | None:
    if target not in _MOVES[state]:
        return Sentence(
            N_("A launch that is %(state)s cannot become %(target)s."),
            {"state": STATE_WORDS[state], "target": STATE_WORDS[target]},
        )
    uncommits = commitment_no is not None and target not in _HOLDS_COMMITMENT
    if (target in _NEEDS_REASON or uncommits) and not reason.strip():
        return Sentence(N_("Say why: the reason is kept in the history."))
    if target is LaunchState.LIVE and PhaseState.LIVE not in phases:
        return Sentence(N_("Take a phase live first; the launch follows."))
    if target is LaunchState.CLOSED and PhaseState.PLANNED in phases:
        return Sentence(N_("A phase is still planned. Take it live or remove it before closing."))
    if (
        target is LaunchState.CANCELLED
        and state is not LaunchState.ROLLED_BACK
        and PhaseState.LIVE in phases
    ):
        return Sentence(N_("A phase is live. Roll the launch back before cancelling it."))
    return None


def move_launch(
    state: LaunchState,
    target: LaunchState,
    *,
    reason: str = "",
    phases: Sequence[PhaseState] = (),
    commitment_no: int | None = None,
    next_commitment_no: int = 1,
    has_owner: bool = True,
    has_scope: bool = True,
    has_date: bool = True,
) -> Moved | Refused:
    """Move a launch along its life cycle.

    A commitment number is given on commit, kept while committed, live, paused or closed, and lost
    on un-commit, roll-back and cancel. Those, and a pause, need a reason.
    """
    problem = _move_problem(state, target, reason, phases, commitment_no)
    if problem is None and target is LaunchState.COMMITTED:
        problem = _commit_problem(has_owner=has_owner, has_scope=has_scope, has_date=has_date)
    if problem is not None:
        return Refused(problem)
    number = commitment_no if target in _HOLDS_COMMITMENT else None
    if target is LaunchState.COMMITTED and number is None:
        number = next_commitment_no
    return Moved(target, reason.strip(), number)


# ---- phases ----

_PHASE_MOVES: Mapping[PhaseState, frozenset[PhaseState]] = {
    PhaseState.PLANNED: frozenset({PhaseState.LIVE}),
    PhaseState.LIVE: frozenset({PhaseState.HALTED}),
    PhaseState.HALTED: frozenset({PhaseState.PLANNED, PhaseState.LIVE}),
}


@dataclass(frozen=True, slots=True)
class PhaseMoved:
    """A phase's new state and the reason kept in its history."""

    state: PhaseState
    reason: str


def move_phase(
    state: PhaseState,
    target: PhaseState,
    *,
    launch_state: LaunchState,
    earlier: Sequence[PhaseState] = (),
    reason: str = "",
) -> PhaseMoved | Refused:
    """Move a phase; it goes live after its earlier ones and only in a committed or live launch."""
    if target not in _PHASE_MOVES[state]:
        return Refused(
            Sentence(
                N_("A phase that is %(state)s cannot become %(target)s."),
                {"state": state.value, "target": target.value},
            )
        )
    if target is PhaseState.HALTED and not reason.strip():
        return Refused(Sentence(N_("Say why the phase is halted.")))
    if target is PhaseState.LIVE:
        if launch_state not in (LaunchState.COMMITTED, LaunchState.LIVE):
            return Refused(Sentence(N_("Commit the launch's date before taking a phase live.")))
        if any(phase is not PhaseState.LIVE for phase in earlier):
            return Refused(Sentence(N_("Take the earlier phases live first.")))
    return PhaseMoved(target, reason.strip())


def judged_phase(phases: Iterable[tuple[int, PhaseState]]) -> int | None:
    """Return the position a launch's verdict is of: its earliest not yet live, else the last."""
    ordered = sorted(phases)
    for position, state in ordered:
        if state is not PhaseState.LIVE:
            return position
    return ordered[-1][0] if ordered else None


def share_problem(share: float) -> Sentence | None:
    """Return why a phase's share of traffic (0..1) is refused, or None."""
    if not math.isfinite(share) or not 0 < share <= 1:
        shown = f"{share * 100:g}" if math.isfinite(share) else str(share)
        return Sentence(
            N_("A phase's share must be above 0 %% and at most 100 %%, not %(share)s %%."),
            {"share": shown},
        )
    return None


def shares_problem(shares: Sequence[float]) -> Sentence | None:
    """Return why the shares of a launch's phases, in order, are refused: a ramp never goes down."""
    for share in shares:
        problem = share_problem(share)
        if problem is not None:
            return problem
    for place, (before, after) in enumerate(pairwise(shares), start=2):
        if after < before:
            return Sentence(
                N_("Phase %(place)d has a smaller share than the phase before it."),
                {"place": place},
            )
    return None


# ---- dependencies and commitment order ----


def find_cycle(needs: Mapping[Node, Iterable[Node]]) -> tuple[Node, ...] | None:
    """Return a dependency cycle as a path that ends where it starts, or None.

    `needs` maps each launch to those it waits for. Iterative, so long chains are safe.
    """
    done: set[Node] = set()
    for root in needs:
        path: list[Node] = []
        on_path: set[Node] = set()
        stack: list[tuple[Node, bool]] = [(root, False)]
        while stack:
            node, leaving = stack.pop()
            if leaving:
                path.pop()
                on_path.discard(node)
                done.add(node)
            elif node in on_path:
                return (*path[path.index(node) :], node)
            elif node not in done:
                path.append(node)
                on_path.add(node)
                stack.append((node, True))
                stack.extend((after, False) for after in needs.get(node, ()))
    return None


def commit_order(numbers: Mapping[Node, int | None], launch: Node) -> tuple[Node, ...]:
    """Return the committed launches that stand before one: what it is judged on top of.

    An uncommitted launch is judged alone on top of all committed ones.
    """
    own = numbers.get(launch)
    before = [
        (number, str(other), other)
        for other, number in numbers.items()
        if number is not None and other != launch and (own is None or number < own)
    ]
    return tuple(other for _number, _text, other in sorted(before, key=lambda row: row[:2]))


def reorder_commitments(
    numbers: Mapping[Node, int], launch: Node, place: int, *, reason: str
) -> dict[Node, int] | Refused:
    """Move a committed launch to a place (1 is first) and return the numbers that change.

    The numbers in use are dealt out again in the new order, so no other launch gains one.
    """
    if launch not in numbers:
        return Refused(Sentence(N_("Only a committed launch has a place in the order.")))
    if not reason.strip():
        return Refused(Sentence(N_("Say why the commitment order changes.")))
    if not 1 <= place <= len(numbers):
        return Refused(Sentence(N_("Choose a place from 1 to %(last)d."), {"last": len(numbers)}))
    order = [node for node in sorted(numbers, key=lambda n: numbers[n]) if node != launch]
    order.insert(place - 1, launch)
    dealt = dict(zip(order, sorted(numbers.values()), strict=True))
    return {node: number for node, number in dealt.items() if numbers[node] != number}
