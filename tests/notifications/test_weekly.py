"""The weekly report by mail: for those who want it, once a week, of what each may read."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from roadmap.history.service import record
from roadmap.launches.kinds import LaunchState, LaunchType
from roadmap.launches.models import Launch
from roadmap.notifications import service
from roadmap.notifications.rules import Reason, WatchKind
from roadmap.notifications.weekly import choose
from roadmap.readiness.models import CurrentVerdict, StoredVerdict
from tests.notifications.test_mail import mails, say

BOB, VICTOR = "bob@example.org", "victor@example.org"
# Two Mondays; people of UTC get their mail at eight.
MONDAY = datetime(2026, 11, 23, 7, tzinfo=UTC)
SPAIN, SECRET = "Spain opens", "Secret market"
HEADLINE = "Mon 23 Nov: Week 48: {} changed."


def launch(session: Any, number: int, title: str, owner: Any, *, confidential: bool) -> None:
    made = Launch(
        id=number,
        title=title,
        type=LaunchType.NEW_MARKET,
        state=LaunchState.DRAFT,
        tier=3,
        tier_answers={},
        owner_id=owner.id,
        confidential=confidential,
        created_at=MONDAY - timedelta(days=30),
        updated_at=MONDAY,
    )
    session.add(made)
    record(session, None, made, "launch.created")


def verdict(session: Any, number: int, word: str, at: datetime) -> None:
    stored = StoredVerdict(
        launch_id=number,
        evaluated_at=at,
        word=word,
        outlook="AT_RISK",
        rules_version="1",
        facts_digest="",
        reasons=[],
        answered=3,
        needed=8,
    )
    session.add(stored)
    session.flush()
    current = session.get(CurrentVerdict, number) or CurrentVerdict(launch_id=number)
    current.verdict_id, current.evaluated_at, current.outdated = stored.id, at, False
    session.add(current)


@pytest.fixture
def monday(mailing) -> Any:
    """Seven in the morning of a Monday, UTC; the clock is moved by hand."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def fell(monday, database, people, make) -> None:
    """Two launches that fell in the week, one confidential; Victor asked for the report."""
    with database.writing() as session:
        launch(session, 1, SPAIN, people.alice, confidential=False)
        launch(session, 2, SECRET, people.alice, confidential=True)
        for number in (1, 2):
            verdict(session, number, "READY", MONDAY - timedelta(days=10))
            verdict(session, number, "HOLD", MONDAY - timedelta(days=2))
        choose(session, people.victor.id, True)
        make(session, people.alice)
        service.watch(session, people.victor, WatchKind.REQUIREMENT, 1)


def words(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content()).replace("\r\n", "\n")


def test_the_report_rides_in_the_mail_of_the_day_once_a_week(
    database, people, fell, work, post, monday
) -> None:
    monday.shift(timedelta(minutes=5))
    say(database, people.bob, "A word on it")
    work("follow")
    assert work("digests") == {"mails": 0}
    for hours in (1, 2, 5, 25, 26):
        monday.move_to(MONDAY + timedelta(hours=hours))
        work("digests")
        work("send")
    (managers,) = post.to(BOB)
    (readers,) = post.to(VICTOR)
    assert [one.report_week.isoformat() for one in mails(database) if one.report_week] == [
        "2026-11-23",
        "2026-11-23",
    ]
    assert managers["Subject"] == HEADLINE.format("2 of 2 launches")
    assert readers["Subject"] == HEADLINE.format("1 of 1 launch")
    assert f"- LCH-1 {SPAIN} fell to HOLD with 3 of 8 answers.\n" in words(readers)
    assert SECRET in words(managers)
    assert SECRET not in str(readers)
    assert "A word on it" in words(readers)
    html = readers.get_body(("html",)).get_content()
    assert '<a href="https://roadmap.example.org/launches/LCH-1">LCH-1 Spain opens</a>' in html
    monday.move_to(MONDAY + timedelta(days=7, hours=1))
    work("digests")
    work("send")
    assert "Week 49: none of 2 launches changed." in words(post.to(BOB)[1])


def test_what_became_confidential_before_it_was_sent_is_taken_out_and_one_click_ends_it(
    app, database, people, fell, work, post, monday
) -> None:
    monday.move_to(MONDAY + timedelta(hours=1))
    assert work("digests") == {"mails": 2}
    with database.writing() as session:
        launch(session, 3, "Open to all", people.alice, confidential=False)
        verdict(session, 3, "READY", MONDAY)
        hidden = session.get_one(Launch, 1)
        hidden.confidential = True
        record(session, None, hidden, "launch.edited")
    work("send")
    (mail,) = post.to(VICTOR)
    assert SPAIN not in str(mail)
    assert "Week 48: 1 launch, new." in words(mail)
    found = re.search(r"any more: https://roadmap.example.org(/off\?token=\S+)", words(mail))
    assert found is not None
    visitor = app.test_client()
    assert "the weekly report by mail" in visitor.get(found[1]).text
    visitor.post(found[1])
    monday.move_to(MONDAY + timedelta(days=7, hours=1))
    work("digests")
    work("send")
    assert len(post.to(VICTOR)) == 1
    assert len(post.to(BOB)) == 2


def test_a_report_that_is_days_late_is_not_sent_and_one_missed_by_hours_is(
    database, people, fell, work, post, monday
) -> None:
    monday.move_to(MONDAY + timedelta(days=2, hours=2))
    assert work("digests") == {"mails": 0}
    monday.move_to(MONDAY + timedelta(days=8, hours=2))
    assert work("digests") == {"mails": 2}


def test_people_ask_for_the_report_and_read_it_as_page_and_text(
    database, people, fell, cast, sign_in, statements, monday
) -> None:
    monday.move_to(MONDAY + timedelta(hours=2))
    victor, bob = sign_in(cast.victor), sign_in(cast.bob)
    paces = {reason.value: "daily" for reason in Reason}
    found = re.search(r"<input[^>]*weekly[^>]*>", victor.get("/account/notifications").text)
    assert found is not None
    assert "checked" in found[0]
    assert victor.post("/account/notifications", data=paces).status_code == 303
    before = len(statements)
    page = victor.get("/launches/weekly?week=2026-W48").text
    assert len(statements) - before <= 14
    assert "1 of 1 launch changed." in page
    assert "fell to HOLD with 3 of 8 answers." in page
    assert "Get it by mail once a week" in page
    assert SECRET not in page
    text = bob.get("/launches/weekly.txt").text.splitlines()
    assert text[0] == "Week 48: 2 of 2 launches changed."
    assert text[-1].endswith("/launches/weekly?week=2026-W48")
    assert "Since Mon 23 Nov" in bob.get("/launches/weekly?week=now").text
    assert "Nothing is known" in bob.get("/launches/weekly?week=2025-W01").text
    for wrong in ("2026-W49", "x", "2026-W99"):
        assert bob.get(f"/launches/weekly?week={wrong}").status_code == 404
