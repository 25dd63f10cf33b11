"""Turn the terms of a query into SQL conditions: a list says which fields it has."""

import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select

from roadmap.accounts.models import Person
from roadmap.lists.language import NONE, Query, QueryError, Term, days, number
from roadmap.wording import N_, Sentence

Condition: TypeAlias = ColumnElement[bool]

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    ":": operator.eq,
}


@dataclass(frozen=True)
class Asker:
    """Who asks and when: what ``me`` and ``today`` mean."""

    person_id: int
    team_ids: Collection[int]
    today: date


Field: TypeAlias = Callable[[Term, Asker], Condition]


def conditions(query: Query, fields: Mapping[str, Field], asker: Asker) -> list[Condition]:
    """Return one condition per term; raises QueryError for a field the list does not have."""
    found = []
    for term in query.terms:
        field = fields.get(term.field)
        if field is None:
            raise QueryError(
                Sentence(
                    N_("There is no field %(field)s. Fields: %(fields)s. Quotes search for text."),
                    {"field": term.field[:40], "fields": ", ".join(sorted(fields))},
                ),
                term.position,
            )
        condition = field(term, asker)
        found.append(not_(condition) if term.negated else condition)
    return found


def only_equal(term: Term) -> None:
    """Refuse an order on what has none."""
    if term.operator != ":":
        raise QueryError(
            Sentence(N_("%(field)s has no order: write %(field)s:value."), {"field": term.field}),
            term.position,
        )


def unknown_value(term: Term, value: str, known: Collection[str]) -> QueryError:
    """Return the error for a value that names nothing, with a few that would."""
    some = sorted(known)
    shown = ", ".join(some[:12]) + (", …" if len(some) > 12 else "")
    return QueryError(
        Sentence(
            N_("There is no %(field)s %(value)s. Known: %(known)s."),
            {"field": term.field, "value": value[:40], "known": shown or "-"},
        ),
        term.place_of(value),
    )


def chosen(term: Term, known: Collection[str]) -> list[str]:
    """Return the codes a term names in their own spelling; capital letters make no difference."""
    only_equal(term)
    spelling = {code.casefold(): code for code in known}
    found = []
    for value in term.values:
        code = spelling.get(value.casefold())
        if code is None:
            raise unknown_value(term, value, known)
        found.append(code)
    return found


def choice_field(column: Any, kind: type[StrEnum]) -> Field:
    """Test a column that holds one of a few words."""

    def build(term: Term, _asker: Asker) -> Condition:
        codes = chosen(term, [member.value for member in kind] + [NONE])
        named = [kind(code) for code in codes if code != NONE]
        parts = [and_(column.is_not(None), column.in_(named))] if named else []
        if NONE in codes:
            parts.append(column.is_(None))
        return or_(*parts)

    return build


def number_field(column: Any, scale: int | ColumnElement[int] = 1) -> Field:
    """Test a number; ``scale`` is how many of the column's units a written 1 means in each row."""

    def build(term: Term, _asker: Asker) -> Condition:
        parts: list[Condition] = []
        for value in term.values:
            if value.casefold() == NONE:
                only_equal(term)
                parts.append(column.is_(None))
            else:
                compare = _COMPARE[term.operator]
                parts.append(
                    and_(column.is_not(None), compare(column, number(term, value) * scale))
                )
        return or_(*parts)

    return build


def day_field(column: Any, *, moments: bool = False) -> Field:
    """Test a date, or with ``moments`` a moment by its day in UTC."""

    def at(day: date) -> date | datetime:
        return datetime.combine(day, time(), UTC) if moments else day

    def build(term: Term, asker: Asker) -> Condition:
        parts: list[Condition] = []
        for value in term.values:
            if value.casefold() == NONE:
                only_equal(term)
                parts.append(column.is_(None))
                continue
            start, end = days(term, value, asker.today)
            test = {
                ":": and_(column >= at(start), column < at(end)),
                "<": column < at(start),
                "<=": column < at(end),
                ">": column >= at(end),
                ">=": column >= at(start),
            }[term.operator]
            parts.append(and_(column.is_not(None), test))
        return or_(*parts)

    return build


def named_field(
    column: Any, known: Mapping[str, int], mine: Callable[[Asker], Collection[int]]
) -> Field:
    """Test a reference by the code of what it refers to; ``me`` is the asker's own."""

    def build(term: Term, asker: Asker) -> Condition:
        codes = chosen(term, [*known, "me", NONE])
        ids = {known[code] for code in codes if code in known}
        if "me" in codes and "me" not in known:
            ids |= set(mine(asker))
        parts = [and_(column.is_not(None), column.in_(sorted(ids)))] if ids else []
        if NONE in codes:
            parts.append(column.is_(None))
        return or_(*parts) if parts else false()

    return build


def person_field(column: Any) -> Field:
    """Test a reference to a person: by ``me``, an e-mail address, or ``none``."""

    def build(term: Term, asker: Asker) -> Condition:
        only_equal(term)
        values = [value.casefold() for value in term.values]
        emails = [value for value in values if value not in {"me", NONE}]
        parts: list[Condition] = []
        if "me" in values:
            parts.append(column == asker.person_id)
        if emails:
            parts.append(column.in_(select(Person.id).where(Person.email.in_(emails))))
        if NONE in values:
            parts.append(column.is_(None))
        # Without a value it is nobody's: turned round, such a row is found.
        return func.coalesce(or_(*parts), false())

    return build
