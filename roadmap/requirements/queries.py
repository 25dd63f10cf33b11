"""Reads of single requirements: the loader, their values, and what people said about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    CompoundSelect,
    Float,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session, selectinload

from roadmap import textsearch
from roadmap.accounts.current import Actor
from roadmap.accounts.models import Person
from roadmap.ahead import Asked
from roadmap.db import Moment, read_rows
from roadmap.errors import Forbidden, NotFound
from roadmap.keys import parse_key
from roadmap.lists.among import among
from roadmap.parts import load_parts
from roadmap.requirements.by_team import in_words
from roadmap.requirements.models import (
    AcceptanceCriterion,
    Requirement,
    RequirementComment,
    RequirementEffort,
    RequirementLink,
    RequirementScope,
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
    parts: bool = True,
) -> Requirement:
    """Return a requirement with its criteria, scope and efforts, four statements.

    ``key`` is ``REQ-12`` or the number. Raises NotFound to people who may not read requirements,
    Forbidden to readers without the right. ``lock`` keeps others from changing it meanwhile.
    Without ``parts`` it comes alone, for pages that show them by `parts_of`; one statement.
    """
    number = key if isinstance(key, int) else parse_key(key, Requirement.key_prefix)
    found = session.scalar(_one(lock), {"id": number})
    if found is None or not allowed(actor, found, "read"):
        raise NotFound(_("There is no requirement %(key)s.", key=f"REQ-{number}"))
    if not allowed(actor, found, may):
        raise Forbidden(_("Only its requester or a program manager may do this."))
    if parts:
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


class Part(NamedTuple):
    """A criterion, with its text; an entry of the scope, with its code; or a team's effort."""

    kind: str
    id: int
    place: int
    text: str
    dimension: str | None
    team_id: int | None
    weeks: float | None
    accepted_at: datetime | None
    accepted_by: int | None


@dataclass(frozen=True)
class Parts:
    """The lists of a requirement as its page shows them; the codes of the scope are sorted."""

    criteria: Sequence[Part]
    efforts: Sequence[Part]
    scope: Mapping[str, Sequence[str]]


def parts_of(session: Session, requirement_id: int) -> Parts:
    """Return the lists of a requirement, one statement."""
    criteria: list[Part] = []
    efforts: list[Part] = []
    scope: dict[str, list[str]] = {}
    for row in read_rows(session, *asks_parts(requirement_id)):
        part = Part(*row)
        if part.dimension is not None:
            scope.setdefault(part.dimension, []).append(part.text)
        else:
            (criteria if part.team_id is None else efforts).append(part)
    return Parts(criteria, efforts, {name: sorted(codes) for name, codes in scope.items()})


def asks_parts(requirement_id: int) -> Asked:
    """Return what `parts_of` asks."""
    return _parts(), {"requirement": requirement_id}


@cache
def _parts() -> CompoundSelect[Any]:
    criterion, scope = AcceptanceCriterion.__table__.c, RequirementScope.__table__.c
    effort, number = RequirementEffort.__table__.c, bindparam("requirement", type_=Integer)
    nobody, nowhere = cast(null(), Integer), cast(null(), String)
    never, nothing = cast(null(), Moment), cast(null(), Float)
    return union_all(
        select(
            *(literal("criterion"), criterion.id, criterion.position.label("place")),
            *(criterion.text, nowhere, nobody, nothing),
            *(criterion.accepted_at, criterion.accepted_by),
        ).where(criterion.requirement_id == number),
        select(
            *(literal("scope"), scope.id, scope.id, scope.code, cast(scope.dimension, String)),
            *(nobody, nothing, never, nobody),
        ).where(scope.requirement_id == number),
        select(
            *(literal("effort"), effort.id, effort.team_id, literal(""), nowhere),
            *(effort.team_id, effort.weeks, never, nobody),
        ).where(effort.requirement_id == number),
    ).order_by("place")


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


def comments(session: Session, requirement_id: int) -> list[Said]:
    """Return the newest comments, oldest first, one statement."""
    rows = read_rows(session, *asks_comments(requirement_id))
    return [
        Said(number, author_id, name or _("Import"), *words)
        for number, author_id, name, *words in reversed(rows)
    ]


def asks_comments(requirement_id: int) -> Asked:
    """Return what `comments` asks."""
    return _comments(), {"requirement": requirement_id}


@cache
def _comments() -> Select[Any]:
    table, person = RequirementComment.__table__, Person.__table__
    said = table.c
    return (
        select(
            *(said.id, said.author_id, person.c.name, said.body, said.created_at, said.edited_at)
        )
        .select_from(table.outerjoin(person, person.c.id == said.author_id))
        .where(said.requirement_id == bindparam("requirement"))
        .order_by(said.id.desc())
        .limit(200)
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
    return [Related(*row) for row in read_rows(session, *asks_related(requirement))]


def asks_related(requirement: Requirement) -> Asked:
    """Return what `related` asks."""
    return _related(), {"mine": requirement.id, "target": requirement.duplicate_of_id}


@cache
def _related() -> CompoundSelect[Any]:
    table, links = Requirement.__table__, RequirementLink.__table__
    other, link, mine = table.c, links.c, bindparam("mine", type_=Integer)
    columns: tuple[Any, ...] = (other.id, other.title, other.state)
    parts: list[Select[Any]] = [
        select(literal("blocker").label("relation"), *columns)
        .join(links, link.blocker_id == other.id)
        .where(link.blocked_id == mine),
        select(literal("blocked"), *columns)
        .join(links, link.blocked_id == other.id)
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
    return read_rows(session, *ASKS_LAST_RANK)[0][0] or 0


ASKS_LAST_RANK: Asked = (select(func.max(Requirement.__table__.c.rank)), {})


def people_named(session: Session, ids: Sequence[int | None]) -> dict[int, str]:
    """Return the names of people by id, one statement."""
    wanted = sorted({one for one in ids if one is not None})
    return dict(map(tuple, read_rows(session, _NAMES, {"ids": wanted})))


_PERSON = Person.__table__.c
_NAMES = select(_PERSON.id, _PERSON.name).where(among(_PERSON.id, "ids"))
