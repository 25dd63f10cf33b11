"""Loads the home page: what waits for one person, each with its next step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.db import Moment, read_rows
from roadmap.launches.access import AnySelect, Reader, reader_of
from roadmap.launches.models import Launch
from roadmap.mechanisms.kinds import HUMAN_KINDS
from roadmap.mechanisms.models import Mechanism
from roadmap.overview import home_queries
from roadmap.overview.asked_of_me import AskedOfMe, asked_of_me
from roadmap.overview.gaps import Row, lead_of, rows_of
from roadmap.overview.home_queries import SHOWN
from roadmap.overview.launch_room import compared, last_monday
from roadmap.overview.queries import BoardRow, rows_by_id, speech_for, words_since
from roadmap.overview.reviews_page import ReviewLine
from roadmap.overview.reviews_page import mine as reviews_of
from roadmap.overview.speech import Said, Speech
from roadmap.overview.standing import standing
from roadmap.readiness.answers import Answer, Code
from roadmap.readiness.decision_answers import awaited_of
from roadmap.readiness.queries import ShownVerdict, verdicts_for
from roadmap.readiness.stored import StoredReasons
from roadmap.readiness.verdict import Word
from roadmap.requirements.models import Requirement
from roadmap.web.i18n import _
from roadmap.web.templating import day

REHEARSED = timedelta(days=180)
SOON = timedelta(days=14)


@dataclass(frozen=True)
class Owed:
    """An answer that waits for the person: the row, its launch and when it must pass."""

    launch_id: int
    title: str
    row: Row

    @property
    def key(self) -> str:
        """Return the launch's key."""
        return f"{Launch.key_prefix}-{self.launch_id}"


@dataclass(frozen=True)
class MyLaunch:
    """A launch of the person or of their team with its verdict and what changed this week."""

    row: BoardRow
    word: str | None
    waivers: int
    change: str
    was: str | None
    reason: Said | None


@dataclass(frozen=True)
class MyRequirement:
    """A requirement the person asked for, whose state changed, with the reason given."""

    key: str
    title: str
    state: str
    changed_at: datetime
    why: str | None
    asked: bool


@dataclass(frozen=True)
class MyMechanism:
    """A mechanism of the person that owes something, and what."""

    key: str
    name: str
    owes: tuple[str, ...]


@dataclass(frozen=True)
class Home:
    """What waits for one person."""

    questions: Sequence[AskedOfMe]
    checks: tuple[Owed, ...]
    items: tuple[Owed, ...]
    launches: tuple[MyLaunch, ...]
    launches_count: int
    requirements: tuple[MyRequirement, ...]
    requirements_count: int
    mechanisms: tuple[MyMechanism, ...]
    waivers: tuple[Any, ...]
    waivers_count: int
    triage: int | None
    reviews: tuple[ReviewLine, ...]
    # Decisions that name the person and wait for their word, and how many there are.
    named: Sequence[Any]
    named_count: int
    today: date

    @property
    def first_due(self) -> date | None:
        """Return the earliest day by which something is owed."""
        days = [o.row.due for o in (*self.checks, *self.items) if o.row.due is not None]
        return min(days, default=None)

    @property
    def nothing(self) -> bool:
        """Tell whether nothing waits at all."""
        return not (
            self.questions
            or self.checks
            or self.items
            or self.requirements
            or self.mechanisms
            or self.waivers
            or self.triage
            or self.reviews
            or self.named
            or self.changed
        )

    @property
    def changed(self) -> list[MyLaunch]:
        """Return the launches whose verdict changed this week."""
        return [one for one in self.launches if one.change != "same"]


def _owing(
    session: Session, actor: Actor, now: datetime
) -> tuple[dict[int, str], dict[int, list[Answer]]]:
    """Return the titles of launches that wait for the person, and the open answers they own.

    Verdicts that may not be shown are judged now, as far as pages judge.
    """
    titles: dict[int, str] = {}
    mine: dict[int, list[Answer]] = {}
    outdated = []
    for launch_id, title, fresh, stored in home_queries.owing(session, actor, now):
        titles[launch_id] = title
        if fresh:
            reasons = StoredReasons(stored)
            mine[launch_id] = [
                reasons[one.number]
                for one in reasons.outlines
                if one.is_required and one.waiver_id is None and one.owner_id == actor.id
            ]
        else:
            outdated.append(launch_id)
    if outdated:
        for i, verdict in verdicts_for(session, outdated, now).items():
            mine[i] = [a for a in verdict.gaps if a.owner_id == actor.id]
    return titles, mine


def _requirements(rows: Sequence[Any]) -> tuple[MyRequirement, ...]:
    return tuple(
        MyRequirement(
            f"{Requirement.key_prefix}-{r.id}",
            r.title,
            r.state.value,
            r.state_changed_at,
            r.why,
            r.asked_at is not None,
        )
        for r in rows
    )


def _mechanisms(session: Session, actor: Actor, today: date) -> list[MyMechanism]:
    found = []
    for r in home_queries.mechanisms(session, actor, today):
        owes = tuple(_owes(r, today))
        if owes:
            found.append(MyMechanism(f"{Mechanism.key_prefix}-{r.id}", r.name, owes))
    return found


def _owes(row: Any, today: date) -> list[str]:
    owes = []
    if row.outside:
        owes.append(_("a metric left its usual range: report it, or say why not"))
    if row.kind in HUMAN_KINDS:
        if row.staffed_until is None:
            owes.append(_("say until when it is staffed"))
        elif row.staffed_until < today:
            owes.append(_("staffing ended on %(day)s: attest anew", day=day(row.staffed_until)))
        elif row.staffed_until <= today + SOON:
            owes.append(_("staffed only until %(day)s", day=day(row.staffed_until)))
    else:
        if not row.fresh:
            owes.append(_("no evidence of what runs in the last 30 days: measure"))
        rehearsed = row.kill_switch_rehearsed_on
        if rehearsed is None or rehearsed < today - REHEARSED:
            owes.append(_("rehearse the kill switch"))
    return owes


@dataclass(frozen=True)
class _Own:
    """The person's launches that are not all live: those shown, what changed, how many."""

    rows: Sequence[BoardRow]
    count: int
    verdicts: Mapping[int, ShownVerdict]
    leads: Mapping[int, Answer | None]
    was: Mapping[int, Word]


@lru_cache(maxsize=128)
def _own_statement(reader: Reader) -> AnySelect:
    mine = or_(Launch.owner_id == reader.id, Launch.team_id.in_(sorted(reader.team_ids)))
    at = standing(reader, bindparam("now", type_=Moment()), within=mine)
    return select(at.c.id, at.c.starts_on, at.c.fresh, at.c.word).where(at.c.live.is_(False))


def _own(session: Session, actor: Actor, now: datetime) -> _Own:
    """Return the person's launches, those whose verdict changed first, then by date."""
    found = read_rows(session, _own_statement(reader_of(actor)), {"now": now})
    history = words_since(session, [r.id for r in found], now - timedelta(days=14))
    monday = datetime.combine(last_monday(now.date()), time(), UTC)
    was = {
        launch_id: Word(before[-1].word)
        for launch_id, past in history.items()
        if (before := [p for p in past if p.at < monday])
    }

    def place(row: Any) -> tuple[bool, date, int]:
        same = row.id not in was or not row.fresh or was[row.id] == row.word
        return same, row.starts_on or date.max, row.id

    ids = [r.id for r in sorted(found, key=place)[:SHOWN]]
    rows = {row.id: row for row in rows_by_id(session, actor, ids, now)}
    verdicts = verdicts_for(session, ids, now)
    leads = {i: lead_of(verdict) for i, verdict in verdicts.items()}
    return _Own([rows[i] for i in ids if i in rows], len(found), verdicts, leads, was)


def _my_launches(own: _Own, speech: Speech) -> list[MyLaunch]:
    found = []
    for row in own.rows:
        verdict, was = own.verdicts[row.id], own.was.get(row.id)
        change = compared(was, verdict.word) if was and not verdict.recomputing else "same"
        first = own.leads[row.id]
        found.append(
            MyLaunch(
                row,
                None if verdict.recomputing else verdict.word.value,
                verdict.waived,
                change,
                was.value if was else None,
                speech.says(first) if first is not None else None,
            )
        )
    return sorted(found, key=lambda m: (m.change == "same", m.row.starts_on or date.max))


def load(session: Session, actor: Actor) -> Home:
    """Return what waits for the person, in a fixed number of statements."""
    now = clock.now()
    today = now.date()
    titles, mine = _owing(session, actor, now)
    own = _own(session, actor, now)
    answers = [a for each in mine.values() for a in each]
    answers += [answer for answer in own.leads.values() if answer is not None]
    speech = speech_for(session, actor, answers)
    owed = [
        Owed(i, titles[i], row) for i, each in mine.items() for row in rows_of(each, speech, today)
    ]
    owed.sort(key=lambda o: (o.row.due or date.max, o.launch_id))
    asked = home_queries.requirements(session, actor, now)
    waivers = home_queries.waivers(session, actor) if actor.may("waiver.approve") else []
    named = awaited_of(session, actor, SHOWN)
    return Home(
        questions=asked_of_me(session, actor, now),
        checks=tuple(o for o in owed if o.row.code != Code.CHECKLIST),
        items=tuple(o for o in owed if o.row.code == Code.CHECKLIST),
        launches=tuple(_my_launches(own, speech)),
        launches_count=own.count,
        requirements=_requirements(asked),
        requirements_count=asked[0].many if asked else 0,
        mechanisms=tuple(_mechanisms(session, actor, today)),
        waivers=tuple(waivers),
        waivers_count=waivers[0].many if waivers else 0,
        triage=home_queries.inbox(session) if actor.may("requirement.triage") else None,
        reviews=tuple(reviews_of(session, actor, now)) if actor.may("gate.review") else (),
        named=named,
        named_count=named[0].many if named else 0,
        today=today,
    )
