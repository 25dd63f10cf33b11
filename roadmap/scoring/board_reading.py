"""The rows of the scoring table and the scores set by hand, from their tables."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, null, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.ahead import Asked
from roadmap.db import read_rows
from roadmap.lists.among import among
from roadmap.requirements.listing import team_names
from roadmap.requirements.models import Requirement, RequirementEffort
from roadmap.scoring.board_shown import BoardRow, Override, Scored
from roadmap.scoring.models import Score, ScoreEntry, ScoreOverride
from roadmap.scoring.stored import Stored

PAGE = 50
_R, _S, _ENTRY = Requirement.__table__, Score.__table__, ScoreEntry.__table__
_EFFORT = RequirementEffort.__table__
_SCORED = tuple(_S.c[name] for name in Scored._fields)


# The statements are built once, of the tables' own columns: a page reads some hundred rows.


def _rows(scored: Any) -> Select[Any]:
    """Return the statement of requirements with their scores and the reader's own numbers."""
    entry = (
        (_ENTRY.c.requirement_id == _R.c.id)
        & (_ENTRY.c.framework_code == bindparam("code"))
        & (_ENTRY.c.scorer_id == bindparam("scorer"))
    )
    columns = (_R.c.id, _R.c.title, _R.c.team_id, _R.c.state, *_SCORED)
    return select(*columns, _ENTRY.c.inputs, _ENTRY.c.ranges).select_from(
        scored.outerjoin(_ENTRY, entry)
    )


@cache
def _ranked(of_team: bool) -> Select[Any]:
    query = (
        _rows(_S.join(_R, _R.c.id == _S.c.requirement_id))
        .where(_S.c.framework_id == bindparam("framework"), _S.c.rank > bindparam("after"))
        .order_by(_S.c.rank)
        .limit(bindparam("limit", type_=Integer))
    )
    if not of_team:
        return query.add_columns(null())
    return query.add_columns(_EFFORT.c.weeks).join(
        _EFFORT,
        (_EFFORT.c.requirement_id == _R.c.id) & (_EFFORT.c.team_id == bindparam("team")),
    )


@cache
def _named() -> Select[Any]:
    score = (_S.c.requirement_id == _R.c.id) & (_S.c.framework_id == bindparam("framework"))
    query = _rows(_R.outerjoin(_S, score)).add_columns(null())
    return query.where(among(_R.c.id, "keys")).order_by(_R.c.id)


def rows_after(
    session: Session,
    framework: Stored,
    after: int,
    team: int | None,
    limit: int = PAGE,
    scorer_id: int | None = None,
) -> list[BoardRow]:
    """Return the ranked rows after a rank, one more than a page, with a scorer's own numbers."""
    asked = {"after": after, "limit": limit + 1}
    if team is not None:
        asked["team"] = team
    return _board_rows(session, _ranked(team is not None), framework, scorer_id, asked)


def rows_of(
    session: Session, framework: Stored, keys: Sequence[int], scorer_id: int
) -> list[BoardRow]:
    """Return the rows of some requirements, ranked or not, with a scorer's own numbers."""
    if not keys:
        return []
    return _board_rows(session, _named(), framework, scorer_id, {"keys": keys})


def _board_rows(
    session: Session,
    query: Select[Any],
    framework: Stored,
    scorer_id: int | None,
    asked: Mapping[str, Any],
) -> list[BoardRow]:
    teams = team_names(session).names
    known = {"framework": framework.id, "code": framework.code, "scorer": scorer_id}
    found = []
    for key, title, team_id, state, *scored, mine, ranges, weeks in read_rows(
        session, query, {**known, **asked}
    ):
        # An inner part of a score is never empty: without one there is no score at all.
        score = Scored(*scored) if scored[1] is not None else None
        place = score.rank if score and "after" in asked else None
        team = teams.get(team_id)
        row = BoardRow(key, title, team, state, score, mine or {}, ranges or {}, place, weeks)
        found.append(row)
    return found


def overrides_of(session: Session, code: str | None, keys: Sequence[int]) -> dict[int, Override]:
    """Return the score set by hand that counts today for each of some requirements."""
    if not keys:
        return {}
    return {
        row.requirement_id: Override(row.id, row.value, row.reason, row.expires_on, row.name)
        for row in read_rows(session, *asks_overrides(keys))
        if row.framework_code == code
    }


def asks_overrides(keys: Sequence[int]) -> Asked:
    """Return what `overrides_of` asks, whatever the framework."""
    return _overrides(), {"keys": keys, "today": clock.today()}


@cache
def _overrides() -> Select[Any]:
    # Built once, of the tables' own columns: every record page sends it.
    made, person = ScoreOverride.__table__, Person.__table__
    columns = (
        *(made.c.framework_code, made.c.requirement_id, made.c.id, made.c.value, made.c.reason),
        made.c.expires_on,
    )
    return (
        select(*columns, person.c.name)
        .select_from(made.outerjoin(person, person.c.id == made.c.created_by_id))
        .where(
            among(made.c.requirement_id, "keys"),
            made.c.withdrawn_at.is_(None),
            made.c.expires_on >= bindparam("today"),
        )
        .order_by(made.c.id)
    )
