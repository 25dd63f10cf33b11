"""Commands on what a requirement says: submit, edit, hand over. Moves and voices have their own."""

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.accounts.models import Team
from roadmap.errors import Conflict, Forbidden, Invalid
from roadmap.events import publish
from roadmap.history.conflict import changed_fields
from roadmap.history.service import record
from roadmap.keys import next_number
from roadmap.requirements import checks
from roadmap.requirements.answering import answered
from roadmap.requirements.events import RequirementChanged
from roadmap.requirements.files import StoredFile
from roadmap.requirements.models import (
    AcceptanceCriterion,
    Attachment,
    Requirement,
    RequirementEffort,
    RequirementOrigin,
    RequirementScope,
)
from roadmap.requirements.queries import SCALARS, may_edit, values_of
from roadmap.requirements.questions import BY_FIELD, with_fields
from roadmap.requirements.rules import (
    DatePrecision,
    OriginKind,
    RequirementState,
    ScopeDimension,
    next_word,
)
from roadmap.taxonomy.queries import options
from roadmap.web.i18n import _


def actor_id(actor: Actor | None) -> int | None:
    """Return whom the history names; None is the system itself."""
    return actor.id if actor is not None else None


def demand(actor: Actor | None, permission: str) -> None:
    """Refuse people without the permission; the system may do everything."""
    if actor is not None and not actor.may(permission):
        raise Forbidden(_("Your role does not allow this. Ask an admin for access."))


def known(session: Session, kept: Requirement | None = None) -> checks.Known:
    """Return what values may refer to, two statements; ``kept`` adds what it holds already."""
    words = options(session)
    codes = {
        ScopeDimension.MARKET: {code for code, _name in words.markets},
        ScopeDimension.LANGUAGE: {code for code, _name in words.languages},
        ScopeDimension.SURFACE: {code for code, _name in words.surfaces},
        ScopeDimension.POLICY_AREA: {code for code, _name in words.policy_areas},
    }
    teams = set(session.scalars(select(Team.id).where(Team.active)))
    if kept is not None:
        for row in kept.scope:
            codes[row.dimension].add(row.code)
        teams.update(row.team_id for row in kept.efforts)
        if kept.team_id is not None:
            teams.add(kept.team_id)
    return checks.Known(codes, teams)


def submit(
    session: Session,
    actor: Actor,
    values: Mapping[str, Any],
    *,
    requester_id: int | None = None,
    origin: tuple[OriginKind, str] | None = None,
    files: Sequence[StoredFile] = (),
    parts: Callable[[Requirement], None] | None = None,
) -> Requirement:
    """Store a new requirement and return it; its requester is the actor unless named.

    ``values`` has at least title, problem and kind; `checks.FIELDS` lists all. Without a team the
    actor's only one is taken. ``origin`` is the thread it was made from, ``files`` lie in the
    instance folder already; ``parts`` stores what else belongs to it. Raises Invalid naming every
    field that cannot be stored.
    """
    demand(actor, "requirement.submit")
    cleaned = checks.clean({"title": "", "problem": "", "kind": None, **values}, known(session))
    if cleaned.get("team_id") is None and requester_id is None and len(actor.team_ids) == 1:
        (cleaned["team_id"],) = actor.team_ids
    _demand_own_team(actor, cleaned.get("team_id"))
    now = clock.now()
    requirement = blank(next_number(session, Requirement.key_prefix))
    requirement.requester_id = requirement.state_changed_by = actor.id
    if requester_id is not None and requester_id != actor.id:
        requirement.requester_id, requirement.submitted_by_id = requester_id, actor.id
    requirement.created_at = requirement.updated_at = requirement.state_changed_at = now
    requirement.next_word_on = next_word(requirement.state, now.date())
    apply(requirement, cleaned)
    session.add(requirement)
    # What follows names it by its key alone.
    session.flush()
    if origin is not None:
        kind, text = origin
        session.add(
            RequirementOrigin(requirement_id=requirement.id, kind=kind, text=text, created_at=now)
        )
    session.add_all(attachment(requirement, actor, file) for file in files)
    if parts is not None:
        parts(requirement)
    record(session, actor.id, requirement, "requirement.submitted")
    publish(session, RequirementChanged(requirement.id))
    return requirement


def attachment(requirement: Requirement, actor: Actor, file: StoredFile) -> Attachment:
    """Return the row of a stored file on a requirement."""
    return Attachment(
        requirement_id=requirement.id,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        digest=file.digest,
        uploaded_by_id=actor.id,
        created_at=clock.now(),
    )


def _demand_own_team(actor: Actor | None, team_id: int | None, kept: int | None = None) -> None:
    """Let people ask for their own teams, managers for any."""
    if actor is None or team_id in (None, kept) or actor.may("requirement.edit_any"):
        return
    if team_id not in actor.team_ids:
        raise Invalid.at("team_id", _("Choose one of your own teams, or none."))


def blank(number: int) -> Requirement:
    """Return a new requirement with nothing said yet, its lists empty instead of unloaded."""
    return Requirement(
        id=number,
        outcome="",
        answers={},
        links=[],
        needed_by_precision=DatePrecision.DAY,
        state=RequirementState.SUBMITTED,
        criteria=[],
        scope=[],
        efforts=[],
    )


def edit(
    session: Session,
    actor: Actor | None,
    requirement: Requirement,
    values: Mapping[str, Any],
    shown: Mapping[str, Any] | None = None,
) -> Requirement:
    """Store the fields that changed; ``requirement`` comes from the loader with ``lock=True``.

    ``shown`` holds what the form began with (`history.conflict.as_shown` of `queries.values_of`).
    A field that somebody else changed meanwhile raises Conflict with (mine, theirs) and stores
    nothing; other fields are stored beside theirs.
    """
    if not may_edit(actor, requirement):
        raise Forbidden(_("Only its requester or a program manager may do this."))
    current = values_of(requirement)
    cleaned = checks.clean(values, known(session, requirement), current)
    _demand_own_team(actor, cleaned.get("team_id"), requirement.team_id)
    wanted = _own_changes(current, cleaned, shown)
    if not wanted:
        return requirement
    apply(requirement, wanted)
    answered(session, actor, requirement)
    requirement.updated_at = clock.now()
    record(session, actor_id(actor), requirement, "requirement.edited")
    publish(session, RequirementChanged(requirement.id))
    return requirement


def _own_changes(
    current: Mapping[str, Any], cleaned: Mapping[str, Any], shown: Mapping[str, Any] | None
) -> dict[str, Any]:
    try:
        return changed_fields(SimpleNamespace(**current), cleaned, shown)
    except Conflict as conflict:
        both = {
            name: (in_words(cleaned[name]), in_words(current[name])) for name in conflict.fields
        }
        raise Conflict(conflict.message, both) from None


def in_words(value: Any) -> str:
    """Return a field's value as a person reads it."""
    match value:
        case None:
            return ""
        case dict():
            return ", ".join(f"{key}: {item:g}" for key, item in value.items())
        case list():
            return "\n".join(
                f"{item['url']} {item['label']}".strip() if isinstance(item, dict) else str(item)
                for item in value
            )
        case _:
            return str(value)


def apply(requirement: Requirement, cleaned: Mapping[str, Any]) -> None:
    """Set cleaned values on a requirement whose parts are loaded; rows that stay are kept."""
    answers = {name: value for name, value in cleaned.items() if name in BY_FIELD}
    if answers and (found := with_fields(requirement.answers, answers)) != requirement.answers:
        requirement.answers = found
    for name, value in cleaned.items():
        if name in BY_FIELD:
            continue
        if name in SCALARS:
            if getattr(requirement, name) != value:
                setattr(requirement, name, value)
        elif name == "criteria":
            _apply_criteria(requirement, value)
        elif name == "efforts":
            _apply_efforts(requirement, value)
        else:
            _apply_codes(requirement, checks.SCOPE_FIELDS[name], value)


def _apply_codes(requirement: Requirement, dimension: ScopeDimension, codes: list[str]) -> None:
    have = {row.code: row for row in requirement.scope if row.dimension == dimension}
    for code, row in have.items():
        if code not in codes:
            requirement.scope.remove(row)
    requirement.scope.extend(
        RequirementScope(requirement_id=requirement.id, dimension=dimension, code=code)
        for code in codes
        if code not in have
    )


def _apply_criteria(requirement: Requirement, texts: list[str]) -> None:
    """Keep criteria whose text stays, with their acceptance; a reworded one is accepted anew."""
    have = {row.text: row for row in requirement.criteria}
    for wording, row in have.items():
        if wording not in texts:
            requirement.criteria.remove(row)
    for place, wording in enumerate(texts):
        if wording not in have:
            have[wording] = AcceptanceCriterion(requirement_id=requirement.id, text=wording)
            requirement.criteria.append(have[wording])
        have[wording].position = place


def _apply_efforts(requirement: Requirement, weeks_of: Mapping[int, float]) -> None:
    have = {row.team_id: row for row in requirement.efforts}
    for team_id, row in have.items():
        if team_id not in weeks_of:
            requirement.efforts.remove(row)
    for team_id, weeks in weeks_of.items():
        if team_id in have:
            have[team_id].weeks = weeks
        else:
            requirement.efforts.append(
                RequirementEffort(requirement_id=requirement.id, team_id=team_id, weeks=weeks)
            )


def hand_over(session: Session, by: int | None, leaver_id: int, heir_id: int) -> int:
    """Make somebody else the requester of all a person asked for; return how many there were."""
    theirs = session.scalars(
        select(Requirement).where(Requirement.requester_id == leaver_id).order_by(Requirement.id)
    ).all()
    for requirement in theirs:
        requirement.requester_id = heir_id
        requirement.updated_at = clock.now()
        record(session, by, requirement, "requirement.handed_over")
        publish(session, RequirementChanged(requirement.id))
    return len(theirs)
