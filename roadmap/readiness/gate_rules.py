"""What the votes on a gate come to: a pure function of the votes, the groups and a named rule.

A denial is sticky: it stands until its author withdraws it, whatever others say afterwards. One
whose author cannot sign in any more is taken over: it is then the denial of who took it over. An
approval counts while its author is a member of the group. No vote is ever changed or removed, so
the order in which votes were given is the only memory.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class GateRule(StrEnum):
    """How many of its groups a gate needs."""

    ONE_OF = "one_of"
    N_OF = "n_of"
    ALL = "all"


class Vote(StrEnum):
    """What can be said on a gate; the owner asks, the groups answer."""

    REVIEW_REQUESTED = "review_requested"
    IN_REVIEW = "in_review"
    NEEDS_WORK = "needs_work"
    APPROVED = "approved"
    DENIED = "denied"
    NA_REQUESTED = "na_requested"
    NOT_APPLICABLE = "not_applicable"
    WITHDRAWN = "withdrawn"


class Standing(StrEnum):
    """Where a group's review, or a gate, stands; the worst first."""

    DENIED = "denied"
    NEEDS_WORK = "needs_work"
    NOT_REQUESTED = "not_requested"
    REQUESTED = "requested"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    NOT_APPLICABLE = "not_applicable"


# What the owner says; everything else is said by a member of a group.
ASKING = frozenset({Vote.REVIEW_REQUESTED, Vote.NA_REQUESTED})
SIGNED = frozenset({Standing.APPROVED, Standing.NOT_APPLICABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """One vote; ``group_id`` None is the owner's, about all groups of the gate."""

    id: int
    group_id: int | None
    person_id: int
    vote: Vote
    at: datetime
    # The denial of somebody who left that this denial takes the place of.
    takes_over: int | None = None


@dataclass(frozen=True, slots=True)
class GroupStanding:
    """Where one group's review stands, and the votes that say so."""

    group_id: int
    standing: Standing
    # Ids of the votes that stand: denials, or the approvals that count.
    votes: tuple[int, ...] = ()
    # An approval that no longer counts, as its author has left the group.
    left: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class GateStanding:
    """Where a gate stands over all its groups."""

    standing: Standing
    groups: tuple[GroupStanding, ...]
    signed: int
    needed: int

    @property
    def votes(self) -> tuple[int, ...]:
        """Return the ids of the votes that carry a signed gate."""
        return tuple(v for g in self.groups if g.standing in SIGNED for v in g.votes)


def _in_order(votes: Collection[Cast]) -> list[Cast]:
    return sorted(votes, key=lambda v: (v.at, v.id))


def denials(votes: Collection[Cast]) -> list[Cast]:
    """Return the denials that stand: those their holders have not withdrawn since.

    A denial that takes over another of its group stands in its place. What it names that is no
    standing denial of the group takes nothing over: every denial then stands.
    """
    standing: dict[tuple[int | None, int], Cast] = {}
    for vote in _in_order(votes):
        key = (vote.group_id, vote.person_id)
        if vote.vote is Vote.DENIED:
            if vote.takes_over is not None:
                for other, denial in list(standing.items()):
                    if denial.id == vote.takes_over and denial.group_id == vote.group_id:
                        del standing[other]
            standing[key] = vote
        elif vote.vote is Vote.WITHDRAWN:
            standing.pop(key, None)
    return _in_order(standing.values())


def _latest(votes: Sequence[Cast]) -> dict[int, Cast]:
    """Return the last word of each person that was not taken back."""
    found: dict[int, Cast] = {}
    for vote in votes:
        if vote.vote is Vote.WITHDRAWN:
            found.pop(vote.person_id, None)
        else:
            found[vote.person_id] = vote
    return found


def asked_at(votes: Collection[Cast]) -> Cast | None:
    """Return the owner's last request that stands; None if none was made or it was withdrawn."""
    asked: Cast | None = None
    for vote in _in_order(votes):
        if vote.group_id is None and vote.vote in ASKING:
            asked = vote
        elif vote.group_id is None and vote.vote is Vote.WITHDRAWN:
            asked = None
    return asked


def group_standing(
    group_id: int, members: Collection[int], votes: Collection[Cast]
) -> GroupStanding:
    """Return where a group's review stands.

    Approvals and "not applicable" given before the owner's latest request still count: asking again
    does not unsign; what changed in the facts does (see `signed`).
    """
    own = [v for v in _in_order(votes) if v.group_id == group_id]
    if denied := denials(own):
        return GroupStanding(group_id, Standing.DENIED, tuple(v.id for v in denied))
    last = _latest(own)
    left = tuple(
        v.id for p, v in sorted(last.items()) if v.vote is Vote.APPROVED and p not in members
    )
    known = _in_order([v for p, v in last.items() if p in members])
    asked = asked_at(votes)
    work = [v for v in known if v.vote is Vote.NEEDS_WORK]
    if work:
        answered = asked is not None and (asked.at, asked.id) > (work[-1].at, work[-1].id)
        standing = Standing.REQUESTED if answered else Standing.NEEDS_WORK
        return GroupStanding(group_id, standing, tuple(v.id for v in work), left)
    for vote, standing in (
        (Vote.APPROVED, Standing.APPROVED),
        (Vote.NOT_APPLICABLE, Standing.NOT_APPLICABLE),
        (Vote.IN_REVIEW, Standing.IN_REVIEW),
    ):
        if found := tuple(v.id for v in known if v.vote is vote):
            return GroupStanding(group_id, standing, found, left)
    standing = Standing.REQUESTED if asked is not None else Standing.NOT_REQUESTED
    return GroupStanding(group_id, standing, (), left)


def needed_of(rule: GateRule, needed: int, groups: int) -> int:
    """Return how many groups must sign; a gate of no groups can never be signed."""
    if rule is GateRule.ALL:
        return max(groups, 1)
    return 1 if rule is GateRule.ONE_OF else max(needed, 1)


def gate_standing(
    rule: GateRule,
    needed: int,
    groups: Mapping[int, Collection[int]],
    votes: Collection[Cast],
    *,
    self_certify: bool = False,
) -> GateStanding:
    """Return where a gate stands; ``groups`` maps each group to its present members.

    One denial anywhere denies the gate. With ``self_certify`` the owner's own approval signs it,
    unless a group has denied it or wants work.
    """
    each = tuple(group_standing(g, groups[g], votes) for g in sorted(groups))
    wanted = needed_of(rule, needed, len(groups))
    signed = sum(1 for g in each if g.standing in SIGNED)
    found = {g.standing for g in each}
    own_word = certified(votes) if self_certify else None
    if Standing.DENIED in found:
        standing = Standing.DENIED
    elif signed >= wanted:
        only_na = all(g.standing is not Standing.APPROVED for g in each if g.standing in SIGNED)
        standing = Standing.NOT_APPLICABLE if only_na else Standing.APPROVED
    elif Standing.NEEDS_WORK in found:
        standing = Standing.NEEDS_WORK
    elif own_word is not None:
        own = GroupStanding(0, Standing.APPROVED, (own_word.id,))
        return GateStanding(Standing.APPROVED, (own, *each), signed, wanted)
    else:
        open_ = [g.standing for g in each if g.standing not in SIGNED]
        order = list(Standing)
        standing = max(open_, key=order.index, default=Standing.NOT_REQUESTED)
    return GateStanding(standing, each, signed, wanted)


def certified(votes: Collection[Cast]) -> Cast | None:
    """Return the owner's own approval that stands."""
    found: Cast | None = None
    for vote in _in_order(votes):
        if vote.group_id is None and vote.vote is Vote.APPROVED:
            found = vote
        elif vote.group_id is None and vote.vote is Vote.WITHDRAWN:
            found = None
    return found
