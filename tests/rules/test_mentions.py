"""Mentions: who is named, where a name is none, and that no text can do harm or take long."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.web.markdown import mentioned, render
from roadmap.web.mentions import handles, split
from tests.pace import grows_with_length


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ask @ana.", {"ana"}),
        ("@Ana, and (@bo)!", {"ana", "bo"}),
        ("@ana.lopez@example.org knows.", {"ana.lopez@example.org"}),
        ("write to ana@example.org", set()),
        ("<ana@example.org> and mailto:bo@example.org", set()),
        ("a@ana b/@bo", set()),
        ("`@ana` and `` @bo ``", set()),
        ("```\n@ana\n```\n\n    @bo", set()),
        ("[@ana](https://example.org/@bo)", set()),
        ("*@ana* **@bo**\n\n> @cy\n\n- @di", {"ana", "bo", "cy", "di"}),
        ("@ana@", set()),
        ("@ @@ana @.", set()),
        ("价格 @ana,谢谢", {"ana"}),
        ("@ana" + "x" * 80, set()),
    ],
)
def test_a_mention_stands_alone_in_running_text(text: str, found: set[str]) -> None:
    assert mentioned(text) == found


def test_a_mention_is_shown_as_the_name_and_of_nobody_as_typed() -> None:
    html = render("Ask @ana or @nobody", {"ana": "Ana <López>"})
    assert html == ('<p>Ask <span class="mention">Ana &lt;López&gt;</span> or @nobody</p>\n')


TAGS = {
    *("p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"),
    *("table", "thead", "tbody", "tr", "th", "td", "span"),
}
PIECES = [*"@@@@aA1.-_+'`*[]()<>&\"\\/ \n\t~|!#:é中", "script", "http://", "javascript:", "@a"]
ALPHABET = st.lists(st.sampled_from(PIECES), max_size=120).map("".join)


@given(ALPHABET)
def test_splitting_loses_no_letter(text: str) -> None:
    assert "".join(part for part, _handle in split(text)) == text
    for part, handle in split(text):
        assert handle is None or part == "@" + part[1:]
        assert handle is None or handle == part[1:].lower()


@given(ALPHABET | st.text(max_size=200))
def test_what_is_mentioned_is_written_there(text: str) -> None:
    assert all(one in text.lower() for one in mentioned(text))


@given(ALPHABET | st.text(max_size=200), st.text(min_size=1, max_size=40))
def test_no_name_and_no_text_becomes_markup(text: str, name: str) -> None:
    names = dict.fromkeys(handles(text) | {"a", "aa"}, f"<img src=x onerror=1>{name}")
    html = render(text, names)
    tags = {tag.lower() for tag in re.findall(r"</?([a-zA-Z0-9]+)", html)}
    assert tags <= TAGS
    for opened in re.findall(r"<[a-z][^>]*>", html):
        assert "onerror" not in opened
        assert not re.search(r'href="\s*javascript', opened)


@pytest.mark.parametrize(
    "piece", ["@", "@a", "@a@", "@a.b@c.d.", "@a@b.", "@" + "a" * 64 + "@", "@a@" + "b." * 9, "`@a"]
)
def test_the_time_grows_with_the_length_alone(piece: str) -> None:
    assert grows_with_length(lambda text: list(split(text)), piece, 20_000)


@pytest.mark.parametrize(
    "piece", ["@a ", "*@a*", "`@a", "[@a](", "> @a\n", "- @a\n", "<@a", "@a@b.c\n\n"]
)
def test_so_does_the_time_of_reading_them_in_markdown(piece: str) -> None:
    # A comment has at most 20,000 characters.
    assert grows_with_length(mentioned, piece, 2_000)
