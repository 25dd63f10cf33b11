"""Reads of people and teams, as the admin pages need them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Person, Team, TeamMember
from roadmap.web.paging import Order, Page, encode_mark, make_page, page_of


def _matching(text: str) -> Any:
    sought = text.strip()
    return or_(
        Person.name.icontains(sought, autoescape=True),
        Person.email.icontains(sought, autoescape=True),
    )


def people_page(
    session: Session, text: str, state: str, mark: str | None, backward: bool
) -> Page[Any]:
    """Return one page of people by name: matching the text; state active, left or any."""
    query: Select[Any] = select(
        Person.id,
        Person.name,
        Person.email,
        Person.roles,
        Person.active,
        Person.last_sign_in_at,
        Person.password_hash.is_not(None).label("has_password"),
    )
    if text.strip():
        query = query.where(_matching(text))
    if state != "any":
        query = query.where(Person.active if state == "active" else ~Person.active)
    rows = session.execute(page_of(query, Order(Person.name, Person.id), mark, backward)).all()
    marks = [encode_mark(row.name, row.id) for row in rows]
    return make_page(rows, marks, mark, backward)


def names_of(session: Session, ids: set[int]) -> Mapping[int, str]:
    """Return the names of people by id, one statement."""
    if not ids:
        return {}
    found = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: row.name for row in found}


def active_people(session: Session, limit: int = 300) -> Sequence[Any]:
    """Return the first active people by name, to offer while an address is typed."""
    return session.execute(
        select(Person.id, Person.name, Person.email)
        .where(Person.active)
        .order_by(Person.name, Person.id)
        .limit(limit)
    ).all()


def id_of_active(session: Session, email: str) -> int | None:
    """Return the id of the active person with this address."""
    return session.scalar(
        select(Person.id).where(Person.email == email.strip().lower(), Person.active)
    )


def team_rows(session: Session) -> Sequence[Any]:
    """Return every team with its number of active members, active teams first."""
    members = func.count(Person.id)
    return session.execute(
        select(Team.id, Team.code, Team.name, Team.active, members.label("members"))
        .outerjoin(TeamMember, TeamMember.team_id == Team.id)
        .outerjoin(Person, (Person.id == TeamMember.person_id) & Person.active)
        .group_by(Team.id, Team.code, Team.name, Team.active)
        .order_by(Team.active.desc(), Team.name, Team.id)
    ).all()


def team_choices(session: Session, person_id: int | None = None) -> list[tuple[int, str]]:
    """Return (id, name) of active teams and of those the person is in."""
    mine = select(TeamMember.team_id).where(TeamMember.person_id == person_id)
    found = session.execute(
        select(Team.id, Team.name)
        .where(or_(Team.active, Team.id.in_(mine)))
        .order_by(Team.name, Team.id)
    )
    return [(row.id, row.name) for row in found]


def team_ids_of(session: Session, person_id: int) -> list[int]:
    """Return the teams a person is in."""
    return list(
        session.scalars(
            select(TeamMember.team_id)
            .where(TeamMember.person_id == person_id)
            .order_by(TeamMember.team_id)
        )
    )


def member_rows(session: Session, team_id: int) -> Sequence[Any]:
    """Return the members of a team by name: id, name, email, active, lead."""
    return session.execute(
        select(Person.id, Person.name, Person.email, Person.active, TeamMember.lead)
        .join(TeamMember, TeamMember.person_id == Person.id)
        .where(TeamMember.team_id == team_id)
        .order_by(Person.name, Person.id)
    ).all()
