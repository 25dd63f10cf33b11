"""What is asked, from which thread and with which files travels in a workspace file."""

import json
from typing import Any

import pytest

from roadmap.db import Database
from roadmap.requirements import attachments, queries
from roadmap.requirements.rules import OriginKind
from tests.exchange.workspace_files import (
    REQUIREMENT,
    dump,
    encoded,
    fresh_database,
    load,
    problems,
)

PEOPLE = [{"email": "a@example.org", "name": "A"}, {"email": "b@example.org", "name": "B"}]
FILE: dict[str, Any] = {
    "name": "proof.png",
    "media_type": "image/png",
    "size": 40,
    "sha256": "ab" * 32,
    "uploaded_by": "a@example.org",
    "created_at": "2026-11-20T09:30:00Z",
}
ASKED: dict[str, Any] = {
    **REQUIREMENT,
    "kind": "automation",
    "answers": {"automation_labels": 1200, "automation_today": "A queue"},
    "requester": "a@example.org",
    "submitted_by": "b@example.org",
    "origin": {"kind": "mail", "text": "From: a\nมีปัญหา", "created_at": "2026-11-19T08:00:00Z"},
    "files": [FILE, {**FILE, "name": "old.png", "removed_at": "2026-11-21T10:00:00Z"}],
}


def changed(**values: Any) -> bytes:
    return encoded(people=PEOPLE, requirements=[{**ASKED, **values}])


def test_answers_source_and_files_survive_export_and_import(database: Database) -> None:
    load(database, changed())
    text = dump(database)
    found = json.loads(text)["requirements"][0]
    for name in ("answers", "submitted_by", "origin"):
        assert found[name] == ASKED[name]
    assert sorted(one["name"] for one in found["files"]) == ["old.png", "proof.png"]
    assert load(database, text.encode()).changed == {}
    with fresh_database() as other:
        load(other, text.encode())
        assert dump(other) == text


def test_what_came_in_is_shown_with_the_requirement(database: Database) -> None:
    load(database, changed())
    with database.reading() as session:
        number = int(REQUIREMENT["key"].partition("-")[2])
        brought = attachments.brought_with(session, number)
        assert [one.name for one in brought.files] == ["proof.png"]
        assert brought.origin_kind is OriginKind.MAIL
        assert "มีปัญหา" in brought.origin_text
        row = queries.get_requirement(session, None, number)
        assert row.answers == ASKED["answers"]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"answers": {"tool_seconds": 3}}, "answers.tool_seconds: is not asked of this kind"),
        ({"answers": {"automation_labels": "3"}}, "answers.automation_labels: must be a whole"),
        ({"answers": {"automation_today": 3}}, "answers.automation_today: must be text"),
        ({"answers": {"automation_today": " "}}, "answers.automation_today: is empty, or longer"),
        (
            {"kind": "policy", "answers": {"policy_existing": "burned"}},
            "answers.policy_existing: is not one of the answers",
        ),
        ({"files": [{**FILE, "name": "../a.png"}]}, "files[0].name: holds signs"),
        ({"files": [{**FILE, "media_type": "text/html"}]}, "files[0].media_type: is not a type"),
        ({"files": [{**FILE, "sha256": "ab"}]}, "files[0].sha256"),
        ({"submitted_by": "nobody@example.org"}, "submitted_by"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place(
    database: Database, values: dict[str, Any], problem: str
) -> None:
    assert any(problem in one for one in problems(database, changed(**values)))
