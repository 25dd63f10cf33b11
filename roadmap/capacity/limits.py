"""Commands on what else a launch changes and may cost: handling time, sweeps, budget, harm."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.capacity import values as check
from roadmap.capacity.lanes import require_editable
from roadmap.capacity.models import HandlingChange, LaunchLimit, Sweep
from roadmap.capacity.plans import A_DAY
from roadmap.errors import Invalid, NotFound
from roadmap.launches.access import Asker
from roadmap.launches.checks import MAX_VOLUME
from roadmap.launches.models import Launch, Phase
from roadmap.launches.telling import tell
from roadmap.mechanisms.kinds import HUMAN_KINDS, Grade
from roadmap.mechanisms.models import Mechanism
from roadmap.taxonomy.queries import options
from roadmap.web.i18n import _

MOST_MINOR = 10**15
MOST_SELLERS = 2_000_000_000


def _queue(session: Session, mechanism_id: int | None) -> int:
    found = session.scalar(
        select(Mechanism.id).where(Mechanism.id == mechanism_id, Mechanism.kind.in_(HUMAN_KINDS))
    )
    if found is None:
        raise Invalid.at("mechanism_id", _("Choose the queue that people work."))
    return found


def _own(session: Session, table: Any, launch: Launch, row_id: int) -> Any:
    row = session.get(table, row_id)
    if row is None or row.launch_id != launch.id:
        raise NotFound(_("This was removed meanwhile. Reload the page."))
    return row


# ---- handling time ----


def put_handling_change(
    session: Session,
    actor: Asker | None,
    launch: Launch,
    mechanism_id: int | None,
    handling_seconds: float | None,
    grade: Grade = Grade.ESTIMATED,
) -> HandlingChange:
    """Say how long an item takes on a queue once the launch is live, in seconds."""
    require_editable(actor, launch)
    number = _queue(session, mechanism_id)
    seconds = check.number("handling_seconds", handling_seconds, A_DAY, above=True)
    if seconds is None:
        raise Invalid.at("handling_seconds", _("Say how many seconds an item takes then."))
    row = session.scalar(
        select(HandlingChange).where(
            HandlingChange.launch_id == launch.id, HandlingChange.mechanism_id == number
        )
    )
    if row is None:
        row = HandlingChange(launch_id=launch.id, mechanism_id=number)
        session.add(row)
    row.handling_seconds, row.grade = seconds, check.grade("grade", grade)
    tell(session, actor, launch, "launch.handling_set")
    return row


def remove_handling_change(
    session: Session, actor: Asker | None, launch: Launch, row_id: int
) -> None:
    """Leave handling time on a queue as it is."""
    require_editable(actor, launch)
    session.delete(_own(session, HandlingChange, launch, row_id))
    tell(session, actor, launch, "launch.handling_removed")


# ---- sweeps ----


@dataclass(frozen=True, kw_only=True)
class SweepSpec:
    """Existing listings judged again over some days; ``flagged`` is the share that needs people."""

    mechanism_id: int | None
    listings: float | None
    flagged: float | None
    days: int | None
    from_phase: int = 1
    language: str | None = None
    grade: Grade = Grade.ESTIMATED
    id: int | None = None


def put_sweep(session: Session, actor: Asker | None, launch: Launch, spec: SweepSpec) -> Sweep:
    """Add a sweep, or store the one named by ``id`` anew."""
    require_editable(actor, launch)
    values = _checked_sweep(session, launch, spec)
    if spec.id is None:
        row = Sweep(launch_id=launch.id)
        session.add(row)
    else:
        row = _own(session, Sweep, launch, spec.id)
    for name, value in values.items():
        setattr(row, name, value)
    tell(session, actor, launch, "launch.sweep_set")
    return row


def _checked_sweep(session: Session, launch: Launch, spec: SweepSpec) -> dict[str, object]:
    listings = check.number("listings", spec.listings, MAX_VOLUME)
    if listings is None:
        raise Invalid.at("listings", _("Say how many listings are read again."))
    flagged = check.share("flagged", spec.flagged)
    if flagged is None:
        raise Invalid.at("flagged", _("Say which share of them needs people."))
    days = check.whole("days", spec.days, 1, 3660)
    if days is None:
        raise Invalid.at("days", _("Say over how many days."))
    last = session.scalar(
        select(Phase.position)
        .where(Phase.launch_id == launch.id)
        .order_by(Phase.position.desc())
        .limit(1)
    )
    if not 1 <= spec.from_phase <= (last or 1):
        raise Invalid.at("from_phase", _("There is no phase %(n)s.", n=spec.from_phase))
    if spec.language is not None and ("language", spec.language) not in options(session).names:
        raise Invalid.at("language", _("There is no language %(code)s.", code=spec.language))
    return {
        "mechanism_id": _queue(session, spec.mechanism_id),
        "listings": listings,
        "flagged": flagged,
        "days": days,
        "from_phase": spec.from_phase,
        "language_code": spec.language,
        "grade": check.grade("grade", spec.grade),
    }


def remove_sweep(session: Session, actor: Asker | None, launch: Launch, row_id: int) -> None:
    """Take a sweep away."""
    require_editable(actor, launch)
    session.delete(_own(session, Sweep, launch, row_id))
    tell(session, actor, launch, "launch.sweep_removed")


# ---- budget and harm ----


def limit_of(session: Session, launch_id: int) -> LaunchLimit | None:
    """Return what a launch may cost and do, None if nobody said."""
    return session.scalar(select(LaunchLimit).where(LaunchLimit.launch_id == launch_id))


@dataclass(frozen=True, kw_only=True)
class LimitSpec:
    """Budget in hundredths of ``currency`` for so many days; accepted wrongful actions."""

    budget: int | None = None
    currency: str | None = None
    budget_days: int | None = 30
    active_sellers: int | None = None
    wrongful_per_thousand: float | None = None


def put_limit(session: Session, actor: Asker | None, launch: Launch, spec: LimitSpec) -> None:
    """Store the limits of a launch; all left empty takes them away."""
    require_editable(actor, launch)
    values: dict[str, Any] = {
        "budget": check.whole("budget", spec.budget, 1, MOST_MINOR),
        "currency": check.currency("currency", spec.currency),
        "budget_days": check.whole("budget_days", spec.budget_days, 1, 3660) or 30,
        "active_sellers": check.whole("active_sellers", spec.active_sellers, 1, MOST_SELLERS),
        "wrongful_per_thousand": check.number(
            "wrongful_per_thousand", spec.wrongful_per_thousand, 1000.0
        ),
    }
    if values["budget"] is not None and values["currency"] is None:
        raise Invalid.at("currency", _("A budget needs its currency."))
    if values["wrongful_per_thousand"] is not None and values["active_sellers"] is None:
        raise Invalid.at(
            "active_sellers", _("Say how many sellers are active: the limit is per 1,000 of them.")
        )
    row = limit_of(session, launch.id)
    if values["budget"] is None and values["active_sellers"] is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(LaunchLimit(launch_id=launch.id, **values))
    else:
        for name, value in values.items():
            setattr(row, name, value)
    tell(session, actor, launch, "launch.limits_set")
