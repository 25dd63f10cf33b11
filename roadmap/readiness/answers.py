"""One answer of one check: codes, numbers and ids, never a sentence (see `sentences`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from roadmap.mechanisms.kinds import Grade
from roadmap.readiness.facts import Severity

Value = str | int | float | bool | None
Params = tuple[tuple[str, Value], ...]


class Status(StrEnum):
    """What a check answers."""

    PASS = "pass"  # noqa: S105 - an answer, not a secret
    FAIL = "fail"
    UNKNOWN = "unknown"
    STALE = "stale"
    NOT_APPLICABLE = "not_applicable"


class Code(StrEnum):
    """The checks judged here.

    QA_ACCURACY, OVERTURN_RATE and LEAKAGE stand beside MECH_PRECISION and MECH_RECALL because a
    target on those metrics is missed like any other, and calling a missed QA accuracy "precision"
    would merge two measures that must stay apart. GUARD_METRIC is the answer of a hypercare guard.
    """

    COV_GAP = "COV_GAP"
    COV_LANG = "COV_LANG"
    MECH_STAGE = "MECH_STAGE"
    MECH_PRECISION = "MECH_PRECISION"
    MECH_RECALL = "MECH_RECALL"
    QA_ACCURACY = "QA_ACCURACY"
    OVERTURN_RATE = "OVERTURN_RATE"
    LEAKAGE = "LEAKAGE"
    EVIDENCE_THIN = "EVIDENCE_THIN"
    METRIC_STALE = "METRIC_STALE"
    VERSION_MISMATCH = "VERSION_MISMATCH"
    APPEAL_PATH = "APPEAL_PATH"
    POLICY_L10N = "POLICY_L10N"
    TRAINING = "TRAINING"
    CHECKLIST = "CHECKLIST"
    DEPENDENCY = "DEPENDENCY"
    REQUIREMENT_OPEN = "REQUIREMENT_OPEN"
    CAP_OVERLOAD = "CAP_OVERLOAD"
    CAP_SLA = "CAP_SLA"
    CAP_SHARED = "CAP_SHARED"
    CAP_SKILL = "CAP_SKILL"
    APPEAL_CAP = "APPEAL_CAP"
    FALLBACK = "FALLBACK"
    SELLER_HARM = "SELLER_HARM"
    COST_OVER = "COST_OVER"
    SIGNOFF_MISSING = "SIGNOFF_MISSING"
    SIGNOFF_STALE = "SIGNOFF_STALE"
    WAIVER_EXPIRED = "WAIVER_EXPIRED"
    GUARD_METRIC = "GUARD_METRIC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer.

    `question` groups answers to one question when counting (a fail and the thin evidence beside
    it); `subject` with `code` is what a waiver or a plan names. `scope` is a cell
    or slice text, or a mechanism key. `why` picks the sentence, `params` fill it; `fix` names the
    smallest fix. `evidence` holds references such as `measurement:12`. `valid_until` is the moment
    from which time alone may change the answer.
    """

    code: str
    severity: Severity
    status: Status
    subject: str
    question: str
    why: str = ""
    scope: str | None = None
    measured: Value = None
    required: Value = None
    params: Params = ()
    fix: str | None = None
    fix_params: Params = ()
    grade: Grade | None = None
    owner_id: int | None = None
    required_by: date | None = None
    evidence: tuple[str, ...] = ()
    observed_at: datetime | None = None
    valid_until: datetime | None = None
    waiver_id: int | None = None
    # Working days before the phase by which it must pass, where it is not the code's usual.
    lead: int | None = None

    @property
    def is_required(self) -> bool:
        """Tell whether the verdict depends on it."""
        return self.severity is not Severity.INFO and self.status is not Status.NOT_APPLICABLE

    @property
    def passes(self) -> bool:
        """Tell whether nothing stands in the way; a waived failure does not pass."""
        return self.status is Status.PASS or self.status is Status.NOT_APPLICABLE


def dated(answer: Answer, required_by: date | None, owner_id: int | None) -> Answer:
    """Return an answer with its due day and owner; written out, since all answers pass here."""
    return Answer(
        code=answer.code,
        severity=answer.severity,
        status=answer.status,
        subject=answer.subject,
        question=answer.question,
        why=answer.why,
        scope=answer.scope,
        measured=answer.measured,
        required=answer.required,
        params=answer.params,
        fix=answer.fix,
        fix_params=answer.fix_params,
        grade=answer.grade,
        owner_id=owner_id,
        required_by=required_by,
        evidence=answer.evidence,
        observed_at=answer.observed_at,
        valid_until=answer.valid_until,
        waiver_id=answer.waiver_id,
        lead=answer.lead,
    )


def pack(values: Mapping[str, Value]) -> Params:
    """Freeze named values in a canonical order."""
    return tuple(sorted(values.items()))


def after(day: date | None) -> datetime | None:
    """Return the first moment after a UTC day, when something valid through it lapses."""
    if day is None or day == date.max:
        return None
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def unknown(code: Code, subject: str, why: str, fix: str | None = None) -> Answer:
    """Return the answer of a required check over an empty set."""
    return Answer(
        code=code,
        severity=Severity.BLOCKER,
        status=Status.UNKNOWN,
        subject=subject,
        question=f"{code}:{subject}",
        why=why,
        fix=fix,
    )
