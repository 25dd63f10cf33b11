"""Commands on the roster of a queue: add, edit, end a shift, copy a week, take many at once."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.capacity import values as check_values
from roadmap.capacity.models import QueueShift
from roadmap.capacity.plans import require_people
from roadmap.capacity.roster import DAY_MINUTES, Shift, check
from roadmap.errors import Invalid, NotFound
from roadmap.mechanisms.models import Mechanism, Site
from roadmap.mechanisms.queries import authorise
from roadmap.mechanisms.service import told
from roadmap.taxonomy.queries import options
from roadmap.web.i18n import _

MOST_HEADS = 100_000.0
MOST_SHIFTS = 5_000
WEEK = timedelta(days=7)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftSpec:
    """Heads working the same hours on some weekdays of a stretch of days, both included.

    ``starts`` and ``ends`` are minutes from local midnight, an end not after the start lies on the
    next day; ``weekdays`` 0 for Monday; ``present`` None takes the queue's in-shift shrinkage.
    """

    first_day: date
    last_day: date
    starts: int
    ends: int
    rostered: float
    present: float | None = None
    ramp: float = 1.0
    weekdays: Collection[int] = field(default_factory=lambda: tuple(range(7)))
    languages: Collection[str] = ()
    site_id: int | None = None


COLUMNS = tuple(ShiftSpec.__dataclass_fields__)


def shifts_of(session: Session, mechanism_id: int) -> Sequence[QueueShift]:
    """Return the roster of a queue, the earliest hours first, one statement."""
    return session.scalars(
        select(QueueShift)
        .where(QueueShift.mechanism_id == mechanism_id)
        .order_by(QueueShift.starts, QueueShift.first_day, QueueShift.id)
    ).all()


def find_shift(session: Session, mechanism: Mechanism, shift_id: int) -> QueueShift:
    """Return a shift of a queue, or raise NotFound."""
    found = session.get(QueueShift, shift_id)
    if found is None or found.mechanism_id != mechanism.id:
        raise NotFound(_("This shift was removed meanwhile. Reload the page."))
    return found


def add_shifts(
    session: Session,
    actor: Actor | None,
    mechanism: Mechanism,
    specs: Iterable[ShiftSpec],
    *,
    replace_running: bool = False,
) -> list[QueueShift]:
    """Store shifts, all or none, and return them; overlapping ones add up.

    ``replace_running`` first ends what else is rostered on the days of the new ones.
    """
    authorise(actor, mechanism)
    require_people(mechanism)
    wanted = [checked(session, spec) for spec in specs]
    held = list(shifts_of(session, mechanism.id))
    if replace_running and wanted:
        _clear(session, held, min(s.first_day for s in wanted), max(s.last_day for s in wanted))
    if len(held) + len(wanted) > MOST_SHIFTS:
        raise Invalid(_("A queue has at most %(most)s shifts. End old ones.", most=MOST_SHIFTS))
    rows = [QueueShift(mechanism_id=mechanism.id, **_columns(spec)) for spec in wanted]
    session.add_all(rows)
    told(session, actor, mechanism, "mechanism.roster_changed")
    return rows


def _clear(session: Session, held: Iterable[QueueShift], first: date, last: date) -> None:
    """Take the days from first to last out of what is rostered; what goes on later stays."""
    for row in held:
        if row.last_day < first or row.first_day > last:
            continue
        if row.last_day > last:
            rest = {name: getattr(row, name) for name in COLUMNS} | {"first_day": last + DAY}
            if row.first_day < first:
                session.add(QueueShift(mechanism_id=row.mechanism_id, **rest))
            else:
                row.first_day = last + DAY
                continue
        if row.first_day < first:
            row.last_day = first - DAY
        else:
            session.delete(row)


def edit_shift(
    session: Session,
    actor: Actor | None,
    mechanism: Mechanism,
    shift_id: int,
    spec: ShiftSpec,
    from_day: date | None = None,
) -> QueueShift:
    """Change a shift and return it; with ``from_day`` what was rostered before that day stays."""
    authorise(actor, mechanism)
    row = find_shift(session, mechanism, shift_id)
    if from_day is not None and from_day > row.first_day:
        if not row.first_day < from_day <= row.last_day:
            raise Invalid.at("from_day", _("Use a day on which this shift is rostered."))
        later = replace(spec, first_day=max(spec.first_day, from_day))
        new = QueueShift(mechanism_id=mechanism.id, **_columns(checked(session, later)))
        row.last_day = from_day - DAY
        session.add(new)
        row = new
    else:
        for name, value in _columns(checked(session, spec)).items():
            setattr(row, name, value)
    told(session, actor, mechanism, "mechanism.roster_changed")
    return row


def end_shift(
    session: Session, actor: Actor | None, mechanism: Mechanism, shift_id: int, last_day: date
) -> None:
    """Let a shift end with a day; one that had not begun by then is removed."""
    authorise(actor, mechanism)
    row = find_shift(session, mechanism, shift_id)
    if check_values.day("last_day", last_day) > row.last_day:
        raise Invalid.at("last_day", _("It ends before that day already."))
    if last_day < row.first_day:
        session.delete(row)
    else:
        row.last_day = last_day
    told(session, actor, mechanism, "mechanism.roster_changed")


def remove_shift(
    session: Session, actor: Actor | None, mechanism: Mechanism, shift_id: int
) -> None:
    """Remove a shift as if it had never been rostered; the history keeps it."""
    authorise(actor, mechanism)
    session.delete(find_shift(session, mechanism, shift_id))
    told(session, actor, mechanism, "mechanism.roster_changed")


def copy_last_week(
    session: Session, actor: Actor | None, mechanism: Mechanism, monday: date
) -> int:
    """Roster a week like the one before it and return how many shifts go on.

    A shift that ends with the week before goes on; one that ended within it begins again; one that
    covers the week already is left alone.
    """
    authorise(actor, mechanism)
    require_people(mechanism)
    monday = check_values.day("week", monday)
    monday -= timedelta(days=monday.weekday())
    before, sunday = monday - WEEK, monday + 6 * DAY
    count = 0
    for row in shifts_of(session, mechanism.id):
        if row.first_day >= monday or row.last_day < before or row.last_day >= sunday:
            continue
        count += 1
        if row.last_day >= monday - DAY:
            row.last_day = sunday
        else:
            again = {name: getattr(row, name) for name in COLUMNS}
            again |= {"first_day": monday, "last_day": sunday}
            session.add(QueueShift(mechanism_id=mechanism.id, **again))
    if not count:
        raise Invalid.at(
            "week",
            _("Nothing to copy: no shift of the week before that does not run this week already."),
        )
    told(session, actor, mechanism, "mechanism.week_copied")
    return count


def overlaps(rows: Iterable[QueueShift], new: Collection[QueueShift]) -> int:
    """Return how many other shifts work at some hour of the new ones: their heads add up."""
    ids = {row.id for row in new}
    others = [row for row in rows if row.id not in ids]
    return sum(any(_meet(one, row) for row in new) for one in others)


def _meet(one: QueueShift, other: QueueShift) -> bool:
    if one.last_day < other.first_day or other.last_day < one.first_day:
        return False
    return bool(set(_minutes(one)) & set(_minutes(other)))


def _minutes(row: QueueShift) -> Iterable[int]:
    """Yield the quarters of an hour of a week in which a shift works."""
    length = row.ends - row.starts
    length = length if length > 0 else length + DAY_MINUTES
    for weekday in row.weekdays:
        start = weekday * DAY_MINUTES + row.starts
        for minute in range(start, start + length, 15):
            yield minute % (7 * DAY_MINUTES) // 15


def _columns(spec: ShiftSpec) -> dict[str, object]:
    values = {name: getattr(spec, name) for name in COLUMNS}
    return values | {"weekdays": sorted(spec.weekdays), "languages": sorted(spec.languages)}


def checked(session: Session, spec: ShiftSpec) -> ShiftSpec:
    """Return the shift with its numbers as stored, or raise Invalid at what cannot be worked."""
    check_values.day("first_day", spec.first_day)
    check_values.day("last_day", spec.last_day)
    if spec.last_day < spec.first_day:
        raise Invalid.at("last_day", _("A shift's last day lies before its first."))
    rostered = check_values.number("rostered", spec.rostered, MOST_HEADS)
    if rostered is None:
        raise Invalid.at("rostered", _("Say how many heads are rostered; 0 is a number."))
    present = check_values.number("present", spec.present, MOST_HEADS)
    if present is not None and present > rostered:
        raise Invalid.at(
            "present",
            _("More heads are on duty than rostered: the roster is the larger number."),
        )
    ramp = check_values.share("ramp", spec.ramp)
    weekdays = sorted(set(spec.weekdays))
    if not weekdays or not set(weekdays) <= set(range(7)):
        raise Invalid.at("weekdays", _("Choose at least one day of the week."))
    _check_names(session, spec)
    good = replace(
        spec,
        rostered=rostered,
        present=present,
        ramp=1.0 if ramp is None else ramp,
        weekdays=weekdays,
        languages=sorted(set(spec.languages)),
    )
    with check_values.refused_at("starts"):
        check(_plain(good))
    return good


def _plain(spec: ShiftSpec) -> Shift:
    return Shift(
        first=spec.first_day,
        last=spec.last_day,
        weekdays=frozenset(spec.weekdays),
        starts=spec.starts,
        ends=spec.ends,
        zone="UTC",
        rostered=spec.rostered,
        present=spec.present,
        ramp=spec.ramp,
    )


def _check_names(session: Session, spec: ShiftSpec) -> None:
    names = options(session).names
    for code in spec.languages:
        if ("language", code) not in names:
            raise Invalid.at("languages", _("There is no language %(code)s.", code=code))
    known = select(Site.id).where(Site.id == spec.site_id)
    if spec.site_id is not None and session.scalar(known) is None:
        raise Invalid.at("site_id", _("There is no such site."))
