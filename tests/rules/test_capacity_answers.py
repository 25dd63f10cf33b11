"""What capacity finds, as answers of a verdict: codes, severities, sentences, fixes, discretion."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from roadmap.capacity.facts import (
    CapacityFacts,
    CostFact,
    FixFact,
    HarmFact,
    OutageFact,
    PoolFact,
    QueueFact,
    QuotaFact,
    Result,
    SkillFact,
)
from roadmap.readiness.answers import Answer, Code, Status
from roadmap.readiness.facts import Severity, WaiverFact
from roadmap.readiness.phrases import FIXES, SAYS
from roadmap.readiness.sentences import beside_text, percent_text, say, say_fix
from roadmap.readiness.verdict import Verdict, Word, evaluate
from roadmap.wording import hours_text
from tests.rules.readiness_cast import APPEALS, AT, QUEUE, carried, launch_in_order

QUEUE_WHYS = (
    "no_capacity",
    "no_handling",
    "no_base",
    "no_forecast",
    "no_date",
    "beyond_horizon",
    "no_rates",
    "no_prevalence",
    "contradiction",
    "no_route",
    "break_even",
)


def queue(**changes: Any) -> QueueFact:
    values: dict[str, Any] = {
        "phase": 1,
        "queue_id": QUEUE,
        "key": "MEC-2",
        "code": "CAP_SHARED",
        "result": Result.FAIL,
        "alone": 0.971,
        "together": 1.196,
        "together_high": 1.3,
    }
    return QueueFact(**(values | changes))


def judged(**parts: Any) -> Verdict:
    """The verdict of a launch in order but for these findings."""
    return evaluate(replace(launch_in_order(), capacity=replace(carried(), **parts)), AT)


def with_queue(fact: QueueFact) -> Verdict:
    others = tuple(one for one in carried().queues if one.queue_id != fact.queue_id)
    return judged(queues=(fact, *others))


def the(verdict: Verdict, code: str) -> Answer:
    return next(answer for answer in verdict.reasons if answer.code == code)


def codes(verdict: Verdict) -> list[str]:
    return sorted({str(answer.code) for answer in verdict.reasons if not answer.passes})


def said(answer: Answer, seen: tuple[int, ...] = (1, 9)) -> str:
    return say(answer, may_see=lambda i: i in seen, name_of=lambda i: f"LCH-{i}")


def fix(answer: Answer) -> str | None:
    return say_fix(answer, may_see=lambda _i: True, name_of=lambda i: f"LCH-{i}")


def test_a_shared_queue_is_named_with_who_shares_it_and_what_fits() -> None:
    fixes = (FixFact(kind="share", amount=0.56), FixFact(kind="heads", amount=6))
    verdict = with_queue(queue(beside=((9, 210.0),), fixes=fixes))
    answer = the(verdict, "CAP_SHARED")
    assert verdict.word is Word.NOT_READY
    assert codes(verdict) == ["CAP_SHARED"]
    assert "119.6 % full" in said(answer)
    assert "with LCH-9, 97.1 % alone" in said(answer)
    assert fix(answer) == "Start at 56 % of the traffic, or add 6 heads to MEC-2."
    assert answer.evidence == ("launch:9",)


def test_a_confidential_launch_beside_is_a_number_and_no_name() -> None:
    answer = the(with_queue(queue(beside=((9, 210.0), (7, 30.0)))), "CAP_SHARED")
    assert "LCH-7" not in said(answer)
    assert "LCH-9, 1 confidential launch (30 h)" in said(answer)
    hidden = beside_text("7=30.0;8=12.4", lambda _i: False, str, str)
    assert hidden == "2 confidential launches (42 h)"
    assert beside_text("", lambda _i: True, str, str) == "the base load"


def test_only_the_high_forecast_failing_may_be_waived() -> None:
    fact = queue(code="CAP_OVERLOAD", result=Result.FAIL_AT_HIGH, case="high", break_even=17_787.0)
    verdict = with_queue(fact)
    answer = the(verdict, "CAP_OVERLOAD")
    assert (answer.severity, answer.status) == (Severity.APPROVABLE, Status.FAIL)
    assert verdict.word is Word.NOT_READY
    waiver = WaiverFact(
        id=1,
        code="CAP_OVERLOAD",
        subject=answer.subject,
        requested_by=5,
        approved_by=6,
        approved_at=AT,
        expires_at=AT.replace(year=2027),
    )
    facts = launch_in_order()
    others = tuple(one for one in carried().queues if one.queue_id != QUEUE)
    waived = replace(facts, capacity=replace(carried(), queues=(fact, *others)), waivers=(waiver,))
    assert evaluate(waived, AT).word is Word.CONDITIONAL
    failing = replace(
        waived,
        capacity=replace(carried(), queues=(replace(fact, result=Result.FAIL), *others)),
    )
    assert evaluate(failing, AT).word is Word.NOT_READY


@pytest.mark.parametrize("code", ["CAP_OVERLOAD", "CAP_SLA", "CAP_SHARED", "APPEAL_CAP"])
@pytest.mark.parametrize("why", [*QUEUE_WHYS, "fails", "before", "at_high", "high", ""])
def test_every_answer_about_a_queue_has_a_sentence_and_a_fix(code: str, why: str) -> None:
    if why in QUEUE_WHYS:
        fact = queue(code=code, result=Result.UNKNOWN, why=why)
    else:
        result = {"at_high": Result.FAIL_AT_HIGH, "high": Result.PASS, "": Result.PASS}
        fact = queue(
            code=code,
            result=result.get(why, Result.FAIL),
            before_fails=why == "before",
            together_high=None if why == "" else 1.3,
        )
    verdict = with_queue(fact)
    answer = the(verdict, code)
    assert (answer.code, answer.why) in SAYS
    assert answer.fix is None or answer.fix in FIXES
    assert (answer.fix is None) == answer.passes
    assert "%(" not in said(answer) + (fix(answer) or "")
    if fact.result is Result.UNKNOWN:
        assert verdict.word is Word.HOLD


def a_fix(kind: str, amount: float = 2, place: str = "", source: str = "") -> FixFact:
    return FixFact(kind=kind, amount=amount, place=place, source=source)


NIGHT, MORNING = "22:00–06:00", "06:00–14:00"


@pytest.mark.parametrize(
    ("fixes", "words"),
    [
        ((), "Ask the owner of MEC-2 what can be done: it is over its limit already."),
        ((a_fix("share", 0.5),), "Start at 50 % of the traffic."),
        ((a_fix("volume", 17_787),), "Bring at most 17,787 items a week."),
        (
            (a_fix("swept", 16_200), a_fix("heads", 3)),
            "Sweep so that at most 16,200 items reach MEC-2, or add 3 heads to MEC-2.",
        ),
        (
            (a_fix("share", 0.5), a_fix("volume", 9), a_fix("date", 4, "2026-12-16")),
            "Start at 50 % of the traffic, or start on 2026-12-16.",
        ),
        ((a_fix("heads", 1),), "Add one head to MEC-2."),
        (
            (a_fix("shift_heads", 1, NIGHT), a_fix("heads", 3)),
            f"Add one head to MEC-2 from {NIGHT}.",
        ),
        (
            (a_fix("move_heads", 2, NIGHT, MORNING),),
            f"Move 2 heads of MEC-2 from {MORNING} to {NIGHT}.",
        ),
        (
            (a_fix("handling", 52.4), a_fix("heads")),
            "Bring handling down to 52.4 s an item, or add 2 heads to MEC-2.",
        ),
    ],
    ids=["none", "share", "volume", "swept", "date", "one", "shift", "move", "handling"],
)
def test_the_two_smallest_changes_of_different_kinds_are_said(
    fixes: tuple[FixFact, ...], words: str
) -> None:
    assert fix(the(with_queue(queue(code="CAP_SLA", fixes=fixes)), "CAP_SLA")) == words


def test_a_count_of_the_line_older_than_a_week_is_no_answer() -> None:
    counted: dict[str, Any] = {"code": "CAP_OVERLOAD", "result": Result.PASS, "waiting": 900.0}
    fresh = queue(**counted, counted_on=AT.date() - timedelta(days=7))
    answer = the(with_queue(fresh), "CAP_OVERLOAD")
    assert answer.status is Status.PASS
    # It turns stale with the next day, before the week is over.
    assert answer.valid_until == datetime.combine(AT.date() + timedelta(days=1), time(), UTC)
    verdict = with_queue(replace(fresh, counted_on=AT.date() - timedelta(days=8)))
    answer = the(verdict, "CAP_OVERLOAD")
    assert (verdict.word, answer.status) == (Word.HOLD, Status.STALE)
    assert "900 items" in said(answer)
    assert fix(answer) == "Count what waits in MEC-2 and enter it."
    failed = replace(fresh, counted_on=AT.date() - timedelta(days=8), result=Result.FAIL)
    assert with_queue(failed).word is Word.NOT_READY


def test_items_that_expire_are_said_with_their_share() -> None:
    fact = queue(
        code="CAP_SLA", share=0.8, share_needed=0.9, sla_hours=5 / 60, expired=0.12, rule="erlang_a"
    )
    assert said(the(with_queue(fact), "CAP_SLA")) == (
        "MEC-2 decides 80 % within 5 min in its worst week, promised 90 %; 12 % expire before "
        "anybody looks."
    )


def test_links_that_reach_no_people_ask_for_none() -> None:
    facts = launch_in_order()
    automated = replace(facts, links=facts.links[:1], capacity=replace(carried(), queues=()))
    answer = the(evaluate(automated, AT), "CAP_OVERLOAD")
    assert answer.status is Status.NOT_APPLICABLE


def test_a_linked_queue_nobody_judged_holds() -> None:
    verdict = judged(queues=tuple(one for one in carried().queues if one.queue_id == APPEALS))
    assert verdict.word is Word.HOLD
    assert codes(verdict) == ["CAP_OVERLOAD"]


@pytest.mark.parametrize(
    ("changes", "status", "severity"),
    [
        ({"result": Result.PASS, "cost": 9e6}, Status.PASS, Severity.APPROVABLE),
        ({"result": Result.FAIL, "cost": 11.36e6}, Status.FAIL, Severity.APPROVABLE),
        ({"result": Result.FAIL, "cost": 11.51e6}, Status.FAIL, Severity.BLOCKER),
        ({"result": Result.FAIL_AT_HIGH, "cost": 9e6}, Status.FAIL, Severity.APPROVABLE),
        ({"result": Result.UNKNOWN, "why": "currency"}, Status.UNKNOWN, Severity.BLOCKER),
        ({"result": Result.UNKNOWN, "cost": 9e6}, Status.UNKNOWN, Severity.BLOCKER),
    ],
    ids=["within", "over", "far-over", "high", "currency", "range"],
)
def test_a_budget_may_be_overdrawn_a_little_with_approval(
    changes: dict[str, Any], status: Status, severity: Severity
) -> None:
    fact = CostFact(phase=1, budget=10_000_000, currency="EUR", high=12e6, low=5e6, **changes)
    answer = the(judged(costs=(fact,)), "COST_OVER")
    assert (answer.status, answer.severity) == (status, severity)
    assert (answer.code, answer.why) in SAYS
    assert answer.fix is None or answer.fix in FIXES


def test_harm_above_its_limit_is_said_in_both_measures() -> None:
    fact = HarmFact(phase=1, result=Result.FAIL, wrongful=540.0, per_thousand=6.0, limit=5.0)
    answer = the(judged(harms=(fact,)), "SELLER_HARM")
    assert said(answer) == ("540 wrongful actions a week: 6 per 1,000 sellers, limit 5.")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"result": Result.PASS, "why": "held"}, "held"),
        ({"result": Result.PASS, "clear_hours": 10.0}, "clears"),
        ({"result": Result.FAIL, "why": "slow", "clear_hours": 557.0}, "slow"),
        ({"result": Result.FAIL, "why": "slow"}, "never"),
        ({"result": Result.FAIL, "why": "open", "unreviewed": 20_000.0}, "open"),
        ({"result": Result.UNKNOWN, "why": "no_fail_mode"}, "no_fail_mode"),
        ({"result": Result.UNKNOWN, "why": "no_forecast"}, "no_forecast"),
        ({"result": Result.UNKNOWN, "why": "no_queue"}, "no_queue"),
    ],
    ids=["held", "clears", "slow", "never", "open", "mode", "forecast", "queue"],
)
def test_an_outage_is_said_with_where_its_items_go(changes: dict[str, Any], why: str) -> None:
    fact = OutageFact(phase=1, step_id=1, key="MEC-1", hours=4, clear_within=72, **changes)
    answer = the(judged(outages=(fact,)), "FALLBACK")
    assert answer.why == why
    assert (answer.code, answer.why) in SAYS
    assert answer.fix is None or answer.fix in FIXES
    assert "%(" not in said(answer) + (fix(answer) or "")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"result": Result.PASS, "why": "below"}, "below"),
        ({"result": Result.PASS, "why": "waits", "minutes": 12.0}, "waits"),
        ({"result": Result.FAIL, "minutes": 90.0, "line": 680.0}, "long"),
        ({"result": Result.FAIL}, "grows"),
        ({"result": Result.FAIL, "why": "quota_open", "unreviewed": 4_000.0}, "quota_open"),
        ({"result": Result.UNKNOWN, "why": "no_quota_mode"}, "no_quota_mode"),
        ({"result": Result.UNKNOWN, "why": "no_hold"}, "no_hold"),
        ({"result": Result.UNKNOWN, "why": "no_forecast"}, "no_forecast"),
    ],
)
def test_a_quota_is_said_with_what_waits_behind_it(changes: dict[str, Any], why: str) -> None:
    fact = QuotaFact(phase=1, step_id=1, key="MEC-1", peak=83.3, quota=80, hold=30, **changes)
    verdict = judged(quotas=(fact,))
    answer = next(one for one in verdict.reasons if one.subject == "quota:MEC-1")
    assert (answer.code, answer.why) == (Code.FALLBACK, why)
    assert (answer.code, answer.why) in SAYS
    assert answer.fix is None or answer.fix in FIXES
    assert "%(" not in said(answer) + (fix(answer) or "")
    assert (verdict.word is Word.READY) == (fact.result is Result.PASS)


def skill(heads: float) -> SkillFact:
    """The Italian queue: speakers of 4.76 h a day, 76 h a day wanted."""
    return SkillFact(
        phase=1,
        queue_id=QUEUE,
        key="MEC-2",
        demand=(("es", 76.0 * 7),),
        pools=(PoolFact(languages=("es",), heads=heads, hours=heads * 33.32, head_hours=33.32),),
    )


def test_only_certified_and_permitted_heads_count() -> None:
    facts = launch_in_order()
    certified = tuple(replace(one, heads=10) for one in facts.certifications)
    elsewhere = tuple(
        replace(one, id=one.id + 500, heads=4, site_id=3, permitted_markets=("FR",))
        for one in facts.certifications
    )
    short = replace(
        facts,
        certifications=(*certified, *elsewhere),
        training_needs=tuple(replace(one, heads=16) for one in facts.training_needs),
        capacity=replace(carried(), skills=(skill(22),)),
    )
    verdict = evaluate(short, AT)
    assert verdict.word is Word.NOT_READY
    assert codes(verdict) == ["CAP_SKILL", "TRAINING"]
    answer = the(verdict, "CAP_SKILL")
    assert dict(answer.params)["used"] == pytest.approx(1.597, abs=5e-4)
    assert dict(answer.params)["heads"] == 6
    enough = replace(short, certifications=tuple(replace(one, heads=16) for one in certified))
    assert evaluate(enough, AT).word is Word.READY


def test_numbers_read_as_people_write_them() -> None:
    assert (percent_text(1.196), percent_text(0.56), percent_text(1.0)) == (
        "119.6 %",
        "56 %",
        "100 %",
    )
    assert (hours_text(24.0), hours_text(5 / 60), hours_text(1.5)) == ("24 h", "5 min", "1.5 h")


def test_a_launch_with_no_findings_at_all_is_never_ready() -> None:
    verdict = evaluate(replace(launch_in_order(), capacity=CapacityFacts()), AT)
    assert verdict.word is Word.HOLD
    assert set(codes(verdict)) == {Code.CAP_OVERLOAD, Code.FALLBACK}
