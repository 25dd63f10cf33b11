"""Fields admins define, as data: what they hold and what their codes may be. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeAlias

# A text, a choice's code, a number, a day, or the id of a person.
Value: TypeAlias = str | float | date | int | None

CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
LABEL_LENGTH = 80
HELP_LENGTH = 300
TEXT_LENGTH = 200
MAX_FIELDS = 40
MAX_CHOICES = 100
# Begins the names of inputs and of columns in files, so that they never meet built-in ones.
PREFIX = "own_"


class FieldKind(StrEnum):
    """What a field admins define holds."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    DATE = "date"
    PERSON = "person"


class BulkState(StrEnum):
    """Where an edit of many rows stands."""

    QUEUED = "queued"
    DONE = "done"
    REFUSED = "refused"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values of a choice; a retired one is kept where it is and not offered."""

    code: str
    label: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Own:
    """A field admins defined."""

    id: int
    code: str
    label: str
    kind: FieldKind
    help: str = ""
    choices: Sequence[Choice] = field(default_factory=tuple)
    active: bool = True

    @property
    def name(self) -> str:
        """Return what inputs and columns of files call it."""
        return PREFIX + self.code

    def choice(self, code: object) -> Choice | None:
        """Return the choice of this code, retired or not."""
        return next((one for one in self.choices if one.code == code), None)


def choice_code(label: str, taken: Sequence[str] = ()) -> str:
    """Return a code for a choice made from its label, unlike those taken."""
    plain = re.sub(r"[^a-z0-9]+", "_", label.casefold()).strip("_")[:36] or "choice"
    found, number = plain, 2
    while found in taken or found in {"none", "me"}:
        found, number = f"{plain}_{number}", number + 1
    return found
