"""Write, check and store the fields admins define, what requirements hold in them, and views."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.errors import Invalid
from roadmap.exchange.workspace import parts_own as parts
from roadmap.exchange.workspace.fit_lists import repeats
from roadmap.exchange.workspace.mapping import (
    grouped,
    in_order,
    plain,
    without_defaults,
    write,
)
from roadmap.exchange.workspace.names import Names
from roadmap.exchange.workspace.problems import Problem
from roadmap.exchange.workspace.reading import Reading
from roadmap.exchange.workspace.sync import Loading, existing, stored_parts, sync_parts, upsert
from roadmap.lists.kinds import Choice, FieldKind, Own, Value
from roadmap.lists.models import CustomField, SavedView
from roadmap.lists.own_queries import own_fields
from roadmap.lists.own_values import columns_of, read_value, value_in
from roadmap.requirements.columns import RESERVED
from roadmap.requirements.models import RequirementFieldValue
from roadmap.web.i18n import _

_RECORD = "requirement"
Values = Mapping[str, Any]


def sections(session: Session, names: Names) -> dict[str, Any]:
    """Return fields and views as a workspace file has them."""
    fields = session.scalars(select(CustomField).order_by(CustomField.position, CustomField.id))
    views = session.scalars(select(SavedView).where(SavedView.removed_at.is_(None)))
    return {
        "fields": [
            write(parts.FieldPart, row, names, choices=[_choice(one) for one in row.choices])
            for row in fields
        ],
        "views": in_order(
            (write(parts.ViewPart, row, names, of=row.list_code) for row in views), "owner", "name"
        ),
    }


def _choice(one: dict[str, Any]) -> dict[str, Any]:
    return without_defaults(parts.ChoicePart, {"active": True, **one})


def values_by_requirement(session: Session, names: Names) -> Mapping[int, dict[str, Any]]:
    """Return what requirements hold in own fields, by code, as a workspace file has it."""
    fields = {own.id: own for own in own_fields(session, _RECORD, retired=True)}
    rows = grouped(session, RequirementFieldValue, lambda row: row.requirement_id)
    found: dict[int, dict[str, Any]] = {}
    for number, held in rows.items():
        values = {
            fields[row.field_id].code: _written(fields[row.field_id], row, names) for row in held
        }
        found[number] = dict(sorted(values.items()))
    return found


def _written(own: Own, row: RequirementFieldValue, names: Names) -> Any:
    value = value_in(own, row)
    return names.key_of("person", value) if own.kind is FieldKind.PERSON else plain(value)


def _entries(reading: Reading, section: str) -> list[tuple[int, Any]]:
    return reading.parts.get(section, [])


def _known(session: Session, reading: Reading) -> dict[str, Own]:
    """Return the fields there will be, those of the file in place of stored ones."""
    found = {own.code: own for own in own_fields(session, _RECORD, retired=True)}
    for _place, one in _entries(reading, "fields"):
        choices = tuple(Choice(each.code, each.label, each.active) for each in one.choices)
        found[one.code] = Own(0, one.code, one.label, one.kind, one.help, choices, one.active)
    return found


def problems(session: Session, reading: Reading, names: Names) -> Iterator[Problem]:
    """Yield what does not fit in fields, in what requirements hold in them, and in views."""
    stored = {own.code: own for own in own_fields(session, _RECORD, retired=True)}
    for place, one in _entries(reading, "fields"):
        path = f"fields[{place}]"
        if one.code in RESERVED or one.code in {"none", "me"}:
            yield Problem(f"{path}.code", _("is a built-in name"))
        if one.code in stored and stored[one.code].kind is not one.kind:
            yield Problem(f"{path}.kind", _("cannot change: the field is stored with another"))
        if (one.kind is FieldKind.CHOICE) != bool(one.choices):
            yield Problem(f"{path}.choices", _("belong to a choice, which needs some"))
        yield from repeats(f"{path}.choices", (each.code for each in one.choices))
    known = _known(session, reading)
    for place, one in _entries(reading, "requirements"):
        for code, value in one.fields.items():
            yield from _value_problems(
                f"requirements[{place}].fields.{code}", known, code, value, names
            )


def _value_problems(
    path: str, known: Mapping[str, Own], code: str, value: Any, names: Names
) -> Iterator[Problem]:
    own = known.get(code)
    if own is None:
        yield Problem(path, _("is no field of this file or the database"))
        return
    if (own.kind is FieldKind.NUMBER) != isinstance(value, int | float):
        yield Problem(path, _("needs a number for a number, a text for anything else"))
        return
    if own.kind is FieldKind.CHOICE:
        if own.choice(value) is None:
            yield Problem(path, _("is none of the choices"))
        return
    try:
        found = read_value(
            own, value, lambda key: (1, True) if names.knows("person", key) else None
        )
    except Invalid as error:
        yield Problem(path, error.message)
    else:
        if found is None:
            yield Problem(path, _("is empty: leave it out"))


def load(loading: Loading, reading: Reading) -> None:
    """Store fields and views; requirements and people must be stored already."""
    entries = [one for _place, one in _entries(reading, "fields")]
    _fields(loading, entries)
    _values(loading, [one for _place, one in _entries(reading, "requirements")])
    _views(loading, [one for _place, one in _entries(reading, "views")])


def _fields(loading: Loading, wanted: Sequence[parts.FieldPart]) -> None:
    rows = loading.session.scalars(select(CustomField).where(CustomField.record_type_of == _RECORD))
    upsert(
        loading,
        CustomField,
        wanted,
        {row.code: row for row in rows},
        lambda part: part.code,
        lambda _part: {"record_type_of": _RECORD, "created_at": clock.now()},
    )


def _values(loading: Loading, wanted: Sequence[Any]) -> None:
    session = loading.session
    fields = {own.code: own for own in own_fields(session, _RECORD, retired=True)}
    numbers = [int(part.key.partition("-")[2]) for part in wanted]
    stored = stored_parts(session, RequirementFieldValue.requirement_id, numbers)
    emails = loading.names.table("person") if fields else {}
    people = _names_of(session, fields, wanted, emails)
    for number, part in zip(numbers, wanted, strict=True):
        rows = []
        for code, typed in part.fields.items():
            value = _read(fields[code], typed, emails)
            columns = columns_of(fields[code], value, people.get(typed, ""))
            rows.append({"requirement_id": number, "field_id": fields[code].id, **columns})
        sync_parts(loading, RequirementFieldValue, stored[number], rows, ("field_id",))
    session.flush()


def _read(own: Own, typed: Any, emails: Mapping[str, int]) -> Value:
    if own.kind is FieldKind.CHOICE:
        return str(typed)
    return read_value(own, typed, lambda key: (emails[key], True))


def _names_of(
    session: Session, fields: Mapping[str, Own], wanted: Sequence[Any], emails: Mapping[str, int]
) -> dict[Any, str]:
    """Return what the people of person fields are called, by address."""
    named = {
        typed
        for part in wanted
        for code, typed in part.fields.items()
        if fields[code].kind is FieldKind.PERSON
    }
    rows = existing(session, Person.id, [emails[email] for email in named])
    return {row.email: row.name for row in rows}


def _views(loading: Loading, wanted: Sequence[parts.ViewPart]) -> None:
    query = select(SavedView).where(SavedView.removed_at.is_(None))
    names = loading.names
    rows = loading.session.scalars(query) if wanted else ()
    now = clock.now()
    upsert(
        loading,
        SavedView,
        wanted,
        {(row.list_code, names.key_of("person", row.owner_id), row.name): row for row in rows},
        lambda part: (part.of, part.owner, part.name),
        lambda part: {"list_code": part.of, "created_at": now, "updated_at": now},
    )
