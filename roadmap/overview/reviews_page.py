"""A reviewer's worklist: what waits for them and their groups, the overdue first."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.accounts.queries import names_of
from roadmap.launches.access import visible
from roadmap.launches.checks import ENDED
from roadmap.launches.models import Launch
from roadmap.readiness.gate_models import Gate, GateReview, GateVote
from roadmap.readiness.gate_queries import (
    OpenReview,
    groups_of,
    longest_waiting,
    open_reviews,
    waiting,
)
from roadmap.readiness.gate_rules import Vote, asked_at
from roadmap.readiness.gate_signing import Alike, alike
from roadmap.readiness.gate_words import clock_said, days_words
from roadmap.web.i18n import _

# Open reviews a page lists; what is left out is counted.
SHOWN = 100


@dataclass(frozen=True)
class ReviewLine:
    """One open review in words."""

    review_id: int
    gate_id: int
    key: str
    title: str
    gate: str
    group: str
    assignee_id: int | None
    assignee: str | None
    # What each clock says, and whether it is overdue.
    respond: tuple[str, bool]
    resolve: tuple[str, bool]
    overdue: bool
    paused: bool
    asked_at: datetime
    # Asked to agree that the gate does not apply.
    na: bool


@dataclass(frozen=True)
class SpotCheck:
    """A certificate that the group has to look at."""

    gate_id: int
    key: str
    title: str
    gate: str
    who: str
    at: datetime


@dataclass(frozen=True)
class Reviews:
    """The worklist of one person."""

    groups: Sequence[tuple[str, int]]
    mine: Sequence[ReviewLine]
    others: Sequence[ReviewLine]
    paused: Sequence[ReviewLine]
    spot_checks: Sequence[SpotCheck]
    alike: Sequence[Alike]
    load: Sequence[tuple[str, int]]
    more: int

    @property
    def overdue(self) -> int:
        """Return how many are overdue."""
        return sum(1 for line in (*self.mine, *self.others) if line.overdue)


def _line(one: OpenReview, names: Mapping[int, str]) -> ReviewLine:
    left = one.most_pressing
    asked = asked_at(one.votes)
    return ReviewLine(
        review_id=one.review.id,
        gate_id=one.gate.id,
        key=one.launch.key,
        title=one.launch.title,
        gate=one.gate.name,
        group=one.group.name,
        assignee_id=one.review.assignee_id,
        assignee=names.get(one.review.assignee_id or 0),
        respond=clock_said(one.clocks.respond),
        resolve=clock_said(one.clocks.resolve),
        overdue=left is not None and left < 0,
        paused=one.review.paused,
        asked_at=one.review.asked_at or one.launch.created_at,
        na=asked is not None and asked.vote is Vote.NA_REQUESTED,
    )


def _pressing(one: OpenReview) -> tuple[int, int]:
    left = one.most_pressing
    return (left if left is not None else 10_000, one.review.id)


def load(session: Session, actor: Actor) -> Reviews:
    """Return what waits for a person's groups, in a fixed number of statements."""
    now = clock.now()
    group_ids = groups_of(session, actor.id)
    found = waiting(session, actor, now, group_ids=group_ids) if group_ids else []
    found.sort(key=_pressing)
    people = {one.review.assignee_id for one in found if one.review.assignee_id is not None}
    checks = _spot_checks(session, actor, group_ids)
    names = names_of(session, people)
    lines = [_line(one, names) for one in found]
    running = [line for line in lines if not line.paused]
    groups: dict[str, int] = defaultdict(int)
    for line in running:
        groups[line.group] += 1
    busy = open_reviews(session, people)
    return Reviews(
        groups=sorted(groups.items()),
        mine=[line for line in running if line.assignee_id == actor.id][:SHOWN],
        others=[line for line in running if line.assignee_id != actor.id][:SHOWN],
        paused=[line for line in lines if line.paused][:SHOWN],
        spot_checks=checks,
        alike=alike(session, actor, found, now),
        load=sorted((names.get(p, ""), count) for p, count in busy.items()),
        more=max(0, len(running) - 2 * SHOWN),
    )


def _spot_checks(session: Session, actor: Actor, group_ids: Sequence[int]) -> list[SpotCheck]:
    """Return certificates chosen to be looked at on which no group has spoken since."""
    if not group_ids:
        return []
    later = aliased(GateVote)
    since = (
        select(later.id)
        .where(later.gate_id == GateVote.gate_id, later.id > GateVote.id)
        # Looked at by a group, or taken back or renewed by the owner.
        .where(later.group_id.is_not(None) | later.vote.in_((Vote.WITHDRAWN, Vote.APPROVED)))
        .exists()
    )
    query = (
        select(Gate.id, Gate.name, Launch.id, Launch.title, GateVote.person_id, GateVote.at)
        .join(Gate, Gate.id == GateVote.gate_id)
        .join(Launch, Launch.id == Gate.launch_id)
        .join(GateReview, GateReview.gate_id == Gate.id)
        .where(
            GateVote.spot_check,
            GateReview.group_id.in_(group_ids),
            Launch.state.not_in(sorted(ENDED)),
            Launch.owner_id.is_distinct_from(actor.id),
            ~since,
        )
        .distinct()
        .order_by(GateVote.at)
        .limit(SHOWN)
    )
    rows = session.execute(visible(query, actor)).all()
    names = names_of(session, {row[4] for row in rows}) if rows else {}
    return [
        SpotCheck(gate_id, f"LCH-{launch_id}", title, name, names.get(person, _("Somebody")), at)
        for gate_id, name, launch_id, title, person, at in rows
    ]


# ---- on other pages ----


def mine(session: Session, actor: Actor, now: datetime, limit: int = 15) -> list[ReviewLine]:
    """Return the open reviews a person has, those that wait for owners left out."""
    found = waiting(session, actor, now, assignee_id=actor.id, running_only=True, limit=200)
    return [_line(one, {}) for one in sorted(found, key=_pressing)[:limit]]


def waiting_longest(
    session: Session, actor: Actor | None, now: datetime
) -> tuple[str, str, str] | None:
    """Return (group, launch key, words) of the review that is most overdue, None if none is."""
    one = longest_waiting(session, actor, now)
    if one is None or one.most_pressing is None:
        return None
    return one.group.name, one.launch.key, days_words(one.most_pressing)
