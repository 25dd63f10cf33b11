"""Store what records hold in the fields admins define."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Person
from roadmap.errors import Invalid
from roadmap.lists.kinds import FieldKind, Own, Value
from roadmap.lists.own_sql import OwnTable
from roadmap.lists.own_values import People, columns_of, read_value
from roadmap.web.i18n import _


def people_in(session: Session) -> People:
    """Return the finder of people by address; each address is asked for once."""
    known: dict[str, tuple[int, bool] | None] = {}

    def find(email: str) -> tuple[int, bool] | None:
        if email not in known:
            row = session.execute(
                select(Person.id, Person.active).where(Person.email == email.strip())
            ).first()
            known[email] = (row.id, row.active) if row is not None else None
        return known[email]

    return find


def clean_own(
    fields: Sequence[Own],
    typed: Mapping[str, Any],
    people: People,
    before: Mapping[str, Value] | None = None,
) -> dict[str, Value]:
    """Return values by field code; ``typed`` names inputs as `Own.name` does.

    Raises Invalid naming every input that cannot be stored, also those of no known field.
    """
    by_name = {own.name: own for own in fields}
    cleaned: dict[str, Value] = {}
    problems: dict[str, str] = {}
    for name, text in typed.items():
        own = by_name.get(name)
        if own is None:
            problems[name] = _("There is no such field any more. Reload the page.")
            continue
        try:
            cleaned[own.code] = read_value(own, text, people, (before or {}).get(own.code))
        except Invalid as error:
            problems[name] = error.message
    if problems:
        raise Invalid(next(iter(problems.values())), problems)
    return cleaned


def store_own(
    session: Session,
    table: OwnTable,
    key: int,
    fields: Sequence[Own],
    values: Mapping[str, Value],
) -> bool:
    """Store the values of one record by field code and return whether any changed.

    One statement reads what is there. The caller tells the record's history.
    """
    if not values:
        return False
    by_code = {own.code: own for own in fields}
    wanted = [by_code[code].id for code in values]
    query = select(table.model).where(table.owner == key, table.model.field_id.in_(wanted))
    have = {row.field_id: row for row in session.scalars(query)}
    changed = False
    for code, value in values.items():
        own = by_code[code]
        changed |= _store_one(session, table, key, own, have.get(own.id), value)
    return changed


def _store_one(
    session: Session, table: OwnTable, key: int, own: Own, row: Any, value: Value
) -> bool:
    if value is None:
        if row is not None:
            session.delete(row)
        return row is not None
    name = ""
    if own.kind is FieldKind.PERSON:
        name = session.scalar(select(Person.name).where(Person.id == value)) or ""
    columns = columns_of(own, value, name)
    if row is None:
        session.add(table.model(**{table.owner.key: key, "field_id": own.id}, **columns))
        return True
    changes = {name: new for name, new in columns.items() if getattr(row, name) != new}
    for column, new in changes.items():
        setattr(row, column, new)
    return bool(changes)
