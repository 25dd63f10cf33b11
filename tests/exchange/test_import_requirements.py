"""Requirements from files: all or nothing, twice without duplicates, and edits here survive."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.db import Database
from roadmap.events import subscribe
from roadmap.exchange.columns import MappingError
from roadmap.exchange.import_report import RequirementReport, report_lines
from roadmap.exchange.import_requirements import import_requirements
from roadmap.exchange.mappings import Answers
from roadmap.exchange.models import ImportMapping
from roadmap.history.models import HistoryEvent
from roadmap.history.queries import feed
from roadmap.history.seal import verify
from roadmap.history.service import record, record_all
from roadmap.keys import Counter
from roadmap.requirements.models import Requirement, RequirementEffort, RequirementLink
from roadmap.requirements.rules import RequirementKind, RequirementState
from tests.cast import Cast, make_person

SAMPLES = Path(__file__).parents[1] / "samples"
KEY = "only for tests"


def run(
    database: Database, text: str, file: str = "sheet.csv", **options: Any
) -> RequirementReport:
    names = ("columns", "states", "kinds", "kind", "source", "date_order", "team")
    answers = Answers(**{name: options.pop(name) for name in names if name in options})
    return import_requirements(database, None, text.encode(), file, answers, **options)


def sample(database: Database, name: str, **options: Any) -> RequirementReport:
    return run(database, (SAMPLES / name).read_text("utf-8"), name, **options)


def count(database: Database, kind: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def stored(database: Database) -> dict[str, Requirement]:
    with database.reading() as session:
        rows = session.scalars(select(Requirement).order_by(Requirement.id))
        return {row.source_key or "": row for row in rows}


def faults(database: Database) -> list[str]:
    with database.reading() as session:
        return [f"{one.record}: {one.message}" for one in verify(session, KEY)]


def edit(database: Database, key: str, **values: Any) -> None:
    with database.writing() as session:
        row = session.scalars(select(Requirement).where(Requirement.source_key == key)).one()
        for name, value in values.items():
            setattr(row, name, value)
        record(session, None, row, "requirement.edited")


def test_a_jira_export_is_stored_with_links_states_and_its_own_columns(database: Database) -> None:
    report = sample(database, "jira_cloud.csv")
    assert (report.rows, report.created, report.refused) == (3, 3, 0)
    assert (report.source, report.links_added) == ("jira", 1)
    rows = stored(database)
    assert list(rows) == ["MOD-1", "MOD-2", "MOD-3"]
    assert [row.state.value for row in rows.values()] == ["in_progress", "delivered", "declined"]
    assert rows["MOD-1"].title == "Bảng điều khiển cho người kiểm duyệt"
    assert rows["MOD-1"].problem.endswith("One page should do.")
    columns = (rows["MOD-2"].source_data or {})["columns"]
    assert (columns["Parent key"], columns["Custom field (Story Points)"]) == ("MOD-1", "3")
    assert (rows["MOD-1"].source_data or {})["columns"]["Comment"] == ["first note", "second note"]
    assert (
        rows["MOD-3"].state_reason
        == "Imported from jira_cloud.csv, where it was: Closed / Won't Do"
    )
    with database.reading() as session:
        (link,) = session.scalars(select(RequirementLink))
        assert (link.blocker_id, link.blocked_id) == (rows["MOD-2"].id, rows["MOD-3"].id)
        assert session.scalar(select(func.count()).select_from(RequirementEffort)) == 0
        first = feed(session, "requirement", rows["MOD-1"].id)[-1]
    assert (first.action, first.why) == ("requirement.imported", "jira_cloud.csv")
    assert faults(database) == []


def test_a_formula_cell_stays_text(database: Database) -> None:
    sample(database, "jira_cloud.csv")
    assert stored(database)["MOD-2"].problem == "=cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    "name",
    [
        "jira_cloud.csv",
        "jira_server.csv",
        "redmine_links.csv",
        "redmine_dates.csv",
        "story_points.csv",
    ],
)
def test_the_same_file_twice_changes_nothing_and_tells_nothing(
    database: Database, name: str
) -> None:
    first = sample(database, name)
    before = (count(database, Requirement), count(database, HistoryEvent))
    again = sample(database, name)
    assert (again.created, again.changed, again.unchanged) == (0, 0, first.created)
    assert (again.links_added, again.links_removed) == (0, 0)
    assert (count(database, Requirement), count(database, HistoryEvent)) == before
    assert faults(database) == []


def test_a_dry_run_stores_nothing_and_reports_the_same(database: Database) -> None:
    with database.reading() as session:
        events = session.scalar(select(func.count()).select_from(HistoryEvent))
    dry = sample(database, "redmine_links.csv", columns={"subject": "title"}, dry_run=True)
    assert count(database, Requirement) == 0
    assert count(database, ImportMapping) == 0
    assert count(database, HistoryEvent) == events
    real = sample(database, "redmine_links.csv", columns={"subject": "title"})
    told = [line for line in report_lines(dry) if "dry run" not in line]
    assert [line.replace("would be", "were") for line in told] == list(report_lines(real))


def test_refused_rows_are_listed_and_never_half_stored(database: Database) -> None:
    long = "x" * 301
    report = run(
        database,
        f"key,title,due,effort\nA-1,{long},,\nA-2,Fine,,\nA-3,Bad day,2026-02-30,\nA-4,Neg,,-1\n",
        team=None,
    )
    assert (report.rows, report.created, report.refused) == (4, 1, 3)
    assert [(p.line, p.column, p.value[:10]) for p in report.fatal] == [
        (2, "title", "x" * 10),
        (4, "due", "2026-02-30"),
        (5, "effort", "-1"),
    ]
    assert report.fatal[0].reason == "It has 301 characters; at most 300 fit."
    assert list(stored(database)) == ["A-2"]


def test_a_failure_in_the_middle_stores_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(session: Session, event: Any) -> None:
        if event.action == "requirement.dependents_imported":
            raise RuntimeError("the disk is full")

    subscribe(HistoryEvent, fail)
    from roadmap import events

    try:
        with pytest.raises(RuntimeError, match="disk is full"):
            sample(database, "jira_cloud.csv", columns={"Priority": "-"})
    finally:
        events._subscribers[HistoryEvent].remove(fail)
    assert (count(database, Requirement), count(database, ImportMapping)) == (0, 0)
    with database.reading() as session:
        assert session.scalar(select(Counter.next).where(Counter.prefix == "REQ")) in {None, 1}
    assert sample(database, "jira_cloud.csv").created == 3


def test_a_field_follows_the_file_until_somebody_changes_it_here(database: Database) -> None:
    run(database, "key,title,status,due\nA-1,One,Open,2027-01-01\nA-2,Two,Open,\n")
    edit(database, "A-1", title="One, as we say it")
    report = run(database, "key,title,status,due\nA-1,Uno,Done,2027-02-01\nA-2,Two,Open,\n")
    assert (report.changed, report.unchanged) == (1, 1)
    (kept,) = report.notes[-1:]
    assert (kept.line, kept.column) == (2, "title")
    assert kept.reason == "Changed here and at the source since the last import; ours is kept."
    row = stored(database)["A-1"]
    assert (row.title, row.state.value) == ("One, as we say it", "delivered")
    assert str(row.needed_by) == "2027-02-01"
    with database.reading() as session:
        newest = feed(session, "requirement", row.id)[0]
    assert newest.action == "requirement.imported_again"
    assert newest.changes["needed_by"] == ("2027-01-01", "2027-02-01")
    # The conflict was told once; the next import of the same file is quiet.
    assert (
        run(database, "key,title,status,due\nA-1,Uno,Done,2027-02-01\nA-2,Two,Open,\n").changed == 0
    )
    assert faults(database) == []


def test_a_state_decided_here_is_not_taken_back_by_an_old_file(database: Database) -> None:
    text = "key,title,status\nA-1,One,Open\n"
    run(database, text)
    edit(database, "A-1", state=RequirementState.ACCEPTED)
    assert run(database, text).unchanged == 1
    assert stored(database)["A-1"].state is RequirementState.ACCEPTED


def test_links_come_and_go_with_the_file_and_stay_away_when_removed_here(
    database: Database,
) -> None:
    both = "key,title,blocks\nA-1,One,A-2\nA-2,Two,\n"
    assert run(database, both).links_added == 1
    with database.writing() as session:
        link = session.scalars(select(RequirementLink)).one()
        blocker = session.get_one(Requirement, link.blocker_id)
        session.delete(link)
        record(session, None, blocker, "requirement.unlinked")
    assert run(database, both).links_added == 0
    more = 'key,title,blocks\nA-1,One,"A-2,A-3"\nA-2,Two,\nA-3,Three,\n'
    assert (run(database, more).links_added, count(database, RequirementLink)) == (1, 1)
    none = "key,title,blocks\nA-1,One,\nA-2,Two,\nA-3,Three,\n"
    assert (run(database, none).links_removed, count(database, RequirementLink)) == (1, 0)
    assert faults(database) == []


def test_a_link_that_closes_a_circle_with_those_here_is_listed(database: Database) -> None:
    run(database, "Issue key,Summary,Blocks\nA-1,One,A-2\nA-2,Two,\n")
    report = run(database, "Issue key,Summary,Blocks\nA-2,Two,A-3\nA-3,Three,A-1\n")
    assert (report.created, report.links_added) == (1, 0)
    assert {(p.line, p.value) for p in report.notes if "circle" in p.reason} == {
        (2, "A-3"),
        (3, "A-1"),
    }


def test_a_link_waits_for_its_target_to_be_imported(database: Database) -> None:
    one = "Issue key,Summary,Blocks\nA-1,One,A-2\n"
    report = run(database, one)
    assert [p.reason for p in report.notes if p.value == "A-2"] == [
        "No requirement here has this key; the link is not taken, the row is."
    ]
    run(database, "Issue key,Summary,Blocks\nA-2,Two,\n")
    assert (run(database, one).links_added, count(database, RequirementLink)) == (1, 1)
    assert run(database, one).changed == 0


def test_a_duplicate_names_its_original_or_is_declined(database: Database) -> None:
    report = run(
        database,
        "Issue key,Summary,Status,Duplicates\nA-1,One,Duplicate,A-2\nA-2,Two,Open,\n"
        "A-3,Three,Duplicate,A-9\n",
    )
    rows = stored(database)
    assert rows["A-1"].duplicate_of_id == rows["A-2"].id
    assert rows["A-3"].state is RequirementState.DECLINED
    assert any("original is not here" in problem.reason for problem in report.notes)
    assert faults(database) == []


def test_a_requester_is_a_known_person_or_stays_text(database: Database, cast: Cast) -> None:
    text = "key,title,reporter\nA-1,One,Alice@example.org\nA-2,Two,new@example.org\n"
    run(database, text)
    rows = stored(database)
    assert rows["A-1"].requester_id == cast.alice.id
    assert (rows["A-2"].requester_id, (rows["A-2"].source_data or {})["columns"]["reporter"]) == (
        None,
        "new@example.org",
    )
    people = count(database, Person)
    with database.writing() as session:
        new = make_person(session, "New", "partner")
    assert (run(database, text).changed, count(database, Person)) == (1, people + 1)
    assert stored(database)["A-2"].requester_id == new.id


def test_an_effort_needs_a_team(database: Database, cast: Cast) -> None:
    text = "key,title,effort\nA-1,One,1.5\n"
    report = run(database, text)
    assert "--team" in report.notes[0].reason
    assert (count(database, RequirementEffort), report.created) == (0, 1)
    run(database, text, team="OPS")
    with database.reading() as session:
        (effort,) = session.scalars(select(RequirementEffort))
    assert (effort.team_id, effort.weeks) == (cast.ops.id, 1.5)
    with pytest.raises(MappingError, match="no team 'nobody'"):
        run(database, text, team="nobody")
    assert faults(database) == []


def test_answers_are_remembered_for_the_next_file_with_the_same_header(database: Database) -> None:
    text = "Ref,What,Status\nA-1,One,Parked\n"
    columns = {"Ref": "key", "What": "title"}
    run(database, text, columns=columns, states={"Parked": "snoozed"}, source="board")
    again = run(database, text.replace("A-1,One", "A-1,Uno"))
    assert (again.source, again.changed) == ("board", 1)
    assert again.remembered == {
        "columns": columns,
        "states": {"Parked": "snoozed"},
        "source": "board",
    }
    assert any("remembered" in line for line in report_lines(again))
    other = run(database, text, states={"Parked": "accepted"}, dry_run=True)
    assert set(other.remembered) == {"columns", "source"}


def test_without_answers_nothing_is_remembered(database: Database) -> None:
    sample(database, "jira_cloud.csv")
    assert count(database, ImportMapping) == 0


def test_a_time_to_come_is_not_believed(database: Database) -> None:
    report = run(database, "key,title,created\nA-1,One,2199-01-01\n")
    reason = "This time is still to come; the time of the import is taken."
    assert [problem.value[:4] for problem in report.notes if problem.reason == reason] == ["2199"]
    assert stored(database)["A-1"].created_at <= clock.now()


def test_more_rows_than_one_chunk_keep_their_order_and_their_events(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f"A-{n},Title {n},A-{n + 1}\n" for n in range(1, 1_203))
    report = run(database, f"Issue key,Summary,Blocks\n{rows}A-1203,Last,\n")
    assert (report.created, report.links_added) == (1_203, 1_202)
    numbers = [row.id for row in stored(database).values()]
    assert numbers == list(range(numbers[0], numbers[0] + 1_203))
    assert faults(database) == []


def test_many_records_are_told_as_each_would_be_by_itself(database: Database) -> None:
    def fresh(number: int) -> Requirement:
        now = clock.now()
        return Requirement(
            id=number,
            title="One",
            problem="Two",
            kind=RequirementKind.TOOL,
            state=RequirementState.SUBMITTED,
            state_changed_at=now,
            created_at=now,
            updated_at=now,
        )

    with database.writing() as session:
        alone, together = fresh(1), fresh(2)
        session.add_all([alone, together])
        record(session, None, alone, "requirement.imported", why="sheet.csv")
        unchanged = session.get_one(Requirement, 1)
        assert (
            record_all(session, None, [unchanged, together], "requirement.imported", "sheet.csv")
            == 1
        )
    with database.reading() as session:
        one, other = (feed(session, "requirement", number)[0] for number in (1, 2))
    assert (one.action, one.why, set(one.changes)) == (other.action, other.why, set(other.changes))
    assert other.changes["title"] == (None, "One")
    assert faults(database) == []
