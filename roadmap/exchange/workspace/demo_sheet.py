"""The sheet in which the demo organisation kept its roadmap before: what week one begins with.

The words are shipped as a table; days are written as people write them, counted from today, and
merged cells, a preamble and two header rows are made as spreadsheets have them.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from xml.sax.saxutils import escape

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.exchange.sheet_answers import SheetAnswers
from roadmap.exchange.sheet_compare import PREFIX, compare, read_sheet
from roadmap.exchange.sheet_import import store_reading
from roadmap.exchange.sheet_models import LaunchSheet
from roadmap.exchange.workspace.shipped_files import SHEET
from roadmap.launches.models import Launch

NAME = "Launch roadmap"
FILE = f"{NAME}.xlsx"
# What its launches say they come from.
SOURCE = PREFIX + NAME
# A cell of the table that is part of the one on its left, or above.
LEFT, ABOVE = "<", "^"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = re.compile(r"\{([+-]\d+)d (day|month|quarter)\}")

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/'
    'vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _link(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_LINKS}"><Relationship Id="rId1" Type="{_OFFICE}/{kind}" '
        f'Target="{target}"/></Relationships>'
    )


def written(table: str, today: date) -> list[list[str]]:
    """Return the rows of the shipped table with the days as a person writes them today."""

    def words(match: re.Match[str]) -> str:
        day = today + timedelta(days=int(match[1]))
        month = _MONTHS[day.month - 1]
        if match[2] == "day":
            return f"{day.day} {month}"
        return month if match[2] == "month" else f"Q{(day.month + 2) // 3}"

    return [[_DAY.sub(words, cell) for cell in row] for row in csv.reader(io.StringIO(table))]


def _merged(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the ranges of cells that are one, as in B4:F4."""
    found = []
    for down, row in enumerate(rows):
        for right, cell in enumerate(row):
            if cell in (LEFT, ABOVE):
                continue
            wide = _run(row[right + 1 :], LEFT)
            high = _run((below[right] for below in rows[down + 1 :]), ABOVE)
            if wide or high:
                found.append(f"{_place(right, down)}:{_place(right + wide, down + high)}")
    return found


def _run(cells: Iterable[str], mark: str) -> int:
    count = 0
    for cell in cells:
        if cell != mark:
            break
        count += 1
    return count


def _place(right: int, down: int) -> str:
    return f"{chr(ord('A') + right)}{down + 1}"


def workbook(rows: Sequence[Sequence[str]], name: str) -> bytes:
    """Return the rows as an XLSX file of one sheet; at most 26 columns."""
    lines = "".join(
        f'<row r="{down + 1}">'
        + "".join(
            f'<c r="{_place(right, down)}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
            for right, cell in enumerate(row)
            if cell and cell not in (LEFT, ABOVE)
        )
        + "</row>"
        for down, row in enumerate(rows)
    )
    merges = "".join(f'<mergeCell ref="{one}"/>' for one in _merged(rows))
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _link("officeDocument", "xl/workbook.xml"),
        "xl/_rels/workbook.xml.rels": _link("worksheet", "worksheets/sheet1.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{escape(name)}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData>'
        f"<mergeCells>{merges}</mergeCells></worksheet>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in parts.items():
            archive.writestr(path, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return out.getvalue()


def demo_sheet(today: date) -> bytes:
    """Return the demo's roadmap sheet, dated from a day."""
    return workbook(written(SHEET.read_text(encoding="utf-8"), today), "Roadmap")


def import_demo_sheet(session: Session) -> None:
    """Take the sheet as anybody's: its status becomes what the launches' sheet claims."""
    reading = read_sheet(session, demo_sheet(clock.today()), FILE, SheetAnswers(source=NAME))
    found = compare(session, reading)
    known = session.scalar(select(LaunchSheet.id).where(LaunchSheet.source == NAME).limit(1))
    if known is None or found.new or found.changed:
        store_reading(session, reading)


def with_claims(session: Session, file: bytes) -> bytes:
    """Return the demo file with what the sheet said last of its launches."""
    told = select(Launch.id, Launch.claim).where(Launch.source == SOURCE)
    claims = {f"{Launch.key_prefix}-{number}": claim for number, claim in session.execute(told)}
    document = json.loads(file)
    for one in document["launches"]:
        if claims.get(one["key"]) is not None:
            one["claim"] = claims[one["key"]]
    return json.dumps(document).encode()
