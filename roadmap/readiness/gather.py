"""Gathers the facts of one launch or of many in a fixed number of SQL statements.

Judges nothing: rows become the plain values of `facts`. What was recorded after the asked moment is
left out, so that a verdict as of a past moment rests on what was known then.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from roadmap.capacity.facts import NOTHING_FOUND, CapacityFacts
from roadmap.capacity.found import capacity_facts
from roadmap.launches.rules import judged_phase
from roadmap.mechanisms.facts import MeasurementFact, MechanismFact
from roadmap.mechanisms.gather import measurement_facts, mechanism_facts
from roadmap.readiness import gather_parts as parts
from roadmap.readiness.facts import (
    CellFact,
    CertificationFact,
    ChecklistFact,
    DependencyFact,
    ForecastFact,
    GapPlanFact,
    GateFact,
    GuardFact,
    GuidelineFact,
    LaunchFact,
    LaunchFacts,
    LinkFact,
    PhaseFact,
    RateFact,
    RequirementFact,
    TrainingNeedFact,
    WaiverFact,
)
from roadmap.readiness.gate_facts import gate_facts
from roadmap.readiness.gather_shared import (
    Declared,
    Holidays,
    Leads,
    certifications,
    evidence_by_mechanism,
    guidelines,
    leads,
    places_of,
)
from roadmap.readiness.guard_facts import guard_facts
from roadmap.readiness.usual import usual_days
from roadmap.reading import Made, kept_while_same, made_once
from roadmap.taxonomy.scope import DIMENSIONS

# Due days lie at most this far before their phase; holidays further back do not matter.
_LONGEST_LEAD = timedelta(days=60)
# Up to so many launches, evidence is read for their slices alone.
_FEW = 50


@dataclass(frozen=True)
class _Own:
    """The facts that belong to single launches, by launch id."""

    launches: Mapping[int, LaunchFact]
    phases: Mapping[int, Sequence[PhaseFact]]
    cells: Mapping[int, Sequence[CellFact]]
    forecasts: Mapping[int, Sequence[ForecastFact]]
    links: Mapping[int, Sequence[LinkFact]]
    training: Mapping[int, Sequence[TrainingNeedFact]]
    checklist: Mapping[int, Sequence[ChecklistFact]]
    dependencies: Mapping[int, Sequence[DependencyFact]]
    requirements: Mapping[int, Sequence[RequirementFact]]
    waivers: Mapping[int, Sequence[WaiverFact]]
    guards: Mapping[int, Sequence[GuardFact]]
    gates: Mapping[int, Sequence[GateFact]]
    plans: Mapping[int, Sequence[GapPlanFact]]


@dataclass(frozen=True)
class _Shared:
    """The facts that launches share."""

    declared: Declared
    leads: Leads
    mechanisms: Mapping[int, MechanismFact]
    evidence: Mapping[int, Sequence[MeasurementFact]]
    guidelines: Mapping[str, Sequence[GuidelineFact]]
    certifications: Mapping[int, Sequence[CertificationFact]]
    holidays: Holidays
    usual_days: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class _Known:
    """The facts of launches but what capacity finds."""

    own: _Own
    shared: _Shared
    made: Made = field(default_factory=dict)


def _own(session: Session, ids: Collection[int], at: datetime) -> _Own:
    cells = parts.cell_facts(session, ids)
    return _Own(
        launches=parts.launches(session, ids),
        phases=parts.phase_facts(session, ids),
        cells=cells,
        forecasts=parts.forecast_facts(session, ids),
        links=parts.link_facts(session, ids),
        training=parts.training_facts(session, ids),
        checklist=parts.checklist_facts(session, ids, at, cells),
        dependencies=parts.dependency_facts(session, ids),
        requirements=parts.requirement_facts(session, ids, at),
        waivers=parts.waiver_facts(session, ids, at),
        guards=guard_facts(session, ids, at),
        gates=gate_facts(session, ids, at),
        plans=parts.plan_facts(session, ids),
    )


def _linked(links: Iterable[LinkFact]) -> set[int]:
    """Return the mechanisms the links name, those that stand in for others included."""
    found = {link.mechanism_id for link in links}
    return found | {f for link in links if (f := link.fallback_mechanism_id) is not None}


def _shared(session: Session, own: _Own, at: datetime) -> _Shared:
    today: date = at.date()
    cells = {fact.cell for facts in own.cells.values() for fact in facts}
    declared = Declared(session, places_of(cells))
    linked = _linked([link for links in own.links.values() for link in links])
    named = linked | {i for place in places_of(cells) for i in declared.at(*place)}
    found = leads(session, sorted(named))
    routed = found.routes
    wanted = sorted(named | set(routed.values()))
    proving = sorted(linked)
    return _Shared(
        declared=declared,
        leads=found,
        mechanisms=mechanism_facts(session, wanted),
        evidence=evidence_by_mechanism(measurement_facts(session, proving, at, _asked_of(own)), at),
        guidelines=guidelines(session, sorted({c.policy_area for c in cells}), today),
        certifications=certifications(
            session, sorted(linked | {routed[i] for i in linked if i in routed}), today
        ),
        holidays=Holidays(session, *_span(own, today)),
        usual_days=usual_days(session),
    )


def _slices_asked(
    links: Iterable[LinkFact], cells: Iterable[CellFact]
) -> dict[str, frozenset[str]]:
    """Return, for each dimension that every target fixes, the codes its slices can have.

    Evidence of other slices cannot answer any question of the launch: see `evidence.row_counts`.
    """
    targets = [
        t for link in links for t in link.targets if set(DIMENSIONS).issuperset(t.dimensions)
    ]
    fixed = [d for d in DIMENSIONS if all(d in t.dimensions for t in targets)]
    scopes = {fact.cell for fact in cells}
    return {d: frozenset(getattr(cell, d) for cell in scopes) for d in fixed} if targets else {}


def _asked_of(own: _Own) -> dict[str, frozenset[str]]:
    """Return what slices a few launches ask for; of many, nearly all are asked for."""
    if len(own.launches) > _FEW:
        return {}
    return _slices_asked(
        (link for links in own.links.values() for link in links),
        (cell for cells in own.cells.values() for cell in cells),
    )


def _answering(
    rows: Iterable[MeasurementFact], asked: Mapping[str, frozenset[str]]
) -> Iterator[MeasurementFact]:
    """Yield the rows of slices a launch asks for."""
    wanted = tuple(asked.items())
    for row in rows:
        if all(getattr(row.scope, dimension) in codes for dimension, codes in wanted):
            yield row


def _span(own: _Own, today: date) -> tuple[date, date]:
    """Return the first and last day on which a holiday can move a due day."""
    starts = [
        phase.starts_on
        for facts in own.phases.values()
        for phase in facts
        if phase.starts_on is not None
    ]
    return min(starts, default=today) - _LONGEST_LEAD, max(starts, default=today)


def gather(
    session: Session, launch_ids: Collection[int], at: datetime, *, every_phase: bool = False
) -> dict[int, LaunchFacts]:
    """Return the facts of the launches known at a moment, by id; unknown ids are left out.

    Capacity is found for the phase that is judged, or for every one with ``every_phase``: later
    ones cost as much again. The number of statements is the same for one launch and for many.
    """
    return dict(gather_each(session, launch_ids, at, every_phase=every_phase))


def gather_each(
    session: Session, launch_ids: Collection[int], at: datetime, *, every_phase: bool = False
) -> Iterator[tuple[int, LaunchFacts]]:
    """Yield what `gather` returns one by one, for many launches whose facts are not kept."""
    at = at.astimezone(UTC)
    known = _known(session, sorted(set(launch_ids)), at)
    found = _capacity(session, known, at, every_phase)
    for launch_id in known.own.launches:
        yield launch_id, _assemble(launch_id, known, found.get(launch_id, NOTHING_FOUND))


@dataclass(frozen=True)
class Gathered:
    """The facts of one launch with what was made of them: see `reading.made_once`."""

    facts: LaunchFacts
    made: Made = field(default_factory=dict)


def gather_again(session: Session, launch_id: int, at: datetime) -> Gathered:
    """Return the facts of one launch known now, with what capacity finds for every phase.

    It sends the statements of `gather` each time, and is the very object it was before while all of
    them answer the same.
    """
    at = at.astimezone(UTC)

    def make(now: datetime) -> _Known:
        return _known(session, [launch_id], now)

    known = kept_while_same(session, make, ("facts", launch_id), at)
    capacity = _capacity(session, known, at, every_phase=True).get(launch_id, NOTHING_FOUND)

    def assembled() -> Gathered:
        return Gathered(_assemble(launch_id, known, capacity))

    return made_once(known.made, "facts", assembled, capacity)


def _known(session: Session, ids: Collection[int], at: datetime) -> _Known:
    own = _own(session, ids, at)
    return _Known(own, _shared(session, own, at))


def _capacity(
    session: Session, known: _Known, at: datetime, every_phase: bool
) -> dict[int, CapacityFacts]:
    own = known.own
    phases = {i: _phases_asked(own.phases.get(i, ()), every_phase) for i in own.launches}
    return capacity_facts(session, phases, at.date())


def _phases_asked(phases: Iterable[PhaseFact], every_phase: bool) -> list[int]:
    known = list(phases)
    if every_phase:
        return [phase.position for phase in known]
    judged = judged_phase((phase.position, phase.state) for phase in known)
    return [] if judged is None else [judged]


def _assemble(launch_id: int, known: _Known, capacity: CapacityFacts) -> LaunchFacts:
    own, shared = known.own, known.shared
    cells = own.cells.get(launch_id, ())
    links = own.links.get(launch_id, ())
    linked = _linked(links)
    near = linked | {
        i for place in places_of(f.cell for f in cells) for i in shared.declared.at(*place)
    }
    reached = near | {shared.leads.routes[i] for i in near if i in shared.leads.routes}
    people = linked | {shared.leads.routes[i] for i in linked if i in shared.leads.routes}
    areas = sorted({fact.cell.policy_area for fact in cells})
    evidence = (row for i in sorted(linked) for row in shared.evidence.get(i, ()))
    return LaunchFacts(
        launch=own.launches[launch_id],
        phases=tuple(own.phases.get(launch_id, ())),
        cells=tuple(cells),
        forecasts=tuple(own.forecasts.get(launch_id, ())),
        links=tuple(links),
        mechanisms=tuple(shared.mechanisms[i] for i in sorted(reached) if i in shared.mechanisms),
        measurements=tuple(_answering(evidence, _slices_asked(links, cells))),
        rates=(
            *(shared.leads.rates[i] for i in sorted(linked) if i in shared.leads.rates),
            *_rare_actions(links),
        ),
        guidelines=tuple(g for area in areas for g in shared.guidelines.get(area, ())),
        training_needs=tuple(own.training.get(launch_id, ())),
        certifications=tuple(c for i in sorted(people) for c in shared.certifications.get(i, ())),
        checklist=tuple(own.checklist.get(launch_id, ())),
        dependencies=tuple(own.dependencies.get(launch_id, ())),
        requirements=tuple(own.requirements.get(launch_id, ())),
        waivers=tuple(own.waivers.get(launch_id, ())),
        guards=tuple(own.guards.get(launch_id, ())),
        gates=tuple(own.gates.get(launch_id, ())),
        plans=tuple(own.plans.get(launch_id, ())),
        capacity=capacity,
        holidays=shared.holidays.of({fact.cell.market for fact in cells}),
        usual_days=shared.usual_days,
    )


def _rare_actions(links: Iterable[LinkFact]) -> list[RateFact]:
    """Return what is known of automatic actions in pooled slices: at most the link's own number."""
    return [
        RateFact(
            mechanism_id=link.mechanism_id,
            scope=member,
            auto_actions_per_week=link.auto_actions_per_week,
        )
        for link in links
        if link.auto_actions_per_week is not None
        for target in link.targets
        for pool in target.pools
        for member in pool.members
    ]
