"""What others ask of a mechanism: higher rooms register who leans on it and with which targets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from sqlalchemy.orm import Session

from roadmap.mechanisms.kinds import Metric


@dataclass(frozen=True, slots=True)
class Asked:
    """A target somebody leans on: share 0..1, greatest age in days, dimensions to be sliced.

    `by` names who asks, as in LCH-9; `needed_on` is the day it must hold.
    """

    metric: Metric
    target: float
    max_age_days: int = 30
    dimensions: tuple[str, ...] = ("language", "policy_area")
    by: str = ""
    needed_on: date | None = None


# (session, actor, mechanism id) -> what is asked.
Asker: TypeAlias = Callable[[Session, object, int], Sequence[Asked]]

_askers: list[Asker] = []


def register_asker(asker: Asker) -> None:
    """Let a room say what it asks of mechanisms; a repeated call is kept once.

    The asker gets (session, actor, mechanism id) and leaves out what the actor may not see.
    """
    if asker not in _askers:
        _askers.append(asker)


def asked_of(session: Session, actor: object, mechanism_id: int) -> tuple[Asked, ...]:
    """Return all that is asked of a mechanism as far as the reader may see who asks."""
    return tuple(one for asker in _askers for one in asker(session, actor, mechanism_id))
