"""Drafts of requirements: what is typed is kept, for its author alone."""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from roadmap import clock
from roadmap.db import Database
from roadmap.errors import Invalid, NotFound
from roadmap.requirements import drafts
from roadmap.requirements.models import (
    Attachment,
)
from tests.requirements.conftest import People
from tests.requirements.submitted import GOOD, own

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def test_what_is_typed_is_kept_and_comes_back(database, cast, sign_in) -> None:
    client = sign_in(cast.alice)
    typed = {"title": "Half a thought", "kind": "tool", "weekly_volume": "a few", "markets": ["FR"]}
    answer = client.post(
        "/requirements/drafts", data=typed, headers={"Accept": "application/json"}
    ).json
    assert answer["draft"] == 1
    assert answer["said"].startswith("Draft kept")
    again = typed | {"draft": "1", "problem": "More of it"}
    headers = {"Accept": "application/json"}
    assert client.post("/requirements/drafts", data=again, headers=headers).json["draft"] == 1
    (draft,) = own(database)
    assert draft.typed["problem"] == ["More of it"]
    page = client.get("/requirements/new?draft=1").text
    for words in ("Half a thought", "More of it", "a few"):
        assert words in page
    assert re.search(r'value="FR"[^>]*checked|checked[^>]*value="FR"', page)
    assert "Half a thought" in client.get("/requirements/new").text


def test_nothing_said_makes_no_draft(database, cast, sign_in) -> None:
    data = {"title": " ", "currency": "EUR", "team_id": str(cast.ops.id)}
    headers = {"Accept": "application/json"}
    answer = sign_in(cast.alice).post("/requirements/drafts", data=data, headers=headers)
    assert answer.json == {"draft": None, "said": ""}
    assert own(database) == []


def test_a_button_keeps_a_draft_without_scripts(database, cast, sign_in) -> None:
    client = sign_in(cast.alice)
    answer = client.post("/requirements/drafts", data={"title": "Later"})
    assert answer.status_code == 303
    assert answer.location.endswith("/requirements/new?draft=1")
    assert "Only you see it." in client.get(answer.location).text


def test_a_refused_form_is_kept_with_its_files(database, cast, sign_in) -> None:
    client = sign_in(cast.alice)
    data = {"title": "Replica perfume", "files": (io.BytesIO(PNG), "proof.png")}
    answer = client.post("/requirements", data=data)
    assert answer.status_code == 422
    assert "proof.png" in answer.text
    (draft,) = own(database)
    assert draft.typed["title"] == ["Replica perfume"]
    assert f'value="{draft.id}"' in answer.text
    sent = GOOD | {"draft": str(draft.id)}
    assert client.post("/requirements", data=sent).status_code == 303
    assert own(database) == []
    with database.reading() as session:
        (file,) = session.scalars(select(Attachment))
        assert (file.name, file.size, file.requirement_id) == ("proof.png", len(PNG), 1)


def test_a_file_is_dropped_from_a_draft(database, cast, sign_in) -> None:
    client = sign_in(cast.alice)
    data = {"title": "Replica", "files": (io.BytesIO(PNG), "proof.png")}
    client.post("/requirements/drafts", data=data)
    digest = own(database)[0].files[0]["digest"]
    client.post("/requirements/drafts", data={"title": "Replica", "draft": "1", "drop": digest})
    assert own(database)[0].files == []


def test_nobody_else_sees_uses_or_discards_a_draft(database, cast, sign_in) -> None:
    alice, bob = sign_in(cast.alice), sign_in(cast.bob)
    alice.post("/requirements/drafts", data={"title": "My secret thought"})
    assert "My secret thought" not in bob.get("/requirements/new").text
    assert bob.get("/requirements/new?draft=1").status_code == 404
    assert bob.post("/requirements/drafts/1/discard").status_code == 404
    bob.post("/requirements/drafts", data={"title": "Over it", "draft": "1"})
    assert [one.typed["title"] for one in own(database)] == [["My secret thought"], ["Over it"]]
    assert bob.post("/requirements", data=GOOD | {"draft": "1"}).status_code == 303
    assert own(database)[0].typed["title"] == ["My secret thought"]
    assert alice.post("/requirements/drafts/1/discard").status_code == 303
    assert len(own(database)) == 1


@pytest.mark.parametrize("number", ["0", "-1", "x", "²", "9" * 30, "", "1 OR 1"])
def test_a_draft_that_is_none_is_not_found(cast, sign_in, number) -> None:
    client = sign_in(cast.alice)
    status = 200 if number == "" else 404
    assert client.get("/requirements/new", query_string={"draft": number}).status_code == status
    assert client.post("/requirements", data=GOOD | {"draft": number}).status_code == 303


def test_a_draft_keeps_words_that_no_database_takes_out(database: Database, people: People) -> None:
    with database.writing() as session:
        drafts.keep(session, people.alice, None, {"title": ["nul \0 and \ud800 lone"]})
    assert own(database)[0].typed == {"title": ["nul  and  lone"]}
    with database.writing() as session, pytest.raises(Invalid, match="too long"):
        drafts.keep(session, people.alice, None, {"problem": ["x" * (drafts.MAX_LENGTH + 1)]})


def test_fifty_drafts_are_enough(database: Database, people: People) -> None:
    with database.writing() as session:
        for number in range(drafts.MAX_DRAFTS):
            drafts.keep(session, people.alice, None, {"title": [f"No. {number}"]})
        with pytest.raises(Invalid, match="You have 50 drafts"):
            drafts.keep(session, people.alice, None, {"title": ["One more"]})
        drafts.keep(session, people.bob, None, {"title": ["Mine"]})


def test_a_full_list_of_drafts_still_says_what_to_mend(database, cast, people, sign_in) -> None:
    with database.writing() as session:
        for number in range(drafts.MAX_DRAFTS):
            drafts.keep(session, people.alice, None, {"title": [f"No. {number}"]})
    answer = sign_in(cast.alice).post("/requirements", data={"title": "Replica perfume"})
    assert answer.status_code == 422
    assert "Discard some to keep another one." in answer.text
    assert "Replica perfume" in answer.text


def test_drafts_go_ninety_days_after_the_last_word(database: Database, people: People) -> None:
    with database.writing() as session:
        old = drafts.keep(session, people.alice, None, {"title": ["Old"]})
        drafts.keep(session, people.alice, None, {"title": ["New"]})
        old.updated_at = clock.now() - timedelta(days=91)
    with database.writing() as session:
        assert drafts.forget_old(session) == 1
    assert [one.typed["title"] for one in own(database)] == [["New"]]
    with database.writing() as session, pytest.raises(NotFound):
        drafts.own_draft(session, people.alice, 1)


def test_a_session_that_ended_loses_no_draft(database, cast, sign_in, app) -> None:
    client = sign_in(cast.alice)
    headers = {"Accept": "application/json"}
    client.post("/requirements/drafts", data={"title": "Before the end"}, headers=headers)
    gone = app.test_client().post("/requirements", data=GOOD | {"draft": "1"})
    assert gone.status_code == 401
    assert GOOD["problem"] in gone.text
    assert "data-keep-drafts" in gone.text
    assert "Before the end" in sign_in(cast.alice).get("/requirements/new?draft=1").text
