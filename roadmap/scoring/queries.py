"""Reads of scoring: frameworks, links, and what is said of one requirement."""

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Person
from roadmap.ahead import Asked
from roadmap.db import read_rows
from roadmap.errors import NotFound
from roadmap.requirements.models import Requirement, RequirementLink
from roadmap.requirements.rules import BACKLOG, INBOX, RequirementState
from roadmap.scoring.models import Framework, ScoreEntry

# Requirements whose scores are kept up to date; weighted scores are normalised over these.
SCORED_STATES = tuple(BACKLOG | INBOX | {RequirementState.SNOOZED})


def frameworks(session: Session) -> Sequence[Framework]:
    """Return the newest active version of each framework, the ranking one first, then by name."""
    rows = session.scalars(select(Framework).where(Framework.active)).all()
    newest: dict[str, Framework] = {}
    for row in rows:
        if row.code not in newest or newest[row.code].version < row.version:
            newest[row.code] = row
    return sorted(newest.values(), key=lambda row: (not row.ranks_backlog, row.name, row.code))


def framework_named(session: Session, code: str | None) -> Framework:
    """Return the framework of a code, or the one the backlog is ranked by.

    ``rice@1`` names one version, also one that is no longer in use.
    """
    name, _, version = (code or "").partition("@")
    if version:
        found = session.scalar(
            select(Framework).where(
                Framework.code == name,
                Framework.version == (int(version) if re.fullmatch("[0-9]{1,6}", version) else -1),
            )
        )
        if found is not None:
            return found
    for row in frameworks(session):
        if row.code == code or (code is None and row.ranks_backlog):
            return row
    raise NotFound(
        f"There is no scoring framework {code!r}." if code else "No framework ranks yet."
    )


def that_rank_something(session: Session) -> set[int]:
    """Return the frameworks, by id, whose stored ranking is not empty."""
    ranked = Framework.standing["ranked"].as_integer()
    return set(session.scalars(select(Framework.id).where(Framework.active, ranked > 0)))


def versions_of(session: Session, code: str) -> Sequence[Framework]:
    """Return all versions of a framework, the newest first."""
    rows = session.scalars(
        select(Framework).where(Framework.code == code).order_by(Framework.version.desc())
    ).all()
    if not rows:
        raise NotFound(f"There is no scoring framework {code!r}.")
    return rows


def backlog_keys(session: Session) -> list[int]:
    """Return the keys of the backlog."""
    return list(session.scalars(select(Requirement.id).where(Requirement.state.in_(BACKLOG))))


def links(session: Session) -> dict[int, tuple[int, ...]]:
    """Return which requirements each one blocks."""
    return _blocks(session, select(RequirementLink.blocker_id, RequirementLink.blocked_id))


def links_among(session: Session, keys: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Return which of some requirements each of them blocks."""
    query = select(RequirementLink.blocker_id, RequirementLink.blocked_id).where(
        RequirementLink.blocker_id.in_(keys), RequirementLink.blocked_id.in_(keys)
    )
    return _blocks(session, query)


def _blocks(session: Session, query: Any) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[int]] = defaultdict(list)
    for blocker, blocked in session.execute(query):
        found[blocker].append(blocked)
    return {key: tuple(blocked) for key, blocked in found.items()}


def scorers_of(session: Session, requirement_id: int, code: str) -> Sequence[Any]:
    """Return name, inputs and ranges of everybody who scored a requirement in a framework."""
    rows = read_rows(session, *asks_scorers(requirement_id))
    return [row for row in rows if row.framework_code == code]


def asks_scorers(requirement_id: int) -> Asked:
    """Return what `scorers_of` asks, whatever the framework."""
    return _scorers(), {"requirement": requirement_id}


@cache
def _scorers() -> Select[Any]:
    entry, person = ScoreEntry.__table__, Person.__table__
    return (
        select(
            *(entry.c.framework_code, person.c.name),
            *(entry.c.inputs, entry.c.ranges, entry.c.updated_at),
        )
        .select_from(entry.outerjoin(person, person.c.id == entry.c.scorer_id))
        .where(entry.c.requirement_id == bindparam("requirement"))
        .order_by(person.c.name)
    )


def titles_of(session: Session, keys: Sequence[int]) -> dict[int, str]:
    """Return the titles of some requirements."""
    query = select(Requirement.id, Requirement.title).where(Requirement.id.in_(keys))
    return {row.id: row.title for row in session.execute(query)}
