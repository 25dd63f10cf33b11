"""Which reviewers an event about a gate waits for."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from roadmap.history.models import HistoryEvent
from roadmap.readiness.gate_models import GateReview, GateVote, ReviewMember

# Told to who has the review, else to the whole group.
_ASKING = frozenset({"gate.requested", "gate.na_requested", "gate.assigned", "gate.overdue"})
# Told to who leads the group as well.
_ESCALATED = "gate.escalated"


def parts_in(event: HistoryEvent, table: str) -> set[int]:
    """Return the ids of the rows of a table that an event touched."""
    return {row["id"] for row in event.rows if row.get("table") == table and "id" in row}


def reviewers(session: Session, events: Sequence[HistoryEvent]) -> dict[int, set[int]]:
    """Return who has to act on some events, by event; two statements, none without a gate's."""
    asking = [e for e in events if e.action in _ASKING or e.action == _ESCALATED]
    if not asking:
        return {}
    named = {e.id: parts_in(e, GateReview.__tablename__) for e in asking}
    votes = {e.id: parts_in(e, GateVote.__tablename__) for e in asking}
    review_ids = {number for some in named.values() for number in some}
    vote_ids = {number for some in votes.values() for number in some}
    query = (
        select(GateReview.id, GateReview.group_id, GateReview.assignee_id, GateVote.id)
        .outerjoin(
            GateVote, (GateVote.gate_id == GateReview.gate_id) & GateVote.id.in_(sorted(vote_ids))
        )
        .where(or_(GateReview.id.in_(sorted(review_ids)), GateVote.id.is_not(None)))
        .where(GateReview.asked_at.is_not(None))
    )
    rows = session.execute(query).all()
    members = _members(session, {row.group_id for row in rows})
    found: dict[int, set[int]] = {}
    for event in asking:
        mine = [r for r in rows if r[0] in named[event.id] or r[3] in votes[event.id]]
        found[event.id] = {p for row in mine for p in _of(row, event.action, members)}
    return found


def _members(session: Session, groups: set[int]) -> dict[int, list[tuple[int, bool]]]:
    found: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    query = select(ReviewMember.group_id, ReviewMember.person_id, ReviewMember.lead)
    for group_id, person_id, lead in session.execute(
        query.where(ReviewMember.group_id.in_(sorted(groups)))
    ):
        found[group_id].append((person_id, lead))
    return found


def _of(row: Any, action: str, members: dict[int, list[tuple[int, bool]]]) -> set[int]:
    people = members[row.group_id]
    leads = {person for person, lead in people if lead} if action == _ESCALATED else set()
    if row.assignee_id is not None:
        return leads | {row.assignee_id}
    return leads | {person for person, _lead in people}
