"""Which measurement decides about a target in a slice, and what it says.

Rows are never summed over time: the row with the latest `window_end` decides. A voided or aged
failure stays unresolved, and evidence of another configuration or guideline version says nothing.
Pure; the arithmetic of bounds is in `bounds`.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from roadmap.mechanisms.bounds import (
    Answer,
    Interval,
    Judgement,
    judge_interval,
    judge_share,
    stratified_interval,
    wilson,
)
from roadmap.mechanisms.facts import MeasurementFact, Stratum
from roadmap.mechanisms.kinds import (
    PROVING_GRADES,
    TARGET_DIRECTION,
    LabelSource,
    Metric,
    Sampling,
)
from roadmap.taxonomy.scope import ScopePattern
from roadmap.wording import N_, Sentence

RARE_ACTIONS_PER_WEEK = 50


class Why(StrEnum):
    """Why evidence does not prove a target (or that it does)."""

    PROVEN = "proven"
    MISSED = "missed"
    THIN = "thin"
    NO_ROW = "no_row"
    INVALID = "invalid"
    VOIDED = "voided"
    LLM_LABELS = "llm_labels"
    WEAK_GRADE = "weak_grade"
    STALE = "stale"
    OTHER_CONFIGURATION = "other_configuration"
    OTHER_GUIDELINE = "other_guideline"
    NOT_JUDGED = "not_judged"
    POOL_INCOMPLETE = "pool_incomplete"
    POOL_NO_CAP = "pool_no_cap"
    POOL_MEMBER_MISSED = "pool_member_missed"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the rows: one metric of one mechanism as deployed, with its target.

    `guideline_ids` names the guideline versions QA must have judged against; None does not ask.
    """

    configuration_digest: str
    automated: bool
    metric: Metric
    target: float
    max_age_days: int
    guideline_ids: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What the evidence says in one slice; `row` decides, `stale` says it is too old."""

    answer: Answer
    why: Why
    thin: bool = False
    stale: bool = False
    row: MeasurementFact | None = None
    interval: Interval | None = None
    expires_on: date | None = None
    pool: str | None = None
    members: tuple[int, ...] = ()


# ---- a row on its own ----


def _strata_problem(strata: Sequence[Stratum]) -> Sentence | None:
    if not strata:
        return Sentence(N_("A stratified sample needs its strata: population, sampled, positives."))
    for stratum in strata:
        if not 0 <= stratum.positives <= stratum.sampled <= stratum.population:
            return Sentence(
                N_("In every stratum 0 <= positives <= sampled <= population must hold.")
            )
    return None


def _numbers_problem(row: MeasurementFact) -> Sentence | None:
    if not (math.isfinite(row.numerator) and math.isfinite(row.denominator)):
        return Sentence(N_("Numerator and denominator must be numbers."))
    if row.numerator < 0 or row.denominator < 0:
        return Sentence(N_("Numerator and denominator cannot be negative."))
    if row.numerator > row.denominator:
        return Sentence(
            N_("The numerator %(numerator)g is larger than the denominator %(denominator)g."),
            {"numerator": row.numerator, "denominator": row.denominator},
        )
    return None


def measurement_problem(row: MeasurementFact, today: date) -> Sentence | None:
    """Return why a row cannot be accepted as a measurement, or None.

    `today` is the day it is recorded or judged. Labels by a language model alone are accepted as a
    record but never prove an automated mechanism: see `find`.
    """
    if row.window_end < row.window_start:
        return Sentence(N_("The window ends before it starts."))
    if row.window_end > today:
        return Sentence(
            N_("The window ends on %(end)s, which has not happened yet."),
            {"end": row.window_end.isoformat()},
        )
    if row.metric is Metric.RECALL and row.sampling is Sampling.FLAGGED_ONLY:
        return Sentence(
            N_(
                "Recall cannot be measured on flagged items only: what the mechanism missed is not "
                "among them. Sample unflagged items too, random or stratified."
            )
        )
    if row.sampling is Sampling.STRATIFIED:
        problem = _strata_problem(row.strata)
        if problem is not None:
            return problem
        if row.metric is Metric.RECALL and all(s.found for s in row.strata):
            return Sentence(N_("Recall needs a stratum of items the mechanism did not find."))
    return _numbers_problem(row)


def interval_of(row: MeasurementFact) -> Interval | None:
    """Return the share a valid row measured with its bounds; None if nothing was labelled."""
    if row.sampling is Sampling.STRATIFIED:
        return stratified_interval(row.strata, recall=row.metric is Metric.RECALL)
    if row.denominator == 0:
        return None
    interval = wilson(row.numerator, row.denominator)
    if row.sampling is Sampling.CENSUS:
        return Interval(interval.share, interval.share, interval.share, row.denominator)
    return interval


def judge_row(row: MeasurementFact, target: float) -> Judgement:
    """Judge one valid row against a target in the direction its metric has."""
    direction = TARGET_DIRECTION.get(row.metric)
    if direction is None or not 0 < target < 1:
        return Judgement(Answer.UNKNOWN, False, None)
    interval = interval_of(row)
    if interval is None:
        return Judgement(Answer.UNKNOWN, True, None)
    return judge_interval(interval, target, direction)


def expires_on(row: MeasurementFact, max_age_days: int) -> date:
    """Return the last day the row is fresh enough."""
    return row.window_end + timedelta(days=max_age_days)


# ---- the deciding row ----


def row_counts(row_scope: ScopePattern, wanted: ScopePattern) -> bool:
    """Tell whether a row's slice equals the wanted slice in every dimension the slice fixes.

    A row measured over all languages does not count where the language is required.
    """
    return (
        (wanted.market is None or row_scope.market == wanted.market)
        and (wanted.language is None or row_scope.language == wanted.language)
        and (wanted.surface is None or row_scope.surface == wanted.surface)
        and (wanted.policy_area is None or row_scope.policy_area == wanted.policy_area)
    )


def newest_first(rows: Iterable[MeasurementFact]) -> list[MeasurementFact]:
    """Sort so that the deciding row comes first: latest window end, then recorded, then id."""
    return sorted(rows, key=lambda r: (r.window_end, r.recorded_at, r.id), reverse=True)


def _cannot_prove(row: MeasurementFact, question: Question) -> Why | None:
    """Name what keeps a valid row from proving anything although it may show a failure."""
    if row.voided_at is not None:
        return Why.VOIDED
    if row.label_source is LabelSource.LLM_ONLY and question.automated:
        return Why.LLM_LABELS
    if row.grade not in PROVING_GRADES:
        return Why.WEAK_GRADE
    return None


def _decide(rows: Sequence[MeasurementFact], question: Question, today: date) -> Finding:
    """Walk from the newest row to the first that decides.

    A row that cannot prove is passed over only if it claimed a pass: a voided failure stays
    unresolved and an older pass never revives behind it.
    """
    passed_over: Finding | None = None
    for row in rows:
        if measurement_problem(row, today) is not None:
            return Finding(Answer.UNKNOWN, Why.INVALID, thin=True, row=row)
        judgement = judge_row(row, question.target)
        weak = _cannot_prove(row, question)
        if weak is not None:
            finding = Finding(Answer.UNKNOWN, weak, thin=True, row=row, interval=judgement.interval)
            if judgement.answer is not Answer.PASS:
                return finding
            passed_over = passed_over or finding
            continue
        last_day = expires_on(row, question.max_age_days)
        stale = today > last_day
        if stale:
            return Finding(
                Answer.UNKNOWN, Why.STALE, stale=True, row=row, interval=judgement.interval
            )
        why = {Answer.PASS: Why.PROVEN, Answer.FAIL: Why.MISSED, Answer.UNKNOWN: Why.THIN}
        return Finding(
            judgement.answer,
            why[judgement.answer],
            thin=judgement.thin,
            row=row,
            interval=judgement.interval,
            expires_on=last_day,
        )
    return passed_over or Finding(Answer.UNKNOWN, Why.NO_ROW, thin=True)


def find(rows: Iterable[MeasurementFact], question: Question, today: date) -> Finding:
    """Say what the rows of one slice prove; the rows must all be of its mechanism and metric.

    QA of people is bound to guideline versions; everything else, and anything automated, to the
    deployed configuration. Rows of another guideline version are as good as none.
    """
    if question.metric not in TARGET_DIRECTION or not 0 < question.target < 1:
        return Finding(Answer.UNKNOWN, Why.NOT_JUDGED, thin=True)
    ordered = newest_first(rows)
    by_guideline = question.metric is Metric.QA_ACCURACY and question.guideline_ids is not None
    if by_guideline:
        ids = question.guideline_ids or frozenset()
        ordered_all, ordered = ordered, [r for r in ordered if r.guideline_id in ids]
        if ordered_all and not ordered:
            return Finding(Answer.UNKNOWN, Why.OTHER_GUIDELINE, thin=True, row=ordered_all[0])
    if by_guideline and not question.automated:
        return _decide(ordered, question, today)
    current = [r for r in ordered if r.configuration_digest == question.configuration_digest]
    if current or not ordered:
        return _decide(current, question, today)
    other = ordered[0]
    stale = other.voided_at is None and today > expires_on(other, question.max_age_days)
    return Finding(Answer.UNKNOWN, Why.OTHER_CONFIGURATION, stale=stale, row=other)


# ---- rare slices, judged in a pool ----


def judge_pool(
    name: str, findings: Sequence[Finding], question: Question, *, capped: bool
) -> Finding:
    """Judge rare slices together: every member's own share must meet the target, and the sum prove.

    A member without a usable share leaves the pool unknown, and so does a missing daily cap. The
    members' rows are different slices of the same moment, so adding them up is not double counting.
    """
    members = tuple(f.row.id for f in findings if f.row is not None)

    def answer(kind: Answer, why: Why, **more: object) -> Finding:
        return Finding(kind, why, pool=name, members=members, **more)  # type: ignore[arg-type]

    for finding in findings:
        if finding.answer is Answer.FAIL:
            return answer(
                Answer.FAIL, Why.POOL_MEMBER_MISSED, row=finding.row, interval=finding.interval
            )
    open_ones = [f for f in findings if f.why not in (Why.PROVEN, Why.THIN) or f.interval is None]
    if open_ones or not findings:
        first = open_ones[0] if open_ones else None
        if first is not None and (first.stale or first.why is Why.OTHER_CONFIGURATION):
            return answer(Answer.UNKNOWN, first.why, stale=first.stale, row=first.row)
        return answer(
            Answer.UNKNOWN, Why.POOL_INCOMPLETE, thin=True, row=first.row if first else None
        )
    if not capped:
        return answer(Answer.UNKNOWN, Why.POOL_NO_CAP, thin=True)
    rows = [f.row for f in findings if f.row is not None]
    census = all(row.sampling is Sampling.CENSUS for row in rows)
    judgement = judge_share(
        sum(row.numerator for row in rows),
        sum(row.denominator for row in rows),
        question.target,
        census=census,
        direction=TARGET_DIRECTION[question.metric],
    )
    last_day = min((f.expires_on for f in findings if f.expires_on is not None), default=None)
    why = Why.PROVEN if judgement.answer is Answer.PASS else Why.THIN
    return answer(
        judgement.answer,
        why,
        thin=judgement.thin,
        row=rows[0],
        interval=judgement.interval,
        expires_on=last_day,
    )
