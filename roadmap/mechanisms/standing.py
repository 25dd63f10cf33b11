"""What can be said of a mechanism at first sight: what is proven where, and what its owner owes.

Pure: judges the gathered rows with the rules of `evidence` against what others ask.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from roadmap.mechanisms.asked import Asked
from roadmap.mechanisms.bounds import Answer, labels_needed
from roadmap.mechanisms.evidence import (
    Finding,
    Question,
    Why,
    find,
    newest_first,
    row_counts,
)
from roadmap.mechanisms.facts import MeasurementFact, MechanismFact
from roadmap.mechanisms.kinds import (
    ACTIVE_STAGES,
    TARGET_DIRECTION,
    MechanismKind,
    Metric,
    Stage,
)
from roadmap.taxonomy.scope import DIMENSIONS, ScopePattern
from roadmap.wording import N_, Sentence

REHEARSAL_AGE = timedelta(days=180)
SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Proof:
    """What the evidence says about one target in one slice; labels count from those there are."""

    asked: Asked
    scope: ScopePattern
    finding: Finding
    labels_missing: int | None
    labels_help: bool
    age_days: int | None
    guideline_id: int | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """Something the owner owes; `due` is the last day, None means it was due from the start."""

    what: Sentence
    due: date | None
    overdue: bool


def strictest(asked: Iterable[Asked]) -> tuple[Asked, ...]:
    """Return one target for each metric and set of dimensions: the hardest to meet."""
    hardest: dict[tuple[Metric, tuple[str, ...]], Asked] = {}
    for one in asked:
        if one.metric not in TARGET_DIRECTION:
            continue
        key = (one.metric, one.dimensions)
        held = hardest.get(key)
        if held is None or _harder(one, held):
            hardest[key] = one
    return tuple(hardest[key] for key in sorted(hardest))


def _harder(one: Asked, other: Asked) -> bool:
    floor = TARGET_DIRECTION[one.metric].value == "minimum"
    return one.target > other.target if floor else one.target < other.target


def prove(
    mechanism: MechanismFact,
    rows: Sequence[MeasurementFact],
    asked: Iterable[Asked],
    today: date,
) -> tuple[Proof, ...]:
    """Judge each target in each slice that was measured or is declared, worst first.

    QA is judged against each guideline version that has a row.
    """
    proofs = [
        proof
        for one in strictest(asked)
        for scope in _slices(mechanism, rows, one)
        for proof in _proofs(mechanism, rows, one, scope, today)
    ]
    order = {Answer.FAIL: 0, Answer.UNKNOWN: 1, Answer.PASS: 2}
    return tuple(
        sorted(proofs, key=lambda p: (order[p.finding.answer], p.asked.metric, str(p.scope)))
    )


def _slices(
    mechanism: MechanismFact, rows: Sequence[MeasurementFact], one: Asked
) -> list[ScopePattern]:
    """Return the slices with all asked dimensions fixed that have a row or are declared."""
    wanted = [dimension for dimension in DIMENSIONS if dimension in one.dimensions]
    scopes = [row.scope for row in rows if row.metric is one.metric]
    found = set()
    for scope in [*scopes, *mechanism.coverage]:
        parts = {dimension: getattr(scope, dimension) for dimension in wanted}
        if None not in parts.values():
            found.add(ScopePattern(**parts))
    return sorted(found, key=str)


def _proofs(
    mechanism: MechanismFact,
    rows: Sequence[MeasurementFact],
    one: Asked,
    scope: ScopePattern,
    today: date,
) -> list[Proof]:
    fitting = [r for r in rows if r.metric is one.metric and row_counts(r.scope, scope)]
    guidelines: list[int | None] = [None]
    if one.metric is Metric.QA_ACCURACY:
        newest = newest_first(fitting)
        guidelines = [newest[0].guideline_id] if newest else [None]
    found = []
    for guideline in guidelines:
        question = Question(
            mechanism.configuration_digest,
            mechanism.automated,
            one.metric,
            one.target,
            one.max_age_days,
            frozenset({guideline}) if guideline is not None else None,
        )
        found.append(_proof(one, scope, find(fitting, question, today), today, guideline))
    return found


def _proof(
    one: Asked, scope: ScopePattern, finding: Finding, today: date, guideline: int | None
) -> Proof:
    missing, helps = None, True
    interval = finding.interval
    if interval is not None and finding.answer is not Answer.PASS:
        needed = labels_needed(interval.share, one.target, TARGET_DIRECTION[one.metric])
        helps = needed is not None
        missing = max(0, round(needed - interval.n)) if needed is not None else None
    age = (today - finding.row.window_end).days if finding.row is not None else None
    return Proof(one, scope, finding, missing, helps, age, guideline)


def reason_of(proof: Proof) -> Sentence:
    """Return why a target is not proven in a slice, in one short clause."""
    why = proof.finding.why
    if why in (Why.MISSED, Why.THIN) and not proof.labels_help:
        return Sentence(N_("more labels cannot prove it"))
    if why in (Why.MISSED, Why.THIN) and proof.labels_missing:
        return Sentence(N_("%(count)d labels missing"), {"count": proof.labels_missing})
    return Sentence(_REASONS[why])


_REASONS = {
    Why.PROVEN: N_("proven"),
    Why.MISSED: N_("below the target"),
    Why.THIN: N_("too few labels"),
    Why.NO_ROW: N_("never measured"),
    Why.INVALID: N_("the row cannot be used"),
    Why.VOIDED: N_("its evidence was voided"),
    Why.LLM_LABELS: N_("labelled by a model alone"),
    Why.WEAK_GRADE: N_("not measured here"),
    Why.STALE: N_("too old"),
    Why.OTHER_CONFIGURATION: N_("measured on another configuration"),
    Why.OTHER_GUIDELINE: N_("judged by another guideline version"),
    Why.NOT_JUDGED: N_("not judged"),
    Why.POOL_INCOMPLETE: N_("its pool is incomplete"),
    Why.POOL_NO_CAP: N_("its pool needs a daily cap"),
    Why.POOL_MEMBER_MISSED: N_("a member of its pool misses it"),
}


def owed(mechanism: MechanismFact, proofs: Iterable[Proof], today: date) -> tuple[Duty, ...]:
    """Return what the owner owes, the most overdue first; things due within a fortnight count."""
    duties: list[Duty] = []
    active = mechanism.stage in ACTIVE_STAGES
    if active and mechanism.automated:
        duties += _switch(mechanism, today)
    if active and not mechanism.automated:
        duties += _staffing(mechanism, today)
    running = mechanism.stage in ACTIVE_STAGES | {Stage.SHADOW}
    if running and mechanism.automated and not mechanism.configuration_digest:
        duties.append(Duty(Sentence(N_("register the configuration that runs")), None, True))
    if active and mechanism.automated and mechanism.fail_mode is None:
        duties.append(Duty(Sentence(N_("say what happens when it fails")), None, True))
    if active and mechanism.kind in _ROUTING and not mechanism.coverage:
        duties.append(Duty(Sentence(N_("declare what it covers")), None, True))
    if mechanism.owner_id is None and mechanism.stage is not Stage.RETIRED:
        duties.append(Duty(Sentence(N_("find an owner")), None, True))
    duties += _measuring(proofs, today)
    return tuple(sorted(duties, key=lambda d: (not d.overdue, d.due or date.min)))


_ROUTING = frozenset(MechanismKind) - {MechanismKind.QA_PROGRAM}


def _switch(mechanism: MechanismFact, today: date) -> list[Duty]:
    last = mechanism.kill_switch_rehearsed_on
    if last is None:
        return [Duty(Sentence(N_("rehearse the kill switch")), None, True)]
    due = last + REHEARSAL_AGE
    if due > today + SOON:
        return []
    return [Duty(Sentence(N_("rehearse the kill switch")), due, due < today)]


def _staffing(mechanism: MechanismFact, today: date) -> list[Duty]:
    until = mechanism.staffed_until
    if until is None:
        return [Duty(Sentence(N_("attest that it is staffed")), None, True)]
    if until > today + SOON:
        return []
    return [Duty(Sentence(N_("attest that it is still staffed")), until, until < today)]


def _measuring(proofs: Iterable[Proof], today: date) -> list[Duty]:
    """Return one duty for each metric: what is stale, or expires within a fortnight."""
    dues: dict[Metric, date | None] = {}
    for proof in proofs:
        finding = proof.finding
        if finding.answer is Answer.PASS:
            due = finding.expires_on
            if due is None or due > today + SOON:
                continue
        elif finding.stale and finding.row is not None:
            due = finding.row.window_end + timedelta(days=proof.asked.max_age_days)
        else:
            continue
        held = dues.get(proof.asked.metric)
        dues[proof.asked.metric] = due if held is None else min(held, due)
    return [
        Duty(
            Sentence(N_("measure %(metric)s again"), {"metric": metric.value.replace("_", " ")}),
            due,
            due is not None and due < today,
        )
        for metric, due in sorted(dues.items())
    ]
