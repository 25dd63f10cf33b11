"""The list of launches in SQL: what its query language tests, and what it sorts by.

Where a launch stands comes from `standing`, so that the list and the board never say two things:
a verdict that may not be shown is ``recomputing``, whatever was stored; what has ended has none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, not_, or_, select

from roadmap.errors import Invalid
from roadmap.launches.kinds import LaunchState, LaunchType
from roadmap.launches.models import Launch, LaunchCell
from roadmap.lists.filters import (
    Asker,
    Condition,
    Field,
    choice_field,
    chosen,
    day_field,
    named_field,
    number_field,
    only_equal,
    person_field,
    unknown_value,
)
from roadmap.lists.language import NONE, Query, Term
from roadmap.overview.search import says
from roadmap.overview.standing import AT_RISK, ENDED, LATE, LIVE, PLACES, RECOMPUTING
from roadmap.readiness.verdict import Word
from roadmap.requirements.listing import TeamNames
from roadmap.taxonomy.queries import Options
from roadmap.textsearch import normal
from roadmap.web.i18n import _
from roadmap.web.paging import Order

DEFAULT_SORT = "outlook"
_LONGEST_KEY = 9
# Words of the query language for what the list is grouped and judged by.
VERDICTS: Mapping[str, Word] = {word.value.casefold(): word for word in Word}
OUTLOOKS: Mapping[str, int] = {group.casefold(): place for group, place in PLACES.items()}
TYPES: Mapping[str, LaunchType] = {kind.name.casefold(): kind for kind in LaunchType}
_AGAIN = RECOMPUTING.casefold()


@dataclass(frozen=True)
class Vocabulary:
    """What a query may name, and where every launch stands now for the one who asks.

    ``soon`` is the last day that counts as near.
    """

    teams: TeamNames
    words: Options
    at: CTE
    soon: date

    def fields(self) -> dict[str, Field]:
        """Return every field of the query language."""
        at = self.at.c
        return {
            "state": choice_field(Launch.state, LaunchState),
            "verdict": _verdict_field(at),
            "outlook": _coded_field(at.place, OUTLOOKS),
            "tier": number_field(Launch.tier),
            "type": _coded_field(Launch.type, TYPES),
            "owner": person_field(Launch.owner_id),
            "team": named_field(Launch.team_id, self.teams.ids, lambda asker: asker.team_ids),
            "market": _cell_field(LaunchCell.market_code, "market", self.words),
            "language": _cell_field(LaunchCell.language_code, "language", self.words),
            "surface": _cell_field(LaunchCell.surface_code, "surface", self.words),
            "policy": _cell_field(LaunchCell.policy_area_code, "policy_area", self.words),
            "date": day_field(at.starts_on),
            "commitment": number_field(Launch.commitment_no),
            "created": day_field(Launch.created_at, moments=True),
            "updated": day_field(Launch.updated_at, moments=True),
            "key": _key_field,
            "is": _is_field(at, self.soon),
        }

    def order(self, sort: str) -> Order:
        """Return the order a sort such as ``-date`` names; an unknown one is refused."""
        sorts: dict[str, tuple[Any, bool]] = {
            "outlook": (self.at.c.place, True),
            "date": (self.at.c.starts_on, True),
            "title": (Launch.title, False),
            "tier": (Launch.tier, False),
            "commitment": (Launch.commitment_no, True),
            "created": (Launch.created_at, False),
            "updated": (Launch.updated_at, False),
            "key": (Launch.id, False),
        }
        column, nullable = sorts.get(sort.removeprefix("-"), (None, False))
        if column is None:
            raise Invalid(_("This list cannot be sorted by %(sort)s.", sort=sort[:40]))
        return Order(column, Launch.id, descending=sort.startswith("-"), nullable=nullable)


def shown_word(at: Any) -> ColumnElement[bool]:
    """Return the condition that the word a row of `standing` holds may be shown."""
    known: ColumnElement[bool] = and_(at.fresh.is_not(None), at.fresh.is_(True))
    return known


def _verdict_field(at: Any) -> Field:
    def build(term: Term, _asker: Asker) -> Condition:
        codes = chosen(term, [*VERDICTS, _AGAIN, NONE])
        words = [VERDICTS[code].value for code in codes if code in VERDICTS]
        parts: list[Condition] = []
        if words:
            parts.append(and_(shown_word(at), at.word.is_not(None), at.word.in_(words)))
        if _AGAIN in codes:
            parts.append(and_(at.id.is_not(None), not_(shown_word(at))))
        if NONE in codes:
            parts.append(at.id.is_(None))
        return or_(*parts)

    return build


def _coded_field(column: Any, values: Mapping[str, Any]) -> Field:
    """Test a column by words of the language; what has ended stands nowhere: ``none``."""

    def build(term: Term, _asker: Asker) -> Condition:
        codes = chosen(term, [*values, NONE])
        named = [values[code] for code in codes if code != NONE]
        parts: list[Condition] = [and_(column.is_not(None), column.in_(named))] if named else []
        if NONE in codes:
            parts.append(column.is_(None))
        return or_(*parts)

    return build


def _cell_field(column: Any, dimension: str, words: Options) -> Field:
    """Test whether a launch has a cell with one of some codes."""

    def build(term: Term, _asker: Asker) -> Condition:
        known = [code for kind, code in words.names if kind == dimension]
        here = LaunchCell.launch_id == Launch.id
        codes = chosen(term, [*known, NONE])
        named = [code for code in codes if code != NONE]
        parts: list[Condition] = []
        if named:
            parts.append(Launch.id.in_(select(LaunchCell.launch_id).where(column.in_(named))))
        if NONE in codes:
            parts.append(~select(LaunchCell.id).where(here).exists())
        return or_(*parts)

    return build


def _key_field(term: Term, _asker: Asker) -> Condition:
    only_equal(term)
    numbers = []
    for value in term.values:
        digits = value.upper().removeprefix("LCH-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST_KEY):
            raise unknown_value(term, value, ["LCH-1", "LCH-2"])
        numbers.append(int(digits))
    found: Condition = Launch.id.in_(numbers)
    return found


def _is_field(at: Any, soon: date) -> Field:
    def build(term: Term, asker: Asker) -> Condition:
        dated = and_(at.starts_on.is_not(None), at.place.is_not(None), at.place != PLACES[LIVE])
        meanings: dict[str, Callable[[], Condition]] = {
            "open": lambda: Launch.state.not_in(ENDED),
            "ended": lambda: Launch.state.in_(ENDED),
            "mine": lambda: _mine(asker),
            "help": lambda: and_(
                at.place.is_not(None), at.place.in_((PLACES[LATE], PLACES[AT_RISK]))
            ),
            "soon": lambda: and_(dated, at.starts_on >= asker.today, at.starts_on <= soon),
            "overdue": lambda: and_(dated, at.starts_on < asker.today),
            "committed": lambda: Launch.commitment_no.is_not(None),
            "confidential": lambda: Launch.confidential.is_(True),
        }
        return or_(*(meanings[value]() for value in chosen(term, meanings)))

    return build


def _mine(asker: Asker) -> Condition:
    owned = and_(Launch.owner_id.is_not(None), Launch.owner_id == asker.person_id)
    of_team = and_(Launch.team_id.is_not(None), Launch.team_id.in_(sorted(asker.team_ids)))
    return or_(owned, of_team)


def texts(query: Query) -> list[Condition]:
    """Return the conditions of the words a query searches for, in title and summary."""

    def holds(word: str) -> Condition:
        return or_(says(Launch.title, [word]), says(Launch.summary, [word]))

    wanted = [word for typed in query.words if (word := normal(typed))]
    unwanted = [word for typed in query.without if (word := normal(typed))]
    return [*(holds(word) for word in wanted), *(not_(holds(word)) for word in unwanted)]
