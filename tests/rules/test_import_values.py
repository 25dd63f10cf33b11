"""Reading single cells."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.exchange import values
from roadmap.exchange.values import DateReading, ValueRefusedError

DAY_FIRST, MONTH_FIRST = DateReading("day-first"), DateReading("month-first")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("25/Apr/26 7:51 PM", datetime(2026, 4, 25, 19, 51, tzinfo=UTC)),
        ("28/Apr/26 12:13 AM", datetime(2026, 4, 28, 0, 13, tzinfo=UTC)),
        ("28/Apr/26 12:13 PM", datetime(2026, 4, 28, 12, 13, tzinfo=UTC)),
        ("25/Jun/20 12:44", datetime(2020, 6, 25, 12, 44, tzinfo=UTC)),
        ("2026-04-25", datetime(2026, 4, 25, tzinfo=UTC)),
        ("2026-04-25T10:00:00.000+0200", datetime(2026, 4, 25, 8, tzinfo=UTC)),
        ("2026-04-25T10:00:00Z", datetime(2026, 4, 25, 10, tzinfo=UTC)),
    ],
)
def test_both_jira_styles_and_iso_are_read(text, moment):
    assert values.parse_datetime(text, DateReading()) == moment


def test_a_time_without_zone_is_in_the_zone_the_person_named():
    reading = DateReading(zone=timezone(timedelta(hours=7)))
    assert values.parse_datetime("25/Apr/26 7:51 PM", reading).hour == 12
    assert values.parse_date("2026-04-25", reading) == date(2026, 4, 25)


@pytest.mark.parametrize(
    ("text", "reading", "says"),
    [
        ("2026-02-30", DateReading(), "no such day"),
        ("04/15/2015", DAY_FIRST, "no month 15"),
        ("10/07/2015", DateReading(), "cannot be told apart"),
        ("10/07/2015", DateReading("contradictory"), "both day-first and month-first"),
        ("25/Apr/26 19:51 PM", DateReading(), "1 to 12"),
        ("25/Apr/26 24:00", DateReading(), "no such day or time"),
        ("25/Foo/26", DateReading(), "month name"),
        ("2026-04-25T10:00+99:99", DateReading(), "no time zone"),
        ("0001-01-01", DateReading(), "outside"),
        ("44927", DateReading(), "not a date"),
        ("next week", DateReading(), "not a date"),
        ("٢٠٢٦-٠٤-٢٥", DateReading(), "not a date"),
    ],
)
def test_impossible_ambiguous_and_unknown_dates_are_refused(text, reading, says):
    with pytest.raises(ValueRefusedError, match=says):
        values.parse_datetime(text, reading)


def test_the_order_of_slashed_dates_comes_from_evidence_only():
    assert values.date_order(["10/07/2015", "12/08/2015"]) == "unknown"
    assert values.date_order(["10/07/2015", "14/07/2015"]) == "day-first"
    assert values.date_order(["10/07/2015", "04/15/2015"]) == "month-first"
    assert values.date_order(["13/12/2015"]) == "day-first"
    assert values.date_order(["12/13/2015"]) == "month-first"
    assert values.date_order(["13/13/2015", "12/12/2015"]) == "unknown"
    assert values.date_order(["14/07/2015", "04/15/2015"]) == "contradictory"
    assert values.parse_date("10/07/2015", DAY_FIRST) == date(2015, 7, 10)
    assert values.parse_date("10/07/2015", MONTH_FIRST) == date(2015, 10, 7)
    assert values.parse_date("07/07/2015", DateReading()) == date(2015, 7, 7)


@given(st.dates(date(1970, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_back_in_every_style(day):
    name = values.MONTHS[day.month - 1].title()
    assert values.parse_date(day.isoformat(), DateReading()) == day
    assert values.parse_date(f"{day.day}/{name}/{day.year}", DateReading()) == day
    assert values.parse_date(f"{day:%d/%m/%Y}", DAY_FIRST) == day
    assert values.parse_date(f"{day:%m/%d/%Y}", MONTH_FIRST) == day


@pytest.mark.parametrize(
    "text", ["-1", "0", "NaN", "inf", "-Infinity", "1e3", "1,5", "2 d", "٣", "0." + "0" * 30 + "1"]
)
def test_an_effort_that_is_not_a_plain_number_above_zero_is_refused(text):
    with pytest.raises(ValueRefusedError):
        values.parse_positive(text)


def test_an_effort_is_exact():
    assert values.parse_positive(" 0.1 ") == Decimal("0.1")


def test_booleans_are_yes_or_no_and_nothing_else():
    assert values.parse_boolean("Yes") is True
    assert values.parse_boolean("no") is False
    with pytest.raises(ValueRefusedError):
        values.parse_boolean("perhaps")


@pytest.mark.parametrize(
    ("status", "resolution", "state"),
    [
        ("To Do", "", "submitted"),
        ("Open", "Unresolved", "submitted"),
        ("in-progress", "", "in_progress"),
        ("Closed", "Fixed", "delivered"),
        ("Done", "", "delivered"),
        ("Closed", "Won’t Do", "declined"),
        ("Resolved", "Duplicate", "duplicate"),
        ("", "", "submitted"),
    ],
)
def test_a_status_becomes_a_state_and_the_resolution_has_the_last_word(status, resolution, state):
    assert values.state_of(status, resolution, {}) == state


def test_a_status_or_resolution_nobody_mapped_is_refused_until_mapped():
    with pytest.raises(ValueRefusedError, match="Waiting"):
        values.state_of("Waiting", "", {})
    with pytest.raises(ValueRefusedError, match="Moved"):
        values.state_of("Done", "Moved", {})
    assert values.state_of("Waiting", "", {"waiting": "snoozed"}) == "snoozed"


@pytest.mark.parametrize("text", ["a\0b", "\x1b[31m", "\x7f", "\x85", "\ud800"])
def test_control_characters_are_refused(text):
    with pytest.raises(ValueRefusedError, match="U\\+"):
        values.refuse_control_characters(text)


def test_right_to_left_and_combining_characters_stay():
    values.refuse_control_characters("שלום \u202eabc e\u0301\tline\r\nnext 👩‍👩‍👧")
