"""From the bytes of a workspace file to its parts, with every problem of form in one list."""

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from roadmap.exchange.workspace.fields import Part
from roadmap.exchange.workspace.problems import Problem, path_of, sentence
from roadmap.exchange.workspace.schema import SECTIONS, Workspace
from roadmap.web.i18n import _

MAX_BYTES = 200_000_000
MAX_DEPTH = 60


@dataclass
class Reading:
    """What could be read: parts by section with their place, and the problems."""

    as_of: date
    head: Workspace | None = None
    parts: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    # Of parts that could not be read: section -> raw objects, so that others may refer to them.
    broken: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class _Repeated(ValueError):
    """An object that has the same key twice."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _value in pairs:
            if key in seen:
                raise _Repeated(key)
            seen.add(key)
    return found


def _refuse_constant(name: str) -> Any:
    raise _NotANumber(name)


class _NotANumber(ValueError):
    """NaN or Infinity, which JSON does not have."""


def parse(data: bytes) -> tuple[Any, list[Problem]]:
    """Return the plain objects of the bytes, or the one problem that keeps them from being JSON."""
    if len(data) > MAX_BYTES:
        return None, [Problem("", _("The file is larger than 200 MB. Split it."))]
    try:
        text = data.decode("utf-8-sig")
        found = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        where = error.start
        words = _("The file is not UTF-8 text: byte %(byte)s cannot be read.", byte=where)
    except _Repeated as error:
        words = _('The key "%(key)s" stands twice in one object.', key=str(error))
    except _NotANumber as error:
        words = _("%(name)s is not a number that JSON has.", name=str(error))
    except json.JSONDecodeError as error:
        words = _(
            "The file is not JSON: line %(line)s, column %(column)s: %(what)s.",
            line=error.lineno,
            column=error.colno,
            what=error.msg,
        )
    except (RecursionError, ValueError):
        words = _("The file is not JSON that can be read: a number or the nesting is too large.")
    else:
        return found, _unstorable(found)
    return None, [Problem("", words)]


def _unstorable(found: Any) -> list[Problem]:
    """Return texts that no database keeps: NULs and halves of characters; and too deep nesting."""
    problems: list[Problem] = []
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), found)]
    while waiting:
        path, value = waiting.pop()
        if len(path) > MAX_DEPTH:
            problems.append(Problem(path_of("", path[:6]), _("is nested too deep")))
        elif isinstance(value, dict):
            waiting.extend(((*path, key), value[key]) for key in value)
            waiting.extend(((*path, "(key)"), key) for key in value if not _storable(key))
        elif isinstance(value, list):
            waiting.extend(((*path, place), item) for place, item in enumerate(value))
        elif isinstance(value, str) and not _storable(value):
            problems.append(
                Problem(path_of("", path), _("holds a character that cannot be stored (NUL)"))
            )
    return problems


def _storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def read(data: bytes, today: date, as_of: date | None = None) -> Reading:
    """Read a file; relative days count from ``as_of``, else the file's own day, else today."""
    found, problems = parse(data)
    reading = Reading(as_of or today, problems=problems)
    if problems:
        return reading
    if not isinstance(found, dict):
        reading.problems.append(Problem("", _("The file must hold one object, { … }.")))
        return reading
    _read_head(reading, found, as_of, today)
    for section, kind in SECTIONS.items():
        _read_section(reading, section, kind, found.get(section, []))
    return reading


def _read_head(reading: Reading, found: dict[str, Any], as_of: date | None, today: date) -> None:
    head = {name: value for name, value in found.items() if name not in SECTIONS}
    try:
        reading.head = Workspace.model_validate_json(json.dumps(head), context={"as_of": today})
    except ValidationError as error:
        reading.problems += _problems("", Workspace, error)
        return
    if as_of is None and reading.head.as_of is not None:
        reading.as_of = reading.head.as_of


def _read_section(reading: Reading, section: str, kind: type[Part], items: Any) -> None:
    if not isinstance(items, list):
        reading.problems.append(Problem(section, _("is not a list")))
        return
    context = {"as_of": reading.as_of}
    good = reading.parts.setdefault(section, [])
    for place, item in enumerate(items):
        try:
            good.append((place, kind.model_validate_json(json.dumps(item), context=context)))
        except ValidationError as error:
            reading.problems += _problems(f"{section}[{place}]", kind, error)
            if isinstance(item, dict):
                reading.broken.setdefault(section, []).append(item)


def _problems(base: str, kind: type[Part], error: ValidationError) -> list[Problem]:
    found = []
    for one in error.errors(include_url=False):
        location = one["loc"]
        path = path_of(base, location)
        found.append(Problem(path, sentence(dict(one), _fields_at(kind, location[:-1]))))
    return found


def _fields_at(kind: type[BaseModel], location: tuple[str | int, ...]) -> list[str]:
    """Return the fields of the part at a place below ``kind``."""
    current: type[BaseModel] | None = kind
    for step in location:
        if isinstance(step, int) or current is None:
            continue
        info = current.model_fields.get(step)
        current = _part_in(info.annotation) if info is not None else None
    return list(current.model_fields) if current is not None else []


def _part_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((p for p in map(_part_in, get_args(annotation)) if p is not None), None)
