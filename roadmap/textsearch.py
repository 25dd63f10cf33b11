"""Full text in any script: the same results on SQLite (FTS5 trigrams) and PostgreSQL (pg_trgm).

Both databases search a column that was normalised here, in Python, so that neither folds letters in
its own way. A word matches anywhere in the text, which is what scripts without spaces need. The
index lies beside the table, as ``search_<table>``, and triggers keep it: see the migrations.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    column,
    exists,
    false,
    or_,
    select,
    table,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

# Letters from here on are written without spaces or are syllables of their own.
_DENSE = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
_IDEOGRAM = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_ACCENT = re.compile(r"[\u0300-\u036f]")
_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u0fff]*[^\W_]*)*")
# An index of three letters cannot find shorter words.
SHORTEST_INDEXED = 3
MAX_WORDS = 12
_CANDIDATES = 40
# The newest records whose text is read where no index helps.
_SCANNED = 2_000
# Two sentences about different things share half their letters; scripts without spaces share less.
_LIKE_ENOUGH = 0.55
_LIKE_ENOUGH_DENSE = 0.45


def normal(value: str) -> str:
    """Return the text as it is compared: one width, no case, no accents on Latin letters."""
    folded = unicodedata.normalize("NFKC", value).casefold()
    bare = _ACCENT.sub("", unicodedata.normalize("NFD", folded))
    return " ".join(unicodedata.normalize("NFC", bare).replace("\0", " ").split())


def words_of(query: str) -> list[str]:
    """Return the parts of a query that must all occur: words, and phrases in double quotes."""
    found = [phrase or word for phrase, word in re.findall(r'"([^"]*)"|([^\s"]+)', query)]
    return list(dict.fromkeys(word for part in found if (word := normal(part))))[:MAX_WORDS]


def matches(
    session: Session,
    searched: ColumnElement[str] | InstrumentedAttribute[str],
    key: ColumnElement[int] | InstrumentedAttribute[int],
    words: Sequence[str],
) -> ColumnElement[bool]:
    """Return the condition that every normalised word occurs in the ``searched`` column.

    ``key`` is the integer primary key of the same table, whose search table is ``search_<table>``.
    """
    if not words:
        return false()
    indexed = [word for word in words if len(word) >= SHORTEST_INDEXED]
    parts = [_contains(searched, word) for word in words if len(word) < SHORTEST_INDEXED]
    if indexed and session.get_bind().dialect.name == "sqlite":
        parts.insert(0, key.in_(_indexed_keys(searched, " ".join(map(_quoted, indexed)))))
    elif indexed:
        parts.insert(0, _beside(searched, key, indexed))
    return and_(*parts)


def _beside(searched: Any, key: Any, words: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that PostgreSQL's search table holds every word for the key."""
    copy = table(f"search_{searched.table.name}", column("id"), column(searched.name, Text))
    held = (_contains(copy.c[searched.name], word) for word in words)
    return exists().where(copy.c.id == key, *held)


def _contains(searched: Any, word: str) -> ColumnElement[bool]:
    escaped = re.sub(r"([\\%_])", r"\\\1", word)
    condition: ColumnElement[bool] = searched.like(f"%{escaped}%", escape="\\")
    return condition


def _quoted(word: str) -> str:
    doubled = word.replace('"', '""')
    return f'"{doubled}"'


def _indexed_keys(searched: Any, match: str) -> Select[Any]:
    name = f"search_{searched.table.name}"
    index = table(name, column("rowid"))
    # The hidden column named like the table stands for the whole index.
    return select(index.c.rowid).where(column(name).op("MATCH", is_comparison=True)(match))


@dataclass(frozen=True)
class Similar:
    """A record that says something alike; ``likeness`` is a share from 0 to 1."""

    key: int
    likeness: float


def similar(
    session: Session,
    searched: InstrumentedAttribute[str],
    titles: InstrumentedAttribute[str],
    key: InstrumentedAttribute[int],
    wanted: str,
    *,
    where: Iterable[ColumnElement[bool]] = (),
    limit: int = 5,
) -> list[Similar]:
    """Return the records whose title says most nearly the same, best first; two statements at most.

    The newest records that share words, or threes of letters where no space parts words, are
    compared; ``where`` narrows them.
    """
    aim = normal(wanted)
    pieces, pairs = _pieces(aim), _pairs(aim)
    ranked: list[Similar] = []
    if pieces:
        groups = [pieces, *([piece] for piece in pieces)]
        queries = [
            select(
                select(key.label("key"), titles.label("title"))
                .where(_among_newest(session, searched, key, group), *where)
                .order_by(key.desc())
                .limit(_CANDIDATES)
                .subquery()
            )
            for group in groups
        ]
        ranked = _ranked(aim, session.execute(union_all(*queries)))
    if pairs and len(ranked) < limit:
        # Most Chinese words are two letters, which no index of threes finds.
        newest = select(key).where(*where).order_by(key.desc()).limit(_SCANNED)
        query = select(key.label("key"), titles.label("title")).where(
            key.in_(newest.scalar_subquery()), or_(*(_contains(searched, pair) for pair in pairs))
        )
        more = {one.key: one for one in [*_ranked(aim, session.execute(query)), *ranked]}
        ranked = sorted(more.values(), key=_best_first)
    return ranked[:limit]


def _ranked(aim: str, rows: Iterable[Any]) -> list[Similar]:
    """Return the rows that are like enough, best first."""
    titles = {row.key: row.title for row in rows}
    enough = _LIKE_ENOUGH_DENSE if _DENSE.search(aim) else _LIKE_ENOUGH
    found = (Similar(number, likeness(aim, normal(title))) for number, title in titles.items())
    return sorted((one for one in found if one.likeness >= enough), key=_best_first)


def _best_first(one: Similar) -> tuple[float, int]:
    return -one.likeness, one.key


def _among_newest(
    session: Session,
    searched: ColumnElement[str] | InstrumentedAttribute[str],
    key: ColumnElement[int] | InstrumentedAttribute[int],
    words: Sequence[str],
) -> ColumnElement[bool]:
    """Return the condition of `matches`, on SQLite for the newest hits of its index alone.

    A common word hits tens of thousands of records; the index gives the last ones first.
    """
    if session.get_bind().dialect.name != "sqlite":
        return matches(session, searched, key, words)
    hits = _indexed_keys(searched, " ".join(map(_quoted, words)))
    return key.in_(hits.order_by(column("rowid").desc()).limit(2 * _CANDIDATES))


def likeness(one: str, other: str) -> float:
    """Return how nearly two normalised texts say the same, 0 to 1."""
    ordered = fuzz.token_sort_ratio(one, other)
    shared = fuzz.token_set_ratio(one, other)
    found = float(0.6 * ordered + 0.4 * shared) / 100
    return max(found, _shared_grams(one, other)) if _DENSE.search(one) else found


def _shared_grams(one: str, other: str) -> float:
    """Return how many short runs of letters two texts share, for scripts without spaces."""
    size = 2 if _IDEOGRAM.search(one) else 3
    first, second = (
        {part[at : at + size] for part in text.split() for at in range(len(part) - size + 1)}
        for text in (one, other)
    )
    both = len(first & second)
    if not both:
        return 0.0
    contained = both / max(3, min(len(first), len(second)))
    return min(1.0, 0.5 * contained + both / (len(first) + len(second)))


def _pieces(wanted: str) -> list[str]:
    """Return the parts to look for: six of the longest words, or eight threes of dense letters."""
    found: list[str] = []
    threes: list[str] = []
    for word in _WORD.findall(wanted):
        if _DENSE.search(word) and len(word) > SHORTEST_INDEXED:
            threes.extend(word[at : at + 3] for at in range(len(word) - 2))
        elif len(word) >= SHORTEST_INDEXED:
            found.append(word)
    longest = sorted(dict.fromkeys(found), key=len, reverse=True)[:6]
    return [*longest, *_spread(list(dict.fromkeys(threes)), 8)]


def _pairs(wanted: str) -> list[str]:
    """Return up to eight pairs of letters of scripts whose words are as short as that."""
    found = [
        pair
        for word in _WORD.findall(wanted)
        for at in range(len(word) - 1)
        if _IDEOGRAM.fullmatch(pair := word[at : at + 2])
    ]
    return _spread(list(dict.fromkeys(found)), 8)


def _spread(parts: list[str], most: int) -> list[str]:
    """Return at most so many parts, evenly over all of them."""
    if len(parts) <= most:
        return parts
    return [parts[round(place * (len(parts) - 1) / (most - 1))] for place in range(most)]
