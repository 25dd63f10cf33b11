"""The acceptance stories as workspace files, imported and judged through the database."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.exchange.workspace.load import import_workspace
from roadmap.exchange.workspace.shipped_files import story_path
from roadmap.readiness.fresh import evaluate_now
from roadmap.readiness.sentences import say, say_fix
from roadmap.readiness.verdict import Verdict, Word

Change = Callable[[dict[str, Any]], None]


def judge(session: Session, number: int, change: Change | None = None) -> Verdict:
    """Import a story, changed if asked for, and return the verdict of its launch."""
    document = json.loads(story_path(number).read_text())
    if change is not None:
        change(document)
    data = json.dumps(document).encode()
    import_workspace(session, data, f"story-{number:02d}.json", clock.today())
    return evaluate_now(session, [number])[number]


def codes(verdict: Verdict) -> list[str]:
    return list(verdict.open_codes)


def sentences(verdict: Verdict) -> str:
    lines: list[str] = []
    for answer in verdict.reasons:
        if not answer.passes:
            lines.append(say(answer, may_see=lambda _i: True, name_of=lambda i: f"LCH-{i}"))
            fix = say_fix(answer, may_see=lambda _i: True, name_of=lambda i: f"LCH-{i}")
            lines.append(fix or "")
    return "\n".join(lines)


def days_ago(count: int) -> str:
    return (clock.today() - timedelta(days=count)).isoformat()


def row(configuration: str, numerator: int, denominator: int) -> dict[str, Any]:
    return {
        "configuration": configuration,
        "slice": "*/es/*/counterfeit",
        "metric": "precision",
        "numerator": numerator,
        "denominator": denominator,
        "window_start": "-3d",
        "window_end": "-1d",
        "sampling": "random",
        "label_source": "human",
        "observed_at": "-1d",
        "recorded_at": "-0d",
    }


def test_story_1_a_global_share_does_not_hide_a_weak_language(session: Session) -> None:
    verdict = judge(session, 1)
    assert verdict.word is Word.NOT_READY
    assert codes(verdict) == ["EVIDENCE_THIN", "MECH_PRECISION"]
    assert {a.scope for a in verdict.reasons if not a.passes} == {"*/es/*/counterfeit"}
    assert "no number of labels proves .90 at .829" in sentences(verdict)
    assert ".673 to .919" in sentences(verdict)


def test_story_3_a_new_policy_in_english_only_with_nobody_certified(session: Session) -> None:
    verdict = judge(session, 3)
    assert verdict.word is Word.NOT_READY
    assert codes(verdict) == ["EVIDENCE_THIN", "POLICY_L10N", "TRAINING"]
    assert "0 of 40 heads are certified on weapons v3 in de" in sentences(verdict)


def test_story_4_automatic_actions_without_a_way_to_appeal(session: Session) -> None:
    verdict = judge(session, 4)
    assert verdict.word is Word.NOT_READY
    assert codes(verdict) == ["APPEAL_PATH"]
    assert "9,000 automatic actions a week at precision .94 leave 540 wrongful" in sentences(
        verdict
    )


def add_automatic_responder(document: dict[str, Any]) -> None:
    document["mechanisms"].append(
        {
            "key": "MEC-9",
            "name": "Appeals responder",
            "kind": "llm_judge",
            "stage": "enforce",
            "fail_mode": "closed",
            "configurations": [{"label": "v1"}],
            "current_configuration": "v1",
            "coverage": ["*/*/*/*"],
        }
    )
    document["launches"][0]["mechanisms"].append(
        {"mechanism": "MEC-9", "role": "appeal", "required_stage": "enforce"}
    )


def add_automated_queue(document: dict[str, Any]) -> None:
    document["mechanisms"].append(
        {
            "key": "MEC-9",
            "name": "Appeals queue that nobody reads",
            "kind": "appeals_queue",
            "stage": "enforce",
            "staffed_until": "+200d",
            "automated_only": True,
            "coverage": ["*/*/*/*"],
        }
    )
    document["launches"][0]["mechanisms"].append(
        {"mechanism": "MEC-9", "role": "appeal", "required_stage": "enforce"}
    )


@pytest.mark.parametrize("responder", [add_automatic_responder, add_automated_queue])
def test_story_4_an_automated_responder_is_no_appeal_path(
    session: Session, responder: Change
) -> None:
    verdict = judge(session, 4, responder)
    assert (verdict.word, codes(verdict)) == (Word.NOT_READY, ["APPEAL_PATH"])
    assert "540 wrongful" in sentences(verdict)


def test_story_5_old_metrics_of_another_configuration_hold(session: Session) -> None:
    verdict = judge(session, 5)
    assert (verdict.word, codes(verdict)) == (Word.HOLD, ["METRIC_STALE", "VERSION_MISMATCH"])
    assert "19 days old, at most 7 allowed" in sentences(verdict)


def test_story_5_a_fresh_passing_row_of_the_deployed_configuration_flips_it(
    session: Session,
) -> None:
    assert judge(session, 5).word is Word.HOLD

    def measure(document: dict[str, Any]) -> None:
        document["mechanisms"][0]["measurements"].append(row("v13", 2304, 2400))

    verdict = judge(session, 5, measure)
    assert (verdict.word, codes(verdict)) == (Word.READY, [])


def test_story_7_a_lowered_threshold_holds_then_fails(session: Session) -> None:
    before = judge(session, 7)
    assert (before.word, codes(before)) == (Word.HOLD, ["VERSION_MISMATCH"])

    def measure(document: dict[str, Any]) -> None:
        document["mechanisms"][0]["measurements"].append(row("v12-t70", 750, 1000))

    after = judge(session, 7, measure)
    assert (after.word, codes(after)) == (Word.NOT_READY, ["MECH_PRECISION"])
    assert ".750 of 1,000, required .90" in sentences(after)


def test_story_8_a_shadow_classifier_covers_nothing(session: Session) -> None:
    verdict = judge(session, 8)
    assert (verdict.word, codes(verdict)) == (Word.NOT_READY, ["COV_GAP"])
    text = sentences(verdict)
    assert "5 of 6 cells are covered (83.3 %)" in text
    assert "20 violating items a day" in text
    assert "Move MEC-4 to monitor: its queue MEC-2 is staffed." in text


def test_story_8_monitor_with_a_staffed_queue_covers(session: Session) -> None:
    def monitor(document: dict[str, Any]) -> None:
        document["mechanisms"][3]["stage"] = "monitor"

    assert judge(session, 8, monitor).word is Word.READY

    def unstaffed(document: dict[str, Any]) -> None:
        monitor(document)
        del document["mechanisms"][1]["staffed_until"]

    assert codes(judge(session, 8, unstaffed)) == ["COV_GAP"]


def test_story_12_a_checklist_answered_no_is_not_ready(session: Session) -> None:
    verdict = judge(session, 12)
    assert (verdict.word, codes(verdict)) == (Word.NOT_READY, ["CHECKLIST"])
    assert sum(not a.passes for a in verdict.reasons) == 2


def test_story_12_an_unanswered_checklist_holds(session: Session) -> None:
    def unanswer(document: dict[str, Any]) -> None:
        for item in document["launches"][0]["checklist"]:
            if item["code"] in ("report_button", "seller_disclosure"):
                for name in ("answer", "evidence", "answered_at", "answered_by"):
                    del item[name]

    verdict = judge(session, 12, unanswer)
    assert (verdict.word, codes(verdict)) == (Word.HOLD, ["CHECKLIST"])


def test_story_13_everything_in_order_is_ready(session: Session) -> None:
    verdict = judge(session, 13)
    assert (verdict.word, codes(verdict)) == (Word.READY, [])
    assert verdict.answered == verdict.needed > 0


def test_story_14_a_waiver_that_ended_yesterday_is_no_waiver(session: Session) -> None:
    verdict = judge(session, 14)
    assert (verdict.word, codes(verdict)) == (Word.NOT_READY, ["COST_OVER", "WAIVER_EXPIRED"])


def test_story_2_a_campaign_drowns_the_queue_for_eighteen_days(session: Session) -> None:
    verdict = judge(session, 2)
    assert (verdict.word, codes(verdict)) == (Word.NOT_READY, ["CAP_SLA"])
    said = sentences(verdict)
    assert "backlog 21,600, longest wait 72 h" in said
    assert "10,800 a day would keep it" in said


def test_story_6_the_second_launch_on_a_shared_queue_crosses_the_line(session: Session) -> None:
    verdict = judge(session, 6)
    assert (verdict.word, codes(verdict)) == (Word.NOT_READY, ["CAP_SHARED"])
    assert "119.6 % full" in sentences(verdict)
    assert "with LCH-5, 97.1 % alone" in sentences(verdict)
    assert "Start at 56 % of the traffic, or add 6 heads to MEC-2." in sentences(verdict)
    assert evaluate_now(session, [5])[5].word is Word.READY


def swap_the_order(document: dict[str, Any]) -> None:
    first, second = document["launches"]
    first["commitment_no"], second["commitment_no"] = 2, 1


def test_story_6_with_the_order_swapped_the_verdicts_swap(session: Session) -> None:
    assert judge(session, 6, swap_the_order).word is Word.READY
    assert codes(evaluate_now(session, [5])[5]) == ["CAP_SHARED"]


def test_story_9_nobody_at_night_is_late_though_half_used(session: Session) -> None:
    verdict = judge(session, 9)
    assert (verdict.word, codes(verdict)) == (Word.NOT_READY, ["CAP_SLA"])
    assert "80.2 % within 5 min" in sentences(verdict)


def add_one_at_night(document: dict[str, Any]) -> None:
    queue = next(one for one in document["mechanisms"] if one["key"] == "MEC-2")
    night = {"starts": "22:00", "ends": "08:00", "rostered": 1, "present": 1}
    queue["shifts"].append(queue["shifts"][0] | night)


def test_story_9_one_person_at_night_is_enough(session: Session) -> None:
    assert judge(session, 9, add_one_at_night).word is Word.READY


def test_story_10_a_slower_tool_overloads_its_queue(session: Session) -> None:
    verdict = judge(session, 10)
    assert (verdict.word, codes(verdict)) == (Word.NOT_READY, ["CAP_OVERLOAD"])
    assert "104.8 % full" in sentences(verdict)
    assert "Bring handling down to 52.4 s an item, or add 2 heads to MEC-2." in sentences(verdict)


def without_waiver(document: dict[str, Any]) -> None:
    del document["launches"][0]["waivers"]


def a_smaller_budget(document: dict[str, Any]) -> None:
    document["launches"][0]["limits"]["budget"] = 19_700_000


def test_story_11_a_budget_overdrawn_by_a_seventh_goes_with_a_waiver(session: Session) -> None:
    verdict = judge(session, 11)
    assert (verdict.word, codes(verdict)) == (Word.CONDITIONAL, ["COST_OVER"])
    assert "Cost 227,198 is 113.6 % of the budget of 200,000" in sentences(verdict)


@pytest.mark.parametrize("change", [without_waiver, a_smaller_budget])
def test_story_11_unwaived_or_far_over_is_not_ready(session: Session, change: Change) -> None:
    verdict = judge(session, 11, change)
    assert (verdict.word, codes(verdict)) == (Word.NOT_READY, ["COST_OVER"])


def test_story_15_a_sweep_takes_thirty_days(session: Session) -> None:
    verdict = judge(session, 15)
    assert (verdict.word, codes(verdict)) == (Word.NOT_READY, ["CAP_SLA"])
    said = sentences(verdict)
    assert "backlog 18,000, longest wait 60 h" in said
    assert "8,182 a day would keep it" in said
    assert "sweep so that at most 16,200 items reach MEC-2" in said


def test_story_16_only_certified_people_of_permitted_sites_count(session: Session) -> None:
    verdict = judge(session, 16)
    assert (verdict.word, codes(verdict)) == (Word.NOT_READY, ["CAP_SKILL", "TRAINING"])
    assert "10 of 16 heads are certified" in sentences(verdict)
    assert "Certify or add 6 people who review it" in sentences(verdict)


def ten_times_the_volume(document: dict[str, Any]) -> None:
    document["launches"][0]["forecasts"] = [
        {"likely": 14_000, "low": 3_500, "high": 35_000, "grade": "estimated"}
    ]


def test_story_17_one_number_is_enough_for_a_small_launch(session: Session) -> None:
    verdict = judge(session, 17)
    assert (verdict.word, codes(verdict)) == (Word.READY, [])


def test_story_17_a_larger_one_needs_a_waiver_for_its_high_forecast(session: Session) -> None:
    verdict = judge(session, 17, ten_times_the_volume)
    assert (verdict.word, codes(verdict)) == (Word.NOT_READY, ["CAP_OVERLOAD"])
    assert "97.9 % full, but 109.7 % at the high forecast" in sentences(verdict)
    answer = next(one for one in verdict.reasons if one.code == "CAP_OVERLOAD")
    assert answer.severity.value == "approvable"
    assert dict(answer.params)["break_even"] == 17_788


def test_story_18_an_empty_committed_launch_holds(session: Session) -> None:
    verdict = judge(session, 18)
    assert verdict.word is Word.HOLD
    assert {a.status.value for a in verdict.reasons} == {"unknown"}
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
    assert (verdict.answered, verdict.needed) == (0, 10)


def test_story_14b_a_threshold_changed_after_the_signature_holds(session: Session) -> None:
    verdict = judge(session, 19)
    assert (verdict.word, codes(verdict)) == (Word.HOLD, ["SIGNOFF_STALE"])
    assert "Model review: signed before 2 of the facts it signs changed." in sentences(verdict)


def test_story_14b_what_was_signed_still_stands_where_nothing_changed(session: Session) -> None:
    def keep(document: dict[str, Any]) -> None:
        document["mechanisms"][0]["current_configuration"] = "v12"

    assert judge(session, 19, keep).word is Word.READY


def test_story_14b_an_approval_that_keeps_nothing_rests_on_nothing(session: Session) -> None:
    def forget(document: dict[str, Any]) -> None:
        document["mechanisms"][0]["current_configuration"] = "v12"
        del document["launches"][0]["gates"][0]["votes"][1]["signed"]

    assert codes(judge(session, 19, forget)) == ["SIGNOFF_STALE"]
