"""Reads of launches for pages of this and of higher rooms; all restricted to what is visible."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, aliased, selectinload

from roadmap.accounts.models import Person, Team
from roadmap.launches.access import AnySelect, Asker, seen_by, visible
from roadmap.launches.kinds import LaunchState, PhaseState
from roadmap.launches.models import (
    Forecast,
    Launch,
    LaunchCell,
    LaunchDependency,
    LaunchMechanism,
    LaunchReader,
    LaunchRequirement,
    Phase,
    TrainingNeed,
)
from roadmap.mechanisms.models import Mechanism
from roadmap.requirements.models import AcceptanceCriterion, Requirement

# Launches that still need attention; the others are only looked up.
RUNNING = tuple(s for s in LaunchState if s not in (LaunchState.CLOSED, LaunchState.CANCELLED))


def judged_position() -> ColumnElement[int]:
    """Return the position of the phase a launch is judged by: earliest not live, else the last.

    Correlated to `Launch`; null for a launch without phases.
    """
    open_first = func.min(case((Phase.state != PhaseState.LIVE, Phase.position)))
    return (
        select(func.coalesce(open_first, func.max(Phase.position)))
        .where(Phase.launch_id == Launch.id)
        .correlate(Launch)
        .scalar_subquery()
    )


def launch_rows(actor: Asker | None) -> AnySelect:
    """Return the columns lists show of each visible launch, its judged phase and owner included.

    Columns: id, title, type, state, tier, confidential, commitment_no, owner_id, owner, team_id,
    team, position, phase, share, starts_on, precision. Add where, order and limit as needed.
    """
    query = (
        select(
            Launch.id,
            Launch.title,
            Launch.type,
            Launch.state,
            Launch.tier,
            Launch.confidential,
            Launch.commitment_no,
            Launch.owner_id,
            Person.name.label("owner"),
            Launch.team_id,
            Team.name.label("team"),
            Phase.position,
            Phase.name.label("phase"),
            Phase.share,
            Phase.starts_on,
            Phase.precision,
        )
        .outerjoin(Person, Person.id == Launch.owner_id)
        .outerjoin(Team, Team.id == Launch.team_id)
        .outerjoin(Phase, (Phase.launch_id == Launch.id) & (Phase.position == judged_position()))
    )
    return visible(query, actor)


@dataclass(frozen=True)
class LinkLine:
    """A linked mechanism as a page shows it."""

    link: LaunchMechanism
    mechanism: Mechanism
    fallback: Mechanism | None


@dataclass(frozen=True)
class RequirementLine:
    """A requirement a launch delivers, with its open and all acceptance criteria."""

    link: LaunchRequirement
    id: int
    key: str
    title: str
    state: Any
    open_criteria: int
    criteria: int


@dataclass(frozen=True)
class DependencyLine:
    """A launch that this one waits for; key and title are None if the reader may not see it."""

    link: LaunchDependency
    key: str | None
    title: str | None
    state: LaunchState | None
    starts_on: date | None


def phases(session: Session, launch_id: int) -> Sequence[Phase]:
    """Return the phases in order."""
    query = select(Phase).where(Phase.launch_id == launch_id).order_by(Phase.position)
    return session.scalars(query).all()


def cells(session: Session, launch_id: int) -> Sequence[LaunchCell]:
    """Return the scope cells, sorted by their text."""
    query = select(LaunchCell).where(LaunchCell.launch_id == launch_id)
    return session.scalars(
        query.order_by(
            LaunchCell.market_code,
            LaunchCell.language_code,
            LaunchCell.surface_code,
            LaunchCell.policy_area_code,
        )
    ).all()


def forecasts(session: Session, launch_id: int) -> Sequence[Forecast]:
    """Return the forecasts."""
    query = select(Forecast).where(Forecast.launch_id == launch_id).order_by(Forecast.id)
    return session.scalars(query).all()


def training_needs(session: Session, launch_id: int) -> Sequence[TrainingNeed]:
    """Return the training needs."""
    query = select(TrainingNeed).where(TrainingNeed.launch_id == launch_id)
    return session.scalars(query.order_by(TrainingNeed.id)).all()


def readers(session: Session, launch_id: int) -> Sequence[LaunchReader]:
    """Return who else may see a confidential launch."""
    query = select(LaunchReader).where(LaunchReader.launch_id == launch_id)
    return session.scalars(query.order_by(LaunchReader.id)).all()


def link_lines(session: Session, launch_id: int) -> list[LinkLine]:
    """Return the linked mechanisms with their targets, in two statements."""
    fallback = aliased(Mechanism)
    rows = session.execute(
        select(LaunchMechanism, Mechanism, fallback)
        .join(Mechanism, Mechanism.id == LaunchMechanism.mechanism_id)
        .outerjoin(fallback, fallback.id == LaunchMechanism.fallback_id)
        .where(LaunchMechanism.launch_id == launch_id)
        .options(selectinload(LaunchMechanism.targets))
        .order_by(LaunchMechanism.role, Mechanism.id)
    )
    return [LinkLine(*row) for row in rows]


def requirement_lines(session: Session, launch_id: int) -> list[RequirementLine]:
    """Return the requirements a launch delivers, in one statement."""
    total = func.count(AcceptanceCriterion.id)
    accepted = func.count(AcceptanceCriterion.accepted_at)
    rows = session.execute(
        select(
            LaunchRequirement, Requirement.id, Requirement.title, Requirement.state, total, accepted
        )
        .join(Requirement, Requirement.id == LaunchRequirement.requirement_id)
        .outerjoin(AcceptanceCriterion, AcceptanceCriterion.requirement_id == Requirement.id)
        .where(LaunchRequirement.launch_id == launch_id)
        .group_by(LaunchRequirement.id, Requirement.id, Requirement.title, Requirement.state)
        .order_by(Requirement.id)
    )
    return [
        RequirementLine(link, number, f"REQ-{number}", title, state, count - done, count)
        for link, number, title, state, count, done in rows
    ]


def dependency_lines(session: Session, actor: Asker | None, launch_id: int) -> list[DependencyLine]:
    """Return what a launch waits for, in one statement; what may not be seen has no name."""
    other = aliased(Launch)
    last = (
        select(func.max(Phase.position))
        .where(Phase.launch_id == LaunchDependency.depends_on_id)
        .correlate(LaunchDependency)
        .scalar_subquery()
    )
    position = func.coalesce(LaunchDependency.phase_position, last)
    rows = session.execute(
        select(
            LaunchDependency,
            other.id,
            other.title,
            other.state,
            Phase.starts_on,
            seen_by(actor, other).label("seen"),
        )
        .join(other, other.id == LaunchDependency.depends_on_id)
        .outerjoin(Phase, (Phase.launch_id == other.id) & (Phase.position == position))
        .where(LaunchDependency.launch_id == launch_id)
        .order_by(LaunchDependency.id)
    )
    return [
        DependencyLine(link, f"LCH-{number}", title, state, starts_on)
        if seen
        else DependencyLine(link, None, None, None, None)
        for link, number, title, state, starts_on, seen in rows
    ]


@dataclass(frozen=True)
class Dependents:
    """Launches that wait for another: those the reader may see, and how many more there are."""

    rows: Sequence[Any]
    hidden: int


def waiting_for(session: Session, actor: Asker | None, launch_id: int) -> Dependents:
    """Return the launches that wait for this one, in two statements."""
    ids = select(LaunchDependency.launch_id).where(LaunchDependency.depends_on_id == launch_id)
    total = session.scalar(select(func.count()).select_from(ids.distinct().subquery())) or 0
    rows = session.execute(
        launch_rows(actor).where(Launch.id.in_(ids)).order_by(Phase.starts_on, Launch.id)
    ).all()
    return Dependents(rows, total - len(rows))


def titles(session: Session, actor: Asker | None, ids: Collection[int]) -> dict[int, str]:
    """Return the titles of the visible launches among some, in one statement."""
    query = select(Launch.id, Launch.title).where(Launch.id.in_(sorted(set(ids))))
    return {row.id: row.title for row in session.execute(visible(query, actor))}


def people_choices(session: Session) -> list[tuple[int, str]]:
    """Return the active people as (id, name), by name."""
    query = select(Person.id, Person.name).where(Person.active).order_by(Person.name, Person.id)
    return [(row.id, row.name) for row in session.execute(query)]


def team_choices(session: Session) -> list[tuple[int, str]]:
    """Return the active teams as (id, name), by name."""
    query = select(Team.id, Team.name).where(Team.active).order_by(Team.name, Team.id)
    return [(row.id, row.name) for row in session.execute(query)]
