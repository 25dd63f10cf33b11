"""Reads of the mechanisms room: the loader, the parts of one record, choices for forms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, selectinload

from roadmap.accounts.current import Actor
from roadmap.accounts.models import Person, Team
from roadmap.accounts.permissions import permissions_of
from roadmap.db import read_rows
from roadmap.errors import Forbidden, NotFound
from roadmap.keys import parse_key
from roadmap.mechanisms.kinds import MechanismKind, Stage
from roadmap.mechanisms.models import Certification, Configuration, Mechanism, Site
from roadmap.taxonomy.models import PolicyVersion
from roadmap.web.i18n import _

# Where a detector at `monitor` may send items.
ROUTE_KINDS = (MechanismKind.REVIEW_QUEUE, MechanismKind.ESCALATION_DESK)


def may_edit(actor: Actor | None, mechanism: Mechanism, right: str = "mechanism.edit") -> bool:
    """Tell whether the actor may change it: its owner, the owner's team, or who may edit any.

    `right` is ``mechanism.edit`` or ``evidence.write``; None is the system itself.
    """
    if actor is None or actor.may("mechanism.edit_any"):
        return True
    if not actor.may(right):
        return False
    own = mechanism.owner_id is not None and mechanism.owner_id == actor.id
    return own or (mechanism.team_id is not None and mechanism.team_id in actor.team_ids)


def authorise(
    actor: Actor | None, mechanism: Mechanism, right: str = "mechanism.edit"
) -> Mechanism:
    """Return the mechanism if the actor may change it, or raise Forbidden."""
    if not may_edit(actor, mechanism, right):
        raise Forbidden(
            _(
                "Only the owner of %(key)s, their team or a program manager may change it.",
                key=mechanism.key,
            )
        )
    return mechanism


# Built once: building statements costs more than most of their answers.
_RECORD = select(Mechanism).where(Mechanism.id == bindparam("id"))
_MECHANISM = _RECORD.options(selectinload(Mechanism.coverage))


def get_mechanism(
    session: Session,
    actor: Actor | None,
    key: str,
    may: Literal["read", "edit", "evidence"] = "read",
    *,
    coverage: bool = True,
) -> Mechanism:
    """Load a mechanism with its coverage and authorise, two statements; one without coverage.

    Raises NotFound for a stranger or an unknown key, Forbidden for a reader without the right.
    """
    if actor is not None and not actor.may("mechanism.read"):
        raise NotFound(_("There is no mechanism %(key)s.", key=key))
    found: Mechanism | None = session.scalar(
        _MECHANISM if coverage else _RECORD, {"id": parse_key(key, Mechanism.key_prefix)}
    )
    if found is None:
        raise NotFound(_("There is no mechanism %(key)s.", key=key))
    if may != "read":
        authorise(actor, found, "mechanism.edit" if may == "edit" else "evidence.write")
    return found


def find_mechanism(session: Session, mechanism_id: int) -> Mechanism:
    """Return a mechanism with its coverage by its number, without asking who wants it."""
    found: Mechanism | None = session.scalar(_MECHANISM, {"id": mechanism_id})
    if found is None:
        raise NotFound(_("There is no mechanism MEC-%(number)s.", number=mechanism_id))
    return found


def configurations(session: Session, mechanism_id: int) -> Sequence[Configuration]:
    """Return the configurations of a mechanism, the one that runs first, then the newest."""
    return session.scalars(
        select(Configuration)
        .where(Configuration.mechanism_id == mechanism_id)
        .order_by(Configuration.is_current.desc(), Configuration.id.desc())
    ).all()


def find_configuration(
    session: Session, mechanism: Mechanism, configuration_id: int
) -> Configuration:
    """Return a configuration of a mechanism, or raise NotFound."""
    found = session.scalar(
        select(Configuration).where(
            Configuration.id == configuration_id, Configuration.mechanism_id == mechanism.id
        )
    )
    if found is None:
        raise NotFound(_("This mechanism has no such configuration."))
    return found


@dataclass(frozen=True)
class CertificationLine:
    """One certification with the names of what it refers to."""

    certification: Certification
    version: PolicyVersion
    site: Site | None


def certifications(session: Session, mechanism_id: int) -> list[CertificationLine]:
    """Return the certified heads of a queue with guideline version and site, one statement."""
    rows = session.execute(
        select(Certification, PolicyVersion, Site)
        .join(PolicyVersion, PolicyVersion.id == Certification.policy_version_id)
        .outerjoin(Site, Site.id == Certification.site_id)
        .where(Certification.mechanism_id == mechanism_id)
        .order_by(
            PolicyVersion.policy_area_code, PolicyVersion.id.desc(), Certification.language_code
        )
    )
    return [CertificationLine(*row) for row in rows]


def sites(session: Session) -> Sequence[Site]:
    """Return all sites with their markets by code, two statements."""
    return session.scalars(
        select(Site).options(selectinload(Site.markets)).order_by(Site.code)
    ).all()


def find_site(session: Session, code: str) -> Site:
    """Return one site with its markets, or raise NotFound."""
    found = session.scalar(
        select(Site).where(Site.code == code).options(selectinload(Site.markets))
    )
    if found is None:
        raise NotFound(_("There is no site %(code)s.", code=code))
    return found


@dataclass(frozen=True, slots=True)
class Named:
    """Another mechanism as a page names it."""

    key: str
    name: str


@dataclass(frozen=True)
class Relations:
    """Who and what a mechanism's record names, as its page shows them."""

    owner: str | None
    team: str | None
    site: str | None
    routes_to: Named | None
    fed_by: Sequence[Named]


_NAMES = (
    select(Person.name.label("owner"), Team.name.label("team"), Site.name.label("site"))
    .select_from(Mechanism)
    .outerjoin(Person, Person.id == Mechanism.owner_id)
    .outerjoin(Team, Team.id == Mechanism.team_id)
    .outerjoin(Site, Site.id == Mechanism.site_id)
    .where(Mechanism.id == bindparam("id"))
)
_NEAR = (
    select(Mechanism.id, Mechanism.name, Mechanism.routes_to_id)
    .where((Mechanism.routes_to_id == bindparam("id")) | (Mechanism.id == bindparam("target")))
    .order_by(Mechanism.name)
)


def relations(session: Session, mechanism: Mechanism) -> Relations:
    """Return the owner, team, site and routes of a mechanism, two statements."""
    (row,) = read_rows(session, _NAMES, {"id": mechanism.id})
    near = read_rows(session, _NEAR, {"id": mechanism.id, "target": mechanism.routes_to_id})
    target = next((_near(m) for m in near if m.id == mechanism.routes_to_id), None)
    fed_by = [_near(m) for m in near if m.routes_to_id == mechanism.id]
    return Relations(row.owner, row.team, row.site, target, fed_by)


def _near(row: Any) -> Named:
    return Named(f"{Mechanism.key_prefix}-{row.id}", row.name)


@dataclass(frozen=True)
class Choices:
    """What the form of a mechanism offers, each as (id, label)."""

    owners: list[tuple[str, str]]
    teams: list[tuple[str, str]]
    sites: list[tuple[str, str]]
    queues: list[tuple[str, str]]


def choices(session: Session, keep_owner: int | None = None) -> Choices:
    """Return what the form offers, four statements: only people whose role may own mechanisms."""
    people = session.execute(
        select(Person.id, Person.name, Person.roles, Person.active).order_by(Person.name)
    )
    owners = [
        (str(p.id), p.name)
        for p in people
        if p.id == keep_owner or (p.active and "mechanism.edit" in permissions_of(p.roles))
    ]
    teams = session.execute(select(Team.id, Team.name).where(Team.active).order_by(Team.name))
    places = session.execute(select(Site.id, Site.name).order_by(Site.name))
    queues = session.execute(
        select(Mechanism.id, Mechanism.name)
        .where(Mechanism.kind.in_(ROUTE_KINDS), Mechanism.stage != Stage.RETIRED)
        .order_by(Mechanism.name)
    )
    return Choices(
        owners,
        _labelled(teams),
        _labelled(places),
        [(str(q.id), f"{Mechanism.key_prefix}-{q.id} {q.name}") for q in queues],
    )


def _labelled(rows: Any) -> list[tuple[str, str]]:
    return [(str(row[0]), row[1]) for row in rows]


def owned_by(session: Session, person_id: int) -> Sequence[Mechanism]:
    """Return the mechanisms a person owns."""
    return session.scalars(
        select(Mechanism).where(Mechanism.owner_id == person_id).order_by(Mechanism.id)
    ).all()


def _named(model: Any, session: Session, ids: set[int]) -> dict[int, str]:
    rows = session.execute(select(model.id, model.name).where(model.id.in_(ids)))
    return {row.id: row.name for row in rows}


def configuration_labels(session: Session, ids: set[int]) -> dict[int, str]:
    """Return the labels of configurations by id, one statement."""
    rows = session.execute(
        select(Configuration.id, Configuration.label).where(Configuration.id.in_(ids))
    )
    return {row.id: row.label for row in rows}


def mechanism_names(session: Session, ids: set[int]) -> dict[int, str]:
    """Return the names of mechanisms by id, one statement."""
    return _named(Mechanism, session, ids)


def site_names(session: Session, ids: set[int]) -> dict[int, str]:
    """Return the names of sites by id, one statement."""
    return _named(Site, session, ids)


def team_names(session: Session, ids: set[int]) -> dict[int, str]:
    """Return the names of teams by id, one statement."""
    return _named(Team, session, ids)
