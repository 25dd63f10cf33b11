"""Which mechanisms may matter to some cells: found here, judged by the pure coverage rules."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from roadmap.launches.defaults import (
    DEFAULT_ROLE,
    DEFAULT_TARGETS,
    default_stage,
)
from roadmap.launches.models import Launch, LaunchCell, LaunchMechanism, LaunchTarget
from roadmap.mechanisms.coverage import propose
from roadmap.mechanisms.gather import mechanism_facts
from roadmap.mechanisms.kinds import MechanismKind
from roadmap.mechanisms.models import CoverageCell, Mechanism
from roadmap.taxonomy.scope import ScopeCell


def declaring(session: Session, cells: Collection[ScopeCell]) -> set[int]:
    """Return the mechanisms that may declare one of the cells in any language, in one statement.

    A superset: market, surface and policy area are compared each on its own, and the language
    not at all, since a mechanism that lacks just the language is the smallest fix.
    """
    if not cells:
        return set()

    def fits(column: InstrumentedAttribute[str | None], codes: set[str]) -> ColumnElement[bool]:
        return column.is_(None) | column.in_(sorted(codes))

    query = select(CoverageCell.mechanism_id).distinct()
    query = query.where(
        fits(CoverageCell.market_code, {c.market for c in cells}),
        fits(CoverageCell.surface_code, {c.surface for c in cells}),
        fits(CoverageCell.policy_area_code, {c.policy_area for c in cells}),
    )
    return set(session.scalars(query))


def with_queues(session: Session, ids: Collection[int]) -> set[int]:
    """Return the mechanisms and the queues they route to, in one statement."""
    if not ids:
        return set()
    query = select(Mechanism.routes_to_id).where(
        Mechanism.id.in_(sorted(ids)), Mechanism.routes_to_id.is_not(None)
    )
    return set(ids) | {found for found in session.scalars(query) if found is not None}


def link_proposed(session: Session, launch: Launch, cells: Sequence[ScopeCell]) -> int:
    """Link every mechanism proposed for the cells that is not linked yet; return how many.

    Role, required stage and targets are the defaults of each kind.
    """
    facts = mechanism_facts(session, with_queues(session, declaring(session, cells)))
    known = set(
        session.scalars(
            select(LaunchMechanism.mechanism_id).where(LaunchMechanism.launch_id == launch.id)
        )
    )
    added = 0
    for proposal in propose(cells, tuple(facts.values())):
        if proposal.mechanism_id in known:
            continue
        fact = facts[proposal.mechanism_id]
        link = LaunchMechanism(
            launch_id=launch.id,
            mechanism_id=fact.id,
            role=DEFAULT_ROLE[fact.kind],
            required_stage=default_stage(fact.stage),
            targets=[],
        )
        session.add(link)
        session.flush()
        add_default_targets(session, link, fact.kind)
        added += 1
    return added


def add_default_targets(session: Session, link: LaunchMechanism, kind: MechanismKind) -> None:
    """Give a new link the targets its kind begins with."""
    for one in DEFAULT_TARGETS.get(kind, ()):
        session.add(
            LaunchTarget(
                launch_id=link.launch_id,
                launch_mechanism_id=link.id,
                metric=one.metric,
                target=one.target,
                dimensions=list(one.dimensions),
                max_age_days=one.max_age_days,
                pools=[],
            )
        )


def cells_of(session: Session, launch_id: int) -> tuple[ScopeCell, ...]:
    """Return the scope cells of a launch, sorted."""
    query = select(
        LaunchCell.market_code,
        LaunchCell.language_code,
        LaunchCell.surface_code,
        LaunchCell.policy_area_code,
    ).where(LaunchCell.launch_id == launch_id)
    return tuple(sorted(ScopeCell(*row) for row in session.execute(query)))
