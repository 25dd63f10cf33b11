"""Reads of scoring: frameworks, what scorers entered, and the ranked backlog with its reasons."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Person, Team
from roadmap.errors import NotFound
from roadmap.requirements.models import Requirement, RequirementLink
from roadmap.requirements.rules import BACKLOG, INBOX, RequirementState
from roadmap.scoring.models import Framework, Score, ScoreEntry

# Requirements whose scores are kept up to date; weighted scores are normalised over these.
SCORED_STATES = tuple(BACKLOG | INBOX | {RequirementState.SNOOZED})
# A larger backlog is ranked by the worker; the page then shows the part that was asked for.
BOARD_LIMIT = 200


def frameworks(session: Session) -> Sequence[Framework]:
    """Return the newest active version of each framework, the ranking one first, then by name."""
    rows = session.scalars(select(Framework).where(Framework.active)).all()
    newest: dict[str, Framework] = {}
    for row in rows:
        if row.code not in newest or newest[row.code].version < row.version:
            newest[row.code] = row
    return sorted(newest.values(), key=lambda row: (not row.ranks_backlog, row.name))


def framework_named(session: Session, code: str | None) -> Framework:
    """Return the framework of a code, or the one the backlog is ranked by."""
    for row in frameworks(session):
        if row.code == code or (code is None and row.ranks_backlog):
            return row
    raise NotFound(
        f"There is no scoring framework {code!r}." if code else "No framework ranks yet."
    )


def entries_of(session: Session, code: str) -> dict[int, list[dict[str, Any]]]:
    """Return what each scorer entered in a framework, by requirement, for open requirements."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    query = (
        select(ScoreEntry.requirement_id, ScoreEntry.inputs)
        .join(Requirement, Requirement.id == ScoreEntry.requirement_id)
        .where(ScoreEntry.framework_code == code, Requirement.state.in_(SCORED_STATES))
        .order_by(ScoreEntry.requirement_id, ScoreEntry.id)
    )
    for row in session.execute(query):
        found[row.requirement_id].append(row.inputs)
    return found


def backlog_keys(session: Session) -> list[int]:
    """Return the keys of the backlog."""
    return list(session.scalars(select(Requirement.id).where(Requirement.state.in_(BACKLOG))))


def links(session: Session) -> dict[int, tuple[int, ...]]:
    """Return which requirements each one blocks."""
    found: dict[int, list[int]] = defaultdict(list)
    for blocker, blocked in session.execute(
        select(RequirementLink.blocker_id, RequirementLink.blocked_id)
    ):
        found[blocker].append(blocked)
    return {key: tuple(blocked) for key, blocked in found.items()}


@dataclass(frozen=True)
class BoardRow:
    """One requirement of the scoring table."""

    id: int
    title: str
    team: str | None
    version: int
    state: RequirementState
    score: Score | None
    mine: dict[str, Any]
    effective: float | None
    rank: int | None
    lifted_by: int | None

    @property
    def key(self) -> str:
        """Return the human key."""
        return f"REQ-{self.id}"


@dataclass(frozen=True)
class Board:
    """The ranked rows, those without a score apart, and how many more of each there are."""

    ranked: list[BoardRow]
    unscored: list[BoardRow]
    ranked_total: int
    unscored_total: int


def backlog_rows(
    session: Session, framework: Framework, scorer_id: int, keys: Sequence[int]
) -> dict[int, BoardRow]:
    """Return the table rows of some requirements, without their places, in two statements."""
    mine = {
        row.requirement_id: row.inputs
        for row in session.execute(
            select(ScoreEntry.requirement_id, ScoreEntry.inputs).where(
                ScoreEntry.framework_code == framework.code,
                ScoreEntry.scorer_id == scorer_id,
                ScoreEntry.requirement_id.in_(keys),
            )
        )
    }
    query = (
        select(
            Requirement.id,
            Requirement.title,
            Requirement.version,
            Requirement.state,
            Team.name.label("team"),
            Score,
        )
        .outerjoin(Team, Team.id == Requirement.team_id)
        .outerjoin(
            Score, (Score.requirement_id == Requirement.id) & (Score.framework_id == framework.id)
        )
        .where(Requirement.id.in_(keys))
    )
    return {
        row.id: BoardRow(
            id=row.id,
            title=row.title,
            team=row.team,
            version=row.version,
            state=row.state,
            score=row.Score,
            mine=mine.get(row.id, {}),
            effective=None,
            rank=None,
            lifted_by=None,
        )
        for row in session.execute(query)
    }


def scores_of(session: Session, requirement_id: int) -> Sequence[tuple[Framework, Score]]:
    """Return the scores of one requirement in every active framework that has one."""
    query = (
        select(Framework, Score)
        .join(Score, Score.framework_id == Framework.id)
        .where(Score.requirement_id == requirement_id, Framework.active)
        .order_by(Framework.ranks_backlog.desc(), Framework.name)
    )
    return [(row.Framework, row.Score) for row in session.execute(query)]


def scorers_of(session: Session, requirement_id: int, code: str) -> Sequence[tuple[str, Any]]:
    """Return (who, inputs) of everybody who scored a requirement in a framework."""
    query = (
        select(Person.name, ScoreEntry.inputs)
        .outerjoin(Person, Person.id == ScoreEntry.scorer_id)
        .where(ScoreEntry.requirement_id == requirement_id, ScoreEntry.framework_code == code)
        .order_by(Person.name)
    )
    return [(row.name or "", row.inputs) for row in session.execute(query)]
