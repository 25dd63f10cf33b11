"""Pasted chats and mails: what is recognised in any script, and that nothing makes it stumble."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadmap.requirements.rules import OriginKind, ScopeDimension
from roadmap.requirements.threads import PROBLEM_LENGTH, TITLE_LENGTH, propose, read
from tests.pace import grows_with_length

WORDS = {
    ScopeDimension.MARKET: [("DE", "Germany"), ("FR", "France"), ("IT", "Italy"), ("TH", "ไทย")],
    ScopeDimension.LANGUAGE: [("de", "German")],
    ScopeDimension.SURFACE: [("live", "LIVE"), ("listing", "Listing")],
    ScopeDimension.POLICY_AREA: [("weapons", "Weapons")],
}

SLACK = """Ana de la Cruz  2:03 PM
hi team, the German LIVE queue piles up after 20:00. Reviewers wait 40 min.
see https://example.org/x?a=1.
Bo Chen  2:05 PM
same in FR/IT, about 300 a night
"""
WHATSAPP = """[22/11/2026, 14:03:22] \u200eAna: Listings with weapons are back in DE
[22/11/2026, 14:04:00] Ana: the seller lists them again
[22/11/2026, 14:05:00] Bo: IT is on it
"""
TEAMS = """[22/11 14:03] Lopez, Ana
We cannot see the history of a seller.
[22/11 14:10] Chen, Bo
Confirmed.
"""
PLAIN = """Ana: can we block this today?
Bo: which one?
Ana: replica perfume in LIVE
"""
MAIL = """From: Ana Lopez <ana@example.org>
Sent: Monday
To: bo@example.org
Subject: RE: Fwd: Snapshot kept for appeals

Hi Bo,

Appeals are decided on the listing as it is today.
A third cannot be explained.

Kind regards,
Ana
Head of appeals

On Mon, 1 Jan 2026 at 10:00, Bo <bo@example.org> wrote:
> what is it?
"""
CHINESE = """发件人: 王伟 <wang@example.org>
发送时间: 2026年11月22日
主题: 回复：直播申诉处理太慢

您好，

申诉平均需要三天。详见 https://example.org/报告。

谢谢
王伟
"""
ARABIC = """من: أحمد <a@example.org>
الموضوع: طابور البث

مرحبا
الطابور طويل جدا.
"""


@pytest.mark.parametrize(
    ("text", "kind", "title", "problem", "people"),
    [
        (
            SLACK,
            OriginKind.CHAT,
            "The German LIVE queue piles up after 20:00",
            (
                "Ana de la Cruz: The German LIVE queue piles up after 20:00. "
                "Reviewers wait 40 min.\nsee https://example.org/x?a=1.\n\n"
                "Bo Chen: same in FR/IT, about 300 a night"
            ),
            ("Ana de la Cruz", "Bo Chen"),
        ),
        (
            TEAMS,
            OriginKind.CHAT,
            "We cannot see the history of a seller",
            "Lopez, Ana: We cannot see the history of a seller.\n\nChen, Bo: Confirmed.",
            ("Lopez, Ana", "Chen, Bo"),
        ),
        (
            PLAIN,
            OriginKind.CHAT,
            "Can we block this today?",
            "Ana: can we block this today?\n\nBo: which one?\n\nAna: replica perfume in LIVE",
            ("Ana", "Bo"),
        ),
        (
            MAIL,
            OriginKind.MAIL,
            "Snapshot kept for appeals",
            "Appeals are decided on the listing as it is today.\nA third cannot be explained.",
            ("Ana Lopez", "ana@example.org", "bo@example.org"),
        ),
        (
            CHINESE,
            OriginKind.MAIL,
            "直播申诉处理太慢",
            "申诉平均需要三天。详见 https://example.org/报告。",
            ("王伟", "wang@example.org"),
        ),
        (ARABIC, OriginKind.MAIL, "طابور البث", "الطابور طويل جدا.", ("أحمد", "a@example.org")),
    ],
)
def test_a_thread_is_taken_apart(text, kind, title, problem, people) -> None:
    thread = read(text)
    proposal = propose(thread, WORDS)
    assert thread.kind is kind
    assert proposal.title == title
    assert proposal.problem == problem
    assert proposal.people == people


def test_messages_of_one_person_in_a_row_stand_together() -> None:
    first, second = read(WHATSAPP).messages
    assert first.who == "Ana"
    assert first.text == "Listings with weapons are back in DE\nthe seller lists them again"
    assert second.who == "Bo"


def test_words_of_the_taxonomy_are_recognised_as_words() -> None:
    scope = propose(read(SLACK), WORDS).scope
    assert scope[ScopeDimension.MARKET] == ("FR", "IT")
    assert scope[ScopeDimension.SURFACE] == ("live",)
    # "IT" alone is a department, "live" a verb, and "Germany" is not in "Germanys".
    assert propose(read("IT says we live with Germanys weapon"), WORDS).scope == {}
    assert propose(read("ขายในไทยทุกคืน"), WORDS).scope == {ScopeDimension.MARKET: ("TH",)}


def test_a_text_that_is_no_thread_stays_as_it_is() -> None:
    text = "Problem: reviewers wait\nImpact: 300 a day\nThe queue closes at 22:00\nAsk: split it"
    thread = read(text)
    assert [one.text for one in thread.messages] == [text]
    assert propose(thread).title == "Problem: reviewers wait"
    assert propose(read("")).title == ""


def test_links_are_listed_once_without_the_sign_behind() -> None:
    text = "See https://a.example/x, (https://b.example/y) and https://a.example/x!"
    assert propose(read(text)).links == ("https://a.example/x", "https://b.example/y")


PIECES = st.sampled_from(
    [
        *("From: ", "Subject: ", "[1/1/26, 10:00] ", "Ana: ", "> ", "-- ", "Hi,", "Thanks", "\n"),
        *("On Mon wrote:", "12:00", "Ana Lopez  2:03 PM\n", "主题：", "สวัสดี", "\u202e", "\r", "\t"),
        *("https://", "a@b.example", "DE/FR", ":", "[", "]", "<", ">", "\0", "\ud800", "x" * 50),
    ]
)


@settings(max_examples=300)
@given(st.lists(PIECES | st.text(max_size=20), max_size=60).map("".join))
def test_nothing_makes_it_stumble(text: str) -> None:
    proposal = propose(read(text), WORDS)
    assert len(proposal.title) <= TITLE_LENGTH
    assert len(proposal.problem) <= PROBLEM_LENGTH
    assert "\n" not in proposal.title


@pytest.mark.parametrize(
    "piece",
    [
        *("a", "From: a\n", "[1/1 10:00] ", "> ", "hi, ", "12:00 ", "Ana Lopez ", "a@", "a.b@c."),
        *("https://a.b ", "On 1 wrote", "- ", ": ", "\n", "Ana 12:00\n", "谢谢\n", "A, ", "[", "ก"),
        *("Re: ", "DE/", "Thanks,\n", "Ana: x\nBo: y\n", "\u200e", "_", "1:", "1/1/1 "),
    ],
)
def test_the_time_grows_with_the_length_alone(piece: str) -> None:
    def work(text: str) -> None:
        propose(read(text), WORDS)
        propose(read(f"From: a\nSubject: b\n\n{text}"), WORDS)

    assert grows_with_length(work, piece, 20_000)


@pytest.mark.parametrize(
    "opening",
    [
        "hey Bo, do you have 5 min?",
        "Quick question.",
        "Hallo Bo, hast du kurz Zeit?",
        "Hi! How are you?",
    ],
)
def test_small_talk_is_no_title(opening: str) -> None:
    talk = (
        f"Ana Lopez  9:12 AM\n{opening} the replica sellers are back in LIVE\nBo Chen  9:13 AM\nyes"
    )
    assert propose(read(talk)).title == "The replica sellers are back in LIVE"
    asked = "Ana Lopez  9:12 AM\nhi Bo, do you have a list of removed sellers? We need one."
    assert propose(read(asked)).title == "Do you have a list of removed sellers?"
