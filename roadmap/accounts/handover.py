"""A leaver's records pass to somebody else in one action.

This room knows nothing of requirements or launches: each higher room registers what a person can
hold there and how to pass it on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from roadmap.accounts.models import Team, TeamMember
from roadmap.history.service import record
from roadmap.wording import N_

# (session, actor id, from person, to person) -> how many records changed hands, each told.
Reassign: TypeAlias = Callable[[Session, int | None, int, int], int]
# (session, person) -> how many records the person holds.
Count: TypeAlias = Callable[[Session, int], int]


@dataclass(frozen=True)
class Holding:
    """A kind of record a person can be responsible for; the label is a plural such as Launches."""

    label: str
    reassign: Reassign
    count: Count | None = None


@dataclass(frozen=True)
class Held:
    """How many records of one kind somebody holds, or passed on."""

    label: str
    count: int


_holdings: dict[str, Holding] = {}


def register_holding(label: str, reassign: Reassign, count: Count | None = None) -> None:
    """Let a handover pass on one more kind of record; a label registered again is replaced.

    ``reassign`` tells each changed record in the history. ``count`` lets the page say beforehand
    how many there are.
    """
    _holdings[label] = Holding(label, reassign, count)


def held_by(session: Session, person_id: int) -> list[Held]:
    """Return what the person holds, kinds with a count only, empty ones left out."""
    counted = [
        Held(holding.label, holding.count(session, person_id))
        for holding in _holdings.values()
        if holding.count is not None
    ]
    return [held for held in counted if held.count]


def pass_on(session: Session, actor_id: int | None, from_id: int, to_id: int) -> list[Held]:
    """Give everything the one person holds to the other; return how much of each kind."""
    passed = [
        Held(holding.label, holding.reassign(session, actor_id, from_id, to_id))
        for holding in _holdings.values()
    ]
    return [held for held in passed if held.count]


def _teams_of(session: Session, person_id: int) -> Sequence[Team]:
    mine = select(TeamMember.team_id).where(TeamMember.person_id == person_id)
    return session.scalars(
        select(Team).where(Team.id.in_(mine)).options(selectinload(Team.members)).order_by(Team.id)
    ).all()


def reassign_teams(session: Session, actor_id: int | None, from_id: int, to_id: int) -> int:
    """Take the leaver out of all teams; where the leaver led, the other person leads now."""
    teams = _teams_of(session, from_id)
    for team in teams:
        left = next(member for member in team.members if member.person_id == from_id)
        team.members.remove(left)
        if left.lead:
            successor = next((m for m in team.members if m.person_id == to_id), None)
            if successor is None:
                successor = TeamMember(team_id=team.id, person_id=to_id)
                team.members.append(successor)
            successor.lead = True
        record(session, actor_id, team, "team.handed_over")
    return len(teams)


def count_teams(session: Session, person_id: int) -> int:
    """Return in how many teams the person is."""
    return len(_teams_of(session, person_id))


register_holding(N_("Teams"), reassign_teams, count_teams)
