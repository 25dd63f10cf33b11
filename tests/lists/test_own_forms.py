"""Own fields on the form of a requirement, on its page, and in a row edited in its place."""

from html import unescape

from roadmap.requirements import own_fields, queries
from tests.lists.conftest import Give
from tests.requirements.conftest import People
from tests.requirements.test_pages import GOOD, match_of


def held(database, number: int) -> dict[str, object]:
    with database.reading() as session:
        return dict(own_fields.held_of(session, own_fields.fields_of(session), [number]).of(number))


def test_a_requirement_is_submitted_and_edited_with_own_fields(
    database, cast, people, sign_in, fields
) -> None:
    client = sign_in(cast.alice)
    assert "Proof of concept" in client.get("/requirements/new").text
    own = {"own_vendor": "Acme", "own_cost": "1,200", "own_owner": "bob@example.org"}
    bad = client.post("/requirements", data=GOOD | own | {"own_review": "soon"})
    assert bad.status_code == 422
    assert 'id="own_review-error"' in bad.text
    assert "1,200" in bad.text
    assert client.post("/requirements", data=GOOD | own).status_code == 303
    assert held(database, 1) == {"vendor": "Acme", "cost": 1200.0, "owner": cast.bob.id}
    page = client.get("/requirements/REQ-1").text
    assert "Further fields" in page
    assert "Bob" in page
    form = client.get("/requirements/REQ-1/edit").text
    assert 'value="bob@example.org"' in form
    shown = unescape(match_of(r'name="shown"[^>]*value="([^"]*)"', form))
    data = GOOD | own | {"own_vendor": "Beta", "own_cost": "", "shown": shown}
    assert client.post("/requirements/REQ-1/edit", data=data).status_code == 303
    assert held(database, 1) == {"vendor": "Beta", "owner": cast.bob.id}
    told = client.get("/requirements/REQ-1").text
    assert "Beta" in told
    again = client.post(
        "/requirements/REQ-1/edit", data=GOOD | {"own_vendor": "Gamma", "shown": shown}
    )
    assert again.status_code == 409
    assert "Somebody set this to “Beta” meanwhile" in again.text


def test_a_draft_keeps_what_was_typed_in_own_fields(cast, people, sign_in, fields) -> None:
    client = sign_in(cast.alice)
    data = GOOD | {"own_vendor": "Acme draft"}
    kept = client.post("/requirements/drafts", data=data)
    assert kept.status_code == 303
    assert "Acme draft" in client.get(kept.location).text


def test_a_row_is_edited_in_its_place_with_and_without_scripts(
    database, cast, people: People, sign_in, fields, give: Give
) -> None:
    with database.writing() as session:
        give(session, people.alice, "Edit me here", vendor="Acme")
    client = sign_in(cast.alice)
    page = client.get("/requirements?cols=team,vendor&edit=REQ-1")
    assert 'name="own_vendor"' in page.text
    assert 'name="own_cost"' not in page.text
    part = client.get(
        "/requirements/REQ-1/row?back=cols%3Dteam,vendor", headers={"HX-Request": "true"}
    )
    assert part.text.strip().startswith("<tr")
    shown = unescape(match_of(r'name="shown" value="([^"]*)"', part.text))
    data = {
        "shown": shown,
        "back": "cols=team%2Cvendor&sort=title",
        "title": "Edited here",
        "team_id": str(cast.ops.id),
        "needed_by": "2027-03-01",
        "own_vendor": "Zeta",
    }
    bad = client.post("/requirements/REQ-1/row", data=data | {"needed_by": "2027-02-30"})
    assert bad.status_code == 422
    assert "2027-02-30" in bad.text
    done = client.post("/requirements/REQ-1/row", data=data)
    assert done.status_code == 303
    assert done.location == "/requirements?cols=team,vendor&sort=title"
    assert held(database, 1) == {"vendor": "Zeta"}
    row = client.post(
        "/requirements/REQ-1/row",
        data=data | {"own_vendor": "Late", "title": "Edited here"},
        headers={"HX-Request": "true"},
    )
    assert row.status_code == 409
    assert "Somebody set this to “Zeta” meanwhile; you wrote “Late”" in unescape(row.text)
    shown = unescape(match_of(r'name="shown" value="([^"]*)"', row.text))
    row = client.post(
        "/requirements/REQ-1/row",
        data=data | {"own_vendor": "Late", "shown": shown},
        headers={"HX-Request": "true"},
    )
    assert row.status_code == 200
    assert "Late" in row.text
    assert 'id="row-1"' in row.text
    cancelled = client.get("/requirements/REQ-1/row?cancel=1", headers={"HX-Request": "true"}).text
    assert "Edited here" in cancelled
    with database.reading() as session:
        one = queries.get_requirement(session, None, 1)
        assert (one.title, one.team_id) == ("Edited here", cast.ops.id)


def test_others_do_not_edit_a_row(cast, people, sign_in, database, fields, give: Give) -> None:
    with database.writing() as session:
        give(session, people.alice, "Hers alone", vendor="Acme")
    client = sign_in(cast.charlie)
    assert client.get("/requirements/REQ-1/row").status_code == 403
    assert client.post("/requirements/REQ-1/row", data={"title": "Mine"}).status_code == 403
    page = client.get("/requirements?edit=REQ-1")
    assert page.status_code == 200
    assert 'name="shown"' not in page.text
    assert sign_in(cast.victor).get("/requirements/REQ-1/row").status_code == 403
