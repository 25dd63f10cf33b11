"""What fits the teams: in rank order, all teams or none, and never on an unsaid capacity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.scoring.fitting import Fit, Fits, Need, fit

DATA, TOOLS, LEGAL = 1, 2, 3


def test_teams_are_filled_in_rank_order_up_to_their_line() -> None:
    answers, teams = fit([Need(1, {DATA: 4}), Need(2, {DATA: 3}), Need(3, {DATA: 1})], {DATA: 5})
    assert [answers[key].fits for key in (1, 2, 3)] == [Fits.FITS, Fits.FULL, Fits.FULL]
    assert (teams[DATA].fits, teams[DATA].needed, teams[DATA].used) == (1, 3, 4)
    assert teams[DATA].stopped_by == 2


def test_one_that_needs_two_teams_fits_only_if_both_have_room_and_frees_the_other() -> None:
    order = [Need(1, {DATA: 4, TOOLS: 4}), Need(2, {TOOLS: 4})]
    answers, teams = fit(order, {DATA: 3, TOOLS: 5})
    assert answers[1] == Fit(Fits.FULL, (DATA,))
    assert answers[2] == Fit(Fits.FITS)
    assert teams[TOOLS].used == 4


def test_a_team_that_never_said_its_capacity_makes_nothing_fit_and_holds_the_rest() -> None:
    order = [Need(1, {LEGAL: 1, DATA: 3}), Need(2, {DATA: 3})]
    answers, teams = fit(order, {DATA: 5})
    assert answers[1] == Fit(Fits.UNKNOWN, (LEGAL,))
    assert answers[2].fits is Fits.FULL
    assert (teams[DATA].held, teams[LEGAL].capacity) == (3, None)


def test_without_an_effort_nothing_is_known() -> None:
    assert fit([Need(1, {})], {DATA: 5})[0][1] == Fit(Fits.UNKNOWN)


def test_ten_tenths_fill_one_week() -> None:
    _, teams = fit([Need(key, {DATA: 0.1}) for key in range(10)], {DATA: 1.0})
    assert teams[DATA].fits == 10


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf")])
def test_weeks_that_make_no_sense_are_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        fit([], {DATA: wrong})
    with pytest.raises(ValueError, match="finite"):
        fit([Need(1, {DATA: wrong})], {DATA: 1.0})


weeks = st.floats(0.1, 20)
orders = st.lists(st.dictionaries(st.integers(1, 4), weeks, max_size=3), max_size=15).map(
    lambda all_: [Need(key, efforts) for key, efforts in enumerate(all_)]
)
capacities = st.dictionaries(st.integers(1, 4), st.floats(0, 60))


@given(orders, capacities)
def test_no_team_is_ever_over_its_weeks(order: list[Need], capacity: dict[int, float]) -> None:
    answers, _ = fit(order, capacity)
    for team, weeks_ in capacity.items():
        taken = sum(
            need.efforts.get(team, 0) for need in order if answers[need.key].fits is Fits.FITS
        )
        assert taken <= weeks_ + 1e-6


@given(orders, capacities)
def test_what_fits_has_only_teams_that_stated_their_weeks_and_were_never_full_before(
    order: list[Need], capacity: dict[int, float]
) -> None:
    answers, _ = fit(order, capacity)
    closed: set[int] = set()
    for need in order:
        answer = answers[need.key]
        if answer.fits is Fits.FITS:
            assert need.efforts
            assert set(need.efforts) <= set(capacity)
            assert not closed & set(need.efforts)
        if answer.fits is Fits.FULL:
            closed |= set(answer.stops)


@given(orders, capacities, weeks)
def test_more_weeks_of_the_only_team_never_make_fewer_fit(
    order: list[Need], capacity: dict[int, float], more: float
) -> None:
    alone = [Need(need.key, {1: sum(need.efforts.values())}) for need in order if need.efforts]
    held = {1: capacity.get(1, 0.0)}
    before = fit(alone, held)[1].get(1)
    after = fit(alone, {1: held[1] + more})[1].get(1)
    assert before is not None
    assert after is not None
    assert after.fits >= before.fits


@given(orders, capacities)
def test_what_stands_further_down_never_changes_what_fits_above(
    order: list[Need], capacity: dict[int, float]
) -> None:
    half = order[: len(order) // 2]
    whole = fit(order, capacity)[0]
    part = fit(half, capacity)[0]
    assert all(whole[need.key] == part[need.key] for need in half)
