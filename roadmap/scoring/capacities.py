"""The weeks each team has for the backlog, as its cut line reads them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.accounts.models import Team
from roadmap.errors import Forbidden, Invalid
from roadmap.history.service import record
from roadmap.scoring.models import TeamCapacity
from roadmap.scoring.recompute import bring_all_up_to_date
from roadmap.web.i18n import gettext

MOST_WEEKS = 100_000.0


def capacity_rows(session: Session) -> Sequence[Any]:
    """Return code, name and weeks (None: not said) of every active team, by name."""
    query = (
        select(Team.id, Team.code, Team.name, TeamCapacity.weeks)
        .outerjoin(TeamCapacity, TeamCapacity.team_id == Team.id)
        .where(Team.active)
        .order_by(Team.name, Team.id)
    )
    return session.execute(query).all()


def set_capacity(session: Session, actor: Actor, weeks: Mapping[str, float | None]) -> int:
    """Store the weeks by team code, None for "not said"; return how many changed.

    All or nothing: the errors of all come together, by code.
    """
    if not actor.may("framework.edit"):
        raise Forbidden(gettext("Only program managers say what a team has."))
    teams = {
        team.code: team
        for team in session.scalars(select(Team).where(Team.code.in_(weeks), Team.active))
    }
    problems = {
        code: gettext("Weeks are a number from 0 to %(most)s.", most="100,000")
        for code, number in weeks.items()
        if number is not None and not (math.isfinite(number) and 0 <= number <= MOST_WEEKS)
    }
    problems |= {code: gettext("There is no such team.") for code in weeks if code not in teams}
    if problems:
        raise Invalid(next(iter(problems.values())), problems)
    ids = [team.id for team in teams.values()]
    stored = {
        row.team_id: row
        for row in session.scalars(select(TeamCapacity).where(TeamCapacity.team_id.in_(ids)))
    }
    changed = 0
    for code, number in weeks.items():
        if _store(session, teams[code], stored.get(teams[code].id), number):
            record(session, actor.id, teams[code], "team.capacity_set")
            changed += 1
    if changed:
        bring_all_up_to_date(session)
    return changed


def _store(session: Session, team: Team, row: TeamCapacity | None, weeks: float | None) -> bool:
    if weeks is None:
        if row is None:
            return False
        session.delete(row)
    elif row is None:
        session.add(TeamCapacity(team_id=team.id, weeks=weeks))
    elif row.weeks == weeks:
        return False
    else:
        row.weeks = weeks
    return True
