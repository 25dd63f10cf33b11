"""The list of mechanisms: filters, health, one page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Person
from roadmap.mechanisms.control_queries import outside
from roadmap.mechanisms.gather import fresh_since
from roadmap.mechanisms.kinds import (
    ACTIVE_STAGES,
    AUTOMATED_KINDS,
    COVERING_AUTOMATED_KINDS,
    HUMAN_KINDS,
    MechanismKind,
    Stage,
)
from roadmap.mechanisms.models import Configuration, CoverageCell, Mechanism
from roadmap.web.paging import Order, Page, encode_mark, make_page, page_of
from roadmap.wording import N_

MAX_AGE_DAYS = 30
REHEARSAL_DAYS = 180
# Kinds whose work is measured: what detects, and queues that review.
MEASURED_KINDS = COVERING_AUTOMATED_KINDS | {MechanismKind.REVIEW_QUEUE}

# Code -> what people call it.
HEALTH = {
    "stale": N_("Stale evidence"),
    "unstaffed": N_("Not staffed"),
    "no_configuration": N_("No configuration"),
    "rehearsal": N_("Rehearsal overdue"),
    "control": N_("Outside its limits"),
}
SORTS: dict[str, Any] = {"name": Mechanism.name, "key": Mechanism.id}


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; None or empty means all. `group` is human or automated."""

    kind: MechanismKind | None = None
    group: str | None = None
    stage: Stage | None = None
    owner_id: int | None = None
    market: str | None = None
    health: str | None = None
    text: str = ""


def health_conditions(today: date) -> dict[str, ColumnElement[bool]]:
    """Return each way a running mechanism can be unhealthy, as a condition on Mechanism."""
    active = Mechanism.stage.in_(ACTIVE_STAGES)
    automated = Mechanism.kind.in_(AUTOMATED_KINDS)
    running = Mechanism.stage.in_((Stage.SHADOW, *ACTIVE_STAGES))
    current = (
        select(Configuration.id)
        .where(Configuration.mechanism_id == Mechanism.id, Configuration.is_current)
        .correlate(Mechanism)
        .exists()
    )
    rehearsed = Mechanism.kill_switch_rehearsed_on
    return {
        "stale": and_(
            active, Mechanism.kind.in_(MEASURED_KINDS), ~fresh_since(today, MAX_AGE_DAYS)
        ),
        "unstaffed": and_(
            active,
            Mechanism.kind.in_(HUMAN_KINDS),
            or_(Mechanism.staffed_until.is_(None), Mechanism.staffed_until < today),
        ),
        "no_configuration": and_(running, automated, ~current),
        "rehearsal": and_(
            active,
            automated,
            or_(rehearsed.is_(None), rehearsed < today - timedelta(days=REHEARSAL_DAYS)),
        ),
        "control": and_(running, outside(today)),
    }


@dataclass(frozen=True)
class Line:
    """One mechanism of the list; `troubles` are codes of HEALTH."""

    id: int
    key: str
    name: str
    kind: MechanismKind
    stage: Stage
    owner: str | None
    configuration: str | None
    markets: str
    troubles: tuple[str, ...]


def registry_page(
    session: Session,
    filters: Filters,
    today: date,
    *,
    sort: str = "name",
    mark: str | None = None,
    backward: bool = False,
) -> Page[Line]:
    """Return one page of the registry, two statements."""
    descending = sort.startswith("-")
    column = SORTS.get(sort.removeprefix("-"), Mechanism.name)
    health = health_conditions(today)
    query: Any = (
        select(
            Mechanism.id,
            Mechanism.name,
            Mechanism.kind,
            Mechanism.stage,
            Person.name.label("owner"),
            Configuration.label,
            *(condition.label(name) for name, condition in health.items()),
        )
        .outerjoin(Person, Person.id == Mechanism.owner_id)
        .outerjoin(
            Configuration,
            and_(Configuration.mechanism_id == Mechanism.id, Configuration.is_current),
        )
    )
    query = narrowed(query, filters, health)
    order = Order(column, Mechanism.id, descending=descending)
    rows = session.execute(page_of(query, order, mark, backward)).all()
    places = _markets(session, [row.id for row in rows])
    lines = [_line(row, places.get(row.id, ())) for row in rows]
    marks = [encode_mark(row.id if column is Mechanism.id else row.name, row.id) for row in rows]
    return make_page(lines, marks, mark, backward)


def narrowed(
    query: Select[Any], filters: Filters, health: dict[str, ColumnElement[bool]]
) -> Select[Any]:
    """Return the query with the filters on it."""
    if filters.kind is not None:
        query = query.where(Mechanism.kind == filters.kind)
    if filters.group in ("human", "automated"):
        kinds = HUMAN_KINDS if filters.group == "human" else AUTOMATED_KINDS
        query = query.where(Mechanism.kind.in_(kinds))
    if filters.stage is not None:
        query = query.where(Mechanism.stage == filters.stage)
    elif filters.health is None:
        query = query.where(Mechanism.stage != Stage.RETIRED)
    if filters.owner_id is not None:
        query = query.where(Mechanism.owner_id == filters.owner_id)
    if filters.market:
        served = select(CoverageCell.id).where(
            CoverageCell.mechanism_id == Mechanism.id,
            or_(CoverageCell.market_code == filters.market, CoverageCell.market_code.is_(None)),
        )
        query = query.where(served.exists())
    if filters.health == "any":
        query = query.where(or_(*health.values()))
    elif filters.health in health:
        query = query.where(health[filters.health])
    if filters.text.strip():
        query = query.where(Mechanism.name.icontains(filters.text.strip(), autoescape=True))
    return query


@dataclass(frozen=True)
class Counts:
    """How many mechanisms there are, how many have an effect, how many have which trouble."""

    all: int
    active: int
    troubled: int
    by_health: dict[str, int]


def registry_counts(session: Session, today: date) -> Counts:
    """Return the counts of the whole registry without retired ones, one statement."""
    health = health_conditions(today)
    flags = (
        select(
            Mechanism.stage.in_(ACTIVE_STAGES).label("active"),
            *(condition.label(name) for name, condition in health.items()),
        )
        .where(Mechanism.stage != Stage.RETIRED)
        .cte("flags")
        # Else PostgreSQL puts the conditions wherever a flag is named and judges each twice.
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    counted = (
        flags.c.active,
        or_(*(flags.c[name] for name in health)),
        *(flags.c[n] for n in health),
    )
    row = session.execute(
        select(func.count(), *(func.count().filter(flag) for flag in counted)).select_from(flags)
    ).one()
    return Counts(row[0], row[1], row[2], dict(zip(health, row[3:], strict=True)))


def owners(session: Session) -> Sequence[Any]:
    """Return (id, name) of people who own a mechanism, one statement."""
    owned = select(Mechanism.owner_id).where(Mechanism.owner_id.is_not(None))
    return session.execute(
        select(Person.id, Person.name).where(Person.id.in_(owned)).order_by(Person.name)
    ).all()


def _markets(session: Session, ids: Sequence[int]) -> dict[int, list[str | None]]:
    found: dict[int, list[str | None]] = {}
    rows = session.execute(
        select(CoverageCell.mechanism_id, CoverageCell.market_code)
        .where(CoverageCell.mechanism_id.in_(ids))
        .distinct()
        .order_by(CoverageCell.mechanism_id, CoverageCell.market_code)
    )
    for mechanism_id, code in rows:
        found.setdefault(mechanism_id, []).append(code)
    return found


def _line(row: Any, places: Sequence[str | None]) -> Line:
    shown = "*" if None in places else ", ".join(code for code in places if code is not None)
    return Line(
        id=row.id,
        key=f"{Mechanism.key_prefix}-{row.id}",
        name=row.name,
        kind=row.kind,
        stage=row.stage,
        owner=row.owner,
        configuration=row.label,
        markets=shown,
        troubles=tuple(name for name in HEALTH if getattr(row, name)),
    )
