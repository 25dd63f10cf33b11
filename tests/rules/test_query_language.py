"""The query language of lists: what it reads, and that nothing typed breaks it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.lists.filters import Asker, conditions
from roadmap.lists.language import Query, QueryError, Term, days, number, parse
from roadmap.requirements.listing import TeamNames, fields
from roadmap.taxonomy.queries import Options

TODAY = date(2026, 11, 22)


def test_the_example_reads_as_meant() -> None:
    query = parse("state:accepted market:DE,FR score>400 team:me needed<2027-03 free words")
    assert [(t.field, t.operator, t.values) for t in query.terms] == [
        ("state", ":", ("accepted",)),
        ("market", ":", ("DE", "FR")),
        ("score", ">", ("400",)),
        ("team", ":", ("me",)),
        ("needed", "<", ("2027-03",)),
    ]
    assert query.words == ("free", "words")


def test_quotes_minus_and_equals() -> None:
    query = parse('-state=declined "two words" -perfume title:"a, b" pre-launch')
    assert query.terms[0] == Term("state", ":", ("declined",), negated=True, position=0)
    assert query.terms[1].values == ("a, b",)
    assert (query.words, query.without) == (("two words", "pre-launch"), ("perfume",))


@pytest.mark.parametrize(
    ("typed", "position"),
    [
        ("state:", 6),
        ("x state:a,", 10),
        ('perfume "open', 8),
        ("score>1,2", 0),
        ("a" * 1001, 1000),
        (" ".join(["x"] * 31), 60),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(typed: str, position: int) -> None:
    with pytest.raises(QueryError) as refused:
        parse(typed)
    assert refused.value.position == position
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("value", "start", "end"),
    [
        ("2027", date(2027, 1, 1), date(2028, 1, 1)),
        ("2027-Q1", date(2027, 1, 1), date(2027, 4, 1)),
        ("2027-q4", date(2027, 10, 1), date(2028, 1, 1)),
        ("2027-03", date(2027, 3, 1), date(2027, 4, 1)),
        ("2027-12", date(2027, 12, 1), date(2028, 1, 1)),
        ("2028-02-29", date(2028, 2, 29), date(2028, 3, 1)),
        ("today", TODAY, date(2026, 11, 23)),
        ("today+14", date(2026, 12, 6), date(2026, 12, 7)),
        ("Today-1d", date(2026, 11, 21), TODAY),
    ],
)
def test_a_date_may_be_a_year_a_quarter_a_month_or_a_day(
    value: str, start: date, end: date
) -> None:
    assert days(Term("needed", "<", (value,)), value, TODAY) == (start, end)


@pytest.mark.parametrize(
    "value",
    ["2026-02-30", "2027-13", "2027-00", "2027-Q5", "0000", "soon", "2027-3", "9999-12", ""],
)
def test_a_date_that_does_not_exist_is_refused(value: str) -> None:
    with pytest.raises(QueryError):
        days(Term("needed", "<", (value,)), value, TODAY)


@pytest.mark.parametrize("value", ["1e3", "nan", "inf", "1.2.3", "--1", "4k", "٣"])
def test_a_number_is_digits(value: str) -> None:
    with pytest.raises(QueryError):
        number(Term("score", ">", (value,)), value)


def test_a_filter_can_be_changed_one_field_at_a_time() -> None:
    query = parse("state:accepted -word score>4 perfume")
    assert str(query.having("state", ["planned"])) == "score>4 state:planned perfume -word"
    assert str(query.having("state", [])) == "score>4 perfume -word"


@given(st.text(max_size=200) | st.text(alphabet='astate:<>=-,"0129. ', max_size=60))
def test_reading_what_was_written_gives_the_same_query(typed: str) -> None:
    try:
        query = parse(typed)
    except QueryError as error:
        place = error.position
        assert 0 <= place <= len(typed)
        return
    again = parse(str(query))
    assert (again.words, again.without) == (query.words, query.without)
    assert [str(term) for term in again.terms] == [str(term) for term in query.terms]


NAMES = st.sampled_from(sorted(fields(TeamNames({}, {}, ()), Options((), (), (), (), (), {}))))
VALUES = st.sampled_from(
    ["none", "me", "DE", "accepted", "400", "-1", "2027-03", "today+9999", "REQ-1", "x@y", "open"]
) | st.text(st.characters(exclude_characters='"'), min_size=1, max_size=20)


@given(
    st.lists(
        st.builds(
            lambda minus, name, sign, values: (
                minus + name + sign + ",".join(f'"{v}"' for v in values)
            ),
            st.sampled_from(["", "-"]),
            NAMES,
            st.sampled_from([":", "<", "<=", ">", ">=", "="]),
            st.lists(VALUES, min_size=1, max_size=3),
        ),
        max_size=4,
    )
)
def test_any_filter_becomes_a_condition_or_one_sentence(parts: list[str]) -> None:
    words = Options((), (), (), (), (), {("market", "DE"): "Germany"})
    teams = TeamNames({"ops": 1}, {1: "Operations"}, (("ops", "Operations"),))
    try:
        found = conditions(parse(" ".join(parts)), fields(teams, words), Asker(1, {1}, TODAY))
    except QueryError as error:
        assert error.sentence.text(str)  # noqa: PT017 - either outcome is right
        return
    assert len(found) == len(parts)
    assert all(str(one) for one in found)


def test_an_empty_query_is_empty() -> None:
    assert parse("  ") == Query()
