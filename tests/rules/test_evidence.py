"""Bounds, deciding rows, voiding, ageing, versions and pools."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.mechanisms.bounds import (
    Answer,
    judge_share,
    labels_needed,
    stratified_interval,
    wilson,
)
from roadmap.mechanisms.evidence import Question, Why, find, judge_pool, measurement_problem
from roadmap.mechanisms.facts import MeasurementFact, Stratum
from roadmap.mechanisms.kinds import Direction, Grade, LabelSource, Metric, Sampling
from tests.rules.readiness_cast import AT, days_ago, row

TODAY = AT.date()
SLICE = "*/es/*/counterfeit"
ASKED = Question("d12", True, Metric.PRECISION, 0.90, 7)


@pytest.mark.parametrize(
    ("k", "n", "lower"),
    [(29, 35, 0.673), (38, 40, 0.835), (285, 300, 0.919), (950, 1000, 0.935), (2304, 2400, 0.951)],
)
def test_the_wilson_lower_bound_is_the_published_one(k: int, n: int, lower: float) -> None:
    assert round(wilson(k, n).lower, 3) == lower


def test_the_wilson_upper_bound_of_29_of_35_is_919() -> None:
    assert round(wilson(29, 35).upper, 3) == 0.919


@pytest.mark.parametrize(
    ("share", "target", "n"),
    [(0.95, 0.90, 139), (0.93, 0.90, 385), (0.98, 0.95, 203), (0.97, 0.95, 457)],
)
def test_the_labels_needed_are_the_smallest_number_that_proves(
    share: float, target: float, n: int
) -> None:
    assert labels_needed(share, target) == n
    assert wilson(share * n, n).lower >= target > wilson(share * (n - 1), n - 1).lower


def test_more_labels_cannot_prove_a_share_at_or_below_its_target() -> None:
    assert labels_needed(29 / 35, 0.90) is None
    assert labels_needed(0.90, 0.90) is None


def test_a_ceiling_is_proven_by_the_upper_bound() -> None:
    up = Direction.MAXIMUM
    assert judge_share(2, 400, 0.05, direction=up).answer is Answer.PASS
    assert judge_share(30, 400, 0.05, direction=up).answer is Answer.FAIL
    assert judge_share(1, 40, 0.05, direction=up).thin
    assert labels_needed(0.02, 0.05, up) is not None
    assert labels_needed(0.06, 0.05, up) is None


def test_a_share_below_target_fails_and_is_thin_where_the_upper_bound_reaches_it() -> None:
    thin, clear = judge_share(29, 35, 0.90), judge_share(750, 1000, 0.90)
    assert (thin.answer, thin.thin) == (Answer.FAIL, True)
    assert (clear.answer, clear.thin) == (Answer.FAIL, False)


def test_a_census_needs_no_interval_and_no_labels_are_unknown() -> None:
    assert judge_share(9, 10, 0.90, census=True).answer is Answer.PASS
    assert judge_share(9, 10, 0.90).answer is Answer.UNKNOWN
    assert judge_share(0, 0, 0.90).answer is Answer.UNKNOWN


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share(pair: tuple[int, int]) -> None:
    found = wilson(*pair)
    assert 0 <= found.lower <= found.share <= found.upper <= 1


def test_stratified_recall_scales_each_stratum_to_its_population() -> None:
    strata = (
        Stratum(population=1000, sampled=100, positives=90, found=True),
        Stratum(population=99000, sampled=990, positives=1, found=False),
    )
    found = stratified_interval(strata, recall=True)
    assert found is not None
    assert found.share == pytest.approx(900 / 1000)  # not 90 of 91
    assert found.lower < found.share < found.upper
    assert found.lower < 0.80


def test_a_stratum_without_labels_leaves_recall_open() -> None:
    strata = (Stratum(population=10, sampled=0, positives=0, found=True),)
    assert stratified_interval(strata, recall=True) is None


def problem(**more: object) -> str:
    return str(measurement_problem(replace(row(1, SLICE, 9, 10), **more), TODAY))  # type: ignore[arg-type]


def test_what_cannot_be_a_measurement_is_refused_with_the_reason() -> None:
    assert "what the mechanism missed" in problem(
        metric=Metric.RECALL, sampling=Sampling.FLAGGED_ONLY
    )
    assert "has not happened yet" in problem(window_end=TODAY + timedelta(days=1))
    assert "ends before it starts" in problem(window_start=TODAY)
    assert "larger than the denominator" in problem(numerator=11)
    assert "negative" in problem(numerator=-1)
    assert "must be numbers" in problem(numerator=float("nan"))
    assert "needs its strata" in problem(sampling=Sampling.STRATIFIED)
    assert problem() == "None"


def said(*rows: MeasurementFact, question: Question = ASKED) -> tuple[Answer, Why]:
    found = find(rows, question, TODAY)
    return found.answer, found.why


GOOD, BAD = row(1, SLICE, 2304, 2400, age=5), row(2, SLICE, 700, 1000, age=3)


def test_the_latest_window_decides_and_rows_are_never_summed() -> None:
    assert said(GOOD, BAD) == (Answer.FAIL, Why.MISSED)
    assert said(BAD, row(3, SLICE, 2304, 2400, age=1)) == (Answer.PASS, Why.PROVEN)
    halves = [row(i, SLICE, 95, 100, age=i) for i in (1, 2, 3)]
    assert said(*halves) == (Answer.UNKNOWN, Why.THIN)


def test_of_two_rows_of_one_window_the_one_recorded_later_decides() -> None:
    again = replace(BAD, id=9, numerator=960.0, recorded_at=AT)
    assert said(BAD, again) == (Answer.PASS, Why.PROVEN)


def test_a_voided_failure_stays_unknown_until_a_newer_row_passes() -> None:
    voided = replace(BAD, voided_at=AT)
    assert said(GOOD, voided) == (Answer.UNKNOWN, Why.VOIDED)
    assert said(GOOD, voided, row(3, SLICE, 2304, 2400, age=1)) == (Answer.PASS, Why.PROVEN)


def test_a_voided_pass_leaves_what_was_known_before() -> None:
    voided = replace(row(3, SLICE, 2304, 2400, age=1), voided_at=AT)
    assert said(BAD, voided) == (Answer.FAIL, Why.MISSED)
    assert said(voided) == (Answer.UNKNOWN, Why.VOIDED)


def test_an_aged_row_is_stale_from_the_day_after_its_last() -> None:
    edge = row(1, SLICE, 2304, 2400, age=7)
    assert said(edge) == (Answer.PASS, Why.PROVEN)
    assert find([edge], ASKED, TODAY + timedelta(days=1)).stale


def test_labels_by_a_language_model_alone_never_prove_an_automated_mechanism() -> None:
    llm = replace(GOOD, label_source=LabelSource.LLM_ONLY)
    assert said(llm) == (Answer.UNKNOWN, Why.LLM_LABELS)
    assert said(llm, question=replace(ASKED, automated=False)) == (Answer.PASS, Why.PROVEN)


def test_borrowed_numbers_never_prove_precision() -> None:
    assert said(replace(GOOD, grade=Grade.BORROWED)) == (Answer.UNKNOWN, Why.WEAK_GRADE)


def test_evidence_of_another_configuration_says_nothing() -> None:
    other = replace(ASKED, configuration_digest="d13")
    assert said(GOOD, question=other) == (Answer.UNKNOWN, Why.OTHER_CONFIGURATION)
    assert said(GOOD, question=replace(other, automated=False)) == (
        Answer.UNKNOWN,
        Why.OTHER_CONFIGURATION,
    )


def test_qa_of_another_guideline_version_does_not_count() -> None:
    qa = replace(GOOD, metric=Metric.QA_ACCURACY, guideline_id=2)
    asked = replace(ASKED, automated=False, metric=Metric.QA_ACCURACY, guideline_ids=frozenset({3}))
    assert said(qa, question=asked) == (Answer.UNKNOWN, Why.OTHER_GUIDELINE)
    assert said(replace(qa, guideline_id=3), question=asked) == (Answer.PASS, Why.PROVEN)


def test_a_metric_that_only_describes_traffic_is_never_judged() -> None:
    asked = replace(ASKED, metric=Metric.PREVALENCE)
    assert said(replace(GOOD, metric=Metric.PREVALENCE), question=asked)[1] is Why.NOT_JUDGED


def pooled(*shares: tuple[int, int], capped: bool = True) -> tuple[Answer, Why]:
    found = [find([row(i, SLICE, k, n)], ASKED, TODAY) for i, (k, n) in enumerate(shares, start=1)]
    pool = judge_pool("rare", found, ASKED, capped=capped)
    return pool.answer, pool.why


def test_rare_slices_prove_together_but_no_member_may_miss() -> None:
    assert pooled((58, 60), (57, 60), (59, 60)) == (Answer.PASS, Why.PROVEN)
    assert pooled((58, 60), (50, 60), (60, 60)) == (Answer.FAIL, Why.POOL_MEMBER_MISSED)
    assert pooled((58, 60), (0, 0), (60, 60)) == (Answer.UNKNOWN, Why.POOL_INCOMPLETE)
    assert pooled((58, 60), (59, 60), capped=False) == (Answer.UNKNOWN, Why.POOL_NO_CAP)


def test_the_age_counts_from_the_end_of_the_window() -> None:
    found = find([GOOD], ASKED, TODAY)
    assert found.expires_on == days_ago(5) + timedelta(days=7)
