"""Reads of single requirements: the loader, their values, and what people said about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import CompoundSelect, Integer, Select, bindparam, func, literal, select
from sqlalchemy.orm import Session, aliased, selectinload

from roadmap import textsearch
from roadmap.accounts.current import Actor
from roadmap.accounts.models import Person
from roadmap.errors import Forbidden, NotFound
from roadmap.keys import parse_key
from roadmap.parts import load_parts
from roadmap.requirements.by_team import in_words
from roadmap.requirements.models import (
    Requirement,
    RequirementComment,
    RequirementLink,
    RequirementSupport,
)
from roadmap.requirements.questions import as_fields
from roadmap.requirements.rules import RequirementState, ScopeDimension
from roadmap.requirements.support_queries import by_team
from roadmap.web.i18n import _

Right = Literal["read", "edit", "triage", "comment", "support"]

# Teams named beside a requirement among others; its own page names all.
SHOWN_TEAMS = 2

# Columns an edit may set, as they stand in the table; lists of other tables are named apart.
SCALARS = (
    "title",
    "problem",
    "outcome",
    "kind",
    "severity",
    "people_affected",
    "weekly_volume",
    "sellers_affected",
    "value_at_stake",
    "currency",
    "links",
    "needed_by",
    "needed_by_precision",
    "needed_by_reason",
    "regulation",
    "team_id",
)
_DIMENSIONS = {
    "markets": ScopeDimension.MARKET,
    "languages": ScopeDimension.LANGUAGE,
    "surfaces": ScopeDimension.SURFACE,
    "policy_areas": ScopeDimension.POLICY_AREA,
}


def may_edit(actor: Actor | None, requirement: Requirement) -> bool:
    """Return whether the words of a requirement are this person's to change; None is the system."""
    if actor is None or actor.may("requirement.edit_any"):
        return True
    own = actor.id in {requirement.requester_id, requirement.submitted_by_id}
    return own and actor.may("requirement.submit")


def allowed(actor: Actor | None, requirement: Requirement, right: Right) -> bool:
    """Return whether a person has a right on a requirement."""
    if right == "edit":
        return may_edit(actor, requirement)
    return actor is None or actor.may(f"requirement.{right}")


def get_requirement(
    session: Session,
    actor: Actor | None,
    key: str | int,
    may: Right = "read",
    *,
    lock: bool = False,
) -> Requirement:
    """Return a requirement with its criteria, scope and efforts, four statements.

    ``key`` is ``REQ-12`` or the number. Raises NotFound to people who may not read requirements,
    Forbidden to readers without the right. ``lock`` keeps others from changing it meanwhile.
    """
    number = key if isinstance(key, int) else parse_key(key, Requirement.key_prefix)
    found = session.scalar(_one(lock), {"id": number})
    if found is None or not allowed(actor, found, "read"):
        raise NotFound(_("There is no requirement %(key)s.", key=f"REQ-{number}"))
    if not allowed(actor, found, may):
        raise Forbidden(_("Only its requester or a program manager may do this."))
    load_parts(session, found, Requirement.criteria, Requirement.scope, Requirement.efforts)
    return found


def with_parts() -> tuple[Any, ...]:
    """Return the loader options that bring the same parts of many requirements."""
    return (
        selectinload(Requirement.criteria),
        selectinload(Requirement.scope),
        selectinload(Requirement.efforts),
    )


# Statements of a page are built once: building one takes longer than its answer.


@cache
def _one(lock: bool) -> Select[Requirement]:
    query = select(Requirement).where(Requirement.id == bindparam("id"))
    return query.with_for_update() if lock else query


def codes_of(requirement: Requirement) -> dict[str, list[str]]:
    """Return the codes of the scope by form field, sorted; the scope must be loaded."""
    return {
        name: sorted(row.code for row in requirement.scope if row.dimension == dimension)
        for name, dimension in _DIMENSIONS.items()
    }


def values_of(requirement: Requirement) -> dict[str, Any]:
    """Return everything an edit may change, by field; its parts must be loaded."""
    values: dict[str, Any] = {name: getattr(requirement, name) for name in SCALARS}
    values |= codes_of(requirement)
    values["criteria"] = [row.text for row in requirement.criteria]
    values["efforts"] = {row.team_id: row.weeks for row in requirement.efforts}
    return values | as_fields(requirement.answers)


@dataclass(frozen=True)
class Said:
    """One comment."""

    id: int
    author_id: int | None
    author: str
    body: str
    created_at: datetime
    edited_at: datetime | None


def comments(session: Session, requirement_id: int, limit: int = 200) -> list[Said]:
    """Return the newest comments, oldest first, one statement."""
    rows = session.execute(_comments(), {"requirement": requirement_id, "limit": limit}).all()
    return [
        Said(number, author_id, name or _("Import"), *words)
        for number, author_id, name, *words in reversed(rows)
    ]


@cache
def _comments() -> Select[Any]:
    said = RequirementComment
    columns: tuple[Any, ...] = (said.id, said.author_id, Person.name, said.body)
    return (
        select(*columns, said.created_at, said.edited_at)
        .outerjoin(Person, Person.id == said.author_id)
        .where(said.requirement_id == bindparam("requirement"))
        .order_by(said.id.desc())
        .limit(bindparam("limit"))
    )


@dataclass(frozen=True)
class Related:
    """Another requirement; ``relation`` is blocker, blocked, merged (into this one) or target."""

    relation: str
    id: int
    title: str
    state: RequirementState

    @property
    def key(self) -> str:
        """Return the human key."""
        return f"REQ-{self.id}"


def related(session: Session, requirement: Requirement) -> list[Related]:
    """Return prerequisites, what waits for this one, and duplicates either way, one statement."""
    own = {"mine": requirement.id, "target": requirement.duplicate_of_id}
    return [Related(*row) for row in session.execute(_related(), own)]


@cache
def _related() -> CompoundSelect[Any]:
    other, link, mine = aliased(Requirement), RequirementLink, bindparam("mine", type_=Integer)
    columns: tuple[Any, ...] = (other.id, other.title, other.state)
    parts: list[Select[Any]] = [
        select(literal("blocker").label("relation"), *columns)
        .join(link, link.blocker_id == other.id)
        .where(link.blocked_id == mine),
        select(literal("blocked"), *columns)
        .join(link, link.blocked_id == other.id)
        .where(link.blocker_id == mine),
        select(literal("merged"), *columns).where(other.duplicate_of_id == mine),
        select(literal("target"), *columns).where(other.id == bindparam("target", type_=Integer)),
    ]
    return parts[0].union_all(*parts[1:]).order_by("id")


@dataclass(frozen=True)
class Alike:
    """A requirement that says something like what is being written."""

    id: int
    title: str
    state: RequirementState
    likeness: float
    # The teams behind it, in words; empty for nobody.
    support: str
    supported: bool

    @property
    def key(self) -> str:
        """Return the human key."""
        return f"REQ-{self.id}"


def similar(
    session: Session,
    text: str,
    limit: int = 5,
    *,
    without: int | None = None,
    person_id: int | None = None,
) -> list[Alike]:
    """Return the requirements most like a title, best first, three statements; no duplicates.

    ``without`` leaves one out; ``supported`` says whether ``person_id`` supports or asked for it.
    """
    where = [Requirement.state != RequirementState.DUPLICATE]
    if without is not None:
        where.append(Requirement.id != without)
    found = textsearch.similar(
        session,
        Requirement.search_text,
        Requirement.title,
        Requirement.id,
        text,
        where=where,
        limit=limit,
    )
    if not found:
        return []
    ids = [one.key for one in found]
    rows = _alike(session, ids, person_id)
    support = by_team(session, ids)
    return [
        Alike(
            row.id,
            row.title,
            row.state,
            one.likeness,
            in_words(support.get(row.id, ()), SHOWN_TEAMS),
            bool(row.own) or (person_id is not None and row.requester_id == person_id),
        )
        for one in found
        if (row := rows.get(one.key)) is not None
    ]


def _alike(session: Session, ids: Sequence[int], person_id: int | None) -> dict[int, Any]:
    """Return what is shown of similar requirements, and whether the person supports each."""
    columns = (Requirement.id, Requirement.title, Requirement.state, Requirement.requester_id)
    mine = (RequirementSupport.requirement_id == Requirement.id) & (
        RequirementSupport.person_id == person_id
    )
    query = (
        select(*columns, func.count(RequirementSupport.id).label("own"))
        .outerjoin(RequirementSupport, mine)
        .where(Requirement.id.in_(ids))
        .group_by(*columns)
    )
    return {row.id: row for row in session.execute(query)}


def ranked_count(session: Session) -> int:
    """Return how many requirements of the backlog have a rank; the ranks have no gaps."""
    return session.scalar(_LAST_RANK) or 0


_LAST_RANK = select(func.max(Requirement.rank))


def people_named(session: Session, ids: Sequence[int | None]) -> dict[int, str]:
    """Return the names of people by id, one statement."""
    wanted = sorted({one for one in ids if one is not None})
    return dict(session.execute(_NAMES, {"ids": wanted}).all())


_NAMES = select(Person.id, Person.name).where(Person.id.in_(bindparam("ids", expanding=True)))
