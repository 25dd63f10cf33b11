"""Commands on review groups: their clocks and calendars, members, turns, a set to start from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.errors import Invalid, NotFound
from roadmap.events import publish
from roadmap.history.service import record
from roadmap.launches.access import Asker
from roadmap.launches.checks import require_person
from roadmap.launches.events import LaunchChanged
from roadmap.launches.models import Launch
from roadmap.launches.telling import actor_id
from roadmap.readiness.gate_models import GateReview, ReviewGroup, ReviewMember, ReviewTurn
from roadmap.readiness.gate_rota import monday_of
from roadmap.taxonomy.models import Market
from roadmap.web.i18n import _
from roadmap.wording import N_

NAME_LENGTH = 120
# Longer is no clock anybody would keep.
MOST_DAYS = 60
# Weeks ahead that turns may be set for.
WEEKS_AHEAD = 52
# What most organisations have; nobody is in them until somebody says so.
STANDARD_GROUPS: tuple[tuple[str, str], ...] = (
    ("policy-legal", N_("Policy & Legal")),
    ("ts-operations", N_("Trust & Safety operations")),
    ("quality", N_("Quality control")),
    ("data-science", N_("Data Science")),
    ("engineering", N_("Engineering")),
    ("finance", N_("Finance")),
    ("regional", N_("Regional")),
)


@dataclass(frozen=True, kw_only=True)
class GroupInput:
    """A review group as typed; days are working days in its zone and its market's calendar."""

    name: str
    time_zone: str = "UTC"
    market_code: str | None = None
    respond_days: int = 2
    resolve_days: int = 5
    active: bool = True


def all_groups(session: Session) -> Sequence[ReviewGroup]:
    """Return every review group with its members, active ones first, by name."""
    query = select(ReviewGroup).options(selectinload(ReviewGroup.members))
    return session.scalars(
        query.order_by(ReviewGroup.active.desc(), ReviewGroup.name, ReviewGroup.id)
    ).all()


def get_group(session: Session, code: str) -> ReviewGroup:
    """Load a review group with its members and turns by its code."""
    group = session.scalar(
        select(ReviewGroup)
        .where(ReviewGroup.code == code)
        .options(selectinload(ReviewGroup.members), selectinload(ReviewGroup.turns))
        .execution_options(populate_existing=True)
    )
    if group is None:
        raise NotFound(_("There is no such review group."))
    return group


def create_group(session: Session, actor: Asker | None, said: GroupInput) -> ReviewGroup:
    """Store a review group without members."""
    group = ReviewGroup(code=free_code(session, ReviewGroup, said.name), members=[], turns=[])
    _fill(session, group, said)
    session.add(group)
    session.flush()
    record(session, actor_id(actor), group, "review_group.created")
    return group


def edit_group(session: Session, actor: Asker | None, group: ReviewGroup, said: GroupInput) -> None:
    """Change what a group is called, when it works and how long it takes."""
    _fill(session, group, said)
    record(session, actor_id(actor), group, "review_group.edited")


def _fill(session: Session, group: ReviewGroup, said: GroupInput) -> None:
    group.name = clean_name(said.name)
    if said.time_zone not in clock.time_zones():
        raise Invalid.at("time_zone", _("Choose a time zone of the list, as in Europe/Berlin."))
    group.time_zone = said.time_zone
    if said.market_code is not None and session.get(Market, said.market_code) is None:
        raise Invalid.at("market_code", _("Choose a market of the list."))
    group.market_code = said.market_code
    if not 1 <= said.respond_days <= MOST_DAYS:
        raise Invalid.at("respond_days", _("Give 1 to 60 working days."))
    if not said.respond_days <= said.resolve_days <= MOST_DAYS:
        raise Invalid.at(
            "resolve_days", _("Give at least as many working days as for the first word, up to 60.")
        )
    group.respond_days, group.resolve_days = said.respond_days, said.resolve_days
    group.active = said.active


def clean_name(text: str) -> str:
    """Return a trimmed name; an empty or over-long one is refused."""
    name = text.strip()
    if not name:
        raise Invalid.at("name", _("Give it a name."))
    if len(name) > NAME_LENGTH:
        raise Invalid.at("name", _("Shorten the name to 120 characters."))
    return name


def free_code(session: Session, kind: type[ReviewGroup] | type, name: str) -> str:
    """Return a code made of a name that no row of the table has yet."""
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:30] or "group"
    column = kind.code  # type: ignore[union-attr]
    taken = set(session.scalars(select(column).where(column.startswith(base, autoescape=True))))
    code, number = base, 2
    while code in taken:
        code, number = f"{base}-{number}", number + 1
    return code


def missing_standard(session: Session) -> list[tuple[str, str]]:
    """Return (code, name) of the proposed groups that are not there yet."""
    known = set(session.scalars(select(ReviewGroup.code)))
    return [(code, name) for code, name in STANDARD_GROUPS if code not in known]


def add_standard(session: Session, actor: Asker | None) -> int:
    """Store the proposed groups that are missing, without members; return how many."""
    missing = missing_standard(session)
    for code, name in missing:
        group = ReviewGroup(code=code, name=_(name), members=[], turns=[])
        session.add(group)
        session.flush()
        record(session, actor_id(actor), group, "review_group.created")
    return len(missing)


# ---- members ----


def set_member(
    session: Session,
    actor: Asker | None,
    group: ReviewGroup,
    person_id: int | None,
    *,
    lead: bool = False,
) -> None:
    """Add a member or change whether they lead; their votes count from now on."""
    if require_person(session, person_id, "person_id") is None:
        raise Invalid.at("person_id", _("Choose a person."))
    known = next((m for m in group.members if m.person_id == person_id), None)
    if known is None:
        group.members.append(ReviewMember(group_id=group.id, person_id=person_id, lead=lead))
    else:
        known.lead = lead
    session.flush()
    record(session, actor_id(actor), group, "review_group.members_changed")


def remove_member(
    session: Session, actor: Asker | None, group: ReviewGroup, person_id: int
) -> None:
    """Take a person out of a group: approvals they gave stop counting, denials stand.

    Open reviews of theirs wait for the group again, and their turns to come are given up.
    """
    known = next((m for m in group.members if m.person_id == person_id), None)
    if known is None:
        raise NotFound(_("This person is not in the group."))
    group.members.remove(known)
    this_week = monday_of(clock.today())
    for turn in [t for t in group.turns if t.person_id == person_id and t.week >= this_week]:
        group.turns.remove(turn)
    session.flush()
    record(session, actor_id(actor), group, "review_group.members_changed")
    pass_on(session, actor_id(actor), person_id, None, group.id)


def pass_on(
    session: Session,
    by_id: int | None,
    from_id: int,
    to_id: int | None,
    group_id: int | None = None,
) -> int:
    """Give a person's open reviews to another member of each group, else back to the group.

    ``group_id`` limits it to one group. Returns how many.
    """
    query = select(GateReview).where(
        GateReview.assignee_id == from_id, GateReview.asked_at.is_not(None)
    )
    if group_id is not None:
        query = query.where(GateReview.group_id == group_id)
    rows = session.scalars(query.order_by(GateReview.launch_id, GateReview.id)).all()
    mine = select(ReviewMember.group_id).where(ReviewMember.person_id == to_id)
    groups = set(session.scalars(mine)) if rows and to_id is not None else set()
    for row in rows:
        row.assignee_id = to_id if row.group_id in groups else None
    ids = sorted({row.launch_id for row in rows})
    for launch in session.scalars(select(Launch).where(Launch.id.in_(ids)).order_by(Launch.id)):
        record(session, by_id, launch, "gate.assigned")
        publish(session, LaunchChanged(launch.id, by_id, "gate.assigned"))
    return len(rows)


def open_of(session: Session, person_id: int) -> int:
    """Return how many open reviews a person has."""
    query = select(func.count()).where(
        GateReview.assignee_id == person_id, GateReview.asked_at.is_not(None)
    )
    return session.scalar(query) or 0


# ---- turns ----


def set_turn(
    session: Session, actor: Asker | None, group: ReviewGroup, day: date, person_id: int | None
) -> None:
    """Name who takes what comes in during the week of a day; None gives the week up."""
    week = monday_of(day)
    today = monday_of(clock.today())
    if not today <= week <= today + timedelta(weeks=WEEKS_AHEAD):
        raise Invalid.at("week", _("Choose a week from this one to a year ahead."))
    if person_id is not None and person_id not in {m.person_id for m in group.members}:
        raise Invalid.at("turn_person_id", _("Choose a member of the group."))
    row = next((t for t in group.turns if t.week == week), None)
    if person_id is None:
        if row is not None:
            group.turns.remove(row)
    elif row is None:
        group.turns.append(ReviewTurn(group_id=group.id, week=week, person_id=person_id))
    else:
        row.person_id = person_id
    session.flush()
    record(session, actor_id(actor), group, "review_group.turns_changed")


def weeks_ahead(group: ReviewGroup, count: int = 8) -> list[tuple[date, int | None]]:
    """Return the coming weeks with whose turn it is."""
    first = monday_of(clock.today())
    turns = {turn.week: turn.person_id for turn in group.turns}
    weeks = [first + timedelta(weeks=number) for number in range(count)]
    return [(week, turns.get(week)) for week in weeks]


# ---- what hangs on a group ----


def reviewed_by(group_id: int) -> Select[int]:
    """Select the launches whose gates a group reviews."""
    return select(GateReview.launch_id).where(GateReview.group_id == group_id)


def reviewed_by_person(person_id: int) -> Select[int]:
    """Select the launches whose gates a person may have a say in."""
    groups = select(ReviewMember.group_id).where(ReviewMember.person_id == person_id)
    return select(GateReview.launch_id).where(GateReview.group_id.in_(groups))


def open_by_group(session: Session) -> dict[int, int]:
    """Return how many reviews of each group are open; one statement."""
    query = (
        select(GateReview.group_id, func.count())
        .where(GateReview.asked_at.is_not(None))
        .group_by(GateReview.group_id)
    )
    return dict(session.execute(query).all())


def member_names(session: Session, group: ReviewGroup) -> list[tuple[ReviewMember, str, bool]]:
    """Return the members with their name and whether they can still sign in, leads first."""
    ids = [member.person_id for member in group.members]
    rows = session.execute(select(Person.id, Person.name, Person.active).where(Person.id.in_(ids)))
    people = {row.id: (row.name, row.active) for row in rows}
    found = [(member, *people[member.person_id]) for member in group.members]
    return sorted(found, key=lambda one: (not one[0].lead, one[1]))
