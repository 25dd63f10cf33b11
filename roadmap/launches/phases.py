"""Commands on the phases of a launch: their shares, order and dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sqlalchemy.orm import Session

from roadmap.errors import Invalid
from roadmap.launches.access import Asker
from roadmap.launches.checks import plausible_day, require_open, say
from roadmap.launches.kinds import PhaseState
from roadmap.launches.lifecycle import phases_of
from roadmap.launches.models import Launch, Phase
from roadmap.launches.rules import shares_problem
from roadmap.launches.telling import tell
from roadmap.requirements.rules import DatePrecision
from roadmap.web.i18n import _

NAME_LENGTH = 80


@dataclass(frozen=True, kw_only=True)
class PhaseSpec:
    """One ramp step as typed; ``share`` of the traffic is 0..1, ``id`` names an existing phase."""

    name: str
    share: float
    starts_on: date | None = None
    precision: DatePrecision = DatePrecision.DAY
    id: int | None = None


def _check_order(specs: Sequence[PhaseSpec], launch: Launch) -> None:
    problem = shares_problem([spec.share for spec in specs])
    if problem is not None:
        raise Invalid.at("share", say(problem))
    for spec in specs:
        if not spec.name.strip() or len(spec.name.strip()) > NAME_LENGTH:
            raise Invalid.at("name", _("Give every phase a name of at most 80 characters."))
        plausible_day(spec.starts_on, "starts_on")
        if spec.starts_on is None and launch.commitment_no is not None:
            raise Invalid.at(
                "starts_on", _("The date is committed. Take the commitment back to remove a date.")
            )
    days = [spec.starts_on for spec in specs if spec.starts_on is not None]
    if any(after < before for before, after in pairwise(days)):
        raise Invalid.at("starts_on", _("A phase cannot start before the phase in front of it."))


def _check_kept(rows: Sequence[Phase], specs: Sequence[PhaseSpec]) -> None:
    kept = {spec.id: place for place, spec in enumerate(specs) if spec.id is not None}
    if set(kept) - {row.id for row in rows}:
        raise Invalid(_("A phase was removed meanwhile. Reload the page."))
    if len(kept) != sum(1 for spec in specs if spec.id is not None):
        raise Invalid(_("A phase is named twice. Reload the page."))
    for row in rows:
        if row.state is not PhaseState.PLANNED and row.id not in kept:
            raise Invalid.at("name", _("%(name)s went live and cannot be removed.", name=row.name))
    states = {row.id: row.state for row in rows}
    ordered = [states.get(spec.id or 0, PhaseState.PLANNED) for spec in specs]
    if any(
        before is PhaseState.PLANNED and after is PhaseState.LIVE
        for before, after in pairwise(ordered)
    ):
        raise Invalid.at("name", _("A new phase comes after those that are live."))


def set_phases(
    session: Session,
    actor: Asker | None,
    launch: Launch,
    specs: Sequence[PhaseSpec],
    reason: str = "",
) -> bool:
    """Store the phases of a launch as listed, in this order; return whether anything changed.

    Phases not listed are removed unless they went live. Moving a committed date needs a reason.
    """
    require_open(launch)
    rows = phases_of(session, launch.id)
    _check_order(specs, launch)
    _check_kept(rows, specs)
    before = [row.starts_on for row in rows]
    moves = before != [spec.starts_on for spec in specs]
    if launch.commitment_no is not None and moves and not reason.strip():
        raise Invalid.at("reason", _("The date is committed. Say why it moves."))
    by_id = {row.id: row for row in rows}
    listed = {spec.id for spec in specs}
    for row in rows:
        if row.id not in listed:
            session.delete(row)
    session.flush()
    # Positions are unique at every moment, so those that move step aside first.
    for place, spec in enumerate(specs, start=1):
        if spec.id is not None and by_id[spec.id].position != place:
            by_id[spec.id].position = -place
    session.flush()
    for place, spec in enumerate(specs, start=1):
        _store(session, launch, by_id.get(spec.id or 0), place, spec)
    return tell(session, actor, launch, "launch.phases_set", reason.strip())


def _store(
    session: Session, launch: Launch, row: Phase | None, place: int, spec: PhaseSpec
) -> None:
    if row is None:
        row = Phase(launch_id=launch.id, state=PhaseState.PLANNED)
        session.add(row)
    row.position = place
    row.name = spec.name.strip()
    row.share = spec.share
    row.starts_on = spec.starts_on
    row.precision = spec.precision
    session.flush()
