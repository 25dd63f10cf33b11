"""Rows as CSV and as XLSX, streamed; no cell of text is ever read as a formula."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from roadmap.web.i18n import _

# What spreadsheets take for the start of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# The mark by which spreadsheets know that a file is UTF-8.
BOM = "\ufeff"
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BLOCK = 64 * 1024
_CELL_LENGTH = 32_767
# What one sheet holds beside its header.
MAX_XLSX_ROWS = 1_048_575


def harmless(text: str) -> str:
    """Return a text no spreadsheet reads as a formula: an apostrophe stands before such a start."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _plain(value: Any) -> str:
    """Return a cell of a CSV file: numbers with a point, days and moments as ISO 8601."""
    match value:
        case None:
            return ""
        case str():
            return harmless(value)
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.15g}"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case _:
            return str(value)


def csv_parts(
    header: Sequence[str], rows: Iterable[Sequence[Any]], *, mark: bool = False
) -> Iterator[str]:
    """Yield a CSV file (RFC 4180) piece by piece; ``mark`` begins it with the mark of UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    if mark:
        buffer.write(BOM)
    writer.writerow([harmless(one) for one in header])
    for row in rows:
        writer.writerow([_plain(value) for value in row])
        if buffer.tell() > _BLOCK:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def xlsx_parts(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield an XLSX file piece by piece; rows are written to disk as they come, never all held."""
    import xlsxwriter

    with tempfile.TemporaryFile() as file:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
            "remove_timezone": True,
        }
        book = xlsxwriter.Workbook(file, options)
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        bold = book.add_format({"bold": True})
        for place, name in enumerate(header):
            sheet.write_string(0, place, name, bold)
        for number, row in enumerate(rows, start=1):
            if number == MAX_XLSX_ROWS:
                sheet.write_string(number, 0, _("Further rows do not fit a sheet: take the CSV."))
                break
            for place, value in enumerate(row):
                _write(sheet, number, place, value, moment)
        book.close()
        file.seek(0)
        while block := file.read(_BLOCK):
            yield block


def _write(sheet: Any, row: int, column: int, value: Any, moment: Any) -> None:
    match value:
        case None | "":
            return
        case str():
            sheet.write_string(row, column, value[:_CELL_LENGTH])
        case bool():
            sheet.write_boolean(row, column, value)
        case datetime():
            sheet.write_datetime(row, column, value.astimezone(UTC), moment)
        case date() if value.year < 1900:
            sheet.write_string(row, column, str(value))
        case date():
            sheet.write_datetime(row, column, value)
        case _:
            sheet.write_number(row, column, value)
