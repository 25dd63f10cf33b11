"""Add old measurement rows up and retire them, each step told in the history.

A row goes only if nothing rests on it: no stored verdict, decision or approval cites it, it neither
decides about a slice nor stands in front of the row that does, nobody voided it, and it corrects
nothing. So no verdict changes. The rows that go are named in a ledger (`RetiredMeasurement`), which
is all that opens the trigger that refuses deleting; their batches are told anew with what is left.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.db import Database
from roadmap.history.batches import Digest, digests_without, retire_rows, store_batch
from roadmap.history.models import HistoryEvent
from roadmap.history.service import record_batch
from roadmap.mechanisms.gather import deciding_ids
from roadmap.mechanisms.kept_models import (
    CitedMeasurement,
    MeasurementSum,
    RetiredMeasurement,
    RollUp,
)
from roadmap.mechanisms.kinds import Metric
from roadmap.mechanisms.models import Measurement, MeasurementBatch, MeasurementVoid
from roadmap.mechanisms.rollup import OldRow, Sum, Unit, cutoff_for, digests_of, period_of, plan

# Rows of one period that are added up in one transaction, about: SQLite has one writer at a time.
ROWS_AT_ONCE = 40_000

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
    """Add up all rows that are old enough, a period at a time, in transactions of their own.

    Running it again finds nothing. A batch whose rows are not what the history says is left as it
    is and named, since its digest would otherwise be told anew over altered rows.
    """
    with db.reading() as session:
        day = cutoff(session, daily_days, unit)
        counts = _counts(session, day)
        periods = _periods(session, day, unit)
    done = Outcome(day)
    for ids in _shared_out(counts, len(periods)):
        with db.reading() as session:
            kept = _Kept.read(session, ids)
        for first, last in periods:
            with db.reading() as session:
                rows = [OldRow(*row) for row in session.execute(_free(_READ, ids, first, last))]
            sums = plan(rows, kept.ids, unit)
            if sums and dry_run:
                done = done.plus(Outcome(day, sum(len(one.rows) for one in sums), len(sums)))
            elif sums:
                ready = _Ready(ids, first, last, unit, kept, rows, sums)
                with db.writing() as session:
                    done = done.plus(_retire(session, actor_id, ready, day))
    return done


# ---- what may go ----


def _counts(session: Session, before: date) -> dict[int, int]:
    """Return how many old rows each mechanism has, one statement."""
    query = (
        select(Measurement.mechanism_id, func.count())
        .where(Measurement.window_end < before)
        .group_by(Measurement.mechanism_id)
        .order_by(Measurement.mechanism_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _periods(session: Session, before: date, unit: Unit) -> list[tuple[date, date]]:
    """Return the periods in which windows end before a day, the oldest first; one statement."""
    days = session.scalars(
        select(Measurement.window_end).where(Measurement.window_end < before).distinct()
    )
    return sorted({period_of(day, unit) for day in days})


def _shared_out(counts: Mapping[int, int], periods: int) -> Iterator[list[int]]:
    """Yield mechanisms whose rows of one period fit one transaction, if all periods are alike."""
    some: list[int] = []
    taken = 0
    for number, count in counts.items():
        if some and taken + count > ROWS_AT_ONCE * periods:
            yield some
            some, taken = [], 0
        some.append(number)
        taken += count
    if some:
        yield some


@dataclass(frozen=True)
class _Kept:
    """The rows that decide, or stand in front of one that does; so until another row is voided."""

    ids: frozenset[int]
    newest_void: int

    @classmethod
    def read(cls, session: Session, mechanisms: Sequence[int]) -> "_Kept":
        ids = deciding_ids(session, mechanisms)
        # The newest number stays, or SQLite would give it to the next row that arrives.
        ids.add(session.scalar(select(func.max(Measurement.id))) or 0)
        return cls(frozenset(ids), cls.void(session))

    @staticmethod
    def void(session: Session) -> int:
        return session.scalar(select(func.max(MeasurementVoid.id))) or 0


@dataclass(frozen=True)
class _Ready:
    """What was found to be added up before the transaction that does it began."""

    mechanisms: Sequence[int]
    first: date
    last: date
    unit: Unit
    kept: _Kept
    rows: Sequence[OldRow]
    sums: Sequence[Sum]


_READ: tuple[Any, ...] = tuple(getattr(Measurement, name) for name in OldRow._fields)


def _free(columns: Sequence[Any], ids: Sequence[int], first: date, last: date) -> Select[Any]:
    """Return columns of the rows of a period that nothing stored rests on and nobody marked."""
    cited = select(CitedMeasurement.measurement_id).where(
        CitedMeasurement.measurement_id == Measurement.id
    )
    marked = select(MeasurementVoid.id).where(
        (MeasurementVoid.measurement_id == Measurement.id)
        | (MeasurementVoid.corrected_by_id == Measurement.id)
    )
    return (
        select(*columns)
        .where(
            Measurement.mechanism_id.in_(ids),
            Measurement.metric.in_(list(Metric)),
            Measurement.window_end.between(first, last),
            ~cited.exists(),
            ~marked.exists(),
        )
        .order_by(Measurement.id)
    )


def _still(session: Session, ready: _Ready) -> list[Sum]:
    """Return what may still be added up, now that nobody else writes."""
    free = set(session.scalars(_free([Measurement.id], ready.mechanisms, ready.first, ready.last)))
    same = all(row.id in free for row in ready.rows)
    if same and _Kept.void(session) == ready.kept.newest_void:
        return list(ready.sums)
    kept = _Kept.read(session, ready.mechanisms)
    return plan((row for row in ready.rows if row.id in free), kept.ids, ready.unit)


# ---- what goes ----


def _retire(session: Session, actor_id: int | None, ready: _Ready, day: date) -> Outcome:
    """Add up and delete in one transaction."""
    sums = _still(session, ready)
    left, altered = _left_of(session, sums)
    sums = [one for one in sums if not any(row.batch_id in altered for row in one.rows)]
    rows = [row for one in sums for row in one.rows]
    if altered and rows:
        # Sums with rows of an altered batch stay whole, so less of the others goes.
        left, _none = _left_of(session, sums)
    if not rows:
        return Outcome(day, altered=tuple(sorted(altered)))
    run = RollUp(
        cutoff=day, row_count=len(rows), sum_count=len(sums), ran_at=clock.now(), ran_by=actor_id
    )
    session.add(run)
    session.flush()
    _store(session, run, sums)
    _delete(session, actor_id, run, left)
    for kind, action in ((MeasurementSum, "summed"), (RetiredMeasurement, "retired")):
        record_batch(session, actor_id, kind, run, run.id, f"roll_up.{action}")
    return Outcome(day, len(rows), len(sums), tuple(sorted(altered)))


def _left_of(session: Session, sums: Sequence[Sum]) -> tuple[dict[int, Digest], set[int]]:
    """Return what is left of each batch without the rows of the sums, and those altered.

    A batch is altered if its rows are not what was last told of them.
    """
    going: dict[int, set[int]] = {}
    for one in sums:
        for row in one.rows:
            going.setdefault(row.batch_id, set()).add(row.id)
    told = _told(session, going)
    left, altered = {}, set()
    for number, keys in going.items():
        before, after = digests_without(session, Measurement, number, keys)
        if told.get(number) == before:
            left[number] = after
        else:
            altered.add(number)
    return left, altered


def _told(session: Session, batch_ids: Collection[int]) -> dict[int, Digest]:
    """Return what was last told of batches."""
    told: dict[int, Digest] = {}
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
    return told


def _store(session: Session, run: RollUp, sums: Sequence[Sum]) -> None:
    """Store the sums and, for each row that goes, into which one it went."""
    ids = store_batch(session, MeasurementSum, run.id, [_sum_columns(one) for one in sums])
    ledger: list[dict[str, Any]] = [
        {"id": row.id, "sum_id": sum_id, "identity": identity, "content": content}
        for sum_id, one in zip(ids, sums, strict=True)
        for row, (identity, content) in zip(one.rows, digests_of(one), strict=True)
    ]
    ledger.sort(key=lambda row: row["id"])
    store_batch(session, RetiredMeasurement, run.id, ledger)


def _sum_columns(one: Sum) -> dict[str, Any]:
    shared = one.rows[0]
    return {
        **{name: getattr(shared, name) for name in OldRow._fields[2:13]},
        "period_start": one.first,
        "period_end": one.last,
        "numerator": one.numerator,
        "denominator": one.denominator,
        "row_count": len(one.rows),
    }


def _delete(
    session: Session, actor_id: int | None, run: RollUp, left: Mapping[int, Digest]
) -> None:
    """Delete rows the ledger names, and tell each of their batches with what is left of it."""
    ledger = select(RetiredMeasurement.id).where(RetiredMeasurement.batch_id == run.id)
    gone = retire_rows(session, Measurement, Measurement.id.in_(ledger), left)
    if gone != run.row_count:
        raise LookupError(f"{gone} rows were deleted, {run.row_count} were added up")
    session.expire_all()
    roots = session.scalars(select(MeasurementBatch).where(MeasurementBatch.id.in_(sorted(left))))
    for batch in roots.all():
        record_batch(session, actor_id, Measurement, batch, batch.id, "measurement_batch.rolled_up")
