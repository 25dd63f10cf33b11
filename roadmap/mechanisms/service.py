"""Commands on mechanisms: register, edit, switch stage, declare coverage, attest, rehearse."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.events import publish
from roadmap.history.conflict import changed_fields
from roadmap.history.service import record
from roadmap.keys import next_number, reserve
from roadmap.mechanisms.events import MechanismChanged
from roadmap.mechanisms.fields import check_price, checked, text, whole
from roadmap.mechanisms.kinds import (
    AUTOMATED_KINDS,
    HUMAN_KINDS,
    STAGE_MOVES,
    MechanismKind,
    Stage,
)
from roadmap.mechanisms.models import CoverageCell, Mechanism
from roadmap.mechanisms.queries import authorise, configurations
from roadmap.taxonomy.queries import options
from roadmap.taxonomy.scope import DIMENSIONS, ScopePattern
from roadmap.web.i18n import _

WHY_LENGTH = 2000
# One click says "still staffed" for four weeks; nobody knows rosters for longer than a year.
STAFFED_FOR = timedelta(days=28)
STAFFED_AT_MOST = timedelta(days=366)
MOST_CELLS = 2000


def id_of(actor: Actor | None) -> int | None:
    """Return whom the history names; None is the system itself."""
    return actor.id if actor is not None else None


def told(
    session: Session,
    actor: Actor | None,
    mechanism: Mechanism,
    action: str,
    why: str | None = None,
) -> None:
    """Tell the history what happened to a mechanism, and higher rooms that something did."""
    if record(session, id_of(actor), mechanism, action, why) is not None:
        publish(session, MechanismChanged(mechanism.id))


def reason(value: str | None, sentence: str) -> str:
    """Return a reason, or raise Invalid at `why` with the sentence if there is none."""
    words = text("why", value, WHY_LENGTH)
    if not words:
        raise Invalid.at("why", sentence)
    return words


def register_mechanism(
    session: Session,
    actor: Actor | None,
    kind: MechanismKind | str,
    values: Mapping[str, Any],
    *,
    stage: Stage = Stage.DRAFT,
    number: int | None = None,
) -> Mechanism:
    """Store a mechanism and return it; `values` are the fields of its kind (`fields.fields_of`).

    Its owner is the actor unless named. `stage` is for one that already runs, `number` for one that
    brings its own key.
    """
    if actor is not None and not actor.may("mechanism.create"):
        raise Forbidden(_("Only mechanism owners and program managers register mechanisms."))
    kind = _kind(kind)
    values = {"owner_id": id_of(actor), "name": "", **values}
    good = checked(session, kind, values)
    if number is None:
        number = next_number(session, Mechanism.key_prefix)
    else:
        reserve(session, Mechanism.key_prefix, number)
    mechanism = Mechanism(
        id=number, kind=kind, stage=stage, created_at=clock.now(), coverage=[], **good
    )
    check_price(mechanism)
    session.add(mechanism)
    told(session, actor, mechanism, "mechanism.registered")
    return mechanism


def edit_mechanism(
    session: Session,
    actor: Actor | None,
    mechanism: Mechanism,
    values: Mapping[str, Any],
    shown: Mapping[str, Any] | None = None,
    why: str | None = None,
) -> None:
    """Change fields; `shown` is what the form began with, so that no other edit is lost.

    Raises Conflict where somebody else changed the same field meanwhile.
    """
    authorise(actor, mechanism)
    good = checked(session, mechanism.kind, values, mechanism.id)
    for name, value in changed_fields(mechanism, good, shown).items():
        setattr(mechanism, name, value)
    check_price(mechanism)
    told(session, actor, mechanism, "mechanism.edited", text("why", why, WHY_LENGTH) or None)


def move_stage(
    session: Session, actor: Actor | None, mechanism: Mechanism, to: Stage | str, why: str
) -> None:
    """Switch a mechanism to another stage, with the reason everybody can read."""
    authorise(actor, mechanism)
    try:
        stage = Stage(to)
    except ValueError:
        raise Invalid.at("stage", _("There is no such stage.")) from None
    if stage not in STAGE_MOVES[mechanism.stage]:
        raise Invalid.at(
            "stage",
            _(
                "From %(now)s it cannot go to %(to)s.",
                now=mechanism.stage.value,
                to=stage.value,
            ),
        )
    words = reason(why, _("Say why: everybody who leans on it reads this."))
    runs = stage in (Stage.SHADOW, Stage.MONITOR, Stage.ENFORCE)
    if runs and mechanism.kind in AUTOMATED_KINDS:
        found = configurations(session, mechanism.id)
        if not any(one.is_current for one in found):
            raise Invalid.at(
                "stage", _("Register the configuration that runs first: evidence belongs to it.")
            )
    mechanism.stage = stage
    told(session, actor, mechanism, "mechanism.stage_moved", words)


def add_coverage(
    session: Session,
    actor: Actor | None,
    mechanism: Mechanism,
    patterns: Iterable[ScopePattern],
) -> int:
    """Declare cells a mechanism serves, and return how many were new; None in a part means any."""
    authorise(actor, mechanism)
    known = {scope_of(cell) for cell in mechanism.coverage}
    new = [p for p in dict.fromkeys(patterns) if p not in known]
    if len(known) + len(new) > MOST_CELLS:
        raise Invalid(
            _("That makes more than %(most)s lines. Leave a part open for any.", most=MOST_CELLS)
        )
    _check_codes(session, new)
    for pattern in new:
        mechanism.coverage.append(
            CoverageCell(
                market_code=pattern.market,
                language_code=pattern.language,
                surface_code=pattern.surface,
                policy_area_code=pattern.policy_area,
            )
        )
    told(session, actor, mechanism, "mechanism.coverage_added")
    return len(new)


def remove_coverage(
    session: Session, actor: Actor | None, mechanism: Mechanism, cell_ids: Iterable[int]
) -> int:
    """Take declared cells back and return how many there were."""
    authorise(actor, mechanism)
    wanted = set(cell_ids)
    gone = [cell for cell in mechanism.coverage if cell.id in wanted]
    if not gone:
        raise NotFound(_("These cells are no longer declared."))
    for cell in gone:
        mechanism.coverage.remove(cell)
    told(session, actor, mechanism, "mechanism.coverage_removed")
    return len(gone)


def scope_of(cell: CoverageCell) -> ScopePattern:
    """Return a declared cell as a pattern."""
    return ScopePattern(
        cell.market_code, cell.language_code, cell.surface_code, cell.policy_area_code
    )


def attest_staffing(
    session: Session,
    actor: Actor | None,
    mechanism: Mechanism,
    until: date | None,
    why: str | None = None,
) -> None:
    """Take the owner's word that people are there until a day; None takes the word back."""
    authorise(actor, mechanism)
    if mechanism.kind not in HUMAN_KINDS:
        raise Invalid.at("until", _("Only what people do is staffed."))
    today = clock.today()
    if until is not None and not today <= until <= today + STAFFED_AT_MOST:
        raise Invalid.at("until", _("Use a day from today to a year ahead."))
    mechanism.staffed_until = until
    told(session, actor, mechanism, "mechanism.staffing_attested", why)


def rehearse_kill_switch(
    session: Session,
    actor: Actor | None,
    mechanism: Mechanism,
    on: date,
    minutes: int | None,
    why: str | None = None,
) -> None:
    """Keep that the mechanism was switched off for practice, and how long it took."""
    authorise(actor, mechanism)
    if mechanism.kind not in AUTOMATED_KINDS:
        raise Invalid.at("on", _("Only what runs by itself has a kill switch."))
    if on > clock.today():
        raise Invalid.at("on", _("This day has not happened yet."))
    last = mechanism.kill_switch_rehearsed_on
    if last is not None and on < last:
        raise Invalid.at("on", _("It was rehearsed later than that already."))
    took = whole("minutes", minutes)
    if took is None:
        raise Invalid.at("minutes", _("Say how many minutes it took until it was off."))
    mechanism.kill_switch_rehearsed_on = on
    mechanism.kill_switch_minutes = took
    told(session, actor, mechanism, "mechanism.kill_switch_rehearsed", why)


def give_mechanism(
    session: Session, by_id: int | None, mechanism: Mechanism, owner_id: int | None
) -> None:
    """Hand a mechanism to another owner, as when somebody leaves; the caller authorised it."""
    mechanism.owner_id = owner_id
    record(session, by_id, mechanism, "mechanism.handed_over")
    publish(session, MechanismChanged(mechanism.id))


def _kind(value: MechanismKind | str) -> MechanismKind:
    try:
        return MechanismKind(value)
    except ValueError:
        raise Invalid.at("kind", _("Choose what it is.")) from None


def _check_codes(session: Session, patterns: Iterable[ScopePattern]) -> None:
    names = options(session).names
    for pattern in patterns:
        for dimension in DIMENSIONS:
            code = getattr(pattern, dimension)
            if code is not None and (dimension, code) not in names:
                raise Invalid.at(dimension, _("There is no %(code)s here.", code=code))
