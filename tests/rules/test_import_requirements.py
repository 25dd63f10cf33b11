"""From the rows of a file to requirement drafts, on samples in the formats of three trackers."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from roadmap.exchange.columns import MappingError, header_fingerprint, parse_override, recognise
from roadmap.exchange.requirement_links import Reference, Relation, circles
from roadmap.exchange.requirement_rows import ImportOptions, ImportPlan, plan_requirements
from roadmap.exchange.tabular import read_table

SAMPLES = Path(__file__).parents[1] / "samples"


def plan(data: bytes, name="file.csv", overrides=None, **options) -> ImportPlan:
    table = read_table(data)
    return plan_requirements(
        table, recognise(table.header, overrides), name, ImportOptions(**options)
    )


def sample(name: str, **options) -> ImportPlan:
    return plan((SAMPLES / name).read_bytes(), name, **options)


def fatal(found: ImportPlan) -> list[tuple[int, str, str]]:
    return [(p.line, p.column, p.value) for p in found.problems if p.fatal]


def test_a_jira_cloud_export_is_taken_with_its_odd_columns():
    found = sample("jira_cloud.csv")
    assert found.source == "jira"
    first, second, third = found.drafts
    assert (first.line, first.external_key, second.line) == (2, "MOD-1", 6)
    assert first.title == "Bảng điều khiển cho người kiểm duyệt"
    assert first.problem.endswith("tools.\n\nOne page should do.")
    assert first.created_at == datetime(2026, 2, 3, 0, 5, tzinfo=UTC)
    assert first.updated_at == datetime(2026, 2, 4, 12, 30, tzinfo=UTC)
    assert (first.kind, first.state, first.story_points) == ("product", "in_progress", Decimal(8))
    assert first.labels == ("live", "vi")
    assert first.extra == {"Comment": ("first note", "second note")}
    assert second.problem == "=cmd|' /C calc'!A0"
    assert second.requester_email == "ines@partner.example"
    assert second.needed_by == date(2026, 3, 30)
    assert second.parent == Reference("row", "MOD-1")
    assert second.relations == (Relation("blocks", Reference("row", "MOD-3")),)
    assert third.state == "declined"
    assert found.mapping.not_taken == ("Comment", "Comment#2")
    assert [(p.value, p.count) for p in found.problems] == [("Subtask", 1), ("Chore", 1)]


def test_a_refused_row_is_listed_with_every_reason_and_leaves_no_draft():
    found = sample("jira_server.csv")
    assert [draft.external_key for draft in found.drafts] == ["OPS-7"]
    assert (found.rows, found.refused_rows()) == (2, 1)
    assert fatal(found) == [
        (6, "Created", "31/Feb/20 12:44"),
        (6, "Status", "Waiting for customer"),
    ]


def test_a_mapped_status_takes_its_rows():
    found = sample("jira_server.csv", states={"waiting for customer": "snoozed"})
    assert fatal(found) == [(6, "Created", "31/Feb/20 12:44")]
    with pytest.raises(MappingError, match="no state"):
        sample("jira_server.csv", states={"waiting": "finished"})


def test_story_points_below_zero_or_not_finite_refuse_their_row():
    found = sample("story_points.csv")
    assert [(d.external_key, d.story_points) for d in found.drafts] == [("APP-1", Decimal(3))]
    assert fatal(found) == [(3, "storypoint", "-2"), (4, "storypoint", "NaN")]
    assert found.drafts[0].extra == {"split_mark": ("train",)}


def test_contradictory_dates_are_refused_until_the_person_says_which_order():
    found = sample("redmine_dates.csv")
    assert found.date_order == "contradictory"
    assert {line for line, _, _ in fatal(found)} == {2, 3, 4}
    told = sample("redmine_dates.csv", date_order="day-first")
    assert [draft.title for draft in told.drafts] == ["Both in order"]
    assert (told.drafts[0].start_on, told.drafts[0].needed_by) == (
        date(2015, 7, 10),
        date(2015, 8, 12),
    )
    assert fatal(told) == [(3, "start", "04/15/2015"), (4, "due", "2026-02-30")]


def test_redmine_parents_and_relations_point_at_rows_or_older_records():
    found = sample("redmine_links.csv")
    by_title = {draft.title: draft for draft in found.drafts}
    assert found.source == "redmine_links.csv"
    second = by_title["Second"]
    assert second.parent == Reference("row", "row-1")
    assert Relation("follows", Reference("row", "row-3"), 2) in second.relations
    assert {r.target.key for r in second.relations if r.kind == "relates"} == {"row-1", "row-4"}
    older = by_title["Joins an older one"]
    assert older.parent == Reference("existing", "12")
    assert older.relations == (Relation("follows", Reference("row", "row-3"), -1),)
    assert [p.line for p in found.problems if p.column == "private"] == [4]


def test_links_in_a_circle_are_all_dropped_and_listed_and_the_rows_stay():
    found = plan(b"row;subject;parent;follows\n1;A;2;3\n2;B;1;\n3;C;;1\n4;D;1;1\n")
    assert len(found.drafts) == 4
    circle = [(p.line, p.column) for p in found.problems if "circle" in p.reason]
    assert circle == [(2, "follows"), (2, "parent"), (3, "parent"), (4, "follows")]
    by_title = {draft.title: draft for draft in found.drafts}
    assert (by_title["A"].parent, by_title["A"].relations) == (None, ())
    assert by_title["D"].parent == Reference("row", "row-1")
    assert len(by_title["D"].relations) == 1


def test_a_child_of_a_refused_or_missing_parent_stays_and_its_link_is_listed():
    found = plan(b"row;subject;parent;effort\n1;A;;-3\n2;B;1;\n3;C;9;\n4;D;4;\n")
    assert [draft.title for draft in found.drafts] == ["B", "C", "D"]
    assert all(draft.parent is None for draft in found.drafts)
    reasons = [p.reason for p in found.problems if p.column == "parent"]
    assert "line 2, which was refused" in reasons[0]
    assert "No row of this file" in reasons[1]
    assert "refers to itself" in reasons[2]


def test_circles_are_found_in_a_chain_of_a_hundred_thousand():
    chain = [(str(n), str(n + 1)) for n in range(100_000)]
    assert circles(chain) == set()
    assert len(circles([*chain, ("100000", "0")])) == 100_001


def test_the_same_file_gives_the_same_keys_and_equal_titles_differ():
    data = b"title\nSame\nSame\nOther\n"
    keys = [draft.external_key for draft in plan(data).drafts]
    assert keys == [draft.external_key for draft in plan(data).drafts]
    assert len(set(keys)) == 3


def test_a_repeated_key_refuses_the_later_row():
    found = plan(b"key,title\nA,one\nA,two\n,three\n")
    assert [draft.title for draft in found.drafts] == ["one"]
    assert fatal(found) == [(3, "key", "A"), (4, "key", "")]


def test_missing_titles_control_characters_and_over_long_titles_refuse_the_row():
    found = plan(
        "title,note\n ,x\nNUL\0here,x\nok,\x1b[2J\n{},x\n".replace("{}", "t" * 301).encode()
    )
    assert found.drafts == ()
    assert [(line, column) for line, column, _ in fatal(found)] == [
        (2, "title"),
        (3, "title"),
        (4, "note"),
        (5, "title"),
    ]


def test_html_formulas_and_right_to_left_text_stay_plain_text():
    title = "<b>=SUM(A1)</b> \u202eשלום e\u0301"
    assert plan(f"title\n{title}\n".encode()).drafts[0].title == title


def test_columns_are_recognised_whatever_their_case_and_unknown_ones_are_named():
    mapping = recognise(("SUMMARY", "Issue Key", "Mood", "due_date"))
    assert mapping.columns == {"title": (0,), "key": (1,), "needed_by": (3,)}
    assert mapping.not_taken == ("Mood",)


def test_two_columns_for_one_field_are_reported_or_refused():
    better = recognise(("Summary", "Name"))
    assert better.columns["title"] == (0,)
    assert [problem.column for problem in better.problems] == ["Name"]
    with pytest.raises(MappingError, match="More than one column"):
        recognise(("Title", "Title"))
    chosen = recognise(("Title", "Title"), {"Title#2": "title"})
    assert chosen.columns["title"] == (1,)


def test_a_mapping_is_remembered_as_answers():
    header = ("What", "Why", "Secret")
    answers = dict(map(parse_override, ["What=title", "why=problem", "Secret=-"]))
    mapping = recognise(header, answers)
    assert mapping.columns == {"title": (0,), "problem": (1,)}
    assert mapping.ignored == ("Secret",)
    assert header_fingerprint(header) == header_fingerprint(("what", "why", "secret"))
    assert header_fingerprint(header) != header_fingerprint(("Why", "What", "Secret"))
    kept = plan(b"What,Why,Secret\na,b,c\n", overrides=answers).drafts[0]
    assert kept.extra == {}


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({}, "No column holds the title"),
        ({"Nope": "title"}, "no column 'Nope'"),
        ({"What": "colour"}, "no field 'colour'"),
        ({"What": "title", "Why": "title"}, "Only one column"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_with_what_to_do(answers, says):
    with pytest.raises(MappingError, match=says):
        recognise(("What", "Why"), answers)


def test_an_override_is_column_equals_field():
    assert parse_override("a=b=title") == ("a=b", "title")
    with pytest.raises(MappingError, match="COLUMN=field"):
        parse_override("title")


def test_the_two_directions_of_one_wait_agree_and_opposite_ones_are_a_circle():
    agree = plan(b"row;subject;follows;precedes\n1;A;2;\n2;B;;1\n")
    assert [len(draft.relations) for draft in agree.drafts] == [1, 1]
    oppose = plan(b"row;subject;follows;precedes\n1;A;2;2\n2;B;;\n")
    assert [draft.relations for draft in oppose.drafts] == [(), ()]
