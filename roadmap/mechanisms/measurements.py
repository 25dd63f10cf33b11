"""Commands on evidence: record measurement rows, all or none, and void them with a reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.errors import Invalid, NotFound
from roadmap.events import publish
from roadmap.history.service import record, record_batch
from roadmap.mechanisms.events import EvidenceChanged
from roadmap.mechanisms.fields import text
from roadmap.mechanisms.gather import strata_of
from roadmap.mechanisms.measurement_checks import Known, NewMeasurement, RowProblem, RowsRefused
from roadmap.mechanisms.models import Measurement, MeasurementBatch, MeasurementVoid, Mechanism
from roadmap.mechanisms.queries import authorise
from roadmap.mechanisms.service import id_of, told
from roadmap.taxonomy.scope import ScopePattern
from roadmap.web.i18n import _, ngettext

MOST_ROWS = 20_000
SOURCE_LENGTH = 200
REASON_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Recording:
    """What became of the rows: `batch` is None if all were known before."""

    batch: MeasurementBatch | None
    added: int
    known: int


def record_measurements(
    session: Session, actor: Actor | None, rows: Sequence[NewMeasurement], source: str
) -> Recording:
    """Store rows as one batch, all or none, in a fixed number of statements for each mechanism.

    A row already recorded (same mechanism, configuration, guideline, slice, metric, window and
    source) with the same numbers is passed over; with other numbers it is refused until the old one
    is voided. Raises RowsRefused naming every problem.
    """
    source = text("source", source, SOURCE_LENGTH)
    if len(rows) > MOST_ROWS:
        raise Invalid.at("rows", _("Record at most %(most)s rows at once.", most=f"{MOST_ROWS:,}"))
    known = Known(session, actor, rows)
    problems: list[RowProblem] = []
    good: list[NewMeasurement] = []
    for row in rows:
        problem = known.problem(row)
        if problem is None:
            good.append(row)
        else:
            problems.append(problem)
    new, twins = _sift(session, good, source, problems)
    if problems:
        raise RowsRefused(sorted(problems, key=lambda p: p.line or 0))
    if not new:
        return Recording(None, 0, twins)
    now = clock.now()
    batch = MeasurementBatch(source=source, recorded_at=now, recorded_by=id_of(actor))
    session.add(batch)
    session.flush()
    values = [_columns(row, batch.id, source, now) for row in new]
    session.execute(insert(Measurement), values, execution_options={"history_batch": batch.id})
    record_batch(session, id_of(actor), Measurement, batch, batch.id, "measurement_batch.recorded")
    _tell(session, actor, known, new, source)
    return Recording(batch, len(new), twins)


def void_measurement(
    session: Session, actor: Actor | None, mechanism: Mechanism, measurement_id: int, why: str
) -> MeasurementVoid:
    """Take a row out of count for ever, with the reason; the row stays readable."""
    authorise(actor, mechanism, "evidence.write")
    row = session.scalar(
        select(Measurement.id).where(
            Measurement.id == measurement_id, Measurement.mechanism_id == mechanism.id
        )
    )
    if row is None:
        raise NotFound(_("This mechanism has no such measurement."))
    words = text("why", why, REASON_LENGTH)
    if not words:
        raise Invalid.at("why", _("Say what is wrong with this row."))
    taken = select(MeasurementVoid.id).where(MeasurementVoid.measurement_id == measurement_id)
    if session.scalar(taken) is not None:
        raise Invalid.at("why", _("This row is voided already."))
    void = MeasurementVoid(
        measurement_id=measurement_id,
        mechanism_id=mechanism.id,
        reason=words,
        voided_at=clock.now(),
        voided_by=id_of(actor),
    )
    session.add(void)
    told(session, actor, mechanism, "mechanism.evidence_voided", words)
    publish(session, EvidenceChanged(mechanism.id))
    return void


def _identity(row: NewMeasurement) -> tuple[Any, ...]:
    return (
        row.mechanism_id,
        row.configuration_id,
        row.policy_version_id,
        row.scope,
        row.metric,
        row.window_start,
        row.window_end,
    )


def _content(row: NewMeasurement) -> tuple[Any, ...]:
    return (row.numerator, row.denominator, row.sampling, row.label_source, row.strata)


def _sift(
    session: Session,
    rows: Sequence[NewMeasurement],
    source: str,
    problems: list[RowProblem],
) -> tuple[list[NewMeasurement], int]:
    """Return (rows not recorded yet, number of those that are); adds contradictions to `problems`.

    A voided row does not contradict a corrected one, but the same numbers do not revive it.
    """
    stored = _stored(session, rows, source)
    new: list[NewMeasurement] = []
    twins = 0
    for row in rows:
        held = stored.setdefault(_identity(row), {})
        content = _content(row)
        if content in held:
            twins += 1
        elif any(not voided for voided in held.values()):
            problems.append(
                RowProblem(
                    row.line,
                    "numerator",
                    f"{row.numerator}/{row.denominator}",
                    _("This measurement is recorded with other numbers. Void that row first."),
                )
            )
        else:
            held[content] = False
            new.append(row)
    return new, twins


def _stored(
    session: Session, rows: Sequence[NewMeasurement], source: str
) -> dict[tuple[Any, ...], dict[tuple[Any, ...], bool]]:
    """Return identity -> content -> voided of what this source recorded in the rows' windows."""
    if not rows:
        return {}
    found: dict[tuple[Any, ...], dict[tuple[Any, ...], bool]] = {}
    query = (
        select(Measurement, MeasurementVoid.id)
        .outerjoin(MeasurementVoid, MeasurementVoid.measurement_id == Measurement.id)
        .where(
            Measurement.mechanism_id.in_({row.mechanism_id for row in rows}),
            Measurement.metric.in_({row.metric for row in rows}),
            Measurement.window_end >= min(row.window_end for row in rows),
            Measurement.window_end <= max(row.window_end for row in rows),
            Measurement.source == source,
        )
    )
    for row, void_id in session.execute(query):
        twin = _as_new(row)
        found.setdefault(_identity(twin), {})[_content(twin)] = void_id is not None
    return found


def _as_new(row: Measurement) -> NewMeasurement:
    return NewMeasurement(
        mechanism_id=row.mechanism_id,
        configuration_id=row.configuration_id,
        policy_version_id=row.policy_version_id,
        scope=ScopePattern(
            row.market_code, row.language_code, row.surface_code, row.policy_area_code
        ),
        metric=row.metric,
        numerator=row.numerator,
        denominator=row.denominator,
        window_start=row.window_start,
        window_end=row.window_end,
        sampling=row.sampling,
        label_source=row.label_source,
        strata=strata_of(row.strata),
    )


def _columns(row: NewMeasurement, batch_id: int, source: str, now: datetime) -> dict[str, Any]:
    strata = [
        {"population": s.population, "n": s.sampled, "positives": s.positives, "found": s.found}
        for s in row.strata
    ]
    return {
        "batch_id": batch_id,
        "mechanism_id": row.mechanism_id,
        "configuration_id": row.configuration_id,
        "policy_version_id": row.policy_version_id,
        "market_code": row.scope.market,
        "language_code": row.scope.language,
        "surface_code": row.scope.surface,
        "policy_area_code": row.scope.policy_area,
        "metric": row.metric,
        "numerator": row.numerator,
        "denominator": row.denominator,
        "window_start": row.window_start,
        "window_end": row.window_end,
        "sampling": row.sampling,
        "strata": strata or None,
        "label_source": row.label_source,
        "source": source,
        "observed_at": row.observed_at or now,
        "recorded_at": now,
    }


def _tell(
    session: Session,
    actor: Actor | None,
    known: Known,
    rows: Iterable[NewMeasurement],
    source: str,
) -> None:
    """Tell each mechanism's own history, and higher rooms, that rows arrived."""
    counts: dict[int, int] = {}
    for row in rows:
        counts[row.mechanism_id] = counts.get(row.mechanism_id, 0) + 1
    for mechanism_id, count in sorted(counts.items()):
        origin = source or _("the form")
        words = ngettext(
            "%(num)s row from %(source)s", "%(num)s rows from %(source)s", count, source=origin
        )
        mechanism = known.mechanisms[mechanism_id]
        record(session, id_of(actor), mechanism, "mechanism.evidence_recorded", words)
        publish(session, EvidenceChanged(mechanism_id))
