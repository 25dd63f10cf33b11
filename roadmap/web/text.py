"""Text from outside: which characters can be stored."""

import re

# A number of more digits fits no column; Python refuses to read one of thousands.
_DIGITS = 9
# Line breaks and tabs are text; other control characters are not, and PostgreSQL refuses NUL.
# Half of a pair of surrogates is no character at all.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def forbidden_character(value: str) -> str | None:
    """Return the name of the first character that cannot be stored, None if all can."""
    found = _FORBIDDEN.search(value)
    return f"U+{ord(found[0]):04X}" if found else None


def whole_number(text: str | None) -> int | None:
    """Return the number that plain digits write, None for anything else and beyond nine digits."""
    plain = (text or "").strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= _DIGITS else None
