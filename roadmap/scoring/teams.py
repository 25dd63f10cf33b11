"""The teams a ranking needs, and how far each goes."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Team
from roadmap.errors import NotFound
from roadmap.scoring.fitting import TeamCut
from roadmap.scoring.standing import Standing


def team_named(session: Session, code: str) -> tuple[int, str]:
    """Return (key, name) of the team with that code."""
    row = session.execute(select(Team.id, Team.name).where(Team.code == code)).first()
    if row is None:
        raise NotFound(f"There is no team {code!r}.")
    return row.id, row.name


def teams_in(session: Session, standing: Standing) -> list[tuple[int, str, str, TeamCut]]:
    """Return (key, code, name, cut) of the teams that the ranking needs, by name."""
    keys = [int(key) for key in standing.teams]
    if not keys:
        return []
    query = select(Team.id, Team.code, Team.name).where(Team.id.in_(keys)).order_by(Team.name)
    found = []
    for row in session.execute(query):
        cut = standing.team(row.id)
        if cut is not None and cut.needed:
            found.append((row.id, row.code, row.name, cut))
    return found
