"""Canonical form and digests of values, rows and events."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

# Exactly these types, not their enums; most values are of them.
_AS_THEY_ARE = frozenset({str, int, bool, type(None)})

# Equal values of these have one text.
_WRITTEN_ALIKE = (str, date, type(None))

_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def plain(value: Any) -> Any:
    """Return the value as JSON knows it; the same row reads the same from either database."""
    if type(value) in _AS_THEY_ARE:
        return value
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case Enum():
            return value.value
        case Decimal():
            return str(value)
        case float() if value.is_integer():
            # PostgreSQL's jsonb may hand back 3 for 3.0.
            return int(value)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case set() | frozenset():
            return sorted(plain(item) for item in value)
        case _:
            return value


def canonical(value: Any) -> bytes:
    """Return the one byte form of a value: sorted keys, no spaces, UTF-8."""
    return _canonical(plain(value)).encode()


def salted(salt: str, value: Any) -> str:
    """Return the hex SHA-256 of salt and value."""
    return hashlib.sha256(salt.encode() + canonical(value)).hexdigest()


def chained(key: str, previous: str, value: Any) -> str:
    """Return the keyed hash of a value that follows ``previous`` in the chain."""
    return hmac.new(key.encode(), previous.encode() + canonical(value), hashlib.sha256).hexdigest()


class RowChain:
    """Digests rows of one table one after the other, as ``salted`` does with what came before.

    A row is given as its values in the order of ``names``. ``later`` are columns left out of a row
    that holds their initial value. Rows share most of their values, so each is made text once.
    """

    def __init__(self, names: Sequence[str], later: Mapping[str, Any]) -> None:
        self._columns: list[tuple[int, str, dict[Any, str], tuple[Any, ...]]] = [
            (
                names.index(name),
                f",{_canonical(name)}:",
                {},
                (later[name],) if name in later else (),
            )
            for name in sorted(names)
        ]
        self.count = 0
        self.digest = ""

    def add(self, row: Sequence[Any]) -> None:
        """Let a row follow."""
        parts: list[str] = []
        for place, name, texts, left_out in self._columns:
            value = row[place]
            if left_out and value in left_out:
                continue
            if type(value) is int:
                parts.append(f"{name}{value}")
            elif isinstance(value, _WRITTEN_ALIKE):
                text = texts.get(value)
                if text is None:
                    text = texts[value] = name + _canonical(plain(value))
                parts.append(text)
            else:
                parts.append(name + _canonical(plain(value)))
        body = "{" + "".join(parts)[1:] + "}"
        self.digest = hashlib.sha256((self.digest + body).encode()).hexdigest()
        self.count += 1
