"""Translation: all text a person reads passes through here. English is the only language yet."""

import gettext as _gettext
from pathlib import Path
from typing import Any

_translations = _gettext.translation(
    "messages", Path(__file__).parents[2] / "translations", languages=["en"], fallback=True
)


def gettext(message: str, /, **values: Any) -> str:
    """Return the message in the reader's language with ``%(name)s`` filled in."""
    text = _translations.gettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, number: int, /, **values: Any) -> str:
    """Return the right form for a number; ``%(num)s`` is the number."""
    return _translations.ngettext(singular, plural, number) % {"num": number, **values}


_ = gettext
