"""Pages of capacity records: what they say, who may change what, what a refusal keeps."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from config import Config
from roadmap.capacity import lanes, loads, plans, shifts
from roadmap.capacity.models import (
    BaseLoad,
    CampaignLoad,
    ForecastShape,
    HandlingChange,
    LaunchLimit,
    QueuePlan,
    QueueShift,
    QueueThroughput,
    RouteStep,
    SiteHoliday,
    StepPlan,
    Sweep,
)
from roadmap.history.seal import seal, verify
from roadmap.launches.telling import tell
from roadmap.taxonomy.calendars import add_calendar_day
from tests.capacity.conftest import DAY, MONDAY, TODAY

STAFFING = "/mechanisms/{queue}/staffing"
FULL = {
    "handling_seconds": "45",
    "handling_grade": "measured",
    "sla_hours": "24",
    "review_share": "17",
    "review_grade": "measured",
    "zone": "Europe/Lisbon",
    "occupancy": "85",
    "hourly_rate": "18.50",
    "currency": "eur",
}
SHIFT = {
    "starts": "22:00",
    "ends": "06:00",
    "weekdays": ["0", "1", "2", "3", "4"],
    "rostered": "20",
    "first_day": MONDAY.isoformat(),
    "last_day": (MONDAY + timedelta(days=60)).isoformat(),
}


@pytest.fixture
def at(floor):
    """Addresses of the floor's records."""
    queue, step, launch = floor.queue.key, floor.classifier.key, floor.launch.key
    return {
        "staffing": f"/mechanisms/{queue}/staffing",
        "rates": f"/mechanisms/{step}/rates",
        "launch": f"/launches/{launch}",
        "lane": f"/launches/{launch}/forecasts/{floor.forecast.id}",
    }


@pytest.fixture
def looks(database):
    """Return what a query finds in a transaction of its own, as pages see it."""

    def found(query):
        with database.reading() as reading:
            return reading.scalars(query).all()

    return found


@pytest.fixture
def look(looks):
    """Return the first of what a query finds, None for nothing."""
    return lambda query: next(iter(looks(query)), None)


@pytest.fixture
def charlie(cast, sign_in):
    return sign_in(cast.charlie)


@pytest.fixture
def bob(cast, sign_in):
    return sign_in(cast.bob)


def test_a_queue_is_planned_rostered_and_loaded_through_its_pages(floor, at, charlie, look):
    staffing = at["staffing"]
    assert "Nobody is rostered" in charlie.get(staffing).text
    assert charlie.post(f"{staffing}/plan", data=FULL).status_code == 303
    assert charlie.post(f"{staffing}/shifts/new", data=SHIFT).status_code == 303
    load = {"weekly": "42000", "measured_until": TODAY.isoformat(), "grade": "measured"}
    profile = "\t".join(str(n) for n in range(1, 25))
    load |= {"profile": profile, "season": "48: 1.4\n50-51 1.2"}
    assert charlie.post(f"{staffing}/load/new", data=load).status_code == 303
    plan = look(select(QueuePlan))
    assert (plan.handling_seconds, plan.review_share, plan.hourly_rate) == (45, 0.17, 1850)
    assert (plan.currency, plan.shrinkage) == ("EUR", 0.30)
    row = look(select(BaseLoad))
    assert row.profile == [float(n) for n in range(1, 25)]
    assert row.season == {"48": 1.4, "50": 1.2, "51": 1.2}
    page = charlie.get(staffing).text
    for words in ("45 s an item", "100.0% within 24 h", "22:00–06:00", "17 on duty", "42,000"):
        assert words.replace("100.0%", "100.0 %") in page
    # 17 heads × 8 h × 5 days.
    assert ">680<" in page


def test_every_page_of_the_room_is_the_same_number_of_statements(floor, at, bob, statements):
    def count(address):
        bob.get(address)
        statements.statements.clear()
        assert bob.get(address).status_code == 200, address
        return len(statements.statements)

    before = count(at["staffing"]), count(f"{at['launch']}/plan")
    for place in range(3):
        first = MONDAY + timedelta(weeks=place)
        data = SHIFT | {"first_day": first.isoformat()}
        assert bob.post(f"{at['staffing']}/shifts/new", data=data).status_code == 303
    sweep = {"mechanism_id": str(floor.queue.id), "listings": "9", "flagged": "1", "days": "2"}
    for _again in range(2):
        sweep |= {"from_phase": "1", "grade": "estimated"}
        assert bob.post(f"{at['launch']}/sweeps/new", data=sweep).status_code == 303
    assert count(at["staffing"]) == before[0] <= 14
    assert count(f"{at['launch']}/plan") == before[1]
    assert count(at["rates"]) <= 8


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("handling_seconds", "0", "above 0"),
        ("handling_seconds", "abc", "Use a number"),
        ("handling_seconds", "nan", "Use a number"),
        ("handling_seconds", "1e308", "up to 86,400"),
        ("handling_seconds", "-4", "above 0"),
        ("occupancy", "120", "100 %"),
        ("in_shift_shrinkage", "100", "below 100 %"),
        ("sla_hours", "1,200", "two ways"),
        ("currency", "EUX", "currency code"),
        ("zone", "Mars/Olympus", "time zone"),
        ("contract_hours", "999", "up to 168"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_and_keeps_what_was_typed(
    floor, at, charlie, field, typed, sentence, look
):
    answer = charlie.post(f"{at['staffing']}/plan", data=FULL | {field: typed})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{typed}"' in answer.text
    assert look(select(QueuePlan)) is None


def test_a_price_needs_its_currency_and_only_one_price_is_paid(floor, at, charlie):
    address = f"{at['staffing']}/plan"
    answer = charlie.post(address, data=FULL | {"currency": ""})
    assert (answer.status_code, "needs its currency" in answer.text) == (422, True)
    answer = charlie.post(address, data=FULL | {"item_price": "0.25"})
    assert (answer.status_code, "not both" in answer.text) == (422, True)


def test_two_edits_of_one_plan_lose_nothing(floor, at, charlie):
    address = f"{at['staffing']}/plan"
    found = re.search(r'name="shown"[^>]*value="([^"]*)"', charlie.get(address).text)
    assert found is not None
    shown = found[1].replace("&#34;", '"')
    charlie.post(address, data=FULL | {"shown": shown})
    answer = charlie.post(address, data=FULL | {"shown": shown, "handling_seconds": "50"})
    assert answer.status_code == 422
    assert "meanwhile" in answer.text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"rostered": ""}, "how many heads"),
        ({"rostered": "-1"}, "from 0"),
        ({"rostered": "1e9"}, "100,000"),
        ({"present": "21"}, "larger number"),
        ({"starts": "25:00"}, "time of day"),
        ({"starts": "24:00"}, "between 00:00 and 24:00"),
        ({"weekdays": []}, "at least one day"),
        ({"last_day": "2020-01-01"}, "before its first"),
        ({"first_day": "1020-01-01"}, "2000 to 2100"),
        ({"ramp": "101"}, "100 %"),
    ],
)
def test_a_shift_that_cannot_be_worked_is_refused(floor, at, charlie, change, sentence, look):
    answer = charlie.post(f"{at['staffing']}/shifts/new", data=SHIFT | change)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert look(select(QueueShift)) is None


def test_nobody_on_duty_is_a_roster_and_overlapping_shifts_say_that_they_add_up(
    floor, at, charlie, looks
):
    address = f"{at['staffing']}/shifts/new"
    charlie.post(address, data=SHIFT | {"rostered": "0"})
    answer = charlie.post(address, data=SHIFT, follow_redirects=True)
    assert "their heads add up" in answer.text
    assert [row.rostered for row in looks(select(QueueShift))] == [0, 20]


def test_a_shift_changes_from_a_day_ends_goes_on_and_is_removed(floor, at, charlie, look, looks):
    staffing = at["staffing"]
    charlie.post(f"{staffing}/shifts/new", data=SHIFT | {"last_day": str(MONDAY + 6 * DAYS)})
    answer = charlie.post(f"{staffing}/copy", data={"week": str(MONDAY + 7 * DAYS)})
    assert answer.status_code == 303
    row = look(select(QueueShift))
    assert row.last_day == MONDAY + 13 * DAYS
    again = charlie.post(f"{staffing}/copy", data={"week": str(MONDAY + 7 * DAYS)})
    assert (again.status_code, "Nothing to copy" in again.text) == (422, True)
    start = MONDAY + 7 * DAYS
    data = SHIFT | {"rostered": "9", "from_day": str(start), "last_day": str(MONDAY + 20 * DAYS)}
    assert charlie.post(f"{staffing}/shifts/{row.id}", data=data).status_code == 303
    found = looks(select(QueueShift).order_by(QueueShift.first_day))
    assert [(one.first_day, one.last_day, one.rostered) for one in found] == [
        (MONDAY, start - DAYS, 20),
        (start, MONDAY + 20 * DAYS, 9),
    ]
    data = {"last_day": str(start + DAYS)}
    assert charlie.post(f"{staffing}/shifts/{found[1].id}/end", data=data).status_code == 303
    assert charlie.post(f"{staffing}/shifts/{found[0].id}/remove").status_code == 303
    assert charlie.get(f"{staffing}/shifts/{found[0].id}").status_code == 404
    assert [one.last_day for one in looks(select(QueueShift))] == [start + DAYS]


DAYS = timedelta(days=1)


def test_rates_of_a_step_are_planned_and_impossible_ones_refused(floor, at, charlie, look):
    good = {"recall": "60", "precision": "92", "grade": "measured", "outage_hours": "4"}
    assert charlie.post(at["rates"], data=good).status_code == 303
    plan = look(select(StepPlan))
    assert plan.rates == {"recall": 0.6, "precision": 0.92}
    for wrong, sentence in (
        ({"precision": "0"}, "above 0"),
        ({"pass_share": "80"}, "go together"),
        ({"outage_hours": "1.5"}, "whole number"),
        ({"pass_share": "100", "miss_rate": "100"}, "contradict"),
    ):
        answer = charlie.post(at["rates"], data=good | wrong)
        assert (answer.status_code, sentence in answer.text) == (422, True), (wrong, answer.text)


def test_a_route_is_proposed_stored_and_refused_where_its_rates_contradict(
    floor, at, bob, charlie, looks
):
    charlie.post(at["rates"], data={"recall": "60", "precision": "92", "grade": "measured"})
    charlie.post(f"{at['staffing']}/plan", data=FULL)
    page = bob.get(f"{at['lane']}/route?propose=1").text
    assert "Proposed from the linked mechanisms" in page
    assert f"borrowed: 60 from {floor.classifier.key}" in page
    data = {
        "count": "4",
        "step0-mechanism": str(floor.classifier.id),
        "step0-grade": "borrowed",
        "step1-mechanism": str(floor.queue.id),
        "step1-recall": "90",
        "step1-false_rate": "1",
        "step1-grade": "estimated",
    }
    assert bob.post(f"{at['lane']}/route", data=data).status_code == 303
    steps = looks(select(RouteStep).order_by(RouteStep.position))
    assert [(s.mechanism_id, s.rates) for s in steps] == [
        (floor.classifier.id, {}),
        (floor.queue.id, {"recall": 0.9, "false_rate": 0.01}),
    ]
    wrong = data | {"step0-pass_share": "99", "step0-miss_rate": "3"}
    answer = bob.post(f"{at['lane']}/route", data=wrong)
    assert (answer.status_code, "contradict each other" in answer.text) == (422, True)
    assert 'value="99"' in answer.text
    wrong = data | {"step1-recall": "190"}
    assert bob.post(f"{at['lane']}/route", data=wrong).status_code == 422
    page = bob.get(f"{at['launch']}/plan").text
    assert "1. MEC" in page
    fewer = {"count": "4", "step0-mechanism": "", "step1-mechanism": str(floor.queue.id)}
    assert bob.post(f"{at['lane']}/route", data=fewer).status_code == 303
    assert len(looks(select(RouteStep.id))) == 1


def test_hours_of_a_forecast_are_pasted_in_any_shape_and_wrong_lengths_refused(
    floor, at, bob, look
):
    hours = "\n".join(["\t".join(["0,5"] * 24)] * 7)
    data = {"profile": hours, "zone": "Asia/Bangkok", "season": "48: 1.4"}
    assert bob.post(f"{at['lane']}/hours", data=data).status_code == 303
    shape = look(select(ForecastShape))
    assert (shape.profile, shape.zone) == ([0.5] * 168, "Asia/Bangkok")
    for profile, sentence in (("1 2 3", "not 3"), ("0 " * 24, "not all 0"), ("x", "number")):
        answer = bob.post(f"{at['lane']}/hours", data={"profile": profile, "zone": "UTC"})
        assert (answer.status_code, sentence in answer.text) == (422, True), profile
        assert profile.strip() in answer.text
    assert bob.post(f"{at['lane']}/hours", data={"profile": ""}).status_code == 303
    assert look(select(ForecastShape)) is None


def test_handling_sweeps_and_limits_of_a_launch(floor, at, bob, look):
    change = {"mechanism_id": str(floor.queue.id), "handling_seconds": "55", "grade": "estimated"}
    assert bob.post(f"{at['launch']}/handling/new", data=change).status_code == 303
    sweep = {
        "mechanism_id": str(floor.queue.id),
        "listings": "1800000",
        "flagged": "1.5",
        "days": "10",
        "from_phase": "1",
        "grade": "estimated",
    }
    assert bob.post(f"{at['launch']}/sweeps/new", data=sweep).status_code == 303
    limit = {"budget": "200000", "currency": "EUR", "active_sellers": "41000"}
    assert bob.post(f"{at['launch']}/limits", data=limit).status_code == 303
    assert look(select(LaunchLimit.budget)) == 20_000_000
    assert look(select(Sweep.flagged)) == 0.015
    page = bob.get(f"{at['launch']}/plan").text
    assert "1,800,000 listings are read again over 10 days" in page
    assert "€200,000.00 in 30 days" in page
    for part, wrong in (
        ("sweeps/new", sweep | {"days": "2.5"}),
        ("sweeps/new", sweep | {"from_phase": "7"}),
        ("sweeps/new", sweep | {"flagged": "150"}),
        ("limits", limit | {"currency": ""}),
        ("limits", limit | {"currency": "ZZZ"}),
        ("limits", {"wrongful_per_thousand": "3"}),
        ("handling/new", change | {"handling_seconds": "0"}),
    ):
        answer = bob.post(f"{at['launch']}/{part}", data=wrong)
        assert answer.status_code == 422, (part, wrong)
    number = look(select(HandlingChange.id))
    assert bob.post(f"{at['launch']}/capacity/handling/{number}/remove").status_code == 303
    assert bob.post(f"{at['launch']}/capacity/handling/{number}/remove").status_code == 404
    assert bob.post(f"{at['launch']}/limits", data={"budget": ""}).status_code == 303
    assert look(select(LaunchLimit)) is None


def test_days_off_of_a_site_and_the_load_of_a_campaign(floor, cast, sign_in, session, look):
    entry = add_calendar_day(session, None, "campaign", "Sale", None, TODAY, TODAY)
    freeze = add_calendar_day(session, None, "freeze", "Freeze", None, TODAY, TODAY)
    session.commit()
    bob, erin = sign_in(cast.bob), sign_in(cast.erin)
    address = "/mechanisms/sites/lisbon/holidays"
    assert bob.post(address, data={"day": "2026-12-25", "name": "Christmas"}).status_code == 303
    assert "Christmas" in bob.get("/mechanisms/sites/lisbon").text
    assert bob.post(address, data={"day": "x"}).status_code == 422
    number = look(select(SiteHoliday.id))
    assert bob.post(f"{address}/{number}/remove").status_code == 303
    load = f"/admin/calendar/{entry.id}/load"
    assert erin.post(load, data={"multiplier": "2", "profile": "1 " * 24}).status_code == 303
    assert "2 × the usual items" in erin.get(f"/admin/calendar/{entry.id}").text
    assert erin.post(load, data={"multiplier": "2", "profile": "1 " * 168}).status_code == 422
    assert erin.post(load, data={"multiplier": "-1"}).status_code == 422
    assert erin.get(f"/admin/calendar/{freeze.id}/load").status_code == 404
    assert bob.get(load).status_code == 403
    assert erin.post(f"/admin/calendar/{entry.id}/remove").status_code == 303
    assert look(select(CampaignLoad)) is None


def test_what_waits_is_counted_and_only_replaced_by_a_newer_count(floor, charlie):
    address = f"/mechanisms/{floor.queue.key}/staffing"
    day = TODAY - DAY
    first = {"items": "5400", "day": day.isoformat(), "at": "06:00"}
    assert charlie.post(f"{address}/waiting", data=first).status_code == 303
    assert "5,400 items" in charlie.get(address).text
    older = first | {"day": (day - DAY).isoformat()}
    answer = charlie.post(f"{address}/waiting", data=older)
    assert answer.status_code == 422
    assert "There is a newer count already." in answer.text
    later = first | {"day": (TODAY + 3 * DAY).isoformat()}
    assert "has not come yet" in charlie.post(f"{address}/waiting", data=later).text
    rows = f"{day.isoformat()} 07:00\t900\n{day.isoformat()} 08:30\t800"
    assert "800" in charlie.post(f"{address}/paste/waiting", data={"rows": rows}).text
    stored = charlie.post(f"{address}/paste/waiting", data={"rows": rows, "store": "1"})
    assert stored.status_code == 303
    assert "800 items" in charlie.get(address).text


def test_expiry_is_refused_where_nothing_would_be_judged_by_it(floor, charlie):
    address = f"/mechanisms/{floor.queue.key}/staffing/plan"
    refused = charlie.post(address, data={"sla_hours": "4", "patience_hours": "1"})
    assert refused.status_code == 422
    assert "Expiry counts only where" in refused.text
    taken = charlie.post(address, data={"sla_hours": "0.1", "patience_hours": "0.2"})
    assert taken.status_code == 303


def test_who_may_change_what(floor, at, cast, sign_in, session):
    victor, alice = sign_in(cast.victor), sign_in(cast.alice)
    assert victor.get(at["staffing"]).status_code == 200
    assert "Add a shift" not in victor.get(at["staffing"]).text
    assert victor.get(at["rates"]).status_code == 200
    for client in (victor, alice):
        assert client.post(f"{at['staffing']}/plan", data=FULL).status_code == 403
        assert client.post(f"{at['staffing']}/shifts/new", data=SHIFT).status_code == 403
        assert client.post(at["rates"], data={"recall": "5"}).status_code == 403
        assert client.post(f"{at['lane']}/route", data={"count": "2"}).status_code == 403
    step, queue = floor.classifier.key, floor.queue.key
    assert victor.get(f"/mechanisms/{step}/staffing").status_code == 404
    assert victor.get(f"/mechanisms/{queue}/rates").status_code == 404
    floor.launch.confidential = True
    tell(session, None, floor.launch, "launch.edited")
    session.commit()
    for part in ("limits", "sweeps/new", "handling/new"):
        assert alice.get(f"{at['launch']}/{part}").status_code == 404
    assert alice.post(f"{at['lane']}/hours", data={"profile": ""}).status_code == 404


def test_a_forecast_takes_its_route_along_and_a_copy_brings_all(
    floor, at, bob, session, database, looks
):
    house, launch = floor.house, floor.launch
    spec = lanes.StepSpec(mechanism_id=floor.queue.id, rates={"recall": 0.9, "false_rate": 0.01})
    lanes.put_route(session, house.bob, launch, floor.forecast.id, [spec])
    lanes.put_shape(session, house.bob, launch, floor.forecast.id, profile=[1.0] * 24)
    session.commit()
    bob.post(f"{at['launch']}/limits", data={"active_sellers": "41000"})
    assert bob.post(f"{at['launch']}/copy", data={"title": "Again"}).status_code == 303
    assert len(looks(select(RouteStep.launch_id))) == 2
    assert len(looks(select(LaunchLimit.launch_id))) == 2
    assert bob.post(f"{at['lane']}/remove").status_code == 303
    assert [row.launch_id for row in looks(select(ForecastShape))] != [launch.id]
    assert len(looks(select(RouteStep.launch_id))) == 1


def test_the_history_of_all_records_verifies(floor, at, bob, charlie, session, database, look):
    charlie.post(f"{at['staffing']}/plan", data=FULL)
    charlie.post(f"{at['staffing']}/shifts/new", data=SHIFT)
    loads.put_throughput(session, floor.house.charlie, floor.queue, {TODAY: 4200.0})
    last_week = MONDAY + timedelta(days=63)
    plans.put_step_plan(session, None, floor.classifier, {"rates": {"recall": 0.5}})
    shifts.copy_last_week(session, None, floor.queue, last_week)
    session.commit()
    assert look(select(QueueThroughput.week)) == MONDAY
    key = Config(HISTORY_KEY="only for tests").HISTORY_KEY
    with database.writing() as writing:
        seal(writing, key)
    with database.reading() as reading:
        assert [fault.message for fault in verify(reading, key, None)] == []
