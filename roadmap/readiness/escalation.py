"""To whom a launch is escalated whose owner stays silent: the leads of its team, by name.

Where no lead is named, has left, may not know of the launch, or is the silent owner, the program
managers are told, with a sentence that says where to name one.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor, actor_from, actor_query
from roadmap.accounts.models import Person, TeamMember
from roadmap.accounts.permissions import permissions_of
from roadmap.launches.access import visible_ids
from roadmap.launches.models import Launch
from roadmap.web.i18n import _


@dataclass(frozen=True)
class Escalation:
    """The people told, by id, and what to do where nobody is named; empty where somebody is."""

    people: tuple[int, ...]
    missing: str = ""


def escalation_of(session: Session, launch: Launch) -> Escalation:
    """Return whom to tell that a launch's owner stays silent."""
    leads = _readers(session, launch, _leads(session, launch))
    if leads:
        return Escalation(leads)
    if launch.team_id is None:
        missing = _(
            "No team owns it, so no lead is named: the program managers are told. Name the owning "
            "team where the launch is edited."
        )
    else:
        missing = _(
            "Its team names nobody else who leads it: the program managers are told. Name a lead "
            "under Admin, Teams."
        )
    return Escalation(managers_of(session, launch), missing)


def managers_of(session: Session, launch: Launch) -> tuple[int, ...]:
    """Return the program managers who may know of a launch, its owner left out."""
    return _readers(session, launch, _managers(session))


def _leads(session: Session, launch: Launch) -> Collection[int]:
    leading = TeamMember.lead & (TeamMember.team_id == launch.team_id)
    return session.scalars(select(TeamMember.person_id).where(leading)).all()


def _managers(session: Session) -> Collection[int]:
    rows = session.execute(select(Person.id, Person.roles).where(Person.active))
    return [row.id for row in rows if "launch.commit" in permissions_of(row.roles)]


def _readers(session: Session, launch: Launch, ids: Collection[int]) -> tuple[int, ...]:
    """Return who of some people is active, may know of the launch and is not its silent owner."""
    rows: dict[int, list[Any]] = defaultdict(list)
    wanted = sorted(set(ids) - {launch.owner_id})
    for row in session.execute(actor_query().where(Person.id.in_(wanted))) if wanted else ():
        rows[row.id].append(row)
    people = [one for some in rows.values() if (one := actor_from(some)) is not None]
    return tuple(sorted(one.id for one in people if _may_know(session, one, launch)))


def _may_know(session: Session, person: Actor, launch: Launch) -> bool:
    if not person.may("launch.read"):
        return False
    return not launch.confidential or bool(visible_ids(session, person, [launch.id]))
