"""Scope cells and patterns as text and as values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.taxonomy.scope import (
    ScopeCell,
    ScopeError,
    ScopePattern,
    as_cell,
    covers,
    covers_but_language,
    expand,
    parse_cell,
    parse_pattern,
    project,
)

CELL = ScopeCell("DE", "de", "live", "weapons")


def test_a_cell_reads_back_from_its_text() -> None:
    assert parse_cell("DE/de/live/weapons") == CELL
    assert str(CELL) == "DE/de/live/weapons"
    assert as_cell(ScopePattern("DE", "de", "live", "weapons")) == CELL


@given(
    st.sampled_from(("DE", None)),
    st.sampled_from(("zh-Hant", "de", None)),
    st.sampled_from(("live", None)),
    st.sampled_from(("self_harm", None)),
)
def test_a_pattern_reads_back_from_its_text(
    market: str | None, language: str | None, surface: str | None, area: str | None
) -> None:
    parts = (market, language, surface, area)
    pattern = ScopePattern(*parts)
    assert parse_pattern(str(pattern)) == pattern
    assert pattern.is_concrete == (None not in parts)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("DE/de/live", "four parts"),
        ("de/de/live/weapons", "market: expected two capital letters"),
        ("DE/d/live/weapons", "language"),
        ("DE/de/Live/weapons", "surface"),
        ("DE/de/live/", "got nothing"),
        ("DE/de/live/=cmd()", "policy area"),
    ],
)
def test_an_unreadable_text_says_which_part_and_what_was_expected(text: str, says: str) -> None:
    with pytest.raises(ScopeError, match=says):
        parse_pattern(text)


def test_a_cell_has_no_wildcard() -> None:
    with pytest.raises(ScopeError, match="all four parts"):
        parse_cell("DE/*/live/weapons")


def test_a_wildcard_covers_any_value_and_a_value_only_itself() -> None:
    assert covers(ScopePattern(), CELL)
    assert covers(ScopePattern(market="DE", surface="live"), CELL)
    assert not covers(ScopePattern(language="fr"), CELL)
    assert covers_but_language(ScopePattern(language="fr"), CELL)
    assert not covers_but_language(ScopePattern(language="fr", surface="shop"), CELL)


def test_a_slice_keeps_the_dimensions_asked_for() -> None:
    assert str(project(CELL, ("language", "policy_area"))) == "*/de/*/weapons"


def test_lists_expand_to_every_cell_once_sorted() -> None:
    cells = expand(["DE", "FR", "DE"], ["de"], ["live"], ["weapons", "drugs"])
    assert [str(c) for c in cells] == [
        "DE/de/live/drugs",
        "DE/de/live/weapons",
        "FR/de/live/drugs",
        "FR/de/live/weapons",
    ]
    with pytest.raises(ScopeError, match="name the values"):
        expand(["*"], ["de"], ["live"], ["weapons"])
