"""Follow the sealed event stream and turn each event into notices.

The cursor moves in the transaction that stores the notices, so each event is looked at once; were
one looked at again, the unique (person, event) would leave no second notice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.history.models import HistoryEvent, HistorySeal
from roadmap.history.queries import spoken
from roadmap.notifications.audience import candidates, mentions_in
from roadmap.notifications.facts import WATCHED, actors, gather, paces
from roadmap.notifications.models import FeedCursor, Notice
from roadmap.notifications.reading import readable
from roadmap.notifications.rules import Candidate, Pace, Reason, pace, strongest
from roadmap.notifications.view_watch import entered

CURSOR = "notices"
BATCH = 200


def follow(session: Session, now: datetime, *, mail: bool) -> tuple[int, list[Notice]]:
    """Turn the next sealed events into notices; return (events looked at, notices to mail at once).

    Without ``mail`` every notice is for the inbox alone. Holds the cursor's row meanwhile, so that
    of two workers one waits. The caller commits.
    """
    cursor = session.scalar(select(FeedCursor).where(FeedCursor.name == CURSOR).with_for_update())
    if cursor is None:
        cursor = FeedCursor(name=CURSOR, seq=0)
        session.add(cursor)
    rows = session.execute(
        select(HistorySeal.seq, HistoryEvent)
        .join(HistoryEvent, HistoryEvent.id == HistorySeal.event_id)
        .where(HistorySeal.seq > cursor.seq)
        .order_by(HistorySeal.seq)
        .limit(BATCH)
    ).all()
    if not rows:
        return 0, []
    cursor.seq = rows[-1].seq
    events = [row.HistoryEvent for row in rows if row.HistoryEvent.record_type in WATCHED]
    at_once = _store(session, events, now, mail=mail) if events else []
    session.flush()
    return len(rows), at_once


def _store(
    session: Session, events: Sequence[HistoryEvent], now: datetime, *, mail: bool
) -> list[Notice]:
    chosen, pace_of = _chosen(session, events)
    known = _known(session, events)
    at_once = []
    for event in events:
        for one in chosen[event.id]:
            if (one.person_id, event.id) in known:
                continue
            how = pace(pace_of, one.person_id, one.reason)
            told = mail and how in {Pace.NOW, Pace.DAILY}
            notice = Notice(
                person_id=one.person_id,
                event_id=event.id,
                record_type=event.record_type,
                record_id=event.record_id,
                reason=one.reason,
                watch_id=one.watch_id,
                at=event.at,
                mailed_at=None if told else now,
            )
            session.add(notice)
            if told and how is Pace.NOW:
                at_once.append(notice)
    session.flush()
    return at_once


def _known(session: Session, events: Sequence[HistoryEvent]) -> set[tuple[int, int]]:
    ids = [event.id for event in events]
    rows = session.execute(
        select(Notice.person_id, Notice.event_id).where(Notice.event_id.in_(ids))
    )
    return {(row.person_id, row.event_id) for row in rows}


def _chosen(
    session: Session, events: Sequence[HistoryEvent]
) -> tuple[Mapping[int, Iterable[Candidate]], Mapping[tuple[int, Reason], Pace]]:
    """Return for each event who hears of it, those without the right to read it left out."""
    facts = gather(session, events)
    mentions = mentions_in(session, spoken(session, events))
    found = {event.id: list(candidates(event, facts, mentions)) for event in events}
    for event, one in entered(session, events):
        if one.person_id != event.actor_id:
            found[event.id].append(one)
    ids = {one.person_id for some in found.values() for one in some}
    people, pace_of = actors(session, ids), paces(session, ids)
    may = _readers(session, events, found, people)
    best = {
        event.id: [
            one
            for one in strongest(found[event.id], pace_of).values()
            if (event.record_type, event.record_id) in may.get(one.person_id, ())
        ]
        for event in events
    }
    return best, pace_of


def _readers(
    session: Session,
    events: Sequence[HistoryEvent],
    found: Mapping[int, Iterable[Candidate]],
    people: Mapping[int, Actor],
) -> dict[int, set[tuple[str, int]]]:
    """Return which of the events' records each person may read now."""
    wanted: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for event in events:
        for one in found[event.id]:
            if one.person_id in people:
                wanted[one.person_id].add((event.record_type, event.record_id))
    return {
        person_id: set(readable(session, people[person_id], keys))
        for person_id, keys in wanted.items()
    }
