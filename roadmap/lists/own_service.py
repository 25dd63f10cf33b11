"""Commands on the fields admins define: add, reword, order, retire. Codes stay for ever."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.errors import Forbidden, Invalid
from roadmap.history.conflict import changed_fields
from roadmap.history.service import record
from roadmap.lists.kinds import (
    CODE,
    HELP_LENGTH,
    LABEL_LENGTH,
    MAX_CHOICES,
    MAX_FIELDS,
    FieldKind,
    Own,
    choice_code,
)
from roadmap.lists.models import CustomField
from roadmap.lists.own_queries import as_own, get_field
from roadmap.lists.own_values import choice_place
from roadmap.lists.registry import get_owner
from roadmap.web.i18n import _
from roadmap.web.text import forbidden_character


def allow(actor: Actor | None) -> None:
    """Refuse people who may not define fields; None is the system itself."""
    if actor is not None and not actor.may("admin.taxonomy"):
        raise Forbidden(_("Only an admin may define fields."))


def add_field(
    session: Session,
    actor: Actor | None,
    record_type: str,
    code: str,
    kind: str,
    *,
    label: str,
    help: str = "",  # noqa: A002 - the column's name
    choices: Sequence[str] = (),
) -> CustomField:
    """Store a new field at the end and return it; ``choices`` are the labels of a choice."""
    allow(actor)
    owner = get_owner(record_type)
    problems = _Problems()
    code = problems.take("code", lambda: _code(session, record_type, code, owner.reserved()))
    label = problems.take("label", lambda: _line(label, LABEL_LENGTH, _("Say what it is called.")))
    help = problems.take("help", lambda: _line(help, HELP_LENGTH))  # noqa: A001
    kind = problems.take("kind", lambda: _kind(kind))
    named = [{"label": one} for one in choices]
    wanted = problems.take("choices", lambda: _choices(kind, named, ()))
    problems.refuse()
    last = select(func.max(CustomField.position)).where(CustomField.record_type_of == record_type)
    row = CustomField(
        record_type_of=record_type,
        code=code,
        label=label,
        help=help,
        kind=FieldKind(kind),
        choices=wanted,
        position=(session.scalar(last) or 0) + 1,
        active=True,
        created_at=clock.now(),
    )
    session.add(row)
    record(session, actor.id if actor else None, row, "custom_field.created")
    return row


def edit_field(
    session: Session,
    actor: Actor | None,
    field_id: int,
    values: Mapping[str, Any],
    shown: Mapping[str, Any] | None = None,
) -> CustomField:
    """Change label, help, choices or `active`; raises Conflict like any edit.

    ``choices`` are, in order, objects with `code` (none for a new one), `label` and `active`. A
    choice left out is retired: records keep it, nobody is offered it.
    """
    allow(actor)
    row = get_field(session, field_id, lock=True)
    problems, wanted = _Problems(), dict[str, Any]()
    if "label" in values:
        ask = _("Say what it is called.")
        wanted["label"] = problems.take("label", lambda: _line(values["label"], LABEL_LENGTH, ask))
    if "help" in values:
        wanted["help"] = problems.take("help", lambda: _line(values["help"], HELP_LENGTH))
    if "choices" in values and row.kind is FieldKind.CHOICE:
        wanted["choices"] = problems.take(
            "choices", lambda: _choices(row.kind, values["choices"], row.choices)
        )
    if "active" in values:
        wanted["active"] = bool(values["active"])
    if wanted.get("active") and not row.active:
        problems.take("active", lambda: _room(session, row.record_type_of))
    problems.refuse()
    before = as_own(row)
    changes = changed_fields(row, wanted, shown)
    for name, value in changes.items():
        setattr(row, name, value)
    record(session, actor.id if actor else None, row, "custom_field.edited")
    if "choices" in changes:
        _sort_again(session, row, before)
    return row


def move_field(session: Session, actor: Actor | None, field_id: int, *, up: bool) -> None:
    """Let a field change places with its neighbour."""
    allow(actor)
    row = get_field(session, field_id, lock=True)
    query = (
        select(CustomField)
        .where(CustomField.record_type_of == row.record_type_of, CustomField.active)
        .order_by(CustomField.position, CustomField.id)
    )
    rows = list(session.scalars(query))
    place = next((n for n, one in enumerate(rows) if one.id == row.id), None)
    other = None if place is None else place + (-1 if up else 1)
    if place is None or other is None or not 0 <= other < len(rows):
        return
    rows[place], rows[other] = rows[other], rows[place]
    for number, one in enumerate(rows, start=1):
        if one.position != number:
            one.position = number
            record(session, actor.id if actor else None, one, "custom_field.moved")


class _Problems:
    """Gathers what is wrong with several values."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def take(self, name: str, read: Any) -> Any:
        """Return what ``read`` returns, or note its sentence under the name."""
        try:
            return read()
        except Invalid as error:
            self.found[name] = error.message
            return None

    def refuse(self) -> None:
        """Raise Invalid with everything that was wrong."""
        if self.found:
            raise Invalid(next(iter(self.found.values())), self.found)


def _code(session: Session, record_type: str, typed: str, reserved: Any) -> str:
    code = (typed or "").strip().lower()
    if not CODE.fullmatch(code):
        raise Invalid(
            _("Use 2 to 40 small letters, digits and _, beginning with a letter, such as vendor.")
        )
    if code in reserved or code in {"none", "me"}:
        raise Invalid(_("%(code)s is a built-in name here. Choose another.", code=code))
    taken = select(CustomField.id).where(
        CustomField.record_type_of == record_type, CustomField.code == code
    )
    if session.scalar(taken) is not None:
        raise Invalid(_("There is a field %(code)s already, perhaps a retired one.", code=code))
    _room(session, record_type)
    return code


def _room(session: Session, record_type: str) -> None:
    count = select(func.count()).where(
        CustomField.record_type_of == record_type, CustomField.active
    )
    if (session.scalar(count) or 0) >= MAX_FIELDS:
        raise Invalid(_("There are %(most)s fields already: retire one first.", most=MAX_FIELDS))


def _kind(typed: str) -> FieldKind:
    try:
        return FieldKind(typed)
    except ValueError:
        raise Invalid(_("Choose what it holds.")) from None


def _line(typed: Any, longest: int, ask: str = "") -> str:
    found = " ".join(str(typed or "").split())
    if bad := forbidden_character(found):
        raise Invalid(
            _("This holds the character %(code)s, which cannot be stored. Remove it.", code=bad)
        )
    if len(found) > longest:
        raise Invalid(_("Use at most %(most)s characters.", most=longest))
    if ask and not found:
        raise Invalid(ask)
    return found


def _choices(
    kind: Any, wanted: Sequence[Mapping[str, Any]], now: Sequence[Any]
) -> list[dict[str, Any]]:
    """Return the choices to store: those named, in order, then those no longer named, retired."""
    if kind is not FieldKind.CHOICE:
        return []
    left = {one["code"]: one for one in now}
    taken, labels, found = list(left), set[str](), list[dict[str, Any]]()
    for one in wanted:
        label = _line(one.get("label"), LABEL_LENGTH)
        if not label:
            continue
        if label.casefold() in labels:
            raise Invalid(_("%(label)s stands there twice.", label=label))
        labels.add(label.casefold())
        old = left.pop(one.get("code") or "", None)
        code = old["code"] if old else choice_code(label, taken)
        taken.append(code)
        found.append({"code": code, "label": label, "active": bool(one.get("active", True))})
    found += [{**one, "active": False} for one in left.values()]
    if sum(one["active"] for one in found) < 2:
        raise Invalid(_("Give at least two choices, one a line."))
    if len(found) > MAX_CHOICES:
        raise Invalid(_("At most %(most)s choices fit.", most=MAX_CHOICES))
    return found


def _sort_again(session: Session, row: CustomField, before: Own) -> None:
    """Give stored values the places their choices have now, one statement for each that moved."""
    table, now = get_owner(row.record_type_of).table.model, as_own(row)
    for one in before.choices:
        place = choice_place(now, one.code)
        if place != choice_place(before, one.code):
            session.execute(
                update(table)
                .where(table.field_id == row.id, table.text == one.code)
                .values(sort_text=place)
                .execution_options(synchronize_session=False)
            )
