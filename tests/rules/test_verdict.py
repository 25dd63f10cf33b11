"""Waivers, counting, phases, hypercare, outlook, confidential dependencies, and every sentence."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from roadmap.launches.kinds import LaunchState, PhaseState
from roadmap.readiness.facts import (
    CellFact,
    DependencyFact,
    GuardFact,
    LaunchFacts,
    PhaseFact,
    RateFact,
    RequirementFact,
    Severity,
    WaiverFact,
)
from roadmap.readiness.outlook import working_days_before
from roadmap.readiness.phrases import FIXES, SAYS
from roadmap.readiness.sentences import headline, say, say_fix
from roadmap.readiness.verdict import Word, evaluate
from roadmap.taxonomy.scope import parse_cell, parse_pattern
from tests.rules.readiness_cast import (
    AT,
    CLASSIFIER,
    QUEUE,
    START,
    change,
    item,
    launch_in_order,
    row,
    sentences,
)

REFUSED = item(7, answer=False, severity=Severity.APPROVABLE)


def waived(**more: object) -> LaunchFacts:
    facts = launch_in_order()
    values: dict[str, object] = {
        "id": 1,
        "code": "CHECKLIST",
        "subject": "checklist:7",
        "requested_by": 1,
        "approved_by": 2,
        "approved_at": AT - timedelta(days=2),
        "expires_at": AT + timedelta(days=5),
    }
    waiver = WaiverFact(**{**values, **more})  # type: ignore[arg-type]
    return replace(facts, checklist=(*facts.checklist, REFUSED), waivers=(waiver,))


def test_a_live_waiver_makes_it_conditional_and_says_so() -> None:
    verdict = evaluate(waived(), AT)
    assert verdict.word is Word.CONDITIONAL
    assert headline(verdict) == "GO with 1 waiver"
    assert verdict.valid_until == AT + timedelta(days=5)


def test_an_expired_waiver_is_not_ready_and_named() -> None:
    verdict = evaluate(waived(expires_at=AT - timedelta(days=1)), AT)
    assert verdict.word is Word.NOT_READY
    assert verdict.open_codes == ("CHECKLIST", "WAIVER_EXPIRED")


def test_an_expired_waiver_names_its_last_day_and_not_the_one_after() -> None:
    midnight = AT.replace(hour=0, minute=0, second=0, microsecond=0)
    verdict = evaluate(waived(expires_at=midnight), AT)
    expired = next(a for a in verdict.reasons if a.code == "WAIVER_EXPIRED")
    assert dict(expired.params)["expired"] == (midnight - timedelta(days=1)).date().isoformat()


@pytest.mark.parametrize(
    "more",
    [
        {"approved_by": 1},
        {"approved_by": None},
        {"approved_at": None},
        {"approved_at": AT + timedelta(hours=1)},
        {"withdrawn": True},
        {"subject": "checklist:1"},
        {"code": "COST_OVER"},
    ],
)
def test_what_is_no_live_waiver_leaves_it_not_ready(more: dict[str, object]) -> None:
    assert evaluate(waived(**more), AT).word is Word.NOT_READY


def test_unknown_answers_and_blockers_cannot_be_waived() -> None:
    unanswered = replace(REFUSED, answer=None)
    blocker = replace(REFUSED, severity=Severity.BLOCKER)
    facts = waived()
    for one, word in ((unanswered, Word.HOLD), (blocker, Word.NOT_READY)):
        assert evaluate(replace(facts, checklist=(item(1), one)), AT).word is word


def phased() -> LaunchFacts:
    facts = launch_in_order()
    later = CellFact(cell=parse_cell("ES/eu/live/counterfeit"), from_phase=2)
    return replace(
        facts,
        cells=(*facts.cells, later),
        phases=(
            *facts.phases,
            PhaseFact(
                id=2, position=2, starts_on=START + timedelta(days=30), state=PhaseState.PLANNED
            ),
        ),
    )


def test_a_cell_of_a_later_phase_is_judged_only_there() -> None:
    assert evaluate(phased(), AT).word is Word.READY
    assert evaluate(phased(), AT).phase == 1
    assert evaluate(phased(), AT, 2).word is Word.NOT_READY


def test_a_late_labelling_is_late() -> None:
    facts = launch_in_order()
    facts = replace(
        facts,
        measurements=(row(1, "*/es/*/counterfeit", 38, 40),),
        rates=(
            RateFact(
                mechanism_id=CLASSIFIER,
                scope=parse_pattern("*/es/*/counterfeit"),
                labels_per_week=36.0,
            ),
        ),
    )
    in_two_weeks = replace(facts.phases[0], starts_on=AT.date() + timedelta(weeks=2))
    late = evaluate(replace(facts, phases=(in_two_weeks,)), AT)
    assert late.open_codes == ("EVIDENCE_THIN",)
    assert late.outlook == "LATE"
    assert "Label 99 more" in sentences(late)
    assert evaluate(facts, AT).outlook == "ON_TRACK"


def test_a_gap_without_owner_or_with_too_little_time_is_at_risk() -> None:
    facts = launch_in_order()
    one = item(7, None, owner_id=None)
    assert evaluate(replace(facts, checklist=(one,)), AT).outlook == "AT_RISK"
    owned = replace(facts, checklist=(item(7, None),))
    assert evaluate(owned, AT).outlook == "ON_TRACK"
    assert evaluate(replace(owned, usual_days=(("CHECKLIST", 60),)), AT).outlook == "AT_RISK"


def test_due_days_count_working_days_and_skip_holidays() -> None:
    monday = date(2026, 12, 14)
    assert working_days_before(monday, 5, frozenset()) == date(2026, 12, 7)
    assert working_days_before(monday, 5, frozenset({date(2026, 12, 8)})) == date(2026, 12, 4)


def watched(**more: object) -> LaunchFacts:
    facts = launch_in_order()
    guard = GuardFact(
        id=1,
        phase_position=1,
        name="wrongful removals",
        limit=0.02,
        value=0.01,
        observed_at=AT - timedelta(hours=1),
    )
    phase = replace(
        facts.phases[0],
        state=PhaseState.LIVE,
        starts_on=AT.date(),
        hypercare_until=AT.date() + timedelta(days=14),
    )
    return replace(facts, phases=(phase,), guards=(replace(guard, **more),))  # type: ignore[arg-type]


def test_hypercare_is_judged_by_guard_metrics_and_fails_closed() -> None:
    assert evaluate(watched(), AT).word is Word.LIVE_OK
    assert evaluate(watched(value=0.03), AT).word is Word.LIVE_BREACH
    assert evaluate(watched(value=None), AT).word is Word.HOLD
    assert evaluate(watched(observed_at=AT - timedelta(days=3)), AT).word is Word.HOLD
    assert evaluate(replace(watched(), guards=()), AT).word is Word.HOLD


def depending(**more: object) -> LaunchFacts:
    one = DependencyFact(
        id=1,
        predecessor_id=77,
        predecessor_state=LaunchState.COMMITTED,
        phase_position=1,
        phase_state=PhaseState.PLANNED,
        starts_on=START - timedelta(days=9),
        owner_id=4,
    )
    return replace(launch_in_order(), dependencies=(replace(one, **more),))  # type: ignore[arg-type]


def test_a_predecessor_planned_before_holds_and_one_after_fails() -> None:
    assert evaluate(depending(), AT).word is Word.HOLD
    after = evaluate(depending(starts_on=START + timedelta(days=1)), AT)
    assert (after.word, after.outlook) == (Word.NOT_READY, "LATE")
    assert evaluate(depending(phase_state=PhaseState.LIVE), AT).word is Word.READY
    assert evaluate(depending(predecessor_state=LaunchState.CANCELLED), AT).word is Word.NOT_READY
    assert evaluate(depending(phase_state=None), AT).word is Word.HOLD


def test_a_confidential_predecessor_is_counted_and_never_named() -> None:
    answer = next(a for a in evaluate(depending(), AT).reasons if a.code == "DEPENDENCY")
    hidden = {"may_see": lambda _i: False, "name_of": lambda _i: "SECRET"}
    text = say(answer, **hidden) + str(say_fix(answer, **hidden))  # type: ignore[arg-type]
    assert "1 confidential launch" in text
    assert "SECRET" not in text
    assert "2026" not in text


def test_open_criteria_of_a_must_requirement_block() -> None:
    facts = launch_in_order()
    open_ = RequirementFact(id=1, key="REQ-1", must=True, open_criteria=2)
    assert evaluate(replace(facts, requirements=(open_,)), AT).open_codes == ("REQUIREMENT_OPEN",)
    wish = replace(open_, must=False)
    assert evaluate(replace(facts, requirements=(wish,)), AT).word is Word.READY


def test_an_automatic_item_reads_the_registry() -> None:
    facts = launch_in_order()
    bound = item(7, bound_to="kill_switch_rehearsed", answer=True)
    facts = replace(facts, checklist=(bound,))
    assert evaluate(facts, AT).word is Word.HOLD
    rehearsed = change(
        facts, CLASSIFIER, kill_switch_minutes=5, kill_switch_rehearsed_on=date(2026, 10, 1)
    )
    assert evaluate(rehearsed, AT).word is Word.READY
    unknown = replace(facts, checklist=(replace(bound, bound_to="no such fact"),))
    assert evaluate(unknown, AT).word is Word.HOLD


def test_a_queue_whose_staffing_ends_before_the_phase_is_not_staffed() -> None:
    facts = change(launch_in_order(), CLASSIFIER, coverage=())
    facts = change(facts, QUEUE, receives_all=True, staffed_until=START - timedelta(days=1))
    assert "COV_GAP" in evaluate(facts, AT).open_codes


def test_evaluate_refuses_a_moment_without_zone() -> None:
    with pytest.raises(ValueError, match="aware"):
        evaluate(launch_in_order(), AT.replace(tzinfo=None))


def test_every_template_fills_with_named_values_only() -> None:
    for template in (*SAYS.values(), *FIXES.values()):
        names = re.findall(r"%\((\w+)\)s", template)
        assert "None" not in template % dict.fromkeys(names, "x")
