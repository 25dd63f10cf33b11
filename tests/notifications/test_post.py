"""What goes over the wire: headers nobody can add to, addresses that exist, settings that work."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import Config, ConfigError, mail_server
from roadmap.cli import main
from roadmap.notifications.letters import one_line
from roadmap.notifications.post import Letter, Refused, message
from tests.notifications.conftest import Post, free_port

AT = datetime(2026, 12, 1, tzinfo=UTC)


def letter(**values: str) -> Letter:
    plain = {
        "to_name": "Ana",
        "to_address": "ana@example.org",
        "subject": "Hello",
        "text": "words",
        "html": "<p>words</p>",
        "message_id": "<1@example.org>",
    }
    return Letter(**{**plain, **values}, at=AT)


@given(
    st.text(max_size=300),
    st.text(max_size=120),
    st.sampled_from(["\r\nBcc: eve@example.org\r\n\r\n", "\nX: y", "\r", "\x00", "\u2028Z: 1", ""]),
)
def test_no_subject_and_no_name_adds_a_header_or_a_reader(
    subject: str, name: str, trick: str
) -> None:
    made = message(letter(subject=subject + trick + subject, to_name=name + trick), "a@example.org")
    raw = made.as_bytes()
    read = message_from_bytes(raw, policy=default)
    assert set(read.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("MIME-Version", "Content-Type"),
    }
    assert [one.addr_spec for one in made["To"].addresses] == ["ana@example.org"]


@pytest.mark.parametrize(
    "mailbox", ["", "ana", "ana@", "ana@ex ample", "a\r\nBcc: e@x.org@example.org", "@example.org"]
)
def test_an_address_that_cannot_exist_is_refused(mailbox: str) -> None:
    with pytest.raises(Refused):
        message(letter(to_address=mailbox), "a@example.org").as_bytes()


def test_a_domain_beyond_ascii_is_written_as_mail_needs_it() -> None:
    made = message(letter(to_address="ana@bücher.example", to_name="安娜"), "R <a@example.org>")
    assert made["To"].addresses[0].addr_spec == "ana@xn--bcher-kva.example"
    assert made["To"].addresses[0].display_name == "安娜"


def test_the_address_that_ends_mail_is_one_plain_line() -> None:
    address = "https://roadmap.example.org/some/mount/point/off?token=" + "x" * 120
    made = message(replace(letter(), unsubscribe=address), "a@example.org")
    assert f"List-Unsubscribe: <{address}>\r\n".encode() in made.as_bytes()
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in made.as_bytes()


@given(st.text())
def test_a_subject_is_one_short_line(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 150
    assert line == "" or line.isprintable()


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 587, "starttls", "", "")),
        ("smtp://u:p%40s@mail.example.org:25", ("mail.example.org", 25, "starttls", "u", "p@s")),
        ("smtps://u:p@mail.example.org", ("mail.example.org", 465, "always", "u", "p")),
        ("smtp://127.0.0.1:2525", ("127.0.0.1", 2525, "none", "", "")),
        ("smtp://mail.example.org?tls=none", ("mail.example.org", 587, "none", "", "")),
    ],
)
def test_a_mail_url_says_where_and_how(url: str, found: tuple[object, ...]) -> None:
    server = mail_server(url)
    assert server is not None
    assert (server.host, server.port, server.tls, server.user, server.password) == found


@pytest.mark.parametrize(
    "url",
    [
        *("mail.example.org", "http://mail.example.org", "smtp://", "smtp://h:notaport"),
        *("smtp://h?tls=maybe", "smtps://h?tls=none", "smtp://u:p@mail.example.org?tls=none"),
        *("smtp://h/path", "smtp://[broken"),
    ],
)
def test_a_mail_url_that_cannot_work_ends_the_start(url: str) -> None:
    with pytest.raises(ConfigError, match="MAIL_URL"):
        mail_server(url)


def test_a_mail_url_needs_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_URL", "smtp://mail.example.org")
    with pytest.raises(ConfigError, match="MAIL_FROM"):
        Config()
    monkeypatch.setenv("MAIL_FROM", "roadmap@example.org")
    assert "smtp" not in repr(Config())


def run(monkeypatch: pytest.MonkeyPatch, address: str) -> tuple[int, str]:
    from click.testing import CliRunner

    outcome = CliRunner().invoke(main, ["mail", "test", address])
    return outcome.exit_code, outcome.output


def test_the_test_command_says_what_the_server_said(
    monkeypatch: pytest.MonkeyPatch, mail_port: int, post: Post
) -> None:
    monkeypatch.setenv("MAIL_URL", f"smtp://127.0.0.1:{mail_port}")
    monkeypatch.setenv("MAIL_FROM", "roadmap@example.org")
    code, said = run(monkeypatch, "you@example.org")
    assert (code, len(post.to("you@example.org"))) == (0, 1)
    assert "took it" in said
    post.answers["you@example.org"] = "550 nobody here"
    code, said = run(monkeypatch, "you@example.org")
    assert code == 1
    assert "550 nobody here" in said
    monkeypatch.setenv("MAIL_URL", f"smtp://127.0.0.1:{free_port()}")
    code, said = run(monkeypatch, "you@example.org")
    assert code == 1
    assert "refused" in said.lower()
    monkeypatch.delenv("MAIL_URL")
    code, said = run(monkeypatch, "you@example.org")
    assert code == 1
    assert "MAIL_URL" in said
