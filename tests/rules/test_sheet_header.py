"""Where the header of a roadmap sheet is, what its columns mean, and which lines are no launch."""

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from roadmap.exchange.columns import MappingError
from roadmap.exchange.sheet_columns import Sheet, find_sheet, propose
from roadmap.exchange.sheet_grid import read_grids
from roadmap.exchange.sheet_rows import SheetOptions, SheetPlan, Words, plan_sheet
from roadmap.exchange.tabular import TableError

REAL = Path(__file__).parents[3] / "shared" / "data" / "k8s_sig_release"
OPTIONS = SheetOptions(today=date(2026, 11, 22))
WORDS = Words(
    markets={"de": ("DE",), "fr": ("FR",), "it": ("IT",), "eu": ("DE", "FR", "IT")},
    surfaces={"live": ("live",)},
    people={"bob": 7},
)


def book(rows: Sequence[Sequence[Any]], merged: Sequence[tuple[int, int, int, str]] = ()) -> bytes:
    file = io.BytesIO()
    made = xlsxwriter.Workbook(file)
    sheet = made.add_worksheet("Roadmap")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    for number, first, last, text in merged:
        sheet.merge_range(number, first, number, last, text)
    made.add_worksheet("Notes").write(0, 0, "updated weekly")
    made.close()
    return file.getvalue()


def planned(data: bytes, said: dict[str, str] | None = None) -> tuple[Sheet, SheetPlan]:
    sheet = find_sheet(read_grids(data))
    return sheet, plan_sheet(sheet, propose(sheet, said or {}), WORDS, OPTIONS)


def test_a_preamble_a_two_row_header_and_merged_cells_are_understood() -> None:
    data = book(
        [
            [],
            ["as of 20 Nov"],
            ["Launch", "Owner", "", "", "", "Markets", "Training?"],
            ["", "", "RAG", "Comment", "Target date", "", ""],
            ["Live in Germany", "Bob", "G", "fine", "mid Jan", "DE/FR", "Y"],
            ["EMEA"],
            ["Total", "", 3],
        ],
        [(0, 0, 6, "Launch tracker"), (2, 2, 3, "Status")],
    )
    sheet, plan = planned(data)
    assert sheet.labels[2:5] == ("Status / RAG", "Status / Comment", "Target date")
    assert sheet.preamble == ("Launch tracker", "as of 20 Nov")
    assert [(line.number, why.partition(":")[0]) for line, why in sheet.skipped] == [
        (6, "a heading"),
        (7, "a row of totals"),
    ]
    (draft,) = plan.drafts
    assert (draft.owner_id, draft.claim, draft.markets) == (7, "green", ("DE", "FR"))
    assert draft.target is not None
    assert draft.target.precision == "month"
    assert draft.answers == {"Training?": True}
    assert dict(draft.cells)["Status / Comment"] == "fine"


def test_a_german_sheet_is_understood_and_its_sum_is_no_launch() -> None:
    data = (
        "Name;Land;Termin;Verantwortlich;Volumen/Woche;Status\n"
        "LIVE Handtaschen;DE/FR;12.01.2027;Bob;12.000;grün\n"
        "Summe;;;;12.000;\n"
    ).encode()
    _sheet, plan = planned(data)
    (draft,) = plan.drafts
    assert (draft.owner_id, draft.claim, draft.markets) == (7, "green", ("DE", "FR"))
    assert draft.target is not None
    assert draft.target.day == date(2027, 1, 12)
    assert draft.volume is not None
    assert draft.volume.likely == 12_000


def test_a_person_corrects_the_mapping_and_a_column_can_be_left_out() -> None:
    data = b"Launch;Status;Health\nA;waiting for legal;G\n"
    _sheet, plan = planned(data, {"Health": "status", "Status": "-"})
    assert plan.drafts[0].claim == "green"
    assert [label for label, _text in plan.drafts[0].cells] == ["Launch", "Health"]
    for wrong in ({"Nope": "status"}, {"Health": "colour"}, {"Health": "date", "Status": "date"}):
        with pytest.raises(MappingError):
            planned(data, wrong)


def test_a_launch_told_twice_is_refused_and_two_places_are_two_launches() -> None:
    data = b"Launch,Status,Market\nA,G,DE\nA,G,FR\nB,G,DE\nB,R,DE\n,G,DE\nC,Gren,XX\n"
    _sheet, plan = planned(data)
    assert [one.key for one in plan.drafts] == [
        "title:a in de", "title:a in fr", "title:b in de", "title:c",
    ]  # fmt: skip
    assert [(one.line, one.fatal) for one in plan.problems] == [
        (5, True), (6, True), (7, False), (7, False),
    ]  # fmt: skip
    assert plan.refused == 2
    assert (plan.drafts[-1].claim, plan.drafts[-1].markets) == (None, ())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"a,b\n1,2\n", "header of launches"),
        (b"PK\x03\x04nonsense", "damaged"),
        (b"\xd0\xcf\x11\xe0old", "old XLS"),
        (b"Launch,Status\n\xff,G\n", "is not utf-8 text"),
    ],
)
def test_a_file_that_is_no_roadmap_is_refused_in_one_sentence(data: bytes, words: str) -> None:
    with pytest.raises(TableError, match=words):
        planned(data)


@pytest.mark.shared_data
@pytest.mark.skipif(not REAL.is_dir(), reason="the sample data beside the project is absent")
@pytest.mark.parametrize(
    ("name", "header", "launches", "fields"),
    [
        (
            "raw/releases/release-1.10/features.csv",
            9,
            25,
            {"title": 25, "team": 0, "owner": 0, "summary": 1},
        ),
        (
            "raw/releases/release-1.4/features.csv",
            1,
            28,
            {"title": 28, "team": 0, "owner": 0, "summary": 28, "key": 27},
        ),
        ("tidy/exceptions.csv", 1, 28, {"title": 31, "key": 31, "status": 28}),
        ("tidy/schedule_rows.csv", 1, 61, {"title": 113, "owner": 0, "date": 97}),
    ],
)
def test_real_roadmap_sheets_are_counted_by_column(
    name: str, header: int, launches: int, fields: dict[str, int]
) -> None:
    sheet, plan = planned((REAL / name).read_bytes())
    assert (sheet.header_line, len(plan.drafts)) == (header, launches)
    assert {one.field: one.understood for one in plan.columns if one.field} == fields
    kept = [one for one in plan.columns if not one.field]
    assert all(one.understood == one.filled for one in kept)
