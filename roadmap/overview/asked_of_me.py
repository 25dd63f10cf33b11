"""Questions asked of the reader that are still open: seen at home, mail or no mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.db import read_rows
from roadmap.launches.access import visible
from roadmap.launches.models import Launch
from roadmap.launches.queries import RUNNING
from roadmap.notifications.questions_mail import asked_of
from roadmap.overview.queries import speech_for
from roadmap.overview.questions_links import short
from roadmap.overview.questions_page import open_of, words_of
from roadmap.readiness.queries import verdicts_for
from roadmap.readiness.questions import Ask, asks_of


@dataclass(frozen=True)
class AskedOfMe:
    """A question, where it is answered, who asked it and when."""

    text: str
    path: str
    asker: str
    at: datetime


def asked_of_me(session: Session, actor: Actor, now: datetime) -> list[AskedOfMe]:
    """Return what was asked of the reader and is still open, the oldest first.

    One statement where nobody asked anything. A question leaves as soon as the field is filled in,
    or the launch has ended.
    """
    asked = asked_of(session, actor.id, now)
    if not asked:
        return []
    numbers = sorted({number for one in asked for number in one.launches})
    query = select(Launch.id, Launch.owner_id).where(
        Launch.id.in_(numbers), Launch.state.in_(RUNNING)
    )
    owners = dict(map(tuple, read_rows(session, visible(query, actor))))
    still = asks_of(open_of(verdicts_for(session, sorted(owners), now), owners), actor.id)
    left = [(one, still[one.question]) for one in asked if one.question in still]
    speech = speech_for(
        session,
        actor,
        (),
        people=[one.asked_by for one, _ask in left],
        launches=_numbers([ask for _one, ask in left], "LCH-"),
        mechanisms=_numbers([ask for _one, ask in left], "MEC-"),
    )
    return [
        AskedOfMe(
            words_of(ask, speech), short(ask), speech.person(one.asked_by) or "", one.asked_at
        )
        for one, ask in left
    ]


def _numbers(asks: Sequence[Ask], prefix: str) -> list[int]:
    return [int(one.record[len(prefix) :]) for one in asks if one.record.startswith(prefix)]
