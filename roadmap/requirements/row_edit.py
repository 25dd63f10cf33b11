"""Edit one row of the list in its place: the plain fields and the own ones that are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.accounts.queries import active_people
from roadmap.errors import Conflict, Forbidden, Invalid, NotFound
from roadmap.history.conflict import as_shown, read_shown
from roadmap.lists.kinds import PREFIX, FieldKind, Own
from roadmap.lists.own_values import written
from roadmap.requirements import own_fields, queries
from roadmap.requirements.list_asked import Asked
from roadmap.requirements.list_page import Vocabulary
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import RequirementKind
from roadmap.web.i18n import _

_PLAIN = ("title", "team_id", "needed_by", "severity")


@dataclass
class RowForm:
    """The inputs of one row: what is typed in each, what is wrong, what they began with."""

    id: int
    title: str
    own: Sequence[Own]
    typed: dict[str, str]
    shown: str
    has_severity: bool
    people: Sequence[tuple[str, str]] = ()
    # (id, name) of the teams to choose from.
    teams: Sequence[tuple[int, str]] = ()
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return the human key."""
        return f"REQ-{self.id}"

    def refuse(self, error: Invalid | Conflict) -> None:
        """Keep the sentences by input; of a conflict both values."""
        for name, message in error.fields.items():
            self.errors[name] = message if isinstance(message, str) else _both(*message)
        if not error.fields:
            self.errors[""] = error.message


def _both(mine: str, theirs: str) -> str:
    return _(
        "Somebody set this to “%(theirs)s” meanwhile; you wrote “%(mine)s”. Save again to keep"
        " yours.",
        theirs=theirs or _("nothing"),
        mine=mine or _("nothing"),
    )


def row_form(
    session: Session, actor: Actor, known: Vocabulary, asked: Asked, key: str | None
) -> RowForm | None:
    """Return the form of the row an address names, None if it names none to edit here."""
    if not key:
        return None
    try:
        requirement = queries.get_requirement(session, actor, key, "edit")
    except (Forbidden, NotFound):
        return None
    return form_of(session, known, requirement, asked.codes)


def form_of(
    session: Session, known: Vocabulary, requirement: Requirement, columns: Sequence[str]
) -> RowForm:
    """Return the form of one requirement with the own fields among the columns."""
    own = [one for one in known.own if one.code in columns]
    held = own_fields.held_of(session, own, [requirement.id])
    values = held.of(requirement.id)
    start: dict[str, Any] = {name: getattr(requirement, name) for name in _PLAIN}
    start |= {one.name: values.get(one.code) for one in own}
    typed = {name: _written(start[name]) for name in _PLAIN}
    typed |= {one.name: written(one, values.get(one.code), held.addresses) for one in own}
    people: Sequence[tuple[str, str]] = ()
    if any(one.kind is FieldKind.PERSON for one in own):
        people = [(row.email, row.name) for row in active_people(session)]
    teams = [(known.teams.ids[code], name) for code, name in known.teams.active]
    if requirement.team_id is not None and requirement.team_id not in dict(teams):
        teams.append((requirement.team_id, known.teams.names.get(requirement.team_id, "")))
    has_severity = requirement.kind is RequirementKind.PROBLEM_REPORT
    return RowForm(
        *(requirement.id, requirement.title, own, typed, as_shown(start), has_severity),
        *(people, teams),
    )


def _written(value: Any) -> str:
    return "" if value is None else str(getattr(value, "value", value))


def store(
    session: Session,
    actor: Actor,
    requirement: Requirement,
    form: RowForm,
    posted: Mapping[str, str],
) -> None:
    """Store what was typed in a row; raises Invalid or Conflict, then the form keeps it."""
    names = [*_PLAIN, *(one.name for one in form.own)]
    form.typed |= {name: posted[name].strip() for name in names if name in posted}
    before = read_shown(posted.get("shown"))
    values: dict[str, Any] = {
        name: form.typed[name] if name.startswith(PREFIX) else _read(name, form.typed[name])
        for name in names
        if name in posted and (name != "severity" or form.has_severity)
    }
    try:
        own_fields.edit(session, actor, requirement, values, before or None)
    except Conflict as conflict:
        # Sent again, the person's own words win over what they now see beside them.
        start = read_shown(form.shown)
        form.shown = as_shown(before | {name: start[name] for name in conflict.fields})
        raise


def _read(name: str, typed: str) -> Any:
    """Return a built-in value; what cannot be read stays text, which the checks refuse."""
    if name == "team_id":
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else typed
    if name == "needed_by" and typed:
        try:
            return date.fromisoformat(typed)
        except ValueError:
            return typed
    return typed or None
