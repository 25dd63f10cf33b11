"""Text from outside: which characters can be stored."""

import unicodedata

# A number of more digits fits no column; Python refuses to read one of thousands.
_DIGITS = 9
# Line breaks and tabs are text; other control characters are not, and PostgreSQL refuses NUL.
_ALLOWED_CONTROLS = {"\n", "\r", "\t"}


def forbidden_character(value: str) -> str | None:
    """Return the name of the first character that cannot be stored, None if all can."""
    for character in value:
        if character in _ALLOWED_CONTROLS:
            continue
        if unicodedata.category(character) in {"Cc", "Cs"}:
            return f"U+{ord(character):04X}"
    return None


def whole_number(text: str | None) -> int | None:
    """Return the number that plain digits write, None for anything else and beyond nine digits."""
    plain = (text or "").strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= _DIGITS else None
