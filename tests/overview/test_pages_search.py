"""How launches are found: by key, by words, and from the records they lean on."""

import pytest
from flask.testing import FlaskClient

from tests.overview.conftest import Stage, words


def test_a_key_jumps_to_its_record(bob: FlaskClient, stage: Stage) -> None:
    answer = bob.get(f"/search?q={stage.ready.key.lower()}")
    assert answer.status_code == 302
    assert answer.location == f"/launches/{stage.ready.key}"
    assert bob.get("/search?q=MEC-1").location == "/mechanisms/MEC-1"
    assert bob.get("/search?q=req1").location == "/requirements/REQ-1"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("spain live", "LIVE in Spain"),
        ("SPAIN", "LIVE in Spain"),
        ("classifier", "classifier of everything"),
        ("seller address", "Show the seller&#39;s address"),
        ("alice", "alice@example.org"),
        ("prior", "Prioritise"),
        ("new launch", "New launch"),
    ],
)
def test_words_find_records_people_and_pages(
    bob: FlaskClient, stage: Stage, query: str, told: str
) -> None:
    page = bob.get("/search", query_string={"q": query})
    assert page.status_code == 200
    assert told in page.text.partition('role="search" aria-label="Search this page"')[2]


@pytest.mark.parametrize("query", ["", "%", "_", "'; drop", "x" * 500, "ไทย", "<b>"])
def test_search_survives_any_words(bob: FlaskClient, stage: Stage, query: str) -> None:
    page = bob.get("/search", query_string={"q": query})
    assert page.status_code == 200
    assert "LIVE in Spain" not in page.text


def test_a_requirement_shows_its_launches_with_their_verdicts(
    bob: FlaskClient, stage: Stage
) -> None:
    text = words(bob.get(f"/requirements/{stage.requirement.key}").text)
    assert "Launches that deliver it" in text
    assert "LIVE in Spain" in text


def test_a_mechanism_shows_who_leans_on_it(bob: FlaskClient, stage: Stage) -> None:
    text = words(bob.get(f"/mechanisms/{stage.world.classifier.key}").text)
    assert "If this goes down 3 launches lean on it" in text
    assert "Loses its detection here; nothing stands in." in text
