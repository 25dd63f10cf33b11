"""The real exports that are not part of the project, stored twice on both databases."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from roadmap.cli import main
from roadmap.db import Database
from roadmap.exchange.import_launches import import_launches
from roadmap.exchange.import_requirements import import_requirements
from roadmap.exchange.mappings import Answers
from roadmap.history.models import HistoryEvent
from roadmap.history.seal import verify
from roadmap.launches.models import Launch, Phase
from roadmap.readiness.models import ChecklistItem
from roadmap.requirements.models import Requirement, RequirementLink

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the sample data beside the project is absent"),
]
# File, rows taken, links between them.
FILES = (
    ("jira_exports/raw/poinz_server_dates.csv", 4, 0),
    ("jira_exports/raw/warehouse_vi.csv", 111, 0),
    ("story_points/raw/clover.csv", 384, 0),
    ("story_points/raw/duracloud.csv", 666, 0),
    ("story_points/raw/usergrid.csv", 482, 0),
    ("redmine_csv/raw/import_issues.csv", 3, 0),
    ("redmine_csv/raw/import_subtasks.csv", 4, 0),
    ("redmine_csv/raw/import_subtasks_with_relations.csv", 4, 2),
    ("redmine_csv/raw/import_dates.csv", 1, 0),
)


def count(database: Database, kind: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def faults(database: Database) -> list[str]:
    with database.reading() as session:
        return [f"{one.record}: {one.message}" for one in verify(session, "only for tests")]


def test_every_file_is_stored_once_however_often_it_comes(database: Database) -> None:
    def run(path: str, *, dry_run: bool = False) -> Any:
        file = DATA / path
        return import_requirements(
            database, None, file.read_bytes(), file.name, Answers(), dry_run=dry_run
        )

    told = {path: run(path, dry_run=True) for path, _rows, _links in FILES}
    assert count(database, Requirement) == 0
    for path, rows, links in FILES:
        found = run(path)
        assert (found.created, found.links_added) == (rows, links), path
        assert (told[path].created, told[path].links_added) == (rows, links), path
        assert found.problems == told[path].problems
    total = sum(rows for _path, rows, _links in FILES)
    assert count(database, Requirement) == total
    events = count(database, HistoryEvent)
    for path, rows, _links in FILES:
        again = run(path)
        assert (again.created, again.changed, again.unchanged) == (0, 0, rows), path
    assert (count(database, Requirement), count(database, HistoryEvent)) == (total, events)
    assert count(database, RequirementLink) == 2
    assert faults(database) == []


def test_the_enhancements_are_stored_and_none_of_them_is_ready(
    database: Database, config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = DATA / "k8s_enhancements" / "tidy"
    assert import_launches(database, None, folder, dry_run=True).created == 115
    assert count(database, Launch) == 0
    report = import_launches(database, None, folder)
    assert (report.created, report.refused, report.needs_person) == (115, 0, 17)
    assert report.states == {"planned": 93, "draft": 22}
    assert (report.claims, report.ticked, report.approvals) == (1059, 602, 162)
    assert (report.links, report.phases, report.quirks.found) == (75, 231, 168)
    with database.reading() as session:
        claimed = select(func.count()).where(ChecklistItem.claim != "")
        assert session.scalar(claimed) == 1059
        answered = select(func.count()).where(ChecklistItem.answer.is_not(None))
        assert session.scalar(answered) == 0
        odd = session.scalars(select(Launch).where(Launch.source_key.contains("1753-logs"))).one()
    assert odd.claim is not None
    assert (odd.state.value, odd.claim["status"]) == ("draft", "implemented (alpha)")
    assert count(database, Phase) == 231
    events = count(database, HistoryEvent)
    again = import_launches(database, None, folder)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 115)
    assert count(database, HistoryEvent) == events
    assert faults(database) == []
    monkeypatch.setenv("DATABASE_URL", config.DATABASE_URL)
    monkeypatch.setenv("INSTANCE_DIR", config.INSTANCE_DIR)
    shown = CliRunner().invoke(main, ["evaluate", "--all"])
    assert shown.exit_code == 0, shown.output
    words = Counter(
        line.split(": ")[1].split(" ")[0]
        for line in shown.output.splitlines()
        if line.startswith("LCH-")
    )
    assert words == {"NOT_ASSESSED": 115}
