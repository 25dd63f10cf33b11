"""The admin's pages: what they show, refuse and keep."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from roadmap import jobs
from roadmap.accounts.models import Person, Team, TeamMember
from roadmap.accounts.permissions import ALL_PERMISSIONS
from roadmap.accounts.wording import PERMISSIONS
from roadmap.db import Database
from roadmap.history.queries import feed
from roadmap.history.seal import head
from tests.cast import Cast, make_person


def person_data(person: Person, **changes: Any) -> dict[str, Any]:
    data = {"name": person.name, "email": person.email, "roles": person.roles, "active": "y"}
    return {**data, **changes}


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/people",
        "/people/new",
        "/teams",
        "/teams/new",
        "/teams/ops",
        "/roles",
        "/jobs",
        "/seal",
        "/mail",
    ],
)
def test_each_admin_page_opens(path: str, cast: Cast, sign_in: Any, statements: Any) -> None:
    answer = sign_in(cast.erin).get(f"/admin{path}")
    assert answer.status_code == 200
    assert len(statements) <= 9


def test_the_index_lists_only_what_the_reader_may_open(cast: Cast, sign_in: Any) -> None:
    assert b"/admin/people" in sign_in(cast.erin).get("/admin").data
    page = sign_in(cast.bob).get("/admin")
    assert page.status_code == 200
    assert b"/admin/people" not in page.data
    assert sign_in(cast.victor).get("/admin").status_code == 403


def test_every_permission_has_its_words() -> None:
    assert set(PERMISSIONS) == set(ALL_PERMISSIONS)


def test_people_are_found_by_part_of_a_name_or_address(
    database: Database, cast: Cast, sign_in: Any, statements: Any
) -> None:
    client = sign_in(cast.erin)
    statements.statements.clear()
    page = client.get("/admin/people?q=LIC").text
    assert len(statements) == 2
    assert "Alice" in page
    assert "Charlie" not in page
    assert "Nobody found" in client.get("/admin/people?q=100%25").text
    assert "Nobody found" in client.get("/admin/people?state=left").text


def test_more_than_a_page_of_people_can_be_walked_forth_and_back(
    database: Database, cast: Cast, sign_in: Any
) -> None:
    with database.writing() as session:
        for number in range(60):
            make_person(session, f"Person{number:03}", "viewer")
    client = sign_in(cast.erin)
    first = client.get("/admin/people").text
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward
    second = client.get(onward[1].replace("&amp;", "&")).text
    assert "Person059" in second
    assert "Person000" not in second
    back = re.search(r'rel="prev" href="([^"]+)"', second)
    assert back
    assert "Alice" in client.get(back[1].replace("&amp;", "&")).text


def test_an_added_person_comes_with_a_link_that_is_told_in_the_history(
    database: Database, cast: Cast, sign_in: Any
) -> None:
    with database.reading() as session:
        ops = session.scalar(select(Team.id).where(Team.code == "ops"))
    data = {"name": "Nia", "email": "Nia@Example.org", "roles": ["partner"], "teams": [ops]}
    page = sign_in(cast.erin).post("/admin/people/new", data=data)
    assert page.status_code == 200
    assert "http://localhost/set-password?token=" in page.text
    with database.reading() as session:
        nia = session.scalar(select(Person).where(Person.email == "nia@example.org"))
        assert nia is not None
        assert [entry.action for entry in feed(session, "person", nia.id)] == [
            "person.link_made",
            "person.created",
        ]
        assert [entry.actor_id for entry in feed(session, "person", nia.id)] == [cast.erin.id] * 2
        assert feed(session, "team", ops or 0)[0].action == "team.members_changed"
        assert session.get(Person, nia.id).password_hash is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": "alice@example.org"}, "Somebody has this address already"),
        ({"email": "ALICE@example.org"}, "Somebody has this address already"),
        ({"email": "not an address"}, "Give an e-mail address such as"),
        ({"email": "a@b.org\x00"}, "U+0000"),
        ({"name": "  "}, "Give a name"),
        ({"name": "x" * 121}, "120"),
        ({"roles": []}, "Choose at least one role"),
        ({"roles": ["emperor"]}, "not a valid choice"),
        ({"teams": ["99999"]}, "not a valid choice"),
        ({"teams": ["x"]}, "could not be coerced"),
    ],
)
def test_a_person_with_bad_words_is_refused_and_the_words_are_kept(
    changes: dict[str, Any], sentence: str, database: Database, cast: Cast, sign_in: Any
) -> None:
    data = {"name": "Nia <b>", "email": "nia@example.org", "roles": ["partner"], **changes}
    page = sign_in(cast.erin).post("/admin/people/new", data=data)
    assert page.status_code == 422
    assert sentence in page.text
    if "name" not in changes:
        assert "Nia &lt;b&gt;" in page.text
    with database.reading() as session:
        assert len(session.scalars(select(Person)).all()) == 6


def test_new_roles_end_the_sessions_and_are_told(
    database: Database, cast: Cast, sign_in: Any
) -> None:
    alice = sign_in(cast.alice)
    assert alice.get("/account").status_code == 200
    address = f"/admin/people/{cast.alice.id}"
    data = person_data(cast.alice, roles=["viewer"])
    assert sign_in(cast.erin).post(address, data=data).status_code == 303
    assert alice.get("/account").status_code == 302
    with database.reading() as session:
        entry = feed(session, "person", cast.alice.id)[0]
    assert entry.changes == {"roles": (["partner"], ["viewer"])}


def test_a_new_name_keeps_the_sessions(cast: Cast, sign_in: Any) -> None:
    alice = sign_in(cast.alice)
    data = person_data(cast.alice, name="Alice B.")
    sign_in(cast.erin).post(f"/admin/people/{cast.alice.id}", data=data)
    assert "Alice B." in alice.get("/account").text


def test_a_deactivated_person_is_out_at_once_and_can_come_back(cast: Cast, sign_in: Any) -> None:
    alice = sign_in(cast.alice)
    address = f"/admin/people/{cast.alice.id}"
    data = person_data(cast.alice)
    del data["active"]
    admin = sign_in(cast.erin)
    assert admin.post(address, data=data).status_code == 303
    assert alice.get("/account").status_code == 302
    assert admin.post(f"{address}/link").status_code == 422
    assert admin.post(address, data=person_data(cast.alice)).status_code == 303
    assert admin.post(f"{address}/link").status_code == 200
    # The old cookie stays dead.
    assert alice.get("/account").status_code == 302


@pytest.mark.parametrize("changes", [{"roles": ["viewer"]}, {"active": ""}])
def test_the_last_admin_cannot_be_locked_out(
    changes: dict[str, Any], database: Database, cast: Cast, sign_in: Any
) -> None:
    data = {key: value for key, value in person_data(cast.erin, **changes).items() if value}
    address = f"/admin/people/{cast.erin.id}"
    page = sign_in(cast.erin).post(address, data=data)
    assert page.status_code == 422
    assert "last active admin" in page.text
    handed = sign_in(cast.erin).post(f"{address}/handover", data={"to": cast.bob.email})
    assert handed.status_code == 422
    with database.writing() as session:
        make_person(session, "Second", "admin")
    assert sign_in(cast.erin).post(address, data=data).status_code == 303


def test_an_unknown_person_or_team_is_not_found(cast: Cast, sign_in: Any) -> None:
    admin = sign_in(cast.erin)
    for path in ("people/999", "people/999/handover", "teams/none"):
        assert admin.get(f"/admin/{path}").status_code == 404
    assert admin.post("/admin/people/999/link").status_code == 404
    assert admin.post("/admin/jobs/999/retry").status_code == 404


def test_a_team_is_made_and_its_members_and_lead_set(
    database: Database, cast: Cast, sign_in: Any
) -> None:
    admin = sign_in(cast.erin)
    made = admin.post("/admin/teams/new", data={"name": "Legal", "code": "Legal-EU"})
    assert made.location == "/admin/teams/legal-eu"
    base = {"name": "Legal", "active": "y"}
    assert admin.post(made.location, data={**base, "add": "Dora@example.org"}).status_code == 303
    dora = str(cast.dora.id)
    data = {**base, "members": [dora], "leads": [dora], "add": "bob@example.org"}
    assert admin.post(made.location, data=data).status_code == 303
    with database.reading() as session:
        team = session.scalar(select(Team).where(Team.code == "legal-eu"))
        assert team is not None
        rows = session.scalars(select(TeamMember).where(TeamMember.team_id == team.id)).all()
        assert {row.person_id: row.lead for row in rows} == {cast.dora.id: True, cast.bob.id: False}
        actions = [entry.action for entry in feed(session, "team", team.id)]
    assert actions == ["team.edited", "team.edited", "team.created"]
    page = admin.get(made.location).text
    assert "Dora" in page
    assert admin.post(made.location, data={**base, "members": []}).status_code == 303
    assert "Nobody yet" in admin.get(made.location).text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": "Ops", "code": "ops"}, "There is a team with this code already"),
        ({"name": "Ops", "code": "Ops & more"}, "small letters"),
        ({"name": "", "code": "x"}, "Give the team a name"),
    ],
)
def test_a_bad_team_is_refused(
    data: dict[str, str], sentence: str, cast: Cast, sign_in: Any
) -> None:
    page = sign_in(cast.erin).post("/admin/teams/new", data=data)
    assert page.status_code == 422
    assert sentence in page.text


def test_an_unknown_address_is_refused_beside_the_field(cast: Cast, sign_in: Any) -> None:
    data = {"name": "Ops", "active": "y", "add": "nobody@example.org"}
    page = sign_in(cast.erin).post("/admin/teams/ops", data=data)
    assert page.status_code == 422
    assert "No active person has this address" in page.text
    assert "nobody@example.org" in page.text


def test_a_failed_job_is_shown_with_its_error_and_can_run_again(
    app: Flask, database: Database, cast: Cast, sign_in: Any
) -> None:
    with database.writing() as session:
        job = jobs.enqueue(session, "test.broken")
        assert job is not None
        job.state, job.attempts, job.error = "failed", 5, "ValueError: <no>"
    admin = sign_in(cast.erin)
    assert "ValueError: &lt;no&gt;" in admin.get("/admin/jobs").text
    assert admin.post(f"/admin/jobs/{job.id}/retry").status_code == 303
    with database.reading() as session:
        again = session.get_one(jobs.Job, job.id)
        assert (again.state, again.attempts) == ("queued", 0)
    assert admin.post(f"/admin/jobs/{job.id}/retry").status_code == 422


def test_routine_work_that_went_well_does_not_crowd_the_jobs(
    database: Database, cast: Cast, sign_in: Any
) -> None:
    with database.writing() as session:
        for kind, dedupe in (("test.tick", "every:test.tick"), ("test.import", None)):
            job = jobs.enqueue(session, kind, dedupe=dedupe)
            assert job is not None
            job.state = "done"
    page = sign_in(cast.erin).get("/admin/jobs").text
    assert "test.import" in page
    assert "test.tick" not in page


def test_the_seal_page_shows_the_head(
    app: Flask, database: Database, cast: Cast, sign_in: Any
) -> None:
    from roadmap.history.jobs import seal_now

    run = jobs.Run(database, app.extensions["roadmap_settings"], 1, {})
    seal_now(run)
    with database.reading() as session:
        number = head(session)[0]
    page = sign_in(cast.erin).get("/admin/seal").text
    assert f"<dd>{number:,}</dd>" in page
    assert "fits" in page
