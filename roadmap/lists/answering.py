"""What every list answers alike: menus and columns picked, completion, its rows as a file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from roadmap import clock
from roadmap.errors import NotFound
from roadmap.lists.asking import narrowed, picked_columns
from roadmap.lists.completion import FieldGuide, complete
from roadmap.lists.export import CSV_TYPE, XLSX_TYPE, csv_parts, xlsx_parts
from roadmap.web.i18n import _
from roadmap.web.stream import streamed

# What the address of a list is made of beside its query and its columns.
_BESIDE = ("sort", "cols", "view")


def narrow_to(endpoint: str, args: MultiDict[str, str]) -> ResponseReturnValue:
    """Turn the menus' choices into a query and go to the list; works without scripts."""
    typed = narrowed(args.get("q", ""), {name: args.getlist(name) for name in args})
    kept: dict[str, Any] = {name: args.get(name) or None for name in _BESIDE}
    if not typed:
        kept["view"] = kept["view"] or "all"
    return redirect(url_for(endpoint, q=typed, **kept))


def columns_to(
    endpoint: str, usual: Sequence[str], args: MultiDict[str, str]
) -> ResponseReturnValue:
    """Go to the list with the columns that were ticked, in their order, or with the usual ones."""
    cols = ",".join(usual) if "usual" in args else picked_columns(args.getlist("c"), args)
    shown = [(name, args[name]) for name in ("q", "sort", "view") if name in args]
    return redirect(f"{url_for(endpoint)}?{urlencode([*shown, ('cols', cols)] if cols else shown)}")


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
