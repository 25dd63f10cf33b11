"""The form of an edit of many requirements: what was typed, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from roadmap.errors import Invalid
from roadmap.lists.kinds import Own
from roadmap.requirements.bulk_spec import MAX_ROWS, SETTABLE
from roadmap.requirements.checks import SCOPE_FIELDS
from roadmap.web.i18n import _

_LARGEST_KEY = 2**31


@dataclass
class BulkForm:
    """What was typed; an input left empty changes nothing, a tick beside it empties the field."""

    posted: MultiDict[str, str] = field(default_factory=MultiDict)
    errors: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return what an input holds."""
        return self.posted.get(name, "").strip()

    def several(self, name: str) -> list[str]:
        """Return what a list of ticks holds."""
        return [one for one in self.posted.getlist(name) if one]

    def typed(self, fields: Sequence[Own]) -> dict[str, Any]:
        """Return what to set, as `bulk_spec.read_spec` takes it."""
        found: dict[str, Any] = {}
        for name in (*SETTABLE, *(own.name for own in fields)):
            if f"clear_{name}" in self.posted:
                found[name] = None
            elif text := self.text(name):
                found[name] = self._read(name, text)
        for name in SCOPE_FIELDS:
            for verb in ("add", "remove"):
                found[f"{verb}_{name}"] = self.several(f"{verb}_{name}")
        found |= {"state": self.text("state"), "reason": self.text("reason")}
        return found

    def _read(self, name: str, text: str) -> Any:
        if name == "team_id":
            return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
        if name == "needed_by":
            try:
                return date.fromisoformat(text)
            except ValueError:
                return text
        return text

    def refuse(self, error: Invalid) -> None:
        """Keep the sentences by input; one without an input stands on top."""
        self.errors.update(error.fields or {"": error.message})

    @property
    def problems(self) -> list[tuple[str | None, str]]:
        """Return (input id or None, sentence) of everything to mend."""
        return [(name or None, text) for name, text in self.errors.items()]


def picked(values: Mapping[str, Any], lists: Sequence[str]) -> list[int]:
    """Return the keys that were ticked, and those a hidden input names with commas between."""
    named = [*lists, *str(values.get("picks", "")).split(",")]
    found = dict.fromkeys(
        int(one)
        for part in named
        if (one := part.strip()).isascii() and one.isdecimal() and len(one) < 11
    )
    keys = [key for key in found if 0 < key < _LARGEST_KEY]
    if len(keys) > MAX_ROWS:
        raise Invalid(
            _("At most %(most)s rows can be edited at once. Narrow the filter.", most=MAX_ROWS)
        )
    return keys
