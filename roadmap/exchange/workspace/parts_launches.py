"""Parts of the format: launches with scope, links, checklist and waivers."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from roadmap.exchange.workspace import forms
from roadmap.exchange.workspace.fields import (
    Amount,
    Code,
    Count,
    Day,
    Email,
    LaunchKey,
    Line,
    MechanismKey,
    Moment,
    Part,
    Pattern,
    Positive,
    RequirementKey,
    Share,
    Short,
    Text,
    Title,
    Words,
)
from roadmap.exchange.workspace.parts_capacity import (
    HandlingChangePart,
    HoursPart,
    LimitsPart,
    RouteStepPart,
    SweepPart,
)
from roadmap.exchange.workspace.parts_decisions import (
    DecisionPart,
    GuardPart,
    HypercarePart,
    WeeklyWordPart,
)
from roadmap.exchange.workspace.parts_gates import GatePart
from roadmap.launches.kinds import LaunchState, LaunchType, PhaseState
from roadmap.mechanisms.kinds import Grade, LinkRole, Metric, Stage
from roadmap.requirements.rules import DatePrecision

Dimension = Literal["market", "language", "surface", "policy_area"]
Subject = Annotated[str, Field(min_length=1, max_length=160)]


class TierAnswers(Part):
    """The six questions that give the tier."""

    new_market: bool = False
    new_surface: bool = False
    automatic_action: bool = False
    new_policy: bool = False
    minors_or_safety: bool = False
    load_over_5_percent: bool = False


class PhasePart(Part):
    """A ramp step; its place in the list is its position."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    share: Annotated[float, Field(gt=0, le=1)]
    starts_on: Day | None = None
    precision: Annotated[DatePrecision, Field(strict=False)] = DatePrecision.DAY
    state: Annotated[PhaseState, Field(strict=False)] = PhaseState.PLANNED
    went_live_on: Day | None = None


class CellPart(Part):
    """A scope cell, from the phase it joins."""

    pattern: ClassVar = "cell"

    cell: Pattern
    from_phase: Positive = 1


class ForecastPart(Part):
    """Items a week over the launch's cells that fit the pattern."""

    pattern: ClassVar = "cells"
    apart: ClassVar = frozenset({"hours", "route"})

    cells: Pattern = "*/*/*/*"
    likely: Amount
    low: Amount | None = None
    high: Amount | None = None
    prevalence: Share | None = None
    grade: Annotated[Grade, Field(strict=False)]
    note: Annotated[str, Field(max_length=300)] = ""
    hours: HoursPart | None = None
    route: list[RouteStepPart] = []


class DeliveredPart(Part):
    """A requirement the launch delivers."""

    refs: ClassVar = {"requirement": ("requirement_id", "requirement")}

    requirement: RequirementKey
    must: bool = True


class PoolPart(Part):
    """Rare slices judged together."""

    refs: ClassVar = {"named_by": ("named_by", "person")}

    name: Annotated[str, Field(min_length=1, max_length=80)]
    members: list[Pattern]
    named_by: Email | None = None


class TargetPart(Part):
    """What the mechanism must be proven to reach."""

    apart: ClassVar = frozenset({"pools"})

    metric: Annotated[Metric, Field(strict=False)]
    target: Annotated[float, Field(gt=0, lt=1)]
    dimensions: list[Dimension] = ["language", "policy_area"]
    max_age_days: Positive = 30
    pools: list[PoolPart] = []


class MechanismLinkPart(Part):
    """A mechanism the launch leans on."""

    refs: ClassVar = {
        "mechanism": ("mechanism_id", "mechanism"),
        "fallback": ("fallback_id", "mechanism"),
    }
    apart: ClassVar = frozenset({"targets"})

    mechanism: MechanismKey
    role: Annotated[LinkRole, Field(strict=False)]
    required_stage: Annotated[Stage, Field(strict=False)]
    from_phase: Positive = 1
    fallback: MechanismKey | None = None
    auto_actions_per_week: Amount | None = None
    targets: list[TargetPart] = []


class TrainingNeedPart(Part):
    """Heads that must be certified on the guideline in force."""

    refs: ClassVar = {"owner": ("owner_id", "person")}
    pattern: ClassVar = "cells"

    cells: Pattern = "*/*/*/*"
    heads: Count
    from_phase: Positive = 1
    owner: Email | None = None


class DependencyPart(Part):
    """A phase of another launch that must be live first; without phase, its last."""

    refs: ClassVar = {"launch": ("depends_on_id", "launch")}

    launch: LaunchKey
    phase_position: Positive | None = None


class ChecklistItemPart(Part):
    """One question the launch must answer; ``template_item`` is where it was copied from."""

    refs: ClassVar = {
        "owner": ("owner_id", "person"),
        "answered_by": ("answered_by", "person"),
        "template_item": ("template_item_id", "template_item"),
    }

    code: Annotated[str, Field(min_length=1, max_length=60)]
    text: Words
    source: Line = ""
    check_source: bool = False
    severity: Literal["blocker", "approvable", "info"]
    due_days: Count = 5
    owner: Email | None = None
    answer: Literal["yes", "no", "not_applicable"] | None = None
    evidence: Text = ""
    answered_at: Moment | None = None
    answered_by: Email | None = None
    valid_until: Day | None = None
    claim: Line = ""
    # The phase from which it is asked.
    from_phase: Positive = 1
    # The fact of the registry that answers it.
    bound_to: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    # A standing attestation of market and surface may answer it.
    standing: bool = False
    before_commit: bool = False
    # `eu-core@1#dsa-16`
    template_item: Annotated[str, Field(pattern=forms.TEMPLATE_ITEM, max_length=120)] | None = None


class WaiverPart(Part):
    """An approved, expiring exception to one failing check.

    ``renews`` is when the waiver was asked for that it goes on from, of the same check and subject.
    """

    refs: ClassVar = {
        "owner": ("owner_id", "person"),
        "requested_by": ("requested_by", "person"),
        "approved_by": ("approved_by", "person"),
    }
    apart: ClassVar = frozenset({"subject", "renews"})

    check_code: Annotated[str, Field(min_length=1, max_length=40)]
    subject: Subject
    reason: Words
    risk_of_proceeding: Words
    risk_of_not: Words
    compensating: Text = ""
    owner: Email
    requested_by: Email
    requested_at: Moment
    approved_by: Email | None = None
    approved_at: Moment | None = None
    refused_at: Moment | None = None
    withdrawn_at: Moment | None = None
    expires_on: Day
    risk: Literal["low", "medium", "high"] | None = None
    renews: Moment | None = None


class GapPlanPart(Part):
    """Who closes a gap and by when."""

    refs: ClassVar = {"owner": ("owner_id", "person")}
    apart: ClassVar = frozenset({"subject"})

    check_code: Annotated[str, Field(min_length=1, max_length=40)]
    subject: Subject
    owner: Email | None = None
    finish_on: Day | None = None


class LaunchPart(Part):
    """A change that goes live in a scope on a date."""

    refs: ClassVar = {
        "owner": ("owner_id", "person"),
        "team": ("team_id", "team"),
        "copied_from": ("copied_from_id", "launch"),
    }
    lists: ClassVar = {"reader_people": "person", "reader_teams": "team"}
    apart: ClassVar = frozenset(
        {
            "key",
            "tier_answers",
            "reader_people",
            "reader_teams",
            "phases",
            "cells",
            "forecasts",
            "requirements",
            "mechanisms",
            "training_needs",
            "dependencies",
            "checklist",
            "waivers",
            "gap_plans",
            "gates",
            "handling_changes",
            "sweeps",
            "limits",
            "decisions",
            "hypercare",
            "guards",
            "weekly_words",
        }
    )
    kept: ClassVar = frozenset({"created_at", "updated_at"})

    key: LaunchKey
    title: Title
    summary: Text = ""
    type: Annotated[LaunchType, Field(strict=False)]
    state: Annotated[LaunchState, Field(strict=False)]
    owner: Email | None = None
    team: Code | None = None
    tier_answers: TierAnswers = TierAnswers()
    confidential: bool = False
    reader_people: list[Email] = []
    reader_teams: list[Code] = []
    commitment_no: Positive | None = None
    committed_at: Moment | None = None
    claim: dict[str, Any] | None = None
    source: Short | None = None
    source_key: Line | None = None
    copied_from: LaunchKey | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    phases: list[PhasePart] = []
    cells: list[CellPart] = []
    forecasts: list[ForecastPart] = []
    requirements: list[DeliveredPart] = []
    mechanisms: list[MechanismLinkPart] = []
    training_needs: list[TrainingNeedPart] = []
    dependencies: list[DependencyPart] = []
    checklist: list[ChecklistItemPart] = []
    waivers: list[WaiverPart] = []
    gap_plans: list[GapPlanPart] = []
    gates: list[GatePart] = []
    handling_changes: list[HandlingChangePart] = []
    sweeps: list[SweepPart] = []
    limits: LimitsPart | None = None
    decisions: list[DecisionPart] = []
    hypercare: list[HypercarePart] = []
    guards: list[GuardPart] = []
    weekly_words: list[WeeklyWordPart] = []
