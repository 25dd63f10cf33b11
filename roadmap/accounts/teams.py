"""Commands on teams: create, edit, members with their leads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from roadmap.accounts.current import Actor
from roadmap.accounts.models import Person, Team, TeamMember
from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.history.service import record
from roadmap.web.i18n import _

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class TeamInput:
    """What an admin says about a team; ``members`` maps a person to whether they lead."""

    name: str
    active: bool = True
    members: Mapping[int, bool] = field(default_factory=dict)


def _require_admin(actor: Actor | None) -> None:
    if actor is not None and not actor.may("admin.people"):
        raise Forbidden(_("Only an admin may change teams."))


def get_team(session: Session, code: str, *, lock: bool = False) -> Team:
    """Return the team with its members, or say that there is none."""
    query = select(Team).where(Team.code == code).options(selectinload(Team.members))
    team = session.scalar(query.with_for_update() if lock else query)
    if team is None:
        raise NotFound(_("There is no such team."))
    return team


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid.at("name", _("Give the team a name."))
    if len(name) > 120:
        raise Invalid.at("name", _("Use at most %(count)d characters.", count=120))
    return name


def create_team(session: Session, actor: Actor | None, code: str, said: TeamInput) -> Team:
    """Store a team; its code, used in addresses, files and queries, never changes."""
    _require_admin(actor)
    code = code.strip().lower()
    if not _CODE.fullmatch(code) or len(code) > 40:
        raise Invalid.at("code", _("Use up to 40 small letters, digits and hyphens: regional-ops."))
    if session.scalar(select(Team.id).where(Team.code == code)):
        raise Invalid.at("code", _("There is a team with this code already."))
    team = Team(code=code, name=_checked_name(said.name), active=said.active, members=[])
    session.add(team)
    session.flush()
    _set_members(session, team, said.members)
    record(session, actor.id if actor else None, team, "team.created")
    return team


def edit_team(session: Session, actor: Actor | None, code: str, said: TeamInput) -> Team:
    """Change a team's name, members, leads, and whether it is active."""
    _require_admin(actor)
    team = get_team(session, code, lock=True)
    team.name = _checked_name(said.name)
    team.active = said.active
    _set_members(session, team, said.members)
    record(session, actor.id if actor else None, team, "team.edited")
    return team


def _set_members(session: Session, team: Team, members: Mapping[int, bool]) -> None:
    known = set(session.scalars(select(Person.id).where(Person.id.in_(members))))
    if known != set(members):
        raise Invalid.at("members", _("One of the chosen people does not exist any more."))
    for member in list(team.members):
        if member.person_id not in members:
            team.members.remove(member)
        else:
            member.lead = members[member.person_id]
    present = {member.person_id for member in team.members}
    for person_id in sorted(set(members) - present):
        team.members.append(
            TeamMember(team_id=team.id, person_id=person_id, lead=members[person_id])
        )
