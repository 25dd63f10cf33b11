"""The columns of the list of requirements: what they are called, sort by, and hold."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from roadmap import currencies
from roadmap.lists.kinds import FieldKind, Own, Value
from roadmap.lists.own_sql import NOTHING_HELD, Held
from roadmap.lists.own_values import shown
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import ScopeDimension
from roadmap.wording import N_

# The table's own columns: a statement of them is sent without the mapper.
R = Requirement.__table__.c


@dataclass(frozen=True)
class Column:
    """One column; ``needs`` are the columns of the table it is made of."""

    code: str
    label: str
    sort: str = ""
    # What the first click sorts by: "" up, "-" down.
    first: str = ""
    numeric: bool = False
    needs: tuple[Any, ...] = ()
    own: Own | None = None


def _column(code: str, label: str, *needs: Any, **rest: Any) -> tuple[str, Column]:
    return code, Column(code, label, needs=needs, **rest)


COLUMNS: dict[str, Column] = dict(
    (
        _column("state", N_("State"), R.state),
        _column("rank", N_("Rank"), R.rank, sort="rank", numeric=True),
        _column(
            "score",
            N_("Score"),
            R.effective_score,
            R.score,
            sort="score",
            first="-",
            numeric=True,
        ),
        _column("needed", N_("Needed"), R.needed_by, R.needed_by_precision, sort="needed"),
        _column("team", N_("Team"), R.team_id),
        _column("support", N_("Support")),
        _column("updated", N_("Changed"), R.updated_at, sort="updated", first="-"),
        _column("kind", N_("Kind"), R.kind),
        _column("severity", N_("Severity"), R.severity),
        _column("requester", N_("Requester"), R.requester_id),
        _column("market", N_("Markets")),
        _column("language", N_("Languages")),
        _column("surface", N_("Surfaces")),
        _column("policy", N_("Policy areas")),
        _column("volume", N_("Items a week"), R.weekly_volume, numeric=True),
        _column("sellers", N_("Sellers affected"), R.sellers_affected, numeric=True),
        _column("people", N_("People affected"), R.people_affected, numeric=True),
        _column("value", N_("Value at stake"), R.value_at_stake, R.currency, numeric=True),
        _column("word", N_("Next word"), R.next_word_on),
        _column("created", N_("Submitted"), R.created_at, sort="created", first="-"),
    )
)
DEFAULT = ("state", "rank", "score", "needed", "team", "support", "updated")
SCOPES = {
    "market": ScopeDimension.MARKET,
    "language": ScopeDimension.LANGUAGE,
    "surface": ScopeDimension.SURFACE,
    "policy": ScopeDimension.POLICY_AREA,
}
# Names no own field may have: of the query language, columns, sorts, and columns of files.
RESERVED = frozenset(COLUMNS) | frozenset(
    (
        *("is", "key", "id", "title", "problem", "outcome", "supporter", "effort", "links"),
        *("status", "q", "sort", "cols", "view", "after", "before", "edit", "all", "name"),
        *("needed_by", "needed_by_precision", "needed_by_reason", "regulation", "criteria"),
        *("team_id", "markets", "languages", "surfaces", "policy_areas", "weekly_volume"),
        *("sellers_affected", "people_affected", "value_at_stake", "currency", "answers"),
        *("source", "source_key", "comments", "blocked_by", "duplicate_of", "reason"),
    )
)


def own_column(own: Own) -> Column:
    """Return the column of a field admins defined."""
    numeric = own.kind is FieldKind.NUMBER
    return Column(own.code, own.label, own.code, "-" if numeric else "", numeric, own=own)


def known_columns(fields: Iterable[Own]) -> dict[str, Column]:
    """Return every column of the list by code, built-in ones first."""
    return COLUMNS | {own.code: own_column(own) for own in fields}


def chosen_columns(codes: Sequence[str], fields: Iterable[Own]) -> list[Column]:
    """Return the columns to show; codes the list no longer has are left out, none means usual."""
    known = known_columns(fields)
    found = [known[code] for code in dict.fromkeys(codes) if code in known]
    return found or [COLUMNS[code] for code in DEFAULT]


@dataclass(frozen=True)
class Beside:
    """What stands beside the rows of a page, by requirement."""

    support: Mapping[int, str]
    codes: Mapping[int, Mapping[ScopeDimension, Sequence[str]]]
    people: Mapping[int, str]
    teams: Mapping[int, str]
    held: Held = NOTHING_HELD

    def own(self, column: Column, key: int) -> Value:
        """Return what a requirement holds in an own column."""
        return self.held.of(key).get(column.code)

    def told(self, column: Column, key: int) -> str:
        """Return that in words."""
        value = self.own(column, key)
        if value is None or column.own is None:
            return ""
        return shown(column.own, value, self.held.names)

    def subtitle(self, key: int) -> Sequence[str]:
        """Return the markets and policy areas of a requirement."""
        codes = self.codes.get(key)
        if codes is None:
            return ()
        markets = codes.get(ScopeDimension.MARKET, ())
        return [*markets, *codes.get(ScopeDimension.POLICY_AREA, ())]

    def scope(self, key: int, code: str) -> str:
        """Return the codes of one dimension of a requirement."""
        return ", ".join(self.codes.get(key, {}).get(SCOPES[code], ()))


def cell(column: Column, row: Any, beside: Beside) -> Any:
    """Return what a file holds in a cell: text, a number, a day or a moment, None for nothing."""
    if column.own is not None:
        value = beside.own(column, row.id)
        plain = column.own.kind in {FieldKind.NUMBER, FieldKind.DATE}
        return value if plain else beside.told(column, row.id)
    if column.code in SCOPES:
        return beside.scope(row.id, column.code)
    match column.code:
        case "score":
            return row.effective_score
        case "needed":
            return row.needed_by
        case "team":
            return beside.teams.get(row.team_id, "")
        case "support":
            return beside.support.get(row.id, "")
        case "requester":
            return beside.people.get(row.requester_id, "")
        case "value":
            value = row.value_at_stake
            return None if value is None else float(currencies.major(value, row.currency))
        case _:
            found = getattr(row, column.needs[0].key)
            return getattr(found, "value", found)
