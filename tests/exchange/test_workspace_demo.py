"""The demo organisation, its commands and its sign-ins."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts import passwords
from roadmap.accounts.current import load_actor
from roadmap.accounts.models import Person
from roadmap.cli import main
from roadmap.db import Database
from roadmap.errors import Conflict, NotFound
from roadmap.exchange.sheet_models import LaunchSheet
from roadmap.exchange.workspace import demo
from roadmap.exchange.workspace.demo import LEADER
from roadmap.launches.models import Launch, Phase
from roadmap.mechanisms.models import Mechanism
from roadmap.overview import week_one
from roadmap.readiness.attestation_models import StandingAttestation
from roadmap.readiness.decision_models import Decision
from roadmap.readiness.decisions import launched_against
from roadmap.readiness.fresh import evaluate_now
from roadmap.readiness.freshness import standing_of, steps_due
from roadmap.readiness.freshness_rules import Step
from roadmap.readiness.models import CurrentVerdict, Waiver
from roadmap.readiness.sentences import say, say_fix
from roadmap.requirements.models import Requirement
from roadmap.scoring.baselines import baseline_against_today, untouched
from roadmap.scoring.models import Baseline
from roadmap.scoring.queries import framework_named
from roadmap.setup import prepare
from roadmap.taxonomy.models import CalendarDay
from tests.worlds import kept

WORDS = {
    1: ("NOT_READY", "LATE"),
    3: ("NOT_READY", "ON_TRACK"),
    4: ("NOT_READY", "AT_RISK"),
    5: ("HOLD", "ON_TRACK"),
    7: ("NOT_READY", "ON_TRACK"),
    8: ("NOT_READY", "ON_TRACK"),
    9: ("NOT_READY", "ON_TRACK"),
    10: ("READY", "ON_TRACK"),
    11: ("CONDITIONAL", "ON_TRACK"),
    12: ("NOT_READY", "AT_RISK"),
    13: ("READY", "ON_TRACK"),
    14: ("NOT_READY", "AT_RISK"),
    15: ("NOT_ASSESSED", "ON_TRACK"),
    16: ("NOT_READY", "LATE"),
    17: ("READY", "ON_TRACK"),
    18: ("HOLD", "NO_DATE"),
    19: ("HOLD", "AT_RISK"),
    20: ("NOT_ASSESSED", "ON_TRACK"),
    21: ("NOT_ASSESSED", "ON_TRACK"),
    22: ("NOT_READY", "AT_RISK"),
    23: ("LIVE_OK", "ON_TRACK"),
    24: ("LIVE_BREACH", "LATE"),
    25: ("NOT_READY", "ON_TRACK"),
    26: ("READY", "ON_TRACK"),
    27: ("NOT_READY", "ON_TRACK"),
    28: ("NOT_READY", "ON_TRACK"),
    29: ("NOT_READY", "ON_TRACK"),
    30: ("CONDITIONAL", "ON_TRACK"),
    31: ("NOT_READY", "AT_RISK"),
    32: ("HOLD", "AT_RISK"),
    33: ("NOT_READY", "ON_TRACK"),
    34: ("NOT_READY", "ON_TRACK"),
    35: ("CONDITIONAL", "ON_TRACK"),
    36: ("READY", "ON_TRACK"),
}
STORIES = {
    1: ("EVIDENCE_THIN", "MECH_PRECISION"),
    3: ("EVIDENCE_THIN", "POLICY_L10N", "TRAINING"),
    4: ("APPEAL_PATH",),
    5: ("METRIC_STALE", "VERSION_MISMATCH"),
    7: ("MECH_PRECISION",),
    8: ("COV_GAP",),
    12: ("CHECKLIST",),
    13: (),
    14: ("CHECKLIST", "WAIVER_EXPIRED"),
    19: ("SIGNOFF_STALE",),
    22: ("SIGNOFF_MISSING",),
    23: (),
    24: ("CHECKLIST", "GUARD_METRIC"),
    25: ("CAP_SLA",),
    26: (),
    27: ("CAP_SHARED",),
    28: ("CAP_SLA",),
    29: ("CAP_OVERLOAD",),
    30: ("COST_OVER",),
    31: ("COST_OVER", "WAIVER_EXPIRED"),
    32: ("SIGNOFF_STALE",),
    33: ("CAP_SLA",),
    34: ("CAP_SKILL", "TRAINING"),
    35: ("CAP_OVERLOAD",),
    36: (),
}
# What the launches that are stories to the number say.
SAID = {
    25: ("backlog 21,600, longest wait 72 h", "10,800 a day would keep it"),
    27: (
        "119.6 % full",
        "with LCH-26, 97.1 % alone",
        "Start at 56 % of the traffic, or add 6 heads to MEC-30.",
    ),
    28: ("80.2 % within 5 min", "Add one head to MEC-31 from 22:00–08:00."),
    29: ("104.8 % full", "Bring handling down to 52.4 s an item, or add 2 heads to MEC-32."),
    30: ("Cost 227,198 is 113.6 % of the budget of 200,000",),
    31: ("Cost 227,198 is 113.6 % of the budget of 200,000", "The waiver for COST_OVER expired"),
    32: ("Model review: signed before 2 of the facts it signs changed.",),
    33: (
        "backlog 18,000, longest wait 60 h",
        "8,182 a day would keep it",
        "sweep so that at most 16,200 items reach MEC-38",
    ),
    34: (
        "532 h wanted, 333 h by certified people",
        "10 of 16 heads are certified",
        "Certify or add 6 people who review it",
    ),
    35: ("97.9 % full, but 109.7 % at the high forecast", "full at 17,788 items a week"),
    36: ("94.7 % at the high forecast",),
}
CAMPAIGN = "Three days of deals"


def unsaid(session: Session) -> list[tuple[int, str]]:
    """Return what launches ought to say and do not."""
    missing = []
    for number, verdict in evaluate_now(session, list(SAID)).items():
        said = ""
        for answer in verdict.reasons:
            said += say(answer, may_see=lambda _i: True, name_of=lambda i: f"LCH-{i}") + "\n"
            fix = say_fix(answer, may_see=lambda _i: True, name_of=lambda i: f"LCH-{i}")
            said += (fix or "") + "\n"
        missing += [(number, one) for one in SAID[number] if one not in said]
    return missing


def words(session: Session) -> dict[int, tuple[str, str]]:
    ids = session.scalars(select(Launch.id)).all()
    return {n: (v.word.value, v.outlook.value) for n, v in evaluate_now(session, ids).items()}


@pytest.fixture
@kept
def loaded(session: Session) -> None:
    """Load the demo, as the first thing that the database holds."""
    demo.load_demo(session)


@pytest.mark.usefixtures("loaded")
def test_the_demo_shows_every_verdict_and_the_stories_with_their_codes(session: Session) -> None:
    assert words(session) == WORDS
    found = evaluate_now(session, list(STORIES))
    assert {number: verdict.open_codes for number, verdict in found.items()} == STORIES
    assert session.scalar(select(func.count()).select_from(Mechanism)) == 41
    assert session.scalar(select(func.count()).select_from(Requirement)) == 65


@pytest.mark.usefixtures("loaded")
def test_the_stories_of_the_demo_say_their_numbers(session: Session) -> None:
    assert unsaid(session) == []


@pytest.mark.usefixtures("loaded")
def test_the_demo_is_judged_and_scored_when_it_is_there(session: Session) -> None:
    assert not session.scalars(select(CurrentVerdict).where(CurrentVerdict.outdated)).all()
    ranked = select(func.count()).select_from(Requirement).where(Requirement.score.is_not(None))
    assert (session.scalar(ranked) or 0) >= 25


@pytest.mark.usefixtures("loaded")
def test_the_demo_shows_what_moved_since_its_ranking_was_frozen(session: Session) -> None:
    frozen = session.scalars(select(Baseline)).one()
    assert untouched(session, frozen)
    rice = framework_named(session, "rice")
    found = baseline_against_today(session, frozen, rice)
    moved = {change.key: (change.before, change.after) for change in found.changes if change.moved}
    assert moved["REQ-31"] == (15, 10)
    assert moved["REQ-39"] == (17, 22)
    demo.refresh_demo(session)
    assert baseline_against_today(session, frozen, rice) == found


@pytest.mark.usefixtures("loaded")
def test_the_demo_shows_what_was_decided_said_and_attested(session: Session) -> None:
    ids = session.scalars(select(Launch.id)).all()
    assert launched_against(session, ids) == {24}
    kinds = select(Decision.kind).order_by(Decision.id)
    assert session.scalars(kinds).all() == ["conditional", "no_go", "emergency_go"]
    renewed = session.scalars(select(Waiver).where(Waiver.renews_id.is_not(None))).one()
    assert (renewed.launch_id, renewed.claimed) == (11, False)
    assert session.scalar(select(func.count()).select_from(StandingAttestation)) == 4
    silent = session.get_one(Launch, 16)
    phases = session.scalars(select(Phase).where(Phase.launch_id == 16)).all()
    assert standing_of(session, silent, phases).freshness.misses == 1
    assert [one.step for _id, one in steps_due(session, clock.today())] == [Step.ASKED] * 6


@pytest.mark.usefixtures("loaded")
def test_the_demos_sheet_is_answered_as_week_one_answers(session: Session, app: Flask) -> None:
    pm = load_actor(session, session.scalars(select(Person.id).where(Person.email == LEADER)).one())
    assert pm is not None
    with app.test_request_context():
        page = week_one.load(session, pm, None)
    assert page is not None
    assert page.greens == 12
    assert {one.key for one in page.agreed} == {"LCH-10", "LCH-13", "LCH-17"}
    assert {one.key for one in page.contradicted} == {"LCH-1", "LCH-4", "LCH-16"}
    assert len(page.open) == 6
    assert [one.key for one in page.better] == ["LCH-11"]
    assert page.questions.asking.questions
    sheet = session.scalars(select(LaunchSheet)).one()
    assert sheet.report is not None
    assert (sheet.report["created"], sheet.report["rows"]) == (0, 20)


@pytest.mark.usefixtures("loaded")
def test_refreshing_dates_the_demo_anew_and_keeps_its_verdicts(session: Session) -> None:
    starts = select(func.min(Phase.starts_on)).where(Phase.launch_id == 1)
    before = session.scalar(starts)
    later = datetime.combine(clock.today() + timedelta(days=35), datetime.min.time(), UTC)
    with time_machine.travel(later, tick=False):
        assert words(session) != WORDS
        demo.refresh_demo(session)
        assert words(session) == WORDS
        assert unsaid(session) == []
        days = select(CalendarDay.starts_on).where(CalendarDay.name == CAMPAIGN)
        assert session.scalars(days).all() == [clock.today() + timedelta(days=70)]
        assert all(one.step is Step.ASKED for _id, one in steps_due(session, clock.today()))
    after = session.scalar(starts)
    assert before is not None
    assert after is not None
    assert after > before
    assert session.scalar(select(func.count()).select_from(Launch)) == 34


def test_there_is_nothing_to_refresh_where_no_demo_is(session: Session) -> None:
    with pytest.raises(NotFound):
        demo.refresh_demo(session)


@pytest.mark.usefixtures("loaded")
def test_the_demo_goes_into_an_empty_database_only(session: Session) -> None:
    with pytest.raises(Conflict):
        demo.load_demo(session)


def test_a_new_database_gets_the_demo_with_sign_ins_and_keeps_both(database: Database) -> None:
    lines = prepare(database, demo=True)
    assert "roadmap-demo" in lines[0]
    assert any("pm@example.org" in line and "program manager" in line for line in lines)
    assert prepare(database, demo=True) == lines
    with database.reading() as session:
        digest = session.scalar(select(Person.password_hash).where(Person.email == demo.LEADER))
        assert passwords.matches("roadmap-demo", digest)
        assert session.scalar(select(func.count()).select_from(Launch)) == 34


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "roadmap.example.org"])
def test_an_address_that_others_reach_is_not_this_machine_alone(host: str) -> None:
    assert not demo.is_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_an_address_that_nobody_else_reaches_is_this_machine_alone(host: str) -> None:
    assert demo.is_loopback(host)


# The address alone decides; that the demo can be loaded is asked of both kinds above.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_beyond_this_machine_nobody_gets_the_known_password(database: Database) -> None:
    lines = prepare(database, demo=True, host="roadmap.example.org")
    assert len(lines) == 1
    assert "without passwords" in lines[0]
    with database.reading() as session:
        assert session.scalars(select(Person.password_hash).distinct()).all() == [None]


def test_without_demo_a_new_database_stays_empty(database: Database) -> None:
    assert prepare(database, demo=False) == []
    with database.reading() as session:
        assert demo.is_empty(session)


def run(url: str, folder: Path, *arguments: str) -> Result:
    environment = {"DATABASE_URL": url, "INSTANCE_DIR": str(folder), "LOG_LEVEL": "error"}
    return CliRunner(env={**os.environ, **environment}).invoke(main, list(arguments))


def test_the_commands_load_refresh_export_and_import(sqlite_url: str, tmp_path: Path) -> None:
    loaded = run(sqlite_url, tmp_path, "demo", "load")
    assert loaded.exit_code == 0, loaded.output
    assert "34 launch" in loaded.output
    assert "pm@example.org" in loaded.output
    again = run(sqlite_url, tmp_path, "demo", "load")
    assert again.exit_code == 1
    assert "the demo goes into a new one" in again.output
    assert "Nothing to change" in run(sqlite_url, tmp_path, "demo", "refresh").output
    file = tmp_path / "x.json"
    assert run(sqlite_url, tmp_path, "workspace", "export", str(file)).exit_code == 0
    printed = run(sqlite_url, tmp_path, "workspace", "export").output
    assert printed == file.read_text()
    assert "Nothing to change" in run(sqlite_url, tmp_path, "workspace", "import", str(file)).output


def test_a_dry_run_stores_nothing_and_a_bad_file_ends_in_its_problems(
    sqlite_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "x.json"
    document = {
        "format": "launch-roadmap-workspace",
        "version": 1,
        "people": [{"email": "a@example.org", "name": "A"}],
    }
    file.write_text(json.dumps(document))
    tried = run(sqlite_url, tmp_path, "workspace", "import", str(file), "--dry-run")
    assert "Would change" in tried.output
    assert "people" not in run(sqlite_url, tmp_path, "workspace", "export").output
    file.write_text(json.dumps({**document, "launches": [{"key": "LCH-x"}]}))
    bad = run(sqlite_url, tmp_path, "workspace", "import", str(file))
    assert bad.exit_code == 1
    assert 'launches[0].key: "LCH-x" is not a key such as LCH-4' in bad.output
    assert "Traceback" not in bad.output
    assert "Nothing was imported" in bad.output


def test_the_schema_is_printed_without_a_database(tmp_path: Path) -> None:
    printed = run("sqlite:////nowhere/at/all.db", tmp_path, "workspace", "schema")
    assert json.loads(printed.output)["title"] == "Launch Roadmap workspace"
