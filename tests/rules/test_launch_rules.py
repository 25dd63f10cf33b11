"""Tier, moves, shares, cycles and commitment order."""

from dataclasses import fields

import pytest

from roadmap.launches.kinds import LaunchState, PhaseState
from roadmap.launches.rules import (
    Moved,
    PhaseMoved,
    Refused,
    TierQuestions,
    commit_order,
    find_cycle,
    is_committed,
    judged_phase,
    move_launch,
    move_phase,
    reorder_commitments,
    share_problem,
    shares_problem,
    tier,
)

NO = dict.fromkeys((f.name for f in fields(TierQuestions)), False)


def test_six_times_no_is_tier_3_and_any_yes_is_not() -> None:
    assert tier(TierQuestions(**NO)) == 3
    for name in NO:
        assert tier(TierQuestions(**{**NO, name: True})) < 3
    assert tier(TierQuestions(**{**NO, "minors_or_safety": True})) == 1


def test_committing_gives_a_number_and_uncommitting_loses_it() -> None:
    committed = move_launch(LaunchState.PLANNED, LaunchState.COMMITTED, next_commitment_no=7)
    assert committed == Moved(LaunchState.COMMITTED, "", 7)
    back = move_launch(
        LaunchState.COMMITTED, LaunchState.PLANNED, commitment_no=7, reason="no crew"
    )
    assert back == Moved(LaunchState.PLANNED, "no crew", None)
    assert isinstance(
        move_launch(LaunchState.COMMITTED, LaunchState.PLANNED, commitment_no=7), Refused
    )


def test_cancelling_releases_the_capacity() -> None:
    moved = move_launch(
        LaunchState.COMMITTED, LaunchState.CANCELLED, commitment_no=3, reason="dropped"
    )
    assert isinstance(moved, Moved)
    assert not is_committed(moved.state, moved.commitment_no)


@pytest.mark.parametrize(
    ("missing", "says"), [("has_owner", "owner"), ("has_scope", "scope"), ("has_date", "date")]
)
def test_a_date_is_not_committed_without_owner_scope_and_date(missing: str, says: str) -> None:
    flags = {"has_owner": True, "has_scope": True, "has_date": True, missing: False}
    moved = move_launch(LaunchState.PLANNED, LaunchState.COMMITTED, **flags)  # type: ignore[arg-type]
    assert isinstance(moved, Refused)
    assert says in str(moved.sentence)


def test_an_impossible_move_is_refused_in_a_sentence() -> None:
    moved = move_launch(LaunchState.DRAFT, LaunchState.LIVE)
    assert isinstance(moved, Refused)
    assert str(moved.sentence) == "A launch that is draft cannot become live."


def test_a_phase_goes_live_in_order_and_only_once_committed() -> None:
    planned, live = PhaseState.PLANNED, PhaseState.LIVE
    ready = move_phase(planned, live, launch_state=LaunchState.COMMITTED, earlier=[live])
    assert ready == PhaseMoved(live, "")
    early = move_phase(planned, live, launch_state=LaunchState.COMMITTED, earlier=[planned])
    draft = move_phase(planned, live, launch_state=LaunchState.PLANNED)
    assert isinstance(early, Refused)
    assert isinstance(draft, Refused)


def test_the_judged_phase_is_the_earliest_not_yet_live_else_the_last() -> None:
    live, planned = PhaseState.LIVE, PhaseState.PLANNED
    assert judged_phase([(3, planned), (1, live), (2, PhaseState.HALTED)]) == 2
    assert judged_phase([(1, live), (2, live)]) == 2
    assert judged_phase([]) is None


@pytest.mark.parametrize("share", [1.4, 0.0, -0.1, float("nan"), float("inf")])
def test_a_share_outside_0_to_100_percent_is_refused(share: float) -> None:
    assert share_problem(share) is not None


def test_a_ramp_never_goes_down() -> None:
    assert "not 140 %" in str(share_problem(1.4))
    assert shares_problem([0.1, 0.5, 1.0]) is None
    assert shares_problem([0.5, 0.1]) is not None


def test_a_cycle_is_shown_as_a_path() -> None:
    assert find_cycle({"a": ["b"], "b": ["c"], "c": ["a"]}) == ("a", "b", "c", "a")
    assert find_cycle({"a": ["a"]}) == ("a", "a")
    assert find_cycle({"a": ["b", "c"], "b": ["d"], "c": ["d"]}) is None
    chain = {i: [i + 1] for i in range(20_000)}
    assert find_cycle(chain) is None


def test_an_uncommitted_launch_is_judged_on_top_of_all_committed_ones() -> None:
    numbers = {"a": 2, "b": 1, "c": None, "d": None}
    assert commit_order(numbers, "c") == ("b", "a")
    assert commit_order(numbers, "a") == ("b",)


def test_changing_the_commitment_order_needs_a_reason_and_deals_the_same_numbers() -> None:
    numbers = {"a": 1, "b": 4, "c": 9}
    assert isinstance(reorder_commitments(numbers, "c", 1, reason=" "), Refused)
    assert reorder_commitments(numbers, "c", 1, reason="season") == {"c": 1, "a": 4, "b": 9}
