"""Routes, their effects and the people they take: the published cases and their properties."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from roadmap.capacity.effects import appeals, cost, delayed, hours, seller_harm
from roadmap.capacity.refusal import Inconsistent
from roadmap.capacity.routes import AutomatedStep, HumanStep, run
from roadmap.capacity.staffing import (
    backlog_people,
    handling_hours_of_head,
    items_per_hour,
    people_for,
)


def funnel(recall: float, precision: float) -> list[AutomatedStep | HumanStep]:
    """The two-step route of the specification, the language model counted as a price alone."""
    return [
        AutomatedStep(
            "classifier",
            recall=recall,
            precision=precision,
            pass_share=0.80,
            miss_rate=0.005,
            unit_price=0.0002 + 0.10 * 0.002,
            qa_share=0.01,
        ),
        HumanStep("queue", recall=0.90, false_rate=0.01, handling_seconds=45, qa_share=0.03),
    ]


def test_a_funnel_gives_the_numbers_of_the_specification() -> None:
    steps = funnel(0.60, 0.92)
    found = run(120_000, 0.04, steps)
    appealed = appeals(found, 0.10, 0.50)
    work = hours(found, steps, appealed, appeal_seconds=180, qa_seconds=60)
    people = people_for(work.total * 7, occupancy=0.85, shrinkage=0.30, contract_hours=40)
    money = cost(found, steps, people.paid_hours / 7, 14)
    assert found.steps[0].actions == pytest.approx(3_130, abs=0.5)
    assert found.steps[0].false_actions == pytest.approx(250, abs=0.5)
    assert found.human_items == pytest.approx(20_870, abs=0.5)
    assert found.human_items / found.volume == pytest.approx(0.174, abs=5e-4)
    assert found.leakage == pytest.approx(0.130, abs=5e-4)
    assert found.residual_prevalence == pytest.approx(0.00541, abs=5e-6)
    assert appealed.items == pytest.approx(640, abs=0.5)
    assert appealed.overturn == pytest.approx(0.347, abs=5e-4)
    assert work.total == pytest.approx(319.8, abs=0.05)
    assert people.paid_hours / 7 == pytest.approx(537.5, abs=0.05)
    assert people.fte == pytest.approx(94.1, abs=0.05)
    assert people.people == 95
    assert money.total == pytest.approx(7_573, abs=0.5)
    assert money.per_thousand == pytest.approx(63.11, abs=0.005)


def test_hours_and_cost_cannot_see_a_collapse_of_precision() -> None:
    steps = funnel(0.75, 0.75)
    found = run(120_000, 0.04, steps)
    appealed = appeals(found, 0.10, 0.50)
    work = hours(found, steps, appealed, appeal_seconds=180, qa_seconds=60)
    assert found.steps[0].false_actions == pytest.approx(1_200, abs=0.5)
    assert appealed.items == pytest.approx(1_117, abs=0.5)
    assert appealed.overturn == pytest.approx(0.620, abs=5e-4)
    assert found.leakage == pytest.approx(0.115, abs=5e-4)
    assert work.total == pytest.approx(322.3, abs=0.05)


def test_a_back_office_clears_its_backlog_with_ten_people() -> None:
    assert backlog_people(200, 5, 80, 25, 5.5) == pytest.approx(9.09, abs=0.005)


def test_a_paid_head_handles_less_than_it_is_paid_for() -> None:
    assert handling_hours_of_head(8, 0.30, 0.85) == pytest.approx(4.76)
    assert 28 * handling_hours_of_head(8, 0.30, 0.85) == pytest.approx(133.28)


def test_rates_that_leave_fewer_than_no_violations_are_refused() -> None:
    steps = [AutomatedStep("classifier", 0.9, 0.9, pass_share=0.8, miss_rate=0.05)]
    with pytest.raises(Inconsistent, match="classifier contradict each other"):
        run(1_000, 0.01, steps)


@pytest.mark.parametrize(
    ("step", "word"),
    [
        (AutomatedStep("c", 1.2, 0.9), "recall is 1.2"),
        (AutomatedStep("c", 0.5, 0.0), "precision is 0"),
        (AutomatedStep("c", 0.5, 0.9, pass_share=-0.1), "share passed"),
        (HumanStep("q", 0.9, 2.0, 45), "false actions"),
        (HumanStep("q", 0.9, 0.0, 0), "handling time"),
        (HumanStep("q", 0.9, 0.0, 45, passes_per_item=0), "passes"),
    ],
    ids=["recall", "precision", "pass", "false", "time", "passes"],
)
def test_a_rate_that_cannot_be_is_named(step: AutomatedStep | HumanStep, word: str) -> None:
    with pytest.raises(Inconsistent, match=word):
        run(100, 0.1, [step])


def test_double_review_escalation_and_resubmission_add_work() -> None:
    step = HumanStep(
        "queue",
        recall=1.0,
        false_rate=0.0,
        handling_seconds=60,
        passes_per_item=2,
        escalation_rate=0.1,
        escalation_seconds=600,
        resubmission_rate=0.5,
    )
    found = run(100, 0.2, [step])
    # 20 actions bring 10 items back; all 110 are looked at twice, 10 of 100 go to a second desk.
    assert found.steps[0].handled == pytest.approx(220)
    work = hours(found, [step], appeals(found, 0, 0), appeal_seconds=0, qa_seconds=0)
    assert work.review == pytest.approx(220 / 60)
    assert work.escalation == pytest.approx(10 * 600 / 3600)


def test_what_no_step_decides_leaks() -> None:
    found = run(100, 0.5, [AutomatedStep("classifier", 0.6, 1.0)])
    assert found.leaked == pytest.approx(20)
    assert found.leakage == pytest.approx(0.4)
    assert run(100, 0.5, []).leakage == 1.0
    assert run(0, 0.5, []).leakage == 0.0


def test_appeals_arrive_after_the_actions_and_none_is_lost() -> None:
    assert list(delayed([7, 0, 0, 0, 0, 0, 0, 0, 0], 7)) == pytest.approx([0, *[1] * 7, 0])
    assert list(delayed([7] * 9, 7)) == pytest.approx([0, 1, 2, 3, 4, 5, 6, 7, 7])
    assert list(delayed([3, 5], 1)) == pytest.approx([0, 3])


def test_seller_harm_is_counted_per_thousand_sellers() -> None:
    assert seller_harm(540, 90_000) == pytest.approx(6.0)
    with pytest.raises(Inconsistent):
        seller_harm(1, 0)


def test_nobody_present_is_refused_not_infinite() -> None:
    with pytest.raises(Inconsistent):
        people_for(10, occupancy=0.85, shrinkage=1.0, contract_hours=40)
    assert items_per_hour(0, 45, 0.85) == 0.0


rates = st.floats(0, 1)


@given(st.floats(0, 1e6), rates, st.floats(0.05, 1), st.floats(0.05, 1), rates, rates, rates, rates)
def test_items_and_violations_are_conserved(
    volume: float,
    prevalence: float,
    recall: float,
    precision: float,
    passed: float,
    missed: float,
    found: float,
    wrong: float,
) -> None:
    steps: list[AutomatedStep | HumanStep] = [
        AutomatedStep("c", recall, precision, passed, missed),
        HumanStep("q", found, wrong, 45),
    ]
    try:
        result = run(volume, prevalence, steps)
    except Inconsistent:
        assume(False)
    decided = sum(step.decisions for step in result.steps)
    assert decided == pytest.approx(volume, abs=1e-6 * max(volume, 1))
    assert result.true_actions + result.leaked == pytest.approx(
        result.violating, abs=1e-6 * max(volume, 1)
    )


@given(st.floats(0.3, 1), st.floats(0.3, 1), st.floats(0.1, 0.9), rates, rates)
def test_higher_precision_at_the_same_recall_never_brings_more_appeals(
    first: float, second: float, recall: float, of_true: float, of_false: float
) -> None:
    low, high = sorted((first, second))
    counted = [
        appeals(run(10_000, 0.05, [AutomatedStep("c", recall, p)]), of_true, of_false).items
        for p in (low, high)
    ]
    assert counted[1] <= counted[0] + 1e-9
