"""Full text in any script: the same results on SQLite (FTS5 trigrams) and PostgreSQL (pg_trgm).

Both databases search a column that was normalised here, in Python, so that neither folds letters in
its own way. A word matches anywhere in the text, which is what scripts without spaces need. The
indexes are made by the migration of search; their names start with ``search_``.
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
    and_,
    column,
    false,
    select,
    table,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

# Letters from here on are written without spaces or are syllables of their own.
_DENSE = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
_ACCENT = re.compile(r"[\u0300-\u036f]")
_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u0fff]*[^\W_]*)*")
# An index of three letters cannot find shorter words.
SHORTEST_INDEXED = 3
MAX_WORDS = 12
_CANDIDATES = 40
_LIKE_ENOUGH = 0.45


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
    searched: InstrumentedAttribute[str],
    key: InstrumentedAttribute[int],
    words: Sequence[str],
) -> ColumnElement[bool]:
    """Return the condition that every normalised word occurs in the ``searched`` column.

    ``key`` is the integer primary key of the same table, whose search table is ``search_<table>``.
    """
    if not words:
        return false()
    if session.get_bind().dialect.name != "sqlite":
        return and_(*(_contains(searched, word) for word in words))
    indexed = [word for word in words if len(word) >= SHORTEST_INDEXED]
    parts = [_contains(searched, word) for word in words if len(word) < SHORTEST_INDEXED]
    if indexed:
        parts.insert(0, key.in_(_indexed_keys(searched, " ".join(map(_quoted, indexed)))))
    return and_(*parts)


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
    """Return the records whose title says most nearly the same, best first; at most one statement.

    The newest records that share words are compared; ``where`` narrows them.
    """
    aim = normal(wanted)
    pieces = _pieces(aim)
    if not pieces:
        return []
    groups = [pieces, *([piece] for piece in pieces)]
    queries = []
    for group in groups:
        query = (
            select(key.label("key"), titles.label("title"))
            .where(matches(session, searched, key, group), *where)
            .order_by(key.desc())
            .limit(_CANDIDATES)
        )
        queries.append(select(query.subquery()))
    found = {row.key: row.title for row in session.execute(union_all(*queries))}
    ranked = sorted(
        (Similar(number, likeness(aim, normal(title))) for number, title in found.items()),
        key=lambda one: (-one.likeness, one.key),
    )
    return [one for one in ranked if one.likeness >= _LIKE_ENOUGH][:limit]


def likeness(one: str, other: str) -> float:
    """Return how nearly two normalised texts say the same, 0 to 1."""
    ordered = fuzz.token_sort_ratio(one, other)
    shared = fuzz.token_set_ratio(one, other)
    return float(0.6 * ordered + 0.4 * shared) / 100


def _pieces(wanted: str) -> list[str]:
    """Return up to six parts to look for: the longest words, and threes of dense letters."""
    found: list[str] = []
    for word in _WORD.findall(wanted):
        if _DENSE.search(word) and len(word) > SHORTEST_INDEXED:
            found.extend(word[at : at + 3] for at in range(0, len(word) - 2, 2))
        elif len(word) >= SHORTEST_INDEXED:
            found.append(word)
    return sorted(dict.fromkeys(found), key=len, reverse=True)[:6]
