"""Who should hear of an event, and why: everybody it concerns, before any right is asked."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from roadmap.accounts.mentions import people_mentioned
from roadmap.history.models import HistoryEvent
from roadmap.history.queries import FeedEntry
from roadmap.launches.models import Launch
from roadmap.notifications.facts import WATCHED, Facts
from roadmap.notifications.models import Watch
from roadmap.notifications.reviewers import parts_in
from roadmap.notifications.rules import (
    DECISIONS,
    Candidate,
    Reason,
    WatchKind,
    for_supporters,
    for_team,
    is_quiet,
    monday_of,
)
from roadmap.readiness.models import Waiver
from roadmap.requirements.models import Requirement, RequirementComment
from roadmap.web.markdown import mentioned

_COMMENT = RequirementComment.__tablename__ + ":"


def candidates(
    event: HistoryEvent, facts: Facts, mentions: Mapping[int, Iterable[int]]
) -> Iterator[Candidate]:
    """Yield everybody an event concerns, with each reason; never who did it."""
    for one in _all(event, facts, mentions):
        if one.person_id != event.actor_id:
            yield one


def _all(
    event: HistoryEvent, facts: Facts, mentions: Mapping[int, Iterable[int]]
) -> Iterator[Candidate]:
    for person_id in mentions.get(event.id, ()):
        yield Candidate(person_id, Reason.MENTION)
    if is_quiet(event.action):
        return
    yield from _whose(event, facts)
    yield from _whose_turn(event, facts)
    yield from _escalated(event)
    if event.record_type == Requirement.record_type and for_supporters(event.action):
        for person_id in facts.supporters.get(event.record_id, ()):
            yield Candidate(person_id, Reason.SUPPORTED)
    yield from _watching(event, facts)


def _whose(event: HistoryEvent, facts: Facts) -> Iterator[Candidate]:
    decided = event.action in DECISIONS
    holder = facts.holders.get((event.record_type, event.record_id))
    for person_id in holder.people if holder else ():
        yield Candidate(person_id, Reason.DECISION if decided else Reason.OWN)
    for number in parts_in(event, Waiver.__tablename__):
        if decided and number in facts.waivers:
            yield Candidate(facts.waivers[number], Reason.DECISION)
    # Support somebody entered for a person is that person's to know of.
    for path, pair in event.changes.items():
        named = path.startswith("requirement_support:") and path.endswith(".person_id")
        if named and isinstance(pair[1], int):
            yield Candidate(pair[1], Reason.SUPPORTED)


def _whose_turn(event: HistoryEvent, facts: Facts) -> Iterator[Candidate]:
    if event.action == "requirement.submitted":
        person_id = facts.turns.get(monday_of(event.at.date()))
        if person_id is not None:
            yield Candidate(person_id, Reason.TURN)
    if event.record_type != Launch.record_type:
        return
    for person_id in facts.reviewers.get(event.id, ()):
        yield Candidate(person_id, Reason.TURN)
    if event.action == "freshness.asked":
        holder = facts.holders.get((event.record_type, event.record_id))
        for person_id in holder.people if holder else ():
            yield Candidate(person_id, Reason.TURN)
    for path, pair in event.changes.items():
        if _names(event.action, path) and isinstance(pair[1], int):
            yield Candidate(pair[1], Reason.TURN)


def _names(action: str, path: str) -> bool:
    """Tell whether a change names somebody whom it then waits for."""
    if path.endswith(".owner_id"):
        return path.startswith(("checklist_item:", "gap_plan:"))
    if path.endswith(".person_id"):
        # Named in a decision, to confirm or contest it; or given the denial of somebody who left.
        return path.startswith("decision_voice:") or action == "gate.taken_over"
    return False


def _escalated(event: HistoryEvent) -> Iterator[Candidate]:
    for path, pair in event.changes.items():
        if path.endswith(".told_to") and path.startswith(("freshness_step:", "decision_answer:")):
            # A contested decision waits for whoever has to settle it.
            contested = path.startswith("decision_answer:")
            for person_id in pair[1] or ():
                yield Candidate(person_id, Reason.TURN if contested else Reason.ESCALATED)


def _watching(event: HistoryEvent, facts: Facts) -> Iterator[Candidate]:
    kind = WATCHED.get(event.record_type)
    if kind is not None:
        for watch in _then(facts, kind, event.record_id, event):
            yield Candidate(watch.person_id, Reason.WATCHED, watch.id)
    holder = facts.holders.get((event.record_type, event.record_id))
    if holder and holder.team_id is not None and for_team(event.action):
        for watch in _then(facts, WatchKind.TEAM, holder.team_id, event):
            yield Candidate(watch.person_id, Reason.TEAM, watch.id)


def _then(facts: Facts, kind: WatchKind, target: int, event: HistoryEvent) -> Iterator[Watch]:
    """Yield the watches that were there when the event happened; later ones tell of later ones."""
    for watch in facts.watches.get((kind, target), ()):
        if watch.created_at <= event.at:
            yield watch


def mentions_in(session: Session, entries: Iterable[FeedEntry]) -> dict[int, set[int]]:
    """Return who each event newly mentions, by event; one statement, none without a mention.

    In an edited comment only those count whom it did not mention before.
    """
    wanted: dict[int, set[str]] = {}
    for entry in entries:
        handles: set[str] = set()
        for path, pair in entry.changes.items():
            if path.startswith(_COMMENT) and path.endswith(".body"):
                handles |= _handles(pair[1]) - _handles(pair[0])
        if handles:
            wanted[entry.id] = handles
    people = people_mentioned(session, {handle for some in wanted.values() for handle in some})
    return {
        number: {people[handle].id for handle in handles if handle in people}
        for number, handles in wanted.items()
    }


def _handles(body: Any) -> set[str]:
    return mentioned(body) if isinstance(body, str) else set()
