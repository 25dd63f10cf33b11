"""Denials whose authors cannot sign in any more: given to another member, by name, with a reason.

A denial is withdrawn by who holds it and nobody else, so that of a leaver would stand for ever. Two
people lift it: a lead of the group (or who edits gate templates) gives it to a member, and that
member, who now denies, withdraws it or not. Nothing but their word ever lifts it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.errors import Conflict, Forbidden, Invalid
from roadmap.launches.access import Asker
from roadmap.launches.checks import require_open
from roadmap.launches.models import Launch
from roadmap.launches.telling import tell
from roadmap.readiness.gate_models import Gate, GateVote, ReviewMember
from roadmap.readiness.gate_queries import GateState, state_of
from roadmap.readiness.gate_rules import Cast, Vote, denials
from roadmap.readiness.gate_service import NOTE_LENGTH, able, settle, spoke_for_owner
from roadmap.web.i18n import _


@dataclass(frozen=True)
class LeftDenial:
    """A standing denial whose author cannot sign in, and to whom the reader may give it."""

    vote: Cast
    # Members who may hold it; empty where the reader may not name one, or none is left.
    heirs: tuple[int, ...]
    may_name: bool


def left_denials(
    session: Session, actor: Asker, launch: Launch, state: GateState
) -> Sequence[LeftDenial]:
    """Return the denials of a gate that nobody can withdraw; no statement where none stands."""
    standing = [vote for vote in denials(state.votes) if vote.group_id is not None]
    if not standing:
        return ()
    people = {vote.person_id for vote in standing}
    active = set(session.scalars(select(Person.id).where(Person.id.in_(people), Person.active)))
    found = []
    for vote in standing:
        if vote.person_id in active:
            continue
        may_name = _may_name(session, actor, launch, state, vote.group_id or 0)
        members = set(state.members.get(vote.group_id or 0, ())) - {actor.id}
        heirs = able(session, launch, state, members) if may_name else frozenset()
        found.append(LeftDenial(vote, tuple(sorted(heirs)), may_name))
    return found


def _may_name(
    session: Session, actor: Asker, launch: Launch, state: GateState, group_id: int
) -> bool:
    """Tell whether somebody may give a leaver's denial to another: never on the owner's side."""
    if actor.id in spoke_for_owner(launch, state):
        return False
    if actor.may("template.edit"):
        return True
    leads = select(ReviewMember.id).where(
        ReviewMember.group_id == group_id, ReviewMember.person_id == actor.id, ReviewMember.lead
    )
    return actor.id in state.members.get(group_id, ()) and session.scalar(leads) is not None


def _given(one: LeftDenial | None, person_id: int, note: str) -> LeftDenial:
    """Return the denial that may be given to this person; refuse what stands in the way."""
    if one is None:
        raise Conflict(
            _("There is no standing denial here of somebody who cannot sign in. Reload the page.")
        )
    if not one.may_name:
        raise Forbidden(
            _(
                "A lead of the group, or who edits gate templates, gives it to a member; never the "
                "launch's owner or who asked for the review."
            )
        )
    if not note.strip():
        raise Invalid.at("note", _("Say why: it is kept with the denial."))
    if len(note) > NOTE_LENGTH:
        raise Invalid.at("note", _("Shorten this to 4,000 characters."))
    if person_id not in one.heirs:
        raise Invalid.at(
            "person_id",
            _("Choose another member of the group who may read the launch and is not its owner."),
        )
    return one


def give_denial(
    session: Session,
    actor: Asker,
    launch: Launch,
    gate: Gate,
    denial_id: int,
    person_id: int,
    note: str,
) -> GateVote:
    """Give a leaver's denial to a member of its group: it stands, and they alone may withdraw it.

    Who gives it and who gets it are two people; neither owns the launch or asked for the review.
    """
    require_open(launch)
    state = state_of(session, gate)
    left = {one.vote.id: one for one in left_denials(session, actor, launch, state)}
    one = _given(left.get(denial_id), person_id, note)
    row = GateVote(
        launch_id=launch.id,
        gate_id=gate.id,
        group_id=one.vote.group_id,
        person_id=person_id,
        vote=Vote.DENIED,
        at=clock.now(),
        note=note.strip(),
        signed={},
        takes_over_id=denial_id,
        named_by=actor.id,
    )
    session.add(row)
    session.flush()
    settle(session, gate)
    tell(session, actor, launch, "gate.taken_over", note.strip())
    return row
