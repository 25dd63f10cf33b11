"""Everything a verdict may rest on, as plain frozen values: the only input of `evaluate`.

Database rows are mapped onto these dataclasses. Dates are UTC calendar days and inclusive; moments
are aware UTC datetimes; shares are 0..1; volumes are items a week. What is unknown is None, never a
guess. Order inside a tuple carries no meaning: `facts_text` sorts.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from roadmap.capacity.facts import NOTHING_FOUND, CapacityFacts
from roadmap.launches.kinds import LaunchState, LaunchType, PhaseState
from roadmap.mechanisms.facts import MeasurementFact, MechanismFact, Stratum
from roadmap.mechanisms.kinds import Grade, LinkRole, Metric, Stage
from roadmap.readiness.gate_rules import Cast, GateRule
from roadmap.taxonomy.scope import ScopeCell, ScopePattern

__all__ = [
    "CellFact",
    "CertificationFact",
    "ChecklistFact",
    "DependencyFact",
    "ForecastFact",
    "GapPlanFact",
    "GateFact",
    "GroupFact",
    "GuardFact",
    "GuidelineFact",
    "LaunchFact",
    "LaunchFacts",
    "LinkFact",
    "MeasurementFact",
    "MechanismFact",
    "PhaseFact",
    "PoolFact",
    "RateFact",
    "RequirementFact",
    "Severity",
    "Stratum",
    "TargetFact",
    "TrainingNeedFact",
    "WaiverFact",
]


class Severity(StrEnum):
    """How much an answer weighs; blockers and approvables are required."""

    BLOCKER = "blocker"
    APPROVABLE = "approvable"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchFact:
    """The launch itself; `committed` says that its date is committed."""

    id: int
    key: str
    type: LaunchType
    tier: int
    state: LaunchState
    committed: bool
    commitment_no: int | None = None
    owner_id: int | None = None
    confidential: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseFact:
    """One ramp step; positions count from 1; `share` of traffic is 0..1."""

    id: int
    position: int
    starts_on: date | None
    state: PhaseState
    name: str = ""
    share: float = 1.0
    hypercare_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFact:
    """A cell the launch goes live in, from the phase at `from_phase` on."""

    cell: ScopeCell
    from_phase: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastFact:
    """Weekly items over a pattern of cells at full traffic; `prevalence` is the violating share."""

    id: int
    pattern: ScopePattern
    likely: float | None
    low: float | None = None
    high: float | None = None
    prevalence: float | None = None
    grade: Grade = Grade.ESTIMATED


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolFact:
    """Rare slices judged together, as named by the policy owner; members are slice patterns."""

    name: str
    members: tuple[ScopePattern, ...]
    named_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFact:
    """What a link demands of one metric, per slice over `dimensions` of the cells served."""

    metric: Metric
    target: float
    max_age_days: int = 30
    dimensions: tuple[str, ...] = ("language", "policy_area")
    pools: tuple[PoolFact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFact:
    """A mechanism the launch depends on.

    `patterns` limits the link to some of the launch's cells; empty means all it declares.
    `auto_actions_per_week` is the expected number of automatic actions through this link.
    """

    id: int
    mechanism_id: int
    role: LinkRole
    required_stage: Stage
    targets: tuple[TargetFact, ...] = ()
    patterns: tuple[ScopePattern, ...] = ()
    fallback_mechanism_id: int | None = None
    from_phase: int = 1
    auto_actions_per_week: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateFact:
    """Weekly rates of one mechanism in one slice: labels gained for a metric, automatic actions."""

    mechanism_id: int
    scope: ScopePattern
    metric: Metric | None = None
    labels_per_week: float | None = None
    auto_actions_per_week: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineFact:
    """One version of a policy area's guideline; `market` None applies where none is own."""

    id: int
    policy_area: str
    version: str
    effective_from: date
    market: str | None = None
    languages: tuple[str, ...] = ()
    owner_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingNeedFact:
    """Heads that must be certified on the guideline in force, in every cell of the pattern."""

    id: int
    pattern: ScopePattern
    heads: int
    owner_id: int | None = None
    from_phase: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificationFact:
    """Heads of one site certified on a guideline version in a language.

    `permitted_markets` None means the site may review any market; `expires_on` is its last day.
    """

    id: int
    guideline_id: int
    language: str
    heads: int
    expires_on: date | None = None
    site_id: int | None = None
    permitted_markets: tuple[str, ...] | None = None
    grade: Grade = Grade.MEASURED


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistFact:
    """One checklist item; `answer` is yes (True), no (False) or not answered (None).

    An automatic item names a fact in `bound_to` (see readiness.checks.checklist.BOUND_FACTS) and
    its answer is ignored. `applicable` False needs an attester. `valid_until` is the last day.
    `inherited` says that standing attestations of all its markets and surfaces answer it;
    `due_days` are its own working days before the phase, None for the usual ones.
    """

    id: int
    item: str
    severity: Severity
    answer: bool | None = None
    applicable: bool = True
    bound_to: str | None = None
    attested_by: int | None = None
    attested_at: datetime | None = None
    valid_until: date | None = None
    owner_id: int | None = None
    from_phase: int = 1
    inherited: bool = False
    due_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyFact:
    """A phase of another launch that must be live first; ids only, the other may be confidential.

    `phase_state` and `starts_on` are those of the named phase; None means the phase is gone.
    """

    id: int
    predecessor_id: int
    predecessor_state: LaunchState | None
    phase_position: int
    phase_state: PhaseState | None
    starts_on: date | None
    owner_id: int | None = None
    from_phase: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementFact:
    """A requirement the launch delivers; `open_criteria` counts unaccepted acceptance criteria."""

    id: int
    key: str
    must: bool
    open_criteria: int | None
    criteria: int | None = None
    owner_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverFact:
    """An exception to one failing check, matched by code and subject; live before `expires_at`."""

    id: int
    code: str
    subject: str
    requested_by: int
    approved_by: int | None
    approved_at: datetime | None
    expires_at: datetime
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardFact:
    """A guard metric watched in hypercare: breached above `limit` (below it if `floor`)."""

    id: int
    phase_position: int
    name: str
    limit: float
    value: float | None
    observed_at: datetime | None
    max_age_hours: float = 24.0
    floor: bool = False
    owner_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFact:
    """A review group of a gate and the people who may vote for it now."""

    id: int
    members: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFact:
    """A gate, its rule, and every vote given on it by the moment.

    `signs` are the parts of the facts it signs; `signed` holds, for each approving vote, the parts
    as they were (see `signed.parts`). `asked_of` is who has the ball, None if nobody is named.
    """

    id: int
    name: str
    rule: GateRule
    needed: int = 1
    groups: tuple[GroupFact, ...] = ()
    votes: tuple[Cast, ...] = ()
    signs: tuple[str, ...] = ()
    signed: tuple[tuple[int, Any], ...] = ()
    self_certify: bool = False
    from_phase: int = 1
    due_days: int | None = None
    asked_of: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapPlanFact:
    """Who closes a gap and by when, as promised; matched by code and subject."""

    code: str
    subject: str
    owner_id: int | None
    finish_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchFacts:
    """All facts of one launch known at one moment.

    `mechanisms` holds every mechanism that may cover a cell, the linked ones and the queues they
    route to. `capacity` is what the load on its queues comes to, for the judged phase.
    `lead_days` are working days before the phase by which a code must pass, `usual_days`
    the calendar days such a check usually takes; both as (code, days), overriding defaults.
    """

    launch: LaunchFact
    phases: tuple[PhaseFact, ...] = ()
    cells: tuple[CellFact, ...] = ()
    forecasts: tuple[ForecastFact, ...] = ()
    links: tuple[LinkFact, ...] = ()
    mechanisms: tuple[MechanismFact, ...] = ()
    measurements: tuple[MeasurementFact, ...] = ()
    rates: tuple[RateFact, ...] = ()
    guidelines: tuple[GuidelineFact, ...] = ()
    training_needs: tuple[TrainingNeedFact, ...] = ()
    certifications: tuple[CertificationFact, ...] = ()
    checklist: tuple[ChecklistFact, ...] = ()
    dependencies: tuple[DependencyFact, ...] = ()
    requirements: tuple[RequirementFact, ...] = ()
    waivers: tuple[WaiverFact, ...] = ()
    guards: tuple[GuardFact, ...] = ()
    gates: tuple[GateFact, ...] = ()
    plans: tuple[GapPlanFact, ...] = ()
    capacity: CapacityFacts = NOTHING_FOUND
    holidays: frozenset[date] = frozenset()
    lead_days: tuple[tuple[str, int], ...] = ()
    usual_days: tuple[tuple[str, int], ...] = ()
