"""Text from outside: which characters can be stored."""

import unicodedata

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
