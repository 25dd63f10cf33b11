"""Add old measurement rows up and retire them, each step told in the history.

A row goes only if nothing rests on it: no stored verdict, decision or approval cites it, it neither
decides about a slice nor stands in front of the row that does, nobody voided it, and it corrects
nothing. So no verdict changes. The rows that go are named in a ledger (`RetiredMeasurement`), which
is all that opens the trigger that refuses deleting; their batches are told anew with what is left.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.db import Database
from roadmap.history.batches import batch_digest
from roadmap.history.models import HistoryEvent
from roadmap.history.service import record_batch
from roadmap.mechanisms.gather import measurement_facts
from roadmap.mechanisms.kept_models import (
    CitedMeasurement,
    MeasurementSum,
    RetiredMeasurement,
    RollUp,
)
from roadmap.mechanisms.kinds import Metric
from roadmap.mechanisms.models import Measurement, MeasurementBatch, MeasurementVoid, Mechanism
from roadmap.mechanisms.rollup import (
    OldRow,
    Sum,
    Unit,
    content_digest,
    cutoff_for,
    key_digest,
    period_of,
    plan,
)
from roadmap.taxonomy.scope import ScopePattern

# Mechanisms whose rows of one period are added up in one transaction.
MECHANISMS_AT_ONCE = 1_000
_DELETED_AT_ONCE = 5_000

# (session) -> the greatest age in days anybody accepts, None if nobody asks.
LongestAge = Callable[[Session], int | None]
_ages: list[LongestAge] = []


def register_longest_age(longest: LongestAge) -> None:
    """Let a room say how old evidence it accepts may be; a repeated call is kept once."""
    if longest not in _ages:
        _ages.append(longest)


@dataclass(frozen=True)
class Outcome:
    """What was added up, or would be: rows, sums, and batches unlike what the history says."""

    cutoff: date
    rows: int = 0
    sums: int = 0
    altered: tuple[int, ...] = ()

    def plus(self, other: "Outcome") -> "Outcome":
        """Return both together."""
        return Outcome(
            self.cutoff,
            self.rows + other.rows,
            self.sums + other.sums,
            tuple(sorted({*self.altered, *other.altered})),
        )


def cutoff(session: Session, daily_days: int, unit: Unit) -> date:
    """Return the day before which rows may be added up: beyond every age anybody accepts."""
    ages = [age for longest in _ages if (age := longest(session)) is not None]
    return cutoff_for(clock.today(), max([daily_days, *(age + 1 for age in ages)]), unit)


def roll_up(
    db: Database, daily_days: int, unit: Unit, *, actor_id: int | None = None, dry_run: bool = False
) -> Outcome:
    """Add up all rows that are old enough, a period at a time, each in its own transaction.

    Running it again finds nothing. A batch whose rows are not what the history says is left as it
    is and named, since its digest would otherwise be told anew over altered rows.
    """
    with db.reading() as session:
        day = cutoff(session, daily_days, unit)
        ids = session.scalars(select(Mechanism.id).order_by(Mechanism.id)).all()
        periods = _periods(session, day, unit)
    done = Outcome(day)
    for first, last in periods:
        for start in range(0, len(ids), MECHANISMS_AT_ONCE):
            some = ids[start : start + MECHANISMS_AT_ONCE]
            with db.reading() as session:
                sums = _sums(session, some, first, last, unit)
            if sums and dry_run:
                done = done.plus(Outcome(day, sum(len(s.rows) for s in sums), len(sums)))
            elif sums:
                with db.writing() as session:
                    done = done.plus(_retire(session, actor_id, some, first, last, unit, day))
    return done


def _periods(session: Session, before: date, unit: Unit) -> list[tuple[date, date]]:
    """Return the periods in which windows end before a day, the oldest first; one statement."""
    days = session.scalars(
        select(Measurement.window_end).where(Measurement.window_end < before).distinct()
    )
    return sorted({period_of(day, unit) for day in days})


_READ: tuple[Any, ...] = tuple(getattr(Measurement, name) for name in OldRow._fields)


def _sums(session: Session, ids: Sequence[int], first: date, last: date, unit: Unit) -> list[Sum]:
    """Return what the rows of some mechanisms whose window ends in a period add up to."""
    cited = select(CitedMeasurement.measurement_id).where(
        CitedMeasurement.measurement_id == Measurement.id
    )
    marked = select(MeasurementVoid.id).where(
        (MeasurementVoid.measurement_id == Measurement.id)
        | (MeasurementVoid.corrected_by_id == Measurement.id)
    )
    found = session.execute(
        select(*_READ)
        .where(
            Measurement.mechanism_id.in_(ids),
            Measurement.metric.in_(list(Metric)),
            Measurement.window_end.between(first, last),
            ~cited.exists(),
            ~marked.exists(),
        )
        .order_by(Measurement.id)
    )
    rows = [OldRow(*row) for row in found]
    first_look = plan(rows, frozenset(), unit)
    if not first_look:
        return []
    touched = {row.mechanism_id for one in first_look for row in one.rows}
    kept = {fact.id for fact in measurement_facts(session, touched)}
    # The newest number stays, or SQLite would give it to the next row that arrives.
    kept.add(session.scalar(select(func.max(Measurement.id))) or 0)
    return plan(rows, kept, unit)


def _retire(
    session: Session,
    actor_id: int | None,
    ids: Sequence[int],
    first: date,
    last: date,
    unit: Unit,
    day: date,
) -> Outcome:
    """Add up and delete in one transaction; what was read before it began is read again."""
    sums = _sums(session, ids, first, last, unit)
    altered = _altered(session, {row.batch_id for one in sums for row in one.rows})
    sums = [one for one in sums if not any(row.batch_id in altered for row in one.rows)]
    rows = [row for one in sums for row in one.rows]
    if not rows:
        return Outcome(day, altered=tuple(sorted(altered)))
    run = RollUp(
        cutoff=day, row_count=len(rows), sum_count=len(sums), ran_at=clock.now(), ran_by=actor_id
    )
    session.add(run)
    session.flush()
    _store(session, run, sums)
    _delete(session, actor_id, rows)
    for kind, action in ((MeasurementSum, "summed"), (RetiredMeasurement, "retired")):
        record_batch(session, actor_id, kind, run, run.id, f"roll_up.{action}")
    return Outcome(day, len(rows), len(sums), tuple(sorted(altered)))


def _altered(session: Session, batch_ids: Collection[int]) -> set[int]:
    """Return the batches whose rows are not what was last told of them."""
    told: dict[int, tuple[int, str]] = {}
    events = session.scalars(
        select(HistoryEvent)
        .where(
            HistoryEvent.record_type == MeasurementBatch.record_type,
            HistoryEvent.record_id.in_(sorted(batch_ids)),
        )
        .order_by(HistoryEvent.id)
    )
    for event in events:
        for row in event.rows:
            if row["table"] == Measurement.__tablename__ and "batch" in row:
                told[row["batch"]] = (row["count"], row["digest"])
    return {one for one in batch_ids if told.get(one) != batch_digest(session, Measurement, one)}


def _store(session: Session, run: RollUp, sums: Sequence[Sum]) -> None:
    """Store the sums and, for each row that goes, into which one it went."""
    option = {"history_batch": run.id}
    ids = session.scalars(
        insert(MeasurementSum).returning(MeasurementSum.id, sort_by_parameter_order=True),
        [_sum_columns(one, run.id) for one in sums],
        execution_options=option,
    ).all()
    ledger = [
        _ledger_columns(row, run.id, sum_id)
        for sum_id, one in zip(ids, sums, strict=True)
        for row in one.rows
    ]
    session.execute(insert(RetiredMeasurement), ledger, execution_options=option)


def _sum_columns(one: Sum, run_id: int) -> dict[str, Any]:
    shared = one.rows[0]
    return {
        "batch_id": run_id,
        **{name: getattr(shared, name) for name in OldRow._fields[2:13]},
        "period_start": one.first,
        "period_end": one.last,
        "numerator": one.numerator,
        "denominator": one.denominator,
        "row_count": len(one.rows),
    }


def _ledger_columns(row: OldRow, run_id: int, sum_id: int) -> dict[str, Any]:
    identity = _identity_of(row)
    key = identity if row.external_key is None else (row.external_key,)
    # No strata: stratified rows are never added up.
    content = (row.numerator, row.denominator, row.sampling, row.label_source, ())
    return {
        "id": row.id,
        "batch_id": run_id,
        "sum_id": sum_id,
        "identity": key_digest(row.source, key),
        "content": content_digest(identity, content),
    }


def _identity_of(row: OldRow) -> tuple[Any, ...]:
    """Return what a row measured, as `sifting.identity_of` says it of one that arrives."""
    scope = ScopePattern(row.market_code, row.language_code, row.surface_code, row.policy_area_code)
    return (
        row.mechanism_id,
        row.configuration_id,
        row.policy_version_id,
        scope,
        row.metric,
        row.window_start,
        row.window_end,
    )


def _delete(session: Session, actor_id: int | None, rows: Sequence[OldRow]) -> None:
    """Delete rows the ledger names, and tell each of their batches with what is left of it."""
    batches = sorted({row.batch_id for row in rows})
    ids = [row.id for row in rows]
    for start in range(0, len(ids), _DELETED_AT_ONCE):
        session.execute(
            delete(Measurement).where(Measurement.id.in_(ids[start : start + _DELETED_AT_ONCE])),
            execution_options={"history_retired": batches, "synchronize_session": False},
        )
    session.expire_all()
    roots = session.scalars(select(MeasurementBatch).where(MeasurementBatch.id.in_(batches)))
    for batch in roots.all():
        record_batch(session, actor_id, Measurement, batch, batch.id, "measurement_batch.rolled_up")
