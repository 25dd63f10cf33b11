"""The part of a form that holds the fields admins defined."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from roadmap.errors import Conflict, Invalid
from roadmap.lists.kinds import PREFIX, Own, Value
from roadmap.lists.own_store import clean_own
from roadmap.lists.own_values import People
from roadmap.web.i18n import _


@dataclass
class OwnPart:
    """What is typed in each own field, by input name, and what is wrong with it."""

    fields: Sequence[Own] = ()
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    # What it began with: values by field code, and as plain values by input name.
    values: Mapping[str, Value] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)
    # (address, name) to offer while a person is typed, and the finder of people.
    people: Sequence[tuple[str, str]] = ()
    find: People = field(default=lambda _email: None)

    def take(self, form: Mapping[str, str]) -> "OwnPart":
        """Read what was posted, and return the part; inputs that did not come are left out."""
        self.typed = {own.name: form[own.name] for own in self.fields if own.name in form}
        return self

    def check(self) -> None:
        """Note what cannot be stored."""
        try:
            clean_own(self.fields, self.typed, self.find, self.values)
        except Invalid as error:
            self.errors = dict(error.fields)

    def refuse(self, error: Invalid | Conflict) -> bool:
        """Keep the sentences about own fields; return whether there is nothing else in it."""
        named = [name for name in error.fields if name.startswith(PREFIX)]
        for name in named:
            message = error.fields[name]
            self.errors[name] = message if isinstance(message, str) else _meanwhile(message[1])
        return bool(named) and len(named) == len(error.fields)

    @property
    def problems(self) -> list[tuple[str | None, str]]:
        """Return (input id, sentence) of everything to mend."""
        return list(self.errors.items())

    @property
    def opened(self) -> bool:
        """Return whether there is something to see in it."""
        return bool(self.errors or any(self.typed.values()))


def _meanwhile(theirs: str) -> str:
    return _(
        "Somebody set this to “%(theirs)s” meanwhile. Send again to keep yours.",
        theirs=theirs or _("nothing"),
    )
