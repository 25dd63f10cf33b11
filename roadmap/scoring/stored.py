"""Frameworks as the pages of a ranking read them: one statement, each text parsed once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Select, String, Text, and_, bindparam, case, cast, or_, select
from sqlalchemy.orm import Session

from roadmap.db import read_rows
from roadmap.scoring.definitions import definition, parsed
from roadmap.scoring.frameworks import FrameworkDef
from roadmap.scoring.models import Framework
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


@lru_cache(maxsize=16)
def _standing(text: str) -> Standing:
    return standing_from(json.loads(text))


@cache
def _frameworks() -> Select[Any]:
    row, code = Framework.__table__.c, bindparam("code", type_=String)
    asked = or_(row.code == code, and_(code == "", row.ranks_backlog))
    return select(
        *(row.id, row.code, row.version, row.name, row.active, row.ranks_backlog),
        *(row.computed_at, row.outdated_since, row.method, row.expression),
        cast(row.criteria, Text).label("criteria"),
        cast(row.params, Text).label("params"),
        case((asked, cast(row.standing, Text))).label("standing"),
    ).where(row.active)
