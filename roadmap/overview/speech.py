"""Answers in the words of one reader: names instead of codes, links instead of keys.

`sentences` renders an answer from its parameters. Here the parameters are turned into words first,
so that a page says "Spanish, counterfeit" and not "*/es/*/counterfeit". Pure but for translation.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache

from markupsafe import Markup, escape

from roadmap.overview.names import title_of
from roadmap.readiness.answers import Answer, Params, Value
from roadmap.readiness.sentences import say, say_fix
from roadmap.taxonomy.scope import DIMENSIONS, ScopeError, ScopePattern, parse_pattern
from roadmap.web.i18n import _
from roadmap.web.templating import day as day_text
from roadmap.wording import N_

# A key and the words that stand for it, between characters no text of a person needs.
_OPEN, _BETWEEN, _CLOSE = "\ue000", "\ue001", "\ue002"
_LINK = re.compile(f"{_OPEN}([A-Z]{{3}}-[0-9]+){_BETWEEN}(.*?){_CLOSE}", re.DOTALL)
_MARKS = re.compile(f"[{_OPEN}{_BETWEEN}{_CLOSE}]")
_KEY = re.compile(r"[A-Z]{3}-[0-9]+")
_PATHS = {"REQ": "requirements", "LCH": "launches", "MEC": "mechanisms"}

METRICS = {
    "precision": N_("precision"),
    "recall": N_("recall"),
    "qa_accuracy": N_("QA accuracy"),
    "overturn_rate": N_("overturn rate"),
    "leakage": N_("leakage"),
    "appeal_rate": N_("appeal rate"),
    "prevalence": N_("prevalence"),
    "violation_rate": N_("violation rate"),
    "auto_action_rate": N_("auto-action rate"),
    "automated_share": N_("automated share of actions"),
    "human_review_rate": N_("human review rate"),
}
STAGES = {
    "draft": N_("draft"),
    "shadow": N_("shadow"),
    "monitor": N_("monitor"),
    "enforce": N_("enforce"),
    "paused": N_("paused"),
    "retired": N_("retired"),
}
_KEYED = frozenset({"mechanism", "queue", "requirement"})
_SCOPED = frozenset({"slice", "cell"})
_DATED = frozenset(
    {
        *("starts_on", "own_start", "expired", "valid_until", "clear_on", "peak_on"),
        *("counted_on", "fit_date"),
    }
)
_WORDS = {"language": "language", "market": "market", "surface": "surface", "area": "policy_area"}


@dataclass(frozen=True)
class Said:
    """A sentence with links in it: ``html`` for a page, ``text`` where only words fit."""

    marked: str
    root: str = ""

    @cached_property
    def text(self) -> str:
        """Return the words alone."""
        return _MARKS.sub("", _LINK.sub(lambda found: found[2], self.marked))

    @property
    def keys(self) -> list[str]:
        """Return the keys of the records it names, in their order."""
        return [found[1] for found in _LINK.finditer(self.marked)]

    @cached_property
    def html(self) -> Markup:
        """Return the sentence, escaped, its keys as links."""
        parts: list[Markup] = []
        end = 0
        for found in _LINK.finditer(self.marked):
            parts.append(escape(_MARKS.sub("", self.marked[end : found.start()])))
            address = f"{self.root}/{_PATHS[found[1][:3]]}/{found[1]}"
            parts.append(Markup('<a href="{}">{}</a>').format(address, found[2]))
            end = found.end()
        parts.append(escape(_MARKS.sub("", self.marked[end:])))
        return Markup("").join(parts)

    def __html__(self) -> Markup:
        return self.html

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.marked)


def linked(key: str, words: str) -> str:
    """Return the words marked as a link to the record with the key."""
    if not _KEY.fullmatch(key) or key[:3] not in _PATHS:
        return words
    return f"{_OPEN}{key}{_BETWEEN}{_MARKS.sub('', words)}{_CLOSE}"


def capital(text: str) -> str:
    """Return the sentence with a capital first letter, also inside a link."""
    at = text.find(_BETWEEN) + 1 if text.startswith(_OPEN) else 0
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]


@dataclass(frozen=True)
class Speech:
    """What one reader may hear: names of what they may know of, and how their words are written.

    `launches` holds only launches the reader may see; `mechanisms` is by key; `words` by
    (dimension, code); `root` is the path the application is mounted at.
    """

    launches: Mapping[int, str] = field(default_factory=dict)
    mechanisms: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    words: Mapping[tuple[str, str], str] = field(default_factory=dict)
    root: str = ""

    def may_see(self, launch_id: int) -> bool:
        """Tell whether the reader may know of a launch."""
        return launch_id in self.launches

    def word(self, dimension: str, code: str | None) -> str:
        """Return what people call a code of the taxonomy."""
        if code is None:
            return _("any")
        return self.words.get((dimension, code), code)

    def person(self, person_id: int | None) -> str | None:
        """Return a person's name, None if nobody is named."""
        if person_id is None:
            return None
        return self.people.get(person_id, _("somebody who left"))

    def scope(self, pattern: ScopePattern | str) -> str:
        """Return a slice or cell in words: the parts it fixes, as in "Spanish, Counterfeit"."""
        if isinstance(pattern, str):
            try:
                return self.scope(slice_named(pattern))
            except ScopeError:
                return pattern
        parts = [(name, getattr(pattern, name)) for name in DIMENSIONS]
        said = [self.word(name, code) for name, code in parts if code is not None]
        return ", ".join(said) if said else _("everything")

    def _value(self, name: str, value: Value) -> Value:
        if not isinstance(value, str):
            return value
        if name in _KEYED:
            return linked(value, self.mechanisms.get(value, value))
        if name in _SCOPED:
            return self.scope(value)
        if name in _WORDS:
            return self.word(_WORDS[name], value)
        return self._text(name, value)

    def _text(self, name: str, value: str) -> str:
        if name == "languages":
            codes = [code for code in value.split(", ") if code]
            return ", ".join(self.word("language", c) for c in codes) or _("no language")
        if name == "metric":
            return _(METRICS.get(value, value))
        if name in ("stage", "required_stage"):
            return _(STAGES.get(value, value))
        if name in _DATED:
            return _day(value)
        if name == "code":
            return title_of(value)
        if name == "item":
            return value.rstrip(" .?:")
        return value

    def _spoken(self, params: Params) -> Params:
        return tuple((name, self._value(name, value)) for name, value in params)

    def _launch(self, launch_id: int) -> str:
        return linked(f"LCH-{launch_id}", f"LCH-{launch_id} {self.launches[launch_id]}")

    def says(self, answer: Answer) -> Said:
        """Return the sentence of an answer for this reader."""
        spoken = replace(
            answer,
            params=self._spoken(answer.params),
            scope=self.scope(answer.scope) if answer.scope else None,
        )
        text = say(spoken, may_see=self.may_see, name_of=self._launch, translate=_)
        return Said(capital(text), self.root)

    def fix(self, answer: Answer) -> Said | None:
        """Return the smallest fix for this reader; None where nothing is to do."""
        spoken = replace(
            answer,
            params=self._spoken(answer.params),
            fix_params=self._spoken(answer.fix_params),
        )
        text = say_fix(spoken, may_see=self.may_see, name_of=self._launch, translate=_)
        return Said(capital(text), self.root) if text is not None else None


@lru_cache(maxsize=4096)
def slice_named(text: str) -> ScopePattern:
    """Return the slice a stored text names, as `parse_pattern`; a page names each many times."""
    return parse_pattern(text)


def _day(text: str) -> str:
    try:
        return day_text(date.fromisoformat(text))
    except ValueError:
        return text


def named_in(answers: Iterable[Answer]) -> tuple[set[str], set[int], set[int]]:
    """Return the mechanism keys, launch ids and person ids that answers name."""
    mechanisms: set[str] = set()
    launches: set[int] = set()
    people: set[int] = set()
    for answer in answers:
        for params in (answer.params, answer.fix_params):
            for name, value in params:
                if name in ("mechanism", "queue") and isinstance(value, str):
                    mechanisms.add(value)
                elif name == "launch_id" and isinstance(value, int):
                    launches.add(value)
                elif name == "beside" and isinstance(value, str):
                    launches |= {int(one.partition("=")[0]) for one in value.split(";") if one}
        if answer.owner_id is not None:
            people.add(answer.owner_id)
    return mechanisms, launches, people
