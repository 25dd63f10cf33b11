"""What changes are called in feeds: shared by the rooms that show a record's history."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from roadmap.accounts.queries import names_of
from roadmap.accounts.wording import Line, action_text, value_text
from roadmap.history.queries import FeedEntry, feed
from roadmap.taxonomy.dsa import DSA_CATEGORIES
from roadmap.taxonomy.queries import Options, options
from roadmap.web.i18n import _
from roadmap.wording import N_

# The columns of one row, each with (before, after).
Row = Mapping[str, tuple[Any, Any]]
# A row and the words of the taxonomy -> (label, before, after) to show.
Teller = Callable[[Row, Options], tuple[str, str, str]]
# Ids -> what the records are called.
Namer = Callable[[Session, set[int]], Mapping[int, str]]


@dataclass(frozen=True)
class Words:
    """How a room speaks of its history.

    `actions` and `columns` map codes to text, `silent` columns are left out, `people` hold ids of
    people, `records` name what else a column or the row of a part is, `values` tell a column's
    codes, and `parts` tell a row of a part's table as one line.
    """

    actions: Mapping[str, str]
    columns: Mapping[str, str]
    silent: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    records: Mapping[str, Namer] = field(default_factory=dict)
    values: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    parts: Mapping[str, Teller] = field(default_factory=dict)


def history_lines(
    session: Session,
    words: Words,
    record_type: str,
    record_id: int,
    limit: int = 30,
    offered: Options | None = None,
) -> list[Line]:
    """Return the newest changes of a record in words.

    Three statements, one more per kind of record that was named, and one without `offered`.
    """
    return lines_of(session, words, feed(session, record_type, record_id, limit=limit), offered)


def lines_of(
    session: Session, words: Words, entries: Sequence[FeedEntry], offered: Options | None = None
) -> list[Line]:
    """Return events of one kind of record in words, as `history_lines` does, without reading them.

    One statement, one more per kind of record that was named, and one without `offered`.
    """
    people = _ids(entries, words.people)
    people |= {entry.actor_id for entry in entries if entry.actor_id is not None}
    who = names_of(session, people)
    names = dict.fromkeys(words.people, who)
    for column, namer in words.records.items():
        if ids := _ids(entries, {column}) | _part_ids(entries, column):
            names[column] = namer(session, ids)
    known = _Known(names, offered or options(session))
    return [_line(entry, who, known, words) for entry in entries]


def _ids(entries: Sequence[FeedEntry], columns: Collection[str]) -> set[int]:
    """Return the ids that some columns held or hold."""
    pairs = (pair for e in entries for path, pair in e.changes.items() if path in columns)
    return {value for pair in pairs for value in pair if isinstance(value, int)}


def _part_ids(entries: Sequence[FeedEntry], table: str) -> set[int]:
    """Return the ids of the rows of a part's table that were changed."""
    prefixes = (path.rpartition(".")[0] for entry in entries for path in entry.changes)
    return {int(p.partition(":")[2]) for p in prefixes if p.partition(":")[0] == table}


@dataclass(frozen=True)
class _Known:
    """What ids and codes are called: names by column and id, and the taxonomy."""

    names: Mapping[str, Mapping[int, str]]
    offered: Options


def _line(entry: FeedEntry, people: Mapping[int, str], known: _Known, words: Words) -> Line:
    changes: list[tuple[str, str, str]] = []
    rows: dict[str, dict[str, tuple[Any, Any]]] = {}
    for path, pair in entry.changes.items():
        prefix, _dot, column = path.rpartition(".")
        if prefix.partition(":")[0] in words.parts:
            rows.setdefault(prefix, {})[column] = pair
        elif column not in words.silent and not _says_nothing(pair):
            label = words.columns.get(column)
            shown = _(label) if label else column.replace("_", " ")
            table, _colon, number = prefix.partition(":")
            if table in known.names and pair[0] is not None:
                shown = f"{known.names[table].get(int(number), '')} {shown}".strip()
            before, after = (_value(column, value, known, words) for value in pair)
            changes.append((shown, before, after))
    for prefix, row in rows.items():
        changes.append(words.parts[prefix.partition(":")[0]](row, known.offered))
    who = _("The system") if entry.actor_id is None else people.get(entry.actor_id, "")
    return Line(who, action_text(entry.action, words.actions), entry, changes)


def _says_nothing(pair: tuple[Any, Any]) -> bool:
    """Tell whether a new row merely left the column empty."""
    return pair[0] is None and pair[1] in ("", False, [], {})


def _value(column: str, value: Any, known: _Known, words: Words) -> str:
    if value is None:
        return ""
    if column in known.names:
        return known.names[column].get(value, _("one that is gone"))
    if column in words.values:
        return words.values[column](value)
    if column.endswith("_code"):
        return known.offered.name(column.removesuffix("_code"), value)
    return value_text(value)


def coded(texts: Mapping[Any, str]) -> Callable[[Any], str]:
    """Return a teller of codes, such as the values of an enum."""
    return lambda code: _(texts[code]) if code in texts else str(code)


def either(pair: tuple[Any, Any] | None) -> str:
    """Return what a column of an added or removed row holds."""
    if pair is None:
        return ""
    return str(pair[1] if pair[1] is not None else pair[0] or "")


def added_or_removed(label: str, tell: Callable[[Row, Options], str]) -> Teller:
    """Return a teller that shows a row as added or taken away, in the words of `tell`."""

    def teller(row: Row, offered: Options) -> tuple[str, str, str]:
        text = tell(row, offered)
        gone = all(after is None for _before, after in row.values())
        return _(label), (text if gone else ""), ("" if gone else text)

    return teller


TAXONOMY_WORDS = Words(
    actions={
        f"{kind}.{verb}": text
        for kind in ("region", "market", "language", "surface", "policy_area", "policy_version")
        for verb, text in (
            ("created", N_("added this")),
            ("edited", N_("edited this")),
            ("deleted", N_("deleted this")),
            ("dated", N_("said from when it holds")),
            ("undated", N_("took a date back")),
            ("published", N_("published it in a language")),
            ("withdrawn", N_("withdrew a language")),
            ("handed_over", N_("handed it over")),
        )
    },
    columns={
        "name": N_("Name"),
        "code": N_("Code"),
        "region_code": N_("Region"),
        "active": N_("Offered in forms"),
        "dsa_category": N_("DSA category"),
        "version": N_("Version"),
        "sweeps": N_("Sweep"),
        "owner_id": N_("Owner"),
        "policy_area_code": N_("Policy area"),
    },
    silent=frozenset({"policy_version_id"}),
    people=frozenset({"owner_id"}),
    values={"dsa_category": coded(DSA_CATEGORIES)},
    parts={
        "policy_market": lambda row, offered: (
            _("In force in %(market)s", market=_market(row, offered)),
            *_both(row.get("effective_on", (None, None))),
        ),
        "policy_language": added_or_removed(
            N_("Published in"),
            lambda row, offered: (
                f"{offered.name('language', either(row.get('language_code')))}"
                f" {value_text(either(row.get('published_on')))}"
            ).strip(),
        ),
    },
)


def _both(pair: tuple[Any, Any]) -> tuple[str, str]:
    return value_text(pair[0]), value_text(pair[1])


def _market(row: Row, offered: Options) -> str:
    code = either(row.get("market_code"))
    return offered.name("market", code) if code else _("all markets")
