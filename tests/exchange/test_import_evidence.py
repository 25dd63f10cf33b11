"""Files of measurements: rows named by line, once, corrected, and what transparency reports say."""

import io
import json
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from roadmap import jobs
from roadmap.cli import main
from roadmap.exchange import evidence_uploads
from roadmap.exchange.dsa_tables import TABLES, DsaAnswers, read_dsa
from roadmap.exchange.evidence_import import EvidenceAnswers, import_evidence
from roadmap.exchange.evidence_rows import FIELDS, NEEDED, read_evidence
from roadmap.exchange.problems import Problem
from roadmap.exchange.tabular import TableError
from roadmap.mechanisms.models import Measurement
from tests.mechanisms.conftest import house

__all__ = ["house"]

SAMPLES = Path(__file__).parents[1] / "samples"
SAMPLE = (SAMPLES / "evidence.csv").read_bytes()
SHARED = Path(__file__).parents[3] / "shared" / "data" / "dsa_transparency" / "tidy"
REFUSED = [(4, "sampling"), (5, "numerator"), (6, "mechanism")]


def stored(database):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Measurement))


@pytest.fixture
def model(session, house):
    found = house.classifier(session)
    house.queue(session)
    session.commit()
    assert found.key == "MEC-1"
    return found


# ---- reading, without a database ----


def test_the_same_rows_are_read_from_every_kind_of_file():
    table = [line.split(",") for line in SAMPLE.decode().splitlines()]
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number, cells in enumerate(table):
            sheet.write_row(number, 0, [int(c) if c.isdigit() else c for c in cells])
    names = [FIELDS_BY_NAME.get(name.lower()) for name in table[0]]
    lines = "\n".join(
        json.dumps({n: c for n, c in zip(names, cells, strict=True) if n}) for cells in table[1:]
    )
    csv = read_evidence(SAMPLE)
    assert csv.ignored == ("Remark",)
    assert [row for _line, row in read_evidence(book.getvalue()).rows] == [r for _l, r in csv.rows]
    assert [row for _line, row in read_evidence(lines.encode()).rows] == [r for _l, r in csv.rows]


FIELDS_BY_NAME = {name: field for field, others in FIELDS.items() for name in (field, *others)}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"metric,numerator\n", "no column mechanism"),
        (b"[]", "array"),
        (b"PK\x03\x04rubbish", "damaged"),
        (",".join([*NEEDED, "n"]).encode(), "Two columns mean denominator"),
        (b"\xff\xfe\xfa", "not"),
    ],
)
def test_a_file_that_holds_no_rows_is_refused_with_a_sentence(data, words):
    with pytest.raises(TableError, match=words):
        read_evidence(data)


def test_a_bad_line_of_json_is_named_and_the_others_are_read():
    found = read_evidence(b'{"metric": "recall"}\nno\n[]\n{"colour": 1}\n{"n": true}\n{"n": 1.5}')
    assert [line for line, _row in found.rows] == [1]
    assert [one.line for one in found.problems] == [2, 3, 4, 5, 6]


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: ("{" + text).encode()))
def test_no_bytes_break_the_reader(data):
    try:
        read_evidence(data)
    except TableError as error:
        assert str(error)  # noqa: PT017


# ---- the command and the page ----


def run(database, *words):
    env = {
        "DATABASE_URL": database.url,
        "SECRET_KEY": "x",
        "HISTORY_KEY": "x",
        "LOG_LEVEL": "error",
    }
    return CliRunner(env=env).invoke(main, ["import", "evidence", *words])


def test_the_command_stores_what_can_be_and_names_the_rest(database, model):
    file = str(SAMPLES / "evidence.csv")
    dry = run(database, file, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "2 would be added, 0 corrected, 0 unchanged, 3 refused." in dry.output
    assert stored(database) == 0
    done = run(database, file)
    assert "2 were added, 0 corrected, 0 unchanged, 3 refused." in done.output
    assert "line 5, numerator: '3O': Use a whole number" in done.output
    assert "2 unchanged" in run(database, file).output
    assert stored(database) == 2
    assert "2 were added" in run(database, file, "--source", "another").output
    wrong = run(database, str(SAMPLES))
    assert wrong.exit_code == 1
    assert "This is a folder" in wrong.output


def test_other_numbers_correct_and_what_was_overtaken_is_said(session, house, model):
    def send(data):
        report = import_evidence(
            session, house.charlie, read_evidence(data), "a.csv", EvidenceAnswers(), store=True
        )
        assert report.rows == 5
        return report

    first = send(SAMPLE)
    assert (first.accepted, first.refused) == (2, 3)
    assert [(one.line, one.column) for one in first.fatal] == REFUSED
    changed = send(SAMPLE.replace(b",285,", b",284,"))
    assert (changed.corrected, changed.unchanged) == (1, 1)
    old = send(SAMPLE)
    assert (old.unchanged, [one.line for one in old.notes]) == (2, [2])
    given = EvidenceAnswers(mechanism="MEC-1", configuration="v12")
    bare = re.sub(rb"(?m)^(Mechanism,Version|MEC-\d+,v12),", b"", SAMPLE)
    read = read_evidence(bare, given.given)
    report = import_evidence(session, house.charlie, read, "b.csv", given, store=True)
    assert (report.accepted, report.refused) == (3, 2)


def test_the_page_shows_what_it_would_do_then_does_it(
    app, database, config, model, cast, sign_in, statements
):
    browser = sign_in(cast.charlie)
    statements.statements.clear()
    start = browser.get("/import/evidence")
    assert start.status_code == 200
    assert len(statements) <= 3
    assert "/import/evidence" in browser.get("/mechanisms").text
    file = {"file": (io.BytesIO(SAMPLE), "labels.csv")}
    sent = browser.post("/import/evidence", data=file)
    assert sent.status_code == 303
    preview = browser.get(sent.location).text
    assert "2 rows would be added" in preview
    assert "Store 2 rows" in preview
    assert stored(database) == 0
    assert sign_in(cast.bob).get(sent.location).status_code == 404
    assert browser.post(f"{sent.location}/confirm").status_code == 303
    assert stored(database) == 2
    assert "2 rows added" in browser.get(sent.location).text
    assert browser.post(f"{sent.location}/confirm").status_code == 409
    bad = {"file": (io.BytesIO(b"a,b\n1,2\n"), "x.csv"), "source": "Kept words"}
    refused = browser.post("/import/evidence", data=bad)
    assert refused.status_code == 422
    assert "Kept words" in refused.text
    nowhere = {"file": (io.BytesIO(SAMPLE), "x.csv"), "mechanism": "seven"}
    assert browser.post("/import/evidence", data=nowhere).status_code == 422
    again = browser.post("/import/evidence", data={"file": (io.BytesIO(SAMPLE), "labels.csv")})
    assert browser.post(f"{again.location}/discard").location == "/import/evidence"
    assert browser.get(again.location).status_code == 404
    assert list((Path(config.INSTANCE_DIR) / "uploads").glob("*")) == []
    assert sign_in(cast.victor).get("/import/evidence").status_code == 403


def test_a_large_file_is_read_and_stored_by_the_worker(
    app, database, config, model, cast, sign_in, monkeypatch
):
    monkeypatch.setattr(evidence_uploads, "AT_ONCE", 10)
    browser = sign_in(cast.charlie)
    sent = browser.post("/import/evidence", data={"file": (io.BytesIO(SAMPLE), "labels.csv")})
    assert "Waiting for the worker" in browser.get(sent.location).text
    while jobs.work_once(database, config):
        pass
    assert "2 rows would be added" in browser.get(sent.location).text
    browser.post(f"{sent.location}/confirm")
    while jobs.work_once(database, config):
        pass
    assert "2 rows added" in browser.get(sent.location).text
    assert stored(database) == 2
    assert list((Path(config.INSTANCE_DIR) / "uploads").glob("*")) == []


# ---- transparency reports ----


def said(service, start=date(2025, 7, 1), end=date(2025, 12, 31)):
    return DsaAnswers(service, "MEC-1", "MEC-2", "v12", start, end)


def found_in(problems: list[Problem], words: str) -> int:
    return sum(one.count for one in problems if words in one.reason)


def test_what_a_report_counts_becomes_rows_and_the_rest_says_why_not(
    session, database, house, model
):
    read = read_dsa(database, SAMPLES / "dsa_tables", said("Example"))
    taken = {
        (row["metric"], row.get("language"), row.get("policy_area")): (
            row["numerator"],
            row["denominator"],
        )
        for _line, row in read.rows
    }
    assert taken == {
        ("automated_share", None, None): ("900", "1000"),
        ("automated_share", "de", None): ("40", "200"),
        ("automated_share", "en", None): ("3", "104"),
        ("overturn_rate", None, None): ("30", "90"),
    }
    fatal = [one for one in read.problems if one.fatal]
    notes = [one for one in read.problems if not one.fatal]
    for words, count in (
        ("no bound, no proof", 1),
        ("A rate above 1", 1),
        ("Nothing was counted", 2),
        ("no market or language here", 2),
        ("One of the two counts", 1),
        ("stands on line 6 already", 1),
        ("2 policy areas", 2),
        ("No policy areas", 2),
        ("A keyword is part", 2),
        ("taken from automated_means", 2),
        ("A time, and no share", 2),
        ("no measurement; certify", 4),
    ):
        assert found_in(fatal, words) == count, words
    for words in (
        "counts more than the total of 100",
        "outcomes add up to 90",
        "kinds of complaint add up to 30",
        "another unit?",
        "Internal and external add up to 15",
        "categories add up to 400",
        "written 'Total number: es'",
    ):
        assert found_in(notes, words) >= 1, words
    report = import_evidence(
        session, house.bob, read, "dsa", EvidenceAnswers("DSA report"), store=True
    )
    assert (report.accepted, report.unchanged) == (4, 0)
    assert report.rows == report.accepted + report.refused


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"service": ""}, "Give --service"),
        ({"service": "Nobody"}, "No table here has figures"),
        ({"service": "Example", "start": None}, "neither a period"),
    ],
)
def test_a_report_needs_what_its_tables_do_not_say(database, house, changed, words):
    with pytest.raises(TableError, match=words):
        read_dsa(database, SAMPLES / "dsa_tables", said(**changed))


@pytest.mark.shared_data
@pytest.mark.skipif(not SHARED.is_dir(), reason="the sample data beside the project is absent")
def test_the_tables_of_real_reports_are_read_and_their_anomalies_told(session, database, model):
    found: dict[str, Counter[str]] = {}
    for service in ("Amazon", "Booking.com", "Pinterest", "Zalando"):
        read = read_dsa(database, SHARED, said(service))
        fatal = sum(one.count for one in read.problems if one.fatal)
        report = import_evidence(
            session, None, read, "tables", EvidenceAnswers(service), store=False
        )
        assert report.refused == fatal
        found[service] = Counter(
            rows=report.accepted, notes=sum(not one.fatal for one in read.problems), refused=fatal
        )
    assert {service: dict(count) for service, count in found.items()} == EXPECTED


# With the markets, languages and policy areas of the little house of these tests.
EXPECTED = {
    "Amazon": {"rows": 5, "notes": 2, "refused": 174},
    "Booking.com": {"rows": 2, "notes": 6, "refused": 71},
    "Pinterest": {"rows": 2, "notes": 4, "refused": 183},
    "Zalando": {"rows": 5, "notes": 6, "refused": 150},
}


def test_the_tables_that_are_read_are_those_of_the_sample():
    assert {path.name for path in (SAMPLES / "dsa_tables").iterdir()} == set(TABLES)
