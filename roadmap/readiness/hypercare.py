"""Commands and reads of hypercare: guard metrics, their readings, the watched days."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.launches.access import Asker, get_launch, may_edit, may_read
from roadmap.launches.checks import plausible_day, require_open, require_person
from roadmap.launches.models import Launch, Phase
from roadmap.launches.telling import tell
from roadmap.readiness.decision_models import Guard, GuardReading, Hypercare
from roadmap.web.i18n import _

LONGEST_DAYS = 180
OLDEST_READING = timedelta(days=400)


@dataclass(frozen=True, kw_only=True)
class GuardSpec:
    """A guard metric as typed; it is breached above ``limit``, or below it if ``floor``."""

    name: str
    limit: float
    unit: str = ""
    floor: bool = False
    max_age_hours: float = 24.0
    owner_id: int | None = None


def _may_edit(actor: Asker, launch: Launch) -> None:
    if not may_edit(actor, launch):
        raise Forbidden(_("Only the launch's owner or a program manager may change this."))


def _phase(session: Session, launch: Launch, position: int) -> Phase:
    phase = session.scalar(
        select(Phase).where(Phase.launch_id == launch.id, Phase.position == position)
    )
    if phase is None:
        raise NotFound(_("This launch has no phase %(position)s.", position=position))
    return phase


def _check(session: Session, launch: Launch, spec: GuardSpec) -> None:
    if not spec.name.strip() or len(spec.name.strip()) > 160:
        raise Invalid.at("name", _("Name the metric, in at most 160 characters."))
    if not math.isfinite(spec.limit):
        raise Invalid.at("limit", _("Give the limit as a number."))
    if not math.isfinite(spec.max_age_hours) or not 0 < spec.max_age_hours <= 24 * 31:
        raise Invalid.at("max_age_hours", _("A reading may be up to 744 hours old."))
    require_person(session, spec.owner_id, "owner_id")
    if spec.owner_id is not None and not may_read(session, launch, spec.owner_id):
        raise Invalid.at(
            "owner_id", _("This launch is confidential. Add the person to its readers first.")
        )


def add_guard(
    session: Session, actor: Asker, launch: Launch, position: int, spec: GuardSpec
) -> Guard:
    """Watch a metric in the hypercare of a phase."""
    require_open(launch)
    _may_edit(actor, launch)
    _phase(session, launch, position)
    _check(session, launch, spec)
    same = select(Guard.id).where(
        Guard.launch_id == launch.id,
        Guard.phase_position == position,
        Guard.name == spec.name.strip(),
    )
    if session.scalar(same) is not None:
        raise Invalid.at("name", _("This phase has a guard metric of that name already."))
    guard = Guard(
        launch_id=launch.id,
        phase_position=position,
        name=spec.name.strip(),
        unit=spec.unit.strip()[:40],
        limit=spec.limit,
        floor=spec.floor,
        max_age_hours=spec.max_age_hours,
        owner_id=spec.owner_id,
    )
    session.add(guard)
    tell(session, actor, launch, "guard.added")
    return guard


def get_guard(
    session: Session, actor: Asker | None, key: str, guard_id: int
) -> tuple[Launch, Guard]:
    """Load a guard metric with its launch, or raise NotFound."""
    launch = get_launch(session, actor, key)
    guard = session.get(Guard, guard_id)
    if guard is None or guard.launch_id != launch.id:
        raise NotFound(_("There is no such guard metric."))
    return launch, guard


def read_guard(
    session: Session,
    actor: Asker,
    launch: Launch,
    guard: Guard,
    *,
    value: float,
    observed_at: datetime,
    note: str = "",
) -> GuardReading:
    """Record a reading of a guard metric: its owner, or who may edit the launch."""
    if actor.id != guard.owner_id:
        _may_edit(actor, launch)
    now = clock.now()
    if not math.isfinite(value):
        raise Invalid.at("value", _("Give the reading as a number."))
    if not now - OLDEST_READING <= observed_at <= now:
        raise Invalid.at("observed_at", _("A reading lies in the past, at most 400 days back."))
    reading = GuardReading(
        launch_id=launch.id,
        guard_id=guard.id,
        value=value,
        observed_at=observed_at,
        recorded_at=now,
        recorded_by=actor.id,
        note=note.strip()[:300],
    )
    session.add(reading)
    tell(session, actor, launch, "guard.read")
    return reading


def set_watch(
    session: Session,
    actor: Asker,
    launch: Launch,
    position: int,
    *,
    owner_id: int | None,
    days: int,
    until: date | None = None,
    reason: str = "",
) -> Hypercare:
    """Say who watches a phase and how long; cutting short a running watch needs a reason."""
    require_open(launch)
    _may_edit(actor, launch)
    _phase(session, launch, position)
    require_person(session, owner_id, "owner_id")
    if owner_id is not None and not may_read(session, launch, owner_id):
        raise Invalid.at(
            "owner_id", _("This launch is confidential. Add the person to its readers first.")
        )
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid.at("days", _("Watch 1 to 180 days."))
    plausible_day(until, "until")
    query = select(Hypercare).where(
        Hypercare.launch_id == launch.id, Hypercare.phase_position == position
    )
    care = session.scalar(query)
    if care is None:
        care = Hypercare(launch_id=launch.id, phase_position=position)
        session.add(care)
    if care.until is not None and until is not None and until < care.until and not reason.strip():
        raise Invalid.at("reason", _("The watch would end earlier. Say why."))
    care.owner_id, care.days = owner_id, days
    if care.until is not None and until is not None:
        care.until = until
    tell(session, actor, launch, "hypercare.set", reason.strip())
    return care


def hypercare_of(session: Session, launch_id: int) -> dict[int, Hypercare]:
    """Return the watches of a launch by phase position."""
    query = select(Hypercare).where(Hypercare.launch_id == launch_id)
    return {care.phase_position: care for care in session.scalars(query)}


def guards_of(session: Session, launch_id: int) -> Sequence[Guard]:
    """Return the guard metrics of a launch, by phase."""
    query = select(Guard).where(Guard.launch_id == launch_id)
    return session.scalars(query.order_by(Guard.phase_position, Guard.id)).all()


def readings_of(
    session: Session, launch_id: int, limit: int = 400
) -> dict[int, list[GuardReading]]:
    """Return the newest readings of a launch by guard, the newest first."""
    query = (
        select(GuardReading)
        .where(GuardReading.launch_id == launch_id)
        .order_by(GuardReading.observed_at.desc(), GuardReading.id.desc())
        .limit(limit)
    )
    found: dict[int, list[GuardReading]] = {}
    for reading in session.scalars(query):
        found.setdefault(reading.guard_id, []).append(reading)
    return found
