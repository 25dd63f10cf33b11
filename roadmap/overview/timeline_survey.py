"""What the roadmap shows of thousands of launches, chosen by the database in one statement.

Launches in the days shown come by group, the next of each with the number of all; what lands
soon and what has no date come with their numbers too, so that whatever is folded is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from roadmap.launches.access import Asker, seen_by
from roadmap.launches.kinds import LaunchState, PhaseState
from roadmap.launches.models import Launch, LaunchCell, LaunchDependency, Phase
from roadmap.overview.standing import ENDED, LATE, LIVE, PLACES
from roadmap.overview.timeline import LAST_DAYS, Span

# Rows one picture can hold and still be read; shared among its groups, but each draws some.
ROWS = 72
LEAST = 2
# Rows of one group that was opened, on one part.
PART = 150
# Lines of the lists below the picture until the rest is asked for.
LANDED, UNDATED = 25, 25
NAMED = 4
SEVERAL, NONE = "several", "none"
_STOPPED = (LaunchState.ROLLED_BACK, LaunchState.PAUSED)


@dataclass(frozen=True)
class Wanted:
    """What is asked: days, grouping, the group opened with its part, and lists shown whole."""

    span: Span
    today: date
    soon: date
    group: str
    open: str = ""
    part: int = 1
    whole: str = ""


@dataclass(frozen=True)
class Chosen:
    """One launch chosen: where (`drawn`, `soon`, `undated`), its group and place, and counts.

    `count` is the number of launches of that list, or of that group if drawn; `late` and `outdated`
    say how many of those landing soon are late, or not judged at the moment.
    """

    kind: str
    id: int
    group: str
    place: int
    count: int
    late: int
    outdated: int
    is_late: bool


def _group_key(at: CTE, by: str) -> ColumnElement[Any]:
    if by == "team":
        return func.coalesce(cast(at.c.team_id, String), NONE)
    if by == "type":
        own = select(cast(Launch.type, String)).where(Launch.id == at.c.id)
        return own.correlate(at).scalar_subquery()
    low, high = func.min(LaunchCell.market_code), func.max(LaunchCell.market_code)
    markets = select(case((low == high, low), (low.is_(None), NONE), else_=SEVERAL))
    return markets.where(LaunchCell.launch_id == at.c.id).correlate(at).scalar_subquery()


def _has_phase(at: CTE, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    query = select(Phase.id).where(Phase.launch_id == at.c.id, *conditions)
    return query.correlate(at).exists()


def _drawn(at: CTE, wanted: Wanted) -> Select[Any]:
    """Select the launches with a bar in the days shown: those of each group that come next."""
    first = select(func.min(Phase.starts_on)).where(Phase.launch_id == at.c.id).correlate(at)
    upcoming = case((at.c.live.is_(True), None), else_=at.c.starts_on)
    view = (
        select(
            at.c.id,
            _group_key(at, wanted.group).label("key"),
            func.coalesce(upcoming, first.scalar_subquery()).label("day"),
        )
        .where(
            _has_phase(at, Phase.starts_on <= wanted.span.last),
            _has_phase(at, Phase.starts_on > wanted.span.first - timedelta(days=LAST_DAYS)),
        )
        .cte("view")
    )
    order = (view.c.day, view.c.id)
    # What is over already gives way to what comes.
    near = (case((view.c.day < wanted.today, 1), else_=0), *order)
    ranked = select(
        view.c.id,
        view.c.key,
        func.row_number().over(partition_by=view.c.key, order_by=near).label("near"),
        func.row_number().over(partition_by=view.c.key, order_by=order).label("place"),
        func.count().over(partition_by=view.c.key).label("many"),
    ).subquery("ranked")
    chosen = ranked.c.near <= _each(view)
    if wanted.open:
        begins = (wanted.part - 1) * PART
        chosen = and_(
            ranked.c.key == wanted.open,
            ranked.c.place > begins,
            ranked.c.place <= begins + PART,
        )
    return _listed("drawn", ranked.c.id, ranked.c.key, ranked.c.place, ranked.c.many).where(chosen)


def _each(view: CTE) -> ColumnElement[int]:
    """Return how many rows each group draws, so that the picture holds them."""
    groups = select(func.count(view.c.key.distinct())).scalar_subquery()
    total = select(func.count()).select_from(view).scalar_subquery()
    share = cast(literal(ROWS) / groups, Integer)
    return case((total <= ROWS, ROWS), (share < LEAST, LEAST), else_=share)


def _listed(kind: str, *columns: ColumnElement[Any], more: Sequence[Any] = ()) -> Select[Any]:
    id_, key, place, many = columns
    extra = more or (literal(0), literal(0), literal(0))
    return select(
        literal(kind).label("kind"),
        id_.label("id"),
        key.label("key"),
        place.label("place"),
        many.label("many"),
        extra[0].label("late"),
        extra[1].label("outdated"),
        extra[2].label("is_late"),
    )


def _soon(at: CTE, wanted: Wanted) -> Select[Any]:
    """Select what lands soon, by date, and the first that are late."""
    late = case((and_(at.c.fresh.is_(True), at.c.outlook == LATE), 1), else_=0)
    lands = (
        select(
            at.c.id,
            func.row_number().over(order_by=(at.c.starts_on, at.c.id)).label("place"),
            func.row_number()
            .over(partition_by=late, order_by=(at.c.starts_on, at.c.id))
            .label("of_kind"),
            func.count().over().label("many"),
            func.sum(late).over().label("late"),
            func.sum(case((at.c.fresh.is_(True), 0), else_=1)).over().label("outdated"),
            late.label("is_late"),
        )
        .where(
            at.c.place != PLACES[LIVE],
            at.c.starts_on >= wanted.today,
            at.c.starts_on <= wanted.soon,
        )
        .subquery("lands")
    )
    query = _listed(
        "soon",
        lands.c.id,
        cast(null(), String),
        lands.c.place,
        lands.c.many,
        more=(lands.c.late, lands.c.outdated, lands.c.is_late),
    )
    if wanted.whole == "soon":
        return query
    return query.where(
        or_(lands.c.place <= LANDED, and_(lands.c.is_late == 1, lands.c.of_kind <= NAMED))
    )


def _undated(at: CTE, wanted: Wanted) -> Select[Any]:
    bare = (
        select(
            at.c.id,
            _group_key(at, wanted.group).label("key"),
            func.row_number().over(order_by=at.c.id).label("place"),
            func.count().over().label("many"),
        )
        .where(~_has_phase(at, Phase.starts_on.is_not(None)))
        .subquery("bare")
    )
    query = _listed("undated", bare.c.id, bare.c.key, bare.c.place, bare.c.many)
    return query if wanted.whole == "undated" else query.where(bare.c.place <= UNDATED)


def survey(session: Session, at: CTE, wanted: Wanted) -> list[Chosen]:
    """Return the launches to show, each list in its order; one statement."""
    every = union_all(_drawn(at, wanted), _soon(at, wanted), _undated(at, wanted)).subquery("all")
    query = select(every).order_by(every.c.kind, every.c.place, every.c.id)
    return [
        Chosen(r.kind, r.id, r.key or "", r.place, r.many, r.late, r.outdated, bool(r.is_late))
        for r in session.execute(query)
    ]


# ---- what waits in vain ----


@dataclass(frozen=True)
class Vain:
    """A launch that waits for another which, as planned, comes too late or not at all."""

    launch_id: int
    needs_id: int


def in_vain(session: Session, actor: Asker, at: CTE, limit: int | None) -> tuple[list[Vain], int]:
    """Return dependencies that cannot hold by their dates, the nearest first, and their number."""
    other = aliased(Launch)
    last = (
        select(func.max(Phase.position))
        .where(Phase.launch_id == LaunchDependency.depends_on_id)
        .correlate(LaunchDependency)
        .scalar_subquery()
    )
    position = func.coalesce(LaunchDependency.phase_position, last)
    reached = and_(Phase.launch_id == LaunchDependency.depends_on_id, Phase.position == position)
    broken = or_(
        Phase.id.is_(None),
        and_(
            Phase.state != PhaseState.LIVE,
            or_(
                other.state.in_(_STOPPED),
                Phase.state == PhaseState.HALTED,
                and_(at.c.live.is_(False), Phase.starts_on > at.c.starts_on),
            ),
        ),
    )
    query = (
        select(at.c.id, LaunchDependency.depends_on_id, func.count().over().label("many"))
        .join(LaunchDependency, LaunchDependency.launch_id == at.c.id)
        .join(other, other.id == LaunchDependency.depends_on_id)
        .outerjoin(Phase, reached)
        .where(other.state.not_in(ENDED), seen_by(actor, other), broken)
        .order_by(at.c.starts_on.is_(None), at.c.starts_on, at.c.id, LaunchDependency.id)
        .limit(limit)
    )
    rows = session.execute(query).all()
    return [Vain(r.id, r.depends_on_id) for r in rows], rows[0].many if rows else 0
