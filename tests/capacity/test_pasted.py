"""Rosters, loads and throughput out of a spreadsheet: all of it, or where it is wrong."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from roadmap.capacity.models import BaseLoad, QueueShift, QueueThroughput
from roadmap.capacity.pasted import read_roster
from roadmap.capacity.reading import (
    Column,
    read_block,
    read_day,
    read_number,
    read_numbers,
    read_season,
    read_time,
    read_week,
    read_weekdays,
)
from roadmap.cli import main
from tests.capacity.conftest import MONDAY, TODAY

ROWS = "lisbon\tde, en\tMon–Fri\t06:00-14:00\t20\t17\n\tes\tdaily\t22–06\t6\t\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [("1 200", 1200), ("1,234.5", 1234.5), ("1.234,5", 1234.5), ("0,17", 0.17), ("1e3", 1000)],
)
def test_numbers_are_read_as_people_write_them(text, value):
    assert read_number(text) == value


@pytest.mark.parametrize("text", ["1,200", "abc", "", "nan", "inf", "1e999", "--1", "²"])
def test_what_is_no_number_or_two_numbers_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        read_number(text)


def test_days_times_weeks_and_seasons_are_read():
    assert read_weekdays("Mon-Fri") == (0, 1, 2, 3, 4)
    assert read_weekdays("Sat+Sun, we") == (2, 5, 6)
    assert read_weekdays("Fri-Mon") == (0, 4, 5, 6)
    assert read_weekdays("1-5") == (0, 1, 2, 3, 4)
    assert (read_time("6"), read_time("24:00"), read_time("06.30")) == (360, 1440, 390)
    assert read_day("30.11.2026") == read_day("2026-11-30") == date(2026, 11, 30)
    assert read_week("2026-W53") == date(2026, 12, 28)
    assert read_season("48: 1.4\nW50-51 1,2") == {48: 1.4, 50: 1.2, 51: 1.2}
    assert read_numbers("5 %, 0.5\n") == [0.05, 0.5]
    for reader, wrong in (
        (read_weekdays, "someday"),
        (read_time, "24:01"),
        (read_day, "11/12/2026"),
        (read_day, "31.02.2026"),
        (read_week, "2025-W53"),
        (read_season, "x"),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            reader(wrong)


def test_a_roster_is_looked_at_first_and_then_stored(floor, cast, sign_in, database):
    client = sign_in(cast.charlie)
    address = f"/mechanisms/{floor.queue.key}/staffing/paste/roster"
    days = {"first_day": str(MONDAY), "last_day": str(MONDAY + timedelta(days=27))}
    page = client.post(address, data={"rows": ROWS, **days})
    assert page.status_code == 200
    assert "Store 2 rows" in page.text
    assert "22:00–06:00" in page.text
    with database.reading() as reading:
        assert reading.scalar(select(QueueShift.id)) is None
    assert client.post(address, data={"rows": ROWS, "store": "1", **days}).status_code == 303
    with database.reading() as reading:
        rows = reading.scalars(select(QueueShift).order_by(QueueShift.id)).all()
        assert [(r.starts, r.ends, r.rostered, r.present, r.languages) for r in rows] == [
            (360, 840, 20, 17, ["de", "en"]),
            (1320, 360, 6, None, ["es"]),
        ]
        assert rows[0].site_id == floor.site.id
    later = {"first_day": str(MONDAY + timedelta(days=14)), "last_day": days["last_day"]}
    data = {"rows": "lisbon\t\tdaily\t0-24\t9\t9", "store": "1", "replace": "y", **later}
    assert client.post(address, data=data).status_code == 303
    with database.reading() as reading:
        rows = reading.scalars(select(QueueShift).order_by(QueueShift.id)).all()
        assert [(r.first_day, r.last_day) for r in rows[:2]] == [
            (MONDAY, MONDAY + timedelta(days=13))
        ] * 2
        assert len(rows) == 3


def test_a_header_of_other_words_is_named_once_and_not_read_as_a_row():
    columns = (Column("hours", needed=True), Column("rostered", needed=True))
    (only,) = read_block("Von\tBis\tKW 49\n06:00\t14:00\t20,5\n", columns).problems
    assert (only.line, only.value) == (1, "Von, Bis, KW 49")
    assert "no column known here" in only.reason
    assert read_block("06-14\t20\n", columns).problems == []


def test_a_wrong_block_stores_nothing_and_names_line_and_column_of_everything(
    floor, cast, sign_in, database
):
    client = sign_in(cast.charlie)
    address = f"/mechanisms/{floor.queue.key}/staffing/paste/roster"
    rows = (
        "site\tlanguages\tweekdays\tfrom-to\trostered\ton duty\n"
        "lisbon\tde\tMon-Fri\t06:00-14:00\t20\t17\n"
        "mars\txx\tsomeday\t26-30\t-4\t2\n"
        "lisbon\tde\tMon\t06:00-14:00\t4\t9\n"
    )
    days = {"first_day": str(MONDAY), "last_day": str(MONDAY)}
    page = client.post(address, data={"rows": rows, "store": "1", **days})
    assert page.status_code == 422
    assert "mars" in page.text
    for words in ("no such site", "no language xx", "Mon-Fri, Sat", "06:00-14:00"):
        assert words in page.text
    with database.reading() as reading:
        read = read_roster(reading, rows, MONDAY, MONDAY)
        found = [(one.line, one.column) for one in read.problems]
        assert set(found) >= {(3, "site"), (3, "languages"), (3, "weekdays"), (3, "hours")}
        assert (4, "on_duty") in found
        assert reading.scalar(select(QueueShift.id)) is None


def test_loads_and_throughput_are_pasted(floor, cast, sign_in, database):
    client = sign_in(cast.charlie)
    address = f"/mechanisms/{floor.queue.key}/staffing/paste"
    until = {"until": str(TODAY), "store": "1"}
    rows = "language;items;aht\nde;42000;48\nes;9000;"
    assert client.post(f"{address}/base", data={"rows": rows, **until}).status_code == 303
    week = TODAY.isocalendar()
    rows = f"{week.year}-W{week.week}\t4200\n{MONDAY - timedelta(days=5)}\t3900"
    data = {"rows": rows, "store": "1"}
    assert client.post(f"{address}/throughput", data=data).status_code == 303
    with database.reading() as reading:
        loads = reading.scalars(select(BaseLoad).order_by(BaseLoad.language_code)).all()
        assert [(r.language_code, r.weekly, r.handling_seconds) for r in loads] == [
            ("de", 42000, 48),
            ("es", 9000, None),
        ]
        weeks = reading.scalars(select(QueueThroughput.week).order_by(QueueThroughput.week)).all()
        assert weeks == [MONDAY - timedelta(days=7), MONDAY]
    for what, wrong in (
        ("base", "de\t1\nde\t2"),
        ("base", "\t5"),
        ("base", "xx\t5"),
        ("throughput", "2099-W01\t5"),
        ("throughput", "soon\t5"),
        ("throughput", "\t"),
    ):
        page = client.post(f"{address}/{what}", data={"rows": wrong, **until})
        assert page.status_code == 422, (what, wrong)
        assert wrong.strip() in page.text
    assert client.get(f"{address}/nonsense").status_code == 404


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    for reader in (read_number, read_numbers, read_time, read_week, read_weekdays, read_season):
        with suppress(ValueError):
            reader(text)


def test_the_command_imports_a_roster_all_or_none(floor, config, database, tmp_path):
    file = tmp_path / "shifts.csv"
    head = "site,weekdays,hours,rostered,first_day,last_day\n"
    file.write_text(f"{head}lisbon,Mon-Fri,06:00-14:00,20,{MONDAY},{MONDAY}\n")
    environment = {
        "DATABASE_URL": config.DATABASE_URL,
        "INSTANCE_DIR": config.INSTANCE_DIR,
        "HISTORY_KEY": config.HISTORY_KEY,
        "SECRET_KEY": config.SECRET_KEY,
        "LOG_LEVEL": "error",
    }
    runner = CliRunner(env=environment)

    def run(*more):
        return runner.invoke(main, ["import", "shifts", str(file), floor.queue.key, *more])

    def count():
        with database.reading() as reading:
            return len(reading.scalars(select(QueueShift.id)).all())

    assert "1 shifts would be added" in run("--dry-run").output
    assert count() == 0
    assert run().exit_code == 0
    assert count() == 1
    file.write_text(f"{head}mars,Mon-Fri,06:00-14:00,20,{MONDAY},{MONDAY}\n")
    answer = run()
    assert (answer.exit_code, count()) == (1, 1)
    assert "line 2, site" in answer.output
