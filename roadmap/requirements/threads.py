"""A pasted chat or mail becomes the beginning of a requirement. Pure, and linear in its length.

Lines of chats are recognised by their stamps, mails by their headers, in any script; whatever is
not recognised stays text, so nothing is ever refused.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from roadmap.requirements.rules import OriginKind, ScopeDimension
from roadmap.requirements.thread_words import (
    ANSWER_MARK,
    FAREWELL_LINE,
    FORWARDED,
    FROM,
    GREETING_LINE,
    GREETING_START,
    OTHER_HEADERS,
    QUOTE_HEAD,
    SENT_FROM,
    SMALL_TALK,
    SUBJECT,
)

TITLE_LENGTH = 120
PROBLEM_LENGTH = 15_000
MAX_LINKS = 20
_LINE = 300
_NAME = 60
_SIGNATURE_LINES = 6

_CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[ap]\.?m\.?)?"
_DAY = r"(?:\d{1,4}[./-]\d{1,2}(?:[./-]\d{1,4})?|\w{3,12}|\d{1,2}\s\w{3,10}(?:\s\d{4})?)"
_STAMP = rf"(?:{_DAY},?\s{{1,3}})?(?:at\s)?{_CLOCK}"
# After a name a word could be its last part, so only numbers and the nearest days count.
_NEAR = (
    r"(?:\d{1,4}[./-]\d{1,2}(?:[./-]\d{1,4})?"
    r"|today|yesterday|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
)
_STAMP_BEHIND = rf"(?:{_NEAR},?\s{{1,3}})?(?:at\s)?{_CLOCK}"
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202c\ufeff"))
# WhatsApp: [22/11/2026, 14:03:22] Ana: words   ·   22/11/26, 14:03 - Ana: words
# Teams:    [22/11 14:03] Ana Lopez: words, or the words on the next lines
_STAMP_FIRST = re.compile(
    rf"^(?:\[(?:{_STAMP})\]|(?:{_STAMP})\s-)\s{{0,2}}(?P<who>[^:\n]{{1,{_NAME}}}?)\s?"
    r"(?::\s(?P<said>.*))?$",
    re.IGNORECASE,
)
# Slack: Ana Lopez  2:03 PM   ·   Ana Lopez [2:03 PM]   ·   Teams: Ana Lopez, 14:03
_NAME_FIRST = re.compile(
    rf"^(?P<who>[^\W\d_][^\n\[\]:]{{0,{_NAME}}}?)(?P<gap>\s{{1,4}}|,\s|\s\[)(?:{_STAMP_BEHIND})\]?$",
    re.IGNORECASE,
)
_ALONE = re.compile(rf"^\s?\[?{_STAMP}\]?$", re.IGNORECASE)
_IRC = re.compile(rf"^(?:\[?{_CLOCK}\]?\s)?<(?P<who>[^<>\s@]{{1,{_NAME}}})>\s(?P<said>.*)$")
_SPEAKER = re.compile(r"^(?P<who>[^\W\d_][^:：\n]{0,30})[:：]\s?(?P<said>\S.*)$")
_HEADER = re.compile(r"^\W{0,3}(?P<label>[^:：@<>]{1,24}?)\W{0,3}[:：]\s*(?P<value>.*)$")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_LINK = re.compile(r"https?://[^\s<>\"'|，。；、）】」]{3,1900}", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?](?=\s|$)|[。！？\n]")
# Letters of scripts that put no space between words.
_DENSE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_PARTICLES = frozenset(
    {*("al", "bin", "da", "de", "del", "den", "der", "di", "dos", "du", "el", "la", "le"), "van"}
    | {"von", "y"}
)
# Codes of markets that are words of everyday English when written in capitals.
_EVERYDAY = frozenset(
    {
        *("AD", "AI", "AM", "AS", "AT", "BE", "BY", "DO", "ID", "IN", "IS", "IT", "ME", "MY"),
        *("NO", "OM", "PM", "SO", "TO", "TV"),
    }
)


@dataclass(frozen=True)
class Message:
    """What one person said, at once or in one mail."""

    who: str
    text: str


@dataclass(frozen=True)
class Thread:
    """A pasted text taken apart; ``people`` are names and e-mail addresses as they stand there."""

    kind: OriginKind
    messages: tuple[Message, ...]
    subject: str = ""
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """What a requirement made from a thread begins with; ``scope`` are codes by dimension."""

    title: str
    problem: str
    links: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    scope: Mapping[ScopeDimension, tuple[str, ...]] = field(default_factory=dict)


# Dimension -> (code, name) of the words to look for.
Words = Mapping[ScopeDimension, Iterable[tuple[str, str]]]


def read(text: str) -> Thread:
    """Take a pasted text apart."""
    lines = text.translate(_MARKS).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    mail = _mail(lines)
    if mail is not None:
        return mail
    found = _chat(lines) or [Message("", _tidy(lines))]
    messages = tuple(one for one in found if one.text)
    return Thread(OriginKind.CHAT, messages, "", _people(messages, text))


def propose(thread: Thread, words: Words | None = None) -> Proposal:
    """Return title, problem, links and the words of the taxonomy that a thread names."""
    told = _told(thread.messages)
    whole = f"{thread.subject}\n{told}"
    return Proposal(
        title=_title(thread.subject) or _first_sentence(thread.messages),
        problem=told[:PROBLEM_LENGTH].rstrip(),
        links=_links(whole),
        people=thread.people,
        scope=recognised(whole, words or {}),
    )


def recognised(text: str, words: Words) -> dict[ScopeDimension, tuple[str, ...]]:
    """Return the codes of each dimension whose name, or whose code in capitals, the text holds."""
    folded = text.casefold()
    tokens = set(re.findall(r"\w+(?:-\w+)*", text))
    lists = set(re.findall(r"\b[A-Z]{2}(?=\s?[/,&+]\s?[A-Z]{2}\b)|(?<=[/,&+])\s?[A-Z]{2}\b", text))
    listed = {code.strip() for code in lists}
    found = {}
    for dimension, pairs in words.items():
        market = dimension is ScopeDimension.MARKET
        codes = [
            code
            for code, name in pairs
            if _named(name, text, folded)
            or (market and code in tokens and (code not in _EVERYDAY or code in listed))
        ]
        if codes:
            found[dimension] = tuple(codes)
    return found


def _named(name: str, text: str, folded: str) -> bool:
    """Return whether a text holds a name as a word; a short one only written like a name."""
    if len(name) < 2:
        return False
    if _DENSE.search(name):
        return name in text
    if len(name) <= 4:
        return any(_whole(word, text) for word in {name, name.upper()} if not word.islower())
    return _whole(name.casefold(), folded)


def _whole(word: str, text: str) -> bool:
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        before = text[at - 1 : at]
        after = text[end : end + 1]
        if not (before.isalnum() and not _DENSE.match(before)) and not (
            after.isalnum() and not _DENSE.match(after)
        ):
            return True
        at = text.find(word, end)
    return False


# ---- mail ----


def _mail(lines: Sequence[str]) -> Thread | None:
    """Return the thread of a mail that begins with its headers, None for anything else."""
    start = next((at for at, line in enumerate(lines[:20]) if line.strip()), 0)
    while start < len(lines) and FORWARDED.match(lines[start].strip()[:_LINE]):
        start += 1
    headers, body = _headers(lines, start)
    if not headers:
        return None
    sender = next((value for label, value in headers if label in FROM), "")
    subject = next((value for label, value in headers if label in SUBJECT), "")
    text = _tidy(lines[body:], mail=True)
    values = "\n".join(value for _label, value in headers)
    message = Message(_bare_name(sender), text)
    people = _people([message] if sender else [], f"{values}\n{text}")
    return Thread(OriginKind.MAIL, (message,) if text else (), subject, people)


def _headers(lines: Sequence[str], start: int) -> tuple[list[tuple[str, str]], int]:
    """Return the (label, value) pairs at the top and where the body begins; none if it is no mail.

    Two known labels make headers, or three of any script one of which holds an address.
    """
    found: list[tuple[str, str]] = []
    at = start
    while at < len(lines) and len(found) < 30:
        match = _HEADER.match(lines[at][:_LINE])
        if match is None:
            break
        found.append((match["label"].strip().casefold(), match["value"].strip()))
        at += 1
    known = sum(label in FROM | SUBJECT | OTHER_HEADERS for label, _value in found)
    named = any(label in FROM | SUBJECT for label, _value in found)
    strange = len(found) >= 3 and any(_MAIL.search(value) for _label, value in found)
    return (found, at) if (named and known >= 2) or strange else ([], start)


def _bare_name(sender: str) -> str:
    """Return the name of ``Ana Lopez <ana@example.org>``, else its address."""
    name = sender.partition("<")[0].strip(" \"'")
    return (name or sender.strip(" <>"))[:_NAME]


# ---- chat ----


def _chat(lines: Sequence[str]) -> list[Message]:
    """Return the messages of a chat, none if nothing looks like one."""
    said: list[tuple[str, list[str]]] = []
    speakers = _speakers(lines)
    at, stamped = 0, 0
    while at < len(lines):
        line = lines[at].strip()
        after = lines[at + 1].strip() if at + 1 < len(lines) else ""
        opened = _opened(line, after, speakers)
        if opened is None:
            if said:
                said[-1][1].append(lines[at])
            elif line:
                said.append(("", [lines[at]]))
        else:
            who, first, used = opened
            stamped += 1
            if said and said[-1][0] == who:
                said[-1][1].append(first)
            else:
                said.append((who, [first]))
            at += used
        at += 1
    return [Message(who, _tidy(parts)) for who, parts in said] if stamped else []


def _opened(line: str, after: str, speakers: frozenset[str]) -> tuple[str, str, int] | None:
    """Return who begins to speak, the first words, and how many more lines that took."""
    head = line[:_LINE]
    match = _STAMP_FIRST.match(head) or _IRC.match(head)
    if match is not None and (match["said"] is not None or _is_name(match["who"])):
        said = line[match.start("said") :] if match["said"] is not None else ""
        return match["who"].strip(), said, 0
    match = _NAME_FIRST.match(head) if len(line) <= _LINE else None
    if match is not None and _is_name(match["who"], gap=match["gap"]):
        return match["who"].strip(" ,"), "", 0
    if 0 < len(after) <= _NAME and _ALONE.match(after) and _is_name(line):
        return line, "", 1
    match = _SPEAKER.match(head)
    if match is not None and match["who"].strip() in speakers:
        return match["who"].strip(), line[match.start("said") :], 0
    return None


def _is_name(words: str, gap: str = "  ") -> bool:
    """Return whether words look like the name of a person rather than like a sentence.

    Scripts without capitals tell names by what stands before the time: more than one space.
    """
    parts = words.replace(",", " ").split()
    if not 0 < len(parts) <= 5 or len(words) > _NAME or words.endswith((".", "!", "?")):
        return False
    if len(parts) == 1 and gap != " ":
        return True
    cased = [part for part in parts if part[0].lower() != part[0].upper()]
    if not cased:
        return gap != " "
    return all(part[0].isupper() or part in _PARTICLES for part in cased)


def _speakers(lines: Sequence[str]) -> frozenset[str]:
    """Return the names before colons, if they are those of a talk: two or more, one of them twice.

    "Problem:" and "Impact:" of a structured text stand there once each.
    """
    counts: dict[str, int] = {}
    filled = 0
    for line in lines:
        if not line.strip():
            continue
        filled += 1
        match = _SPEAKER.match(line.strip()[:_LINE])
        if match is not None and len(match["who"].split()) <= 3:
            counts[match["who"].strip()] = counts.get(match["who"].strip(), 0) + 1
    talk = len(counts) >= 2 and max(counts.values()) >= 2 and sum(counts.values()) * 2 >= filled
    return frozenset(counts) if talk else frozenset()


# ---- words ----


def _tidy(lines: Sequence[str], *, mail: bool = False) -> str:
    """Return the lines without quotes, greetings, farewells and signatures."""
    kept: list[str] = []
    for at, line in enumerate(lines):
        bare = line.strip()
        head = bare[:_LINE]
        if bare.startswith(">") or SENT_FROM.match(head) or FORWARDED.match(head):
            continue
        if mail and (QUOTE_HEAD.match(head) or line.rstrip() == "--"):
            break
        if len(bare) <= _LINE and GREETING_LINE.match(head):
            continue
        if len(bare) <= _LINE and FAREWELL_LINE.match(head):
            if mail and _only_signature(lines[at + 1 : at + 1 + 4 * _SIGNATURE_LINES]):
                break
            continue
        kept.append(line.rstrip())
    text = "\n".join(kept).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", _without_greeting(text))


def _only_signature(rest: Sequence[str]) -> bool:
    """Return whether nothing but a few short lines follows."""
    filled = [line.strip() for line in rest if line.strip()]
    quoted = next((at for at, line in enumerate(filled) if QUOTE_HEAD.match(line[:_LINE])), None)
    tail = filled[:quoted] if quoted is not None else filled
    return len(tail) <= _SIGNATURE_LINES and all(len(line) <= 80 for line in tail)


def _without_greeting(text: str) -> str:
    match = GREETING_START.match(text[:_LINE])
    if match is None or match.end() >= len(text):
        return text
    rest = text[match.end() :]
    return rest[:1].upper() + rest[1:]


def _told(messages: Sequence[Message]) -> str:
    """Return what was said, with names where several people spoke."""
    if len({one.who for one in messages}) <= 1:
        return "\n\n".join(one.text for one in messages)
    return "\n\n".join(f"{one.who}: {one.text}" if one.who else one.text for one in messages)


def _title(text: str) -> str:
    return _short(" ".join(ANSWER_MARK.sub("", text.strip()[:_LINE]).split()))


def _first_sentence(messages: Sequence[Message]) -> str:
    """Return the first sentence that says something, else how the text begins."""
    text = next((one.text for one in messages if one.text), "")[:2_000]
    start = 0
    for match in _SENTENCE.finditer(text):
        sentence = text[start : match.start()].strip()
        long_enough = len(sentence) >= (6 if _DENSE.search(sentence) else 12)
        if long_enough and not SMALL_TALK.match(sentence):
            asked = match.group() if match.group() in "?？" else ""
            return _begun(" ".join(sentence.split()) + asked)
        start = match.end()
    rest = text[start:].strip()
    return _begun(" ".join((rest if len(rest) >= 12 else text).split()))


def _begun(text: str) -> str:
    return _short(text[:1].upper() + text[1:])


def _short(text: str) -> str:
    if len(text) <= TITLE_LENGTH:
        return text
    cut = text[: TITLE_LENGTH - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > TITLE_LENGTH // 2 else cut).rstrip(" ,;:-") + "…"


def _links(text: str) -> tuple[str, ...]:
    found = (match.rstrip(".,;:!?)]}*_") for match in _LINK.findall(text))
    return tuple(dict.fromkeys(found))[:MAX_LINKS]


def _people(messages: Iterable[Message], text: str) -> tuple[str, ...]:
    """Return who spoke and every address that is named, once each."""
    names = [one.who for one in messages if one.who]
    addresses = [match.lower() for match in _MAIL.findall(text)]
    return tuple(dict.fromkeys([*names, *addresses]))[:20]
