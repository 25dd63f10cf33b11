"""What decides who hears of some events, gathered in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor, actor_from, actor_query
from roadmap.accounts.models import Person
from roadmap.history.models import HistoryEvent
from roadmap.launches.models import Launch
from roadmap.mechanisms.models import Mechanism
from roadmap.notifications.models import Preference, Watch
from roadmap.notifications.reviewers import parts_in, reviewers
from roadmap.notifications.rules import Pace, Reason, WatchKind, monday_of
from roadmap.readiness.models import Waiver
from roadmap.requirements.models import Requirement, RequirementSupport, TriageTurn

# Record types that are told of, and what a watch of one is called.
WATCHED = {
    Requirement.record_type: WatchKind.REQUIREMENT,
    Launch.record_type: WatchKind.LAUNCH,
    Mechanism.record_type: WatchKind.MECHANISM,
}
Key = tuple[str, int]


@dataclass(frozen=True)
class Holder:
    """Whose a record is: the people who asked for it or own it, and the team."""

    people: frozenset[int]
    team_id: int | None


@dataclass
class Facts:
    """Holders and supporters by record, watches by target, whose week of triage it is."""

    holders: Mapping[Key, Holder] = field(default_factory=dict)
    supporters: Mapping[int, set[int]] = field(default_factory=dict)
    watches: Mapping[tuple[WatchKind, int], Sequence[Watch]] = field(default_factory=dict)
    turns: Mapping[Any, int] = field(default_factory=dict)
    # Event -> the reviewers it waits for.
    reviewers: Mapping[int, Collection[int]] = field(default_factory=dict)
    # Waiver -> who asked for it.
    waivers: Mapping[int, int] = field(default_factory=dict)


def gather(session: Session, events: Sequence[HistoryEvent]) -> Facts:
    """Return the facts of some events, ten statements at most."""
    ids: dict[str, set[int]] = defaultdict(set)
    for event in events:
        ids[event.record_type].add(event.record_id)
    holders = _holders(session, ids)
    teams = {one.team_id for one in holders.values() if one.team_id is not None}
    return Facts(
        holders=holders,
        supporters=_supporters(session, ids[Requirement.record_type]),
        watches=_watches(session, ids, teams),
        turns=_turns(session, events),
        reviewers=reviewers(session, events),
        waivers=_waivers(session, events),
    )


def _holders(session: Session, ids: Mapping[str, Collection[int]]) -> dict[Key, Holder]:
    found: dict[Key, Holder] = {}
    sources: list[tuple[Any, tuple[Any, ...]]] = [
        (Requirement, (Requirement.requester_id, Requirement.submitted_by_id)),
        (Launch, (Launch.owner_id,)),
        (Mechanism, (Mechanism.owner_id,)),
    ]
    for kind, owners in sources:
        wanted = ids.get(kind.record_type)
        if not wanted:
            continue
        rows = session.execute(select(kind.id, kind.team_id, *owners).where(kind.id.in_(wanted)))
        for number, team_id, *people in rows:
            known = frozenset(one for one in people if one is not None)
            found[(kind.record_type, number)] = Holder(known, team_id)
    return found


def _supporters(session: Session, ids: Collection[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    if ids:
        rows = session.execute(
            select(RequirementSupport.requirement_id, RequirementSupport.person_id).where(
                RequirementSupport.requirement_id.in_(ids)
            )
        )
        for number, person_id in rows:
            if person_id is not None:
                found[number].add(person_id)
    return found


def _watches(
    session: Session, ids: Mapping[str, Collection[int]], teams: Collection[int]
) -> dict[tuple[WatchKind, int], list[Watch]]:
    parts = [
        (Watch.kind == kind) & Watch.target_id.in_(ids[name])
        for name, kind in WATCHED.items()
        if ids.get(name)
    ]
    if teams:
        parts.append((Watch.kind == WatchKind.TEAM) & Watch.target_id.in_(teams))
    found: dict[tuple[WatchKind, int], list[Watch]] = defaultdict(list)
    if parts:
        for watch in session.scalars(select(Watch).where(or_(*parts)).order_by(Watch.id)):
            found[(watch.kind, watch.target_id)].append(watch)
    return found


def _turns(session: Session, events: Iterable[HistoryEvent]) -> dict[Any, int]:
    weeks = {monday_of(e.at.date()) for e in events if e.action == "requirement.submitted"}
    if not weeks:
        return {}
    query = select(TriageTurn.week, TriageTurn.person_id).where(TriageTurn.week.in_(weeks))
    return {row.week: row.person_id for row in session.execute(query)}


def _waivers(session: Session, events: Iterable[HistoryEvent]) -> dict[int, int]:
    ids = {
        number
        for event in events
        if event.action.startswith("waiver.")
        for number in parts_in(event, Waiver.__tablename__)
    }
    if not ids:
        return {}
    query = select(Waiver.id, Waiver.requested_by).where(Waiver.id.in_(ids))
    return {row.id: row.requested_by for row in session.execute(query)}


def actors(session: Session, ids: Collection[int]) -> dict[int, Actor]:
    """Return the active people among some ids as actors, one statement."""
    rows: dict[int, list[Any]] = defaultdict(list)
    if ids:
        for row in session.execute(actor_query().where(Person.id.in_(sorted(ids)))):
            rows[row.id].append(row)
    people = {number: actor_from(found) for number, found in rows.items()}
    return {number: person for number, person in people.items() if person is not None}


def paces(session: Session, ids: Collection[int]) -> dict[tuple[int, Reason], Pace]:
    """Return what some people chose to be told how, one statement."""
    if not ids:
        return {}
    rows = session.scalars(select(Preference).where(Preference.person_id.in_(sorted(ids))))
    return {(row.person_id, row.reason): row.pace for row in rows}
