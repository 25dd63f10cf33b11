"""The weekly word that a committed launch still holds, and what follows where it is missing."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from roadmap import clock, jobs
from roadmap.errors import Forbidden, Invalid
from roadmap.launches.access import Asker, may_edit
from roadmap.launches.checks import require_open
from roadmap.launches.kinds import LaunchState, PhaseState
from roadmap.launches.lifecycle import move_launch
from roadmap.launches.models import Launch, Phase
from roadmap.launches.telling import tell
from roadmap.readiness.attestation_models import FreshnessStep, WeeklyWord
from roadmap.readiness.escalation import Escalation, escalation_of
from roadmap.readiness.freshness_rules import WINDOW, Freshness, Step, freshness
from roadmap.web.i18n import _
from roadmap.web.templating import day

JOB = "readiness.freshness"
EVERY = timedelta(hours=1)
NOTE_LENGTH = 2000
# Launches stepped in one writing transaction.
CHUNK = 50
_ASKED = frozenset({LaunchState.COMMITTED, LaunchState.LIVE})


@dataclass(frozen=True)
class Standing:
    """A launch's freshness with when somebody last said that it holds."""

    freshness: Freshness
    last: WeeklyWord | None


def standing_of(session: Session, launch: Launch, phases: Iterable[Phase]) -> Standing:
    """Return where one launch stands, one statement; none where nobody is asked."""
    starts = [p.starts_on for p in phases if p.state is PhaseState.PLANNED]
    committed = launch.committed_at.date() if launch.committed_at is not None else None
    asked = launch.state in _ASKED and committed is not None
    words = _words(session, launch.id) if asked else []
    found = freshness(
        starts_on=min((s for s in starts if s is not None), default=None) if asked else None,
        committed_on=committed,
        said={word.week for word in words},
        today=clock.today(),
    )
    return Standing(found, words[0] if words else None)


_WORDS = (
    select(WeeklyWord)
    .where(WeeklyWord.launch_id == bindparam("launch"))
    .order_by(WeeklyWord.week.desc())
    .limit(12)
)


def _words(session: Session, launch_id: int) -> list[WeeklyWord]:
    return list(session.scalars(_WORDS, {"launch": launch_id}))


def say_it_holds(
    session: Session, actor: Asker, launch: Launch, phases: Iterable[Phase], note: str = ""
) -> WeeklyWord:
    """Say for this week that what the launch rests on still holds; once a week."""
    require_open(launch)
    if not may_edit(actor, launch):
        raise Forbidden(_("Only the launch's owner or a program manager may say this."))
    if len(note) > NOTE_LENGTH:
        raise Invalid.at("note", _("Shorten this to 2,000 characters."))
    standing = standing_of(session, launch, phases)
    if not standing.freshness.asked:
        raise Invalid(_("Nobody asks yet: words are due from 42 days before a committed date."))
    if standing.freshness.said:
        raise Invalid(_("It was said for this week already."))
    word = WeeklyWord(
        launch_id=launch.id,
        week=standing.freshness.week,
        person_id=actor.id,
        at=clock.now(),
        note=note.strip(),
    )
    session.add(word)
    tell(session, actor, launch, "freshness.said")
    return word


# ---- what follows ----


def _in_window(session: Session, today: date) -> dict[int, tuple[date, date, LaunchState]]:
    """Return (start of the next phase, day of commitment, state) of launches that are asked."""
    query = (
        select(
            Launch.id,
            Launch.committed_at,
            Launch.state,
            func.min(Phase.starts_on).label("starts_on"),
        )
        .join(Phase, (Phase.launch_id == Launch.id) & (Phase.state == PhaseState.PLANNED))
        .where(Launch.state.in_(sorted(_ASKED)), Launch.committed_at.is_not(None))
        .group_by(Launch.id, Launch.committed_at, Launch.state)
        .having(func.min(Phase.starts_on) > today, func.min(Phase.starts_on) <= today + WINDOW)
    )
    return {
        row.id: (row.starts_on, row.committed_at.date(), row.state)
        for row in session.execute(query).all()
    }


def _said(session: Session, ids: Collection[int]) -> dict[int, set[date]]:
    found: dict[int, set[date]] = {}
    query = select(WeeklyWord.launch_id, WeeklyWord.week).where(WeeklyWord.launch_id.in_(ids))
    for launch_id, week in session.execute(query):
        found.setdefault(launch_id, set()).add(week)
    return found


def steps_due(session: Session, today: date) -> list[tuple[int, Freshness]]:
    """Return the launches for which a step follows that was not told yet, three statements."""
    window = _in_window(session, today)
    ids = sorted(window)
    said = _said(session, ids)
    told = {
        (launch_id, week, step)
        for launch_id, week, step in session.execute(
            select(FreshnessStep.launch_id, FreshnessStep.week, FreshnessStep.step).where(
                FreshnessStep.launch_id.in_(ids)
            )
        )
    }
    found: list[tuple[int, Freshness]] = []
    for launch_id in ids:
        starts_on, committed_on, state = window[launch_id]
        one = freshness(
            starts_on=starts_on,
            committed_on=committed_on,
            said=said.get(launch_id, ()),
            today=today,
        )
        if one.step is Step.UNCOMMITTED and state is LaunchState.LIVE:
            # A ramp under way has no commitment to take back: it is escalated every week.
            one = replace(one, step=Step.ESCALATED)
        if one.step is not None and (launch_id, one.week, one.step.value) not in told:
            found.append((launch_id, one))
    return found


def take_step(session: Session, launch: Launch, found: Freshness) -> None:
    """Tell what follows from missing words, once a week and step; four misses un-commit."""
    if found.step is None:
        return
    told = Escalation(()) if found.step is Step.ASKED else escalation_of(session, launch)
    session.add(
        FreshnessStep(
            launch_id=launch.id,
            week=found.week,
            step=found.step.value,
            at=clock.now(),
            told_to=list(told.people),
        )
    )
    why = {
        Step.ASKED: _("Say until %(day)s that it still holds.", day=day(found.until)),
        Step.ESCALATED: _(
            "%(count)s weeks in a row nobody said that it still holds; after four a date that is "
            "only committed is taken back.",
            count=found.misses,
        ),
        Step.UNCOMMITTED: _(
            "%(count)s weeks in a row nobody said that it still holds: the date is no longer "
            "committed. Commit it again when it holds.",
            count=found.misses,
        ),
    }[found.step]
    if told.missing:
        why = f"{why} {told.missing}"
    tell(session, None, launch, f"freshness.{found.step.value}", why)
    if found.step is Step.UNCOMMITTED:
        move_launch(session, None, launch, LaunchState.PLANNED, why)


def step_all(run: jobs.Run) -> dict[str, Any]:
    """Take every step that is due; safe to run at any time."""
    today = clock.today()
    with run.db.reading() as session:
        ids = [launch_id for launch_id, _found in steps_due(session, today)]
    for start in range(0, len(ids), CHUNK):
        with run.db.writing() as session:
            # Looked at again under the lock: somebody may have spoken meanwhile.
            chunk = set(ids[start : start + CHUNK])
            for launch_id, found in steps_due(session, today):
                if launch_id in chunk:
                    take_step(session, session.get_one(Launch, launch_id), found)
        run.progress(min(start + CHUNK, len(ids)))
    return {"stepped": len(ids)}


def register() -> None:
    """Name the handler; the worker runs it every hour."""
    jobs.register(JOB, step_all, every=EVERY)
