"""The query language of the list of launches: it reads what it offers, and nothing breaks it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import and_

from roadmap.errors import Invalid
from roadmap.launches.models import Launch
from roadmap.lists.filters import Asker, conditions
from roadmap.lists.language import QueryError, parse
from roadmap.overview.launch_columns import COLUMNS, DEFAULT, chosen_columns
from roadmap.overview.launch_fields import OUTLOOKS, TYPES, VERDICTS, Vocabulary, texts
from roadmap.overview.launch_guides import guides
from roadmap.overview.standing import standing
from roadmap.requirements.listing import TeamNames
from roadmap.taxonomy.queries import Options

TODAY = date(2026, 11, 23)
NAMES = {
    ("market", "DE"): "Germany",
    ("language", "de"): "German",
    ("surface", "live"): "LIVE",
    ("policy_area", "weapons"): "Weapons",
}


class _Anybody:
    id = 7
    team_ids = frozenset({3})

    def may(self, _permission: str) -> bool:
        return False


KNOWN = Vocabulary(
    TeamNames({"ops": 3}, {3: "Operations"}, (("ops", "Operations"),)),
    Options(
        markets=(("DE", "Germany"),),
        languages=(("de", "German"),),
        surfaces=(("live", "LIVE"),),
        policy_areas=(("weapons", "Weapons"),),
        regions=(),
        names=NAMES,
    ),
    standing(_Anybody(), datetime(2026, 11, 23, tzinfo=UTC)),
    TODAY + timedelta(days=14),
)
ASKER = Asker(7, {3}, TODAY)


def written(text: str) -> str:
    """Return the condition of a query as SQL, its values apart."""
    query = parse(text)
    return str(and_(True, *conditions(query, KNOWN.fields(), ASKER), *texts(query)))


def test_every_field_is_told_of_and_every_value_told_of_is_read() -> None:
    told = guides(KNOWN)
    assert set(told) == set(KNOWN.fields())
    for code, guide in told.items():
        for value, _label in guide.values:
            assert written(f"{code}:{value}")
            assert written(f"-{code}:{value}")
        if guide.example and code != "owner":
            assert written(f"{code}:{guide.example}")


def test_what_a_stakeholder_asks() -> None:
    asked = "tier:1 market:DE outlook:at_risk,late date:2026-12 verdict:not_ready -is:ended sale"
    assert "launch_cell" in written(asked)


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("tier:1 marke:DE", 7, "There is no field marke"),
        ("market:DE,XX", 10, "There is no market XX"),
        ("outlook:soon", 8, "There is no outlook soon"),
        ("tier:one", 5, "tier needs a number"),
        ("date<soon", 5, "date needs a date"),
        ("verdict>ready", 0, "verdict has no order"),
        ("key:REQ-1", 4, "There is no key REQ-1"),
    ],
)
def test_an_error_points_at_the_word(text: str, position: int, said: str) -> None:
    with pytest.raises(QueryError) as refused:
        written(text)
    assert refused.value.position == position
    assert str(refused.value).startswith(said)


def test_a_verdict_that_may_not_be_shown_is_never_found_by_its_word() -> None:
    assert "fresh" in written("verdict:ready")
    assert "fresh" in written("verdict:recomputing")


def test_every_column_that_sorts_names_an_order_and_others_are_refused() -> None:
    for column in COLUMNS.values():
        if column.sort:
            assert KNOWN.order(column.sort).key is Launch.id
            assert KNOWN.order(f"-{column.sort}").descending
    with pytest.raises(Invalid, match="cannot be sorted by owner"):
        KNOWN.order("owner")


def test_unknown_columns_are_left_out_and_none_means_the_usual_ones() -> None:
    assert [one.code for one in chosen_columns(["tier", "nothing", "tier"])] == ["tier"]
    assert tuple(one.code for one in chosen_columns([])) == DEFAULT


VALUES = st.one_of(
    st.sampled_from([*VERDICTS, *OUTLOOKS, *TYPES, "none", "me", "DE", "1", "today", "LCH-1"]),
    st.text(max_size=12),
)


@given(
    st.sampled_from([*KNOWN.fields(), "nothing"]),
    st.sampled_from([":", "=", "<", ">=", ""]),
    st.lists(VALUES, max_size=3),
    st.text(max_size=20) | st.just("' OR 1=1; DROP TABLE launch; --"),
)
def test_no_text_does_more_than_be_refused(
    field: str, operator: str, values: list[str], rest: str
) -> None:
    text = f"{field}{operator}{','.join(values)} {rest}"
    found, position = "", 0
    try:
        found = written(text)
    except QueryError as refused:
        position = refused.position
    assert 0 <= position <= len(text)
    # Values travel beside the statement.
    assert "DROP" not in found
