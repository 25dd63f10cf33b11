"""Pools with several languages: the published case, and brute force over every set."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.capacity.refusal import Inconsistent
from roadmap.capacity.skills import Pool, Shortage, shortage


def pool(languages: str, hours: float) -> Pool:
    return Pool(frozenset(languages.split("+")), hours)


def test_italian_is_short_although_there_are_hours_in_total() -> None:
    demand = {"de": 110.0, "fr": 70.0, "it": 105.0}
    pools = [pool("de", 100), pool("fr", 60), pool("fr+it", 80), pool("it", 20), pool("de+fr", 40)]
    assert sum(demand.values()) / sum(one.hours for one in pools) == pytest.approx(0.95)
    found = shortage(demand, pools)
    assert found == Shortage(frozenset({"it"}), 105, 100)
    assert found.short == 5


def test_enough_of_each_is_no_shortage() -> None:
    assert shortage({"de": 10.0}, [pool("de", 10)]) is None
    assert shortage({}, []) is None
    assert shortage({"de": 0.0}, []) is None


def test_a_language_nobody_speaks_is_short_by_all_of_it() -> None:
    found = shortage({"th": 4.0, "de": 1.0}, [pool("de", 5)])
    assert found == Shortage(frozenset({"th"}), 4, 0)


def test_hours_below_zero_are_refused() -> None:
    with pytest.raises(Inconsistent):
        shortage({"de": -1.0}, [])


LANGUAGES = ["de", "fr", "it", "es", "th"]
pools = st.lists(
    st.builds(
        Pool,
        st.sets(st.sampled_from(LANGUAGES), min_size=1).map(frozenset),
        st.integers(0, 30).map(float),
    ),
    max_size=6,
)


@given(st.dictionaries(st.sampled_from(LANGUAGES), st.integers(0, 30).map(float)), pools)
def test_the_set_named_is_the_one_short_by_most(
    demand: dict[str, float], groups: list[Pool]
) -> None:
    worst = 0.0
    sets: list[frozenset[str]] = []
    for size in range(1, len(demand) + 1):
        for chosen in combinations(demand, size):
            served = sum(one.hours for one in groups if one.languages & set(chosen))
            short = sum(demand[language] for language in chosen) - served
            if short > worst + 1e-9:
                worst, sets = short, []
            if short > 0 and abs(short - worst) < 1e-9:
                sets.append(frozenset(chosen))
    found = shortage(demand, groups)
    if worst == 0:
        assert found is None
    else:
        assert found is not None
        assert found.short == pytest.approx(worst)
        assert found.languages in sets
        assert len(found.languages) == min(len(one) for one in sets)
