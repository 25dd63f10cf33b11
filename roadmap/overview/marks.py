"""Marks of open pages: a short text that changes when what the page shows may have changed.

A page that is seen asks for its mark every second and loads itself again when it differs. Any
change of an input marks verdicts outdated in its own transaction, so the mark differs once that
commits.
"""

import hashlib
from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from roadmap.db import read_rows
from roadmap.launches.access import AnySelect
from roadmap.launches.models import Launch
from roadmap.readiness.models import CurrentVerdict


def _text(values: Any) -> str:
    return hashlib.sha256(repr(tuple(values)).encode()).hexdigest()[:16]


@cache
def _of_launch() -> AnySelect:
    return (
        select(
            Launch.version,
            CurrentVerdict.verdict_id,
            CurrentVerdict.outdated,
            CurrentVerdict.evaluated_at,
        )
        .outerjoin(CurrentVerdict, CurrentVerdict.launch_id == Launch.id)
        .where(Launch.id == bindparam("id"))
    )


def launch_mark(session: Session, launch_id: int) -> str:
    """Return the mark of a launch's room, one statement."""
    rows = read_rows(session, _of_launch(), {"id": launch_id})
    return _text(rows[0] if rows else ())


@cache
def _of_board() -> AnySelect:
    return select(
        func.count(CurrentVerdict.launch_id),
        func.max(CurrentVerdict.verdict_id),
        func.max(CurrentVerdict.evaluated_at),
        func.sum(case((CurrentVerdict.outdated, 1), else_=0)),
    )


def board_mark(session: Session) -> str:
    """Return the mark of the board, one statement; it tells nothing but that something changed."""
    return _text(read_rows(session, _of_board())[0])
