"""Old rows are added up exactly, told, proven, and never missed by a verdict."""

import random
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DBAPIError

from roadmap import clock
from roadmap.db import Database
from roadmap.history.capture import UnrecordedChange
from roadmap.history.queries import feed
from roadmap.history.seal import verify
from roadmap.mechanisms.bounds import wilson
from roadmap.mechanisms.citing import cite, cited_ids
from roadmap.mechanisms.configurations import add_configuration
from roadmap.mechanisms.gather import measurement_facts
from roadmap.mechanisms.kept_models import MeasurementSum, RetiredMeasurement, RollUp
from roadmap.mechanisms.kinds import LabelSource, Metric, Sampling
from roadmap.mechanisms.measurement_checks import NewMeasurement, RowsRefused
from roadmap.mechanisms.measurements import record_measurements, void_measurement
from roadmap.mechanisms.models import Measurement, Mechanism
from roadmap.mechanisms.queries import configurations
from roadmap.mechanisms.retention import roll_up
from roadmap.mechanisms.rollup import (
    OldRow,
    Unit,
    content_digest,
    cutoff_for,
    digests_of,
    key_digest,
    period_of,
    plan,
)
from roadmap.mechanisms.sifting import content_of, identity_of, key_of
from roadmap.taxonomy.scope import ScopePattern
from tests.mechanisms.conftest import row_of

KEY = "only for tests"
DAY = timedelta(days=1)


def daily(model, configuration, ages, **values):
    """Return one row a day, by its age in days, of 90 + its weekday out of 100."""
    today = clock.today()
    found = []
    for age in ages:
        day = today - age * DAY
        given_ = {"numerator": 90 + day.weekday(), "denominator": 100, **values}
        found.append(row_of(model, configuration, window_start=day, window_end=day, **given_))
    return found


def rolled(session, database, unit=Unit.WEEK, keep=400, **more):
    """Add up with no other writer at work, and forget what the session knew."""
    session.commit()
    done = roll_up(database, keep, unit, **more)
    session.expire_all()
    return done


def faults(database):
    with database.reading() as session:
        return [f"{one.record}: {one.message}" for one in verify(session, KEY, None)]


def count(session, table=Measurement):
    return session.scalar(select(func.count()).select_from(table))


@pytest.fixture
def model(session, house):
    return house.classifier(session)


@pytest.fixture
def v12(session, model):
    return configurations(session, model.id)[0]


def test_old_days_become_weeks_with_exact_sums_and_the_history_still_verifies(
    session, database, house, model, v12, cast, sign_in
):
    rows = daily(model, v12, [1, *range(430, 500)])
    record_measurements(session, house.charlie, rows, "labels")
    session.commit()
    day = cutoff_for(clock.today(), 400, Unit.WEEK)
    old = [row for row in rows if row.window_end < day]

    planned = rolled(session, database, dry_run=True)
    assert (count(session), count(session, MeasurementSum)) == (71, 0)
    done = rolled(session, database)
    assert (done.rows, done.sums, done.altered) == (planned.rows, planned.sums, ())
    sums = session.scalars(select(MeasurementSum).order_by(MeasurementSum.period_end)).all()
    # The oldest and the newest week may hold one of the days alone, which stays.
    assert len(old) - 2 <= done.rows <= len(old)
    assert count(session) == 71 - done.rows
    assert sum(one.row_count for one in sums) == done.rows == count(session, RetiredMeasurement)
    full = next(one for one in sums if one.row_count == 7)
    assert (full.numerator, full.denominator) == (7 * 90 + 21, 700)
    assert full.period_start.weekday() == 0
    assert wilson(full.numerator, full.denominator).share == pytest.approx(0.93)

    session.commit()
    page = sign_in(cast.charlie).get("/mechanisms/MEC-1/evidence?metric=precision").text
    assert "Added up" in page
    assert "651/700" in page
    assert faults(database) == []
    run = session.scalars(select(RollUp)).first()
    assert {one.action for one in feed(session, "roll_up", run.id)} == {
        "roll_up.summed",
        "roll_up.retired",
    }
    assert rolled(session, database).rows == 0


def test_what_something_rests_on_stays(session, database, house, model, v12):
    week = range(507, 500, -1)
    record_measurements(session, house.charlie, daily(model, v12, week), "a")
    # Nothing newer than this slice has: its last row decides about it, however old.
    spain = {"scope": ScopePattern(None, "es", None, "weapons")}
    record_measurements(session, house.charlie, daily(model, v12, week, **spain), "a")
    record_measurements(session, house.charlie, daily(model, v12, [1]), "a")
    german = select(Measurement).where(Measurement.language_code == "de")
    first, second, *_ = session.scalars(german.order_by(Measurement.id)).all()
    cite(session, cited_ids([f"measurement:{first.id}", "policy:3"]))
    cite(session, [first.id])
    void_measurement(session, house.charlie, model, second.id, "Wrong labels")
    before = measurement_facts(session)
    newest = {row.id for row in before}
    assert rolled(session, database, Unit.MONTH).rows > 0
    left = set(session.scalars(select(Measurement.id)))
    assert {first.id, second.id} | newest <= left
    assert measurement_facts(session) == before
    session.commit()
    assert faults(database) == []


def test_rows_that_arrive_again_after_they_were_added_up_are_known_and_stay_as_they_were(
    session, database, house, model, v12
):
    rows = daily(model, v12, [*range(500, 514), 1])
    keyed = [replace(row, external_key=f"k{n}") for n, row in enumerate(rows)]
    record_measurements(session, house.charlie, rows, "feed")
    record_measurements(session, house.charlie, keyed, "keyed")
    done = rolled(session, database, Unit.MONTH)
    assert done.rows > 20
    for same, source in ((rows, "feed"), (keyed, "keyed")):
        again = record_measurements(session, house.charlie, same, source, correct=True)
        assert (again.added, again.known) == (0, 15)
        gone = session.scalar(select(RetiredMeasurement.id).order_by(RetiredMeasurement.id))
        other = [replace(same[(gone or 1) - 1], numerator=1)]
        with pytest.raises(RowsRefused) as refused:
            record_measurements(session, house.charlie, other, source, correct=True)
        assert "part of a sum" in refused.value.problems[0].reason


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_decides_about_any_target_is_the_same_before_and_after(
    session, database, house, model, v12, seed
):
    draw = random.Random(seed)
    v13 = add_configuration(session, house.charlie, model, "v13", {"threshold": 0.9})
    today = clock.today()
    rows: dict[object, NewMeasurement] = {}
    for _ in range(250):
        end = today - draw.randint(400, 520) * DAY
        row = row_of(
            model,
            draw.choice([v12, v13]),
            metric=draw.choice([Metric.PRECISION, Metric.RECALL]),
            scope=ScopePattern(None, draw.choice(["de", "es", None]), None, "weapons"),
            label_source=draw.choice([LabelSource.HUMAN, LabelSource.LLM_ONLY]),
            window_start=end - draw.choice([0, 0, 0, 6]) * DAY,
            window_end=end,
            numerator=draw.randint(80, 100),
            denominator=100,
        )
        rows.setdefault(
            (row.configuration_id, row.metric, row.scope, row.window_start, row.window_end), row
        )
    record_measurements(session, house.charlie, list(rows.values()), "feed")
    ids = session.scalars(select(Measurement.id)).all()
    for number in draw.sample(list(ids), 25):
        void_measurement(session, house.charlie, model, number, "Doubtful")
    before = measurement_facts(session)
    done = rolled(session, database, Unit.MONTH, 390)
    assert done.rows > 0
    assert measurement_facts(session) == before
    session.commit()
    assert faults(database) == []


class Interrupted(Database):
    """A database in which somebody else writes just before each transaction that writes."""

    def __init__(self, url, others):
        super().__init__(url)
        self.others = others

    @contextmanager
    def writing(self):
        while self.others:
            with super().writing() as session:
                self.others.pop()(session)
        with super().writing() as session:
            yield session


def test_what_is_cited_or_comes_to_decide_after_the_reading_stays(
    session, database, house, model, v12
):
    record_measurements(session, house.charlie, daily(model, v12, range(500, 514)), "a")
    session.commit()
    rows = session.scalars(select(Measurement).order_by(Measurement.id)).all()
    newest, before, cited = rows[0], rows[1], rows[5]
    session.commit()
    busy = Interrupted(
        database.url,
        [
            lambda other: cite(other, [cited.id]),
            lambda other: void_measurement(
                other, house.charlie, other.get_one(Mechanism, model.id), newest.id, "Wrong"
            ),
        ],
    )
    done = roll_up(busy, 400, Unit.MONTH)
    busy.dispose()
    assert done.rows > 0
    session.expire_all()
    left = set(session.scalars(select(Measurement.id)))
    assert {newest.id, before.id, cited.id} <= left
    assert len(left) == 14 - done.rows
    session.commit()
    assert faults(database) == []


def test_a_batch_altered_behind_the_history_is_left_and_named(session, database, house, model, v12):
    found = record_measurements(session, house.charlie, daily(model, v12, range(500, 514)), "x")
    record_measurements(session, house.charlie, daily(model, v12, [1]), "x")
    session.commit()
    with database.writing() as other:
        off = "ALTER TABLE measurement DISABLE TRIGGER USER"
        on = "ALTER TABLE measurement ENABLE TRIGGER USER"
        if session.get_bind().dialect.name == "sqlite":
            off, on = "DROP TRIGGER measurement_no_update", "SELECT 1"
        for words in (off, "UPDATE measurement SET numerator = 99 WHERE id = 1", on):
            other.execute(text(words))
    done = rolled(session, database, Unit.MONTH)
    assert done.rows == 0
    assert done.altered == (found.batch.id if found.batch else 0,)


def test_a_row_the_ledger_does_not_name_cannot_be_deleted(session, database, house, model, v12):
    record_measurements(session, house.charlie, daily(model, v12, [1]), "x")
    session.commit()
    with (
        pytest.raises(DBAPIError, match="never changed"),
        database.engine.begin() as connection,
    ):
        connection.execute(text("DELETE FROM measurement"))
    with pytest.raises(UnrecordedChange):
        session.execute(delete(Measurement))
    session.rollback()
    # Promised to be told, and not told.
    with pytest.raises(UnrecordedChange), database.writing() as other:
        other.execute(
            delete(Measurement).where(Measurement.id == 0),
            execution_options={"history_retired": [1], "synchronize_session": False},
        )


def old_row(number, day, **values):
    given_ = {
        "id": number,
        "batch_id": 1,
        "mechanism_id": 1,
        "configuration_id": 1,
        "policy_version_id": None,
        "market_code": None,
        "language_code": "de",
        "surface_code": None,
        "policy_area_code": None,
        "metric": Metric.PRECISION,
        "sampling": Sampling.RANDOM,
        "label_source": LabelSource.HUMAN,
        "source": "",
        "window_start": day,
        "window_end": day,
        "numerator": 1,
        "denominator": 2,
        "external_key": None,
    }
    return OldRow(**{**given_, **values})


def as_arrived(row):
    """Return the row as its source would send it again."""
    return NewMeasurement(
        scope=ScopePattern(
            row.market_code, row.language_code, row.surface_code, row.policy_area_code
        ),
        **{
            name: getattr(row, name)
            for name in OldRow._fields
            if name not in ("id", "batch_id", "source") and not name.endswith("_code")
        },
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.dates(min_value=date(2024, 12, 1), max_value=date(2025, 3, 1)),
            st.sampled_from(list(Sampling)),
            st.sampled_from(["", "a"]),
            st.integers(0, 50),
        ),
        max_size=40,
    ),
    st.sampled_from(list(Unit)),
    st.sets(st.integers(0, 39)),
)
def test_a_sum_holds_exactly_its_rows_and_each_row_goes_into_one(given_, unit, kept):
    rows = [
        old_row(
            n,
            day,
            sampling=how,
            source=source,
            numerator=k,
            denominator=k + 5,
            external_key=f"k{n}" if k % 3 == 0 else None,
        )
        for n, (day, how, source, k) in enumerate(given_)
    ]
    sums = plan(rows, kept, unit)
    gone = [row.id for one in sums for row in one.rows]
    assert len(gone) == len(set(gone))
    assert not kept & set(gone)
    for one in sums:
        assert len(one.rows) > 1
        assert one.numerator == sum(row.numerator for row in one.rows)
        assert one.denominator - one.numerator == 5 * len(one.rows)
        assert {period_of(row.window_end, unit) for row in one.rows} == {(one.first, one.last)}
        assert len({(row.sampling, row.source) for row in one.rows}) == 1
        assert Sampling.STRATIFIED not in {row.sampling for row in one.rows}
        for row, (identity, content) in zip(one.rows, digests_of(one), strict=True):
            arrived = as_arrived(row)
            assert identity == key_digest(row.source, key_of(arrived))
            assert content == content_digest(identity_of(arrived), content_of(arrived))
