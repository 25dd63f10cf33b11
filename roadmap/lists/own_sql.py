"""Fields admins define in SQL: conditions of the query language, sort columns, values of rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session, aliased

from roadmap import textsearch
from roadmap.accounts.models import Person
from roadmap.db import read_rows
from roadmap.lists.among import among
from roadmap.lists.filters import (
    Asker,
    Condition,
    Field,
    chosen,
    day_field,
    number_field,
    only_equal,
)
from roadmap.lists.kinds import FieldKind, Own, Value
from roadmap.lists.language import NONE, Term
from roadmap.lists.own_values import choice_place, value_in


@dataclass(frozen=True)
class OwnTable:
    """Where a kind of record keeps its values: the mapped class and its reference to the record."""

    model: Any
    # The column of the model that names the record, and the key of the record.
    owner: Any
    key: Any


_FEW = frozenset({FieldKind.NUMBER, FieldKind.DATE, FieldKind.PERSON})


def own_field(table: OwnTable, own: Own) -> Field:
    """Return the test of a field; what has no value is found by `none` alone."""

    def build(term: Term, asker: Asker) -> Condition:
        row: Any = aliased(table.model)
        owner = getattr(row, table.owner.key)
        here = select(row.id).where(owner == table.key, row.field_id == own.id)
        given = tuple(value for value in term.values if value.casefold() != NONE)
        parts: list[Condition] = []
        if len(given) < len(term.values):
            only_equal(term)
            parts.append(~here.exists())
        if given:
            named = Term(
                *(term.field, term.operator, given, False, term.position),
                places=tuple(term.place_of(value) for value in given),
            )
            test = _test(row, own, named, asker)
            if term.operator == ":" and own.kind in _FEW:
                # Few rows hold one number, day or person: they are looked up, not tested for.
                found = select(owner).where(row.field_id == own.id, test)
                parts.append(table.key.in_(found))
            else:
                parts.append(here.where(test).exists())
        return or_(*parts)

    return build


def _test(row: Any, own: Own, term: Term, asker: Asker) -> Condition:
    """Return the condition on a row of values."""
    match own.kind:
        case FieldKind.NUMBER:
            return number_field(row.number)(term, asker)
        case FieldKind.DATE:
            return day_field(row.day)(term, asker)
        case FieldKind.CHOICE:
            return _one_of(row.sort_text, own, term)
        case FieldKind.PERSON:
            return _people(row.person_id, term, asker)
        case _:
            return _containing(row.sort_text, term)


def _one_of(places: Any, own: Own, term: Term) -> Condition:
    """Test for choices by their code or label, retired ones too.

    What is compared is the place of a choice among them all, each of which is one code's: an index
    holds it with the record, so that values need not be read. Codes have no index: as texts of any
    length lie in the same column, some would not fit one.
    """
    labels = {one.label.casefold(): one.code for one in own.choices}
    codes = {one.code for one in own.choices}
    values = tuple(
        value if value.casefold() in codes else labels.get(value.casefold(), value)
        for value in term.values
    )
    plain = Term(term.field, term.operator, values, position=term.position, places=term.places)
    wanted = sorted(choice_place(own, code) for code in chosen(plain, codes))
    found: Condition = places.in_(wanted)
    return found


def _people(column: Any, term: Term, asker: Asker) -> Condition:
    only_equal(term)
    parts: list[Condition] = []
    emails = [value.casefold() for value in term.values if value.casefold() != "me"]
    if len(emails) < len(term.values):
        parts.append(column == asker.person_id)
    if emails:
        parts.append(column.in_(select(Person.id).where(Person.email.in_(emails))))
    return or_(*parts)


def _containing(column: Any, term: Term) -> Condition:
    only_equal(term)
    sought = [normal for value in term.values if (normal := textsearch.normal(value))]
    parts = [column.contains(value, autoescape=True) for value in sought]
    return or_(*parts) if parts else false()


@dataclass(frozen=True)
class OwnOrder:
    """A sort by a field: the rows of values, what they sort by, and the key they name."""

    row: Any
    field_id: int
    value: ColumnElement[Any]
    owner: ColumnElement[Any]
    key: ColumnElement[Any]
    descending: bool


@lru_cache(maxsize=256)
def own_order(table: OwnTable, own: Own, *, descending: bool) -> OwnOrder:
    """Return the sort by a field; records without a value come last either way."""
    row: Any = aliased(table.model)
    value = {FieldKind.NUMBER: row.number, FieldKind.DATE: row.day}.get(own.kind, row.sort_text)
    return OwnOrder(row, own.id, value, getattr(row, table.owner.key), table.key, descending)


@dataclass(frozen=True)
class Held:
    """Values of some records by record and field code, and the people they name."""

    values: Mapping[int, Mapping[str, Value]]
    names: Mapping[int, str]
    addresses: Mapping[int, str]

    def of(self, key: int) -> Mapping[str, Value]:
        """Return the values of one record by field code."""
        return self.values.get(key, {})


NOTHING_HELD = Held({}, {}, {})


def values_of(
    session: Session, table: OwnTable, fields: Sequence[Own], keys: Collection[int]
) -> Held:
    """Return what some records hold in some fields, one statement; none for no fields."""
    if not fields or not keys:
        return NOTHING_HELD
    by_id = {own.id: own for own in fields}
    found: dict[int, dict[str, Value]] = {}
    names: dict[int, str] = {}
    addresses: dict[int, str] = {}
    for one in read_rows(session, _held(table), {"keys": keys, "fields": by_id}):
        own = by_id[one.field_id]
        found.setdefault(one.owner, {})[own.code] = value_in(own, one)
        if one.person_id is not None:
            names[one.person_id], addresses[one.person_id] = one.name, one.email
    return Held(found, names, addresses)


@cache
def _held(table: OwnTable) -> Select[Any]:
    # The tables' own columns, and built once: the values of a page are some hundred rows.
    row, person = table.model.__table__, Person.__table__
    owner = row.c[table.owner.key]
    return (
        select(
            owner.label("owner"),
            *(row.c.field_id, row.c.text, row.c.number, row.c.day, row.c.person_id),
            *(person.c.name, person.c.email),
        )
        .select_from(row.outerjoin(person, person.c.id == row.c.person_id))
        .where(among(owner, "keys"), among(row.c.field_id, "fields"))
    )
