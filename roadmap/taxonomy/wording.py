"""What changes are called in feeds: shared by the rooms that show a record's history."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from roadmap.accounts.queries import names_of
from roadmap.accounts.wording import Line
from roadmap.history.queries import FeedEntry, feed
from roadmap.web.i18n import _
from roadmap.wording import N_

# (before, after) of the columns of one row -> (label, before, after) to show.
Teller = Callable[[Mapping[str, tuple[Any, Any]]], tuple[str, str, str]]


@dataclass(frozen=True)
class Words:
    """How a room speaks of its history.

    `actions` and `columns` map codes to text, `silent` columns are left out, `people` hold ids of
    people, and `parts` tell a row of a part's table as one line.
    """

    actions: Mapping[str, str]
    columns: Mapping[str, str]
    silent: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    parts: Mapping[str, Teller] = field(default_factory=dict)


def history_lines(
    session: Session, words: Words, record_type: str, record_id: int, limit: int = 30
) -> list[Line]:
    """Return the newest changes of a record in words, three statements."""
    entries = list(feed(session, record_type, record_id, limit=limit))
    names = names_of(session, _people(entries, words))
    return [_line(entry, names, words) for entry in entries]


def _people(entries: Sequence[FeedEntry], words: Words) -> set[int]:
    found = {entry.actor_id for entry in entries if entry.actor_id is not None}
    for entry in entries:
        for path, pair in entry.changes.items():
            if path in words.people:
                found.update(value for value in pair if isinstance(value, int))
    return found


def _line(entry: FeedEntry, names: Mapping[int, str], words: Words) -> Line:
    changes: list[tuple[str, str, str]] = []
    rows: dict[str, dict[str, tuple[Any, Any]]] = {}
    for path, pair in entry.changes.items():
        prefix, _dot, column = path.rpartition(".")
        if prefix.partition(":")[0] in words.parts:
            rows.setdefault(prefix, {})[column] = pair
        elif column not in words.silent and not _says_nothing(pair):
            label = words.columns.get(column)
            shown = _(label) if label else column.replace("_", " ")
            before, after = (_value(column, value, names, words) for value in pair)
            changes.append((shown, before, after))
    changes += [words.parts[prefix.partition(":")[0]](row) for prefix, row in rows.items()]
    who = _("The system") if entry.actor_id is None else names.get(entry.actor_id, "")
    what = words.actions.get(entry.action)
    return Line(who, _(what) if what else entry.action, entry, changes)


def _says_nothing(pair: tuple[Any, Any]) -> bool:
    """Tell whether a new row merely left the column empty."""
    return pair[0] is None and pair[1] in ("", False, [], {})


def _value(column: str, value: Any, names: Mapping[int, str], words: Words) -> str:
    if value is None or value == []:
        return ""
    if column in words.people:
        return names.get(value, "")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def either(pair: tuple[Any, Any] | None) -> str:
    """Return what a column of an added or removed row holds."""
    if pair is None:
        return ""
    return str(pair[1] if pair[1] is not None else pair[0] or "")


def added_or_removed(label: str, tell: Callable[[Mapping[str, tuple[Any, Any]]], str]) -> Teller:
    """Return a teller that shows a row as added or taken away, in the words of `tell`."""

    def teller(row: Mapping[str, tuple[Any, Any]]) -> tuple[str, str, str]:
        text = tell(row)
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
    parts={
        "policy_market": lambda row: (
            _("In force in %(market)s", market=either(row.get("market_code")) or _("all markets")),
            *_pair(row.get("effective_on")),
        ),
        "policy_language": added_or_removed(
            N_("Published in"),
            lambda row: (
                f"{either(row.get('language_code'))} {either(row.get('published_on'))}".strip()
            ),
        ),
    },
)


def _pair(pair: tuple[Any, Any] | None) -> tuple[str, str]:
    return ("", "") if pair is None else (str(pair[0] or ""), str(pair[1] or ""))
