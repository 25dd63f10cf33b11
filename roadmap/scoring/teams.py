"""The teams a ranking needs, and how far each goes."""

from collections.abc import Sequence
from typing import TypeAlias

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


# Key, code, name, and how far the team goes.
Needed: TypeAlias = tuple[int, str, str, TeamCut]


def tightest(teams: Sequence[Needed]) -> Needed | None:
    """Return the team that leaves most of what needs it below its line, None where all fits."""
    short = [one for one in teams if one[3].capacity is not None and one[3].fits < one[3].needed]
    return max(short, key=lambda one: one[3].needed - one[3].fits, default=None)


def teams_in(session: Session, standing: Standing) -> list[Needed]:
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
