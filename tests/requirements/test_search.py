"""Search finds the same on both databases, in any script, whatever signs a word holds."""

import pytest

from roadmap.db import Database
from roadmap.lists.language import Query, parse
from roadmap.requirements import list_page, queries, service
from roadmap.textsearch import normal, words_of
from tests.requirements.conftest import Make, People
from tests.worlds import kept

TITLES = {
    1: "Parfüm-Fälschungen im Live erkennen",
    2: "直播中识别仿冒香水",
    3: "ตรวจจับน้ำหอมปลอมในไลฟ์",
    4: "Share of 100% wrong pauses",
    5: "snake_case_name in rules",
    6: 'Say "exactly this" twice',
    7: "It's O'Brien's back\\slash",
    8: "ΑΡΩΜΑ και ИКРА",
    9: "snakeXcaseXname 100 wrong",
}

FOUND = {
    "parfum": {1},
    "PARFÜM": {1},
    "falschungen live": {1},
    "香水": {2},
    "识别仿冒": {2},
    "水": {2},
    "น้ำหอม": {3},
    "ปลอม": {3},
    "100%": {4},
    "%": {4},
    "snake_case": {5},
    "_c": {5},
    "exactly": {6},
    "O'Brien": {7},
    "back\\slash": {7},
    "\\": {7},
    "αρωμα": {8},
    "икра": {8},
    "wrong": {4, 9},
    "wrong -pauses": {9},
    "nowhere": set(),
    "AND": set(),
    "NEAR(": set(),
}


@pytest.fixture
@kept
def texts(database: Database, people: People, make: Make) -> None:
    with database.writing() as session:
        for title in TITLES.values():
            make(session, people.alice, title, problem=".")


@pytest.mark.parametrize("typed", FOUND)
def test_a_word_is_found_wherever_it_stands(
    database: Database, people: People, texts: None, typed: str
) -> None:
    with database.reading() as session:
        known = list_page.vocabulary(session)
        page = list_page.page_of(session, people.alice, known, parse(typed), "key", [])
        assert {row.id for row in page.rows} == FOUND[typed]


@pytest.mark.parametrize("word", ['"', '""', '" OR "', "a" * 300, "*", "^x", "(", "水 100% _c"])
def test_no_sign_of_the_search_engine_means_anything(
    database: Database, people: People, texts: None, word: str
) -> None:
    with database.reading() as session:
        known = list_page.vocabulary(session)
        list_page.page_of(session, people.alice, known, Query(words=(word,)), "key", [])


def test_an_edited_or_new_text_is_found_at_once(
    database: Database, people: People, make: Make, texts: None
) -> None:
    def found(word: str) -> set[int]:
        known = list_page.vocabulary(session)
        page = list_page.page_of(session, people.alice, known, parse(word), "key", [])
        return {row.id for row in page.rows}

    with database.writing() as session:
        one = queries.get_requirement(session, None, 4)
        service.edit(session, None, one, {"title": "Something new altogether"})
        session.flush()
        assert found("altogether") == {4}
        assert found("pauses") == set()


def test_similar_titles_come_best_first(
    database: Database, people: People, make: Make, texts: None
) -> None:
    with database.writing() as session:
        make(session, people.alice, "Recognise replica perfume in LIVE")
        make(session, people.alice, "Queue for Turkish seller appeals")
    with database.reading() as session:
        (first, *_rest) = queries.similar(session, "replica perfumes in live streams")
        assert first.title == "Recognise replica perfume in LIVE"
        assert first.likeness > 0.7
        assert [one.id for one in queries.similar(session, "识别直播中的仿冒香水")] == [2]
        assert [one.id for one in queries.similar(session, "仿冒香水")] == [2]
        assert [one.id for one in queries.similar(session, "香水 仿冒 识别")] == [2]
        assert [one.id for one in queries.similar(session, "น้ำหอมปลอมในไลฟ์")] == [3]
        assert [one.id for one in queries.similar(session, "ปลอมน้ำหอม")] == [3]
        assert queries.similar(session, "申诉处理时间") == []
        assert queries.similar(session, "%%%") == []
        # A word in common is not enough.
        assert queries.similar(session, "Warn reviewers when a seller re-lists an item") == []
        assert queries.similar(session, "perfume", without=first.id) == []


def test_text_is_normalised_alike_everywhere() -> None:
    assert normal("  Ｆｕｌｌ\tWIDTH  ÉTÉ straße ") == "full width ete strasse"
    assert normal("น้ำหอม") == normal("น้ำหอม")
    assert words_of('a "b  c" d') == ["a", "b c", "d"]
