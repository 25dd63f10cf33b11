"""Saved views, what a list opens with, and addresses for spreadsheets."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from roadmap.accounts.models import Person
from roadmap.accounts.service import hand_over
from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.history.service import record
from roadmap.lists import saved, saving
from roadmap.lists.models import SavedView, ViewAddress
from roadmap.lists.registry import Shown, get_list
from tests.lists.conftest import Give
from tests.requirements.conftest import People
from tests.worlds import kept

VIEW = Shown("vendor:acme", "-cost", ("team", "vendor", "cost"))


@pytest.fixture
@kept
def two(database, people: People, fields, give: Give) -> None:
    with database.writing() as session:
        give(session, people.alice, "From Acme", vendor="Acme", cost="5")
        give(session, people.alice, "From Zeta", vendor="Zeta", cost="7")


def keep(session, who, name="Acme's", shown=VIEW, *, shared=False) -> SavedView:
    kind = get_list("requirements", who)
    return saving.save_view(session, who, kind, name, shown, shared=shared)


def test_a_view_shows_its_query_sort_and_columns(database, cast, people, sign_in, two) -> None:
    client = sign_in(cast.alice)
    form = {"name": "Acme's", "query": "vendor:acme", "sort": "-cost", "cols": "vendor,cost"}
    stored = client.post("/views/of/requirements", data=form)
    assert stored.status_code == 303
    page = client.get(stored.location)
    assert "<h1>Acme&#39;s</h1>" in page.text
    assert "From Acme" in page.text
    assert "From Zeta" not in page.text
    assert "Needed" not in re.findall(r"<thead>.*?</thead>", page.text, re.DOTALL)[0]
    changed = client.get(stored.location + "&q=vendor:zeta")
    assert "A saved view, changed since." in changed.text
    assert "Save into Acme&#39;s" in changed.text
    again = client.post(
        "/views/of/requirements",
        data=form | {"query": "vendor:zeta", "view_id": "1", "update": "1"},
    )
    assert again.status_code == 303
    assert "From Zeta" in client.get(stored.location).text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": ""}, "Give the view a name."),
        ({"name": "x" * 81}, "at most 80"),
        ({"name": "Bad", "query": "nofield:1"}, "There is no field nofield"),
        ({"name": "Bad", "sort": "nothing"}, "cannot be sorted"),
        ({"name": "Bad", "cols": "nothing"}, "no column nothing"),
        ({"name": "Acme's"}, "You have a view of this name"),
    ],
)
def test_what_cannot_be_kept_is_said(database, cast, people, sign_in, two, form, sentence) -> None:
    with database.writing() as session:
        keep(session, people.alice)
    answer = sign_in(cast.alice).post("/views/of/requirements", data=form)
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)


def test_others_see_shared_views_and_change_none(database, cast, people, sign_in, two) -> None:
    with database.writing() as session:
        own, shared = keep(session, people.alice), keep(session, people.alice, "All", shared=True)
        session.flush()
        numbers = own.id, shared.id
    bob = sign_in(cast.bob)
    assert bob.get(f"/requirements?view={numbers[0]}").status_code == 404
    assert bob.get(f"/requirements?view={numbers[1]}").status_code == 200
    assert bob.get(f"/views/{numbers[1]}").status_code == 403
    assert bob.post(f"/views/{numbers[1]}/remove").status_code == 403
    with database.reading() as session:
        with pytest.raises(NotFound):
            saved.get_view(session, people.bob, numbers[0])
        with pytest.raises(Forbidden):
            saved.get_view(session, people.bob, numbers[1], own=True)


def test_a_list_opens_with_the_chosen_view(database, cast, people, sign_in, two) -> None:
    with database.writing() as session:
        number = keep(session, people.alice).id
    client = sign_in(cast.alice)
    assert client.post(f"/views/{number}/open-with").status_code == 303
    assert "From Zeta" not in client.get("/requirements").text
    assert "From Zeta" in client.get("/requirements?view=all").text
    assert "From Zeta" in client.get("/requirements?q=").text
    assert "Yes" in client.get("/views").text
    assert client.post(f"/views/{number}/open-with", data={"clear": "1"}).status_code == 303
    assert "From Zeta" in client.get("/requirements").text
    client.post(f"/views/{number}/open-with")
    assert client.post(f"/views/{number}/remove").status_code == 303
    assert "From Zeta" in client.get("/requirements").text
    assert client.get(f"/views/{number}").status_code == 404


def test_a_view_of_a_retired_field_still_opens(
    database, cast, people, sign_in, two, fields
) -> None:
    from roadmap.lists import own_service

    with database.writing() as session:
        number = keep(session, people.alice, shown=Shown("", "-cost", ("cost", "team"))).id
        own_service.edit_field(session, None, fields["cost"], {"active": False})
    assert sign_in(cast.alice).get(f"/requirements?view={number}").status_code == 200


@pytest.fixture
@kept
def address(database, people, two) -> tuple[int, str]:
    with database.writing() as session:
        view = keep(session, people.alice)
        _row, token = saving.make_address(session, people.alice, view)
        return view.id, f"/sheets/{view.id}.csv?key={token}"


def used_long_ago(database) -> None:
    with database.writing() as session:
        for row in session.scalars(select(ViewAddress)):
            if row.last_used_at is not None:
                row.last_used_at -= timedelta(minutes=1)


def test_an_address_serves_the_view_without_signing_in(database, app, address) -> None:
    client = app.test_client()
    answer = client.get(address[1])
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows == [
        ["Key", "Title", "Team", "Vendor", "Cost"],
        ["REQ-1", "From Acme", "Moderation operations", "Acme", "5"],
    ]
    soon = client.get(address[1])
    assert soon.status_code == 429
    assert soon.headers["Retry-After"] == "10"
    used_long_ago(database)
    assert client.get(address[1]).status_code == 200


def test_an_address_ends_with_its_maker_its_view_and_its_revoking(
    database, app, cast, people, sign_in, address
) -> None:
    client = app.test_client()
    assert client.get(address[1] + "x").status_code == 404
    assert client.get(f"/sheets/{address[0] + 1}.csv?{address[1].split('?')[1]}").status_code == 404
    assert client.get(f"/sheets/{address[0]}.csv").status_code == 404

    def set_active(value: bool) -> None:
        with database.writing() as session:
            person = session.get_one(Person, cast.alice.id)
            person.active = value
            record(session, None, person, "person.edited")

    set_active(False)
    assert client.get(address[1]).status_code == 404
    set_active(True)
    assert client.get(address[1]).status_code == 200
    used_long_ago(database)
    alice = sign_in(cast.alice)
    assert alice.post("/views/addresses/1/revoke").status_code == 303
    assert client.get(address[1]).status_code == 404
    assert sign_in(cast.bob).post("/views/addresses/1/revoke").status_code == 404


def test_the_token_is_shown_once_and_its_digest_kept(
    database, app, cast, people, sign_in, address
) -> None:
    client = sign_in(cast.alice)
    made = client.post(f"/views/{address[0]}/addresses")
    assert made.status_code == 200
    found = re.search(r"http://localhost(/sheets/\d+\.csv\?key=([\w-]+))", unescape(made.text))
    assert found is not None
    assert found[2] not in client.get(f"/views/{address[0]}").text
    assert app.test_client().get(found[1]).status_code == 200
    with database.reading() as session:
        kept = session.scalars(select(ViewAddress.token_digest)).all()
        assert found[2] not in kept
        assert saving.digest_of(found[2]) in kept


def test_a_leaver_passes_shared_views_on(database, cast, people, two) -> None:
    with database.writing() as session:
        keep(session, people.alice)
        keep(session, people.alice, "Shared", shared=True)
    with database.writing() as session:
        hand_over(session, None, cast.alice.id, cast.bob.id)
    with database.reading() as session:
        views = session.execute(select(SavedView.name, SavedView.owner_id).order_by(SavedView.id))
        assert [tuple(row) for row in views] == [
            ("Acme's", cast.alice.id),
            ("Shared", cast.bob.id),
        ]


def test_views_and_addresses_have_their_limits(database, people, two, monkeypatch) -> None:
    monkeypatch.setattr(saving, "MAX_VIEWS", 1)
    monkeypatch.setattr(saving, "MAX_ADDRESSES", 1)
    with database.writing() as session:
        view = keep(session, people.alice)
        with pytest.raises(Invalid, match="remove one first"):
            keep(session, people.alice, "Another")
        saving.make_address(session, people.alice, view)
        with pytest.raises(Invalid, match="revoke one"):
            saving.make_address(session, people.alice, view)
