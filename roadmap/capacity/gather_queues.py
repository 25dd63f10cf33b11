"""Reads queues with their rosters and base loads, automated steps, and campaigns."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from roadmap.capacity.inputs import BacklogInput, BaseInput, CampaignInput, QueueInput, StepInput
from roadmap.capacity.models import (
    BaseLoad,
    CampaignLoad,
    QueueBacklog,
    QueuePlan,
    QueueShift,
    QueueThroughput,
    SiteHoliday,
    StepPlan,
)
from roadmap.capacity.roster import Shift
from roadmap.launches.access import AnySelect
from roadmap.mechanisms.kinds import AUTOMATED_KINDS, HUMAN_KINDS
from roadmap.mechanisms.models import CoverageCell, Mechanism
from roadmap.taxonomy.models import CalendarDay

IDS: Any = bindparam("ids", expanding=True)
_PLAN = (
    "zone",
    "handling_seconds",
    "handling_grade",
    "occupancy",
    "in_shift_shrinkage",
    "shrinkage",
    "attrition",
    "contract_hours",
    "sla_hours",
    "sla_share",
    "patience_hours",
    "review_share",
    "review_grade",
    "appeal_true",
    "appeal_false",
    "appeal_days",
    "hourly_rate",
    "item_price",
    "currency",
)
_STEP = ("outage_hours", "clear_hours", "hold_minutes")


@cache
def _queues_query() -> AnySelect:
    return (
        select(
            Mechanism.id.label("mechanism"),
            Mechanism.kind,
            Mechanism.owner_id,
            *QueuePlan.__table__.columns,
            QueueBacklog.items.label("counted_items"),
            QueueBacklog.counted_at,
        )
        .outerjoin(QueuePlan, QueuePlan.mechanism_id == Mechanism.id)
        .outerjoin(QueueBacklog, QueueBacklog.mechanism_id == Mechanism.id)
        .where(Mechanism.id.in_(IDS), Mechanism.kind.in_(HUMAN_KINDS))
    )


def queues(session: Session, ids: Sequence[int]) -> dict[int, QueueInput]:
    """Return the human mechanisms of some ids with all that tells their capacity."""
    bases = _rows(session, BaseLoad, ids)
    shifts = _rows(session, QueueShift, ids)
    done = _rows(session, QueueThroughput, ids)
    markets = _markets(session, ids)
    closed = _closed(session)
    found = {}
    for row in session.execute(_queues_query(), {"ids": list(ids)}):
        number = row.mechanism
        plan = {} if row.id is None else {name: getattr(row, name) for name in _PLAN}
        zone = plan.get("zone", "UTC")
        found[number] = QueueInput(
            id=number,
            key=f"{Mechanism.key_prefix}-{number}",
            kind=row.kind,
            owner_id=row.owner_id,
            shifts=tuple(_shift(one, zone) for one in shifts[number]),
            throughput=tuple((one.week, one.per_day) for one in done[number]),
            base=tuple(_base(one) for one in bases[number]),
            backlog=_backlog(row),
            markets=markets.get(number, frozenset()),
            closed=closed,
            **plan,
        )
    return found


def _backlog(row: Any) -> BacklogInput | None:
    if row.counted_items is None:
        return None
    return BacklogInput(row.counted_items, row.counted_at)


@cache
def _rows_query(table: Any) -> AnySelect:
    return (
        select(*table.__table__.columns)
        .where(table.mechanism_id.in_(IDS))
        .order_by(table.mechanism_id, table.id)
    )


def _rows(session: Session, table: Any, ids: Sequence[int]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(_rows_query(table), {"ids": list(ids)}):
        found[row.mechanism_id].append(row)
    return found


def _shift(row: Any, zone: str) -> Shift:
    return Shift(
        first=row.first_day,
        last=row.last_day,
        weekdays=frozenset(row.weekdays),
        starts=row.starts,
        ends=row.ends,
        zone=zone,
        rostered=row.rostered,
        present=row.present,
        ramp=row.ramp,
        languages=frozenset(row.languages),
        site_id=row.site_id,
    )


def _base(row: Any) -> BaseInput:
    return BaseInput(
        weekly=row.weekly,
        measured_until=row.measured_until,
        language=row.language_code,
        handling_seconds=row.handling_seconds,
        profile=tuple(row.profile),
        season={int(week): factor for week, factor in row.season.items()},
        grade=row.grade,
    )


@cache
def _markets_query() -> AnySelect:
    return (
        select(CoverageCell.mechanism_id, CoverageCell.market_code)
        .where(CoverageCell.mechanism_id.in_(IDS))
        .distinct()
    )


def _markets(session: Session, ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """Return the markets each mechanism names; one that declares any market has none listed."""
    named: dict[int, set[str | None]] = defaultdict(set)
    for mechanism_id, market in session.execute(_markets_query(), {"ids": list(ids)}):
        named[mechanism_id].add(market)
    return {
        mechanism_id: frozenset(one for one in markets if one is not None)
        for mechanism_id, markets in named.items()
        if None not in markets
    }


def _closed(session: Session) -> dict[int | None, frozenset[date]]:
    found: dict[int | None, set[date]] = defaultdict(set)
    for site_id, day in session.execute(select(SiteHoliday.site_id, SiteHoliday.day)):
        found[site_id].add(day)
    return {site_id: frozenset(days) for site_id, days in found.items()}


@cache
def _steps_query() -> AnySelect:
    return (
        select(
            Mechanism.id.label("mechanism"),
            Mechanism.owner_id,
            Mechanism.fail_mode,
            Mechanism.routes_to_id,
            Mechanism.quota_per_minute,
            Mechanism.quota_exhausted,
            Mechanism.unit_price_micros,
            Mechanism.currency,
            *StepPlan.__table__.columns,
        )
        .outerjoin(StepPlan, StepPlan.mechanism_id == Mechanism.id)
        .where(Mechanism.id.in_(IDS), Mechanism.kind.in_(AUTOMATED_KINDS))
    )


def steps(session: Session, ids: Sequence[int]) -> dict[int, StepInput]:
    """Return the automated mechanisms of some ids with what is known of their work."""
    found = {}
    for row in session.execute(_steps_query(), {"ids": list(ids)}):
        plan = {} if row.id is None else {name: getattr(row, name) for name in _STEP}
        if row.id is not None:
            plan |= {"rates": row.rates, "grade": row.grade}
        found[row.mechanism] = StepInput(
            id=row.mechanism,
            key=f"{Mechanism.key_prefix}-{row.mechanism}",
            owner_id=row.owner_id,
            fail_mode=row.fail_mode,
            routes_to_id=row.routes_to_id,
            quota_per_minute=row.quota_per_minute,
            quota_exhausted=row.quota_exhausted,
            unit_price_micros=row.unit_price_micros,
            currency=row.currency,
            **plan,
        )
    return found


def campaigns(session: Session) -> tuple[CampaignInput, ...]:
    """Return the campaigns of the calendar that say how they change what arrives."""
    query = select(
        CalendarDay.market_code,
        CalendarDay.starts_on,
        CalendarDay.ends_on,
        CampaignLoad.multiplier,
        CampaignLoad.profile,
    ).join(CampaignLoad, CampaignLoad.calendar_day_id == CalendarDay.id)
    return tuple(
        CampaignInput(
            market=row.market_code,
            first=row.starts_on,
            last=row.ends_on,
            multiplier=row.multiplier,
            profile=tuple(row.profile),
        )
        for row in session.execute(query.order_by(CalendarDay.id))
    )
