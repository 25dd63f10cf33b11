"""Which verdicts a change makes outdated: found in one statement, marked in its own transaction."""

from typing import Any

from sqlalchemy import CompoundSelect, Select, or_, select, union
from sqlalchemy.orm import Session

from roadmap.capacity.gather import beside
from roadmap.capacity.gather import leaning_on as load_on
from roadmap.events import subscribe
from roadmap.launches.events import LaunchChanged, LaunchCreated
from roadmap.launches.models import (
    Launch,
    LaunchCell,
    LaunchDependency,
    LaunchMechanism,
    LaunchRequirement,
)
from roadmap.mechanisms.events import EvidenceArrived, EvidenceChanged, MechanismChanged
from roadmap.mechanisms.models import CoverageCell, Mechanism
from roadmap.readiness.models import CurrentVerdict
from roadmap.readiness.service import ask_for_evaluation, mark_outdated
from roadmap.requirements.events import RequirementChanged, RequirementsStored
from roadmap.taxonomy.events import CalendarChanged, PolicyChanged


def leaning_on(mechanism_id: int) -> Select[Any]:
    """Select the launches whose verdict a mechanism may touch: by link, by coverage, or as a queue.

    A cell counts if the mechanism, or one that routes to it, declares its place in any language.
    """
    near = select(Mechanism.id).where(
        or_(Mechanism.id == mechanism_id, Mechanism.routes_to_id == mechanism_id)
    )
    linked = select(LaunchMechanism.launch_id).where(
        or_(LaunchMechanism.mechanism_id.in_(near), LaunchMechanism.fallback_id == mechanism_id)
    )
    declared = select(LaunchCell.launch_id).join(
        CoverageCell,
        or_(CoverageCell.market_code.is_(None), CoverageCell.market_code == LaunchCell.market_code)
        & or_(
            CoverageCell.surface_code.is_(None),
            CoverageCell.surface_code == LaunchCell.surface_code,
        )
        & or_(
            CoverageCell.policy_area_code.is_(None),
            CoverageCell.policy_area_code == LaunchCell.policy_area_code,
        ),
    )
    found = union(linked, declared.where(CoverageCell.mechanism_id.in_(near))).subquery()
    return select(found.c.launch_id)


def around(launch_id: int) -> Select[Any]:
    """Select a launch and those that wait for it."""
    found = union(
        select(Launch.id.label("launch_id")).where(Launch.id == launch_id),
        select(LaunchDependency.launch_id).where(LaunchDependency.depends_on_id == launch_id),
    ).subquery()
    return select(found.c.launch_id)


def _launch_created(session: Session, event: LaunchCreated) -> None:
    session.add(CurrentVerdict(launch_id=event.launch_id, outdated=True))
    session.flush()
    ask_for_evaluation(session)


# What a launch no longer leans on can no longer be asked of it.
_LET_GO = "launch.mechanism_unlinked"


def _launch_changed(session: Session, event: LaunchChanged) -> None:
    mark_outdated(session, _touched(event))


def _touched(event: LaunchChanged) -> Select[Any] | CompoundSelect[Any]:
    """Select the launches a change of one touches; a committed one takes capacity from others."""
    if not event.committed:
        return around(event.launch_id)
    if event.what == _LET_GO:
        return select(Launch.id)
    return union(around(event.launch_id), beside(event.launch_id))


def _mechanism_changed(session: Session, event: MechanismChanged) -> None:
    shared = load_on(event.mechanism_id)
    mark_outdated(session, union(leaning_on(event.mechanism_id), shared))


def _evidence_changed(session: Session, event: EvidenceChanged) -> None:
    _evidence(session, (event.mechanism_id,))


def _evidence_arrived(session: Session, event: EvidenceArrived) -> None:
    # A statement holds only so many values, and each id stands in it three times.
    for start in range(0, len(event.mechanism_ids), 5_000):
        _evidence(session, event.mechanism_ids[start : start + 5_000])


def _evidence(session: Session, ids: tuple[int, ...]) -> None:
    near = select(Mechanism.id).where(or_(Mechanism.id.in_(ids), Mechanism.routes_to_id.in_(ids)))
    mark_outdated(
        session,
        select(LaunchMechanism.launch_id).where(
            or_(LaunchMechanism.mechanism_id.in_(near), LaunchMechanism.fallback_id.in_(ids))
        ),
    )


def _requirement_changed(session: Session, event: RequirementChanged) -> None:
    _requirements(session, (event.requirement_id,))


def _requirements_stored(session: Session, event: RequirementsStored) -> None:
    _requirements(session, event.requirement_ids)


def _requirements(session: Session, ids: tuple[int, ...]) -> None:
    mark_outdated(
        session,
        select(LaunchRequirement.launch_id).where(LaunchRequirement.requirement_id.in_(ids)),
    )


def _policy_changed(session: Session, event: PolicyChanged) -> None:
    mark_outdated(
        session,
        select(LaunchCell.launch_id).where(LaunchCell.policy_area_code == event.policy_area_code),
    )


def _calendar_changed(session: Session, event: CalendarChanged) -> None:
    query = select(LaunchCell.launch_id)
    if event.market_code is not None:
        query = query.where(LaunchCell.market_code == event.market_code)
    mark_outdated(session, query)


def register() -> None:
    """Subscribe to everything a verdict rests on."""
    subscribe(LaunchCreated, _launch_created)
    subscribe(LaunchChanged, _launch_changed)
    subscribe(MechanismChanged, _mechanism_changed)
    subscribe(EvidenceChanged, _evidence_changed)
    subscribe(EvidenceArrived, _evidence_arrived)
    subscribe(RequirementChanged, _requirement_changed)
    subscribe(RequirementsStored, _requirements_stored)
    subscribe(PolicyChanged, _policy_changed)
    subscribe(CalendarChanged, _calendar_changed)
