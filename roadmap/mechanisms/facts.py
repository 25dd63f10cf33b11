"""What is known about one mechanism and its measurements, as plain frozen values.

Database rows are mapped onto these; coverage, evidence and readiness read nothing else. Dates are
UTC calendar days and inclusive; moments are aware UTC datetimes.
"""

from dataclasses import dataclass
from datetime import date, datetime

from roadmap.mechanisms.kinds import (
    AUTOMATED_KINDS,
    FailMode,
    Grade,
    LabelSource,
    MechanismKind,
    Metric,
    Sampling,
    Stage,
)
from roadmap.taxonomy.scope import ScopePattern


@dataclass(frozen=True, slots=True, kw_only=True)
class MechanismFact:
    """One mechanism as registered.

    `rollout_ratio` is a share 0..1; `max_daily_actions` None means no cap; `staffed_until` is the
    last day the owner of a human queue attests staffing for; `receives_all` says that a review
    queue gets every item of its cells before publication; `automated_only` that no person decides
    in an appeals queue; `kill_switch_minutes`: time to off.
    """

    id: int
    key: str
    kind: MechanismKind
    stage: Stage
    configuration_digest: str = ""
    configuration_label: str = ""
    owner_id: int | None = None
    coverage: tuple[ScopePattern, ...] = ()
    rollout_ratio: float = 1.0
    max_daily_actions: int | None = None
    routes_to_id: int | None = None
    fail_mode: FailMode | None = None
    staffed_until: date | None = None
    receives_all: bool = False
    automated_only: bool = False
    kill_switch_minutes: int | None = None
    kill_switch_rehearsed_on: date | None = None

    @property
    def automated(self) -> bool:
        """Tell whether the kind decides without a person."""
        return self.kind in AUTOMATED_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """One stratum of a stratified sample.

    `found` says whether the mechanism flagged this stratum's items (needed for recall); `sampled`
    items out of `population` were labelled and `positives` of them were positive.
    """

    population: int
    sampled: int
    positives: int
    found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementFact:
    """One measurement row; never removed, only voided (`voided_at` set).

    `scope` is the slice measured; an open part means "over all of them". `guideline_id` is the
    policy version QA judged against. `window_end` is the last day measured; age counts from it.
    """

    id: int
    mechanism_id: int
    configuration_digest: str
    scope: ScopePattern
    metric: Metric
    numerator: float
    denominator: float
    window_start: date
    window_end: date
    sampling: Sampling
    label_source: LabelSource
    recorded_at: datetime
    strata: tuple[Stratum, ...] = ()
    guideline_id: int | None = None
    observed_at: datetime | None = None
    voided_at: datetime | None = None
    grade: Grade = Grade.MEASURED
