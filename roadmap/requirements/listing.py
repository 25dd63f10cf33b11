"""The list of requirements: what one may filter and sort by, a page of it, counts for chips."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    and_,
    case,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from roadmap import currencies, textsearch
from roadmap.accounts.models import Person, Team
from roadmap.errors import Invalid
from roadmap.kept import kept, kept_until_change
from roadmap.lists.filters import (
    Asker,
    Field,
    choice_field,
    chosen,
    day_field,
    named_field,
    number_field,
    only_equal,
    unknown_value,
)
from roadmap.lists.language import NONE, Query, Term
from roadmap.requirements.models import Requirement, RequirementScope, RequirementSupport
from roadmap.requirements.rules import (
    BACKLOG,
    INBOX,
    RequirementKind,
    RequirementState,
    ScopeDimension,
    Severity,
)
from roadmap.taxonomy.queries import Options
from roadmap.web.i18n import _
from roadmap.web.paging import Order

# The table's own columns: a statement of them is sent without the mapper.
R = Requirement.__table__.c
DEFAULT_SORT = "-updated"
# Counts above this are shown as "999+": counting on would cost more than the page.
COUNT_LIMIT = 1_000

_SORTS: dict[str, tuple[Any, bool]] = {
    "score": (R.effective_score, True),
    "rank": (R.rank, True),
    "needed": (R.needed_by, True),
    "title": (R.title, False),
    "created": (R.created_at, False),
    "updated": (R.updated_at, False),
    "key": (R.id, False),
}
_KEY = re.compile(r"(?:REQ-)?([0-9]{1,9})", re.IGNORECASE)
_CLOSED = (RequirementState.DELIVERED, RequirementState.DECLINED, RequirementState.DUPLICATE)


@dataclass(frozen=True)
class TeamNames:
    """Active and former teams: id by code, name by id; ``active`` has (code, name) by name."""

    ids: Mapping[str, int]
    names: Mapping[int, str]
    active: tuple[tuple[str, str], ...]


@kept
def team_names(session: Session) -> TeamNames:
    """Return all teams, one statement, or as kept."""
    rows = session.execute(
        select(Team.id, Team.code, Team.name, Team.active).order_by(Team.name)
    ).all()
    return TeamNames(
        {row.code: row.id for row in rows},
        {row.id: row.name for row in rows},
        tuple((row.code, row.name) for row in rows if row.active),
    )


def order_of(sort: str) -> Order:
    """Return the order a sort such as ``-score`` names; an unknown one is refused."""
    column, nullable = _SORTS.get(sort.removeprefix("-"), (None, False))
    if column is None:
        raise Invalid(_("This list cannot be sorted by %(sort)s.", sort=sort[:40]))
    return Order(column, R.id, descending=sort.startswith("-"), nullable=nullable)


def texts(session: Session, query: Query) -> list[ColumnElement[bool]]:
    """Return the conditions of the words a query searches for."""

    def containing(words: Iterable[str]) -> ColumnElement[bool]:
        return textsearch.matches(session, R.search_text, R.id, list(words))

    wanted = [normal for word in query.words if (normal := textsearch.normal(word))]
    unwanted = [normal for word in query.without if (normal := textsearch.normal(word))]
    found = [containing(wanted)] if wanted else []
    return found + [not_(containing([word])) for word in unwanted]


@cache
def _minor_units() -> ColumnElement[int]:
    """Return how many minor units of its currency make one of a requirement's value."""
    unusual = currencies.unusual_units().items()
    return case(*((R.currency.in_(codes), many) for many, codes in unusual), else_=currencies.USUAL)


def fields(teams: TeamNames, words: Options) -> dict[str, Field]:
    """Return every field of the list's query language."""
    return {
        "state": choice_field(R.state, RequirementState),
        "kind": choice_field(R.kind, RequirementKind),
        "severity": choice_field(R.severity, Severity),
        "market": _scope_field(ScopeDimension.MARKET, words),
        "language": _scope_field(ScopeDimension.LANGUAGE, words),
        "surface": _scope_field(ScopeDimension.SURFACE, words),
        "policy": _scope_field(ScopeDimension.POLICY_AREA, words),
        "team": named_field(R.team_id, teams.ids, lambda asker: asker.team_ids),
        "requester": _person_field(R.requester_id.in_),
        "supporter": _person_field(_supported_by),
        "score": number_field(R.effective_score),
        "rank": number_field(R.rank),
        "volume": number_field(R.weekly_volume),
        "sellers": number_field(R.sellers_affected),
        "people": number_field(R.people_affected),
        "value": number_field(R.value_at_stake, scale=_minor_units()),
        "needed": day_field(R.needed_by),
        "word": day_field(R.next_word_on),
        "created": day_field(R.created_at, moments=True),
        "updated": day_field(R.updated_at, moments=True),
        "key": _key_field,
        "is": _is_field,
    }


def _scope_field(dimension: ScopeDimension, words: Options) -> Field:
    part = RequirementScope

    def build(term: Term, _asker: Asker) -> ColumnElement[bool]:
        known = [code for kind, code in words.names if kind == dimension.value]
        here = and_(part.requirement_id == R.id, part.dimension == dimension)
        codes = chosen(term, [*known, NONE])
        named = [code for code in codes if code != NONE]
        parts: list[ColumnElement[bool]] = []
        if named:
            parts.append(select(part.id).where(here, part.code.in_(named)).exists())
        if NONE in codes:
            parts.append(~select(part.id).where(here).exists())
        return or_(*parts)

    return build


def _supported_by(ids: Any) -> ColumnElement[bool]:
    support = RequirementSupport
    return (
        select(support.id)
        .where(support.requirement_id == R.id, support.person_id.in_(ids))
        .exists()
    )


def _person_field(condition: Callable[[Any], ColumnElement[bool]]) -> Field:
    """Test for people by ``me`` or their e-mail address."""

    def build(term: Term, asker: Asker) -> ColumnElement[bool]:
        only_equal(term)
        parts: list[ColumnElement[bool]] = []
        emails = [value.casefold() for value in term.values if value.casefold() != "me"]
        if len(emails) < len(term.values):
            parts.append(condition([asker.person_id]))
        if emails:
            parts.append(condition(select(Person.id).where(Person.email.in_(emails))))
        return func.coalesce(or_(*parts), false())

    return build


def _key_field(term: Term, _asker: Asker) -> ColumnElement[bool]:
    only_equal(term)
    numbers = []
    for value in term.values:
        match = _KEY.fullmatch(value)
        if match is None:
            raise unknown_value(term, value, ["REQ-1", "REQ-2"])
        numbers.append(int(match[1]))
    return R.id.in_(numbers)


def _is_field(term: Term, asker: Asker) -> ColumnElement[bool]:
    meanings = {
        "open": R.state.not_in(_CLOSED),
        "backlog": R.state.in_(BACKLOG),
        "waiting": and_(R.state.in_(INBOX), R.asked_at.is_(None)),
        "asked": R.asked_at.is_not(None),
        "unscored": R.effective_score.is_(None),
        "mine": func.coalesce(R.requester_id == asker.person_id, false()),
        "overdue": and_(
            R.needed_by.is_not(None), R.needed_by < asker.today, R.state.not_in(_CLOSED)
        ),
    }
    return or_(*(meanings[value] for value in chosen(term, meanings)))


@cache
def _state_counts_query() -> CompoundSelect[Any]:
    # Built once: that takes longer than counting.
    parts = []
    for state in RequirementState:
        few = select(R.id).where(R.state == state).limit(COUNT_LIMIT).subquery()
        named = literal(state.value).label("state")
        parts.append(select(named, func.count().label("total")).select_from(few))
    return union_all(*parts)


@kept_until_change
def state_counts(session: Session) -> dict[RequirementState, str]:
    """Return how many requirements each state has, as text; a bounded statement, or as kept."""
    rows = session.execute(_state_counts_query())
    return {RequirementState(row.state): capped(row.total) for row in rows}


def capped(count: int) -> str:
    """Return a count as text, ``999+`` where counting stopped."""
    return str(count) if count < COUNT_LIMIT else f"{COUNT_LIMIT - 1}+"


def key_in(text: str) -> int | None:
    """Return the number if the whole text is the key of a requirement."""
    match = re.fullmatch(r"\s*REQ-([0-9]{1,9})\s*", text, re.IGNORECASE)
    return int(match[1]) if match else None
