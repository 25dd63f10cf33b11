"""The backlog's order: scores first, prerequisites never below what needs them."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.scoring.ranking import Item, Ranking, RankingError, rank
from tests.pace import grows_in_step


def order(ranking: Ranking) -> list[int]:
    return [row.key for row in ranking.ranked]


def row(ranking: Ranking, key: int) -> object:
    return next(found for found in ranking.ranked if found.key == key)


@st.composite
def backlogs(draw: st.DrawFn) -> list[Item]:
    """Draw items without cycles: links only lead from smaller to larger positions."""
    size = draw(st.integers(1, 12))
    keys = draw(st.permutations(range(size)))
    score = st.none() | st.sampled_from([0.0, 1.0, 2.5, -3.0]) | st.floats(-100, 100)
    items = []
    for at, key in enumerate(keys):
        later = keys[at + 1 :]
        blocks = draw(st.lists(st.sampled_from(later), max_size=3)) if later else []
        items.append(Item(key, draw(score), tuple(blocks)))
    return items


def test_scores_are_ranked_from_the_largest_and_ties_by_key() -> None:
    ranking = rank([Item(3, 1), Item(1, 1), Item(2, 5)])
    assert order(ranking) == [2, 1, 3]
    assert [found.rank for found in ranking.ranked] == [1, 2, 3]
    assert ranking.places == {2: 1, 1: 2, 3: 3}


def test_a_prerequisite_is_lifted_to_the_best_score_it_blocks() -> None:
    ranking = rank([Item(2, 2.4), Item(3, 1.8), Item(9, 0.5, (2, 3))])
    assert order(ranking) == [9, 2, 3]
    first = ranking.ranked[0]
    assert (first.score, first.effective, first.lifted_by) == (0.5, 2.4, 2)
    assert not first.unscored


def test_lifting_goes_through_chains_and_the_deepest_prerequisite_comes_first() -> None:
    ranking = rank([Item(1, 10), Item(2, 1, (1,)), Item(3, None, (2,)), Item(4, 9)])
    assert order(ranking) == [3, 2, 1, 4]
    assert [found.depth for found in ranking.ranked] == [0, 1, 2, 0]
    assert ranking.ranked[0].unscored
    assert ranking.ranked[0].effective == 10


def test_an_own_higher_score_is_not_lifted() -> None:
    ranking = rank([Item(1, 5, (2,)), Item(2, 3)])
    assert ranking.ranked[0].lifted_by is None


def test_unscored_items_are_listed_apart_and_zero_is_a_score() -> None:
    ranking = rank([Item(5, None), Item(1, 0), Item(2, None, (5,)), Item(3, -1)])
    assert order(ranking) == [1, 3]
    assert ranking.unscored == (2, 5)


def test_links_out_of_the_backlog_lift_nothing() -> None:
    assert order(rank([Item(1, 1, (99,)), Item(2, 2)])) == [2, 1]


def test_a_cycle_is_named_from_its_smallest_key() -> None:
    items = [Item(7, 1, (3,)), Item(3, 1, (5,)), Item(5, None, (7,)), Item(1, 1, (3,)), Item(2, 1)]
    for _ in range(5):
        random.Random(1).shuffle(items)
        with pytest.raises(RankingError, match="3 → 5 → 7 → 3") as caught:
            rank(items)
        assert caught.value.cycle == (3, 5, 7)


def test_an_item_that_blocks_itself_is_a_cycle() -> None:
    with pytest.raises(RankingError, match="4 → 4"):
        rank([Item(4, 1, (4,))])


def test_what_only_waits_for_a_cycle_is_not_named_in_it() -> None:
    with pytest.raises(RankingError) as caught:
        rank([Item(1, 1), Item(2, 1, (3,)), Item(3, 1, (2, 1))])
    assert caught.value.cycle == (2, 3)


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_a_score_that_is_not_finite_has_no_place(score: float) -> None:
    with pytest.raises(RankingError, match="not a finite number"):
        rank([Item(1, score)])


def test_a_key_given_twice_is_refused() -> None:
    with pytest.raises(RankingError, match="twice"):
        rank([Item(1, 1), Item(1, 2)])


@given(backlogs())
def test_a_prerequisite_never_ranks_below_what_it_blocks(items: list[Item]) -> None:
    ranking = rank(items)
    for item in items:
        for blocked in item.blocks:
            if blocked in ranking.places:
                assert ranking.places[item.key] < ranking.places[blocked]


@given(backlogs(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(items: list[Item], chance: random.Random) -> None:
    shuffled = [
        Item(item.key, item.score, tuple(chance.sample(item.blocks, len(item.blocks))))
        for item in chance.sample(items, len(items))
    ]
    assert rank(shuffled) == rank(items)


@given(backlogs())
def test_every_item_is_listed_once_and_every_scored_one_is_ranked(items: list[Item]) -> None:
    ranking = rank(items)
    assert sorted([*order(ranking), *ranking.unscored]) == sorted(item.key for item in items)
    assert {item.key for item in items if item.score is not None} <= set(order(ranking))


def test_a_chain_of_100_000_prerequisites_needs_no_recursion() -> None:
    last = 99_999
    items = [Item(key, None, (key + 1,)) for key in range(last)]
    ranking = rank([*items, Item(last, 1.0)])
    assert order(ranking) == list(range(100_000))


def linked(size: int) -> list[Item]:
    """Return items of which half wait for another and a tenth have no score."""
    chance = random.Random(3)
    links: dict[int, list[int]] = {}
    for _ in range(size // 2):
        low, high = sorted(chance.sample(range(size), 2))
        links.setdefault(low, []).append(high)
    return [
        Item(key, chance.random() if key % 10 else None, tuple(links.get(key, ())))
        for key in range(size)
    ]


def test_ranking_100_000_items_takes_about_ten_times_what_10_000_take() -> None:
    few, many = linked(10_000), linked(100_000)
    assert grows_in_step(lambda: rank(few), lambda: rank(many))
    ranking = rank(many)
    assert len(ranking.ranked) + len(ranking.unscored) == 100_000
