"""The facts of a launch as one canonical text, and its digest: the same for any order. Pure."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import lru_cache
from json.encoder import encode_basestring
from math import isfinite
from operator import attrgetter
from typing import Any, TypeAlias

from roadmap.mechanisms.facts import MeasurementFact, MechanismFact
from roadmap.readiness.facts import CertificationFact, GuidelineFact, LaunchFacts
from roadmap.taxonomy.scope import ScopeCell, ScopePattern

_Writer: TypeAlias = Callable[[Any], str]

# Records that several launches share: each is written once.
_SHARED = (MeasurementFact, MechanismFact, GuidelineFact, CertificationFact)
_write = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def _float(value: float) -> str:
    return repr(value) if isfinite(value) else _write(value)


def _moment(value: datetime) -> str:
    return f'"{value.isoformat()}"'


@lru_cache(maxsize=10_000)
def _day(value: date) -> str:
    return f'"{value.isoformat()}"'


def _scope(value: ScopeCell | ScopePattern) -> str:
    return encode_basestring(str(value))


# Functions of C where there are any: a launch has thousands of values.
_PLAIN: Mapping[type[Any], _Writer] = {
    type(None): {None: "null"}.__getitem__,
    bool: {True: "true", False: "false"}.__getitem__,
    int: int.__repr__,
    float: _float,
    str: encode_basestring,
    date: _day,
    datetime: _moment,
    ScopeCell: _scope,
    ScopePattern: _scope,
}


class Texts(dict[type[Any], _Writer]):
    """What writes the values of each type, with the texts of records that launches share.

    One may serve the launches of one `gather`, whose records are partly the same objects.
    """

    def __init__(self) -> None:
        super().__init__(_PLAIN)
        # By identity; the record is held, so that no other takes its place.
        self._written: dict[int, tuple[object, str]] = {}

    def __missing__(self, kind: type[Any]) -> _Writer:
        self[kind] = found = self._writer(kind)
        return found

    def _writer(self, kind: type[Any]) -> _Writer:
        if issubclass(kind, tuple | frozenset):
            return self._set
        if issubclass(kind, str):
            return encode_basestring
        if is_dataclass(kind):
            record = self._record(kind)
            return self._once(record) if issubclass(kind, _SHARED) else record
        return _write

    def _set(self, values: Iterable[Any]) -> str:
        if not values:
            return "[]"
        return f"[{','.join(sorted([self[one.__class__](one) for one in values]))}]"

    def _record(self, kind: type[Any]) -> _Writer:
        """Return what writes records: their fields by name."""
        names = sorted(one.name for one in fields(kind))
        form = "{" + ",".join(f"{_write(name)}:%s" for name in names) + "}"
        # Of one name alone it gets the value, of several a tuple.
        get: Any = attrgetter(*names, names[0])

        def write(record: Any) -> str:
            values = get(record)[:-1]
            # Most fields of most records are empty.
            return form % tuple(["null" if v is None else self[v.__class__](v) for v in values])

        return write

    def _once(self, write: _Writer) -> _Writer:
        written = self._written

        def write_once(value: Any) -> str:
            known = written.get(id(value))
            if known is None:
                known = written[id(value)] = value, write(value)
            return known[1]

        return write_once


def canonical_json(facts: LaunchFacts, texts: Texts | None = None) -> str:
    """Write the facts as one canonical JSON text, the same for any order of the records."""
    return (Texts() if texts is None else texts)[LaunchFacts](facts)


def digest(facts: LaunchFacts, texts: Texts | None = None) -> str:
    """Return the SHA-256 of the canonical text in hex; stored verdicts keep it."""
    return hashlib.sha256(canonical_json(facts, texts).encode()).hexdigest()
