"""The small language of list filters: `state:accepted market:DE,FR score>400 needed<2027-03 words`.

A term is a field, one of ``: = < <= > >=`` and values joined by commas; a minus before it turns it
round. Everything else is searched for; double quotes keep words together. Pure.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from datetime import date, timedelta

from roadmap.wording import N_, Sentence

MAX_LENGTH = 1_000
MAX_TERMS = 30
MAX_VALUES = 50
NONE = "none"

_FIELD = re.compile(r"(-?)([A-Za-z][A-Za-z0-9_]*)(<=|>=|[:=<>])")
_BARE = re.compile(r'[^\s,"]+')
_WORD = re.compile(r'[^\s"]+')
_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_RELATIVE = re.compile(r"today(?:([+-])([0-9]{1,4})d?)?")
_CALENDAR = re.compile(r"([0-9]{4})(?:-(?:([0-9]{2})(?:-([0-9]{2}))?|[Qq]([1-4])))?")
_FIRST_YEAR, _LAST_YEAR = 1900, 2999


class QueryError(ValueError):
    """A query that cannot be read; ``position`` counts characters from 0."""

    def __init__(self, sentence: Sentence, position: int) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.position = position


@dataclass(frozen=True, slots=True)
class Term:
    """One test of a field, as written; several values mean any of them."""

    field: str
    operator: str
    values: tuple[str, ...]
    negated: bool = False
    position: int = 0
    # Where each value stands.
    places: tuple[int, ...] = attribute(default=(), compare=False)

    def place_of(self, value: str) -> int:
        """Return where a value stands, or the term itself."""
        found = dict(zip(self.values, self.places, strict=False))
        return found.get(value, self.position)

    def __str__(self) -> str:
        values = ",".join(_written(value) for value in self.values)
        return f"{'-' if self.negated else ''}{self.field}{self.operator}{values}"


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked: tests of fields, words that must occur, words that must not."""

    terms: tuple[Term, ...] = ()
    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [str(term) for term in self.terms]
        parts += [_as_word(word) for word in self.words]
        parts += [f"-{_as_word(word)}" for word in self.without]
        return " ".join(parts)

    def values_of(self, field: str) -> tuple[str, ...]:
        """Return the values a field is tested to equal, not counting tests turned round."""
        return tuple(
            value
            for term in self.terms
            if term.field == field and term.operator == ":" and not term.negated
            for value in term.values
        )

    def having(self, field: str, values: Iterable[str]) -> "Query":
        """Return the query with the field tested for these values alone; for none, not at all."""
        terms = [term for term in self.terms if term.field != field]
        chosen = tuple(dict.fromkeys(values))
        if chosen:
            terms.append(Term(field, ":", chosen))
        return replace(self, terms=tuple(terms))

    def pieces(self) -> list[tuple[str, "Query"]]:
        """Return each part as written, with the query that is left without it."""
        found = []
        for place, term in enumerate(self.terms):
            terms = self.terms[:place] + self.terms[place + 1 :]
            found.append((str(term), replace(self, terms=terms)))
        for place, word in enumerate(self.words):
            words = self.words[:place] + self.words[place + 1 :]
            found.append((_as_word(word), replace(self, words=words)))
        for place, word in enumerate(self.without):
            left = self.without[:place] + self.without[place + 1 :]
            found.append((f"-{_as_word(word)}", replace(self, without=left)))
        return found


def word_at(text: str, position: int) -> tuple[int, int]:
    """Return where the word at a position begins and ends; both are the end after the last one."""
    start = min(position, len(text))
    if text[start : start + 1] == '"':
        end = text.find('"', start + 1) + 1
        return start, end or len(text)
    match = _BARE.match(text, start)
    return start, match.end() if match else min(start + 1, len(text))


def _written(value: str) -> str:
    return value if _BARE.fullmatch(value) else f'"{value}"'


def _as_word(word: str) -> str:
    plain = _WORD.fullmatch(word) and not _FIELD.match(word) and not word.startswith("-")
    return word if plain else f'"{word}"'


def parse(text: str) -> Query:
    """Read a query; raises QueryError saying what is wrong and where."""
    if len(text) > MAX_LENGTH:
        raise QueryError(
            Sentence(N_("A filter has at most %(most)s characters."), {"most": MAX_LENGTH}),
            MAX_LENGTH,
        )
    return _Parser(text).read()


class _Parser:
    """Reads one query from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def read(self) -> Query:
        terms: list[Term] = []
        words: list[str] = []
        without: list[str] = []
        while self._skip_space():
            start = self.at
            if match := _FIELD.match(self.text, self.at):
                terms.append(self._term(match))
            else:
                minus = self._take("-")
                word = self._phrase() if self._peek() == '"' else self._word()
                if word:
                    (without if minus else words).append(word)
            if len(terms) + len(words) + len(without) > MAX_TERMS:
                limit = Sentence(N_("A filter has at most %(most)s parts."), {"most": MAX_TERMS})
                raise QueryError(limit, start)
        return Query(tuple(terms), tuple(words), tuple(without))

    def _skip_space(self) -> bool:
        if match := _SPACE.match(self.text, self.at):
            self.at = match.end()
        return self.at < len(self.text)

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self, sign: str) -> bool:
        if self._peek() != sign:
            return False
        self.at += 1
        return True

    def _term(self, match: re.Match[str]) -> Term:
        minus, name, operator = match.groups()
        start, self.at = self.at, match.end()
        values: dict[str, int] = {}
        count = 0
        while count == 0 or self._take(","):
            place, count = self.at, count + 1
            values.setdefault(self._value(name), place)
        if count > MAX_VALUES:
            limit = Sentence(N_("A field has at most %(most)s values."), {"most": MAX_VALUES})
            raise QueryError(limit, start)
        operator = ":" if operator == "=" else operator
        if count > 1 and operator != ":":
            raise QueryError(Sentence(N_("Only : takes several values.")), start)
        places = tuple(values.values())
        return Term(name.lower(), operator, tuple(values), minus == "-", start, places)

    def _value(self, name: str) -> str:
        if self._peek() == '"':
            found = self._phrase()
        else:
            match = _BARE.match(self.text, self.at)
            found = match.group() if match else ""
            self.at += len(found)
        if not found:
            missing = Sentence(N_("Write a value after %(field)s."), {"field": name})
            raise QueryError(missing, self.at)
        return found

    def _phrase(self) -> str:
        start = self.at
        end = self.text.find('"', start + 1)
        if end < 0:
            raise QueryError(Sentence(N_("This quotation mark has no partner.")), start)
        self.at = end + 1
        return self.text[start + 1 : end].strip()

    def _word(self) -> str:
        match = _WORD.match(self.text, self.at)
        found = match.group() if match else ""
        self.at += len(found)
        return found


def number(term: Term, value: str) -> float:
    """Return the number a value names."""
    if not _NUMBER.fullmatch(value):
        raise QueryError(
            Sentence(
                N_("%(field)s needs a number, not %(value)s."),
                {"field": term.field, "value": value[:40]},
            ),
            term.place_of(value),
        )
    return float(value)


def days(term: Term, value: str, today: date) -> tuple[date, date]:
    """Return the first day a value names and the day after its last; it may be a whole year."""
    found = _relative_day(value, today) or _calendar_days(value)
    if found is None:
        raise QueryError(
            Sentence(
                N_(
                    "%(field)s needs a date such as 2027, 2027-Q1, 2027-03, 2027-03-15 or today+14."
                ),
                {"field": term.field},
            ),
            term.place_of(value),
        )
    return found


def _relative_day(value: str, today: date) -> tuple[date, date] | None:
    match = _RELATIVE.fullmatch(value.lower())
    if match is None:
        return None
    shift = int(match[2] or 0) * (-1 if match[1] == "-" else 1)
    start = today + timedelta(days=shift)
    return start, start + timedelta(days=1)


def _calendar_days(value: str) -> tuple[date, date] | None:
    match = _CALENDAR.fullmatch(value)
    if match is None or not _FIRST_YEAR <= int(match[1]) <= _LAST_YEAR:
        return None
    year = int(match[1])
    try:
        if match[3]:
            start = date(year, int(match[2]), int(match[3]))
            return start, start + timedelta(days=1)
        if match[2]:
            return _months(year, int(match[2]), 1)
    except ValueError:
        return None
    if match[4]:
        return _months(year, 3 * int(match[4]) - 2, 3)
    return _months(year, 1, 12)


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    following = month + count - 1
    return date(year, month, 1), date(year + following // 12, following % 12 + 1, 1)
