"""The acceptance stories that need no capacity and no cost: verdict, exact codes, numbers."""

from dataclasses import replace

import pytest

from roadmap.launches.kinds import LaunchState, LaunchType
from roadmap.mechanisms.kinds import LinkRole, MechanismKind, Metric, Stage
from roadmap.readiness.answers import Status
from roadmap.readiness.facts import (
    CellFact,
    ForecastFact,
    GuidelineFact,
    LaunchFact,
    LaunchFacts,
    TargetFact,
)
from roadmap.readiness.verdict import Verdict, Word, evaluate
from roadmap.taxonomy.scope import ScopePattern, parse_cell, parse_pattern
from tests.rules.readiness_cast import (
    APPEALS,
    AT,
    CLASSIFIER,
    QA,
    QUEUE,
    START,
    carried,
    change,
    item,
    launch_in_order,
    link,
    mechanism,
    row,
    sentences,
    without,
)


def codes(verdict: Verdict) -> list[str]:
    return sorted(str(a.code) for a in verdict.reasons if not a.passes)


def test_story_1_a_global_share_does_not_hide_a_weak_language() -> None:
    facts = launch_in_order("ES/en/live/counterfeit", "ES/es/live/counterfeit")
    facts = replace(
        facts,
        measurements=(
            row(1, "*/en/*/counterfeit", 2304, 2400),
            row(2, "*/es/*/counterfeit", 29, 35),
            row(3, "*/*/*/*", 2333, 2435),
            row(4, "*/*/*/counterfeit", 2333, 2435),
        ),
    )
    verdict = evaluate(facts, AT)
    assert verdict.word is Word.NOT_READY
    assert codes(verdict) == ["EVIDENCE_THIN", "MECH_PRECISION"]
    assert {a.scope for a in verdict.reasons if not a.passes} == {"*/es/*/counterfeit"}
    assert "no number of labels proves .90 at .829" in sentences(verdict)
    assert ".673 to .919" in sentences(verdict)


def test_story_3_a_new_policy_in_english_only_with_nobody_certified() -> None:
    facts = launch_in_order("DE/de/live/weapons")
    v3 = GuidelineFact(
        id=33,
        policy_area="weapons",
        version="v3",
        effective_from=START,
        languages=("en",),
        owner_id=7,
    )
    v2 = replace(facts.guidelines[0], id=32, version="v2")
    target = TargetFact(metric=Metric.QA_ACCURACY, target=0.95)
    facts = replace(
        facts,
        guidelines=(v2, v3),
        mechanisms=(*facts.mechanisms, mechanism(QA, MechanismKind.QA_PROGRAM)),
        links=(*facts.links, link(QA, LinkRole.AUDIT, target)),
        certifications=tuple(replace(c, guideline_id=32) for c in facts.certifications),
        measurements=(
            *facts.measurements,
            row(
                50,
                "*/de/*/weapons",
                970,
                1000,
                mechanism_id=QA,
                metric=Metric.QA_ACCURACY,
                guideline_id=32,
            ),
        ),
    )
    verdict = evaluate(facts, AT)
    assert verdict.word is Word.NOT_READY
    assert codes(verdict) == ["EVIDENCE_THIN", "POLICY_L10N", "TRAINING"]
    assert "0 of 40 heads are certified on weapons v3 in de" in sentences(verdict)
    assert "another guideline version" in sentences(verdict)

    empty = row(
        51,
        "*/de/*/weapons",
        0,
        0,
        mechanism_id=QA,
        metric=Metric.QA_ACCURACY,
        guideline_id=33,
        age=0,
    )
    counted = evaluate(replace(facts, measurements=(*facts.measurements, empty)), AT)
    assert codes(counted) == ["EVIDENCE_THIN", "POLICY_L10N", "TRAINING"]
    assert "has a row of 0 items, which proves nothing" in sentences(counted)
    assert "Measure QA accuracy" in sentences(counted)
    assert "–" not in sentences(counted)


def story_4() -> LaunchFacts:
    facts = without(launch_in_order("DE/de/live/weapons"), APPEALS)
    acting = replace(facts.links[0], auto_actions_per_week=9000.0)
    return replace(
        facts,
        links=(acting, *facts.links[1:]),
        measurements=(row(1, "*/de/*/weapons", 2256, 2400),),
    )


def test_story_4_automatic_actions_without_a_way_to_appeal() -> None:
    verdict = evaluate(story_4(), AT)
    assert verdict.word is Word.NOT_READY
    assert codes(verdict) == ["APPEAL_PATH"]
    assert "9,000 automatic actions a week at precision .94 leave 540 wrongful" in sentences(
        verdict
    )


def test_story_4_an_automated_responder_is_no_appeal_path() -> None:
    facts = story_4()
    facts = replace(
        facts,
        mechanisms=(*facts.mechanisms, mechanism(9, MechanismKind.LLM_JUDGE)),
        links=(*facts.links, link(9, LinkRole.APPEAL)),
        capacity=carried(steps=(CLASSIFIER, 9)),
    )
    verdict = evaluate(facts, AT)
    assert verdict.word is Word.NOT_READY
    assert codes(verdict) == ["APPEAL_PATH"]
    assert "answered by automation only" in sentences(verdict)
    assert "540 wrongful" in sentences(verdict)


def story_5() -> LaunchFacts:
    facts = launch_in_order("ES/es/live/counterfeit")
    facts = replace(facts, measurements=(row(1, "*/es/*/counterfeit", 2304, 2400, age=19),))
    return change(facts, CLASSIFIER, configuration_digest="d13", configuration_label="v13")


def test_story_5_old_metrics_of_another_configuration_hold() -> None:
    verdict = evaluate(story_5(), AT)
    assert verdict.word is Word.HOLD
    assert codes(verdict) == ["METRIC_STALE", "VERSION_MISMATCH"]
    assert "19 days old, at most 7 allowed" in sentences(verdict)
    assert "v13" in sentences(verdict)


def test_story_5_a_fresh_passing_row_of_the_deployed_configuration_flips_it() -> None:
    facts = story_5()
    fresh = row(2, "*/es/*/counterfeit", 2304, 2400, configuration_digest="d13")
    verdict = evaluate(replace(facts, measurements=(*facts.measurements, fresh)), AT)
    assert verdict.word is Word.READY
    assert codes(verdict) == []


def test_story_7_a_lowered_threshold_holds_then_fails() -> None:
    facts = launch_in_order("ES/es/live/counterfeit")
    facts = replace(facts, measurements=(row(1, "*/es/*/counterfeit", 2208, 2400),))
    assert evaluate(facts, AT).word is Word.READY
    facts = change(facts, CLASSIFIER, configuration_digest="d13")
    before = evaluate(facts, AT)
    assert (before.word, codes(before)) == (Word.HOLD, ["VERSION_MISMATCH"])
    worse = row(2, "*/es/*/counterfeit", 750, 1000, configuration_digest="d13", age=1)
    after = evaluate(replace(facts, measurements=(*facts.measurements, worse)), AT)
    assert (after.word, codes(after)) == (Word.NOT_READY, ["MECH_PRECISION"])
    assert ".750 of 1,000, required .90" in sentences(after)


AREAS = ("counterfeit", "drugs", "fraud", "minors", "self_harm", "weapons")


def story_8() -> LaunchFacts:
    facts = launch_in_order(*(f"FR/fr/live/{area}" for area in AREAS))
    enforced = tuple(parse_pattern(f"*/*/*/{area}") for area in AREAS[:-1])
    facts = change(facts, CLASSIFIER, coverage=enforced)
    shadow = mechanism(
        8,
        MechanismKind.CLASSIFIER,
        stage=Stage.SHADOW,
        routes_to_id=QUEUE,
        coverage=(parse_pattern("*/*/*/weapons"),),
    )
    weapons = ForecastFact(
        id=2, pattern=parse_pattern("FR/fr/live/weapons"), likely=7000.0, prevalence=0.02
    )
    return replace(
        facts,
        mechanisms=(*facts.mechanisms, shadow),
        forecasts=(*facts.forecasts, weapons),
    )


def test_story_8_a_shadow_classifier_covers_nothing() -> None:
    verdict = evaluate(story_8(), AT)
    assert verdict.word is Word.NOT_READY
    assert codes(verdict) == ["COV_GAP"]
    text = sentences(verdict)
    assert "5 of 6 cells are covered (83.3 %)" in text
    assert "20 violating items a day" in text
    assert "Move MEC-8 to monitor: its queue MEC-2 is staffed." in text


def test_story_8_monitor_with_a_staffed_queue_covers() -> None:
    assert evaluate(change(story_8(), 8, stage=Stage.MONITOR), AT).word is Word.READY
    unstaffed = change(change(story_8(), 8, stage=Stage.MONITOR), QUEUE, staffed_until=None)
    assert codes(evaluate(unstaffed, AT)) == ["COV_GAP"]


def story_12(answer: bool | None) -> LaunchFacts:
    facts = launch_in_order("US/en/live/counterfeit")
    items = (item(3, answer), item(4, answer))
    return replace(facts, checklist=(*facts.checklist, *items))


def test_story_12_a_checklist_answered_no_is_not_ready_whatever_the_metrics_say() -> None:
    verdict = evaluate(story_12(answer=False), AT)
    assert (verdict.word, codes(verdict)) == (Word.NOT_READY, ["CHECKLIST", "CHECKLIST"])


def test_story_12_an_unanswered_checklist_holds() -> None:
    verdict = evaluate(story_12(answer=None), AT)
    assert (verdict.word, codes(verdict)) == (Word.HOLD, ["CHECKLIST", "CHECKLIST"])


def test_story_13_everything_in_order_is_ready() -> None:
    verdict = evaluate(launch_in_order(), AT)
    assert (verdict.word, codes(verdict)) == (Word.READY, [])
    assert verdict.answered == verdict.needed > 0
    assert verdict.outlook == "ON_TRACK"


def test_story_18_an_empty_committed_launch_holds_with_every_check_unknown() -> None:
    empty = LaunchFacts(
        launch=LaunchFact(
            id=1,
            key="LCH-1",
            type=LaunchType.NEW_MARKET,
            tier=1,
            state=LaunchState.COMMITTED,
            committed=True,
        )
    )
    verdict = evaluate(empty, AT)
    assert verdict.word is Word.HOLD
    assert {a.status for a in verdict.reasons} == {Status.UNKNOWN}
    assert codes(verdict) == [
        "APPEAL_PATH",
        "CAP_OVERLOAD",
        "CHECKLIST",
        "COV_GAP",
        "COV_LANG",
        "DEPENDENCY",
        "EVIDENCE_THIN",
        "MECH_STAGE",
        "POLICY_L10N",
        "TRAINING",
    ]
    assert verdict.answered == 0
    assert verdict.needed == 10


def test_an_empty_launch_is_not_assessed_before_its_date_is_committed() -> None:
    facts = launch_in_order()
    facts = replace(
        facts,
        launch=replace(facts.launch, committed=False, state=LaunchState.PLANNED),
        checklist=(item(1, None), item(2)),
    )
    verdict = evaluate(facts, AT)
    assert verdict.word is Word.NOT_ASSESSED
    assert verdict.needed - verdict.answered == 1
    failing = replace(facts, checklist=(item(1, None), item(2, answer=False)))
    assert evaluate(failing, AT).word is Word.NOT_READY


@pytest.mark.parametrize("language", ["pt", "ca"])
def test_a_language_nobody_serves_is_a_language_gap(language: str) -> None:
    facts = launch_in_order("ES/es/live/counterfeit")
    spanish = ScopePattern(language="es")
    facts = change(facts, CLASSIFIER, coverage=(spanish,))
    cells = (*facts.cells, CellFact(cell=parse_cell(f"ES/{language}/live/counterfeit")))
    verdict = evaluate(replace(facts, cells=cells), AT)
    assert "COV_LANG" in codes(verdict)
    assert "COV_GAP" not in codes(verdict)
    assert f"Extend MEC-1 to {language}." in sentences(verdict)
