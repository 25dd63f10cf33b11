"""Scorers, frameworks and capacity compared."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.scoring.compare import (
    CutLine,
    RankChange,
    Spread,
    consolidate,
    cut_line,
    rank_changes,
)
from roadmap.scoring.formulas import BUILT_IN, Number, Score, score_one
from roadmap.scoring.ranking import Item, rank

RICE = BUILT_IN[0]
ENTRY = st.fixed_dictionaries(
    {
        "reach": st.none() | st.floats(0, 1e6),
        "impact": st.none() | st.sampled_from([3, 2, 1, 0.5, 0.25]),
        "confidence": st.none() | st.sampled_from([1, 0.8, 0.5]),
        "effort": st.none() | st.floats(0.1, 100),
    }
)


def test_scorers_meet_in_the_median_and_their_spread_is_kept() -> None:
    entries: list[dict[str, Number | None]] = [
        {"reach": 100, "effort": 2},
        {"reach": 900, "effort": None},
        {"reach": 200, "effort": 5},
        {},
    ]
    found = consolidate(entries, RICE.criteria)
    assert found.median == {"reach": 200, "effort": 3.5}
    assert found.spread["reach"] == Spread(100, 900, 800, 3)
    assert found.spread["effort"] == Spread(2, 5, 3, 2)
    assert found.scorers == 3


def test_between_two_steps_of_a_scale_the_cautious_one_is_taken() -> None:
    found = consolidate([{"impact": 1}, {"impact": 2}], RICE.criteria)
    assert found.median == {"impact": 1}


def test_nobody_scoring_leaves_nothing() -> None:
    found = consolidate([{}, {"reach": None}], RICE.criteria)
    assert (found.median, found.spread, found.scorers) == ({}, {}, 0)


def test_a_value_that_is_not_allowed_is_not_averaged_away() -> None:
    with pytest.raises(ValueError, match="above 0"):
        consolidate([{"effort": 0}, {"effort": 4}], RICE.criteria)


@given(st.lists(ENTRY, max_size=7), st.randoms(use_true_random=False))
def test_the_order_of_scorers_changes_nothing(
    entries: list[dict[str, Number | None]], chance: random.Random
) -> None:
    shuffled = chance.sample(entries, len(entries))
    assert consolidate(shuffled, RICE.criteria) == consolidate(entries, RICE.criteria)


@given(st.lists(ENTRY, min_size=1, max_size=7))
def test_consolidated_inputs_can_be_scored(entries: list[dict[str, Number | None]]) -> None:
    found = consolidate(entries, RICE.criteria)
    outcome = score_one(RICE, found.median)
    assert isinstance(outcome, Score) == (len(found.median) == 4)


def test_rank_changes_follow_the_new_order_and_list_what_left() -> None:
    before = rank([Item(1, 3), Item(2, 2), Item(3, 1), Item(4, None), Item(5, None)])
    after = rank([Item(1, 1), Item(2, 2), Item(4, 5), Item(3, None), Item(5, None)])
    changes = rank_changes(before, after)
    assert changes == (
        RankChange(4, None, 1),
        RankChange(2, 2, 2),
        RankChange(1, 1, 3),
        RankChange(3, 3, None),
        RankChange(5, None, None),
    )
    assert [change.moved for change in changes] == [None, 0, -2, None, None]


def test_the_line_is_drawn_before_the_first_that_does_not_fit() -> None:
    efforts = [5, 4, 4, 2.5, 5, 4, 6, 3, 5, 6, 3, 5, 6, 4]
    cut = cut_line(list(enumerate(efforts, start=1)), 26)
    assert cut.fits == (1, 2, 3, 4, 5, 6)
    assert len(cut.rest) == 8
    assert (cut.used, cut.capacity, cut.stopped_by, cut.why) == (24.5, 26, 7, "too_big")


def test_a_smaller_item_further_down_is_not_pulled_up() -> None:
    assert cut_line([(1, 3), (2, 9), (3, 1)], 4).fits == (1,)


def test_an_unknown_effort_is_not_known_to_fit() -> None:
    assert cut_line([(1, 1), (2, None), (3, 1)], 10) == CutLine(
        (1,), (2, 3), 1, 10, "effort_unknown"
    )


def test_everything_fits_or_nothing_is_there() -> None:
    assert cut_line([(1, 0.1), (2, 0.1), (3, 0.1)], 0.3).why is None
    assert cut_line([], 0) == CutLine((), (), 0, 0)
    assert cut_line([(1, 1)], 0).fits == ()


@pytest.mark.parametrize(("effort", "capacity"), [(-1, 5), (float("nan"), 5), (1, -1)])
def test_an_impossible_effort_or_capacity_is_refused(effort: float, capacity: float) -> None:
    with pytest.raises(ValueError, match="not negative"):
        cut_line([(1, effort)], capacity)
