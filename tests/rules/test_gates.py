"""Votes, clocks and signatures: what a gate comes to."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.readiness.facts import GateFact, GroupFact, LaunchFacts
from roadmap.readiness.gate_clock import WorkCalendar, clocks
from roadmap.readiness.gate_rules import (
    SIGNED,
    Cast,
    GateRule,
    Standing,
    Vote,
    gate_standing,
)
from roadmap.readiness.signed import changes, parts, to_sign
from roadmap.readiness.verdict import Word, evaluate
from tests.rules.readiness_cast import AT, START, launch_in_order

LEGAL, DATA = 1, 2
MIA, JON, ANA, OWNER = 11, 12, 13, 5
GROUPS = {LEGAL: (MIA, JON), DATA: (ANA,)}


def votes(*given_: tuple[int | None, int, Vote]) -> tuple[Cast, ...]:
    return tuple(
        Cast(id=n, group_id=g, person_id=p, vote=v, at=AT - timedelta(days=9) + timedelta(hours=n))
        for n, (g, p, v) in enumerate(given_, start=1)
    )


def standing(rule: GateRule, *given_: tuple[int | None, int, Vote], needed: int = 1) -> Standing:
    return gate_standing(rule, needed, GROUPS, votes(*given_)).standing


ASK = (None, OWNER, Vote.REVIEW_REQUESTED)


def test_one_of_is_signed_by_one_group_and_all_by_every_group() -> None:
    one = (ASK, (LEGAL, MIA, Vote.APPROVED))
    assert standing(GateRule.ONE_OF, *one) is Standing.APPROVED
    assert standing(GateRule.ALL, *one) is Standing.REQUESTED
    both = (*one, (DATA, ANA, Vote.APPROVED))
    assert standing(GateRule.ALL, *both) is Standing.APPROVED
    assert standing(GateRule.N_OF, *one, needed=2) is Standing.REQUESTED
    assert standing(GateRule.N_OF, *both, needed=2) is Standing.APPROVED


def test_a_denial_stands_until_its_author_withdraws_it() -> None:
    denied = (ASK, (LEGAL, MIA, Vote.DENIED), (LEGAL, JON, Vote.APPROVED))
    assert standing(GateRule.ONE_OF, *denied, (DATA, ANA, Vote.APPROVED)) is Standing.DENIED
    assert standing(GateRule.ONE_OF, *denied, (LEGAL, MIA, Vote.APPROVED)) is Standing.DENIED
    assert standing(GateRule.ONE_OF, *denied, (LEGAL, JON, Vote.WITHDRAWN)) is Standing.DENIED
    assert standing(GateRule.ONE_OF, *denied, (LEGAL, MIA, Vote.WITHDRAWN)) is Standing.APPROVED


def test_a_denial_by_somebody_who_left_still_stands() -> None:
    cast = votes(ASK, (LEGAL, 99, Vote.DENIED), (LEGAL, MIA, Vote.APPROVED))
    assert gate_standing(GateRule.ONE_OF, 1, GROUPS, cast).standing is Standing.DENIED


def test_an_approval_by_somebody_who_left_the_group_does_not_count() -> None:
    gate = gate_standing(GateRule.ONE_OF, 1, GROUPS, votes(ASK, (LEGAL, 99, Vote.APPROVED)))
    assert gate.standing is Standing.REQUESTED
    assert [group.left for group in gate.groups] == [(2,), ()]


def test_work_asked_for_gives_the_ball_back_until_the_owner_asks_again() -> None:
    work = (ASK, (LEGAL, MIA, Vote.NEEDS_WORK))
    assert standing(GateRule.ONE_OF, *work) is Standing.NEEDS_WORK
    assert standing(GateRule.ONE_OF, *work, ASK) is Standing.REQUESTED


def test_not_applicable_is_granted_by_the_group_never_by_the_owner() -> None:
    asked = ((None, OWNER, Vote.NA_REQUESTED),)
    assert standing(GateRule.ONE_OF, *asked) is Standing.REQUESTED
    assert (
        standing(GateRule.ONE_OF, *asked, (DATA, ANA, Vote.NOT_APPLICABLE))
        is Standing.NOT_APPLICABLE
    )


def test_a_gate_without_groups_is_never_signed() -> None:
    for rule in GateRule:
        assert gate_standing(rule, 1, {}, votes(ASK)).standing not in SIGNED


def test_the_owner_certifies_alone_only_where_allowed() -> None:
    own = votes((None, OWNER, Vote.APPROVED))
    assert gate_standing(GateRule.ALL, 1, GROUPS, own).standing is Standing.NOT_REQUESTED
    allowed = gate_standing(GateRule.ALL, 1, GROUPS, own, self_certify=True)
    assert allowed.standing is Standing.APPROVED
    denied = votes((None, OWNER, Vote.APPROVED), (DATA, ANA, Vote.DENIED))
    assert gate_standing(GateRule.ALL, 1, GROUPS, denied, self_certify=True).standing is (
        Standing.DENIED
    )


SPOKEN = st.tuples(
    st.sampled_from([None, LEGAL, DATA]),
    st.sampled_from([MIA, JON, ANA, OWNER, 99]),
    st.sampled_from(list(Vote)),
)


@given(st.lists(SPOKEN, max_size=8), st.sampled_from(list(GateRule)), st.integers(1, 3))
def test_an_approval_of_another_never_undoes_a_denial(
    given_: list[tuple[int | None, int, Vote]], rule: GateRule, needed: int
) -> None:
    denied = [*given_, (LEGAL, 77, Vote.DENIED), (LEGAL, MIA, Vote.APPROVED)]
    assert gate_standing(rule, needed, GROUPS, votes(*denied)).standing is Standing.DENIED


@given(st.lists(SPOKEN, max_size=8), st.randoms(use_true_random=False))
def test_the_order_in_which_votes_are_read_changes_nothing(
    given_: list[tuple[int | None, int, Vote]], random: object
) -> None:
    cast = list(votes(*given_))
    mixed = list(cast)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert gate_standing(GateRule.ALL, 1, GROUPS, cast) == gate_standing(
        GateRule.ALL, 1, GROUPS, mixed
    )


# ---- clocks ----

MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


ALWAYS_UTC = WorkCalendar()


def left(day: int, hour: int = 12, calendar: WorkCalendar = ALWAYS_UTC, *more: Cast) -> int:
    asked = Cast(id=1, group_id=None, person_id=OWNER, vote=Vote.REVIEW_REQUESTED, at=MONDAY)
    now = datetime(2026, 11, day, hour, tzinfo=UTC)
    found = clocks(
        (asked, *more), LEGAL, now, respond_days=2, resolve_days=2, calendar=calendar
    ).resolve
    assert found is not None
    return found.left


@pytest.mark.parametrize(("day", "expected"), [(2, 2), (3, 1), (4, 0), (5, -1), (6, -2), (9, -3)])
def test_a_two_day_clock_reads_two_one_due_today_and_overdue(day: int, expected: int) -> None:
    assert left(day) == expected


def test_a_holiday_and_the_weekend_do_not_count() -> None:
    assert left(4, calendar=WorkCalendar("UTC", frozenset({date(2026, 11, 3)}))) == 1


def test_a_day_begins_where_the_group_sits() -> None:
    assert left(2, 16, WorkCalendar("Asia/Tokyo")) == 1


def test_the_clock_waits_while_the_owner_has_work_to_do() -> None:
    work = Cast(
        id=2,
        group_id=LEGAL,
        person_id=MIA,
        vote=Vote.NEEDS_WORK,
        at=MONDAY + timedelta(days=1),
    )
    again = Cast(
        id=3,
        group_id=None,
        person_id=OWNER,
        vote=Vote.REVIEW_REQUESTED,
        at=MONDAY + timedelta(days=3),
    )
    paused = clocks(
        (
            Cast(id=1, group_id=None, person_id=OWNER, vote=Vote.REVIEW_REQUESTED, at=MONDAY),
            work,
        ),
        LEGAL,
        MONDAY + timedelta(days=2),
        respond_days=2,
        resolve_days=2,
        calendar=WorkCalendar(),
    )
    assert paused.respond is None
    assert paused.resolve is not None
    assert (paused.resolve.left, paused.resolve.paused) == (1, True)
    assert left(5, 12, WorkCalendar(), work, again) == 1
    assert left(6, 12, WorkCalendar(), work, again) == 0


# ---- signatures ----

SIGNS = ("scope", "forecast", "mechanisms", "evidence")


def signed_launch(**more: object) -> LaunchFacts:
    """Return the launch in order, with a gate that Mia signed as things stood."""
    facts = launch_in_order()
    kept = to_sign(parts(facts, evaluate(facts, AT).reasons), SIGNS)
    cast = votes(ASK, (LEGAL, MIA, Vote.APPROVED))
    gate = GateFact(
        id=1,
        name="Legal",
        rule=GateRule.ALL,
        groups=(GroupFact(id=LEGAL, members=(MIA, JON)),),
        votes=cast,
        signs=SIGNS,
        signed=((2, kept),),
    )
    return replace(facts, gates=(replace(gate, **more),))  # type: ignore[arg-type]


def said(facts: LaunchFacts) -> tuple[Word, tuple[str, ...]]:
    verdict = evaluate(facts, AT)
    return verdict.word, verdict.open_codes


def test_a_signed_gate_lets_the_launch_be_ready() -> None:
    assert said(signed_launch()) == (Word.READY, ())


def test_a_gate_nobody_signed_holds() -> None:
    assert said(signed_launch(votes=())) == (Word.HOLD, ("SIGNOFF_MISSING",))


def test_a_denied_gate_is_not_ready() -> None:
    denied = votes(ASK, (LEGAL, MIA, Vote.DENIED))
    assert said(signed_launch(votes=denied)) == (Word.NOT_READY, ("SIGNOFF_MISSING",))


def test_an_approver_who_left_the_group_holds() -> None:
    gone = (GroupFact(id=LEGAL, members=(JON,)),)
    assert said(signed_launch(groups=gone)) == (Word.HOLD, ("SIGNOFF_MISSING",))


def test_story_14b_a_threshold_changed_and_proven_again_makes_the_signature_stale() -> None:
    facts = signed_launch()
    changed = replace(
        facts,
        mechanisms=tuple(
            replace(m, configuration_digest="d13", configuration_label="v13") if m.id == 1 else m
            for m in facts.mechanisms
        ),
        measurements=tuple(
            replace(r, configuration_digest="d13") if r.mechanism_id == 1 else r
            for r in facts.measurements
        ),
    )
    assert said(changed) == (Word.HOLD, ("SIGNOFF_STALE",))
    differing = changes(
        dict(facts.gates[0].signed)[2], parts(changed, evaluate(changed, AT).reasons)
    )
    assert {(c.key, c.before, c.now) for c in differing if c.part == "mechanisms"} == {
        ("mechanism:1 configuration", "d12", "d13"),
        ("mechanism:1 version", "v12", "v13"),
    }


@pytest.mark.parametrize(("likely", "word"), [(7_600.0, Word.READY), (9_000.0, Word.HOLD)])
def test_a_forecast_within_a_tenth_that_changes_no_answer_is_not_material(
    likely: float, word: Word
) -> None:
    facts = signed_launch()
    moved = replace(facts, forecasts=tuple(replace(f, likely=likely) for f in facts.forecasts))
    assert evaluate(moved, AT).word is word


def test_only_the_facts_a_gate_lists_make_it_stale() -> None:
    facts = signed_launch()
    later = replace(
        facts, phases=tuple(replace(p, starts_on=START + timedelta(days=7)) for p in facts.phases)
    )
    assert evaluate(later, AT).word is Word.READY
    listed = replace(later, gates=(replace(facts.gates[0], signs=(*SIGNS, "dates")),))
    assert said(listed) == (Word.HOLD, ("SIGNOFF_STALE",))


# ---- a denial whose author cannot sign in any more ----


def taken_over(by: int, denial: int, *before: tuple[int | None, int, Vote]) -> tuple[Cast, ...]:
    given_ = votes(*before, (LEGAL, by, Vote.DENIED))
    return (*given_[:-1], replace(given_[-1], takes_over=denial))


def test_a_denial_taken_over_stands_until_who_took_it_over_withdraws_it() -> None:
    cast = taken_over(JON, 3, ASK, (LEGAL, JON, Vote.APPROVED), (LEGAL, MIA, Vote.DENIED))
    stands = gate_standing(GateRule.ONE_OF, 1, GROUPS, cast)
    assert stands.standing is Standing.DENIED
    assert stands.groups[0].votes == (4,)
    later = votes(*[(v.group_id, v.person_id, v.vote) for v in cast], (LEGAL, JON, Vote.WITHDRAWN))
    lifted = (*cast, later[-1])
    assert gate_standing(GateRule.ONE_OF, 1, GROUPS, lifted).standing is Standing.REQUESTED
    mia = (*cast, replace(later[-1], person_id=MIA))
    assert gate_standing(GateRule.ONE_OF, 1, GROUPS, mia).standing is Standing.DENIED


@pytest.mark.parametrize("denial", [99, 1, 4])
def test_what_takes_over_no_denial_of_the_group_leaves_every_denial_standing(denial: int) -> None:
    before = (ASK, (LEGAL, MIA, Vote.DENIED), (DATA, ANA, Vote.DENIED))
    cast = taken_over(JON, denial, *before)
    withdrawn = votes(*before, ASK, (LEGAL, JON, Vote.WITHDRAWN))[-1]
    found = gate_standing(GateRule.ALL, 1, GROUPS, (*cast, withdrawn))
    assert [g.standing for g in found.groups] == [Standing.DENIED, Standing.DENIED]


def test_a_denial_is_taken_over_again_when_its_new_holder_leaves() -> None:
    cast = taken_over(JON, 2, ASK, (LEGAL, MIA, Vote.DENIED))
    again = replace(votes(ASK, ASK, ASK, (LEGAL, 14, Vote.DENIED))[-1], takes_over=3)
    own = gate_standing(GateRule.ONE_OF, 1, GROUPS, (*cast, again)).groups[0]
    assert own.votes == (4,)
    gone = replace(votes(ASK, ASK, ASK, ASK, (LEGAL, 14, Vote.WITHDRAWN))[-1])
    assert gate_standing(GateRule.ONE_OF, 1, GROUPS, (*cast, again, gone)).standing is (
        Standing.REQUESTED
    )
