"""Completion of the query language, and the language itself against whatever is typed."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from roadmap.lists.completion import MAX_OPTIONS, FieldGuide, complete
from roadmap.lists.filters import Asker, conditions
from roadmap.lists.kinds import Choice, FieldKind, Own
from roadmap.lists.language import QueryError, parse, word_at
from roadmap.requirements.list_page import Vocabulary
from roadmap.requirements.listing import TeamNames
from roadmap.taxonomy.queries import Options
from tests.pace import within

GUIDES = {
    "state": FieldGuide("State", [("accepted", "Accepted"), ("in_progress", "In progress")]),
    "market": FieldGuide("Market", [("DE", "Germany"), ("DK", "Denmark"), ("FR", "France")]),
    "score": FieldGuide("Score", ordered=True, example="400"),
    "stage": FieldGuide("Stage", [("two words", "Two words")]),
}


@pytest.mark.parametrize(
    ("typed", "at", "replaced", "options"),
    [
        ("", 0, "", ["state:", "market:", "score>", "stage:"]),
        ("st", 2, "st", ["state:", "stage:"]),
        ("-ma", 3, "ma", ["market:"]),
        ("perfume sc", 10, "sc", ["score>"]),
        ("state:", 6, "", ["accepted", "in_progress"]),
        ("state:acc market:DE", 9, "acc", ["accepted"]),
        ("state:prog", 10, "prog", ["in_progress"]),
        ("market:DE,d", 11, "d", ["DE", "DK"]),
        ("market:germ", 11, "germ", ["DE"]),
        ('stage:"two', 10, '"two', ['"two words"']),
        ("nofield:x", 9, "", []),
        ('"quoted st', 10, "", []),
        ("sta:x", 2, "sta:", ["state:", "stage:"]),
        ("zzz", 3, "zzz", []),
    ],
)
def test_fields_are_offered_first_then_their_values(typed, at, replaced, options) -> None:
    found = complete(typed, at, GUIDES)
    assert typed[found.start : found.end] == replaced
    assert [one.text for one in found.options] == options


SIGNS = st.text(alphabet='astemrk:<>=-," DEFR2027.%\'";\\()', max_size=60)


@given(st.text(max_size=200) | SIGNS, st.integers(-5, 300))
def test_completion_answers_whatever_is_typed(typed: str, at: int) -> None:
    found = complete(typed, at, GUIDES)
    assert 0 <= found.start <= found.end <= len(typed)
    assert len(found.options) <= MAX_OPTIONS


@given(st.sampled_from(sorted(GUIDES)), st.integers(0, 2))
def test_what_is_taken_is_read(code: str, place: int) -> None:
    field = complete(code, len(code), {code: GUIDES[code]}).options[0].text
    values = complete(field, len(field), GUIDES).options
    if values:
        text = field + values[place % len(values)].text
        assert parse(text).terms[0].field == code


OWN = [
    Own(1, "vendor", "Vendor", FieldKind.TEXT),
    Own(2, "cost", "Cost", FieldKind.NUMBER),
    Own(3, "stage", "Stage", FieldKind.CHOICE, choices=(Choice("idea", "Idea"),)),
    Own(4, "review", "Review", FieldKind.DATE),
    Own(5, "owner", "Owner", FieldKind.PERSON),
]
KNOWN = Vocabulary(
    TeamNames({"ops": 1}, {1: "Operations"}, (("ops", "Operations"),)),
    Options((), (), (), (), (), {("market", "DE"): "Germany"}),
    OWN,
)
NAMES = st.sampled_from(sorted(KNOWN.fields()))
VALUES = st.sampled_from(
    ["none", "me", "idea", "DE", "400", "-1", "2027-03", "today+9999", "today-9999", "x@y", "NONE"]
) | st.text(st.characters(exclude_characters='"', exclude_categories=["Cs"]), min_size=1)
TERMS = st.builds(
    lambda minus, name, sign, values: minus + name + sign + ",".join(f'"{v}"' for v in values),
    st.sampled_from(["", "-"]),
    NAMES,
    st.sampled_from([":", "<", "<=", ">", ">=", "="]),
    st.lists(VALUES, min_size=1, max_size=4),
)


@settings(max_examples=300)
@given(st.lists(TERMS, max_size=6))
def test_any_filter_becomes_safe_sql_or_one_sentence(parts: list[str]) -> None:
    typed = " ".join(parts)
    try:
        found = conditions(parse(typed), KNOWN.fields(), Asker(1, {1}, date(2026, 11, 22)))
    except QueryError as error:
        assert error.sentence.text(str)  # noqa: PT017 - either outcome is right
        start, end = word_at(typed, error.position)
        assert 0 <= start <= end <= len(typed)
        return
    for one in found:
        for dialect in (sqlite.dialect(), postgresql.dialect()):
            sql = str(one.compile(dialect=dialect))
            for part in parts:
                words = part.partition('"')[2]
                assert len(words) < 8 or words not in sql


@pytest.mark.parametrize(
    "typed",
    [
        "vendor:" + '"%_' * 300,
        "a" * 1000,
        '"' * 999,
        ",".join(["vendor:x"] * 100),
        "vendor:" + ",".join("x" * 3 for _ in range(50)),
        "-" * 1000,
        "x:" * 500,
    ],
)
def test_no_query_takes_long(database, people, typed) -> None:
    from roadmap.requirements import list_page

    def asked() -> None:
        with database.reading() as session:
            known = list_page.vocabulary(session)
            try:
                list_page.page_of(session, people.alice, known, parse(typed), "key", [])
            except QueryError as error:
                assert str(error)  # noqa: PT017

    assert within(2, asked)


def test_the_page_completes_and_points_at_the_word(cast, people, sign_in, fields) -> None:
    client = sign_in(cast.alice)
    found = client.get("/requirements/complete?q=stage:pro&at=9").json
    assert found == {
        "start": 6,
        "end": 9,
        "options": [{"text": "proof_of_concept", "label": "Proof of concept"}],
    }
    assert client.get("/requirements/complete?q=ven&at=zzz").json["options"][0]["text"] == "vendor:"
    page = client.get("/requirements?q=stage:rollout,later+x")
    assert page.status_code == 422
    assert "stage:rollout,<mark>later</mark> x" in page.text
    assert "Proof of concept" in page.text
    assert client.get("/requirements/fields").status_code == 200


def test_each_part_of_a_filter_can_be_taken_away(cast, people, sign_in, fields) -> None:
    page = sign_in(cast.alice).get("/requirements?q=state:accepted+cost>5+perfume+-pause")
    assert page.text.count('aria-label="Take ') == 4
    assert "q=state:accepted+perfume+-pause" in page.text.replace("%3A", ":")
