"""Rows a source sends again and again: known by key, corrected, late, in any order."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from roadmap import clock
from roadmap.history.batches import batch_digest, store_batch
from roadmap.history.capture import UnrecordedChange
from roadmap.history.models import HistoryEvent
from roadmap.history.seal import verify
from roadmap.history.service import row_digest
from roadmap.mechanisms.bounds import Answer
from roadmap.mechanisms.evidence import Question, find
from roadmap.mechanisms.facts import Stratum
from roadmap.mechanisms.gather import measurement_facts
from roadmap.mechanisms.kinds import Metric, Sampling
from roadmap.mechanisms.measurement_checks import RowsRefused
from roadmap.mechanisms.measurements import (
    judge_measurements,
    record_measurements,
    void_measurement,
)
from roadmap.mechanisms.models import (
    Configuration,
    Measurement,
    MeasurementVoid,
    Mechanism,
)
from roadmap.mechanisms.queries import configurations
from roadmap.mechanisms.sifting import Fate, Held, content_of, identity_of, key_of, sift
from roadmap.taxonomy.scope import ScopePattern
from tests.mechanisms.conftest import row_of

TODAY = clock.today()
DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)


def a_row(number=0, numerator=1, hour=None, key=None, line=None):
    return row_of(
        Mechanism(id=1),
        Configuration(id=1),
        numerator=numerator,
        scope=ScopePattern(None, f"l{number}", None, None),
        observed_at=None if hour is None else START + timedelta(hours=hour),
        external_key=key,
        line=line,
    )


class Store:
    """What `record_measurements` keeps, without a database: rows by key, each voided or not."""

    def __init__(self) -> None:
        self.held: dict[Any, list[Held]] = {}
        self.clock = START + timedelta(days=300)

    def send(self, rows, correct=True):
        self.clock += timedelta(seconds=1)
        outcomes = sift(dict(enumerate(rows)), self.held, correct=correct)
        for one in outcomes:
            if one.fate in (Fate.ACCEPTED, Fate.CORRECTED):
                self._add(rows[one.place], one.corrects)
        return [one.fate for one in outcomes]

    def _add(self, row, corrects):
        held = self.held.setdefault(key_of(row), [])
        for place, other in enumerate(held):
            if other == corrects:
                held[place] = Held(
                    other.id, other.identity, other.content, other.observed_at, True, True
                )
        observed = row.observed_at or self.clock
        held.append(Held(len(held), identity_of(row), content_of(row), observed))

    @property
    def current(self):
        return {
            key: [one.content for one in held if not one.voided] for key, held in self.held.items()
        }


# A source that observes each key anew each hour, with other numbers each time.
BATCHES = st.lists(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.booleans()), max_size=6), max_size=8
)


@given(BATCHES, st.randoms(use_true_random=False))
def test_any_order_and_repetition_of_batches_gives_the_same_rows(batches, random):
    rows = [
        [
            a_row(
                number, numerator=10 * number + hour, hour=hour, key=f"k{number}" if keyed else None
            )
            for number, hour, keyed in batch
        ]
        for batch in batches
    ]
    again = [*rows, *random.sample(rows, len(rows) // 2)]
    random.shuffle(again)
    first, second = Store(), Store()
    for batch in rows:
        assert Fate.REFUSED not in first.send(batch)
    for batch in again:
        shuffled = random.sample(batch, len(batch))
        assert Fate.REFUSED not in second.send(shuffled)
    assert first.current == second.current
    assert all(len(live) == 1 for live in first.current.values())
    for batch in again:
        assert set(second.send(batch)) <= {Fate.UNCHANGED}


def test_numbers_without_a_moment_correct_in_the_order_of_arrival():
    store = Store()
    assert store.send([a_row(numerator=1)]) == [Fate.ACCEPTED]
    assert store.send([a_row(numerator=2)], correct=False) == [Fate.REFUSED]
    assert store.send([a_row(numerator=2)]) == [Fate.CORRECTED]
    # The first message once more is a repetition, not a correction back.
    assert store.send([a_row(numerator=1)]) == [Fate.UNCHANGED]
    assert store.send([a_row(numerator=1, hour=24 * 400)]) == [Fate.CORRECTED]


def test_what_contradicts_itself_is_refused():
    store = Store()
    assert store.send([a_row(numerator=1), a_row(numerator=2)]) == [Fate.REFUSED] * 2
    assert store.send([a_row(numerator=1), a_row(numerator=1)]) == [Fate.ACCEPTED, Fate.UNCHANGED]
    assert store.send([a_row(0, 5, 1, "k"), a_row(1, 5, 2, "k")]) == [Fate.REFUSED] * 2
    assert store.send([a_row(0, 5, 1, "k")]) == [Fate.ACCEPTED]
    assert store.send([a_row(1, 5, 2, "k")]) == [Fate.REFUSED]
    assert store.send([a_row(0, 6, 1, "k")]) == [Fate.REFUSED]


# ---- in the database ----


@pytest.fixture
def model(session, house):
    return house.classifier(session)


@pytest.fixture
def v12(session, model):
    return configurations(session, model.id)[0]


def fates(recording):
    return [one.fate.value for one in recording.outcomes]


def test_a_correction_keeps_the_earlier_row_and_says_what_took_its_place(
    session, house, model, v12
):
    good = row_of(model, v12)
    record_measurements(session, house.charlie, [good], "feed", correct=True)
    bad = row_of(model, v12, numerator=200)
    judged = judge_measurements(session, house.charlie, [bad], "feed", correct=True)
    assert fates(judged) == ["corrected"]
    found = record_measurements(session, house.charlie, [bad], "feed", correct=True)
    session.commit()
    assert (found.added, found.corrected, found.known) == (1, 1, 0)
    old, new = session.scalars(select(Measurement).order_by(Measurement.id)).all()
    void = session.scalars(select(MeasurementVoid)).one()
    assert (void.measurement_id, void.corrected_by_id) == (old.id, new.id)
    question = Question(v12.digest, True, Metric.PRECISION, 0.9, 30)
    decided = find(measurement_facts(session, [model.id]), question, TODAY)
    assert decided.row is not None
    assert (decided.answer, decided.row.id) == (Answer.FAIL, new.id)
    again = record_measurements(session, house.charlie, [good, bad], "other feed", partial=True)
    assert fates(again) == ["refused", "refused"]
    assert fates(record_measurements(session, house.charlie, [bad], "feed")) == ["unchanged"]
    assert list(verify(session, "only for tests", None)) == []


def test_the_digest_of_a_batch_is_that_of_its_rows_one_after_the_other(session, house, model, v12):
    strata = (
        Stratum(population=100, sampled=100, positives=9, found=True),
        Stratum(population=900, sampled=100, positives=1, found=False),
    )
    moment = datetime(2026, 11, 1, 1, 30, 0, 1, timezone(-timedelta(hours=9, minutes=30)))
    rows = [
        row_of(model, v12, observed_at=moment),
        row_of(model, v12, external_key="a\tb\\N\nü|\u2028\U0001f9fe"),
        row_of(model, v12, external_key=r"\N"),
        row_of(model, v12, numerator=1, window_end=TODAY - 2 * DAY),
        row_of(model, v12, metric=Metric.RECALL, sampling=Sampling.STRATIFIED, strata=strata),
    ]
    found = record_measurements(session, house.charlie, rows, "feed")
    again = record_measurements(session, house.charlie, rows, "feed", correct=True)
    assert found.batch is not None
    assert (found.added, again.known) == (5, 5)
    session.commit()
    digest = ""
    for row in session.scalars(select(Measurement).order_by(Measurement.id)):
        digest = row_digest(row, digest)
    told = session.scalars(
        select(HistoryEvent).where(HistoryEvent.action == "measurement_batch.recorded")
    ).one()
    batches = [row for row in told.rows if "batch" in row]
    assert [(row["count"], row["digest"]) for row in batches] == [(5, digest)]
    assert batch_digest(session, Measurement, found.batch.id) == (5, digest)
    assert list(verify(session, "only for tests", None)) == []


def test_rows_stored_past_the_history_or_refused_by_the_database_do_not_stay(
    session, house, model, v12
):
    record_measurements(session, house.charlie, [row_of(model, v12)], "feed")
    session.commit()
    held = session.scalars(select(Measurement)).one()
    names = Measurement.__table__.c.keys()
    row = {name: getattr(held, name) for name in names if name not in ("id", "batch_id")}
    store_batch(session, Measurement, held.batch_id, [row])
    with pytest.raises(UnrecordedChange, match="without its history event"):
        session.commit()
    session.rollback()
    for bad in ({"numerator": 301}, {"language_code": "xx"}):
        with pytest.raises(IntegrityError):
            store_batch(session, Measurement, held.batch_id, [row | bad])
        session.rollback()
    assert session.scalars(select(Measurement.id)).all() == [held.id]


def test_a_key_of_the_source_finds_its_row_whatever_the_window(session, house, model, v12):
    first = row_of(model, v12, external_key="q-1")
    record_measurements(session, house.charlie, [first], "feed", correct=True)
    moved = row_of(model, v12, external_key="q-1", window_start=TODAY - 30 * DAY)
    found = record_measurements(session, house.charlie, [moved], "feed", correct=True, partial=True)
    assert fates(found) == ["refused"]
    assert [one.problem.column for one in found.outcomes if one.problem] == ["key"]
    twin = row_of(model, v12, external_key="q-2", numerator=150)
    assert fates(record_measurements(session, house.charlie, [twin], "feed")) == ["accepted"]
    both = [row_of(model, v12, external_key=key, numerator=100) for key in ("q-1", "q-2")]
    found = record_measurements(session, house.charlie, both, "feed", correct=True)
    assert fates(found) == ["corrected", "corrected"]


def test_a_row_a_person_voided_is_never_brought_back(session, house, model, v12):
    row = row_of(model, v12)
    record_measurements(session, house.charlie, [row], "feed", correct=True)
    held = session.scalars(select(Measurement)).one()
    void_measurement(session, house.charlie, model, held.id, "Labels leaked")
    later = row_of(model, v12, observed_at=clock.now())
    for one in (row, later):
        found = record_measurements(session, house.charlie, [one], "feed", correct=True)
        assert fates(found) == ["unchanged"]


def test_a_late_row_counts_by_its_window_and_says_when_it_became_known(session, house, model, v12):
    newest = row_of(model, v12, window_end=TODAY - DAY, numerator=200)
    record_measurements(session, house.charlie, [newest], "feed", correct=True)
    known = clock.now()
    late = row_of(model, v12, window_end=TODAY - 5 * DAY)
    assert fates(record_measurements(session, house.charlie, [late], "feed")) == ["accepted"]
    facts = measurement_facts(session, [model.id])
    assert [fact.window_end for fact in facts] == [TODAY - DAY]
    stored = session.scalars(select(Measurement).order_by(Measurement.id.desc())).first()
    assert stored.recorded_at >= known
    assert stored.window_end == TODAY - 5 * DAY


def test_partly_stores_what_can_be_and_otherwise_nothing(session, house, model, v12):
    rows = [
        row_of(model, v12, line=1),
        row_of(model, v12, numerator=301, line=2),
        row_of(model, v12, external_key="", line=3),
        row_of(model, v12, observed_at=clock.now() + DAY, line=4),
    ]
    with pytest.raises(RowsRefused) as refused:
        record_measurements(session, house.charlie, rows, "feed", correct=True)
    columns = [(one.line, one.column) for one in refused.value.problems]
    assert columns == [(2, "numerator"), (3, "key"), (4, "observed_at")]
    assert session.scalars(select(Measurement)).all() == []
    found = record_measurements(session, house.charlie, rows, "feed", correct=True, partial=True)
    assert fates(found) == ["accepted", "refused", "refused", "refused"]
    assert len(session.scalars(select(Measurement)).all()) == 1


def test_corrections_of_many_mechanisms_take_a_fixed_number_of_statements(
    session, house, statements
):
    models = [house.classifier(session) for _ in range(12)]
    pairs = [(model, configurations(session, model.id)[0]) for model in models]

    def spent(chosen, numerator):
        rows = [row_of(model, v12, numerator=numerator) for model, v12 in chosen]
        session.commit()
        statements.statements.clear()
        record_measurements(session, house.bob, rows, "feed", correct=True)
        inserts = [s for s in statements.statements if s.startswith("INSERT")]
        return len(statements) - len(inserts), len({s.split(" (")[0] for s in inserts})

    assert spent(pairs[:1], 100) == spent(pairs[1:], 100)
    assert spent(pairs[:1], 101) == spent(pairs[1:], 101)


SETTINGS = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@SETTINGS
@given(BATCHES, st.randoms(use_true_random=False))
def test_the_database_keeps_the_same_current_rows_in_any_order(session, house, batches, random):
    model = house.classifier(session)
    v12 = configurations(session, model.id)[0]
    session.commit()

    def row(number, hour, keyed):
        return row_of(
            model,
            v12,
            numerator=10 * number + hour,
            window_end=TODAY - (number + 1) * DAY,
            observed_at=START + timedelta(hours=hour),
            external_key=f"k{number}" if keyed else None,
        )

    rows = [[row(*one) for one in batch] for batch in batches]
    again = random.sample(rows, len(rows)) + rows[:1]
    found = []
    for source, order in (("first", rows), ("second", again)):
        for batch in order:
            record_measurements(session, house.charlie, batch, source, correct=True)
        live = session.execute(
            select(Measurement.external_key, Measurement.window_end, Measurement.numerator)
            .outerjoin(MeasurementVoid, MeasurementVoid.measurement_id == Measurement.id)
            .where(MeasurementVoid.id.is_(None), Measurement.source == source)
        )
        found.append(sorted((one[0] or "", one[1], one[2]) for one in live))
    session.rollback()
    assert found[0] == found[1]
