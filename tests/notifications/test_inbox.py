"""The inbox and what belongs to it, as pages: few statements, and nobody else's business."""

from typing import Any

import pytest
from sqlalchemy import select

from roadmap.notifications import service
from roadmap.notifications.models import Notice, Preference, Watch
from roadmap.notifications.rules import WatchKind
from roadmap.requirements import moves, queries, voices
from tests.notifications.test_notices import make_launch, make_view
from tests.worlds import kept


@pytest.fixture
@kept
def told(database, people, make, work) -> None:
    """Alice has three things to read on two requirements, Victor one."""
    with database.writing() as session:
        first = make(session, people.alice)
        make(session, people.alice, "Second <b>thing</b>")
        service.watch(session, people.victor, WatchKind.REQUIREMENT, 1)
        voices.comment(session, people.bob, first, "Look at `this` @alice")
        moves.accept(session, people.bob, first, "It pays for itself.")
    with database.writing() as session:
        second = queries.get_requirement(session, None, 2)
        moves.decline(session, people.bob, second, "No <i>time</i>.")
    work("follow")


def unread(database: Any, person: Any) -> int:
    with database.reading() as session:
        mine = (Notice.person_id == person.id) & Notice.read_at.is_(None)
        return len(session.scalars(select(Notice).where(mine)).all())


def test_the_inbox_is_grouped_and_every_item_says_why(told, cast, sign_in) -> None:
    page = sign_in(cast.alice).get("/inbox").text
    assert "3 you have not read" in page
    assert page.index("Second &lt;b&gt;thing") < page.index("Block replica perfume")
    assert page.count("Why you got this:") == 3
    assert "you were mentioned" in page
    assert "it is yours, and this decides about it" in page
    assert '<span class="mention">Alice</span>' in page
    assert "No &lt;i&gt;time&lt;/i&gt;." in page


def test_the_bar_counts_the_unread_without_a_statement_of_its_own(
    told, cast, sign_in, statements
) -> None:
    client = sign_in(cast.alice)
    before = len(statements)
    page = client.get("/account").text
    assert 'aria-label="Inbox, 3 unread"' in page
    assert len(statements) - before == 1
    assert 'aria-label="Inbox"' in sign_in(cast.dora).get("/account").text


def test_the_inbox_costs_the_same_however_much_is_in_it(
    told, database, people, make, work, cast, sign_in, statements
) -> None:
    client = sign_in(cast.alice)

    def count() -> int:
        before = len(statements)
        assert client.get("/inbox").status_code == 200
        return len(statements) - before

    count()  # the first look fills what the process keeps, such as the names of teams
    few = count()
    with database.writing() as session:
        for number in range(40):
            made = make(session, people.alice, f"One more thing {number}")
            moves.decline(session, people.bob, made, "No.")
            voices.comment(session, people.bob, made, "@alice sorry")
    work("follow")
    assert count() == few <= 12


def test_one_or_all_of_a_record_or_all_at_once_are_marked_read(
    told, database, cast, sign_in
) -> None:
    client = sign_in(cast.alice)
    with database.reading() as session:
        mine = select(Notice.id).where(Notice.person_id == cast.alice.id).order_by(Notice.id)
        first = session.scalars(mine).first()
    assert client.post(f"/inbox/{first}/read").status_code == 303
    assert unread(database, cast.alice) == 2
    assert client.post("/inbox/requirement/1/read").status_code == 303
    assert unread(database, cast.alice) == 1
    assert client.post("/inbox/read").status_code == 303
    assert unread(database, cast.alice) == 0
    assert unread(database, cast.victor) > 0
    page = client.get("/inbox").text
    assert "You have read everything." in page
    assert "Read before" in page


def test_nobody_reads_or_switches_off_what_is_anothers(told, database, cast, sign_in) -> None:
    with database.reading() as session:
        one = session.scalars(select(Notice.id).where(Notice.person_id == cast.alice.id)).first()
    victor = sign_in(cast.victor)
    assert victor.post(f"/inbox/{one}/off").status_code == 404
    victor.post(f"/inbox/{one}/read")
    assert unread(database, cast.alice) == 3
    assert "you were mentioned" not in victor.get("/inbox").text


def test_one_click_ends_a_watch_or_a_reason(told, database, cast, sign_in) -> None:
    with database.reading() as session:
        mine = {row.person_id: row.id for row in session.scalars(select(Notice))}
    page = sign_in(cast.victor).post(f"/inbox/{mine[cast.victor.id]}/off", follow_redirects=True)
    assert "You no longer watch it." in page.text
    sign_in(cast.alice).post(f"/inbox/{mine[cast.alice.id]}/off")
    with database.reading() as session:
        assert session.scalars(select(Watch)).all() == []
        kept = session.scalars(select(Preference)).one()
        assert (kept.person_id, kept.reason, kept.pace) == (cast.alice.id, "decision", "off")


def test_what_was_read_long_ago_is_pages_away(told, database, people, work, cast, sign_in) -> None:
    with database.writing() as session:
        first = queries.get_requirement(session, None, 1)
        for number in range(70):
            voices.comment(session, people.bob, first, f"Comment number {number}.")
    work("follow")
    client = sign_in(cast.alice)
    client.post("/inbox/read")
    page = client.get("/inbox").text
    assert "Comment number 69." in page
    assert "Comment number 10." not in page
    from re import search

    found = search(r"/inbox\?before=(\d+)", page)
    assert found is not None
    assert "Comment number 39." in client.get(f"/inbox?before={found[1]}").text
    for odd in ("x", "-1", "9" * 40, "²"):
        assert client.get("/inbox", query_string={"before": odd}).status_code == 200


# ---- watching ----


@pytest.mark.parametrize(
    ("page", "where"),
    [
        ("/requirements/REQ-1", "/watch/requirement/1"),
        ("/launches/LCH-1", "/watch/launch/1"),
    ],
)
def test_a_record_has_a_button_to_watch_it(
    page, where, told, database, people, cast, sign_in
) -> None:
    make_launch(database, people.bob)
    client = sign_in(cast.dora)
    assert f'action="{where}"' in client.get(page).text
    answer = client.post(where)
    assert (answer.status_code, answer.location) == (303, page)
    assert client.post(where).status_code == 303
    assert f'action="{where}/off"' in client.get(page).text
    listed = client.get("/watching").text
    assert f'href="{page}"' in listed
    answer = client.post(f"{where}/off", data={"back": "watching"})
    assert answer.location == "/watching"
    assert "You watch nothing" in client.get("/watching").text


def test_a_view_is_watched_where_it_is_open(told, database, people, cast, sign_in) -> None:
    view = make_view(database, people.bob, "state:accepted")
    client = sign_in(cast.bob)
    listed = client.get(f"/requirements?view={view}").text
    assert f"/watching?what=view:{view}" in listed
    assert f'value="view:{view}" selected' in client.get(f"/watching?what=view:{view}").text
    page = f"/views/{view}"
    assert f'action="/watch/view/{view}"' in client.get(page).text
    answer = client.post(f"/watch/view/{view}", data={"back": "view"})
    assert (answer.status_code, answer.location) == (303, page)
    assert f'action="/watch/view/{view}/off"' in client.get(page).text


def test_teams_and_views_are_chosen_from_a_menu(told, database, people, cast, sign_in) -> None:
    shared = make_view(database, people.bob, "state:accepted")
    hidden = make_view(database, people.bob, "state:accepted", shared=False)
    client = sign_in(cast.alice)
    page = client.get("/watching").text
    assert f'value="team:{cast.ops.id}"' in page
    assert f'value="view:{shared}"' in page
    assert f'value="view:{hidden}"' not in page
    for what in (f"team:{cast.ops.id}", f"view:{shared}"):
        assert client.post("/watching", data={"what": what}).status_code == 303
    page = client.get("/watching").text
    assert "Moderation operations" in page
    assert "what newly enters it" in page
    assert client.post("/watching", data={"what": f"view:{hidden}"}).status_code == 404
    assert client.post("/watching", data={"what": "team:999"}).status_code == 404


@pytest.mark.parametrize("what", ["", "team", "team:", "team:x", "launch:1", ":1", "team:²"])
def test_a_choice_that_is_none_is_said(what, cast, sign_in) -> None:
    answer = sign_in(cast.alice).post("/watching", data={"what": what})
    assert answer.status_code == 422
    assert "Choose a team or a view." in answer.text


@pytest.mark.parametrize(
    "where",
    ["/watch/planet/1", "/watch/requirement/99999999999999", "/watch/requirement/77"],
)
def test_what_does_not_exist_cannot_be_watched(where, cast, sign_in) -> None:
    assert sign_in(cast.alice).post(where).status_code == 404


# ---- what is mailed ----


def test_preferences_are_kept_for_each_reason(database, cast, sign_in) -> None:
    client = sign_in(cast.alice)
    page = client.get("/account/notifications").text
    assert 'name="mention" value="now" checked' in page
    assert 'name="watched" value="daily" checked' in page
    chosen = dict.fromkeys(
        ["mention", "decision", "turn", "own", "supported", "watched", "view", "team"], "inbox"
    )
    assert client.post("/account/notifications", data=chosen | {"own": "off"}).status_code == 303
    page = client.get("/account/notifications").text
    assert 'name="mention" value="inbox" checked' in page
    assert 'name="own" value="off" checked' in page
    answer = client.post("/account/notifications", data=chosen | {"own": "hourly"})
    assert answer.status_code == 422
