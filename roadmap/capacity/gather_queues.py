"""Reads queues with their rosters and base loads, automated steps, and campaigns."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from roadmap.capacity.bundle import Bundle, in_order
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
from roadmap.one_of import one_of
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
        .where(one_of(Mechanism.id, IDS), Mechanism.kind.in_(HUMAN_KINDS))
    )


@dataclass(frozen=True)
class Floor:
    """Queues and automated steps by id, and the campaigns of the calendar."""

    queues: Mapping[int, QueueInput]
    steps: Mapping[int, StepInput]
    campaigns: tuple[CampaignInput, ...]


def read_floor(session: Session, ids: Sequence[int]) -> Floor:
    """Return the mechanisms of some ids with all that tells their capacity; three statements."""
    rows = _parts().read(session, {"ids": list(ids)})
    return Floor(
        queues=_queues(session, ids, rows),
        steps=_steps(session, ids),
        campaigns=tuple(_campaign(row) for row in in_order(rows["campaign"], "id")),
    )


def _queues(
    session: Session, ids: Sequence[int], rows: Mapping[str, Sequence[Any]]
) -> dict[int, QueueInput]:
    bases, shifts, done = (_by_mechanism(rows[name]) for name in ("base", "shift", "done"))
    markets = _markets(rows["market"])
    closed = _closed(rows["holiday"])
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
def _parts() -> Bundle:
    """Select what belongs to queues, and the days that concern all of them."""

    def of(table: Any) -> Any:
        return select(*table.__table__.columns).where(one_of(table.mechanism_id, IDS))

    return Bundle(
        {
            "base": of(BaseLoad),
            "shift": of(QueueShift),
            "done": of(QueueThroughput),
            "market": select(CoverageCell.mechanism_id, CoverageCell.market_code)
            .where(one_of(CoverageCell.mechanism_id, IDS))
            .distinct(),
            "holiday": select(SiteHoliday.site_id, SiteHoliday.day),
            "campaign": select(
                CalendarDay.id,
                CalendarDay.market_code,
                CalendarDay.starts_on,
                CalendarDay.ends_on,
                CampaignLoad.multiplier,
                CampaignLoad.profile,
            ).join(CampaignLoad, CampaignLoad.calendar_day_id == CalendarDay.id),
        }
    )


def _by_mechanism(rows: Sequence[Any]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in in_order(rows, "mechanism_id", "id"):
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


def _markets(rows: Sequence[Any]) -> dict[int, frozenset[str]]:
    """Return the markets each mechanism names; one that declares any market has none listed."""
    named: dict[int, set[str | None]] = defaultdict(set)
    for row in rows:
        named[row.mechanism_id].add(row.market_code)
    return {
        mechanism_id: frozenset(one for one in markets if one is not None)
        for mechanism_id, markets in named.items()
        if None not in markets
    }


def _closed(rows: Sequence[Any]) -> dict[int | None, frozenset[date]]:
    found: dict[int | None, set[date]] = defaultdict(set)
    for row in rows:
        found[row.site_id].add(row.day)
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
        .where(one_of(Mechanism.id, IDS), Mechanism.kind.in_(AUTOMATED_KINDS))
    )


def _steps(session: Session, ids: Sequence[int]) -> dict[int, StepInput]:
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


def _campaign(row: Any) -> CampaignInput:
    return CampaignInput(
        market=row.market_code,
        first=row.starts_on,
        last=row.ends_on,
        multiplier=row.multiplier,
        profile=tuple(row.profile),
    )
