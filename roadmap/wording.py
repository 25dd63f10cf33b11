"""Sentences for people, built in pure modules and translated at the edge."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


def N_(text: str) -> str:  # noqa: N802 - the name message extractors look for
    """Mark a text for translation and return it unchanged."""
    return text


@dataclass(frozen=True, slots=True)
class Sentence:
    """A translatable template with its values; `str()` gives the English sentence."""

    template: str
    params: Mapping[str, object] = field(default_factory=dict)

    def text(self, translate: Callable[[str], str]) -> str:
        """Return the sentence in the language of `translate`."""
        return translate(self.template) % self.params

    def __str__(self) -> str:
        return self.template % self.params


def shown(value: object) -> str:
    """Return a short text for a value quoted in a sentence, at most 40 characters."""
    if isinstance(value, float):
        return f"{value:.12g}"
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def hours_text(value: float) -> str:
    """Write a time given in hours, below one in minutes: 24 h, 5 min."""
    return f"{value:g} h" if value >= 1 else f"{value * 60:.0f} min"
