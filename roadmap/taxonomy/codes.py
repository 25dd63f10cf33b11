"""Codes of the outside world: ISO 3166-1 countries and BCP 47 languages, with their names."""

import re
from functools import lru_cache

import pycountry
from babel import Locale, UnknownLocaleError

_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?")
_NAMES = "en"


@lru_cache(maxsize=512)
def market_name(code: str) -> str | None:
    """Return the English name of an ISO 3166-1 alpha-2 code in capitals, None if there is none."""
    if pycountry.countries.get(alpha_2=code) is None:
        return None
    return Locale.parse(_NAMES).territories.get(code)


def canonical_language(text: str) -> str | None:
    """Return a BCP 47 tag in its usual case (``zh-hant-tw`` -> ``zh-Hant-TW``).

    Language, script and region must each be registered; extensions and variants are not taken.
    None if it is no such tag.
    """
    match = _LANGUAGE.fullmatch(text.strip())
    if match is None:
        return None
    language, script, region = match[1].lower(), match[2], match[3]
    known = pycountry.languages
    if (known.get(alpha_2=language) if len(language) == 2 else known.get(alpha_3=language)) is None:
        return None
    parts = [language]
    if script:
        if pycountry.scripts.get(alpha_4=script.title()) is None:
            return None
        parts.append(script.title())
    if region:
        if Locale.parse(_NAMES).territories.get(region.upper()) is None:
            return None
        parts.append(region.upper())
    return "-".join(parts)


@lru_cache(maxsize=512)
def language_name(tag: str) -> str:
    """Return the English name of a canonical tag, the tag itself if nothing names it."""
    try:
        name = Locale.parse(tag, sep="-").get_display_name(_NAMES)
    except (UnknownLocaleError, ValueError):
        name = None
    if name:
        return name
    language = tag.split("-", maxsplit=1)[0]
    found = pycountry.languages.get(alpha_3=language) or pycountry.languages.get(alpha_2=language)
    return str(found.name) if found is not None else tag
