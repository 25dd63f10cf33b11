"""Reads of support: each supporter of a requirement, and what its teams say together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Person, Team, TeamMember
from roadmap.ahead import Asked
from roadmap.db import read_rows
from roadmap.lists.among import among
from roadmap.requirements.by_team import Share, TeamVoice, voices, voices_kept
from roadmap.requirements.models import RequirementSupport


@dataclass(frozen=True)
class Supporter:
    """One supporter; without a person it is a team somebody spoke for.

    ``came_from`` is the key of the duplicate that brought the support. ``entered_by`` names who
    entered it for somebody else, ``source`` where that was said.
    """

    id: int
    person_id: int | None
    name: str | None
    team_id: int | None
    team: str | None
    reason: str
    weekly_volume: int | None
    market: str | None
    came_from: str | None
    entered_by: str | None
    source: str


def _team_of() -> Any:
    """Return the team a support counts for: the one named, else the supporter's first."""
    support, member = RequirementSupport.__table__, TeamMember.__table__.c
    first = (
        select(func.min(member.team_id))
        .where(member.person_id == support.c.person_id)
        .correlate(support)
        .scalar_subquery()
    )
    return func.coalesce(support.c.team_id, first)


def supporters(session: Session, requirement_id: int) -> list[Supporter]:
    """Return the supporters by team and name, a team's own word first, one statement."""
    rows = read_rows(session, *asks_supporters(requirement_id))
    found = [
        Supporter(
            row.id,
            row.person_id,
            row.name,
            row.team_id,
            row.team,
            row.reason,
            row.weekly_volume,
            row.market,
            f"REQ-{row.came_from_id}" if row.came_from_id else None,
            row.entered_by,
            row.source,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.team is None, one.team or "", one.name or "", one.id))


def asks_supporters(requirement_id: int) -> Asked:
    """Return what `supporters` asks."""
    return _supporters(), {"requirement": requirement_id}


@cache
def _supporters() -> Select[Any]:
    # The tables' own columns, as below.
    support, person, team = RequirementSupport.__table__, Person.__table__, Team.__table__
    clerk = person.alias()
    return (
        select(
            *support.c,
            person.c.name.label("name"),
            team.c.name.label("team"),
            clerk.c.name.label("entered_by"),
        )
        .select_from(
            support.outerjoin(person, person.c.id == support.c.person_id)
            .outerjoin(team, team.c.id == _team_of())
            .outerjoin(clerk, clerk.c.id == support.c.entered_by_id)
        )
        .where(support.c.requirement_id == bindparam("requirement"))
    )


def voices_of(found: Collection[Supporter]) -> list[TeamVoice]:
    """Return what the teams of these supporters say together."""
    return voices(
        Share(
            one.team,
            one.person_id is not None,
            one.person_id is None,
            one.market,
            one.weekly_volume,
        )
        for one in found
    )


def by_team(session: Session, ids: Collection[int]) -> dict[int, Sequence[TeamVoice]]:
    """Return what teams say of some requirements, one statement; unsupported ones are absent."""
    if not ids:
        return {}
    shares: dict[int, list[Share]] = {}
    found = read_rows(session, _by_team(), {"ids": ids})
    for number, team, people, rows_in_all, market, volume in found:
        share = Share(team, people, rows_in_all > people, market, volume)
        shares.setdefault(number, []).append(share)
    return {number: voices_kept(tuple(parts)) for number, parts in shares.items()}


@cache
def _by_team() -> Select[Any]:
    # The tables' own columns: the answer is read without the mapper.
    support, team = RequirementSupport.__table__.c, Team.__table__
    told = (
        select(
            support.requirement_id,
            _team_of().label("team_id"),
            support.person_id,
            support.market,
            support.weekly_volume,
        )
        .where(among(support.requirement_id, "ids"))
        .subquery()
    )
    return (
        select(
            told.c.requirement_id,
            team.c.name,
            func.count(told.c.person_id),
            func.count(),
            told.c.market,
            func.max(told.c.weekly_volume),
        )
        .outerjoin(team, team.c.id == told.c.team_id)
        .group_by(told.c.requirement_id, team.c.id, team.c.name, told.c.market)
    )
