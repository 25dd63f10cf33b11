"""Evidence arrives all or nothing, once, and is voided but never removed."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from roadmap import clock
from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.events import subscribe
from roadmap.history.queries import feed
from roadmap.mechanisms.bounds import Answer
from roadmap.mechanisms.cells import read_strata
from roadmap.mechanisms.configurations import add_configuration, deploy_configuration
from roadmap.mechanisms.events import EvidenceArrived
from roadmap.mechanisms.evidence import Question, Why, find, row_counts
from roadmap.mechanisms.facts import Stratum
from roadmap.mechanisms.gather import (
    measurement_fact,
    measurement_facts,
    mechanism_facts,
)
from roadmap.mechanisms.kinds import LabelSource, Metric, Sampling
from roadmap.mechanisms.measurement_checks import RowsRefused
from roadmap.mechanisms.measurements import record_measurements, void_measurement
from roadmap.mechanisms.models import (
    Configuration,
    Measurement,
    MeasurementBatch,
    MeasurementVoid,
)
from roadmap.mechanisms.pasted import read_pasted
from roadmap.mechanisms.queries import configurations, find_mechanism
from roadmap.mechanisms.service import add_coverage
from roadmap.taxonomy.scope import ScopePattern
from tests.mechanisms.conftest import row_of
from tests.worlds import kept

TODAY = clock.today()
DAY = timedelta(days=1)


def count(session, table=Measurement):
    return session.scalar(select(func.count()).select_from(table))


@pytest.fixture
@kept
def model(session, house):
    return house.classifier(session)


@pytest.fixture
@kept
def v12(session, model):
    return configurations(session, model.id)[0]


def test_rows_arrive_as_one_batch_told_to_the_mechanism_and_to_higher_rooms(
    session, house, model, v12
):
    heard = []
    subscribe(EvidenceArrived, lambda _s, event: heard.extend(event.mechanism_ids))
    rows = [row_of(model, v12), row_of(model, v12, metric=Metric.OVERTURN_RATE, numerator=3)]
    found = record_measurements(session, house.charlie, rows, "labels.csv")
    session.commit()
    assert (found.added, found.known, heard) == (2, 0, [model.id])
    assert feed(session, "mechanism", model.id)[0].why == "2 rows from labels.csv"
    assert found.batch is not None
    told = feed(session, "measurement_batch", found.batch.id)[0]
    assert told.changes["rows"] == (None, 2)


def test_the_same_rows_again_add_nothing(session, house, model, v12):
    rows = [row_of(model, v12)]
    record_measurements(session, house.charlie, [*rows, *rows], "labels.csv")
    again = record_measurements(session, house.charlie, rows, "labels.csv")
    assert (again.batch, again.added, again.known) == (None, 0, 1)
    assert (count(session), count(session, MeasurementBatch)) == (1, 1)
    other = record_measurements(session, house.charlie, rows, "audit")
    assert other.added == 1


def test_other_numbers_for_a_recorded_row_need_the_old_one_voided(session, house, model, v12):
    record_measurements(session, house.charlie, [row_of(model, v12)], "x")
    corrected = row_of(model, v12, numerator=200, line=4)
    with pytest.raises(RowsRefused) as refused:
        record_measurements(session, house.charlie, [corrected], "x")
    assert [(p.line, p.value) for p in refused.value.problems] == [(4, "200/300")]
    held = session.scalars(select(Measurement)).one()
    void_measurement(session, house.charlie, model, held.id, "Wrong slice")
    assert record_measurements(session, house.charlie, [corrected], "x").added == 1
    revived = record_measurements(session, house.charlie, [row_of(model, v12)], "x")
    assert (revived.added, revived.known, count(session)) == (0, 1, 2)


def test_the_same_numbers_do_not_revive_a_voided_row(session, house, model, v12):
    record_measurements(session, house.charlie, [row_of(model, v12)], "x")
    held = session.scalars(select(Measurement)).one()
    void_measurement(session, house.charlie, model, held.id, "Wrong sample")
    again = record_measurements(session, house.charlie, [row_of(model, v12)], "x")
    assert (again.added, again.known) == (0, 1)


TOO_MANY = Stratum(population=10, sampled=20, positives=1, found=True)
BAD = [
    ({"window_end": TODAY + DAY}, "window_end", "not happened yet"),
    ({"window_start": TODAY, "window_end": TODAY - DAY}, "window_end", "ends before"),
    (
        {"metric": Metric.RECALL, "sampling": Sampling.FLAGGED_ONLY},
        "sampling",
        "Recall cannot be measured on flagged items only",
    ),
    ({"numerator": 301}, "numerator", "larger"),
    ({"numerator": -1}, "numerator", "negative"),
    ({"numerator": 2**31, "denominator": 2**31}, "numerator", "below 2,147,483,648"),
    ({"sampling": Sampling.STRATIFIED}, "strata", "needs its strata"),
    (
        {"sampling": Sampling.STRATIFIED, "strata": (TOO_MANY,)},
        "strata",
        "must hold",
    ),
    ({"configuration_id": None}, "configuration", "which configuration"),
    ({"configuration_id": 999}, "configuration", "no such configuration"),
    ({"policy_version_id": 999}, "guideline", "no such guideline"),
    ({"metric": Metric.QA_ACCURACY}, "guideline", "needs the guideline version"),
    ({"scope": ScopePattern("IT", None, None, None)}, "market", "no IT"),
    ({"mechanism_id": 999}, "mechanism", "no such mechanism"),
]


@pytest.mark.parametrize(("values", "column", "words"), BAD)
def test_a_row_that_proves_nothing_is_refused_and_none_of_its_batch_stays(
    session, house, model, v12, values, column, words
):
    rows = [row_of(model, v12), row_of(model, v12, line=7, **values)]
    with pytest.raises(RowsRefused, match=words) as refused:
        record_measurements(session, house.charlie, rows, "x")
    assert [(p.line, p.column) for p in refused.value.problems] == [(7, column)]
    assert (count(session), count(session, MeasurementBatch)) == (0, 0)


def test_only_the_owner_or_a_program_manager_records_and_voids(session, house, model, v12):
    for stranger in (house.victor, house.alice):
        with pytest.raises(RowsRefused, match="Only its owner"):
            record_measurements(session, stranger, [row_of(model, v12)], "x")
    record_measurements(session, house.bob, [row_of(model, v12)], "x")
    held = session.scalars(select(Measurement)).one()
    with pytest.raises(Forbidden):
        void_measurement(session, house.victor, model, held.id, "No")


def test_a_row_is_voided_once_with_a_reason_and_stays(session, house, model, v12):
    record_measurements(session, house.charlie, [row_of(model, v12)], "x")
    held = session.scalars(select(Measurement)).one()
    for bad in ("", "  ", "x" * 501):
        with pytest.raises(Invalid):
            void_measurement(session, house.charlie, model, held.id, bad)
    void_measurement(session, house.charlie, model, held.id, "Labels leaked")
    with pytest.raises(Invalid, match="voided already"):
        void_measurement(session, house.charlie, model, held.id, "Again")
    with pytest.raises(NotFound):
        void_measurement(session, house.charlie, model, 999, "Gone")
    session.commit()
    assert (count(session), count(session, MeasurementVoid)) == (1, 1)
    assert feed(session, "mechanism", model.id)[0].why == "Labels leaked"


def test_statements_are_the_same_for_one_row_and_for_two_hundred(
    session, house, model, v12, statements
):
    def spent(rows):
        statements.statements.clear()
        record_measurements(session, house.charlie, rows, "x")
        return len(
            [s for s in statements.statements if not s.startswith("INSERT INTO measurement ")]
        )

    def many(first, number):
        return [
            row_of(model, v12, window_start=TODAY - 999 * DAY, window_end=TODAY - (first + i) * DAY)
            for i in range(number)
        ]

    assert spent(many(1, 1)) == spent(many(10, 200))


HEADER = (
    "metric,language,policy_area,numerator,denominator,"
    "window_start,window_end,sampling,label_source"
)


def test_a_pasted_block_becomes_rows_of_the_running_configuration(session, house, model, v12):
    start, end = TODAY - 9 * DAY, TODAY - 2 * DAY
    block = (
        f"\ufeff{HEADER},strata\n"
        f"precision,de,weapons,285,300,{start},{end},random,human,\n"
        f"Recall,de,weapons,290,302,{start},{end},stratified,LLM with human audit,"
        "2000/300/290/yes; 48000/400/12/no\n"
        f"precision,de,counterfeit,1.152,1 200,{start:%d.%m.%Y},{end:%d.%m.%Y},Random,Reviewers,\n"
    )
    rows, problems = read_pasted(session, model, block.replace(",", "\t"))
    assert problems == []
    assert [row.line for row in rows] == [2, 3, 4]
    assert (rows[2].numerator, rows[2].denominator) == (1152, 1200)
    assert (rows[2].window_start, rows[2].window_end) == (start, end)
    assert rows[2].label_source is LabelSource.HUMAN
    assert {row.configuration_id for row in rows} == {v12.id}
    assert rows[1].strata[1] == Stratum(population=48000, sampled=400, positives=12, found=False)
    assert record_measurements(session, house.charlie, rows, "pasted").added == 3


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("", [(1, "rows")]),
        (HEADER, [(1, "rows")]),
        ("metric,metric\nprecision,recall", None),
        (HEADER + ",colour\n", [(1, "colour")]),
        (HEADER + "\nprecision,de", [(2, "rows")]),
        (
            HEADER + "\nprecison,de,weapons,1.5,=1+1,2026-02-30,26-1-1,most,me",
            [
                (2, "window_start"),
                (2, "window_end"),
                (2, "numerator"),
                (2, "denominator"),
                (2, "metric"),
                (2, "sampling"),
                (2, "label_source"),
            ],
        ),
        (
            HEADER + ",configuration,guideline,strata\n"
            "precision,de,weapons,1,2,2026-01-01,2026-01-02,random,human,v99,weapons@v9,1/2",
            [(2, "strata"), (2, "configuration"), (2, "guideline")],
        ),
    ],
)
def test_every_cell_that_cannot_be_read_is_named(session, house, model, v12, block, expected):
    rows, problems = read_pasted(session, model, block)
    assert rows == []
    if expected is not None:
        assert [(p.line, p.column) for p in problems] == expected
    assert problems


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader_of_strata(words):
    try:
        read_strata(words)
    except ValueError as error:
        assert "stratum" in str(error)  # noqa: PT017


# ---- the rows that decide ----


def test_facts_of_mechanisms_take_two_statements_for_any_number(
    session, house, model, v12, statements
):
    add_coverage(session, house.charlie, model, [ScopePattern(None, None, "live", None)])
    queue = house.queue(session)
    for _ in range(3):
        house.classifier(session)
    session.commit()
    statements.statements.clear()
    facts = mechanism_facts(session)
    assert (len(statements), len(facts)) == (2, 5)
    found = facts[model.id]
    assert (found.configuration_digest, found.configuration_label) == (v12.digest, "v12")
    assert found.coverage == (ScopePattern(None, None, "live", None),)
    assert facts[queue.id].configuration_digest == ""
    statements.statements.clear()
    assert set(mechanism_facts(session, [model.id])) == {model.id}
    assert len(statements) == 2


def test_only_the_newest_counting_row_of_a_slice_is_gathered(
    session, house, model, v12, statements
):
    rows = [
        row_of(model, v12, window_start=TODAY - 90 * DAY, window_end=TODAY - n * DAY)
        for n in range(1, 30)
    ]
    record_measurements(session, house.charlie, rows, "x")
    session.commit()
    statements.statements.clear()
    found = measurement_facts(session, [model.id])
    assert len(statements) == 1
    assert [row.window_end for row in found] == [TODAY - DAY]
    held = session.scalars(select(Measurement).order_by(Measurement.window_end.desc())).first()
    void_measurement(session, house.charlie, model, held.id, "Wrong")
    found = measurement_facts(session, [model.id])
    assert sorted(row.window_end for row in found) == [TODAY - 2 * DAY, TODAY - DAY]


def _plan():
    return st.lists(
        st.tuples(
            st.integers(1, 60),  # days ago
            st.sampled_from([None, "de", "en"]),
            st.sampled_from([None, "DE", "FR"]),
            st.booleans(),  # labelled by a model alone
            st.booleans(),  # of the running configuration
            st.sampled_from([0, 200, 299]),
            st.booleans(),  # voided
        ),
        max_size=12,
    )


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(_plan())
def test_the_gathered_rows_say_the_same_as_all_rows(session, house, plan):
    with session.begin_nested() as savepoint:
        model = house.classifier(session)
        v12 = configurations(session, model.id)[0]
        v13 = add_configuration(session, house.charlie, model, "v13", {})
        for number, (ago, language, market, llm, runs, top, voided) in enumerate(plan):
            row = row_of(
                model,
                v12 if runs else v13,
                window_start=TODAY - 99 * DAY,
                window_end=TODAY - ago * DAY,
                scope=ScopePattern(market, language, None, "weapons"),
                label_source=LabelSource.LLM_ONLY if llm else LabelSource.HUMAN,
                numerator=top,
            )
            record_measurements(session, house.charlie, [row], f"source {number}")
            if voided:
                held = session.scalars(select(func.max(Measurement.id))).one()
                void_measurement(session, house.charlie, model, held, "Wrong")
        digest = mechanism_facts(session, [model.id])[model.id].configuration_digest
        few, all_rows = measurement_facts(session, [model.id]), _all(session, model.id)
        assert len(few) <= len(all_rows)
        for target in (0.5, 0.9):
            question = Question(digest, True, Metric.PRECISION, target, 30)
            for wanted in (
                ScopePattern(None, "de", None, "weapons"),
                ScopePattern("DE", "de", None, "weapons"),
                ScopePattern(None, None, None, "weapons"),
                ScopePattern(),
            ):
                answers = [
                    find([r for r in rows if row_counts(r.scope, wanted)], question, TODAY)
                    for rows in (few, all_rows)
                ]
                assert answers[0] == answers[1]
        savepoint.rollback()


def _all(session, mechanism_id):
    rows = session.execute(
        select(*Measurement.__table__.c, Configuration.digest, MeasurementVoid.voided_at)
        .outerjoin(Configuration, Configuration.id == Measurement.configuration_id)
        .outerjoin(MeasurementVoid, MeasurementVoid.measurement_id == Measurement.id)
        .where(Measurement.mechanism_id == mechanism_id)
    )
    return [measurement_fact(row) for row in rows]


def test_evidence_of_the_configuration_before_says_nothing_about_the_new_one(
    session, house, model, v12
):
    record_measurements(session, house.charlie, [row_of(model, v12)], "x")
    question = Question(v12.digest, True, Metric.PRECISION, 0.9, 30)
    proven = find(measurement_facts(session, [model.id]), question, TODAY)
    assert (proven.answer, proven.why) == (Answer.PASS, Why.PROVEN)
    v13 = add_configuration(session, house.charlie, model, "v13", {"threshold": 0.9})
    deploy_configuration(session, house.charlie, model, v13.id, "Raised")
    now = Question(v13.digest, True, Metric.PRECISION, 0.9, 30)
    after = find(measurement_facts(session, [model.id]), now, TODAY)
    assert (after.answer, after.why) == (Answer.UNKNOWN, Why.OTHER_CONFIGURATION)
    assert find_mechanism(session, model.id) is model
