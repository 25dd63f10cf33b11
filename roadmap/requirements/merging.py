"""Commands that merge a duplicate into another requirement, and that take moves back, exactly.

A merge copies support to the target, each person and each team once, and each copy remembers where
it came from. The duplicate keeps its own rows, so that it stays readable as it was and taking the
merge back is only the removal of what came from it.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from roadmap.accounts.current import Actor
from roadmap.errors import Invalid
from roadmap.events import publish
from roadmap.history.service import record
from roadmap.requirements.events import RequirementChanged
from roadmap.requirements.models import Requirement, RequirementSupport
from roadmap.requirements.moves import move, put_back, tell
from roadmap.requirements.rules import RequirementState
from roadmap.requirements.service import actor_id, demand
from roadmap.requirements.supporting import only_market
from roadmap.web.i18n import _

S = RequirementState


def merge(
    session: Session, actor: Actor | None, duplicate: Requirement, target: Requirement, why: str
) -> int:
    """Merge ``duplicate`` into ``target``; return how many people and teams that brought.

    The duplicate's requester becomes a supporter. Raises Invalid for a target that is the duplicate
    itself, was merged or declined, and where the duplicate's state allows no merge.
    """
    demand(actor, "requirement.triage")
    _check_target(duplicate, target)
    move(session, actor, duplicate, S.DUPLICATE, why, "merged", duplicate_of_id=target.id)
    new, _there = gained(session, duplicate, target)
    for row in new:
        row.requirement_id = target.id
    session.add_all(new)
    record(session, actor_id(actor), target, "requirement.received", why=duplicate.key)
    publish(session, RequirementChanged(target.id))
    return len(new)


def gained(
    session: Session, duplicate: Requirement, target: Requirement | None
) -> tuple[list[RequirementSupport], list[RequirementSupport]]:
    """Return the support a merge adds to the target, and what is there already; nothing is stored.

    Without a target all of it is new.
    """
    wanted, have = _brought(duplicate, _supports(session, duplicate.id)), set()
    if target is not None:
        have = {_whose(row) for row in _supports(session, target.id)} | {
            (target.requester_id, None)
        }
    return (
        [row for row in wanted if _whose(row) not in have],
        [row for row in wanted if _whose(row) in have],
    )


def _check_target(duplicate: Requirement, target: Requirement) -> None:
    if duplicate.id == target.id:
        raise Invalid.at("target", _("A requirement cannot be merged into itself."))
    if target.state == S.DUPLICATE:
        raise Invalid.at(
            "target",
            _(
                "%(key)s was itself merged into REQ-%(other)s: choose that one.",
                key=target.key,
                other=target.duplicate_of_id,
            ),
        )
    if target.state == S.DECLINED:
        raise Invalid.at(
            "target",
            _("%(key)s was declined: reopen it first, or decline this one too.", key=target.key),
        )


def _supports(session: Session, requirement_id: int) -> list[RequirementSupport]:
    return list(
        session.scalars(
            select(RequirementSupport)
            .where(RequirementSupport.requirement_id == requirement_id)
            .order_by(RequirementSupport.id)
        )
    )


def _whose(row: RequirementSupport) -> tuple[int | None, int | None]:
    """Return who counts once: the person, or the team somebody spoke for."""
    return (row.person_id, None) if row.person_id is not None else (None, row.team_id)


def _brought(duplicate: Requirement, rows: list[RequirementSupport]) -> list[RequirementSupport]:
    """Return what the duplicate brings: its supporters, its teams and its requester, each once."""
    brought = [
        RequirementSupport(
            person_id=row.person_id,
            team_id=row.team_id,
            entered_by_id=row.entered_by_id,
            source=row.source,
            reason=row.reason,
            weekly_volume=row.weekly_volume,
            market=row.market,
            came_from_id=duplicate.id,
            created_at=row.created_at,
        )
        for row in rows
    ]
    requester = duplicate.requester_id
    if requester is not None and all(row.person_id != requester for row in rows):
        brought.append(
            RequirementSupport(
                person_id=requester,
                team_id=duplicate.team_id,
                reason="",
                weekly_volume=duplicate.weekly_volume,
                market=only_market(duplicate),
                came_from_id=duplicate.id,
                created_at=duplicate.created_at,
            )
        )
    return brought


def unmerge(
    session: Session, actor: Actor | None, duplicate: Requirement, why: str | None = None
) -> None:
    """Take a merge back: the duplicate is what it was, the target loses what came from it.

    Somebody who meanwhile changed their support on the target made it their own, and keeps it.
    Raises Invalid while the target is itself merged further: that merge is taken back first.
    """
    demand(actor, "requirement.triage")
    target_id = duplicate.duplicate_of_id
    if duplicate.state != S.DUPLICATE or target_id is None:
        raise Invalid(_("This is not merged into another one."))
    target = session.get_one(Requirement, target_id, with_for_update=True)
    if target.state == S.DUPLICATE:
        raise Invalid(
            _(
                "%(key)s was merged further, into REQ-%(other)s. Undo that merge first.",
                key=target.key,
                other=target.duplicate_of_id,
            )
        )
    if duplicate.before_move is None:
        # Came merged from an import: there is no earlier state to go back to.
        reopened = why or _("The merge was undone.")
        move(session, actor, duplicate, S.TRIAGED, reopened, "unmerged")
    else:
        put_back(duplicate)
        tell(session, actor, duplicate, "unmerged", why, S.DUPLICATE)
    _take_back(session, actor, duplicate, target)


def _take_back(
    session: Session, actor: Actor | None, duplicate: Requirement, target: Requirement
) -> None:
    """Remove what came from the duplicate; who is in another one merged here stays by that."""
    rows = _supports(session, target.id)
    came = [row for row in rows if row.came_from_id == duplicate.id]
    for row in came:
        session.delete(row)
    # Otherwise the new row of a person would meet the old one.
    session.flush()
    left = {_whose(row) for row in came}
    for other in _merged_into(session, target) if left else ():
        for row in _brought(other, _supports(session, other.id)):
            if _whose(row) in left:
                left.discard(_whose(row))
                row.requirement_id = target.id
                session.add(row)
    record(session, actor_id(actor), target, "requirement.gave_back", why=duplicate.key)
    publish(session, RequirementChanged(target.id))


def _merged_into(session: Session, target: Requirement) -> Sequence[Requirement]:
    """Return the duplicates of a requirement in the order in which they were merged."""
    return session.scalars(
        select(Requirement)
        .where(Requirement.duplicate_of_id == target.id)
        .options(selectinload(Requirement.scope))
        .order_by(Requirement.state_changed_at, Requirement.id)
    ).all()


def undo(session: Session, actor: Actor | None, requirement: Requirement) -> None:
    """Take the last move back, exactly; a merge also gives the supporters back."""
    demand(actor, "requirement.triage")
    if requirement.before_move is None:
        raise Invalid(_("There is no move here to take back."))
    if requirement.state == S.DUPLICATE:
        unmerge(session, actor, requirement)
        return
    old = requirement.state
    put_back(requirement)
    tell(session, actor, requirement, "move_undone", None, old)
