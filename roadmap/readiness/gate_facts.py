"""The gates of launches as facts: four statements for any number of launches."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Person
from roadmap.launches.access import AnySelect
from roadmap.one_of import one_of
from roadmap.readiness.facts import GateFact, GroupFact
from roadmap.readiness.gate_models import Gate, GateReview, GateVote, ReviewGroup, ReviewMember
from roadmap.readiness.gate_rules import Cast, Vote
from roadmap.reading import ask

IDS: Any = bindparam("ids", expanding=True)
# Votes that keep what they were given on.
_KEEP = frozenset({Vote.APPROVED, Vote.NOT_APPLICABLE})


@cache
def _gates() -> AnySelect:
    return select(
        Gate.launch_id,
        Gate.id,
        Gate.name,
        Gate.rule,
        Gate.needed,
        Gate.signs,
        Gate.from_phase,
        Gate.due_days,
        Gate.self_certify,
    ).where(one_of(Gate.launch_id, IDS))


@cache
def _reviews() -> AnySelect:
    return (
        select(GateReview.gate_id, GateReview.group_id, GateReview.assignee_id)
        .join(ReviewGroup, ReviewGroup.id == GateReview.group_id)
        .where(one_of(GateReview.launch_id, IDS))
        .order_by(GateReview.gate_id, GateReview.group_id)
    )


@cache
def _members() -> AnySelect:
    """Select who may vote now: active people in the groups the launches are reviewed by."""
    groups = select(GateReview.group_id).where(one_of(GateReview.launch_id, IDS))
    return (
        select(ReviewMember.group_id, ReviewMember.person_id)
        .join(Person, Person.id == ReviewMember.person_id)
        .join(ReviewGroup, ReviewGroup.id == ReviewMember.group_id)
        .where(ReviewMember.group_id.in_(groups), Person.active, ReviewGroup.active)
        .order_by(ReviewMember.group_id, ReviewMember.person_id)
    )


@cache
def _votes() -> AnySelect:
    return select(
        GateVote.id,
        GateVote.gate_id,
        GateVote.group_id,
        GateVote.person_id,
        GateVote.vote,
        GateVote.at,
        GateVote.signed,
        GateVote.takes_over_id,
    ).where(one_of(GateVote.launch_id, IDS), GateVote.at <= bindparam("at"))


def _votes_by_gate(
    session: Session, ids: Collection[int], at: datetime
) -> tuple[dict[int, list[Cast]], dict[int, list[tuple[int, Any]]]]:
    votes: dict[int, list[Cast]] = defaultdict(list)
    signed: dict[int, list[tuple[int, Any]]] = defaultdict(list)
    for row in ask(session, _votes(), {"ids": ids, "at": at}):
        votes[row.gate_id].append(
            Cast(
                id=row.id,
                group_id=row.group_id,
                person_id=row.person_id,
                vote=row.vote,
                at=row.at,
                takes_over=row.takes_over_id,
            )
        )
        if row.vote in _KEEP:
            signed[row.gate_id].append((row.id, row.signed))
    return votes, signed


def gate_facts(session: Session, ids: Collection[int], at: datetime) -> dict[int, list[GateFact]]:
    """Return the gates of each launch with every vote given by the moment.

    Membership is that of now: an approval counts while its author is in the group. One statement
    where no launch has a gate.
    """
    rows = ask(session, _gates(), {"ids": ids})
    found: dict[int, list[GateFact]] = defaultdict(list)
    if not rows:
        return found
    members: dict[int, list[int]] = defaultdict(list)
    for group_id, person_id in ask(session, _members(), {"ids": ids}):
        members[group_id].append(person_id)
    groups: dict[int, list[GroupFact]] = defaultdict(list)
    asked: dict[int, int] = {}
    for gate_id, group_id, assignee_id in ask(session, _reviews(), {"ids": ids}):
        groups[gate_id].append(GroupFact(id=group_id, members=tuple(members[group_id])))
        if assignee_id is not None:
            asked.setdefault(gate_id, assignee_id)
    votes, signed = _votes_by_gate(session, ids, at)
    for row in rows:
        found[row.launch_id].append(
            GateFact(
                id=row.id,
                name=row.name,
                rule=row.rule,
                needed=row.needed,
                groups=tuple(groups[row.id]),
                votes=tuple(votes[row.id]),
                signs=tuple(row.signs),
                signed=tuple(signed[row.id]),
                self_certify=row.self_certify,
                from_phase=row.from_phase,
                due_days=row.due_days,
                asked_of=asked.get(row.id),
            )
        )
    return found
