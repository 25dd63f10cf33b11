"""Canonical form and digests of values, rows and events."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

# Exactly these types, not their enums; most values are of them.
_AS_THEY_ARE = frozenset({str, int, bool, type(None)})

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
