"""The discussion: mentions by name, and every wording of an edited comment readable."""

import random

from roadmap.accounts.mentions import names_in, people_mentioned, suggestions
from roadmap.db import Database
from roadmap.requirements import queries, voices
from tests.cast import make_person
from tests.requirements.conftest import Make, People


def discuss(database: Database, people: People, make: Make, body: str) -> None:
    with database.writing() as session:
        requirement = make(session, people.alice)
        voices.comment(session, people.alice, requirement, body)


def test_a_mention_is_shown_as_the_name(database, people, make, cast, sign_in) -> None:
    discuss(database, people, make, "Ask @Bob or `@bob` or bob@example.org")
    html = sign_in(cast.victor).get("/requirements/REQ-1").text
    assert 'Ask <span class="mention">Bob</span> or <code>@bob</code> or bob@example.org' in html


def test_people_are_looked_up_once_and_only_for_mentions(
    database, people, make, cast, sign_in, statements
) -> None:
    discuss(database, people, make, "Nobody is named.")
    client = sign_in(cast.victor)

    def count() -> int:
        before = len(statements)
        assert client.get("/requirements/REQ-1").status_code == 200
        return len(statements) - before

    count()  # fills what the process keeps
    without = count()
    with database.writing() as session:
        requirement = queries.get_requirement(session, None, 1)
        voices.comment(session, people.alice, requirement, "@bob @charlie @nobody")
        voices.comment(session, people.alice, requirement, "@dora")
    assert count() == without + 1


def test_two_of_one_first_name_are_told_apart_by_the_whole_address(database, cast) -> None:
    with database.writing() as session:
        other = make_person(session, "Robert", "viewer")
        other.email = "bob@other.example"
        from roadmap.history.service import record

        record(session, None, other, "person.edited")
    with database.reading() as session:
        found = people_mentioned(session, {"bob", "bob@other.example", "alice", "nobody"})
        assert {handle: one.name for handle, one in found.items()} == {
            "bob@other.example": "Robert",
            "alice": "Alice",
        }
        offered = [(one.handle, one.name) for one in suggestions(session, "bo")]
        assert offered == [("bob@example.org", "Bob"), ("bob@other.example", "Robert")]
        assert [one.handle for one in suggestions(session, "ali")] == ["alice"]
        assert suggestions(session, "%") == []


def test_completion_answers_a_list_and_without_scripts_a_page(cast, sign_in) -> None:
    client = sign_in(cast.alice)
    part = client.get("/mentions?q=bo", headers={"X-Fragment": "1"}).text
    assert part.startswith('<li role="option"')
    assert 'data-handle="@bob"' in part
    assert "<h1>" in client.get("/mentions?q=bo").text
    assert client.get("/mentions?q=" + "x" * 5000).status_code == 200


def test_what_an_edited_comment_said_stays_readable(database, people, make, cast, sign_in) -> None:
    discuss(database, people, make, "It is <b>urgent</b>.")
    client = sign_in(cast.alice)
    assert "edited, see what it was" not in client.get("/requirements/REQ-1").text
    for body in ("It is not urgent.", "It is very urgent."):
        answer = client.post("/requirements/REQ-1/comments/1", data={"body": body})
        assert answer.status_code == 303
    assert "edited, see what it was" in client.get("/requirements/REQ-1").text
    page = sign_in(cast.victor).get("/requirements/REQ-1/comments/1/history").text
    places = [page.index(text) for text in ("very urgent", "not urgent", "&lt;b&gt;urgent")]
    assert places == sorted(places)
    assert client.get("/requirements/REQ-1/comments/2/history").status_code == 404


def test_a_comment_of_another_requirement_is_not_shown(
    database, people, make, cast, sign_in
) -> None:
    discuss(database, people, make, "Here.")
    with database.writing() as session:
        make(session, people.alice, "Another one altogether")
    assert sign_in(cast.alice).get("/requirements/REQ-2/comments/1/history").status_code == 404


def test_no_text_names_anybody_who_is_not_written_there(database, people) -> None:
    pieces = [
        "@",
        "bob",
        "alice",
        "%",
        "_",
        "'",
        '"',
        "--",
        "\\",
        "@bob@example.org",
        " ",
        "é",
        "中",
    ]
    draw = random.Random(20_261_123)
    with database.reading() as session:
        for _turn in range(60):
            text = "".join(draw.choices(pieces, k=12))
            for handle, name in names_in(session, [text]).items():
                assert f"@{handle}" in text
                assert name.casefold() == handle.partition("@")[0]
