"""What keeps a workspace file from being imported: a place in the file and a plain sentence."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from roadmap.errors import RoadmapError
from roadmap.exchange.workspace import forms
from roadmap.web.i18n import _

SHOWN = 80
MOST_PRINTED = 200


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong; ``path`` is the place, as in ``launches[3].phases[0].share``."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class WorkspaceRefused(RoadmapError):
    """A file that was not imported; nothing was stored."""

    status = 422

    def __init__(self, problems: Sequence[Problem]) -> None:
        count = len(problems)
        super().__init__(
            _("Nothing was imported: %(count)s problems in the file.", count=count)
            if count != 1
            else _("Nothing was imported: 1 problem in the file.")
        )
        self.problems = tuple(problems)


def shown(value: Any) -> str:
    """Return a value as a sentence quotes it: one line, not too long."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = value if isinstance(value, str) else repr(value)
    flat = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    short = flat if len(flat) <= SHOWN else flat[: SHOWN - 1] + "…"
    return f'"{short}"' if isinstance(value, str) else short


def path_of(base: str, location: Sequence[str | int]) -> str:
    """Return a place as people write it, from the base and the steps below it."""
    path = base
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def sentence(error: Mapping[str, Any], fields: Sequence[str]) -> str:
    """Return what pydantic found in plain words; ``fields`` are the names allowed beside it."""
    kind, value, more = error["type"], error.get("input"), error.get("ctx", {})
    words = _KINDS.get(kind)
    if words is not None:
        return words % {**{k: shown(v) for k, v in more.items()}, "value": shown(value)}
    if kind == "missing":
        return _("is missing")
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(error["loc"][-1]), fields, n=1)
        hint = _(" Did you mean %(name)s?", name=near[0]) if near else ""
        return _("is not part of the format.") + hint
    if kind in ("enum", "literal_error"):
        return _(
            "%(value)s is not one of %(allowed)s", value=shown(value), allowed=more["expected"]
        )
    if kind == "string_pattern_mismatch":
        return _("%(value)s is not %(form)s", value=shown(value), form=form_words(more["pattern"]))
    if kind == "value_error":
        return str(more["error"])
    return str(error["msg"])


_KINDS = {
    "greater_than": _("%(value)s must be above %(gt)s"),
    "greater_than_equal": _("%(value)s is below %(ge)s, the smallest allowed"),
    "less_than": _("%(value)s must be below %(lt)s"),
    "less_than_equal": _("%(value)s is above %(le)s, the largest allowed"),
    "string_too_long": _("the text is longer than %(max_length)s characters"),
    "string_too_short": _("the text is empty"),
    "string_type": _("%(value)s is not a text"),
    "int_type": _("%(value)s is not a whole number"),
    "int_from_float": _("%(value)s is not a whole number"),
    "int_parsing": _("%(value)s is not a whole number"),
    "float_type": _("%(value)s is not a number"),
    "finite_number": _("%(value)s is not a finite number"),
    "bool_type": _("%(value)s is not true or false"),
    "list_type": _("%(value)s is not a list"),
    "dict_type": _("%(value)s is not an object"),
    "model_type": _("%(value)s is not an object"),
    "model_attributes_type": _("%(value)s is not an object"),
}


def form_words(pattern: str) -> str:
    """Return what a text must look like in words; the pattern itself where nothing is said."""
    return _FORMS.get(pattern, _("of the form %(pattern)s", pattern=pattern))


_FORMS = {
    forms.FIELD: _("small letters, digits and _, as in vendor"),
    forms.CHOICE: _("small letters, digits and _, as in in_house"),
    forms.CODE: _("a short name in small letters, as in live"),
    forms.MARKET: _("two capital letters, as in DE"),
    forms.REGION: _("a short name, as in EU"),
    forms.LANGUAGE: _("a language tag, as in de or zh-Hant"),
    forms.EMAIL: _("an e-mail address in small letters"),
    forms.CURRENCY: _("a currency, as in EUR"),
    forms.REQUIREMENT: _("a key such as REQ-12"),
    forms.MECHANISM: _("a key such as MEC-3"),
    forms.LAUNCH: _("a key such as LCH-4"),
    forms.POLICY: _("a policy version, as in weapons@v3"),
    forms.VERSIONED: _("a name and its version, as in rice@1"),
    forms.SCOPE: _("four parts, as in DE/de/live/weapons or */de/*/*"),
    forms.CLOCK: _("a time of day, as in 06:30"),
    forms.WEEK: _("a week of the year, from 1 to 53"),
    forms.DIGEST: _("a digest in hexadecimal digits"),
    forms.SHA256: _("a SHA-256 in 64 hexadecimal digits"),
    forms.TEMPLATE_ITEM: _("an item of a template, as in standard@1#budget"),
}
