"""The fields admins define, on requirements: where values lie, what forms take and store."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.accounts.models import Person
from roadmap.accounts.queries import active_people
from roadmap.ahead import Asked
from roadmap.db import read_rows
from roadmap.errors import Conflict, Forbidden, Invalid
from roadmap.events import publish
from roadmap.history.conflict import changed_fields
from roadmap.history.service import record
from roadmap.lists.kinds import PREFIX, FieldKind, Own
from roadmap.lists.own_queries import own_fields
from roadmap.lists.own_sql import NOTHING_HELD, Held, OwnTable, values_of
from roadmap.lists.own_store import clean_own, people_in, store_own
from roadmap.lists.own_values import shown, value_in, written
from roadmap.lists.registry import Owner
from roadmap.requirements import service
from roadmap.requirements.answering import answered
from roadmap.requirements.columns import RESERVED
from roadmap.requirements.events import RequirementChanged
from roadmap.requirements.models import Requirement, RequirementFieldValue
from roadmap.requirements.own_part import OwnPart
from roadmap.requirements.queries import may_edit
from roadmap.web.i18n import _
from roadmap.web.session import db_session
from roadmap.web.templating import draw
from roadmap.wording import N_

RECORD_TYPE = Requirement.record_type
TABLE = OwnTable(
    RequirementFieldValue, RequirementFieldValue.requirement_id, Requirement.__table__.c.id
)


def fields_of(session: Session, *, retired: bool = False) -> list[Own]:
    """Return the fields requirements have beyond what is built in, one statement."""
    return own_fields(session, RECORD_TYPE, retired=retired)


def _reserved() -> Collection[str]:
    return RESERVED


OWNER = Owner(RECORD_TYPE, N_("Requirements"), TABLE, _reserved)


def own_part(session: Session, requirement_id: int | None = None) -> OwnPart:
    """Return the part for a new requirement or an existing one, one to three statements."""
    fields = fields_of(session)
    part = OwnPart(fields, find=people_in(session))
    if not fields:
        return part
    if requirement_id is not None:
        held = values_of(session, TABLE, fields, [requirement_id])
        values = held.of(requirement_id)
        part.typed = {
            own.name: written(own, values.get(own.code), held.addresses) for own in fields
        }
        part.values = values
        part.shown = {own.name: values.get(own.code) for own in fields}
    if any(own.kind is FieldKind.PERSON for own in fields):
        part.people = [(row.email, row.name) for row in active_people(session)]
    return part


def told(session: Session, requirement_id: int) -> list[tuple[str, str]]:
    """Return (label, value in words) of what a requirement holds, in order; one statement.

    The fields themselves are kept; without any nothing is read.
    """
    fields = fields_of(session)
    if not fields:
        return []
    rows = read_rows(session, *_asks_told(requirement_id))
    held = {row.field_id: row for row in rows}
    names = {row.person_id: row.name for row in rows if row.person_id is not None}
    return [
        (own.label, shown(own, value_in(own, held[own.id]), names))
        for own in fields
        if own.id in held
    ]


def _asks_told(requirement_id: int) -> Asked:
    return _told(), {"requirement": requirement_id}


@cache
def _told() -> Select[Any]:
    # Built once, of the tables' own columns: every record page sends it.
    value, person = RequirementFieldValue.__table__, Person.__table__
    columns = (value.c.field_id, value.c.text, value.c.number, value.c.day, value.c.person_id)
    return (
        select(*columns, person.c.name)
        .select_from(value.outerjoin(person, person.c.id == value.c.person_id))
        .where(value.c.requirement_id == bindparam("requirement"))
    )


def panel(requirement: Requirement) -> str:
    """Return the panel of the record page with its own values, nothing where there are none."""
    lines = told(db_session(), requirement.id)
    return draw("requirements/_own_values.html", lines=lines) if lines else ""


def reads(requirement: Requirement) -> list[Asked]:
    """Return what the panel asks; nothing where there are no fields."""
    return [_asks_told(requirement.id)] if fields_of(db_session()) else []


def store_new(session: Session, requirement: Requirement, typed: Mapping[str, Any]) -> None:
    """Store own values of a requirement just made, before its history is told."""
    if not typed:
        return
    fields = fields_of(session)
    values = clean_own(fields, typed, people_in(session))
    store_own(session, TABLE, requirement.id, fields, values)


def edit(
    session: Session,
    actor: Actor | None,
    requirement: Requirement,
    values: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
) -> Requirement:
    """Store an edit of built-in fields and own ones (`own_…`) together, as one change.

    Like `service.edit`: different fields of two people are both stored; the same field raises
    Conflict with (mine, theirs), for built-in and own fields at once.
    """
    own = {name: value for name, value in values.items() if name.startswith(PREFIX)}
    plain = {name: value for name, value in values.items() if name not in own}
    if own and not may_edit(actor, requirement):
        raise Forbidden(_("Only its requester or a program manager may do this."))
    problems: list[Invalid | Conflict] = []
    changed = False
    try:
        changed = _store_typed(session, requirement, own, before)
    except (Invalid, Conflict) as error:
        problems.append(error)
    version = requirement.version
    try:
        if plain:
            service.edit(session, actor, requirement, plain, before)
    except (Invalid, Conflict) as error:
        problems.append(error)
    _refuse(problems)
    if changed and requirement.version == version:
        requirement.updated_at = clock.now()
        answered(session, actor, requirement)
        record(session, service.actor_id(actor), requirement, "requirement.edited")
        publish(session, RequirementChanged(requirement.id))
    return requirement


def _refuse(problems: Sequence[Invalid | Conflict]) -> None:
    """Raise what was refused, as one error; what cannot be stored comes before a conflict."""
    if not problems:
        return
    invalid = [error for error in problems if isinstance(error, Invalid)]
    conflicts = [error for error in problems if isinstance(error, Conflict)]
    if invalid:
        sentences = {name: text for error in invalid for name, text in error.fields.items()}
        raise Invalid(invalid[0].message, sentences)
    pairs = {name: both for error in conflicts for name, both in error.fields.items()}
    raise Conflict(conflicts[0].message, pairs)


def _store_typed(
    session: Session,
    requirement: Requirement,
    typed: Mapping[str, Any],
    before: Mapping[str, Any] | None,
) -> bool:
    if not typed:
        return False
    fields = fields_of(session)
    held = values_of(session, TABLE, fields, [requirement.id])
    now = held.of(requirement.id)
    cleaned = clean_own(fields, typed, people_in(session), now)
    current = {own.name: now.get(own.code) for own in fields}
    mine = {own.name: cleaned[own.code] for own in fields if own.code in cleaned}
    try:
        wanted = changed_fields(SimpleNamespace(**current), mine, before)
    except Conflict as conflict:
        by_name = {own.name: own for own in fields}
        pairs = {
            name: (typed[name], written(by_name[name], current[name], held.addresses))
            for name in conflict.fields
        }
        raise Conflict(conflict.message, pairs) from None
    values = {own.code: wanted[own.name] for own in fields if own.name in wanted}
    return store_own(session, TABLE, requirement.id, fields, values)


def held_of(session: Session, fields: Sequence[Own], ids: Collection[int]) -> Held:
    """Return what some requirements hold in some fields, one statement; none for no fields."""
    return values_of(session, TABLE, fields, ids) if fields else NOTHING_HELD
