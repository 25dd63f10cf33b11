"""Reads of gates: their votes and members, the calendars of groups, who has how much to do."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from roadmap.accounts.models import Person
from roadmap.errors import NotFound
from roadmap.launches.access import Asker, get_launch, visible
from roadmap.launches.checks import ENDED
from roadmap.launches.models import Launch
from roadmap.readiness.gate_clock import Clocks, WorkCalendar, clocks
from roadmap.readiness.gate_models import (
    Gate,
    GateReview,
    GateVote,
    ReviewGroup,
    ReviewMember,
    ReviewTurn,
)
from roadmap.readiness.gate_rota import monday_of
from roadmap.readiness.gate_rules import Cast, GateStanding, gate_standing
from roadmap.taxonomy.models import CalendarDay
from roadmap.web.i18n import _

# Holidays further away than this touch no clock that is shown.
_AROUND = timedelta(days=400)


@dataclass(frozen=True)
class GateState:
    """A gate with its votes, the present members of its groups, and where it stands."""

    gate: Gate
    votes: tuple[Cast, ...]
    members: Mapping[int, tuple[int, ...]]

    @property
    def standing(self) -> GateStanding:
        """Return where the gate stands now."""
        return gate_standing(
            self.gate.rule,
            self.gate.needed,
            self.members,
            self.votes,
            self_certify=self.gate.self_certify,
        )


def cast_of(row: GateVote) -> Cast:
    """Return a stored vote as the rules take it."""
    return Cast(
        id=row.id,
        group_id=row.group_id,
        person_id=row.person_id,
        vote=row.vote,
        at=row.at,
        takes_over=row.takes_over_id,
    )


def get_gate(session: Session, actor: Asker | None, gate_id: int) -> tuple[Launch, Gate]:
    """Load a gate with its launch; one of a launch the actor may not know of is not found."""
    gate = session.scalar(
        select(Gate).where(Gate.id == gate_id).options(selectinload(Gate.reviews))
    )
    if gate is None:
        raise NotFound(_("There is no such gate."))
    return get_launch(session, actor, gate.launch_id), gate


def gates_of(session: Session, launch_id: int) -> list[Gate]:
    """Return the gates of a launch with their reviews, in order."""
    query = select(Gate).where(Gate.launch_id == launch_id).options(selectinload(Gate.reviews))
    return list(session.scalars(query.order_by(Gate.position, Gate.id)))


def votes_of(session: Session, gate_ids: Collection[int]) -> dict[int, list[GateVote]]:
    """Return every vote on some gates, by gate, in the order given; one statement."""
    found: dict[int, list[GateVote]] = defaultdict(list)
    if gate_ids:
        query = select(GateVote).where(GateVote.gate_id.in_(sorted(gate_ids)))
        for row in session.scalars(query.order_by(GateVote.at, GateVote.id)):
            found[row.gate_id].append(row)
    return found


def members_of(session: Session, group_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Return who may vote for some groups now: active people of active groups; one statement."""
    found: dict[int, list[int]] = {group_id: [] for group_id in group_ids}
    if group_ids:
        query = (
            select(ReviewMember.group_id, ReviewMember.person_id)
            .join(Person, Person.id == ReviewMember.person_id)
            .join(ReviewGroup, ReviewGroup.id == ReviewMember.group_id)
            .where(ReviewMember.group_id.in_(sorted(group_ids)), Person.active, ReviewGroup.active)
            .order_by(ReviewMember.group_id, ReviewMember.person_id)
        )
        for group_id, person_id in session.execute(query):
            found[group_id].append(person_id)
    return {group_id: tuple(people) for group_id, people in found.items()}


def state_of(session: Session, gate: Gate) -> GateState:
    """Return a gate with everything its rule needs, two statements."""
    votes = votes_of(session, [gate.id])[gate.id]
    members = members_of(session, {review.group_id for review in gate.reviews})
    return GateState(gate, tuple(cast_of(v) for v in votes), members)


def groups_of(session: Session, person_id: int) -> list[int]:
    """Return the active groups a person reviews for."""
    query = (
        select(ReviewMember.group_id)
        .join(ReviewGroup, ReviewGroup.id == ReviewMember.group_id)
        .where(ReviewMember.person_id == person_id, ReviewGroup.active)
        .order_by(ReviewMember.group_id)
    )
    return list(session.scalars(query))


def open_reviews(session: Session, people: Collection[int]) -> dict[int, int]:
    """Return how many reviews each person has that are open, those that wait for owners too."""
    if not people:
        return {}
    query = (
        select(GateReview.assignee_id, func.count())
        .where(GateReview.assignee_id.in_(sorted(people)), GateReview.asked_at.is_not(None))
        .group_by(GateReview.assignee_id)
    )
    return {person: count for person, count in session.execute(query) if person is not None}


def turn_of(session: Session, group_id: int, today: date) -> int | None:
    """Return whose week it is in a group, None if nobody is named."""
    return session.scalar(
        select(ReviewTurn.person_id).where(
            ReviewTurn.group_id == group_id, ReviewTurn.week == monday_of(today)
        )
    )


def calendars(
    session: Session, groups: Collection[ReviewGroup], now: datetime
) -> dict[int, WorkCalendar]:
    """Return the working days of groups by id: weekends and their market's holidays left out."""
    if not groups:
        return {}
    first, last = now.date() - _AROUND, now.date() + _AROUND
    markets = {group.market_code for group in groups} - {None}
    query = select(CalendarDay.market_code, CalendarDay.starts_on, CalendarDay.ends_on).where(
        CalendarDay.kind == "holiday",
        CalendarDay.ends_on >= first,
        CalendarDay.starts_on <= last,
        CalendarDay.market_code.is_(None) | CalendarDay.market_code.in_(sorted(markets, key=str)),
    )
    days: dict[str | None, set[date]] = defaultdict(set)
    for market, starts_on, ends_on in session.execute(query):
        day = max(starts_on, first)
        while day <= min(ends_on, last):
            days[market].add(day)
            day += timedelta(days=1)
    return {
        group.id: WorkCalendar(
            group.time_zone, frozenset(days[None] | days.get(group.market_code, set()))
        )
        for group in groups
    }


def clocks_of(
    group: ReviewGroup, votes: Collection[Cast], calendar: WorkCalendar, now: datetime
) -> Clocks:
    """Return both clocks of a group's review."""
    return clocks(
        votes,
        group.id,
        now,
        respond_days=group.respond_days,
        resolve_days=group.resolve_days,
        calendar=calendar,
    )


@dataclass(frozen=True)
class OpenReview:
    """A review whose group is awaited, with its launch, gate, group and votes."""

    review: GateReview
    gate: Gate
    launch: Launch
    group: ReviewGroup
    votes: tuple[Cast, ...]
    clocks: Clocks

    @property
    def most_pressing(self) -> int | None:
        """Return the days left on the clock that runs out first; None while paused."""
        running = [c.left for c in (self.clocks.respond, self.clocks.resolve) if c and not c.paused]
        return min(running, default=None)


def waiting(
    session: Session,
    actor: Asker | None,
    now: datetime,
    *,
    group_ids: Collection[int] | None = None,
    assignee_id: int | None = None,
    running_only: bool = False,
    limit: int = 500,
) -> list[OpenReview]:
    """Return open reviews of launches the actor may see, the longest asked first.

    Three statements. ``running_only`` leaves out those that wait for their owner.
    """
    query = (
        select(GateReview, Gate, Launch, ReviewGroup)
        .join(Gate, Gate.id == GateReview.gate_id)
        .join(Launch, Launch.id == GateReview.launch_id)
        .join(ReviewGroup, ReviewGroup.id == GateReview.group_id)
        .where(GateReview.asked_at.is_not(None), Launch.state.not_in(sorted(ENDED)))
        .order_by(GateReview.asked_at, GateReview.id)
        .limit(limit)
    )
    if group_ids is not None:
        query = query.where(GateReview.group_id.in_(sorted(group_ids)))
    if assignee_id is not None:
        query = query.where(GateReview.assignee_id == assignee_id)
    if running_only:
        query = query.where(GateReview.paused.is_(False))
    rows = session.execute(visible(query, actor)).all()
    votes = votes_of(session, {gate.id for _review, gate, _launch, _group in rows})
    groups = {group.id: group for _review, _gate, _launch, group in rows}
    days = calendars(session, list(groups.values()), now)
    found = []
    for review, gate, launch, group in rows:
        cast = tuple(cast_of(vote) for vote in votes[gate.id])
        running = clocks_of(group, cast, days[group.id], now)
        found.append(OpenReview(review, gate, launch, group, cast, running))
    return found


def longest_waiting(session: Session, actor: Asker | None, now: datetime) -> OpenReview | None:
    """Return the review that is most overdue among the fifty asked for first; None if none is."""
    late = [
        one
        for one in waiting(session, actor, now, running_only=True, limit=50)
        if (left := one.most_pressing) is not None and left < 0
    ]
    return min(late, key=lambda one: (one.most_pressing or 0, one.review.id), default=None)
