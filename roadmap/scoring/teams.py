"""The teams a ranking needs, and how far each goes."""

from collections.abc import Sequence
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Team
from roadmap.errors import NotFound
from roadmap.requirements.listing import team_names
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
    """Return (key, code, name, cut) of the teams that the ranking needs, by name; as kept."""
    known = team_names(session)
    codes = {number: code for code, number in known.ids.items()}
    found = []
    for number in map(int, standing.teams):
        cut = standing.team(number)
        if cut is not None and cut.needed:
            found.append((number, codes[number], known.names[number], cut))
    return sorted(found, key=lambda one: (one[2], one[0]))
