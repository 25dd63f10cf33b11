"""The error of inputs that contradict each other or lie outside what can be."""

from collections.abc import Iterable
from typing import Any

from roadmap.wording import N_, Sentence


class Inconsistent(ValueError):
    """Inputs nothing can be computed from; the sentence says which and why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


def shares(named: Iterable[tuple[str, float]]) -> None:
    """Refuse a rate outside 0 to 1, naming it."""
    for name, value in named:
        if not 0 <= value <= 1:  # also refuses NaN
            raise Inconsistent(
                Sentence(
                    N_("%(name)s is %(value)s: a rate lies between 0 and 1."),
                    {"name": name, "value": _plain(value)},
                )
            )


def positive(named: Iterable[tuple[str, float]]) -> None:
    """Refuse what must be above 0 and is not, naming it."""
    for name, value in named:
        if not 0 < value < float("inf"):
            raise Inconsistent(
                Sentence(
                    N_("%(name)s is %(value)s: it must be above 0."),
                    {"name": name, "value": _plain(value)},
                )
            )


def at_least_zero(named: Iterable[tuple[str, float]]) -> None:
    """Refuse what cannot be negative and is, naming it."""
    for name, value in named:
        if not 0 <= value < float("inf"):
            raise Inconsistent(
                Sentence(
                    N_("%(name)s is %(value)s: it cannot be below 0."),
                    {"name": name, "value": _plain(value)},
                )
            )


def _plain(value: Any) -> str:
    return f"{value:g}"
