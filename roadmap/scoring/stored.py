"""Frameworks as the pages of a ranking read them: one statement, each text parsed once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, String, Text, and_, bindparam, case, cast, false, or_, select
from sqlalchemy.orm import Session

from roadmap.ahead import Asked
from roadmap.db import read_rows
from roadmap.scoring.definitions import definition, parsed
from roadmap.scoring.frameworks import FrameworkDef
from roadmap.scoring.models import Framework, Score
from roadmap.scoring.standing import Standing, standing_from


@dataclass(frozen=True)
class Stored:
    """One version of a framework; of the one asked for also what its ranking says."""

    id: int
    code: str
    version: int
    name: str
    active: bool
    ranks_backlog: bool
    computed_at: datetime | None
    outdated_since: datetime | None
    definition: FrameworkDef
    standing: Standing


def stored_from(row: Framework) -> Stored:
    """Return the record as pages read it; its standing must be loaded."""
    return Stored(
        *(row.id, row.code, row.version, row.name, row.active, row.ranks_backlog),
        *(row.computed_at, row.outdated_since, definition(row), standing_from(row.standing)),
    )


def stored_frameworks(session: Session, code: str | None) -> Sequence[Stored]:
    """Return the newest active version of each framework, the ranking one first, then by name.

    The one of the code, or without a code the ranking one, has its standing.
    """
    newest: dict[str, Any] = {}
    for row in read_rows(session, _frameworks(), {"code": code or ""}):
        if row.code not in newest or newest[row.code].version < row.version:
            newest[row.code] = row
    ordered = sorted(newest.values(), key=lambda row: (not row.ranks_backlog, row.name, row.code))
    return [_stored(row) for row in ordered]


def _stored(row: Any) -> Stored:
    texts = (row.method, row.expression, row.criteria, row.params)
    return Stored(
        *(row.id, row.code, row.version, row.name, row.active, row.ranks_backlog),
        *(row.computed_at, row.outdated_since),
        parsed(row.code, row.version, row.name, *texts),
        _standing(row.standing or "{}"),
    )


class StoredScore(NamedTuple):
    """What the page of a requirement says of its score in one framework."""

    requirement_id: int
    value: float | None
    inputs: Mapping[str, Any]
    uncertainty: Mapping[str, Any]
    rank: int | None
    effective: float | None
    lifted_by: int | None
    fit: str | None
    stops: Sequence[int]
    band: Sequence[Any]
    ranges: Mapping[str, Any]
    error: str | None


def scores_of(session: Session, requirement_id: int) -> Sequence[tuple[Stored, StoredScore]]:
    """Return the scores of one requirement in every framework in use, the ranking one first.

    Of a framework whose newest version is not computed yet, those of the version before. None has
    its standing, which is long.
    """
    found: dict[str, tuple[Stored, StoredScore]] = {}
    for row in read_rows(session, *asks_scores(requirement_id)):
        if row.code not in found:
            found[row.code] = (_stored(row), StoredScore(*row[-len(StoredScore._fields) :]))
    return sorted(found.values(), key=lambda pair: (not pair[0].ranks_backlog, pair[0].name))


def asks_scores(requirement_id: int) -> Asked:
    """Return what `scores_of` asks."""
    return _scores(), {"requirement": requirement_id}


@lru_cache(maxsize=16)
def _standing(text: str) -> Standing:
    return standing_from(json.loads(text))


_ROW = Framework.__table__.c


def _columns(asked: Any) -> tuple[Any, ...]:
    """Return the columns of a framework; that asked for brings its standing, which is long."""
    return (
        *(_ROW.id, _ROW.code, _ROW.version, _ROW.name, _ROW.active, _ROW.ranks_backlog),
        *(_ROW.computed_at, _ROW.outdated_since, _ROW.method, _ROW.expression),
        cast(_ROW.criteria, Text).label("criteria"),
        cast(_ROW.params, Text).label("params"),
        case((asked, cast(_ROW.standing, Text))).label("standing"),
    )


@cache
def _frameworks() -> Select[Any]:
    code = bindparam("code", type_=String)
    asked = or_(_ROW.code == code, and_(code == "", _ROW.ranks_backlog))
    return select(*_columns(asked)).where(_ROW.active)


@cache
def _scores() -> Select[Any]:
    score, used = Score.__table__.c, Framework.__table__.alias().c
    return (
        select(*_columns(false()), *(score[name] for name in StoredScore._fields))
        .join(Score.__table__, score.framework_id == _ROW.id)
        .where(
            score.requirement_id == bindparam("requirement"),
            _ROW.code.in_(select(used.code).where(used.active)),
        )
        .order_by(_ROW.version.desc())
    )
