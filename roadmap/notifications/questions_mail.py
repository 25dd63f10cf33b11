"""Write questions to owners: one mail a person, a link for each field, no question sent twice."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from roadmap.accounts.current import load_actor
from roadmap.accounts.models import Person
from roadmap.db import read_rows
from roadmap.errors import Conflict
from roadmap.launches.access import visible_ids
from roadmap.notifications.asked_models import AskedQuestion
from roadmap.notifications.facts import paces
from roadmap.notifications.letters import Composed, Post, new_mail, one_line, written
from roadmap.notifications.rules import MailKind, Pace, Reason, pace
from roadmap.web.i18n import _, ngettext

# A question that is open again so long after it was asked may be asked again.
ASK_AGAIN = timedelta(days=28)
_MAILED = frozenset({Pace.NOW, Pace.DAILY})


@dataclass(frozen=True)
class ToAsk:
    """One question to one person: its key, the words, the page where it is answered."""

    person_id: int
    key: str
    text: str
    path: str
    settles: int
    launches: tuple[int, ...]


def asked_before(
    session: Session, people: Collection[int], now: datetime
) -> Mapping[tuple[int, str], datetime]:
    """Return when people were asked which question, as far as that still counts."""
    rows = session.execute(
        select(AskedQuestion.person_id, AskedQuestion.question, AskedQuestion.asked_at).where(
            AskedQuestion.person_id.in_(sorted(set(people))),
            AskedQuestion.asked_at > now - ASK_AGAIN,
        )
    )
    return {(row.person_id, row.question): row.asked_at for row in rows}


def asked_of(session: Session, person_id: int, now: datetime) -> Sequence[Any]:
    """Return what a person was asked, as far as that still counts, the oldest first.

    Rows of question, asked_by, asked_at and launches.
    """
    asked = AskedQuestion
    query = (
        select(asked.question, asked.asked_by, asked.asked_at, asked.launches)
        .where(asked.person_id == person_id, asked.asked_at > now - ASK_AGAIN)
        .order_by(asked.asked_at, asked.id)
    )
    return read_rows(session, query)


def not_mailed(session: Session, people: Collection[int]) -> frozenset[int]:
    """Return who wants no mail when something waits for them: tell them in person."""
    pace_of = paces(session, sorted(set(people)))
    return frozenset(one for one in people if pace(pace_of, one, Reason.TURN) not in _MAILED)


def may_be_told(session: Session, person_id: int, launches: Collection[int]) -> bool:
    """Tell whether a person is active and may know of every launch a question names."""
    actor = load_actor(session, person_id)
    return actor is not None and visible_ids(session, actor, launches) == frozenset(launches)


def send(
    session: Session, post: Post, asked_by: Person, questions: Sequence[ToAsk], now: datetime
) -> dict[int, int]:
    """Write one mail a person with what they were not asked before; return the count by person.

    Who wants no mail, is gone or may not know of a launch is left out. Raise Conflict when somebody
    sends the same questions at this moment.
    """
    people = sorted({one.person_id for one in questions})
    known = asked_before(session, people, now)
    silent = not_mailed(session, people)
    sent: dict[int, int] = {}
    for person_id in people:
        mine = [
            one
            for one in questions
            if one.person_id == person_id
            and (person_id, one.key) not in known
            and may_be_told(session, person_id, one.launches)
        ]
        if mine and person_id not in silent:
            _note(session, asked_by.id, mine, now)
            _write(session, post, asked_by, person_id, mine, now)
            sent[person_id] = len(mine)
    return sent


def _note(session: Session, asked_by: int, mine: Sequence[ToAsk], now: datetime) -> None:
    """Remember what is asked; the database lets one row a person and question in."""
    keys = [one.key for one in mine]
    old = {
        row.question: row
        for row in session.scalars(
            select(AskedQuestion).where(
                AskedQuestion.person_id == mine[0].person_id, AskedQuestion.question.in_(keys)
            )
        )
    }
    for one in mine:
        row = old.get(one.key)
        if row is None:
            row = AskedQuestion(person_id=one.person_id, question=one.key)
            session.add(row)
        row.asked_by, row.asked_at = asked_by, now
        row.launches = list(one.launches)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(_("Somebody sent these questions just now. Load the page again.")) from None


def _write(
    session: Session,
    post: Post,
    asked_by: Person,
    person_id: int,
    mine: Sequence[ToAsk],
    now: datetime,
) -> None:
    name = session.scalar(select(Person.name).where(Person.id == person_id)) or ""
    text, html = written(
        "questions",
        name=name,
        asker=asked_by.name,
        questions=[(one.text, post.address(one.path), one.settles) for one in mine],
    )
    subject = ngettext(
        "%(asker)s asks you one question", "%(asker)s asks you %(num)s questions", len(mine),
        asker=asked_by.name,
    )  # fmt: skip
    launches = sorted({number for one in mine for number in one.launches})
    session.add(
        new_mail(
            post,
            person_id,
            MailKind.QUESTIONS,
            Composed(one_line(subject), text, html, [], launches),
            now,
        )
    )
    session.flush()
