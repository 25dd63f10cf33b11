"""The gates of a launch as its room shows them: standing, clocks, votes, and what overtook them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.queries import names_of
from roadmap.launches.access import Asker, may_edit
from roadmap.launches.checks import ENDED
from roadmap.launches.models import Launch
from roadmap.overview.fact_changes import ChangeLine, change_lines
from roadmap.overview.launch_page import LaunchPage
from roadmap.overview.speech import Speech
from roadmap.readiness.answers import Answer
from roadmap.readiness.checks.signoffs import overtaken
from roadmap.readiness.facts import GateFact
from roadmap.readiness.gate_clock import Clocks
from roadmap.readiness.gate_denials import LeftDenial, left_denials
from roadmap.readiness.gate_models import Gate, GateReview, GateVote, ReviewGroup
from roadmap.readiness.gate_queries import (
    GateState,
    calendars,
    cast_of,
    clocks_of,
    gates_of,
    members_of,
    votes_of,
)
from roadmap.readiness.gate_rules import SIGNED, Vote, asked_at, certified
from roadmap.readiness.gate_service import SIGNING, spoke_for_owner
from roadmap.readiness.gate_templates import GateDifference, pending_difference
from roadmap.readiness.gate_words import STANDINGS, VOTES, clock_said, rule_words
from roadmap.readiness.signed import PARTS, Parts, changes, parts
from roadmap.web.i18n import _


@dataclass(frozen=True)
class GroupLine:
    """One group's part in a gate: where it stands, who has it, what its clocks say."""

    id: int
    name: str
    look: tuple[str, str, str]
    # Who signed for it, else who has the review.
    who: str | None
    assignee_id: int | None
    awaited: bool
    # What each clock says, and whether it is overdue.
    respond: tuple[str, bool]
    resolve: tuple[str, bool]
    members: Sequence[tuple[int, str]]
    left: bool


@dataclass(frozen=True)
class VoteLine:
    """One word on a gate, as its timeline tells it."""

    id: int
    at: datetime
    who: str
    group: str | None
    said: str
    note: str
    survey: Mapping[str, str]
    spot_check: bool


@dataclass(frozen=True)
class LeftLine:
    """A denial whose author cannot sign in any more, and the members it may be given to."""

    id: int
    who: str
    group: str
    heirs: Sequence[tuple[int, str]]
    may_name: bool


@dataclass(frozen=True)
class GateCard:
    """A gate with everything a page shows of it, and what the reader may say."""

    gate: Gate
    look: tuple[str, str, str]
    rule: str
    groups: Sequence[GroupLine]
    votes: Sequence[VoteLine]
    signs: Sequence[str]
    changed: Sequence[ChangeLine]
    stale: bool
    asked: bool
    certified: bool
    # Groups the reader may speak for, and those where four eyes let them sign.
    speaks_for: Sequence[int]
    signs_for: Sequence[int]
    # Groups (None: the owner's side) in which the reader has a word to take back.
    withdraws: Sequence[int | None]
    may_ask: bool
    may_certify: bool
    may_assign: bool
    # Denials that nobody can withdraw as things stand.
    left: Sequence[LeftLine]

    @property
    def own(self) -> bool:
        """Tell whether the reader can do anything here."""
        return bool(self.may_ask or self.speaks_for or self.withdraws or self.may_certify)


@dataclass(frozen=True)
class GatesPage:
    """All gates of a launch, and what its templates would change."""

    cards: Sequence[GateCard]
    difference: GateDifference
    may_take: bool

    @property
    def signed(self) -> int:
        """Return how many gates are signed and not overtaken."""
        return sum(1 for card in self.cards if card.look[0] in ("pass", "na"))


@dataclass(frozen=True)
class _Around:
    """What all gates of a page are read with."""

    actor: Asker
    launch: Launch
    groups: Mapping[int, ReviewGroup]
    members: Mapping[int, tuple[int, ...]]
    names: Mapping[int, str]
    calendars: Mapping[int, Any]
    speech: Speech
    facts: Mapping[int, GateFact]
    now: Parts
    answers: Mapping[str, Answer]
    at: datetime
    left: Mapping[int, Sequence[LeftDenial]]


def load(session: Session, actor: Asker, page: LaunchPage) -> GatesPage:
    """Return the gates of a launch, in a fixed number of statements."""
    launch, verdict, facts = page.launch, page.room.verdict, page.room.facts
    gates = gates_of(session, launch.id)
    votes = votes_of(session, {gate.id for gate in gates})
    group_ids = {r.group_id for gate in gates for r in gate.reviews}
    group_ids |= {v.group_id for some in votes.values() for v in some if v.group_id is not None}
    rows = session.scalars(select(ReviewGroup).where(ReviewGroup.id.in_(sorted(group_ids)))).all()
    members = members_of(session, group_ids)
    people = {p for some in members.values() for p in some}
    people |= {v.person_id for some in votes.values() for v in some}
    people |= {v.named_by for some in votes.values() for v in some if v.named_by is not None}
    people |= {r.assignee_id for g in gates for r in g.reviews if r.assignee_id is not None}
    around = _Around(
        actor=actor,
        launch=launch,
        groups={row.id: row for row in rows},
        members=members,
        names=names_of(session, people),
        calendars=calendars(session, rows, verdict.at),
        speech=page.room.speech,
        facts={fact.id: fact for fact in facts.gates},
        now=parts(facts, verdict.reasons),
        answers={answer.question: answer for answer in reversed(verdict.reasons)},
        at=verdict.at,
        left={
            gate.id: left_denials(session, actor, launch, _state(gate, votes[gate.id], members))
            for gate in gates
        },
    )
    return GatesPage(
        cards=[_card(gate, votes[gate.id], around) for gate in gates],
        difference=pending_difference(session, launch, gates),
        may_take=may_edit(actor, launch) and launch.state not in ENDED,
    )


def _state(
    gate: Gate, votes: Sequence[GateVote], members: Mapping[int, tuple[int, ...]]
) -> GateState:
    own_groups = {review.group_id: members[review.group_id] for review in gate.reviews}
    return GateState(gate, tuple(cast_of(vote) for vote in votes), own_groups)


def _card(gate: Gate, votes: Sequence[GateVote], around: _Around) -> GateCard:
    state = _state(gate, votes, around.members)
    cast, own_groups = state.votes, state.members
    standing = state.standing
    fact = around.facts.get(gate.id)
    stale = bool(
        fact is not None and standing.standing in SIGNED and overtaken(fact, standing, around.now)
    )
    lines = [_group(review, state, votes, around) for review in gate.reviews]
    actor, launch = around.actor, around.launch
    open_ = launch.state not in ENDED
    mine = [g for g, members in own_groups.items() if actor.id in members and open_]
    apart = actor.id not in spoke_for_owner(launch, state)
    asked = asked_at(cast) is not None
    edits = may_edit(actor, launch) and open_
    return GateCard(
        gate=gate,
        look=_look("stale" if stale else standing.standing),
        rule=rule_words(gate.rule, gate.needed, len(gate.reviews)),
        groups=lines,
        votes=[_vote(vote, around) for vote in reversed(votes)],
        signs=[_(PARTS[part]) for part in gate.signs if part in PARTS],
        changed=_changes(gate, votes, standing.votes, around),
        stale=stale,
        asked=asked,
        certified=certified(cast) is not None,
        speaks_for=mine if asked or certified(cast) is not None else [],
        signs_for=mine if apart and (asked or certified(cast) is not None) else [],
        withdraws=_withdraws(state, actor.id, edits=edits) if open_ else [],
        may_ask=edits and bool(gate.reviews),
        may_certify=open_ and gate.self_certify and actor.id == launch.owner_id,
        may_assign=open_ and actor.may("launch.edit_any"),
        left=[_left(one, around) for one in around.left[gate.id]] if open_ else [],
    )


def _left(one: LeftDenial, around: _Around) -> LeftLine:
    group = around.groups.get(one.vote.group_id or 0)
    return LeftLine(
        id=one.vote.id,
        who=around.names.get(one.vote.person_id, _("Somebody")),
        group=group.name if group is not None else "",
        heirs=[(person, around.names.get(person, "")) for person in one.heirs],
        may_name=one.may_name,
    )


def _look(standing: str) -> tuple[str, str, str]:
    colour, icon, word = STANDINGS[standing]
    return colour, icon, _(word)


def _withdraws(state: GateState, person_id: int, *, edits: bool) -> list[int | None]:
    found: list[int | None] = []
    if edits and (asked_at(state.votes) is not None or certified(state.votes) is not None):
        found.append(None)
    last = {v.group_id: v.vote for v in state.votes if v.person_id == person_id}
    found += [g for g, vote in last.items() if g is not None and vote is not Vote.WITHDRAWN]
    return found


def _group(
    review: GateReview, state: GateState, votes: Sequence[GateVote], around: _Around
) -> GroupLine:
    group = around.groups[review.group_id]
    standing = next(g for g in state.standing.groups if g.group_id == review.group_id)
    newest = _newest(votes, standing.votes)
    overtaken_ = newest is not None and any(
        c.material for c in changes(newest.signed, around.now, state.gate.signs)
    )
    has_it = newest.person_id if newest is not None else review.assignee_id
    running = Clocks(None, None)
    if review.asked_at is not None:
        running = clocks_of(group, state.votes, around.calendars[group.id], around.at)
    return GroupLine(
        id=group.id,
        name=group.name,
        look=_look("stale" if overtaken_ else standing.standing),
        who=around.names.get(has_it) if has_it is not None else None,
        assignee_id=review.assignee_id,
        awaited=review.asked_at is not None,
        respond=clock_said(running.respond),
        resolve=clock_said(running.resolve),
        members=[(p, around.names.get(p, "")) for p in around.members[group.id]],
        left=bool(standing.left),
    )


def _vote(vote: GateVote, around: _Around) -> VoteLine:
    group = around.groups.get(vote.group_id) if vote.group_id is not None else None
    said = _(VOTES[vote.vote])
    if vote.group_id is None and vote.vote is Vote.APPROVED:
        said = _("certified it alone, as the owner")
    if vote.takes_over_id is not None:
        by = around.names.get(vote.named_by or 0, _("somebody"))
        said = _("holds the denial of somebody who left, named by %(name)s", name=by)
    return VoteLine(
        id=vote.id,
        at=vote.at,
        who=around.names.get(vote.person_id, _("Somebody")),
        group=group.name if group is not None else None,
        said=said,
        note=vote.note,
        survey=vote.signed.get("survey", {}),
        spot_check=vote.spot_check,
    )


# ---- what changed since a signature ----


def _changes(
    gate: Gate, votes: Sequence[GateVote], carrying: Sequence[int], around: _Around
) -> list[ChangeLine]:
    """Return what differs from the newest signature that carries the gate, in words."""
    newest = _newest(votes, carrying)
    if newest is None:
        return []
    return change_lines(
        changes(newest.signed, around.now, gate.signs), around.speech, around.answers
    )


def _newest(votes: Sequence[GateVote], carrying: Sequence[int]) -> GateVote | None:
    """Return the newest signature among the votes that carry a standing."""
    signed = [v for v in votes if v.vote in SIGNING and v.id in set(carrying)]
    return max(signed, key=lambda v: (v.at, v.id), default=None)
