"""A reader of pages: follows links, finds forms and what their fields hold."""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.ground.nasty import MARK

# Types of input whose text is never shown back, or is not text.
SILENT = {"hidden", "password", "file", "checkbox", "radio", "off", "submit", "select", "readonly"}


@dataclass
class Form:
    """A form that posts: where to, and (name, value, type) of each field as a browser sends it."""

    page: str
    action: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)
    multipart: bool = False

    @property
    def values(self) -> list[tuple[str, str]]:
        """Return what a browser would send when nothing is changed."""
        return [
            (name, value)
            for name, value, kind in self.fields
            if kind not in {"file", "off", "submit"}
        ]

    @property
    def names(self) -> list[str]:
        """Return the names of all fields, once each."""
        return list(dict.fromkeys(name for name, _v, _k in self.fields if name != "csrf_token"))

    def kind_of(self, name: str) -> str:
        """Return the type of the named field."""
        return next(kind for found, _value, kind in self.fields if found == name)


class _Live(HTMLParser):
    """Notice typed HTML that became part of a page: tags, attributes, scripts, odd links."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._script = tag in {"script", "style"}
        for name, value in attrs:
            link = name in {"href", "src", "action"} and (value or "").strip().lower()
            odd = link and link.startswith(("javascript:", "data:text"))
            if MARK in name or odd or (name == "src" and MARK in (value or "")):
                self.found.append(f"lets <{tag} {name}={value}> live")

    def handle_data(self, data: str) -> None:
        if self._script and MARK in data:
            self.found.append("lets a script live")

    def handle_endtag(self, tag: str) -> None:
        self._script = False


# A tag whose values are in quotes, where any sign may stand; a tag up to its end; a script.
_PIECES = (
    re.compile(r"""<[a-z](?:[^"'>]++|"[^"]*"|'[^']*')*+>""", re.IGNORECASE),
    re.compile(r"<[a-z][^>]*+>", re.IGNORECASE),
    re.compile(r"<(script|style)\b[^>]*+>.*?</\1\b[^>]*+>", re.IGNORECASE | re.DOTALL),
)
# Letters written as numbers; the two quotes are written so on every page.
_NUMBERED = re.compile("&#(?!3[49];)")
_SIGNS = (MARK, "javascript:", "data:text")


def live_html(text: str) -> list[str]:
    """Return what of the typed HTML a page would bring to life."""
    # Reading a page tag by tag takes as long as making it: only what holds a sign is read.
    if not _holds_sign(text):
        return []
    reader = _Live()
    for pattern in _PIECES:
        for piece in pattern.finditer(text):
            if _holds_sign(piece[0]):
                reader.feed(piece[0])
                reader.reset()
    return reader.found


def _holds_sign(text: str) -> bool:
    words = (unescape(text) if _NUMBERED.search(text) else text).lower()
    return any(sign in words for sign in _SIGNS)


class _Page(HTMLParser):
    """Collect the links and forms of one page."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where
        self.links: list[str] = []
        self.forms: list[Form] = []
        # Forms that only ask, and store nothing.
        self.asking: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._form: Form | None = None
        self._select: tuple[Form, str] | None = None
        self._options: list[tuple[str, bool]] = []
        self._area: tuple[Form, str] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag == "form":
            self._open(given)
        elif tag == "option":
            self._options.append((given.get("value", ""), "selected" in given))
        elif tag in {"input", "select", "textarea", "button"}:
            self._field(tag, given)

    def _open(self, given: dict[str, str]) -> None:
        self._form = Form(self.where, given.get("action") or self.where)
        self._form.multipart = "multipart" in given.get("enctype", "")
        if given.get("id"):
            self._by_id[given["id"]] = self._form
        if given.get("method", "").lower() == "post":
            self.forms.append(self._form)
        else:
            self.asking.append(self._form)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        form = self._by_id.get(given.get("form", ""), self._form)
        if form is not None and given.get("formaction"):
            # The same fields, sent elsewhere.
            self.forms.append(Form(self.where, given["formaction"], form.fields, form.multipart))
        name, kind = given.get("name", ""), given.get("type", "text")
        if form is None or not name:
            return
        if tag == "select":
            self._select, self._options = (form, name), []
        elif tag == "textarea":
            self._area, self._text = (form, name), ""
        elif tag == "button":
            form.fields.append((name, given.get("value", ""), "submit"))
        elif kind in {"checkbox", "radio"} and "checked" not in given:
            form.fields.append((name, given.get("value", "on"), "off"))
        else:
            kind = "readonly" if "readonly" in given else kind
            form.fields.append((name, given.get("value", ""), kind))

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._area:
            form, name = self._area
            form.fields.append((name, self._text.removeprefix("\n"), "textarea"))
            self._area = None
        elif tag == "select" and self._select:
            form, name = self._select
            chosen = [value for value, on in self._options if on]
            first = [value for value, _on in self._options[:1]]
            form.fields += [(name, value, "select") for value in chosen or first or [""]]
            self._select = None


def read_page(text: str, where: str) -> _Page:
    """Return the links and forms of a page."""
    page = _Page(where)
    page.feed(text)
    return page


def forms_of(text: str, where: str) -> tuple[list[Form], list[str]]:
    """Return the posting forms and the links of a page."""
    page = read_page(text, where)
    return page.forms, page.links


@dataclass
class Found:
    """What a walk over the pages found, by endpoint."""

    pages: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    forms: dict[str, list[Form]] = field(default_factory=lambda: defaultdict(list))
    # Addresses that links lead to, opened or not, and names of fields of forms that only ask.
    links: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    asked: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    failed: list[str] = field(default_factory=list)


def endpoint_of(app: Flask, path: str, method: str) -> str | None:
    """Return the endpoint behind an address, None if there is none."""
    adapter = app.url_map.bind("localhost")
    try:
        endpoint, _values = adapter.match(urlsplit(path).path, method=method)
    except HTTPException:
        return None
    return str(endpoint)


def nothing(_answer: TestResponse) -> list[str]:
    """Find no fault with an answer."""
    return []


def crawl(
    app: Flask,
    client: FlaskClient,
    starts: list[str],
    each: int = 3,
    faults_of: Callable[[TestResponse], list[str]] = nothing,
) -> Found:
    """Open all starts and up to ``each`` pages of each endpoint, following links.

    Returns the pages that answered, their forms, and what their links and forms ask.
    """
    first = set(starts)
    found, waiting, seen = Found(), deque(dict.fromkeys(starts)), set(starts)
    while waiting:
        path = waiting.popleft()
        endpoint = endpoint_of(app, path, "GET")
        found.links[str(endpoint)].append(path)
        enough = len(found.pages.get(str(endpoint), ())) >= each and path not in first
        if endpoint in {None, "static"} or enough:
            continue
        answer = client.get(path)
        if answer.status_code >= 500:
            found.failed.append(f"GET {path} {answer.status_code}")
        if answer.status_code != 200 or "html" not in (answer.content_type or ""):
            # As a browser that goes on: what an answer holds open must end with it.
            answer.close()
            continue
        found.pages[str(endpoint)].append(path)
        found.failed += [f"{path}: {fault}" for fault in faults_of(answer)]
        page = read_page(answer.text, path)
        for form in page.forms:
            action = endpoint_of(app, form.action, "POST")
            if action:
                found.forms[action].append(form)
        for form in page.asking:
            found.asked[str(endpoint_of(app, form.action, "GET"))].update(form.names)
        for link in _inside(page.links):
            if link not in seen:
                seen.add(link)
                waiting.append(link)
    return found


def _inside(links: list[str]) -> Iterator[str]:
    for link in links:
        parts = urlsplit(link)
        if not parts.netloc and not parts.scheme and parts.path.startswith("/"):
            yield link.split("#")[0]
