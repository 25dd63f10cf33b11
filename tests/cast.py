"""The fixed cast: everybody knows who they are and what they may do."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.accounts.models import Person, Team, TeamMember
from roadmap.accounts.permissions import permissions_of
from roadmap.history.service import record


@dataclass
class Cast:
    """One person for each role, and two teams; Alice and Charlie are in `ops`, Bob in `program`."""

    alice: Person
    bob: Person
    charlie: Person
    dora: Person
    erin: Person
    victor: Person
    ops: Team
    program: Team


def make_person(session: Session, name: str, *roles: str) -> Person:
    """Store a person without a password."""
    person = Person(
        email=f"{name.lower()}@example.org", name=name, roles=list(roles), created_at=clock.now()
    )
    session.add(person)
    record(session, None, person, "person.created")
    return person


def make_cast(session: Session) -> Cast:
    """Store the cast."""
    alice = make_person(session, "Alice", "partner")
    bob = make_person(session, "Bob", "pm")
    charlie = make_person(session, "Charlie", "mechanism_owner")
    dora = make_person(session, "Dora", "approver")
    erin = make_person(session, "Erin", "admin")
    victor = make_person(session, "Victor", "viewer")
    ops = Team(code="ops", name="Moderation operations", members=[])
    program = Team(code="program", name="Program management", members=[])
    session.add_all([ops, program])
    session.flush()
    for team, people in ((ops, (alice, charlie)), (program, (bob,))):
        session.add_all(TeamMember(team_id=team.id, person_id=person.id) for person in people)
        record(session, None, team, "team.created")
    return Cast(alice, bob, charlie, dora, erin, victor, ops, program)


def actor(person: Person, *teams: Team) -> Actor:
    """Return the person as commands see them."""
    return Actor(
        id=person.id,
        name=person.name,
        email=person.email,
        roles=tuple(person.roles),
        permissions=permissions_of(person.roles),
        team_ids=frozenset(team.id for team in teams),
        time_zone=person.time_zone,
        epoch=person.session_epoch,
    )
