"""Loads the home page: what waits for one person, each with its next step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Text, case, cast, func, literal, not_, or_, select, union
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.history.models import HistoryEvent, HistoryText
from roadmap.launches.access import seen_by
from roadmap.launches.models import Launch, LaunchCell, LaunchMechanism, TrainingNeed
from roadmap.mechanisms.gather import fresh_since
from roadmap.mechanisms.kinds import HUMAN_KINDS, Stage
from roadmap.mechanisms.models import Mechanism
from roadmap.overview.gaps import Row, lead_of, rows_of
from roadmap.overview.launch_room import compared, last_monday
from roadmap.overview.queries import BoardRow, rows_by_id, speech_for, words_since
from roadmap.overview.speech import Said, Speech
from roadmap.overview.standing import ENDED, may_be_shown, standing
from roadmap.readiness.answers import Answer, Code
from roadmap.readiness.models import (
    ChecklistItem,
    CurrentVerdict,
    GapPlan,
    StoredVerdict,
    Waiver,
)
from roadmap.readiness.queries import ShownVerdict, verdicts_for
from roadmap.readiness.stored import StoredReasons
from roadmap.readiness.verdict import Word
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import INBOX
from roadmap.taxonomy.models import PolicyVersion
from roadmap.web.i18n import _
from roadmap.web.templating import day

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
    launches_count: int
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


def _may_owe(actor: Actor) -> Any:
    """Return a statement for the launches in which an answer may be the person's."""
    me = literal(actor.id)
    guideline = select(PolicyVersion.policy_area_code).where(PolicyVersion.owner_id == actor.id)
    return union(
        select(LaunchMechanism.launch_id)
        .join(Mechanism, Mechanism.id == LaunchMechanism.mechanism_id)
        .where(Mechanism.owner_id == me),
        select(ChecklistItem.launch_id).where(ChecklistItem.owner_id == me),
        select(GapPlan.launch_id).where(GapPlan.owner_id == me),
        select(TrainingNeed.launch_id).where(TrainingNeed.owner_id == me),
        select(LaunchCell.launch_id).where(LaunchCell.policy_area_code.in_(guideline)),
        select(Launch.id).where(Launch.owner_id == me),
    ).subquery()


def _owing(
    session: Session, actor: Actor, now: datetime
) -> tuple[dict[int, str], dict[int, list[Answer]]]:
    """Return the titles of launches that wait for the person, and the open answers they own.

    The text of the stored reasons is asked for the owner first, so that only verdicts that name the
    person are read; those that may not be shown are judged now, as far as pages judge.
    """
    found = select(_may_owe(actor))
    text = cast(StoredVerdict.reasons, Text)
    names_me = or_(text.like(f'%"owner": {actor.id},%'), text.like(f'%"owner": {actor.id}}}%'))
    shown = may_be_shown(now)
    query = (
        select(Launch.id, Launch.title, case((shown, True), else_=False), StoredVerdict.reasons)
        .outerjoin(CurrentVerdict, CurrentVerdict.launch_id == Launch.id)
        .outerjoin(StoredVerdict, StoredVerdict.id == CurrentVerdict.verdict_id)
        .where(
            Launch.id.in_(found),
            Launch.state.not_in(ENDED),
            seen_by(actor),
            or_(not_(shown), names_me),
        )
        .order_by(Launch.commitment_no.is_(None), Launch.id.desc())
    )
    titles: dict[int, str] = {}
    mine: dict[int, list[Answer]] = {}
    outdated = []
    for launch_id, title, fresh, stored in session.execute(query):
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


@dataclass(frozen=True)
class _Own:
    """The person's launches that are not all live: those shown, what changed, how many."""

    rows: Sequence[BoardRow]
    count: int
    verdicts: Mapping[int, ShownVerdict]
    was: Mapping[int, Word]


def _own(session: Session, actor: Actor, now: datetime) -> _Own:
    """Return the person's launches, those whose verdict changed first, then by date."""
    mine = or_(Launch.owner_id == actor.id, Launch.team_id.in_(sorted(actor.team_ids)))
    at = standing(actor, now, within=mine)
    query = select(at.c.id, at.c.starts_on, at.c.fresh, at.c.word).where(at.c.live.is_(False))
    found = session.execute(query).all()
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
    return _Own([rows[i] for i in ids if i in rows], len(found), verdicts, was)


def _my_launches(own: _Own, speech: Speech) -> list[MyLaunch]:
    found = []
    for row in own.rows:
        verdict, was = own.verdicts[row.id], own.was.get(row.id)
        change = compared(was, verdict.word) if was and not verdict.recomputing else "same"
        first = lead_of(verdict)
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
    answers += [a for v in own.verdicts.values() if (a := lead_of(v)) is not None]
    speech = speech_for(session, actor, answers)
    owed = [
        Owed(i, titles[i], row) for i, each in mine.items() for row in rows_of(each, speech, today)
    ]
    owed.sort(key=lambda o: (o.row.due or date.max, o.launch_id))
    return Home(
        checks=tuple(o for o in owed if o.row.code != Code.CHECKLIST),
        items=tuple(o for o in owed if o.row.code == Code.CHECKLIST),
        launches=tuple(_my_launches(own, speech)),
        launches_count=own.count,
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
