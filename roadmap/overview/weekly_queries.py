"""Reads of the weekly report: where launches stood at both ends of a week, as one reader may know.

Verdicts of the past are those that were stored then; at this moment what is outdated is judged
again, up to a limit, and beyond it has no verdict. Reasons are read of the launches told alone.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from roadmap.history.models import HistoryEvent
from roadmap.launches.access import AnySelect, Asker, visible
from roadmap.launches.kinds import PhaseState
from roadmap.launches.models import Launch, Phase
from roadmap.overview.gaps import lead_of
from roadmap.overview.queries import speech_for
from roadmap.overview.standing import ENDED, may_be_shown
from roadmap.overview.weekly import AHEAD, Detail, Ending, Row
from roadmap.readiness.models import CurrentVerdict, StoredVerdict, Waiver
from roadmap.readiness.outlook import Outlook
from roadmap.readiness.queries import LIVE_LIMIT, ShownVerdict, verdicts_at, verdicts_for
from roadmap.readiness.verdict import Word

_ENDINGS = ("launch.closed", "launch.cancelled")
_OPEN = (Word.NOT_READY, Word.HOLD, Word.NOT_ASSESSED, Word.LIVE_BREACH)


@dataclass(frozen=True)
class Stand:
    """The launches of a report, and the verdicts judged for it just now."""

    rows: list[Row]
    judged: Mapping[int, ShownVerdict]


def stand(session: Session, actor: Asker, since: datetime, until: datetime, *, live: bool) -> Stand:
    """Return where the launches a reader may know of stood; seven statements at most.

    ``live`` asks for the end as it is at this moment.
    """
    ended = _ended_since(session, since)
    launches = _launches(session, actor, until, ended)
    before, after = _words(session, actor, since), _words(session, actor, until)
    unknown, judged = _judged(session, actor, until) if live else (frozenset[int](), {})
    starts = _starts(session)
    rows = []
    for one in launches:
        over = ended.get(one.id)
        then = before.get(one.id)
        now = judged.get(one.id) or (after.get(one.id) if one.id not in unknown else None)
        if then is None and now is None and one.id not in unknown:
            continue
        rows.append(
            Row(
                id=one.id,
                title=one.title,
                was=Word(then.word) if then is not None else None,
                now=Word(now.word) if now is not None else None,
                outlook=Outlook(now.outlook) if now is not None else None,
                answered=now.answered if now is not None else 0,
                needed=now.needed if now is not None else 0,
                starts_on=starts.get(one.id),
                ended=one.state.value if over is not None and over <= until else "",
            )
        )
    return Stand(rows, judged)


def _ended_since(session: Session, since: datetime) -> dict[int, datetime]:
    """Return when launches ended after a moment."""
    query = (
        select(HistoryEvent.record_id, func.max(HistoryEvent.at).label("at"))
        .where(
            HistoryEvent.at > since,
            HistoryEvent.record_type == Launch.record_type,
            HistoryEvent.action.in_(_ENDINGS),
        )
        .group_by(HistoryEvent.record_id)
    )
    return {row.record_id: row.at for row in session.execute(query)}


def _launches(session: Session, actor: Asker, until: datetime, ended: Collection[int]) -> list[Any]:
    query = select(Launch.id, Launch.title, Launch.state).where(Launch.created_at <= until)
    rows = session.execute(visible(query, actor).order_by(Launch.id))
    return [row for row in rows if row.state not in ENDED or row.id in ended]


@cache
def _words_query() -> AnySelect:
    newest = (
        select(func.max(StoredVerdict.id).label("id"))
        .where(StoredVerdict.evaluated_at <= bindparam("at"))
        .group_by(StoredVerdict.launch_id)
        .subquery()
    )
    return select(
        StoredVerdict.launch_id,
        StoredVerdict.word,
        StoredVerdict.outlook,
        StoredVerdict.answered,
        StoredVerdict.needed,
    ).join(newest, newest.c.id == StoredVerdict.id)


def _words(session: Session, actor: Asker, at: datetime) -> dict[int, Any]:
    query = visible(_words_query().join(Launch, Launch.id == StoredVerdict.launch_id), actor)
    return {row.launch_id: row for row in session.execute(query, {"at": at})}


def _judged(
    session: Session, actor: Asker, now: datetime
) -> tuple[frozenset[int], dict[int, ShownVerdict]]:
    """Return (launches whose verdict is not known now, verdicts judged just now)."""
    query = (
        select(Launch.id)
        .outerjoin(CurrentVerdict, CurrentVerdict.launch_id == Launch.id)
        .outerjoin(StoredVerdict, StoredVerdict.id == CurrentVerdict.verdict_id)
        .where(Launch.state.not_in(ENDED), ~func.coalesce(may_be_shown(now), False))
        .order_by(Launch.id)
    )
    outdated = list(session.scalars(visible(query, actor)))
    if not outdated:
        return frozenset(), {}
    found = verdicts_for(session, outdated[:LIVE_LIMIT], now)
    judged = {i: v for i, v in found.items() if not v.recomputing}
    return frozenset(outdated) - judged.keys(), judged


def _starts(session: Session) -> dict[int, date]:
    query = (
        select(Phase.launch_id, func.min(Phase.starts_on).label("starts_on"))
        .where(Phase.state != PhaseState.LIVE, Phase.starts_on.is_not(None))
        .group_by(Phase.launch_id)
    )
    return {row.launch_id: row.starts_on for row in session.execute(query)}


def details(
    session: Session,
    actor: Asker,
    wanted: Collection[int],
    found: Stand,
    until: datetime,
    root: str,
) -> dict[int, Detail]:
    """Return what a reader may hear of some verdicts; five statements.

    ``root`` is what links begin with.
    """
    ids = [i for i in wanted if i not in found.judged]
    verdicts = {**verdicts_at(session, ids, until), **found.judged}
    leads = {i: lead_of(verdicts[i]) for i in wanted if i in verdicts}
    answers = [one for one in leads.values() if one is not None]
    speech = speech_for(
        session, actor, answers, people=[one.owner_id for one in answers], root=root
    )
    made = {}
    for number, lead in leads.items():
        verdict = verdicts[number]
        if lead is None or verdict.word not in _OPEN:
            made[number] = Detail(waivers=verdict.waived)
            continue
        fix = speech.fix(lead)
        made[number] = Detail(
            waivers=verdict.waived,
            reason=speech.says(lead).marked,
            fix=fix.marked if fix is not None else "",
            due=lead.required_by,
            owner=speech.person(lead.owner_id),
        )
    return made


def endings(session: Session, actor: Asker, until: datetime) -> list[Ending]:
    """Return the waivers in force at a moment that end within the next week, one statement."""
    day = until.date()
    query = (
        select(Waiver.launch_id, Waiver.expires_on)
        .join(Launch, Launch.id == Waiver.launch_id)
        .where(
            Waiver.approved_at <= until,
            Waiver.withdrawn_at.is_(None) | (Waiver.withdrawn_at > until),
            Waiver.expires_on >= day,
            Waiver.expires_on <= day + AHEAD,
            Launch.state.not_in(ENDED),
        )
    )
    return [Ending(row.launch_id, row.expires_on) for row in session.execute(visible(query, actor))]
