"""From the tables of an enhancement tracker to launch drafts."""

import shutil
from pathlib import Path

import pytest

from roadmap.exchange.launch_claims import handle_of
from roadmap.exchange.launch_tables import LaunchPlan, plan_launches
from roadmap.exchange.tabular import TableError

TABLES = Path(__file__).parents[1] / "samples" / "launch_tables"


@pytest.fixture
def found() -> LaunchPlan:
    return plan_launches(TABLES)


def kinds(found: LaunchPlan, part: str) -> set[tuple[str, str, str]]:
    return {(p.field, p.kind, p.value) for p in found.problems if part in p.key}


def test_a_launch_is_taken_with_everything_the_tables_claim(found):
    first = found.launches[0]
    assert first.external_key == "keps/sig-a/10-first/kep.yaml"
    assert (first.owner_handle, first.team, first.other_teams) == (
        "@Ana",
        "sig-a",
        ("sig-b", "sig-c"),
    )
    assert [(p.name, p.milestone, p.current) for p in first.phases] == [
        ("alpha", "v1.28", False),
        ("beta", "v1.29", False),
        ("stable", "v1.30", True),
    ]
    assert (first.launch_type, first.type_is_default) == ("W", True)
    assert [(a.stage, a.approver, a.written) for a in first.approvals] == [
        ("alpha", "@kim", "@kim"),
        ("beta", "@lee", "lee"),
    ]
    assert (first.links[0].kind, first.links[0].target) == (
        "related",
        "keps/sig-a/11-second/kep.yaml",
    )


def test_no_claim_makes_a_launch_committed_or_live(found):
    assert {draft.status_claim for draft in found.launches} >= {"implemented"}
    assert {draft.proposed_state for draft in found.launches} <= {"draft", "planned", "cancelled"}


def test_a_misspelt_status_is_unknown_and_needs_a_person(found):
    second = found.launches[1]
    assert second.proposed_state == "draft"
    assert all("unknown, needs a person" in reason for reason in second.needs_person)
    assert len(second.needs_person) == 2


def test_an_answer_that_is_neither_yes_nor_no_never_helps(found):
    items = found.launches[0].checklist
    assert [(item.required, item.ticked) for item in items] == [
        (True, True),
        (False, False),
        (True, False),
    ]
    assert ("checked", "not_yes_or_no", "Yes!") in kinds(found, "10-first")


def test_quirks_are_detected_from_the_tables_themselves(found):
    assert kinds(found, "10-first") >= {
        ("approvers", "author_approves_own", "@ana"),
        ("reviewers", "odd_handle", "“@bo”"),
        ("", "non_ascii", "“”"),
    }
    assert kinds(found, "11-second") >= {
        ("status", "status_not_in_documented_set", "implemented (alpha)"),
        ("stage", "stage_not_in_documented_set", "alpha (old)"),
        ("latest_milestone", "odd_milestone_format", "0.0"),
        ("milestone_alpha", "odd_milestone_format", "TBD"),
        ("last_updated", "before_creation", "2024-05-01 > 2024-04-01"),
        ("disable_supported", "not_boolean", "yes"),
        ("replaces", "placeholder_target", "n/a"),
        ("superseded_by", "unresolved_target", "/keps/sig-x/99-gone"),
    }
    assert kinds(found, "13-third") >= {
        ("stage", "implemented_but_not_stable", "beta"),
        ("milestone", "latest_milestone_not_equal_stage_milestone", "beta:1.30 latest:v1.31"),
        ("kep_number", "folder_number_differs", "12 vs 13"),
        ("last_updated", "bad_date", "v1.29"),
        ("title", "duplicate_title", "Same name"),
        ("id", "unknown_key", ""),
        ("editor", "odd_handle", "TBD"),
        ("authors", "no_author", ""),
    }
    assert ("creation_date", "bad_date", "2024-02-30") in kinds(found, "14-fourth")


def test_refused_and_lost_rows_are_listed(found):
    assert found.refused_rows() == 1
    refused = {(p.file, p.line, p.kind) for p in found.problems if p.fatal}
    assert refused == {
        ("launches.csv", 6, "missing_title"),
        ("signoff_checklist.csv", 5, "no_such_launch"),
    }
    missing = {p.file for p in found.problems if p.kind == "missing_table"}
    assert missing == {"prr_answers.csv", "descriptions.csv", "feature_gates.csv", "metrics.csv"}


def test_every_listed_quirk_is_found_or_reported(found):
    assert (found.quirks.listed, found.quirks.found) == (4, 3)
    assert [(p.field, p.value) for p in found.quirks.not_found] == [("mood", "grim")]
    assert set(found.quirks.not_found) <= set(found.problems)


def test_a_folder_without_launches_or_with_a_column_missing_is_refused(tmp_path):
    with pytest.raises(TableError, match=r"no launches\.csv"):
        plan_launches(tmp_path)
    shutil.copy(TABLES / "people.csv", tmp_path / "launches.csv")
    with pytest.raises(TableError, match=r"launches\.csv lacks the columns"):
        plan_launches(tmp_path)


@pytest.mark.parametrize(
    ("written", "handle"),
    [
        ("@ana", "@ana"),
        ("ana", "@ana"),
        (" @ana ", "@ana"),
        ("“@ana”", "@ana"),
        ("TBD", None),
        ("", None),
        ("@a_b", None),
        ("Ana Lee", None),
    ],
)
def test_a_handle_is_repaired_only_where_the_repair_is_certain(written, handle):
    assert handle_of(written) == handle


def test_one_finding_serves_one_listed_quirk(tmp_path):
    folder = shutil.copytree(TABLES, tmp_path / "tables")
    quirks = folder / "quirks.csv"
    quirks.write_text(quirks.read_text() + quirks.read_text().splitlines()[1] + "\n")
    report = plan_launches(folder).quirks
    assert (report.listed, report.found, len(report.not_found)) == (5, 3, 2)
