"""Completion of the query language: what may stand where the cursor is. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from roadmap.lists.language import MAX_LENGTH

MAX_OPTIONS = 8
_TOKEN = re.compile(r"(-?)([A-Za-z][A-Za-z0-9_]*)(<=|>=|[:=<>])")
_BARE = re.compile(r'[^\s,"]+')


@dataclass(frozen=True, slots=True)
class FieldGuide:
    """What a field of a list is called, and which values it takes."""

    label: str
    # (value, what people call it), in the order to offer them.
    values: Sequence[tuple[str, str]] = field(default_factory=tuple)
    # Whether < and > mean something.
    ordered: bool = False
    # What to write, where the values cannot be listed, such as `2027-03`.
    example: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """A text to put in place of what was typed, and what it means."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Completion:
    """What may replace the characters from ``start`` to ``end``."""

    start: int
    end: int
    options: Sequence[Option] = field(default_factory=tuple)


def complete(text: str, position: int, fields: Mapping[str, FieldGuide]) -> Completion:
    """Return what may stand at a position of a query: fields first, after a field its values."""
    text = text[:MAX_LENGTH]
    position = max(0, min(position, len(text)))
    start = _word_start(text, position)
    match = _TOKEN.match(text, start)
    if match is not None and match.end() <= position:
        guide = fields.get(match[2].lower())
        if guide is None:
            return Completion(position, position)
        return _values(text, match.end(), position, guide)
    if '"' in text[start:position]:
        return Completion(position, position)
    return _fields(text, start, position, fields)


def _word_start(text: str, position: int) -> int:
    """Return where the part of the query begins that the position lies in."""
    start, quoted = 0, False
    for place, sign in enumerate(text[:position]):
        if sign == '"':
            quoted = not quoted
        elif sign.isspace() and not quoted:
            start = place + 1
    return start


def _word_end(text: str, position: int, stop: str) -> int:
    end = position
    while end < len(text) and not text[end].isspace() and text[end] not in stop:
        end += 1
    return end


def _fields(text: str, start: int, position: int, fields: Mapping[str, FieldGuide]) -> Completion:
    begin = start + (text[start : start + 1] == "-" and position > start)
    typed = text[begin:position].casefold()
    end = _word_end(text, position, ':=<>",')
    if end < len(text) and text[end] in ":=<>":
        end += 1
    named = [(code, guide.label) for code, guide in fields.items()]
    found = [
        Option(f"{code}{'>' if fields[code].ordered and not fields[code].values else ':'}", label)
        for code, label in _best(typed, named)
    ]
    return Completion(begin, end, found)


def _values(text: str, begin: int, position: int, guide: FieldGuide) -> Completion:
    start, quoted = begin, False
    for place in range(begin, position):
        if text[place] == '"':
            quoted = not quoted
        elif text[place] == "," and not quoted:
            start = place + 1
    typed = text[start:position].strip('"').casefold()
    end = text.find('"', position) + 1 if quoted else _word_end(text, position, ',"')
    end = end or len(text)
    found = [Option(_quoted(value), label) for value, label in _best(typed, guide.values)]
    return Completion(start, end, found)


def _best(typed: str, named: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return what begins with the typed text first, then what has such a word, or holds it."""
    ranked: list[tuple[int, int, tuple[str, str]]] = []
    for place, one in enumerate(named):
        code, label = one[0].casefold(), one[1].casefold()
        if code.startswith(typed):
            rank = 0
        elif any(word.startswith(typed) for word in label.split()):
            rank = 1
        elif typed in code or typed in label:
            rank = 2
        else:
            continue
        ranked.append((rank, place, one))
    return [one for _rank, _place, one in sorted(ranked)[:MAX_OPTIONS]]


def _quoted(value: str) -> str:
    return value if _BARE.fullmatch(value) else f'"{value}"'
