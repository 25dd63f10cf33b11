"""Store many requirements at once: for imports, workspace files and reference data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.errors import Invalid
from roadmap.events import publish
from roadmap.history.service import record_all
from roadmap.keys import next_number, reserve
from roadmap.requirements import checks
from roadmap.requirements.events import RequirementsStored
from roadmap.requirements.models import Requirement, RequirementLink, RequirementSupport
from roadmap.requirements.rules import RequirementState, next_word
from roadmap.requirements.service import actor_id, apply, blank, known

_CHUNK = 100


@dataclass(frozen=True)
class NewRequirement:
    """One requirement to store; ``values`` as in `service.submit`, the problem may be empty.

    ``number`` keeps a key it brings along. ``next_word_on`` None follows the rule of the state.
    ``supports`` maps a person's id to (reason, weekly volume).
    """

    values: Mapping[str, Any]
    state: RequirementState = RequirementState.SUBMITTED
    state_reason: str = ""
    requester_id: int | None = None
    number: int | None = None
    source: str | None = None
    source_key: str | None = None
    source_data: Mapping[str, Any] | None = None
    next_word_on: date | None = None
    snoozed_until: date | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    supports: Mapping[int, tuple[str, int | None]] = field(default_factory=dict)


class InvalidRow(Invalid):
    """One of many could not be stored; ``place`` is its index in what was given."""

    def __init__(self, place: int, error: Invalid) -> None:
        super().__init__(error.message, error.fields)
        self.place = place


def create_many(
    session: Session,
    actor: Actor | None,
    drafts: Sequence[NewRequirement],
    action: str = "requirement.imported",
) -> list[Requirement]:
    """Store all drafts, in order, each with its own event; raises InvalidRow at the first bad one.

    The caller decides who may import. Publishes one RequirementsStored.
    """
    taken = known(session)
    stored: list[Requirement] = []
    for start in range(0, len(drafts), _CHUNK):
        chunk = list(enumerate(drafts))[start : start + _CHUNK]
        built = [_build(session, actor, place, draft, taken) for place, draft in chunk]
        session.add_all(built)
        session.flush()
        for requirement, (_place, draft) in zip(built, chunk, strict=True):
            session.add_all(_supports(requirement, draft))
        session.flush()
        record_all(session, actor_id(actor), built, action)
        stored.extend(built)
    publish(session, RequirementsStored(tuple(one.id for one in stored)))
    return stored


def _build(
    session: Session,
    actor: Actor | None,
    place: int,
    draft: NewRequirement,
    taken: checks.Known,
) -> Requirement:
    values = {"title": "", "kind": None, **draft.values}
    if not values.get("problem"):
        values.pop("problem", None)
    try:
        cleaned = checks.clean(values, taken)
    except Invalid as error:
        raise InvalidRow(place, error) from None
    now = clock.now()
    requirement = blank(_number(session, draft))
    requirement.problem = ""
    requirement.state, requirement.state_reason = draft.state, draft.state_reason
    requirement.requester_id = draft.requester_id
    requirement.state_changed_by = actor_id(actor)
    requirement.created_at = draft.created_at or now
    requirement.updated_at = requirement.state_changed_at = draft.updated_at or now
    requirement.snoozed_until = draft.snoozed_until
    requirement.next_word_on = draft.next_word_on or next_word(draft.state, now.date())
    requirement.source, requirement.source_key = draft.source, draft.source_key
    requirement.source_data = dict(draft.source_data) if draft.source_data is not None else None
    apply(requirement, cleaned)
    return requirement


def _number(session: Session, draft: NewRequirement) -> int:
    if draft.number is None:
        return next_number(session, Requirement.key_prefix)
    reserve(session, Requirement.key_prefix, draft.number)
    return draft.number


def _supports(requirement: Requirement, draft: NewRequirement) -> Iterator[RequirementSupport]:
    for person_id, (reason, weekly_volume) in draft.supports.items():
        yield RequirementSupport(
            requirement_id=requirement.id,
            person_id=person_id,
            reason=reason,
            weekly_volume=weekly_volume,
            created_at=requirement.created_at,
        )


def link_many(
    session: Session, actor: Actor | None, pairs: Sequence[tuple[Requirement, Requirement]]
) -> list[tuple[Requirement, Requirement]]:
    """Store (blocker, blocked) pairs in order; return those left out because they close a cycle.

    Only cycles among the given pairs are looked for, so the requirements must be new.
    """
    waiting: dict[int, set[int]] = {}
    left_out = []
    now = clock.now()
    for blocker, blocked in pairs:
        if blocked.id in waiting.get(blocker.id, ()):
            continue
        if blocker.id == blocked.id or _reaches(waiting, blocked.id, blocker.id):
            left_out.append((blocker, blocked))
            continue
        waiting.setdefault(blocker.id, set()).add(blocked.id)
        session.add(RequirementLink(blocker_id=blocker.id, blocked_id=blocked.id, created_at=now))
    blockers = {blocker.id: blocker for blocker, _blocked in pairs}
    record_all(session, actor_id(actor), blockers.values(), "requirement.dependents_imported")
    publish(session, RequirementsStored(tuple(sorted({b.id for pair in pairs for b in pair}))))
    return left_out


def _reaches(waiting: Mapping[int, set[int]], start: int, aim: int) -> bool:
    seen, left = {start}, [start]
    while left:
        for following in waiting.get(left.pop(), ()):
            if following == aim:
                return True
            if following not in seen:
                seen.add(following)
                left.append(following)
    return False
