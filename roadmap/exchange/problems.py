"""What an import could not take: one record per finding, for people to read and act on."""

from dataclasses import dataclass

VALUE_SHOWN = 160


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding in an imported file.

    ``line`` is the physical line on which the record starts (0: the file as a whole). ``fatal``
    means that the record on this line is refused; otherwise it was taken, but not as written.
    ``count`` is the number of lines that share the finding, ``line`` being the first of them.
    """

    line: int
    column: str
    value: str
    reason: str
    fatal: bool = False
    count: int = 1


def shorten(value: str) -> str:
    """Return the value as it can be shown in a list: one line, at most 160 characters."""
    flat = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in value)
    return flat if len(flat) <= VALUE_SHOWN else flat[: VALUE_SHOWN - 1] + "…"
