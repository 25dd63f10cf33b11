"""Parts of the format: sites, and mechanisms with their configurations, coverage and evidence."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from roadmap.exchange.workspace import forms
from roadmap.exchange.workspace.fields import (
    Code,
    Count,
    Currency,
    Day,
    Email,
    Language,
    Line,
    LongName,
    Market,
    MechanismKey,
    Moment,
    Name,
    Part,
    Pattern,
    PolicyLabel,
    Positive,
    Share,
    Short,
    Text,
)
from roadmap.exchange.workspace.parts_capacity import (
    BacklogPart,
    BaseLoadPart,
    ShiftPart,
    SiteHolidayPart,
    StaffingPart,
    StepRatesPart,
    ThroughputPart,
)
from roadmap.mechanisms.kinds import (
    FailMode,
    LabelSource,
    MechanismKind,
    Metric,
    Sampling,
    Stage,
)


class SitePart(Part):
    """A place where people review."""

    lists: ClassVar = {"markets": "market"}
    apart: ClassVar = frozenset({"markets", "holidays"})

    code: Code
    name: Name
    vendor: Short = ""
    contract_hours: Annotated[float, Field(gt=0, le=168)] | None = None
    notice_weeks: Count | None = None
    markets: list[Market] = []
    holidays: list[SiteHolidayPart] = []


class ConfigurationPart(Part):
    """Everything that changes a mechanism's answers; the digest is computed from the parameters."""

    kept: ClassVar = frozenset({"created_at"})
    apart: ClassVar = frozenset({"digest"})

    label: Annotated[str, Field(min_length=1, max_length=80)]
    parameters: dict[str, Any] = {}
    digest: Annotated[str, Field(pattern=forms.DIGEST)] | None = None
    created_at: Moment | None = None


class StratumPart(Part):
    """One stratum of a stratified sample."""

    population: Count
    n: Count
    positives: Count
    found: bool


class VoidPart(Part):
    """Why a row no longer counts, and when the row of its kind that took its place was recorded."""

    refs: ClassVar = {"voided_by": ("voided_by", "person")}
    apart: ClassVar = frozenset({"corrected_by"})

    reason: Annotated[str, Field(min_length=1, max_length=500)]
    voided_at: Moment
    voided_by: Email | None = None
    corrected_by: Moment | None = None


class MeasurementPart(Part):
    """One measured share of one configuration, or of one guideline version, in one slice."""

    refs: ClassVar = {"policy": ("policy_version_id", "policy")}
    pattern: ClassVar = "slice"
    apart: ClassVar = frozenset({"configuration", "void", "recorded_at"})

    configuration: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    policy: PolicyLabel | None = None
    slice: Pattern
    metric: Annotated[Metric, Field(strict=False)]
    numerator: Count
    denominator: Count
    window_start: Day
    window_end: Day
    sampling: Annotated[Sampling, Field(strict=False)]
    strata: list[StratumPart] | None = None
    label_source: Annotated[LabelSource, Field(strict=False)]
    source: Line = ""
    external_key: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    observed_at: Moment
    recorded_at: Moment | None = None
    void: VoidPart | None = None


class CertificationPart(Part):
    """Heads certified on a guideline version in a language."""

    refs: ClassVar = {
        "policy": ("policy_version_id", "policy"),
        "language": ("language_code", "language"),
        "site": ("site_id", "site"),
    }

    policy: PolicyLabel
    language: Language
    site: Code | None = None
    heads: Count
    certified_on: Day
    expires_on: Day | None = None


class MechanismPart(Part):
    """Anything that detects, decides, reviews or audits."""

    refs: ClassVar = {
        "owner": ("owner_id", "person"),
        "team": ("team_id", "team"),
        "site": ("site_id", "site"),
        "routes_to": ("routes_to_id", "mechanism"),
    }
    apart: ClassVar = frozenset(
        {
            "key",
            "configurations",
            "current_configuration",
            "coverage",
            "measurements",
            "certifications",
            "staffing",
            "shifts",
            "throughput",
            "backlog",
            "base_load",
            "rates",
        }
    )
    kept: ClassVar = frozenset({"created_at"})

    key: MechanismKey
    name: LongName
    description: Text = ""
    kind: Annotated[MechanismKind, Field(strict=False)]
    stage: Annotated[Stage, Field(strict=False)]
    owner: Email | None = None
    team: Code | None = None
    vendor: Short = ""
    site: Code | None = None
    routes_to: MechanismKey | None = None
    rollout_ratio: Share = 1.0
    max_daily_actions: Count | None = None
    quota_per_minute: Positive | None = None
    quota_exhausted: Annotated[FailMode, Field(strict=False)] | None = None
    fail_mode: Annotated[FailMode, Field(strict=False)] | None = None
    unit_price_micros: Count | None = None
    currency: Currency | None = None
    kill_switch_who: Line = ""
    kill_switch_minutes: Count | None = None
    kill_switch_rehearsed_on: Day | None = None
    staffed_until: Day | None = None
    receives_all: bool = False
    automated_only: bool = False
    labels_per_week: Count | None = None
    created_at: Moment | None = None
    configurations: list[ConfigurationPart] = []
    current_configuration: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    coverage: list[Pattern] = []
    measurements: list[MeasurementPart] = []
    certifications: list[CertificationPart] = []
    staffing: StaffingPart | None = None
    shifts: list[ShiftPart] = []
    throughput: list[ThroughputPart] = []
    backlog: BacklogPart | None = None
    base_load: list[BaseLoadPart] = []
    rates: StepRatesPart | None = None
