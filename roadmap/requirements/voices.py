"""Commands on what people say about a requirement: comments, acceptance, prerequisites."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.events import publish
from roadmap.history.service import record
from roadmap.requirements import checks
from roadmap.requirements.answering import answered
from roadmap.requirements.events import RequirementChanged
from roadmap.requirements.models import (
    Requirement,
    RequirementComment,
    RequirementLink,
)
from roadmap.requirements.queries import may_edit
from roadmap.requirements.service import actor_id, demand
from roadmap.web.i18n import _


def comment(
    session: Session, actor: Actor, requirement: Requirement, body: str
) -> RequirementComment:
    """Add to the discussion; the requester's comment answers what triage asked."""
    demand(actor, "requirement.comment")
    said = RequirementComment(
        requirement_id=requirement.id,
        author_id=actor.id,
        body=_body(body),
        created_at=clock.now(),
    )
    session.add(said)
    answered(session, actor, requirement)
    _tell(session, actor, requirement, "commented")
    return said


def edit_comment(
    session: Session, actor: Actor, requirement: Requirement, comment_id: int, body: str
) -> RequirementComment:
    """Change one's own comment."""
    said = get_comment(session, actor, requirement, comment_id)
    body = _body(body)
    if body != said.body:
        said.body, said.edited_at = body, clock.now()
        _tell(session, actor, requirement, "comment_edited")
    return said


def get_comment(
    session: Session, actor: Actor, requirement: Requirement, comment_id: int
) -> RequirementComment:
    """Return one's own comment on the requirement; another's is Forbidden."""
    said = session.get(RequirementComment, comment_id)
    if said is None or said.requirement_id != requirement.id:
        raise NotFound(_("There is no such comment."))
    if said.author_id != actor.id:
        raise Forbidden(_("Only its author may change a comment."))
    return said


def _body(value: str) -> str:
    try:
        return checks.text(value, checks.TEXT_LENGTH, shortest=1, ask=_("Write something first."))
    except Invalid as error:
        raise Invalid.at("body", error.message) from None


def accept_criterion(
    session: Session,
    actor: Actor | None,
    requirement: Requirement,
    criterion_id: int,
    accepted: bool,
) -> None:
    """Call one acceptance criterion met, or no longer met; for the requester and for managers."""
    if not may_edit(actor, requirement):
        raise Forbidden(_("Only its requester or a program manager may do this."))
    row = next((one for one in requirement.criteria if one.id == criterion_id), None)
    if row is None:
        raise NotFound(_("There is no such criterion."))
    if (row.accepted_at is not None) == accepted:
        return
    row.accepted_at = clock.now() if accepted else None
    row.accepted_by = actor_id(actor) if accepted else None
    _tell(session, actor, requirement, "criterion_accepted" if accepted else "criterion_reopened")


def add_prerequisite(
    session: Session, actor: Actor | None, requirement: Requirement, blocker: Requirement
) -> None:
    """Say that ``blocker`` must come before ``requirement``; a cycle is refused."""
    if not may_edit(actor, requirement):
        raise Forbidden(_("Only its requester or a program manager may do this."))
    if _link(session, blocker.id, requirement.id) is not None:
        return
    if blocker.id == requirement.id or _reaches(session, requirement.id, blocker.id):
        raise Invalid.at(
            "blocker",
            _(
                "%(blocker)s already waits for %(key)s, so it cannot come before it.",
                blocker=blocker.key,
                key=requirement.key,
            )
            if blocker.id != requirement.id
            else _("A requirement cannot come before itself."),
        )
    session.add(
        RequirementLink(blocker_id=blocker.id, blocked_id=requirement.id, created_at=clock.now())
    )
    _tell_both(session, actor, blocker, requirement, "added")


def remove_prerequisite(
    session: Session, actor: Actor | None, requirement: Requirement, blocker: Requirement
) -> None:
    """Say that ``requirement`` no longer waits for ``blocker``."""
    if not may_edit(actor, requirement):
        raise Forbidden(_("Only its requester or a program manager may do this."))
    link = _link(session, blocker.id, requirement.id)
    if link is None:
        raise NotFound(_("There is no such prerequisite."))
    session.delete(link)
    _tell_both(session, actor, blocker, requirement, "removed")


def _link(session: Session, blocker_id: int, blocked_id: int) -> RequirementLink | None:
    return session.scalar(
        select(RequirementLink).where(
            RequirementLink.blocker_id == blocker_id, RequirementLink.blocked_id == blocked_id
        )
    )


def _reaches(session: Session, start: int, aim: int) -> bool:
    """Return whether ``aim`` waits for ``start``, directly or through others."""
    step = (
        select(RequirementLink.blocked_id.label("id"))
        .where(RequirementLink.blocker_id == start)
        .cte("waiting", recursive=True)
    )
    step = step.union(
        select(RequirementLink.blocked_id).join(step, RequirementLink.blocker_id == step.c.id)
    )
    return session.scalar(select(step.c.id).where(step.c.id == aim).limit(1)) is not None


def _tell_both(
    session: Session, actor: Actor | None, blocker: Requirement, blocked: Requirement, what: str
) -> None:
    """Tell the link in the blocker's record, and name the blocker to the one that waits."""
    author = actor_id(actor)
    record(session, author, blocker, f"requirement.dependent_{what}", why=blocked.key)
    record(session, author, blocked, f"requirement.prerequisite_{what}", why=blocker.key)
    publish(session, RequirementChanged(blocker.id))
    publish(session, RequirementChanged(blocked.id))


def _tell(session: Session, actor: Actor | None, requirement: Requirement, what: str) -> None:
    requirement.updated_at = clock.now()
    record(session, actor_id(actor), requirement, f"requirement.{what}")
    publish(session, RequirementChanged(requirement.id))
