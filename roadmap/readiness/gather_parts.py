"""The facts that hang on launches one by one: phases, links, answers, waivers, dependencies.

Each function sends one statement for any number of launches and returns facts by launch id.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session, aliased

from roadmap.launches.access import AnySelect
from roadmap.launches.models import (
    Forecast,
    Launch,
    LaunchCell,
    LaunchDependency,
    LaunchMechanism,
    LaunchRequirement,
    LaunchTarget,
    Phase,
    TrainingNeed,
)
from roadmap.launches.rules import is_committed
from roadmap.one_of import one_of
from roadmap.readiness.answers import after
from roadmap.readiness.decision_models import Hypercare
from roadmap.readiness.facts import (
    CellFact,
    ChecklistFact,
    DependencyFact,
    ForecastFact,
    GapPlanFact,
    LaunchFact,
    LinkFact,
    PhaseFact,
    PoolFact,
    RequirementFact,
    Severity,
    TargetFact,
    TrainingNeedFact,
    WaiverFact,
)
from roadmap.readiness.models import ChecklistItem, GapPlan, Waiver
from roadmap.readiness.standing_facts import Attested, inherit, standing_attestations
from roadmap.reading import ask
from roadmap.requirements.models import AcceptanceCriterion, Requirement
from roadmap.taxonomy.scope import ScopeCell, ScopePattern, parse_pattern

Ids: TypeAlias = Collection[int]


# Statements are built once and sent with their values: building them costs more than most answers.
IDS: Any = bindparam("ids", expanding=True)
AT: Any = bindparam("at")


@cache
def _launches_query() -> AnySelect:
    return select(
        Launch.id,
        Launch.type,
        Launch.tier,
        Launch.state,
        Launch.commitment_no,
        Launch.owner_id,
        Launch.confidential,
    ).where(one_of(Launch.id, IDS))


def launches(session: Session, ids: Ids) -> dict[int, LaunchFact]:
    """Return the launches themselves."""
    return {
        row.id: LaunchFact(
            id=row.id,
            key=f"{Launch.key_prefix}-{row.id}",
            type=row.type,
            tier=row.tier,
            state=row.state,
            committed=is_committed(row.state, row.commitment_no),
            commitment_no=row.commitment_no,
            owner_id=row.owner_id,
            confidential=row.confidential,
        )
        for row in ask(session, _launches_query(), {"ids": ids})
    }


@cache
def _phase_facts_query() -> AnySelect:
    watched = (Hypercare.launch_id == Phase.launch_id) & (
        Hypercare.phase_position == Phase.position
    )
    return (
        select(
            Phase.launch_id,
            Phase.id,
            Phase.position,
            Phase.starts_on,
            Phase.state,
            Phase.name,
            Phase.share,
            Hypercare.until,
        )
        .outerjoin(Hypercare, watched)
        .where(one_of(Phase.launch_id, IDS))
    )


def phase_facts(session: Session, ids: Ids) -> dict[int, list[PhaseFact]]:
    """Return the phases of each launch with the last day each is watched."""
    found: dict[int, list[PhaseFact]] = defaultdict(list)
    for row in ask(session, _phase_facts_query(), {"ids": ids}):
        found[row.launch_id].append(
            PhaseFact(
                id=row.id,
                position=row.position,
                starts_on=row.starts_on,
                state=row.state,
                name=row.name,
                share=row.share,
                hypercare_until=row.until,
            )
        )
    return found


@cache
def _cell_facts_query() -> AnySelect:
    return select(
        LaunchCell.launch_id,
        LaunchCell.market_code,
        LaunchCell.language_code,
        LaunchCell.surface_code,
        LaunchCell.policy_area_code,
        LaunchCell.from_phase,
    ).where(one_of(LaunchCell.launch_id, IDS))


def cell_facts(session: Session, ids: Ids) -> dict[int, list[CellFact]]:
    """Return the scope cells of each launch."""
    found: dict[int, list[CellFact]] = defaultdict(list)
    for launch_id, market, language, surface, area, from_phase in ask(
        session, _cell_facts_query(), {"ids": ids}
    ):
        cell = ScopeCell(market, language, surface, area)
        found[launch_id].append(CellFact(cell=cell, from_phase=from_phase))
    return found


@cache
def _forecast_facts_query() -> AnySelect:
    return select(*Forecast.__table__.columns).where(one_of(Forecast.launch_id, IDS))


def forecast_facts(session: Session, ids: Ids) -> dict[int, list[ForecastFact]]:
    """Return the forecasts of each launch."""
    found: dict[int, list[ForecastFact]] = defaultdict(list)
    for row in ask(session, _forecast_facts_query(), {"ids": ids}):
        found[row.launch_id].append(
            ForecastFact(
                id=row.id,
                pattern=_pattern(row),
                likely=row.likely,
                low=row.low,
                high=row.high,
                prevalence=row.prevalence,
                grade=row.grade,
            )
        )
    return found


def _pattern(row: Any) -> ScopePattern:
    return ScopePattern(row.market_code, row.language_code, row.surface_code, row.policy_area_code)


@cache
def _target_facts_query() -> AnySelect:
    return select(
        LaunchTarget.launch_mechanism_id,
        LaunchTarget.metric,
        LaunchTarget.target,
        LaunchTarget.max_age_days,
        LaunchTarget.dimensions,
        LaunchTarget.pools,
    ).where(one_of(LaunchTarget.launch_id, IDS))


def target_facts(session: Session, ids: Ids) -> dict[int, list[TargetFact]]:
    """Return the targets by the id of their link."""
    found: dict[int, list[TargetFact]] = defaultdict(list)
    for row in ask(session, _target_facts_query(), {"ids": ids}):
        found[row.launch_mechanism_id].append(
            TargetFact(
                metric=row.metric,
                target=row.target,
                max_age_days=row.max_age_days,
                dimensions=tuple(row.dimensions),
                pools=tuple(_pool(pool) for pool in row.pools),
            )
        )
    return found


def _pool(stored: dict[str, Any]) -> PoolFact:
    return PoolFact(
        name=stored["name"],
        members=tuple(parse_pattern(text) for text in stored["members"]),
        named_by=stored.get("named_by"),
    )


@cache
def _link_facts_query() -> AnySelect:
    return select(
        LaunchMechanism.launch_id,
        LaunchMechanism.id,
        LaunchMechanism.mechanism_id,
        LaunchMechanism.role,
        LaunchMechanism.required_stage,
        LaunchMechanism.fallback_id,
        LaunchMechanism.from_phase,
        LaunchMechanism.auto_actions_per_week,
    ).where(one_of(LaunchMechanism.launch_id, IDS))


def link_facts(session: Session, ids: Ids) -> dict[int, list[LinkFact]]:
    """Return the linked mechanisms of each launch with their targets; two statements."""
    targets = target_facts(session, ids)
    found: dict[int, list[LinkFact]] = defaultdict(list)
    for row in ask(session, _link_facts_query(), {"ids": ids}):
        found[row.launch_id].append(
            LinkFact(
                id=row.id,
                mechanism_id=row.mechanism_id,
                role=row.role,
                required_stage=row.required_stage,
                targets=tuple(targets.get(row.id, ())),
                fallback_mechanism_id=row.fallback_id,
                from_phase=row.from_phase,
                auto_actions_per_week=row.auto_actions_per_week,
            )
        )
    return found


@cache
def _training_facts_query() -> AnySelect:
    return select(*TrainingNeed.__table__.columns).where(one_of(TrainingNeed.launch_id, IDS))


def training_facts(session: Session, ids: Ids) -> dict[int, list[TrainingNeedFact]]:
    """Return the training needs of each launch."""
    found: dict[int, list[TrainingNeedFact]] = defaultdict(list)
    for row in ask(session, _training_facts_query(), {"ids": ids}):
        found[row.launch_id].append(
            TrainingNeedFact(
                id=row.id,
                pattern=_pattern(row),
                heads=row.heads,
                owner_id=row.owner_id,
                from_phase=row.from_phase,
            )
        )
    return found


@cache
def _checklist_facts_query() -> AnySelect:
    return select(
        ChecklistItem.launch_id,
        ChecklistItem.id,
        ChecklistItem.text,
        ChecklistItem.severity,
        ChecklistItem.owner_id,
        ChecklistItem.answer,
        ChecklistItem.answered_at,
        ChecklistItem.answered_by,
        ChecklistItem.valid_until,
        ChecklistItem.bound_to,
        ChecklistItem.from_phase,
        ChecklistItem.due_days,
        ChecklistItem.code,
        ChecklistItem.standing,
    ).where(one_of(ChecklistItem.launch_id, IDS))


def checklist_facts(
    session: Session, ids: Ids, at: datetime, cells: Mapping[int, Sequence[CellFact]]
) -> dict[int, list[ChecklistFact]]:
    """Return the checklist items of each launch; an answer given after the moment is not known.

    An unanswered item may be answered by standing attestations of all markets and surfaces the
    launch goes live in; two statements.
    """
    rows = ask(session, _checklist_facts_query(), {"ids": ids})
    standing = standing_attestations(session, at)
    found: dict[int, list[ChecklistFact]] = defaultdict(list)
    for row in rows:
        known = row.answered_at is not None and row.answered_at <= at
        inherited = None
        if row.standing and not known and row.answer is None:
            inherited = inherit(standing, row.code, cells.get(row.launch_id, ()))
        found[row.launch_id].append(_checklist_fact(row, known, inherited))
    return found


def _checklist_fact(row: Any, known: bool, inherited: Attested | None) -> ChecklistFact:
    answer = row.answer if known else None
    own = ChecklistFact(
        id=row.id,
        item=row.text,
        severity=Severity(row.severity),
        answer={"yes": True, "no": False}.get(answer) if answer else None,
        applicable=answer != "not_applicable",
        attested_by=row.answered_by if known else None,
        attested_at=row.answered_at if known else None,
        valid_until=row.valid_until if known else None,
        owner_id=row.owner_id,
        bound_to=row.bound_to,
        from_phase=row.from_phase,
        due_days=row.due_days,
    )
    if inherited is None:
        return own
    return replace(
        own,
        answer=True,
        inherited=True,
        attested_by=inherited.by,
        attested_at=inherited.at,
        valid_until=inherited.until,
    )


@cache
def _dependency_facts_query() -> AnySelect:
    other = aliased(Launch)
    last = (
        select(func.max(Phase.position))
        .where(Phase.launch_id == LaunchDependency.depends_on_id)
        .correlate(LaunchDependency)
        .scalar_subquery()
    )
    position = func.coalesce(LaunchDependency.phase_position, last)
    return (
        select(
            LaunchDependency.launch_id,
            LaunchDependency.id,
            LaunchDependency.depends_on_id,
            position.label("position"),
            other.state.label("other_state"),
            other.owner_id,
            Phase.state,
            Phase.starts_on,
        )
        .join(other, other.id == LaunchDependency.depends_on_id)
        .outerjoin(
            Phase,
            (Phase.launch_id == LaunchDependency.depends_on_id) & (Phase.position == position),
        )
        .where(one_of(LaunchDependency.launch_id, IDS))
    )


def dependency_facts(session: Session, ids: Ids) -> dict[int, list[DependencyFact]]:
    """Return what each launch waits for; without a named phase it is the predecessor's last."""
    found: dict[int, list[DependencyFact]] = defaultdict(list)
    for row in ask(session, _dependency_facts_query(), {"ids": ids}):
        found[row.launch_id].append(
            DependencyFact(
                id=row.id,
                predecessor_id=row.depends_on_id,
                predecessor_state=row.other_state,
                phase_position=row.position or 1,
                phase_state=row.state,
                starts_on=row.starts_on,
                owner_id=row.owner_id,
            )
        )
    return found


@cache
def _requirement_facts_query() -> AnySelect:
    is_open = AcceptanceCriterion.accepted_at.is_(None) | (AcceptanceCriterion.accepted_at > AT)
    return (
        select(
            LaunchRequirement.launch_id,
            LaunchRequirement.must,
            Requirement.id,
            Requirement.requester_id,
            func.count(AcceptanceCriterion.id).label("criteria"),
            func.sum(case((AcceptanceCriterion.id.is_(None), 0), (is_open, 1), else_=0)).label(
                "open_criteria"
            ),
        )
        .join(Requirement, Requirement.id == LaunchRequirement.requirement_id)
        .outerjoin(AcceptanceCriterion, AcceptanceCriterion.requirement_id == Requirement.id)
        .where(one_of(LaunchRequirement.launch_id, IDS))
        .group_by(
            LaunchRequirement.launch_id,
            LaunchRequirement.must,
            Requirement.id,
            Requirement.requester_id,
        )
    )


def requirement_facts(session: Session, ids: Ids, at: datetime) -> dict[int, list[RequirementFact]]:
    """Return the requirements of each launch with their open acceptance criteria."""
    found: dict[int, list[RequirementFact]] = defaultdict(list)
    for row in ask(session, _requirement_facts_query(), {"ids": ids, "at": at}):
        found[row.launch_id].append(
            RequirementFact(
                id=row.id,
                key=f"{Requirement.key_prefix}-{row.id}",
                must=row.must,
                open_criteria=int(row.open_criteria),
                criteria=row.criteria,
                owner_id=row.requester_id,
            )
        )
    return found


@cache
def _waiver_facts_query() -> AnySelect:
    columns = Waiver.__table__.columns
    return select(*columns).where(one_of(Waiver.launch_id, IDS), Waiver.requested_at <= AT)


def waiver_facts(session: Session, ids: Ids, at: datetime) -> dict[int, list[WaiverFact]]:
    """Return the waivers asked for by the moment; a refused one was never approved."""
    found: dict[int, list[WaiverFact]] = defaultdict(list)
    for row in ask(session, _waiver_facts_query(), {"ids": ids, "at": at}):
        ends = after(row.expires_on)
        if ends is None or row.refused_at is not None:
            continue
        # What nobody here could approve counts as asked for.
        approved = not row.claimed
        found[row.launch_id].append(
            WaiverFact(
                id=row.id,
                code=row.check_code,
                subject=row.subject,
                requested_by=row.requested_by,
                approved_by=row.approved_by if approved else None,
                approved_at=row.approved_at if approved else None,
                expires_at=ends,
                withdrawn=row.withdrawn_at is not None and row.withdrawn_at <= at,
            )
        )
    return found


@cache
def _plan_facts_query() -> AnySelect:
    return select(
        GapPlan.launch_id, GapPlan.check_code, GapPlan.subject, GapPlan.owner_id, GapPlan.finish_on
    ).where(one_of(GapPlan.launch_id, IDS))


def plan_facts(session: Session, ids: Ids) -> dict[int, list[GapPlanFact]]:
    """Return who promised to close which gap of each launch, and by when."""
    found: dict[int, list[GapPlanFact]] = defaultdict(list)
    for launch_id, code, subject, owner_id, finish_on in ask(
        session, _plan_facts_query(), {"ids": ids}
    ):
        found[launch_id].append(
            GapPlanFact(code=code, subject=subject, owner_id=owner_id, finish_on=finish_on)
        )
    return found
