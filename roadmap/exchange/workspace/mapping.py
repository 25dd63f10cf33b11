"""From a part of the format to the columns of its table, and back."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.exchange.workspace.fields import Part
from roadmap.exchange.workspace.names import Names

SCOPE = ("market_code", "language_code", "surface_code", "policy_area_code")
ANY = "*"


def scope_columns(pattern: str) -> dict[str, str | None]:
    """Return the four scope columns of a pattern such as ``DE/de/live/*``."""
    parts = (None if part == ANY else part for part in pattern.split("/"))
    return dict(zip(SCOPE, parts, strict=True))


def scope_text(row: Any) -> str:
    """Return the pattern of a row's four scope columns."""
    return "/".join(getattr(row, column) or ANY for column in SCOPE)


def _stored(value: Any) -> Any:
    """Return a field's value as a column takes it: parts inside JSON become plain objects."""
    if isinstance(value, BaseModel):
        return {k: _stored(getattr(value, k)) for k in type(value).model_fields}
    if isinstance(value, list):
        return [_stored(item) for item in value]
    return value


def columns(part: Part, names: Names) -> dict[str, Any]:
    """Return column -> value of the fields that are columns, without kept ones left out."""
    kind = type(part)
    values: dict[str, Any] = {}
    for name in kind.model_fields:
        value = getattr(part, name)
        if name in kind.apart or (name in kind.kept and value is None):
            continue
        if name == kind.pattern:
            values.update(scope_columns(value))
        elif name in kind.refs:
            column, record = kind.refs[name]
            values[column] = names.column_value(record, value)
        else:
            values[name] = _stored(value)
    return values


def plain(value: Any) -> Any:
    """Return a column's value as JSON has it: days, moments in ISO form, whole floats as ints."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Enum():
            return value.value
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {str(key): plain(value[key]) for key in sorted(value, key=str)}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value


def fields_of(kind: type[Part], row: Any, names: Names) -> dict[str, Any]:
    """Return field -> plain value of a row, for the fields that are columns."""
    values: dict[str, Any] = {}
    for name in kind.model_fields:
        if name in kind.apart:
            continue
        if name == kind.pattern:
            values[name] = scope_text(row)
        elif name in kind.refs:
            column, record = kind.refs[name]
            values[name] = names.key_of(record, getattr(row, column))
        else:
            values[name] = plain(getattr(row, name))
    return values


def without_defaults(kind: type[Part], values: dict[str, Any]) -> dict[str, Any]:
    """Return the values in the order of the format, without those equal to their default."""
    shown: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        if name not in values:
            continue
        default = field.get_default(call_default_factory=True)
        if field.is_required() or plain(_stored(default)) != values[name]:
            shown[name] = values[name]
    return shown


def write(kind: type[Part], row: Any, names: Names, **apart: Any) -> dict[str, Any]:
    """Return a row as the file has it; ``apart`` gives the fields that are no columns."""
    return without_defaults(kind, {**fields_of(kind, row, names), **apart})


def grouped(
    session: Session, table: Any, owner: Callable[[Any], int]
) -> defaultdict[int, list[Any]]:
    """Return all rows of a table by their owner, in the order they were stored."""
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in session.scalars(select(table).order_by(table.id)):
        found[owner(row)].append(row)
    return found


def in_order(items: Iterable[dict[str, Any]], *keys: str) -> list[dict[str, Any]]:
    """Return the items sorted by these fields, then by everything they hold."""
    return sorted(items, key=lambda item: ([_place(item.get(k)) for k in keys], _place(item)))


def _place(value: Any) -> tuple[int, str]:
    if value is None:
        return (0, "")
    if isinstance(value, bool | str):
        return (2, str(value))
    if isinstance(value, int | float):
        return (1, f"{float(value):030.9f}")
    return (3, repr(value))
