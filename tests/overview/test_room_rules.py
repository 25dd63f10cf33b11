"""What the launch room says, from facts alone: the one reason, the fix, what would be then."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from roadmap.launches.kinds import PhaseState
from roadmap.mechanisms.kinds import Stage
from roadmap.overview.gaps import rows_of, scope_text, settle, then
from roadmap.overview.launch_room import (
    compared,
    last_monday,
    room,
    share_words,
    working_days_until,
)
from roadmap.overview.matrix import matrix_of
from roadmap.overview.measures import measured_text, required_text
from roadmap.overview.speech import Said, Speech, linked
from roadmap.readiness.answers import Answer, Code, Status
from roadmap.readiness.facts import (
    CellFact,
    GapPlanFact,
    GuardFact,
    LaunchFacts,
    PhaseFact,
    Severity,
    WaiverFact,
)
from roadmap.readiness.judged import later_phases
from roadmap.readiness.outlook import Outlook
from roadmap.readiness.phrases_capacity import ENOUGH
from roadmap.readiness.queries import ShownVerdict
from roadmap.readiness.verdict import Verdict, Word, evaluate
from roadmap.taxonomy.scope import parse_cell
from tests.rules.readiness_cast import (
    AT,
    CLASSIFIER,
    QUEUE,
    START,
    change,
    item,
    launch_in_order,
    row,
)

SPEECH = Speech(
    mechanisms={"MEC-1": "Text <classifier>", "MEC-2": "Spanish review"},
    people={101: "Ana", 7: "Paul", 9: "Ola"},
    words={
        ("language", "es"): "Spanish",
        ("language", "en"): "English",
        ("market", "ES"): "Spain",
        ("surface", "live"): "LIVE",
        ("policy_area", "counterfeit"): "Counterfeit",
        ("policy_area", "weapons"): "Weapons",
    },
)
TODAY = AT.date()


def shown(verdict: Verdict, at: datetime) -> ShownVerdict:
    return ShownVerdict(
        launch_id=1,
        word=verdict.word,
        outlook=verdict.outlook,
        phase=1,
        answered=0,
        needed=0,
        borrowed=0,
        evaluated_at=at,
        valid_until=None,
        reasons=tuple(a for a in verdict.reasons if not a.passes),
    )


def weak_spanish() -> LaunchFacts:
    facts = launch_in_order("ES/en/live/counterfeit", "ES/es/live/counterfeit")
    weak = row(2, "*/es/*/counterfeit", 29, 35)
    return replace(facts, measurements=(facts.measurements[0], weak))


def test_the_banner_says_word_date_reason_fix_and_who_in_words() -> None:
    facts = weak_spanish()
    banner = room(facts, evaluate(facts, AT), SPEECH, None, TODAY).banner
    assert banner.word is Word.NOT_READY
    assert banner.for_what == "for 100 % on Mon 14 Dec"
    assert banner.days == "in 30 working days"
    assert banner.reason is not None
    assert banner.reason.says.text == (
        "Precision of Text <classifier> in Spanish, Counterfeit is .829 of 35, required .90."
    )
    assert banner.reason.owner == "Ana"
    assert banner.reason.measured == ".829 of 35"
    assert banner.reason.required == "≥ .90"


def test_the_verdict_then_counts_the_thin_evidence_of_the_same_question_as_settled() -> None:
    facts = weak_spanish()
    banner = room(facts, evaluate(facts, AT), SPEECH, None, TODAY).banner
    assert banner.then is not None
    assert banner.then.word is Word.READY
    assert banner.then.left == 0


def test_the_verdict_then_stays_not_ready_while_another_check_fails() -> None:
    facts = replace(weak_spanish(), checklist=(item(1, False), item(2)))
    banner = room(facts, evaluate(facts, AT), SPEECH, None, TODAY).banner
    assert banner.then is not None
    assert banner.all_done is not None
    assert (banner.then.word, banner.then.left) == (Word.NOT_READY, 1)
    assert banner.all_done.word is Word.READY


def test_a_breach_leads_a_live_launch_and_what_mends_it_is_live_ok() -> None:
    day = AT.date()
    live = PhaseFact(
        id=1,
        position=1,
        starts_on=day - timedelta(days=2),
        state=PhaseState.LIVE,
        hypercare_until=day + timedelta(days=9),
    )
    guard = GuardFact(id=4, phase_position=1, name="Appeals", limit=9, value=12, observed_at=AT)
    facts = replace(
        launch_in_order(), phases=(live,), guards=(guard,), checklist=(item(1, False), item(2))
    )
    banner = room(facts, evaluate(facts, AT), SPEECH, None, TODAY).banner
    assert banner.word is Word.LIVE_BREACH
    assert banner.reason is not None
    assert banner.reason.code == "GUARD_METRIC"
    assert banner.then is not None
    assert (banner.then.word, banner.then.left) == (Word.LIVE_OK, 1)


def test_a_live_waiver_makes_the_verdict_then_conditional() -> None:
    waiver = WaiverFact(
        id=1,
        code="CHECKLIST",
        subject="checklist:2",
        requested_by=1,
        approved_by=2,
        approved_at=AT - timedelta(days=1),
        expires_at=AT + timedelta(days=60),
    )
    facts = replace(
        weak_spanish(),
        checklist=(item(1), item(2, False, severity=Severity.APPROVABLE)),
        waivers=(waiver,),
    )
    banner = room(facts, evaluate(facts, AT), SPEECH, None, TODAY).banner
    assert banner.then is not None
    assert (banner.then.word, banner.then.waivers) == (Word.CONDITIONAL, 1)


def test_a_launch_in_order_has_no_reason_and_no_fix() -> None:
    facts = launch_in_order()
    found = room(facts, evaluate(facts, AT), SPEECH, None, TODAY)
    assert found.banner.word is Word.READY
    assert found.banner.reason is None
    assert found.open == ()
    assert found.counts["fail"] == 0


def test_unanswered_items_of_one_owner_stand_in_one_row() -> None:
    facts = replace(launch_in_order(), checklist=tuple(item(n, None) for n in range(1, 6)))
    found = room(facts, evaluate(facts, AT), SPEECH, None, TODAY)
    assert len(found.open) == 1
    assert found.open[0].more == 4
    assert found.open[0].says.text == "5 items are not answered."


def test_a_promise_stands_beside_its_gap() -> None:
    facts = weak_spanish()
    gap = next(a for a in evaluate(facts, AT).reasons if not a.passes)
    plan = GapPlanFact(
        code=str(gap.code), subject=gap.subject, owner_id=7, finish_on=date(2026, 11, 20)
    )
    facts = replace(facts, plans=(plan,))
    reason = room(facts, evaluate(facts, AT), SPEECH, None, TODAY).banner.reason
    assert reason is not None
    assert (reason.owner, reason.promised) == ("Paul", date(2026, 11, 20))


def test_since_monday_counts_what_passed_and_what_newly_fails() -> None:
    before = replace(launch_in_order(), checklist=(item(1, None), item(2)))
    past = shown(evaluate(before, AT), AT)
    now = replace(launch_in_order(), checklist=(item(1), item(2, False)))
    since = room(now, evaluate(now, AT), SPEECH, past, TODAY).banner.since
    assert since is not None
    assert (since.word, since.passed, since.newly) == (Word.HOLD, 1, 1)


def test_without_a_stored_verdict_nothing_is_claimed_about_monday() -> None:
    facts = launch_in_order()
    assert room(facts, evaluate(facts, AT), SPEECH, None, TODAY).banner.since is None


@given(st.dates(min_value=date(2000, 1, 10), max_value=date(2090, 1, 1)))
def test_the_monday_compared_with_lies_one_to_seven_days_back(day: date) -> None:
    monday = last_monday(day)
    assert monday.weekday() == 0
    assert 1 <= (day - monday).days <= 7


def test_working_days_skip_weekends_and_holidays() -> None:
    friday = date(2026, 11, 20)
    assert working_days_until(friday, date(2026, 11, 23)) == 1
    assert working_days_until(friday, date(2026, 11, 24), frozenset({date(2026, 11, 23)})) == 1
    assert working_days_until(friday, friday) == 0
    assert working_days_until(friday, date(2026, 11, 18)) == -2


def test_better_and_worse_follow_the_distance_from_go() -> None:
    assert compared(Word.HOLD, Word.CONDITIONAL) == "better"
    assert compared(Word.READY, Word.CONDITIONAL) == "worse"
    assert compared(Word.HOLD, Word.NOT_READY) == "worse"
    assert compared(Word.READY, Word.READY) == "same"


def test_a_share_keeps_a_digit_only_where_it_has_one() -> None:
    assert share_words(1.0) == "100 %"
    assert share_words(0.125) == "12.5 %"


# ---- settling can only help ----


_ANSWERS = st.lists(
    st.builds(
        lambda n, status, severity: Answer(
            code=Code.CHECKLIST,
            severity=severity,
            status=status,
            subject=f"checklist:{n}",
            question=f"checklist:{n}",
        ),
        st.integers(1, 6),
        st.sampled_from(list(Status)),
        st.sampled_from(list(Severity)),
    ),
    min_size=1,
    max_size=12,
)


@given(_ANSWERS)
def test_settling_every_open_answer_leaves_none_open(answers: list[Answer]) -> None:
    after = settle(answers, answers)
    assert all(a.passes for a in after)
    rows = rows_of([a for a in answers if not a.passes], SPEECH, TODAY)
    found = then(answers, answers, rows, committed=True)
    assert found.left == 0
    assert found.word in (Word.READY, Word.HOLD)
    if any(a.is_required for a in after):
        assert found.word is Word.READY


# ---- words ----


def test_a_sentence_links_its_keys_and_escapes_names() -> None:
    said = Said("Ask " + linked("MEC-1", "<b>Text</b>") + " now")
    assert str(said.html) == ('Ask <a href="/mechanisms/MEC-1">&lt;b&gt;Text&lt;/b&gt;</a> now')
    assert said.text == "Ask <b>Text</b> now"


def test_marks_typed_by_a_person_never_become_a_link() -> None:
    said = Said("\ue000javascript:alert\ue001here\ue002")
    assert "<a" not in str(said.html)
    assert "\ue000" not in str(said.html)


def test_an_unseen_predecessor_is_never_named() -> None:
    answer = Answer(
        code=Code.DEPENDENCY,
        severity=Severity.BLOCKER,
        status=Status.FAIL,
        subject="dependency:1",
        question="dependency:1",
        why="after",
        params=(("launch_id", 77), ("phase", 1), ("starts_on", "2026-12-20")),
        fix="dependency_after",
    )
    assert SPEECH.says(answer).text == "Depends on 1 confidential launch."
    fix = SPEECH.fix(answer)
    assert fix is not None
    assert "77" not in fix.text + SPEECH.says(answer).text


# ---- coverage ----


def test_the_matrix_tells_covered_below_thin_shadow_and_gap_apart() -> None:
    facts = launch_in_order("ES/en/live/counterfeit", "ES/es/live/counterfeit")
    facts = replace(
        facts,
        measurements=(
            row(1, "*/en/*/counterfeit", 2304, 2400),
            row(2, "*/es/*/counterfeit", 29, 35),
        ),
    )
    block = matrix_of(facts, [evaluate(facts, AT)], SPEECH).phases[0].blocks[0]
    assert block.places == ("Spain · LIVE",)
    cells = {line.language: line.cells[0] for line in block.lines}
    assert {tongue: cell.state for tongue, cell in cells.items() if cell} == {
        "English": "covered",
        "Spanish": "below",
    }
    thin = replace(facts, measurements=(row(1, "*/en/*/counterfeit", 94, 100),))
    block = matrix_of(thin, [evaluate(thin, AT)], SPEECH).phases[0].blocks[0]
    found = {line.language: line.cells[0] for line in block.lines}
    assert found["English"] is not None
    assert (found["English"].state, found["English"].number) == ("thin", "100/217")
    assert found["Spanish"] is not None
    assert found["Spanish"].number == "no labels"
    shadow = change(facts, CLASSIFIER, stage=Stage.SHADOW)
    block = matrix_of(shadow, [evaluate(shadow, AT)], SPEECH).phases[0].blocks[0]
    assert block.counts["shadow"] == 2
    gone = change(facts, CLASSIFIER, stage=Stage.PAUSED)
    block = matrix_of(gone, [evaluate(gone, AT)], SPEECH).phases[0].blocks[0]
    assert block.counts["gap"] == 2
    assert block.covered == 0


def test_cells_of_a_later_phase_stand_apart_and_are_not_judged_yet() -> None:
    facts = launch_in_order("ES/es/live/counterfeit")
    later = CellFact(cell=parse_cell("ES/en/live/counterfeit"), from_phase=2)
    second = PhaseFact(
        id=2, position=2, starts_on=START + timedelta(days=30), state=facts.phases[0].state
    )
    facts = replace(facts, cells=(*facts.cells, later), phases=(*facts.phases, second))
    first = evaluate(facts, AT)
    assert later_phases(facts, first.phase) == [2]
    matrix = matrix_of(facts, [first, evaluate(facts, AT, 2)], SPEECH)
    assert [(p.position, p.judged, p.total) for p in matrix.phases] == [(1, True, 1), (2, False, 1)]


def test_markets_that_read_alike_stand_as_one_block_and_the_worst_comes_first() -> None:
    facts = launch_in_order(
        "ES/es/live/counterfeit", "MX/es/live/counterfeit", "ES/es/listing/weapons"
    )
    facts = replace(facts, measurements=(row(1, "*/es/*/counterfeit", 2304, 2400),))
    blocks = matrix_of(facts, [evaluate(facts, AT)], SPEECH).phases[0].blocks
    assert [len(b.places) for b in blocks] == [1, 2]
    assert blocks[0].areas == ("Weapons",)


def test_an_outlook_of_a_row_is_that_of_the_row_alone() -> None:
    facts = replace(weak_spanish(), checklist=(item(1, False, owner_id=None), item(2)))
    facts = change(facts, QUEUE, staffed_until=None)
    found = room(facts, evaluate(facts, AT), SPEECH, None, TODAY)
    by_code = {r.code: r.outlook for r in found.open}
    assert by_code["CHECKLIST"] is Outlook.AT_RISK
    assert by_code["MECH_PRECISION"] is Outlook.ON_TRACK


def test_capacity_stands_with_its_queue_and_its_numbers() -> None:
    short = Answer(
        code=Code.CAP_SKILL,
        severity=Severity.BLOCKER,
        status=Status.FAIL,
        subject="skill:MEC-2",
        question="skill:MEC-2",
        why="short",
        scope="MEC-2",
        measured=120.0,
        required=0.0,
    )
    assert scope_text(short, SPEECH) == "Spanish review"
    assert (measured_text(short, SPEECH), required_text(short, SPEECH)) == ("0 h", "≥ 120 h")
    full = replace(short, code=Code.CAP_SHARED, why="fails", measured=1.196, required=1.0)
    assert (measured_text(full, SPEECH), required_text(full, SPEECH)) == ("119.6 %", "≤ 100 %")
    high = replace(full, why="at_high", measured=0.979, params=(("high", 1.097),))
    assert measured_text(high, SPEECH) == "up to 109.7 %"
    unknown = replace(full, why="no_forecast", measured=None)
    assert measured_text(unknown, SPEECH) == "not known"
    late = replace(full, code=Code.CAP_SLA, params=(("met", 0.802), ("promised", 0.95)))
    assert (measured_text(late, SPEECH), required_text(late, SPEECH)) == ("80.2 %", "≥ 95.0 %")
    nobody = replace(full, measured=None, required=None, status=Status.NOT_APPLICABLE)
    assert (measured_text(nobody, SPEECH), required_text(nobody, SPEECH)) == ("", "")


def test_a_fix_names_its_day_as_people_write_it() -> None:
    params = (("queue", "MEC-2"), ("fit_date", "2027-02-16"))
    answer = Answer(
        code=Code.CAP_SLA,
        severity=Severity.BLOCKER,
        status=Status.FAIL,
        subject="queue:MEC-2",
        question="capacity:MEC-2",
        why="fails",
        fix=f"{ENOUGH}date",
        fix_params=params,
    )
    fix = SPEECH.fix(answer)
    assert fix is not None
    assert fix.text == "Start on Tue 16 Feb 2027."
