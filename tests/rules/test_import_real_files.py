"""The importer on real exports that are not part of the project; counts verified by hand."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from roadmap.exchange.columns import recognise
from roadmap.exchange.launch_tables import plan_launches
from roadmap.exchange.requirement_rows import ImportOptions, plan_requirements
from roadmap.exchange.tabular import read_table

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the sample data beside the project is absent"),
]


def plan(path, **options):
    file = DATA / path
    table = read_table(file.read_bytes())
    return plan_requirements(table, recognise(table.header), file.name, ImportOptions(**options))


@pytest.mark.parametrize(
    ("path", "rows", "states"),
    [
        ("jira_exports/raw/poinz_server_dates.csv", 4, {"submitted": 4}),
        ("jira_exports/raw/warehouse_vi.csv", 111, {"delivered": 76, "submitted": 35}),
        ("story_points/raw/clover.csv", 384, {"submitted": 384}),
        ("story_points/raw/duracloud.csv", 666, {"submitted": 666}),
        ("story_points/raw/usergrid.csv", 482, {"submitted": 482}),
        ("redmine_csv/raw/import_issues.csv", 3, {"submitted": 2, "accepted": 1}),
        ("redmine_csv/raw/import_subtasks.csv", 4, {"submitted": 4}),
        ("redmine_csv/raw/import_subtasks_with_relations.csv", 4, {"submitted": 4}),
    ],
)
def test_every_row_of_a_sound_export_is_taken(path, rows, states):
    found = plan(path)
    assert (found.rows, found.refused_rows()) == (rows, 0)
    assert Counter(draft.state for draft in found.drafts) == states
    assert len({draft.external_key for draft in found.drafts}) == rows
    assert not any(problem.fatal for problem in found.problems)


def test_the_redmine_file_with_bad_dates_takes_nothing_it_would_have_to_guess():
    path = "redmine_csv/raw/import_dates.csv"
    assert [draft.title for draft in plan(path).drafts] == ["Invalid custom date"]
    told = plan(path, date_order="day-first")
    assert told.drafts[0].start_on == date(2015, 7, 10)
    assert [(p.line, p.column, p.value) for p in told.problems if p.fatal] == [
        (3, "start", "04/15/2015")
    ]


def test_the_enhancements_are_taken_and_each_quirk_is_reported():
    found = plan_launches(DATA / "k8s_enhancements" / "tidy")
    assert len(found.launches) == 115
    assert found.refused_rows() == 0
    items = [item for draft in found.launches for item in draft.checklist]
    assert (len(items), sum(item.ticked for item in items)) == (1059, 602)
    assert sum(len(draft.approvals) for draft in found.launches) == 162
    assert sum(len(draft.people) for draft in found.launches) == 761
    assert sum(len(draft.links) for draft in found.launches) == 75
    # What only the whole source can show: the number as written and its use outside the sample.
    assert (found.quirks.listed, found.quirks.found) == (170, 168)
    assert {p.kind for p in found.quirks.not_found} == {"duplicate_number", "folder_number_differs"}
    assert sum(bool(draft.needs_person) for draft in found.launches) == 17
    odd = next(draft for draft in found.launches if "1753-logs" in draft.external_key)
    assert (odd.status_claim, odd.proposed_state) == ("implemented (alpha)", "draft")
    assert odd.needs_person
