"""The choices of a menu, drawn once for each list of choices."""

from functools import lru_cache

from markupsafe import Markup

Choices = tuple[tuple[str, str], ...]

_CHOICE = Markup('<option value="{}">{}</option>')
_CHOSEN = Markup('<option value="{}" selected>{}</option>')


@lru_cache(maxsize=256)
def menu_options(choices: Choices, chosen: str | None = None) -> Markup:
    """Return the options of a ``<select>`` for (value, name) pairs."""
    return Markup("").join(
        (_CHOSEN if value == chosen else _CHOICE).format(value, name) for value, name in choices
    )
