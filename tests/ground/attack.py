"""Posting what no form expects to every form that was found, and judging the answers."""

import io
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import unescape
from urllib.parse import quote_plus

from flask.testing import FlaskClient
from markupsafe import escape
from werkzeug.test import TestResponse

from roadmap.web.text import forbidden_character
from tests.ground.crawl import SILENT, Form, live_html
from tests.ground.nasty import BYTES, VALUES, one_of_each_kind

ANSWERS = {200, 302, 303, 400, 401, 403, 404, 409, 413, 422, 429}
# A page that says why: beside a field, on top of a form, or the page of an error.
SAYS_WHY = ('class="err"', 'class="errors"', 'class="error-page"', "flash")

Pairs = list[tuple[str, str]]


def encoded(pairs: Pairs) -> bytes:
    """Return the body a browser would send, lone surrogates and all."""
    return b"&".join(
        quote_plus(name).encode() + b"=" + quote_plus(value, errors="surrogatepass").encode()
        for name, value in pairs
    )


def changed(form: Form, new: dict[str, str]) -> Pairs:
    """Return the form's values with some replaced; fields a browser would leave out are added."""
    kept = [(name, value) for name, value in form.values if name not in new]
    return kept + list(new.items())


def bodies(form: Form, turn: int) -> Iterator[tuple[str, Pairs, dict[str, str]]]:
    """Yield (what is wrong, body, replaced values): all fields at once, then each kind alone.

    ``turn`` is the number of the form: it says which of the values come.
    """
    for label in one_of_each_kind(turn):
        new = dict.fromkeys(form.names, VALUES[label])
        yield f"all={label}", changed(form, new), new
    labels = list(VALUES)
    # Fields of the rows of a table differ by a number, and one parser reads them.
    alike = {re.sub(r"\d+", "#", name): name for name in reversed(form.names)}
    for place, name in enumerate(alike.values()):
        label = labels[(turn + place * 5) % len(labels)]
        yield f"{name}={label}", changed(form, {name: VALUES[label]}), {name: VALUES[label]}


def odd_bodies(form: Form, turn: int) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield (what is wrong, arguments of a request) for bodies no browser would send."""
    typed = "application/x-www-form-urlencoded"
    label, value = list(BYTES.items())[turn % len(BYTES)]
    body = b"&".join(quote_plus(name).encode() + b"=" + value for name in form.names)
    yield label, {"data": body, "content_type": typed}
    twice = encoded([*form.values, *form.values, ("unknown", "x"), ("shown", "{")])
    yield "every field twice", {"data": twice, "content_type": typed}
    yield "no body", {}
    yield "json", {"json": {name: [1, None] for name in form.names}}
    files = {name: (io.BytesIO(b"\x00\xff"), "a\x00<b>.csv") for name in form.names}
    yield "files for texts", {"data": files}
    yield "no multipart", {"data": b"--x\r\n", "content_type": "multipart/form-data; boundary=x"}


@lru_cache(maxsize=256)
def refused(value: str) -> bool:
    """Return whether no page shows the text again, since it holds a character nobody may type."""
    return bool(forbidden_character(value))


def plain(text: str) -> str:
    """Return text as it compares when runs of space and line breaks count as one."""
    return " ".join(unescape(text).split())


def faults_of(
    answer: TestResponse, form: Form | None = None, new: dict[str, str] | None = None
) -> list[str]:
    """Return what is wrong with an answer; ``new`` is what was typed into the form's fields."""
    text = answer.text if "html" in (answer.content_type or "") else ""
    found = [] if answer.status_code in ANSWERS else [f"answered {answer.status_code}"]
    found += live_html(text)
    if "Traceback (most recent" in text:
        found.append("shows a traceback")
    if answer.status_code >= 400 and not any(sign in text for sign in SAYS_WHY):
        found.append(f"{answer.status_code} without a sentence")
    if answer.status_code == 422 and form and new:
        typed = {name: value for name, value in new.items() if form.kind_of(name) not in SILENT}
        lost = {
            value for value in set(typed.values()) if not refused(value) and lost_in(text, value)
        }
        found += [f"loses {name}" for name, value in typed.items() if value in lost]
    return found


def lost_in(text: str, value: str) -> bool:
    """Return whether a page does not show what was typed."""
    return escape(value) not in text and plain(value) not in plain(text)


def attack(
    client: Callable[[], FlaskClient],
    form: Form,
    events: Callable[[], int],
    turn: int,
) -> list[str]:
    """Post everything to one form; return faults. ``events`` counts what the history holds."""
    faults: list[str] = []
    seen: set[str] = set()
    statuses: set[int] = set()
    held = events()

    def judge(label: str, answer: TestResponse, new: dict[str, str] | None) -> None:
        nonlocal held
        told = faults_of(answer, form, new)
        statuses.add(answer.status_code)
        before, held = held, events()
        if answer.status_code >= 400 and held != before:
            told.append(f"{answer.status_code} yet stored")
        place = answer.location or ""
        # A value in one field alone is seen by whoever looks next: the walk ends with every page.
        looks = label.startswith("all=") or place not in seen
        if answer.status_code == 303 and place.startswith("/") and looks:
            seen.add(place)
            told += [f"then {fault}" for fault in faults_of(client().get(place))]
        faults.extend(f"{form.action} {label}: {fault}" for fault in told)

    sent: set[bytes] = set()
    kind = "application/x-www-form-urlencoded"
    for label, pairs, new in bodies(form, turn):
        # Forms of a button alone have one body, whatever was to be typed.
        body = encoded(pairs)
        if body not in sent:
            sent.add(body)
            judge(label, client().post(form.action, data=body, content_type=kind), new)
    for label, given in odd_bodies(form, turn):
        judge(label, client().post(form.action, **given), None)
    if statuses == {404}:
        faults.append(f"{form.action} was gone before the attack")
    return faults
