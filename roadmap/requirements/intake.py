"""Commands around submitting: for whom it is, from which draft, with which files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from roadmap.accounts.current import Actor
from roadmap.accounts.models import Person, TeamMember
from roadmap.errors import Invalid
from roadmap.requirements import drafts, own_fields, service
from roadmap.requirements.files import StoredFile, take
from roadmap.requirements.models import Requirement, RequirementDraft
from roadmap.web.i18n import _


@dataclass(frozen=True)
class Limits:
    """Where files lie, how large one may be in bytes, and how many a requirement may have."""

    folder: Path
    largest: int
    most: int


def take_files(
    limits: Limits, kept: Sequence[StoredFile], brought: Sequence[tuple[str, IO[bytes]]]
) -> tuple[list[StoredFile], list[str]]:
    """Store files people brought and return them after those kept, and why others are refused.

    The same bytes are kept once, under their first name.
    """
    found, problems = list(kept), []
    for name, content in brought:
        if len(found) >= limits.most:
            problems.append(too_many(limits))
            break
        try:
            file = take(limits.folder, name, content, limits.largest)
        except Invalid as error:
            problems.append(error.message)
        else:
            if all(file.digest != other.digest for other in found):
                found.append(file)
    return found, problems


def too_many(limits: Limits) -> str:
    """Say how many files fit."""
    return _("At most %(count)s files fit. Put the others behind a link.", count=limits.most)


def submit(
    session: Session,
    actor: Actor,
    values: Mapping[str, Any],
    *,
    requester: str = "",
    draft: RequirementDraft | None = None,
    files: Sequence[StoredFile] = (),
    own: Mapping[str, Any] | None = None,
) -> Requirement:
    """Store a requirement with what its draft kept, and remove the draft.

    ``own`` is what was typed in the fields admins defined, by input name.
    """
    stored = service.submit(
        session,
        actor,
        values,
        requester_id=requester_named(session, actor, requester),
        origin=drafts.origin_of(draft),
        files=files,
        parts=lambda made: own_fields.store_new(session, made, own or {}),
    )
    if draft is not None:
        session.delete(draft)
        session.flush()
    return stored


def requester_named(session: Session, actor: Actor, typed: str) -> int | None:
    """Return whom a requirement is submitted for, None for oneself.

    ``typed`` is an e-mail address or a full name. Managers may name anybody, others people they
    share a team with. Raises Invalid at ``requester``.
    """
    wanted = " ".join(typed.split()).lower()
    if wanted in {"", actor.email.lower(), actor.name.lower()}:
        return None
    query = (
        select(Person.id)
        .where(Person.active, (Person.email == wanted) | (func.lower(Person.name) == wanted))
        .order_by(Person.email != wanted, Person.id)
        .limit(3)
    )
    by_email = select(Person.id).where(Person.active, Person.email == wanted)
    if not actor.may("requirement.edit_any"):
        mates = _team_mates(actor)
        query, by_email = query.where(Person.id.in_(mates)), by_email.where(Person.id.in_(mates))
    exact = session.scalar(by_email)
    found = [exact] if exact is not None else list(session.scalars(query))
    if len(found) == 1:
        return found[0]
    raise Invalid.at("requester", _not_named(actor, several=len(found) > 1))


def _not_named(actor: Actor, *, several: bool) -> str:
    if several:
        return _("Several people are called so. Write the e-mail address.")
    if actor.may("requirement.edit_any"):
        return _("Nobody here is called so. Write the e-mail address they sign in with.")
    return _("Name somebody of your own teams, or ask a program manager to submit it.")


def _team_mates(actor: Actor) -> Any:
    other = aliased(TeamMember)
    return select(other.person_id).where(other.team_id.in_(sorted(actor.team_ids)))


def team_mates(session: Session, actor: Actor, limit: int = 50) -> list[tuple[str, str]]:
    """Return (e-mail, name) of the people one shares a team with, by name, one statement."""
    query = (
        select(Person.email, Person.name)
        .where(Person.active, Person.id != actor.id, Person.id.in_(_team_mates(actor)))
        .order_by(Person.name, Person.id)
        .limit(limit)
    )
    return [(row.email, row.name) for row in session.execute(query)]
