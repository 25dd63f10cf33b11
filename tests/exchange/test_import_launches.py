"""Launches from tables: claims, dated, and nothing that could make one look ready."""

import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from roadmap import clock
from roadmap.accounts.models import Team
from roadmap.db import Database
from roadmap.exchange.import_launches import import_launches
from roadmap.exchange.launch_report import launch_lines
from roadmap.history.models import HistoryEvent
from roadmap.history.seal import verify
from roadmap.history.service import record
from roadmap.launches.models import Launch, Phase
from roadmap.readiness.gather import gather
from roadmap.readiness.models import ChecklistItem
from roadmap.readiness.verdict import evaluate

TABLES = Path(__file__).parents[1] / "samples" / "launch_tables"


def count(database: Database, kind: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def rows(database: Database, kind: Any) -> list[Any]:
    with database.reading() as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def faults(database: Database) -> list[str]:
    with database.reading() as session:
        return [f"{one.record}: {one.message}" for one in verify(session, "only for tests")]


def test_launches_are_stored_as_claims_without_dates_or_answers(database: Database) -> None:
    report = import_launches(database, None, TABLES)
    assert (report.rows, report.created, report.refused) == (5, 4, 1)
    launches = rows(database, Launch)
    assert {launch.state.value for launch in launches} <= {"draft", "planned", "cancelled"}
    assert {(launch.tier, launch.owner_id) for launch in launches} == {(1, None)}
    first = launches[0]
    assert first.claim["status"] == "implemented"
    assert [approval["written"] for approval in first.claim["approvals"]] == ["@kim", "lee"]
    phases = [phase for phase in rows(database, Phase) if phase.launch_id == first.id]
    assert [phase.name for phase in phases] == ["alpha (v1.28)", "beta (v1.29)", "stable (v1.30)"]
    assert {(phase.starts_on, phase.state.value) for phase in phases} == {(None, "planned")}
    items = [i for i in rows(database, ChecklistItem) if i.launch_id == first.id and i.claim]
    assert [item.claim.split(",")[0] for item in items] == [
        "ticked at the source",
        "not ticked at the source",
        "not ticked at the source",
    ]
    assert {item.answer for item in items} == {None}
    assert "sig-a" in {team.code for team in rows(database, Team)}
    assert faults(database) == []


def test_a_launch_that_needs_a_person_stays_a_draft_and_no_import_is_ready(
    database: Database,
) -> None:
    import_launches(database, None, TABLES)
    launches = rows(database, Launch)
    odd = [launch for launch in launches if launch.claim["needs_person"]]
    assert odd
    assert {launch.state.value for launch in odd} == {"draft"}
    now = clock.now()
    with database.reading() as session:
        facts = gather(session, [launch.id for launch in launches], now)
        words = {evaluate(known, now, None).word.value for known in facts.values()}
    assert words == {"NOT_ASSESSED"}


def test_the_same_tables_twice_change_nothing_and_a_dry_run_stores_nothing(
    database: Database,
) -> None:
    before = count(database, HistoryEvent)
    dry = import_launches(database, None, TABLES, dry_run=True)
    assert (count(database, Launch), count(database, Team), count(database, HistoryEvent)) == (
        0,
        0,
        before,
    )
    real = import_launches(database, None, TABLES)
    told = [line.replace("would be", "were") for line in launch_lines(dry)]
    assert [line for line in told if "dry run" not in line] == list(launch_lines(real))
    events, items = count(database, HistoryEvent), count(database, ChecklistItem)
    again = import_launches(database, None, TABLES)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 4)
    assert (count(database, HistoryEvent), count(database, ChecklistItem)) == (events, items)


def test_a_changed_claim_is_renewed_and_what_people_did_here_stays(
    database: Database, tmp_path: Path
) -> None:
    folder = shutil.copytree(TABLES, tmp_path / "launch_tables")
    import_launches(database, None, folder)
    with database.writing() as session:
        launch = session.scalars(select(Launch).order_by(Launch.id)).first()
        assert launch is not None
        launch.title = "Our own name"
        record(session, None, launch, "launch.edited")
    table = folder / "signoff_checklist.csv"
    table.write_text(table.read_text().replace(",no,no,", ",no,yes,"))
    assert table.read_text() != (TABLES / "signoff_checklist.csv").read_text()
    report = import_launches(database, None, folder)
    assert report.changed == 1
    first = rows(database, Launch)[0]
    assert first.title == "Our own name"
    claims = [item.claim for item in rows(database, ChecklistItem) if item.launch_id == first.id]
    assert sum(claim.startswith("ticked") for claim in claims) == 2
    assert import_launches(database, None, folder).changed == 0
    assert faults(database) == []
