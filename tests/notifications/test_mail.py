"""Mail, handed to a real SMTP server: once a day, tried again, never lost, ended by one click."""

import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from sqlalchemy import select, text

from roadmap import clock, jobs
from roadmap.accounts.models import AccountLink, Person
from roadmap.history.service import record
from roadmap.notifications import jobs as room_jobs
from roadmap.notifications import service
from roadmap.notifications.models import Mail, Notice
from roadmap.notifications.rules import Pace, Reason, WatchKind
from roadmap.requirements import moves, queries, voices
from tests.notifications.conftest import free_port
from tests.notifications.test_notices import change_launch, make_launch

ALICE, VICTOR = "alice@example.org", "victor@example.org"
# A Tuesday morning in UTC.
MORNING = datetime(2026, 12, 1, 6, 30, tzinfo=UTC)


@pytest.fixture
def at_six(mailing) -> Any:
    """Half past six in the morning of a Tuesday, UTC; the clock is moved by hand."""
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def asked(at_six, database, people, make) -> None:
    """Alice asked for one thing; Victor watches it."""
    with database.writing() as session:
        make(session, people.alice)
        at_six.shift(timedelta(minutes=1))
        service.watch(session, people.victor, WatchKind.REQUIREMENT, 1)


def say(database: Any, who: Any, body: str) -> None:
    with database.writing() as session:
        voices.comment(session, who, queries.get_requirement(session, None, 1), body)


def mails(database: Any) -> list[Mail]:
    with database.reading() as session:
        return list(session.scalars(select(Mail).order_by(Mail.id)))


def test_a_day_is_one_mail_however_often_the_job_runs(
    database, people, asked, work, post, at_six
) -> None:
    say(database, people.bob, "First")
    say(database, people.bob, "Second & <b>third</b>")
    work("follow")
    assert work("digests") == {"mails": 0}
    at_six.move_to(MORNING.replace(hour=8))
    assert work("digests") == {"mails": 2}
    work("send")
    at_six.move_to(MORNING.replace(hour=9))
    say(database, people.bob, "Later")
    work("follow")
    for _ in range(3):
        work("digests")
        work("send")
    assert len(post.to(ALICE)) == len(post.to(VICTOR)) == 1
    mail = post.to(ALICE)[0]
    assert mail["Subject"] == "Tue 1 Dec: REQ-1: Block replica perfume"
    words = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert words.index("Second & <b>third</b>") < words.index("First")
    assert "https://roadmap.example.org/requirements/REQ-1" in words
    assert (
        '- Bob commented\n    "Second & <b>third</b>"\n    Why you got this: it is yours. ' in words
    )
    assert re.search(r"History sealed to number \d+: [0-9a-f]{64}", words)
    html = mail.get_body(("html",)).get_content()
    assert "Second &amp; &lt;b&gt;third&lt;/b&gt;" in html
    assert "Why you got this: you watch it." in post.to(VICTOR)[0].get_body(("html",)).get_content()
    at_six.move_to(MORNING.replace(hour=8) + timedelta(days=1))
    work("digests")
    work("send")
    assert [one["Subject"][:5] for one in post.to(ALICE)] == ["Tue 1", "Wed 2"]
    assert "Later" in post.to(ALICE)[1].get_body(("plain",)).get_content()


def test_one_person_who_cannot_be_written_to_keeps_nobody_else_waiting(
    database, people, asked, work, post, at_six
) -> None:
    with database.writing() as session:
        # Nobody can choose such a zone; somebody wrote it into the table.
        session.execute(text("UPDATE person SET time_zone = 'Nowhere' WHERE name = 'Alice'"))
    say(database, people.bob, "First")
    work("follow")
    at_six.move_to(MORNING.replace(hour=9))
    with pytest.raises(RuntimeError, match="1 person"):
        work("digests")
    work("send")
    assert len(post.to(VICTOR)) == 1


def test_of_two_workers_that_race_one_writes_the_mail(
    database, people, asked, work, post, at_six
) -> None:
    say(database, people.bob, "First")
    work("follow")
    at_six.move_to(MORNING.replace(hour=9))
    gate = threading.Barrier(4)

    def both() -> None:
        gate.wait()
        work("digests")
        work("send")

    threads = [threading.Thread(target=both) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(post.to(ALICE)) == len(post.to(VICTOR)) == 1


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("UTC", "2026-12-01T08:20"),
        ("America/Los_Angeles", "2026-12-01T16:20"),
        # Their eight o'clock of that day was over when it happened.
        ("Asia/Tokyo", "2026-12-01T23:20"),
        ("Asia/Kathmandu", "2026-12-02T02:20"),
    ],
)
def test_the_hour_is_that_of_the_persons_zone(
    zone, written, database, people, asked, work, at_six, cast
) -> None:
    with database.writing() as session:
        person = session.get_one(Person, cast.alice.id)
        person.time_zone = zone
        record(session, None, person, "person.edited")
    say(database, people.bob, "Hello")
    work("follow")
    for hours in range(1, 25):
        at_six.move_to(MORNING.replace(minute=20) + timedelta(hours=hours))
        work("digests")
    mine = [one for one in mails(database) if one.person_id == cast.alice.id]
    assert [one.created_at.isoformat()[:16] for one in mine] == [written]


def test_only_mentions_and_decisions_are_mailed_at_once(
    database, people, asked, work, post
) -> None:
    say(database, people.bob, "No mail at once.")
    work("follow")
    work("send")
    assert post.taken == []
    say(database, people.bob, "Now, @victor.")
    with database.writing() as session:
        requirement = queries.get_requirement(session, None, 1)
        moves.accept(session, people.bob, requirement, "It pays for itself.")
    work("follow")
    work("send")
    assert [one["Subject"] for one in post.to(VICTOR)] == [
        "REQ-1: Bob mentioned you - Block replica perfume"
    ]
    assert [one["Subject"] for one in post.to(ALICE)] == [
        "REQ-1: Bob accepted this - Block replica perfume"
    ]
    assert "It pays for itself." in post.to(ALICE)[0].get_body(("plain",)).get_content()


def test_what_was_mailed_at_once_or_read_is_not_in_the_daily_mail(
    database, people, asked, work, post, at_six, cast
) -> None:
    say(database, people.bob, "Now, @victor.")
    work("follow")
    with database.writing() as session:
        service.mark_read(session, people.alice)
    at_six.move_to(MORNING.replace(hour=9))
    assert work("digests") == {"mails": 0}
    work("send")
    assert len(post.taken) == 1


def test_a_person_chooses_how_to_be_told(database, people, asked, work, post, at_six) -> None:
    with database.writing() as session:
        service.set_paces(session, people.victor, {Reason.WATCHED: Pace.NOW})
        service.set_paces(session, people.alice, {Reason.OWN: Pace.INBOX})
    say(database, people.bob, "Hello")
    work("follow")
    work("send")
    assert len(post.to(VICTOR)) == 1
    at_six.move_to(MORNING.replace(hour=9))
    work("digests")
    work("send")
    assert post.to(ALICE) == []
    with database.reading() as session:
        assert len(session.scalars(select(Notice)).all()) == 2


# ---- the server says no, or nothing ----


def test_what_the_server_puts_off_is_tried_again_as_the_same_mail(
    database, people, asked, work, post, at_six
) -> None:
    say(database, people.bob, "@victor")
    work("follow")
    post.answers[VICTOR] = "450 mailbox busy"
    assert work("send") == {"sent": 0, "waiting": 1, "failed": 0}
    assert work("send") == {"sent": 0, "waiting": 0, "failed": 0}
    waiting = mails(database)[0]
    assert (waiting.state, waiting.attempts, waiting.error) == ("waiting", 1, "450 mailbox busy")
    at_six.shift(timedelta(minutes=1))
    post.at_data = "451 try later"
    post.answers.clear()
    assert work("send")["waiting"] == 1
    at_six.shift(timedelta(minutes=2))
    post.at_data = "250 taken"
    assert work("send")["sent"] == 1
    assert post.taken[0]["Message-ID"] == waiting.message_id
    assert mails(database)[0].state == "sent"


def test_what_the_server_refuses_is_shown_to_admins_and_sent_again_by_hand(
    database, people, asked, work, post, at_six, cast, sign_in
) -> None:
    say(database, people.bob, "@victor")
    work("follow")
    post.answers[VICTOR] = "550 no such mailbox <b>here</b>"
    assert work("send")["failed"] == 1
    at_six.shift(timedelta(days=1))
    assert work("send") == {"sent": 0, "waiting": 0, "failed": 0}
    admin = sign_in(cast.erin)
    page = admin.get("/admin/mail?state=failed").text
    assert "550 no such mailbox &lt;b&gt;here&lt;/b&gt;" in page
    assert sign_in(cast.bob).get("/admin/mail").status_code == 403
    post.answers.clear()
    assert admin.post("/admin/mail/1/again").status_code == 303
    work("send")
    assert len(post.to(VICTOR)) == 1
    assert admin.post("/admin/mail/999/again").status_code == 404


def test_nothing_is_lost_when_the_server_is_away_for_a_day(
    database, people, asked, work, post, at_six, mailing, mail_port
) -> None:
    here = mailing.MAIL_URL
    mailing.MAIL_URL = f"smtp://127.0.0.1:{free_port()}"
    say(database, people.bob, "@victor, while it is away")
    work("follow")
    for hour in range(26):
        at_six.move_to(MORNING + timedelta(hours=hour))
        work("digests")
        work("send")
    assert post.taken == []
    assert all(one.state == "waiting" for one in mails(database))
    assert "refused" in mails(database)[0].error.lower()
    mailing.MAIL_URL = here
    at_six.shift(timedelta(hours=1))
    work("send")
    assert len(post.to(VICTOR)) == 1
    assert len(post.to(ALICE)) == 1


def test_a_mail_whose_sender_died_before_the_mark_goes_out_again_as_the_same(
    database, people, asked, work, post, at_six, mailing
) -> None:
    from roadmap.notifications import outbox
    from roadmap.notifications.letters import post_of

    say(database, people.bob, "@victor")
    work("follow")
    with database.writing() as session:
        taken = outbox.claim(session, post_of(mailing), clock.now())
    assert len(taken) == 1
    assert work("send")["sent"] == 0, "another worker leaves it alone meanwhile"
    at_six.shift(timedelta(minutes=16))
    assert work("send")["sent"] == 1
    assert post.taken[0]["Message-ID"] == taken[0].letter.message_id


# ---- rights ----


def test_what_became_confidential_before_it_was_sent_is_not_sent(
    database, people, asked, work, post, at_six
) -> None:
    make_launch(database, people.alice)
    with database.writing() as session:
        service.watch(session, people.victor, WatchKind.LAUNCH, 1)
    at_six.shift(timedelta(minutes=1))
    change_launch(database, people.charlie, title="Secret market of spring")
    say(database, people.bob, "Public words")
    work("follow")
    at_six.move_to(MORNING.replace(hour=9))
    work("digests")
    assert any("Secret market" in one.text for one in mails(database))
    change_launch(database, people.charlie, confidential=True)
    work("send")
    got = post.to(VICTOR)[0].get_body(("plain",)).get_content()
    assert "Secret market" not in got
    assert "Public words" in got
    assert "Secret market" in post.to(ALICE)[0].get_body(("plain",)).get_content()


def test_who_left_gets_no_mail(database, people, asked, work, post, cast) -> None:
    say(database, people.bob, "@victor")
    work("follow")
    with database.writing() as session:
        person = session.get_one(Person, cast.victor.id)
        person.active = False
        record(session, None, person, "person.edited")
    work("send")
    assert post.taken == []
    assert mails(database)[0].state == "failed"


# ---- one click ----


def test_one_click_of_the_mail_program_ends_all_mail(
    app, database, people, asked, work, post, at_six
) -> None:
    say(database, people.bob, "@victor")
    work("follow")
    work("send")
    mail = post.to(VICTOR)[0]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = urlsplit(mail["List-Unsubscribe"].strip("<>"))
    # As mail programs do: no session, no token of ours, RFC 8058's body.
    app.config["WTF_CSRF_ENABLED"] = True
    path = f"{address.path}?{address.query}"
    answer = app.test_client().post(path, data={"List-Unsubscribe": "One-Click"})
    app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 200
    say(database, people.bob, "@victor again")
    work("follow")
    at_six.move_to(MORNING.replace(hour=9))
    work("digests")
    work("send")
    assert len(post.to(VICTOR)) == 1
    with database.reading() as session:
        assert len(session.scalars(select(Notice)).all()) == 4


def test_looking_at_the_link_changes_nothing_and_its_button_ends_the_watch(
    app, database, people, asked, work, post, at_six
) -> None:
    say(database, people.bob, "Hello")
    work("follow")
    at_six.move_to(MORNING.replace(hour=9))
    work("digests")
    work("send")
    text = post.to(VICTOR)[0].get_body(("plain",)).get_content()
    found = re.search(r"Stop watching: https://roadmap.example.org(/off\?token=\S+)", text)
    assert found is not None
    visitor = app.test_client()
    page = visitor.get(found[1])
    assert "This switches off: one thing you watch." in page.text
    assert "Switch it off" in page.text
    assert "Done" in visitor.post(found[1]).text
    assert "already" in visitor.get(found[1]).text
    say(database, people.bob, "Again")
    work("follow")
    with database.reading() as session:
        mine = select(Notice).where(Notice.person_id == people.victor.id)
        assert len(session.scalars(mine).all()) == 1


@pytest.mark.parametrize("token", ["", "x", "WzEsIm1haWwiLCIiXQ.forged", "é" * 50])
def test_a_made_up_link_does_nothing(token, app, cast) -> None:
    visitor = app.test_client()
    assert visitor.get("/off", query_string={"token": token}).status_code == 404
    assert visitor.post("/off", query_string={"token": token}).status_code == 404


# ---- without mail, and links to sign in ----


def test_without_a_mail_server_nothing_is_queued(
    database, people, make, work, cast, sign_in
) -> None:
    with database.writing() as session:
        make(session, people.alice)
    say(database, people.bob, "@victor and Alice")
    work("follow")
    work("digests")
    work("send")
    assert mails(database) == []
    assert "Mail is not set up here" in sign_in(cast.victor).get("/account/notifications").text
    assert "No mail server is set" in sign_in(cast.erin).get("/admin/mail").text


def test_an_invitation_is_mailed_and_its_link_is_in_no_table(
    app, database, mailing, cast, sign_in, work, post
) -> None:
    said = {"email": "nora@example.org", "name": "Nora", "roles": ["viewer"]}
    answer = sign_in(cast.erin).post("/admin/people/new", data=said)
    assert "set-password?token=" not in answer.text
    assert "nora@example.org" in answer.text
    work("send")
    text = post.to("nora@example.org")[0].get_body(("plain",)).get_content()
    found = re.search(r"https://roadmap.example.org(/set-password\?token=(\S+))", text)
    assert found is not None
    with database.reading() as session:
        stored = [one.text + one.html for one in session.scalars(select(Mail))]
        links = session.scalars(select(AccountLink)).all()
    assert found[2] not in "".join(stored)
    assert all(found[2] != link.token_digest for link in links)
    chosen = {"token": found[2], "password": "four words are enough", "password_again": ""}
    chosen["password_again"] = chosen["password"]
    assert app.test_client().post("/set-password", data=chosen).status_code == 303


def test_without_a_mail_server_the_admin_gets_the_link(cast, sign_in) -> None:
    said = {"email": "nora@example.org", "name": "Nora", "roles": ["viewer"]}
    answer = sign_in(cast.erin).post("/admin/people/new", data=said)
    assert "/set-password?token=" in answer.text


def test_sealing_starts_the_worker_on_the_notices(database, people, make, mailing, config) -> None:
    room_jobs.register()
    with database.writing() as session:
        make(session, people.alice)
    from roadmap.history.jobs import seal_now

    seal_now(jobs.Run(database, config, 0, {}))
    with database.reading() as session:
        waiting = session.scalars(select(jobs.Job.kind)).all()
    assert "notifications.follow" in waiting


def test_old_mails_and_read_notices_are_forgotten(
    database, people, asked, work, post, at_six
) -> None:
    say(database, people.bob, "@victor")
    work("follow")
    work("send")
    with database.writing() as session:
        service.mark_read(session, people.victor)
    at_six.shift(timedelta(days=91))
    assert work("tidy") == {"forgotten": 2}
    assert mails(database) == []
