"""Normalising puts a criterion on 0 to 100 by the domain's rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.scoring.normalise import normalise


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ([5, 4], (100, 80)),
        ([5, 1, -5], (100, 60, 0)),
        ([6, 3, 2], (100, 50, 100 / 3)),
        ([-5, -2, -1], (0, 75, 100)),
        ([7, 7], (100, 100)),
    ],
)
def test_the_published_sets(values: list[float], parts: tuple[float, ...]) -> None:
    found = normalise(values)
    assert found.parts == pytest.approx(parts)
    assert found.note is None


def test_where_less_is_better_the_smallest_gets_most() -> None:
    assert normalise([5, 4], "less").parts == pytest.approx((0, 20))
    assert normalise([5, 0], "less").parts == pytest.approx((0, 100))


@pytest.mark.parametrize("direction", ["more", "less"])
@pytest.mark.parametrize("values", [[0, 0, 0], [-2, -2]])
def test_an_empty_range_gives_zero_and_a_note(values: list[float], direction: str) -> None:
    found = normalise(values, direction)  # type: ignore[arg-type]
    assert set(found.parts) == {0}
    assert found.note is not None


def test_an_empty_set_has_no_parts() -> None:
    assert normalise([]).parts == ()


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=20))
def test_parts_stay_between_0_and_100_and_keep_the_order(values: list[float]) -> None:
    parts = normalise(values).parts
    assert all(0 <= part <= 100 for part in parts)
    assert [parts[n] for n in sorted(range(len(values)), key=values.__getitem__)] == sorted(parts)
