"""A metric outside its limits is marked, proposed once as a report, and answered with a reason."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from roadmap import clock
from roadmap.history.queries import feed
from roadmap.mechanisms.control_queries import signals_of
from roadmap.mechanisms.control_service import look_at_new
from roadmap.mechanisms.kept_models import MetricSignal, SignalAnswer
from roadmap.mechanisms.kinds import LabelSource
from roadmap.mechanisms.measurements import record_measurements, void_measurement
from roadmap.mechanisms.models import Measurement
from roadmap.mechanisms.queries import configurations
from roadmap.requirements.models import Requirement
from tests.mechanisms.conftest import row_of

TODAY = clock.today()
DAY = timedelta(days=1)
STEADY = (285, 283, 287, 284, 286, 285) * 4


def days(model, configuration, counts, last=TODAY, **values):
    """Return one row of 300 labels a day, the last one on a day."""
    return [
        row_of(
            model,
            configuration,
            numerator=right,
            denominator=300,
            window_start=last - (len(counts) - 1 - n) * DAY,
            window_end=last - (len(counts) - 1 - n) * DAY,
            **values,
        )
        for n, right in enumerate(counts)
    ]


@pytest.fixture
def model(session, house):
    return house.classifier(session)


@pytest.fixture
def v12(session, model):
    return configurations(session, model.id)[0]


@pytest.fixture
def dropped(session, database, house, model, v12):
    """The classifier with three steady weeks and a bad last day."""
    record_measurements(session, house.charlie, days(model, v12, [*STEADY, 255]), "labels")
    session.commit()
    assert look_at_new(database) == 1
    return model


def test_the_page_marks_it_the_list_counts_it_and_the_owner_is_told(
    dropped, session, cast, sign_in, statements
):
    charlie = sign_in(cast.charlie)
    statements.statements.clear()
    page = charlie.get("/mechanisms/MEC-1").text
    assert "Outside its usual range" in page
    assert "85.0 % of 300" in page
    assert "Report a problem" in page
    assert sum("metric_signal" in one for one in statements.statements) == 1
    assert "Outside its limits" in charlie.get("/mechanisms?health=control").text
    assert "a metric left its usual range" in charlie.get("/").text
    reader = sign_in(cast.victor).get("/mechanisms/MEC-1").text
    assert "Report a problem" not in reader
    statements.statements.clear()
    over_time = charlie.get("/mechanisms/MEC-1/control")
    assert over_time.status_code == 200
    assert len(statements) <= 14
    assert "Show as a table" in over_time.text


def test_a_report_begins_filled_in_and_nothing_is_created_by_itself(
    dropped, session, cast, sign_in
):
    charlie = sign_in(cast.charlie)
    signal = session.scalars(select(MetricSignal)).one()
    session.commit()
    begun = charlie.post(f"/mechanisms/MEC-1/control/{signal.id}/report")
    assert begun.status_code == 303
    asked = parse_qs(urlsplit(begun.location).query)
    assert asked["kind"] == ["problem_report"]
    assert "85.0 % of 300" in asked["problem"][0]
    assert asked["links"][0].endswith("/mechanisms/MEC-1/control")
    assert asked["languages"] == ["de"]
    form = charlie.get(begun.location).text
    assert "left its usual range (MEC-1)" in form
    assert session.scalar(select(func.count()).select_from(Requirement)) == 0
    page = charlie.get("/mechanisms/MEC-1").text
    assert "A report was begun" in page
    assert "Report a problem" not in page
    assert "a metric left" not in charlie.get("/").text


def test_a_proposal_is_dismissed_with_a_reason_and_comes_back_only_for_a_new_episode(
    dropped, session, database, house, v12, cast, sign_in
):
    charlie = sign_in(cast.charlie)
    signal = session.scalars(select(MetricSignal)).one()
    session.commit()
    address = f"/mechanisms/MEC-1/control/{signal.id}/dismiss"
    assert charlie.get(address).status_code == 200
    assert charlie.post(address, data={"why": " "}).status_code == 422
    assert charlie.post(address, data={"why": "Labels of a strike day"}).status_code == 303
    assert charlie.post(address, data={"why": "Again"}).status_code == 422
    assert feed(session, "mechanism", 1)[0].why == "Labels of a strike day"
    assert "Labels of a strike day" in charlie.get("/mechanisms/MEC-1/control").text
    assert "Outside its limits</" not in charlie.get("/mechanisms?health=control").text
    session.commit()
    assert look_at_new(database) == 1
    assert signals_of(session, dropped.id, TODAY)[0].answer is not None
    later = session.scalars(select(SignalAnswer)).one()
    assert later.through == TODAY
    session.commit()
    assert sign_in(cast.victor).post(address, data={"why": "x"}).status_code in (403, 404)


def test_what_is_voided_labelled_by_a_model_or_of_another_configuration_does_not_signal(
    session, database, house, model, v12
):
    record_measurements(session, house.charlie, days(model, v12, STEADY), "a", correct=False)
    alone = days(model, v12, [*STEADY, 255], label_source=LabelSource.LLM_ONLY)
    record_measurements(session, house.charlie, alone, "model")
    bad = days(model, v12, [255], TODAY)
    found = record_measurements(session, house.charlie, bad, "b")
    assert found.added == 1
    wrong = days(model, v12, [240], TODAY - 40 * DAY)
    record_measurements(session, house.charlie, wrong, "a")
    number = session.scalars(select(Measurement.id).where(Measurement.numerator == 240)).one()
    void_measurement(session, house.charlie, model, number, "Wrong labels")
    session.commit()
    assert look_at_new(database) == 1
    assert signals_of(session, model.id, TODAY) == []


def test_only_mechanisms_with_new_rows_are_looked_at_again(
    session, database, house, model, v12, monkeypatch
):
    other = house.queue(session)
    record_measurements(session, house.charlie, days(model, v12, STEADY), "a")
    session.commit()
    assert look_at_new(database) == 2
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=2))
    assert look_at_new(database) == 1
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=4))
    assert look_at_new(database) == 0
    assert other.id != model.id
