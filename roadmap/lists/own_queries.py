"""Reads of the fields admins define."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.errors import NotFound
from roadmap.kept import kept
from roadmap.lists.kinds import Choice, Own
from roadmap.lists.models import CustomField
from roadmap.web.i18n import _


def as_own(row: CustomField) -> Own:
    """Return a stored field as data."""
    choices = tuple(
        Choice(one["code"], one["label"], bool(one.get("active", True))) for one in row.choices
    )
    return Own(row.id, row.code, row.label, row.kind, row.help, choices, row.active)


def own_fields(session: Session, record_type: str, *, retired: bool = False) -> list[Own]:
    """Return the fields of a kind of record in their order, one statement, or as kept."""
    return [own for own in _every_field(session).get(record_type, ()) if retired or own.active]


@kept
def _every_field(session: Session) -> dict[str, list[Own]]:
    found: dict[str, list[Own]] = {}
    for row in session.scalars(_EVERY_FIELD):
        found.setdefault(row.record_type_of, []).append(as_own(row))
    return found


_EVERY_FIELD = select(CustomField).order_by(CustomField.position, CustomField.id)


def field_rows(session: Session) -> Sequence[CustomField]:
    """Return all fields as stored: by kind of record, those in use first, then in their order."""
    query = select(CustomField).order_by(
        CustomField.record_type_of, CustomField.active.desc(), CustomField.position, CustomField.id
    )
    return session.scalars(query).all()


def get_field(session: Session, field_id: int, *, lock: bool = False) -> CustomField:
    """Return one field as stored."""
    query = select(CustomField).where(CustomField.id == field_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(_("There is no such field."))
    return found
