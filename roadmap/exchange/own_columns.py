"""Columns of a requirement file that name fields admins defined, and what they set."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Person
from roadmap.errors import Invalid
from roadmap.exchange.problems import Problem, shorten
from roadmap.exchange.requirement_rows import RequirementDraft
from roadmap.exchange.values import fold
from roadmap.lists.kinds import FieldKind, Own, Value
from roadmap.lists.own_store import people_in, store_own
from roadmap.lists.own_values import People, columns_of, read_value
from roadmap.requirements import own_fields
from roadmap.requirements.models import RequirementFieldValue
from roadmap.web.i18n import _


@dataclass(frozen=True)
class OwnColumns:
    """The columns that name an own field, by label, and the finder of people."""

    by_label: Mapping[str, Own] = field(default_factory=dict)
    people: People = field(default=lambda _email: None)

    @property
    def fields(self) -> list[Own]:
        """Return the fields that the file has."""
        return list(self.by_label.values())

    def texts(self, draft: RequirementDraft) -> dict[str, str]:
        """Return what a row says in each own field, by code; empty cells are left out."""
        found: dict[str, str] = {}
        for label, own in self.by_label.items():
            cells = [one.strip() for one in draft.extra.get(label, ()) if one.strip()]
            if cells:
                found[own.code] = ", ".join(cells)
        return found

    def values(
        self,
        draft: RequirementDraft,
        before: Mapping[str, str] | None = None,
        here: Mapping[str, Value] | None = None,
    ) -> tuple[dict[str, Value], list[Problem]]:
        """Return the values a row sets by code, and what it cannot.

        ``before`` is what the file said last time and ``here`` what is stored: a field follows the
        file while nobody changed it here.
        """
        now, said, stored = self.texts(draft), before or {}, here or {}
        found: dict[str, Value] = {}
        problems: list[Problem] = []
        for label, own in self.by_label.items():
            text, old = now.get(own.code, ""), said.get(own.code, "")
            if text == old:
                continue
            try:
                value = read_value(own, text, self.people)
            except Invalid as error:
                problems.append(Problem(draft.line, label, shorten(text), error.message))
                continue
            ours = stored.get(own.code)
            if ours == value:
                continue
            if ours == self._read(own, old):
                found[own.code] = value
            else:
                reason = _("Changed here and at the source since the last import; ours is kept.")
                problems.append(Problem(draft.line, label, shorten(text), reason))
        return found, problems

    def _read(self, own: Own, text: str) -> Value:
        """Return what an earlier text meant; one that could not be read set nothing."""
        try:
            return read_value(own, text, self.people)
        except Invalid:
            return None


def own_columns(session: Session, not_taken: Sequence[str]) -> OwnColumns:
    """Return which columns of a file name an own field: by its name, its code, or `own_code`."""
    names: dict[str, Own] = {}
    for own in own_fields.fields_of(session):
        for name in (own.label, own.code, own.name):
            names.setdefault(fold(name), own)
    found: dict[str, Own] = {}
    for label in not_taken:
        own_named = names.get(fold(label))
        if own_named is not None and own_named not in found.values():
            found[label] = own_named
    return OwnColumns(found, people_in(session))


def add_values(
    session: Session,
    fields: Collection[Own],
    values: Mapping[int, Mapping[str, Value]],
) -> None:
    """Store what new requirements hold; the caller tells their history."""
    by_code = {own.code: own for own in fields}
    ids = {
        int(str(value))
        for held in values.values()
        for code, value in held.items()
        if by_code[code].kind is FieldKind.PERSON and value is not None
    }
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))) if ids else ()
    names: dict[Any, str] = {row.id: row.name for row in rows}
    session.add_all(
        RequirementFieldValue(
            requirement_id=number,
            field_id=by_code[code].id,
            **columns_of(by_code[code], value, names.get(value, "")),
        )
        for number, held in values.items()
        for code, value in held.items()
        if value is not None
    )


def change_values(
    session: Session, fields: Sequence[Own], number: int, values: Mapping[str, Value]
) -> None:
    """Store what changed in one requirement; the caller tells its history."""
    store_own(session, own_fields.TABLE, number, fields, values)
