"""Loads the home page: what waits for one person, each with its next step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, literal, or_, select, union
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.history.models import HistoryEvent, HistoryText
from roadmap.launches.access import seen_by
from roadmap.launches.models import Launch, LaunchCell, LaunchMechanism, TrainingNeed
from roadmap.mechanisms.gather import fresh_since
from roadmap.mechanisms.kinds import HUMAN_KINDS, Stage
from roadmap.mechanisms.models import Mechanism
from roadmap.overview.gaps import Row, lead, rows_of
from roadmap.overview.launch_room import compared, last_monday
from roadmap.overview.queries import ENDED, BoardRow, board_rows, speech_for, words_since
from roadmap.overview.speech import Said
from roadmap.readiness.answers import Code
from roadmap.readiness.models import ChecklistItem, GapPlan, Waiver
from roadmap.readiness.queries import verdicts_for
from roadmap.readiness.verdict import Word
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import INBOX
from roadmap.taxonomy.models import PolicyVersion
from roadmap.web.i18n import _
from roadmap.web.templating import day

# Launches whose answers are searched for one's own.
SEARCHED = 200
SHOWN = 15
RECENT = timedelta(days=14)
REHEARSED = timedelta(days=180)
SOON = timedelta(days=14)
FRESH_DAYS = 30


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

    checks: tuple[Owed, ...]
    items: tuple[Owed, ...]
    launches: tuple[MyLaunch, ...]
    requirements: tuple[MyRequirement, ...]
    mechanisms: tuple[MyMechanism, ...]
    waivers: tuple[Any, ...]
    triage: int | None
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
            self.checks
            or self.items
            or self.requirements
            or self.mechanisms
            or self.waivers
            or self.triage
            or self.changed
        )

    @property
    def changed(self) -> list[MyLaunch]:
        """Return the launches whose verdict changed this week."""
        return [one for one in self.launches if one.change != "same"]


def _launches_owing(session: Session, actor: Actor) -> list[int]:
    """Return launches in which an answer may be the person's, the next dates first."""
    me = literal(actor.id)
    guideline = select(PolicyVersion.policy_area_code).where(PolicyVersion.owner_id == actor.id)
    found = union(
        select(LaunchMechanism.launch_id)
        .join(Mechanism, Mechanism.id == LaunchMechanism.mechanism_id)
        .where(Mechanism.owner_id == me),
        select(ChecklistItem.launch_id).where(ChecklistItem.owner_id == me),
        select(GapPlan.launch_id).where(GapPlan.owner_id == me),
        select(TrainingNeed.launch_id).where(TrainingNeed.owner_id == me),
        select(LaunchCell.launch_id).where(LaunchCell.policy_area_code.in_(guideline)),
        select(Launch.id).where(Launch.owner_id == me),
    ).subquery()
    query = (
        select(Launch.id)
        .where(Launch.id.in_(select(found)), Launch.state.not_in(ENDED), seen_by(actor))
        .order_by(Launch.commitment_no.is_(None), Launch.id.desc())
        .limit(SEARCHED)
    )
    return list(session.scalars(query))


def _requirements(session: Session, actor: Actor, now: datetime) -> list[MyRequirement]:
    since = now - RECENT
    reason = (
        select(HistoryText.text)
        .join(HistoryEvent, HistoryEvent.id == HistoryText.event_id)
        .where(
            HistoryEvent.record_type == Requirement.record_type,
            HistoryEvent.record_id == Requirement.id,
            HistoryEvent.at >= Requirement.state_changed_at,
            HistoryText.path == "why",
        )
        .order_by(HistoryEvent.id)
        .limit(1)
        .correlate(Requirement)
        .scalar_subquery()
    )
    changed = (Requirement.state_changed_at >= since) & (
        Requirement.state_changed_by.is_distinct_from(actor.id)
    )
    query = (
        select(
            Requirement.id,
            Requirement.title,
            Requirement.state,
            Requirement.state_changed_at,
            Requirement.asked_at,
            reason.label("why"),
        )
        .where(
            Requirement.requester_id == actor.id,
            or_(Requirement.asked_at.is_not(None), changed),
        )
        .order_by(Requirement.asked_at.is_(None), Requirement.state_changed_at.desc())
        .limit(SHOWN)
    )
    return [
        MyRequirement(
            f"{Requirement.key_prefix}-{r.id}",
            r.title,
            r.state.value,
            r.state_changed_at,
            r.why,
            r.asked_at is not None,
        )
        for r in session.execute(query)
    ]


def _mechanisms(session: Session, actor: Actor, today: date) -> list[MyMechanism]:
    query = select(
        Mechanism.id,
        Mechanism.name,
        Mechanism.kind,
        Mechanism.staffed_until,
        Mechanism.kill_switch_rehearsed_on,
        fresh_since(today, FRESH_DAYS).label("fresh"),
    ).where(
        Mechanism.owner_id == actor.id,
        Mechanism.stage.in_((Stage.SHADOW, Stage.MONITOR, Stage.ENFORCE)),
    )
    found = []
    for r in session.execute(query.order_by(Mechanism.name, Mechanism.id)):
        owes = tuple(_owes(r, today))
        if owes:
            found.append(MyMechanism(f"{Mechanism.key_prefix}-{r.id}", r.name, owes))
    return found


def _owes(row: Any, today: date) -> list[str]:
    owes = []
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


def _my_launches(
    session: Session, actor: Actor, rows: Sequence[BoardRow], now: datetime
) -> list[MyLaunch]:
    ids = [row.id for row in rows]
    verdicts = verdicts_for(session, ids, now)
    history = words_since(session, ids, now - timedelta(days=14))
    leads = {i: lead(v.word, v.reasons) for i, v in verdicts.items()}
    speech = speech_for(session, actor, [a for a in leads.values() if a is not None])
    monday = datetime.combine(last_monday(now.date()), time(), UTC)
    found = []
    for row in rows:
        verdict = verdicts[row.id]
        before = [p for p in history.get(row.id, ()) if p.at < monday]
        was = Word(before[-1].word) if before else None
        change = compared(was, verdict.word) if was and not verdict.recomputing else "same"
        first = leads[row.id]
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
    ids = _launches_owing(session, actor)
    verdicts = verdicts_for(session, ids, now)
    mine = {
        i: [a for a in verdicts[i].gaps if a.owner_id == actor.id] for i in ids if i in verdicts
    }
    answers = [a for own in mine.values() for a in own]
    speech = speech_for(session, actor, answers, launches=ids)
    owed = [
        Owed(i, speech.launches[i], row)
        for i, own in mine.items()
        if i in speech.launches
        for row in rows_of(own, speech, today)
    ]
    owed.sort(key=lambda o: (o.row.due or date.max, o.launch_id))
    rows = [r for r in board_rows(session, actor, now, own=True) if not r.all_live][:SHOWN]
    return Home(
        checks=tuple(o for o in owed if o.row.code != Code.CHECKLIST),
        items=tuple(o for o in owed if o.row.code == Code.CHECKLIST),
        launches=tuple(_my_launches(session, actor, rows, now)),
        requirements=tuple(_requirements(session, actor, now)),
        mechanisms=tuple(_mechanisms(session, actor, today)),
        waivers=tuple(_waivers(session, actor)) if actor.may("waiver.approve") else (),
        triage=_inbox(session) if actor.may("requirement.triage") else None,
        today=today,
    )


def _waivers(session: Session, actor: Actor) -> Sequence[Any]:
    """Return the waivers that wait for a decision and are not one's own."""
    query = (
        select(Waiver.id, Waiver.launch_id, Waiver.check_code, Waiver.requested_at, Launch.title)
        .join(Launch, Launch.id == Waiver.launch_id)
        .where(
            Waiver.approved_at.is_(None),
            Waiver.refused_at.is_(None),
            Waiver.withdrawn_at.is_(None),
            Waiver.requested_by != actor.id,
            seen_by(actor),
        )
        .order_by(Waiver.requested_at, Waiver.id)
        .limit(SHOWN)
    )
    return session.execute(query).all()


def _inbox(session: Session) -> int:
    query = select(func.count()).select_from(Requirement).where(Requirement.state.in_(INBOX))
    return session.scalar(query) or 0
