"""What the history of a requirement says about the fields admins defined."""

from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.queries import names_of
from roadmap.history.queries import FeedEntry
from roadmap.lists.kinds import FieldKind, Own
from roadmap.lists.own_values import shown, value_in
from roadmap.requirements import own_fields
from roadmap.requirements.models import RequirementFieldValue
from roadmap.web.i18n import _

_TABLE = f"{RequirementFieldValue.__tablename__}:"
_VALUES = ("text", "number", "day", "person_id")

Told = tuple[str, str | None, str | None]


def own_changes(
    session: Session, requirement_id: int, entries: Sequence[FeedEntry]
) -> dict[int, list[Told]]:
    """Return by event (field, before, after) of own values; no statement where there are none."""
    rows = {entry.id: _rows(entry) for entry in entries}
    rows = {number: found for number, found in rows.items() if found}
    if not rows:
        return {}
    fields = {own.id: own for own in own_fields.fields_of(session, retired=True)}
    field_ids = _field_ids(session, requirement_id, rows.values())
    people = names_of(session, _people(rows.values()))
    return {
        number: [
            _told(fields.get(field_ids.get(row, 0)), changes, people)
            for row, changes in found.items()
        ]
        for number, found in rows.items()
    }


def _rows(entry: FeedEntry) -> dict[int, dict[str, tuple[Any, Any]]]:
    """Return the changed columns of each value of an event by the key of its row."""
    found: dict[int, dict[str, tuple[Any, Any]]] = {}
    for path, pair in entry.changes.items():
        if path.startswith(_TABLE):
            row, _dot, column = path.removeprefix(_TABLE).partition(".")
            found.setdefault(int(row), {})[column] = pair
    return found


def _field_ids(
    session: Session, requirement_id: int, rows: Iterable[Mapping[int, Any]]
) -> dict[int, int]:
    """Return which field each row is of: as it is now, or as it was added or taken away."""
    value = RequirementFieldValue
    query = select(value.id, value.field_id).where(value.requirement_id == requirement_id)
    found = {row.id: row.field_id for row in session.execute(query)}
    for one in rows:
        for row, changes in one.items():
            before, after = changes.get("field_id", (None, None))
            if before or after:
                found[row] = before or after
    return found


def _people(rows: Iterable[Mapping[int, Mapping[str, tuple[Any, Any]]]]) -> set[int]:
    pairs = (changes.get("person_id", ()) for one in rows for changes in one.values())
    return {int(value) for pair in pairs for value in pair if value is not None}


def _told(
    own: Own | None, changes: Mapping[str, tuple[Any, Any]], people: Mapping[int, str]
) -> Told:
    if own is None:
        return _("a field that is gone"), None, None
    sides = []
    for side in (0, 1):
        held = {name: changes.get(name, (None, None))[side] for name in _VALUES}
        value = value_in(own, SimpleNamespace(**held))
        if own.kind is FieldKind.DATE:
            sides.append(str(value) if value else _("nothing"))
        else:
            sides.append(shown(own, value, people) or _("nothing"))
    return own.label, sides[0], sides[1]
