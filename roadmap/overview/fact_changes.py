"""What changed between two moments of a launch's facts, in words for one reader."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from roadmap.overview.gaps import scope_text
from roadmap.overview.names import title_of
from roadmap.overview.speech import METRICS, Speech
from roadmap.readiness.answers import Answer
from roadmap.readiness.signed import PARTS, Change
from roadmap.web.i18n import _
from roadmap.web.templating import day, number
from roadmap.wording import N_

_STATUS = {
    "pass": N_("pass"),
    "fail": N_("fail"),
    "unknown": N_("unknown"),
    "stale": N_("stale"),
    "not_applicable": N_("does not apply"),
}
# What stands behind the name of a mechanism in a key, in words.
_OF_MECHANISM = {
    "version": N_("version"),
    "configuration": N_("configuration"),
    "stage": N_("stage"),
    "rollout": N_("rollout"),
    "daily cap": N_("daily cap"),
    "fail mode": N_("fail mode"),
}


@dataclass(frozen=True)
class ChangeLine:
    """One fact that differs, in words."""

    part: str
    what: str
    before: str
    now: str
    material: bool


def change_lines(
    changes: Iterable[Change], speech: Speech, answers: Mapping[str, Answer]
) -> list[ChangeLine]:
    """Return changes in words; ``answers`` name the questions a key may stand for."""
    return [
        ChangeLine(
            part=_(PARTS[change.part]),
            what=_what(change, speech, answers),
            before=_value(change, change.before, speech),
            now=_value(change, change.now, speech),
            material=change.material,
        )
        for change in changes
    ]


def _what(change: Change, speech: Speech, answers: Mapping[str, Answer]) -> str:
    key = change.key
    answer = answers.get(key)
    if answer is not None:
        scope = scope_text(answer, speech)
        return f"{title_of(answer.code)}, {scope}" if scope else title_of(answer.code)
    if change.part == "scope":
        return speech.scope(key)
    head, _space, rest = key.partition(" ")
    if change.part == "dates":
        position, _space, share = rest.partition(" ")
        words = _("Phase %(position)s: share") if share else _("Phase %(position)s: start")
        return words % {"position": position}
    if head.startswith("mechanism:"):
        name = _mechanism(head, speech)
        last = rest.split(" ")
        words = _(_OF_MECHANISM[rest]) if rest in _OF_MECHANISM else rest
        if len(last) == 3 and last[2] == "target" and last[1] in METRICS:
            words = _("target of %(metric)s", metric=_(METRICS[last[1]]))
        return f"{name}: {words}"
    if change.part == "forecast" and head.count("/") == 3:
        return f"{speech.scope(head)}: {_(rest)}"
    return _("A check that is no longer asked") if ":" in key else key


def _mechanism(text: str, speech: Speech) -> str:
    key = f"MEC-{text.partition(':')[2]}"
    return speech.mechanisms.get(key, key)


def _value(change: Change, value: Any, speech: Speech) -> str:
    if value is None:
        return _("not there") if change.part != "dates" else _("no date")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if change.part == "scope":
        return _("from phase %(position)s", position=value)
    if isinstance(value, int | float):
        return number(float(value), 3)
    text = str(value)
    if text.startswith("mechanism:"):
        return _mechanism(text, speech)
    status, _space, waived = text.partition(" ")
    if status in _STATUS and waived in ("", "waived"):
        return _(_STATUS[status]) + (", " + _("waived") if waived else "")
    if change.part in ("dates", "policy"):
        return _day(text)
    # A digest says nothing to people beyond that it differs.
    return text[:12] if len(text) == 64 else text


def _day(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text
