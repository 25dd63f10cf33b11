"""What every list answers alike: what may stand in its query, and all of its rows as a file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask import Response, jsonify

from roadmap import clock
from roadmap.errors import NotFound
from roadmap.lists.completion import FieldGuide, complete
from roadmap.lists.export import CSV_TYPE, XLSX_TYPE, csv_parts, xlsx_parts
from roadmap.web.i18n import _
from roadmap.web.stream import streamed


def completion(args: Mapping[str, str], guides: Mapping[str, FieldGuide]) -> Response:
    """Return what may stand at the place ``at`` of the query ``q``, as JSON."""
    typed, place = args.get("q", ""), args.get("at", "")
    number = int(place) if place.isascii() and place.isdecimal() and len(place) < 6 else len(typed)
    found = complete(typed, number, guides)
    return jsonify(
        start=found.start,
        end=found.end,
        options=[{"text": one.text, "label": one.label} for one in found.options],
    )


def check_kind(kind: str) -> None:
    """Raise NotFound for a file lists are not sent as."""
    if kind not in {"csv", "xlsx"}:
        raise NotFound(_("Lists are sent as CSV or XLSX."))


def sent(
    kind: str, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]], *, mark: bool
) -> Response:
    """Return rows as a file called by a list and today; ``mark`` begins CSV with UTF-8's mark."""
    parts: Iterator[str] | Iterator[bytes] = (
        xlsx_parts(header, rows) if kind == "xlsx" else csv_parts(header, rows, mark=mark)
    )
    answer = streamed(parts, XLSX_TYPE if kind == "xlsx" else CSV_TYPE)
    file = f"{name}-{clock.today().isoformat()}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return answer
