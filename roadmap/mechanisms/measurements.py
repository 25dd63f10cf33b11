"""Commands on evidence: record measurement rows, correct them, and void them with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.errors import Invalid, NotFound
from roadmap.events import publish
from roadmap.history.batches import store_batch
from roadmap.history.service import record_all, record_batch
from roadmap.mechanisms.events import EvidenceArrived, EvidenceChanged
from roadmap.mechanisms.fields import text
from roadmap.mechanisms.measurement_checks import Known, NewMeasurement, RowsRefused
from roadmap.mechanisms.models import Measurement, MeasurementBatch, MeasurementVoid, Mechanism
from roadmap.mechanisms.queries import authorise
from roadmap.mechanisms.recorded import lock_source, recorded_before
from roadmap.mechanisms.service import id_of, told
from roadmap.mechanisms.sifting import Fate, Outcome, sift
from roadmap.web.i18n import _, ngettext

MOST_ROWS = 20_000
SOURCE_LENGTH = 200
REASON_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Recording:
    """What became of the rows: `batch` is None if nothing was stored.

    ``outcomes`` has one entry for each row, in the order given. ``known`` counts those that change
    nothing, ``added`` those stored, the ``corrected`` ones among them.
    """

    batch: MeasurementBatch | None
    outcomes: tuple[Outcome, ...]

    def count(self, *fates: Fate) -> int:
        """Return how many rows had one of the fates."""
        return sum(1 for outcome in self.outcomes if outcome.fate in fates)

    @property
    def added(self) -> int:
        """Return how many rows were stored."""
        return self.count(Fate.ACCEPTED, Fate.CORRECTED)

    @property
    def known(self) -> int:
        """Return how many rows changed nothing."""
        return self.count(Fate.UNCHANGED)

    @property
    def corrected(self) -> int:
        """Return how many recorded rows gave way to others."""
        return self.count(Fate.CORRECTED)


def record_measurements(
    session: Session,
    actor: Actor | None,
    rows: Sequence[NewMeasurement],
    source: str,
    *,
    correct: bool = False,
    partial: bool = False,
) -> Recording:
    """Store rows as one batch, in a fixed number of statements whatever their number.

    A row its source recorded before (see `sifting.key_of`) with the same numbers changes nothing.
    With other numbers it is refused until the old row is voided; with ``correct`` it takes the
    place of the old one, which stays readable and says what corrected it. All or none are stored,
    and RowsRefused names every problem; with ``partial`` the rows that can be are.
    """
    source = text("source", source, SOURCE_LENGTH)
    if len(rows) > MOST_ROWS:
        raise Invalid.at("rows", _("Record at most %(most)s rows at once.", most=f"{MOST_ROWS:,}"))
    recording = judge_measurements(session, actor, rows, source, correct=correct, lock=True)
    problems = [one.problem for one in recording.outcomes if one.problem is not None]
    if problems and not partial:
        raise RowsRefused(sorted(problems, key=lambda p: p.line or 0))
    if not recording.added:
        return recording
    return Recording(_store(session, actor, rows, recording.outcomes, source), recording.outcomes)


def judge_measurements(
    session: Session,
    actor: Actor | None,
    rows: Sequence[NewMeasurement],
    source: str,
    *,
    correct: bool = False,
    lock: bool = False,
) -> Recording:
    """Return what would become of the rows, and store nothing."""
    if lock:
        lock_source(session, source)
    known = Known(session, actor, rows)
    refused: list[Outcome] = []
    good: dict[int, NewMeasurement] = {}
    for place, row in enumerate(rows):
        problem = known.problem(row)
        if problem is None:
            good[place] = row
        else:
            refused.append(Outcome(place, Fate.REFUSED, problem=problem))
    stored = recorded_before(session, list(good.values()), source)
    outcomes = [*refused, *sift(good, stored, correct=correct)]
    return Recording(None, tuple(sorted(outcomes, key=lambda one: one.place)))


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


def _store(
    session: Session,
    actor: Actor | None,
    rows: Sequence[NewMeasurement],
    outcomes: Sequence[Outcome],
    source: str,
) -> MeasurementBatch:
    """Store what is new as one batch, mark what it corrects, and tell who must know."""
    now = clock.now()
    batch = MeasurementBatch(source=source, recorded_at=now, recorded_by=id_of(actor))
    session.add(batch)
    session.flush()
    new = [one for one in outcomes if one.fate is Fate.ACCEPTED]
    correcting = [one for one in outcomes if one.fate is Fate.CORRECTED]
    stored = [rows[one.place] for one in (*new, *correcting)]
    values = [_columns(row, source, now) for row in stored]
    ids = store_batch(session, Measurement, batch.id, values)
    if correcting:
        pairs = zip(ids[len(new) :], correcting, strict=True)
        _mark_corrected(session, actor, rows, dict(pairs), now)
    record_batch(session, id_of(actor), Measurement, batch, batch.id, "measurement_batch.recorded")
    _tell(session, actor, stored, source)
    return batch


def _mark_corrected(
    session: Session,
    actor: Actor | None,
    rows: Sequence[NewMeasurement],
    correcting: Mapping[int, Outcome],
    now: datetime,
) -> None:
    """Take the earlier rows out of count; each says which row took its place."""
    for number, outcome in correcting.items():
        if outcome.corrects is None:
            raise LookupError(f"row {number} corrects nothing")
        row = rows[outcome.place]
        session.add(
            MeasurementVoid(
                measurement_id=outcome.corrects.id,
                mechanism_id=row.mechanism_id,
                reason=_("Corrected by its source"),
                voided_at=now,
                voided_by=id_of(actor),
                corrected_by_id=number,
            )
        )
    session.flush()


def _columns(row: NewMeasurement, source: str, now: datetime) -> dict[str, Any]:
    strata = [
        {"population": s.population, "n": s.sampled, "positives": s.positives, "found": s.found}
        for s in row.strata
    ]
    return {
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
        "external_key": row.external_key,
    }


def _tell(
    session: Session, actor: Actor | None, rows: Sequence[NewMeasurement], source: str
) -> None:
    """Tell each mechanism's own history, and higher rooms, that rows arrived."""
    counts: dict[int, int] = {}
    for row in rows:
        counts[row.mechanism_id] = counts.get(row.mechanism_id, 0) + 1
    origin = source or _("the form")

    def words(mechanism: Any) -> str:
        return ngettext(
            "%(num)s row from %(source)s",
            "%(num)s rows from %(source)s",
            counts[mechanism.id],
            source=origin,
        )

    touched = session.scalars(
        select(Mechanism).where(Mechanism.id.in_(counts)).order_by(Mechanism.id)
    ).all()
    record_all(session, id_of(actor), touched, "mechanism.evidence_recorded", words)
    publish(session, EvidenceArrived(tuple(sorted(counts))))
