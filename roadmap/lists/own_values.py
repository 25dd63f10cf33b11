"""Values of fields admins define: read from text, refused with a sentence, written back."""

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeAlias

from roadmap import textsearch
from roadmap.errors import Invalid
from roadmap.lists.kinds import TEXT_LENGTH, FieldKind, Own, Value
from roadmap.web.i18n import _
from roadmap.web.text import forbidden_character

# E-mail address -> (id, whether active) of a person, None of nobody.
People: TypeAlias = Callable[[str], tuple[int, bool] | None]

_LARGEST = 10.0**15
_SORT_LENGTH = 400
_EARLIEST, _LATEST = date(1900, 1, 1), date(2999, 12, 31)


def read_value(own: Own, typed: Any, people: People, before: Value = None) -> Value:
    """Return the value a text names, None of an empty one; raises Invalid with a sentence.

    A value that is typed already (a number, a date) is checked alike. ``before`` is what the record
    holds: a retired choice and a person who left may stay.
    """
    if isinstance(typed, str):
        typed = " ".join(typed.split())
        if bad := forbidden_character(typed):
            raise Invalid(
                _("This holds the character %(code)s, which cannot be stored. Remove it.", code=bad)
            )
    if typed is None or typed == "":
        return None
    return _READERS[own.kind](own, typed, people, before)


def _text(_own: Own, typed: Any, _people: People, _before: Value) -> str:
    found = str(typed)
    if len(found) > TEXT_LENGTH:
        raise Invalid(
            _(
                "This has %(count)s characters; at most %(most)s fit. Shorten it.",
                count=len(found),
                most=TEXT_LENGTH,
            )
        )
    return found


def _number(_own: Own, typed: Any, _people: People, _before: Value) -> float:
    try:
        found = float(str(typed).replace(",", "").replace("\u00a0", "").replace(" ", ""))
    except ValueError:
        found = math.nan
    if not math.isfinite(found) or isinstance(typed, bool):
        raise Invalid(_("Write a number, such as 250 or 2.5."))
    if abs(found) >= _LARGEST:
        raise Invalid(_("This number is too large to be meant. Check its digits."))
    return round(found, 6) + 0.0


def _date(_own: Own, typed: Any, _people: People, _before: Value) -> date:
    try:
        found = typed if type(typed) is date else date.fromisoformat(str(typed))
    except ValueError:
        raise Invalid(_("Write a date that exists, such as 2026-12-07.")) from None
    if not _EARLIEST <= found <= _LATEST:
        raise Invalid(_("Write a date between 1900 and 2999."))
    return found


def _choice(own: Own, typed: Any, _people: People, before: Value) -> str:
    sought = str(typed).casefold()
    for one in own.choices:
        if sought in {one.code.casefold(), one.label.casefold()} and (
            one.active or one.code == before
        ):
            return one.code
    offered = [one.label for one in own.choices if one.active]
    known = ", ".join(offered[:12]) + (", …" if len(offered) > 12 else "")
    raise Invalid(
        _("%(value)s is none of its choices: %(known)s.", value=str(typed)[:40], known=known or "-")
    )


def _person(_own: Own, typed: Any, people: People, before: Value) -> int:
    if isinstance(typed, int) and not isinstance(typed, bool):
        return typed
    found = people(str(typed).casefold())
    if found is None or not (found[1] or found[0] == before):
        raise Invalid(
            _("%(value)s is nobody's e-mail address here. Check it.", value=str(typed)[:80])
        )
    return found[0]


_READERS: Mapping[FieldKind, Callable[[Own, Any, People, Value], Value]] = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.CHOICE: _choice,
    FieldKind.DATE: _date,
    FieldKind.PERSON: _person,
}


def written(own: Own, value: Value, addresses: Mapping[int, str]) -> str:
    """Return a value as a form or a file holds it, so that reading it gives it back."""
    if value is None:
        return ""
    match own.kind:
        case FieldKind.NUMBER:
            return f"{value:.15g}"
        case FieldKind.DATE:
            return str(value)
        case FieldKind.PERSON:
            return addresses.get(int(str(value)), "")
        case _:
            return str(value)


def shown(own: Own, value: Value, names: Mapping[int, str]) -> str:
    """Return a value as a sentence says it."""
    if value is None:
        return ""
    if own.kind is FieldKind.CHOICE:
        chosen = own.choice(value)
        return chosen.label if chosen else str(value)
    if own.kind is FieldKind.PERSON:
        return names.get(int(str(value)), "")
    return f"{value:,.15g}" if own.kind is FieldKind.NUMBER else str(value)


def columns_of(own: Own, value: Value, name: str = "") -> dict[str, Any]:
    """Return the columns of a stored value; ``name`` is what the person of it is called."""
    empty: dict[str, Any] = dict.fromkeys(("text", "number", "day", "person_id", "sort_text"))
    match own.kind:
        case FieldKind.NUMBER:
            return empty | {"number": value}
        case FieldKind.DATE:
            return empty | {"day": value}
        case FieldKind.PERSON:
            return empty | {"person_id": value, "sort_text": sortable(name)}
        case FieldKind.CHOICE:
            return empty | {"text": value, "sort_text": choice_place(own, str(value))}
        case _:
            return empty | {"text": value, "sort_text": sortable(str(value))}


def value_in(own: Own, row: Any) -> Value:
    """Return what a stored row holds."""
    match own.kind:
        case FieldKind.NUMBER:
            found: Value = row.number
        case FieldKind.DATE:
            found = row.day
        case FieldKind.PERSON:
            found = row.person_id
        case _:
            found = row.text
    return found


def sortable(text: str) -> str:
    """Return the start of a text as lists compare it."""
    return textsearch.normal(text)[:_SORT_LENGTH]


def choice_place(own: Own, code: str) -> str:
    """Return what makes choices sort in the order the admin gave them."""
    place = next((n for n, one in enumerate(own.choices) if one.code == code), len(own.choices))
    return f"{place:04d}"
