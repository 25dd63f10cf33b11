"""What a snoozed requirement can wait for besides a day, as ``REQ-12 delivered`` or ``LCH-4 live``.

This room knows requirements; rooms above register what of theirs can be waited for.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.errors import Invalid
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import RequirementState
from roadmap.web.i18n import _

_EVENT = re.compile(r"\s*([A-Za-z]{2,5})-([0-9]{1,9})(?:\s+([A-Za-z ]{1,20}))?\s*")


@dataclass(frozen=True)
class Prospect:
    """Whether an event happened or no longer can; ``sentence`` says which and why."""

    happened: bool = False
    impossible: bool = False
    sentence: str = ""

    @property
    def settled(self) -> bool:
        """Return whether waiting on is of no use."""
        return self.happened or self.impossible


# (session, number of the record, word of the event) -> its prospect.
Look: TypeAlias = Callable[[Session, int, str], Prospect]

_known: dict[str, tuple[tuple[str, ...], Look]] = {}


def register_awaited(prefix: str, words: tuple[str, ...], look: Look) -> None:
    """Let requirements wait for a kind of record; the first word is meant where none is given."""
    _known[prefix] = (words, look)


def read_event(text: str) -> str | None:
    """Return the event as it is stored, None for nothing; Invalid where it cannot be waited for."""
    if not text.strip():
        return None
    match = _EVENT.fullmatch(text)
    words, _look = _known.get(match[1].upper(), ((), None)) if match else ((), None)
    said = " ".join((match[3] or "").casefold().split()) if match else ""
    if match is None or not words or (said and said not in words):
        raise Invalid.at("awaited", _("Write it as REQ-12 delivered or LCH-4 live."))
    return f"{match[1].upper()}-{int(match[2])} {said or words[0]}"


def events_of(key: str) -> list[str]:
    """Return everything that can be waited for of the record with this key."""
    words, _look = _known.get(key.partition("-")[0], ((), None))
    return [f"{key} {word}" for word in words]


def prospect(session: Session, event: str) -> Prospect:
    """Return whether a stored event happened or no longer can."""
    key, _space, word = event.partition(" ")
    prefix, _dash, number = key.partition("-")
    if prefix not in _known or not number.isdecimal():
        return Prospect(impossible=True, sentence=_("%(event)s cannot be seen here.", event=event))
    return _known[prefix][1](session, int(number), word)


# ---- requirements themselves ----

_S = RequirementState
_REACHED: dict[str, frozenset[RequirementState]] = {
    "delivered": frozenset({_S.DELIVERED}),
    "planned": frozenset({_S.PLANNED, _S.IN_PROGRESS, _S.DELIVERED}),
    "accepted": frozenset({_S.ACCEPTED, _S.PLANNED, _S.IN_PROGRESS, _S.DELIVERED}),
}


def _of_requirement(session: Session, number: int, word: str) -> Prospect:
    key = f"{Requirement.key_prefix}-{number}"
    row = session.execute(
        select(Requirement.state, Requirement.duplicate_of_id).where(Requirement.id == number)
    ).one_or_none()
    if row is None:
        return Prospect(impossible=True, sentence=_("There is no %(key)s.", key=key))
    if row.state in _REACHED.get(word, frozenset()):
        return Prospect(happened=True, sentence=_("%(key)s is %(word)s.", key=key, word=_(word)))
    if row.state == _S.DECLINED:
        return Prospect(impossible=True, sentence=_("%(key)s was declined.", key=key))
    if row.state == _S.DUPLICATE:
        told = _("%(key)s was merged into REQ-%(other)s.", key=key, other=row.duplicate_of_id)
        return Prospect(impossible=True, sentence=told)
    return Prospect()


register_awaited(Requirement.key_prefix, tuple(_REACHED), _of_requirement)
