"""Text from outside: which characters can be stored."""

import re

# A number of more digits fits no column; Python refuses to read one of thousands.
_DIGITS = 9
# Line breaks and tabs are text; other control characters are not, and PostgreSQL refuses NUL.
# Half of a pair of surrogates is no character at all.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

# What parts thousands without being a decimal mark anywhere: blanks and apostrophes.
_GAPS = re.compile(r"(?<=\d)[\s\u00a0\u2009\u202f'’](?=\d{3}(?!\d))")
_GROUPED = re.compile(r"-?[1-9]\d{0,2}(?P<mark>[.,])\d{3}", re.ASCII)
_SEVERAL = re.compile(r"-?[1-9]\d{0,2}(?P<mark>[.,])\d{3}(?:(?P=mark)\d{3}){1,3}", re.ASCII)
_MIXED = re.compile(
    r"(?P<whole>-?[1-9]\d{0,2}(?:(?:,\d{3}){1,4}(?=\.)|(?:\.\d{3}){1,4}(?=,)))[.,](?P<part>\d{1,9})",
    re.ASCII,
)
_COUNT = re.compile(r"-?\d{1,15}", re.ASCII)
_PLAIN = re.compile(r"-?(?:\d{1,15}(?:[.,]\d{0,17})?|[.,]\d{1,17})", re.ASCII)


def forbidden_character(value: str) -> str | None:
    """Return the name of the first character that cannot be stored, None if all can."""
    found = _FORBIDDEN.search(value)
    return f"U+{ord(found[0]):04X}" if found else None


def whole_number(text: str | None) -> int | None:
    """Return the number that plain digits write, None for anything else and beyond nine digits."""
    plain = (text or "").strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= _DIGITS else None


def read_count(text: str) -> int:
    """Return the whole number, its thousands apart or not; ValueError where it is none."""
    plain = _GAPS.sub("", text.strip())
    if _GROUPED.fullmatch(plain) or _SEVERAL.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", "")
    if not _COUNT.fullmatch(plain):
        raise ValueError(text)
    return int(plain)


def read_number(text: str, *, counts: bool = False) -> float:
    """Return the number as people of many countries write it; ValueError where it is none.

    ``1,234.5``, ``1.234,5``, ``1 234,5`` and ``1'234.5`` are the same. A single mark before three
    digits, as in ``12.000``, parts thousands where things are counted and decimals elsewhere.
    """
    plain = _GAPS.sub("", text.strip())
    if counts and _GROUPED.fullmatch(plain):
        return float(plain.replace(".", "").replace(",", ""))
    if mixed := _MIXED.fullmatch(plain):
        whole = mixed["whole"].replace(".", "").replace(",", "")
        return float(f"{whole}.{mixed['part']}")
    if several := _SEVERAL.fullmatch(plain):
        return float(several[0].replace(several["mark"], ""))
    if not _PLAIN.fullmatch(plain):
        raise ValueError(text)
    return float(plain.replace(",", "."))
