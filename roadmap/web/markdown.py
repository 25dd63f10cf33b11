"""Text people write, as safe HTML: CommonMark without raw HTML, images or headings."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup, escape

from roadmap.web.mentions import split

_TAGS = {
    *("p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"),
    *("table", "thead", "tbody", "tr", "th", "td", "span"),
}
_SCHEMES = {"http", "https", "mailto"}
_MENTION = "mention"


def _find_mentions(state: StateCore) -> None:
    """Make each mention in running text a token; code and the words of links are left alone."""
    for block in state.tokens:
        if block.type == "inline" and block.children and "@" in block.content:
            block.children = list(_with_mentions(block.children))


def _with_mentions(tokens: list[Token]) -> Iterator[Token]:
    in_link = 0
    for token in tokens:
        in_link += (token.type == "link_open") - (token.type == "link_close")
        if token.type != "text" or in_link or "@" not in token.content:
            yield token
            continue
        for text, handle in split(token.content):
            kind = "text" if handle is None else _MENTION
            yield Token(kind, "", 0, content=text, meta={"handle": handle})


def _show_mention(
    _renderer: object, tokens: list[Token], place: int, _options: object, env: Any
) -> str:
    token = tokens[place]
    name = env.get("names", {}).get(token.meta["handle"])
    if name is None:
        return str(escape(token.content))
    return str(Markup('<span class="mention">{}</span>').format(name))


# Headings would break the page's own outline, and images would load from anywhere.
_parser = (
    MarkdownIt("commonmark", {"html": False, "breaks": True})
    .enable(["table", "strikethrough"])
    .disable(["heading", "lheading", "image", "html_block", "html_inline"])
)
_parser.core.ruler.push("mentions", _find_mentions)
_parser.add_render_rule(_MENTION, _show_mention)


def render(text: str, names: Mapping[str, str] | None = None) -> Markup:
    """Return the text as HTML that is safe to show; links carry ``rel="nofollow"``.

    ``names`` has the name of each person mentioned, by handle; a handle of nobody stays as typed.
    """
    return _render(text, tuple(sorted(names.items())) if names else ())


@lru_cache(maxsize=2048)
def _render(text: str, names: tuple[tuple[str, str], ...]) -> Markup:
    html = nh3.clean(
        _parser.render(text, {"names": dict(names)}),
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "span": {"class"}},
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener noreferrer",
    )
    return Markup(html)  # noqa: S704 - the sanitiser above made it safe


def mentioned(text: str) -> set[str]:
    """Return the handles a text mentions, those in code and links left out."""
    if "@" not in text:
        return set()
    return {
        token.meta["handle"]
        for block in _parser.parse(text)
        for token in block.children or ()
        if token.type == _MENTION
    }
