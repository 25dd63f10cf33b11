"""Who does triage in which week: reads and commands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.accounts.models import Person
from roadmap.accounts.permissions import permissions_of
from roadmap.errors import Conflict, Invalid
from roadmap.history.service import record
from roadmap.requirements.models import TriageTurn
from roadmap.requirements.service import demand
from roadmap.requirements.waiting import monday
from roadmap.web.i18n import _

WEEKS = 12
_RIGHT = "requirement.triage"


@dataclass(frozen=True)
class Turn:
    """One week from its Monday, and who does triage in it; None for nobody."""

    week: date
    person_id: int | None
    name: str | None


def turns(session: Session, today: date, count: int = WEEKS) -> list[Turn]:
    """Return this week and those that follow, one statement."""
    first = monday(today)
    taken = {
        row.week: (row.person_id, row.name)
        for row in session.execute(
            select(TriageTurn.week, TriageTurn.person_id, Person.name)
            .join(Person, Person.id == TriageTurn.person_id)
            .where(TriageTurn.week >= first, TriageTurn.week < first + timedelta(weeks=count))
        )
    }
    weeks = [first + timedelta(weeks=n) for n in range(count)]
    return [Turn(week, *taken.get(week, (None, None))) for week in weeks]


def on_duty(session: Session, today: date) -> Turn:
    """Return this week's turn."""
    return turns(session, today, 1)[0]


def may_take_turns(session: Session) -> list[tuple[int, str]]:
    """Return (id, name) of active people whose role lets them decide, by name."""
    rows = session.execute(
        select(Person.id, Person.name, Person.roles).where(Person.active).order_by(Person.name)
    )
    return [(row.id, row.name) for row in rows if _RIGHT in permissions_of(row.roles)]


def repeated(people: Sequence[int | None], first: int) -> list[int | None]:
    """Return the people of all weeks with the pattern of the first few said again and again."""
    return [people[place % first] for place in range(len(people))]


def set_turns(
    session: Session,
    actor: Actor | None,
    wanted: Mapping[date, int | None],
    shown: Mapping[date, int | None] | None = None,
) -> int:
    """Set who does triage in the weeks of these Mondays; return how many changed.

    ``shown`` is what the form began with: a week somebody else changed meanwhile raises Conflict.
    """
    demand(actor, _RIGHT)
    stored = {
        row.week: row
        for row in session.scalars(
            select(TriageTurn).where(TriageTurn.week.in_(list(wanted))).with_for_update()
        )
    }
    changed = {
        week: person_id
        for week, person_id in wanted.items()
        if person_id != (stored[week].person_id if week in stored else None)
        and (shown is None or week not in shown or shown[week] != person_id)
    }
    _check_turns(session, changed, stored, shown)
    for week, person_id in sorted(changed.items()):
        _set(session, actor, week, person_id, stored.get(week))
    return len(changed)


def _check_turns(
    session: Session,
    changed: Mapping[date, int | None],
    stored: Mapping[date, TriageTurn],
    shown: Mapping[date, int | None] | None,
) -> None:
    names = dict(may_take_turns(session)) if changed else {}
    for week, person_id in changed.items():
        if week != monday(week) or week < monday(clock.today()):
            raise Invalid.at(field_of(week), _("This week is over, or does not start on a Monday."))
        if person_id is not None and person_id not in names:
            raise Invalid.at(field_of(week), _("Choose somebody whose role lets them decide."))
    theirs = {
        field_of(week): (
            names.get(person_id or 0, ""),
            names.get(stored[week].person_id, "") if week in stored else "",
        )
        for week, person_id in changed.items()
        if shown is not None
        and week in shown
        and shown[week] != (stored[week].person_id if week in stored else None)
    }
    if theirs:
        raise Conflict(_("Somebody changed the rota meanwhile."), theirs)


def field_of(week: date) -> str:
    """Return the name of a week's field in the form."""
    return f"week_{week:%Y%m%d}"


def _set(
    session: Session,
    actor: Actor | None,
    week: date,
    person_id: int | None,
    row: TriageTurn | None,
) -> None:
    author = actor.id if actor is not None else None
    if person_id is None:
        if row is not None:
            session.delete(row)
            record(session, author, row, "triage_turn.cleared")
        return
    if row is None:
        row = TriageTurn(week=week, person_id=person_id)
        session.add(row)
    row.person_id = person_id
    record(session, author, row, "triage_turn.set")


# ---- a leaver's turns ----


def hand_over(session: Session, by: int | None, leaver_id: int, heir_id: int) -> int:
    """Pass the turns to come on and return how many; no right to decide leaves them free."""
    can = heir_id in dict(may_take_turns(session))
    rows = session.scalars(_to_come(leaver_id)).all()
    for row in rows:
        if can:
            row.person_id = heir_id
        else:
            session.delete(row)
        record(session, by, row, "triage_turn.handed_over" if can else "triage_turn.cleared")
    return len(rows)


def count_turns(session: Session, person_id: int) -> int:
    """Return in how many weeks from now on a person does triage."""
    query = select(func.count()).select_from(_to_come(person_id).subquery())
    return session.scalar(query) or 0


def _to_come(person_id: int) -> Select[TriageTurn]:
    return (
        select(TriageTurn)
        .where(TriageTurn.person_id == person_id, TriageTurn.week >= monday(clock.today()))
        .order_by(TriageTurn.week)
    )
