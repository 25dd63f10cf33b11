"""Questions to owners: the few fields that would settle what nobody can judge, by person.

They are shown before they are sent, as one mail a person with a link for each field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor, load_actor
from roadmap.accounts.models import Person
from roadmap.launches.models import Launch
from roadmap.notifications.letters import Post
from roadmap.notifications.questions_mail import ToAsk, asked_before, may_be_told, not_mailed, send
from roadmap.overview.queries import speech_for
from roadmap.overview.questions_links import short, why_closed
from roadmap.overview.speech import Speech
from roadmap.readiness.queries import ShownVerdict
from roadmap.readiness.questions import MOST, Ask, Asking, Field, LaunchOpen, Question, ask
from roadmap.web.i18n import _
from roadmap.wording import N_

WORDS: Mapping[Field, str] = {
    Field.SCOPE: N_("Where does %(record)s go live: which markets, languages and surfaces?"),
    Field.DATE: N_("When does %(record)s go live?"),
    Field.MECHANISMS: N_("Which mechanisms does %(record)s lean on?"),
    Field.TARGETS: N_("Which targets must the mechanisms of %(record)s reach?"),
    Field.CHECKLIST: N_("What must %(record)s answer before it goes live?"),
    Field.CHECKLIST_ITEM: N_("%(record)s: %(name)s: yes or no?"),
    Field.FORECAST: N_("How many items a week does %(record)s bring?"),
    Field.TRAINING: N_("How many certified reviewers does %(record)s need, in which language?"),
    Field.GUARDS: N_("Which guard metric of %(record)s is watched, and up to which limit?"),
    Field.GATE: N_("%(record)s: will you sign “%(name)s”?"),
    Field.REVIEW: N_("%(record)s: will you ask for the signature “%(name)s”?"),
    Field.EVIDENCE: N_("What was last measured of %(record)s?"),
    Field.QUEUE: N_("What can %(record)s take: people, hours, handling time?"),
    Field.GUIDELINE: N_("Which guideline on %(record)s is in force, and from when?"),
    Field.CRITERIA: N_("Which acceptance criteria of %(record)s are accepted?"),
    Field.OTHER: N_("What is known of %(record)s?"),
}


@dataclass(frozen=True)
class Line:
    """One question as shown: its words, where it is answered, what it settles, when it was sent."""

    to_ask: ToAsk
    asked_at: datetime | None
    # Why this person could not answer it; empty if they can.
    closed: str = ""

    @property
    def new(self) -> bool:
        """Tell whether it was not sent yet and can be."""
        return self.asked_at is None and not self.closed


@dataclass(frozen=True)
class Asked:
    """What one person would be asked; ``why_not`` says why no mail can go."""

    id: int
    name: str
    lines: Sequence[Line]
    why_not: str


@dataclass(frozen=True)
class QuestionsPage:
    """The questions by person, the one who can settle most first."""

    asking: Asking
    people: Sequence[Asked]

    @property
    def to_send(self) -> int:
        """Return how many questions a click would send."""
        return sum(line.new for one in self.people if not one.why_not for line in one.lines)

    @property
    def mails(self) -> int:
        """Return how many mails that would be."""
        return sum(
            1 for one in self.people if not one.why_not and any(line.new for line in one.lines)
        )


def open_of(
    verdicts: Mapping[int, ShownVerdict], owners: Mapping[int, int | None]
) -> list[LaunchOpen]:
    """Return what is open of each launch."""
    return [
        LaunchOpen(number, f"{Launch.key_prefix}-{number}", owners.get(number), verdict.gaps)
        for number, verdict in verdicts.items()
    ]


def load(
    session: Session, actor: Actor, launches: Sequence[LaunchOpen], share: float = MOST
) -> QuestionsPage:
    """Return the fewest questions that settle most of some launches, by person."""
    asking = ask(launches, share)
    asks = [question.ask for question in asking.questions]
    speech = speech_for(
        session,
        actor,
        (),
        people=[one.person_id for one in asks if one.person_id],
        launches=[int(one.record[4:]) for one in asks if one.record.startswith("LCH-")],
        mechanisms=[int(one.record[4:]) for one in asks if one.record.startswith("MEC-")],
    )
    now = clock.now()
    known = asked_before(session, asking.people, now)
    silent = not_mailed(session, asking.people)
    found: dict[int, list[Line]] = {}
    readers = {number: load_actor(session, number) for number in asking.people}
    for question in asking.questions:
        line = _line(question, speech, known)
        reader = readers.get(question.ask.person_id)
        if reader is not None:
            line = replace(line, closed=why_closed(session, reader, question.ask))
        found.setdefault(question.ask.person_id, []).append(line)
    people = [
        Asked(
            number,
            speech.person(number) or _("Nobody is named"),
            lines,
            _why_not(session, number, silent, lines),
        )
        for number, lines in found.items()
    ]
    # Nobody comes last: there the reader has to act first.
    people.sort(key=lambda one: (one.id == 0, -sum(line.to_ask.settles for line in one.lines)))
    return QuestionsPage(asking, people)


def _line(question: Question, speech: Speech, known: Mapping[Any, datetime]) -> Line:
    one = question.ask
    to_ask = ToAsk(
        person_id=one.person_id,
        key=one.key,
        text=words_of(one, speech),
        path=short(one),
        settles=len(question.settles),
        launches=question.launches,
    )
    return Line(to_ask, known.get((one.person_id, one.key)))


def words_of(one: Ask, speech: Speech) -> str:
    """Return a question in the reader's words."""
    record = one.record
    if record.startswith("LCH-"):
        record = f"{record} {speech.launches.get(int(record[4:]), '')}".strip()
    elif record.startswith("MEC-"):
        record = speech.mechanisms.get(record, record)
    elif one.field is Field.GUIDELINE:
        record = speech.word("policy_area", record)
    words = WORDS[one.field]
    if one.field is Field.GUARDS and one.name:
        words = N_("%(record)s: where is “%(name)s” today?")
    return _(words, record=record, name=one.name.rstrip(" .?:"))


def _why_not(
    session: Session, person_id: int, silent: frozenset[int], lines: Sequence[Line]
) -> str:
    if not person_id:
        return _("Name an owner first: then there is somebody to ask.")
    if person_id in silent:
        return _("Wants no mail; ask in person.")
    launches = {number for line in lines for number in line.to_ask.launches}
    if not may_be_told(session, person_id, launches):
        return _("May not see every launch these questions name, or has left.")
    return ""


def send_all(session: Session, actor: Actor, post: Post, page: QuestionsPage) -> dict[int, int]:
    """Send what was not sent yet, one mail a person; return the number of questions by person."""
    asker = session.scalars(select(Person).where(Person.id == actor.id)).one()
    to_ask = [
        line.to_ask for one in page.people if not one.why_not for line in one.lines if line.new
    ]
    return send(session, post, asker, to_ask, clock.now())
