"""A measurement row before it is stored, and everything that keeps it from being recorded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.errors import Invalid
from roadmap.mechanisms.evidence import measurement_problem
from roadmap.mechanisms.facts import MeasurementFact, Stratum
from roadmap.mechanisms.fields import LARGEST
from roadmap.mechanisms.kinds import AUTOMATED_KINDS, LabelSource, Metric, Sampling
from roadmap.mechanisms.models import Configuration, Mechanism
from roadmap.mechanisms.queries import may_edit
from roadmap.taxonomy.models import PolicyVersion
from roadmap.taxonomy.queries import options
from roadmap.taxonomy.scope import DIMENSIONS, ScopePattern
from roadmap.web.i18n import _, gettext

KEY_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMeasurement:
    """One row to record; `line` is where it stood in what was pasted or imported.

    `configuration_id` is needed for automated mechanisms, `policy_version_id` for QA accuracy; an
    open part of `scope` means "measured over all of them".
    """

    mechanism_id: int
    metric: Metric
    numerator: int
    denominator: int
    window_start: date
    window_end: date
    sampling: Sampling
    label_source: LabelSource
    scope: ScopePattern = field(default_factory=ScopePattern)
    configuration_id: int | None = None
    policy_version_id: int | None = None
    strata: tuple[Stratum, ...] = ()
    observed_at: datetime | None = None
    # What the source calls the row, so that it is known again with other numbers.
    external_key: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row cannot be recorded: where it stands, which value, and the reason."""

    line: int | None
    column: str
    value: str
    reason: str


class RowsRefused(Invalid):
    """Rows that cannot be recorded; nothing of them was stored."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        first = problems[0]
        super().__init__(
            _("Nothing was recorded: %(reason)s", reason=first.reason), {first.column: first.reason}
        )
        self.problems = tuple(problems)


def as_fact(row: NewMeasurement, now: datetime, digest: str = "") -> MeasurementFact:
    """Return what the rules judge about a row not stored yet."""
    return MeasurementFact(
        id=0,
        mechanism_id=row.mechanism_id,
        configuration_digest=digest,
        scope=row.scope,
        metric=row.metric,
        numerator=row.numerator,
        denominator=row.denominator,
        window_start=row.window_start,
        window_end=row.window_end,
        sampling=row.sampling,
        label_source=row.label_source,
        recorded_at=now,
        strata=row.strata,
        guideline_id=row.policy_version_id,
    )


class Known:
    """What rows may refer to, read once: mechanisms, configurations, guideline versions, codes."""

    def __init__(
        self, session: Session, actor: Actor | None, rows: Sequence[NewMeasurement]
    ) -> None:
        ids = {row.mechanism_id for row in rows}
        self.actor = actor
        self.now = clock.now()
        self.mechanisms = {
            m.id: m for m in session.scalars(select(Mechanism).where(Mechanism.id.in_(ids)))
        }
        self.configurations = {
            (c.mechanism_id, c.id)
            for c in session.execute(
                select(Configuration.mechanism_id, Configuration.id).where(
                    Configuration.mechanism_id.in_(ids)
                )
            )
        }
        self.versions = set(session.scalars(select(PolicyVersion.id)))
        self.codes = options(session).names

    def problem(self, row: NewMeasurement) -> RowProblem | None:
        """Return why a row cannot be recorded, None if it can."""
        found = self._reference(row) or self._numbers(row) or self._told(row)
        if found is None:
            column = _column_of(row, self.now.date())
            sentence = measurement_problem(as_fact(row, self.now), self.now.date())
            if sentence is None:
                return None
            found = (column, _shown(row, column), sentence.text(gettext))
        return RowProblem(row.line, *found)

    def _reference(self, row: NewMeasurement) -> tuple[str, str, str] | None:
        mechanism = self.mechanisms.get(row.mechanism_id)
        if mechanism is None:
            return "mechanism", f"MEC-{row.mechanism_id}", _("There is no such mechanism.")
        if not may_edit(self.actor, mechanism, "evidence.write"):
            return "mechanism", mechanism.key, _("Only its owner or a program manager may do this.")
        for dimension in DIMENSIONS:
            code = getattr(row.scope, dimension)
            if code is not None and (dimension, code) not in self.codes:
                return dimension, code, _("There is no %(code)s here.", code=code)
        return self._configuration(row, mechanism) or self._guideline(row)

    def _configuration(
        self, row: NewMeasurement, mechanism: Mechanism
    ) -> tuple[str, str, str] | None:
        if row.configuration_id is None:
            if mechanism.kind not in AUTOMATED_KINDS:
                return None
            return (
                "configuration",
                "",
                _("Say which configuration was measured: evidence belongs to one."),
            )
        if (row.mechanism_id, row.configuration_id) not in self.configurations:
            return (
                "configuration",
                str(row.configuration_id),
                _("This mechanism has no such configuration."),
            )
        return None

    def _guideline(self, row: NewMeasurement) -> tuple[str, str, str] | None:
        version = row.policy_version_id
        if version is not None and version not in self.versions:
            return "guideline", str(version), _("There is no such guideline version.")
        if version is None and row.metric is Metric.QA_ACCURACY:
            return (
                "guideline",
                "",
                _("QA accuracy needs the guideline version it was judged against."),
            )
        return None

    def _numbers(self, row: NewMeasurement) -> tuple[str, str, str] | None:
        for column in ("numerator", "denominator"):
            value = getattr(row, column)
            if isinstance(value, bool) or not isinstance(value, int) or value > LARGEST:
                return column, str(value), _("Use a whole number below 2,147,483,648.")
        return None

    def _told(self, row: NewMeasurement) -> tuple[str, str, str] | None:
        """Return what is wrong with what the source says about the row itself."""
        key = row.external_key
        if key is not None and not 1 <= len(key) <= KEY_LENGTH:
            shown = key[:KEY_LENGTH]
            return "key", shown, _("Use a key of 1 to %(most)s characters.", most=KEY_LENGTH)
        if row.observed_at is not None and row.observed_at > self.now:
            return "observed_at", row.observed_at.isoformat(), _("This has not happened yet.")
        return None


def _column_of(row: NewMeasurement, today: date) -> str:
    """Return the column a rule's refusal of a row is about."""
    if row.window_end < row.window_start or row.window_end > today:
        return "window_end"
    if row.metric is Metric.RECALL and row.sampling is Sampling.FLAGGED_ONLY:
        return "sampling"
    if row.sampling is Sampling.STRATIFIED and not 0 <= row.numerator <= row.denominator:
        return "numerator"
    return "strata" if row.sampling is Sampling.STRATIFIED else "numerator"


def _shown(row: NewMeasurement, column: str) -> str:
    value = getattr(row, column)
    if column == "strata":
        return "; ".join(f"{s.population}/{s.sampled}/{s.positives}" for s in row.strata)
    return value.isoformat() if isinstance(value, date) else str(value)
