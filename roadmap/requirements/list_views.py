"""The list of requirements: filters, columns, completion, and files of exactly what it shows."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap import clock
from roadmap.errors import Invalid, NotFound
from roadmap.lists.completion import complete as completions
from roadmap.lists.export import CSV_TYPE, XLSX_TYPE, csv_parts, xlsx_parts
from roadmap.lists.kinds import FieldKind
from roadmap.lists.language import Query, QueryError, parse, word_at
from roadmap.lists.view_forms import split_columns
from roadmap.requirements import list_page, listing
from roadmap.requirements.columns import DEFAULT, known_columns
from roadmap.requirements.guides import guides
from roadmap.requirements.list_asked import Asked, read_asked
from roadmap.requirements.list_file import rows_of
from roadmap.requirements.list_page import Vocabulary
from roadmap.requirements.list_rows import lines
from roadmap.requirements.row_edit import row_form
from roadmap.requirements.rules import RequirementKind, RequirementState, Severity
from roadmap.requirements.views import bp
from roadmap.requirements.wording import KINDS, SEVERITIES, state_word
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.menus import Choices
from roadmap.web.paging import Page
from roadmap.web.session import db_session
from roadmap.web.stream import streamed

__all__ = ["bp"]

# What the address of the list is made of.
_SAME = ("sort", "cols", "view")
_ARGUMENTS = ("view", "q", "sort", "cols", "after", "before")


@bp.get("")
@may("requirement.read")
def index() -> ResponseReturnValue:
    """List requirements; a key alone goes straight to its record."""
    if (number := listing.key_in(request.args.get("q", ""))) is not None:
        return redirect(url_for("requirements.show", key=f"REQ-{number}"))
    session = db_session()
    known = list_page.vocabulary(session)
    asked = read_asked(session, current_user, known, request.args)
    query, page, problem = Query(), Page[Any]([], None, None), None
    try:
        query = parse(asked.typed)
        marks = (request.args.get("after"), request.args.get("before"))
        page = list_page.page_of(
            session, current_user, known, query, asked.sort, asked.columns, marks
        )
    except QueryError as error:
        problem = error
    back = urlencode({name: request.args[name] for name in _ARGUMENTS if name in request.args})
    beside = list_page.beside_of(session, known, asked.columns, page.rows)
    html = render_template(
        "requirements/index.html",
        asked=asked,
        query=query,
        problem=problem,
        wrong=word_at(asked.typed, problem.position) if problem else None,
        guides=guides(known) if problem else {},
        page=page,
        lines=lines(page.rows, asked, beside, current_user, back),
        chips=_state_chips(asked, query, listing.state_counts(session)),
        menus=_menus(known),
        every=known_columns(known.own),
        editing=row_form(session, current_user, known, asked, request.args.get("edit")),
        severities=[(one.value, _(SEVERITIES[one])) for one in Severity],
        back=back,
    )
    return html, 422 if problem else 200


def _state_chips(
    asked: Asked, query: Query, counts: dict[RequirementState, str]
) -> list[tuple[str, str | None, str, bool]]:
    """Return (word, count, address, chosen) of the chips above the list, all states first."""
    chosen = query.values_of("state")

    def narrowed(*values: str) -> str:
        arguments = asked.address(q=str(query.having("state", values)))
        return f"{here}?{urlencode(arguments)}" if arguments else here

    here = url_for("requirements.index")
    chips: list[tuple[str, str | None, str, bool]] = [(_("All"), None, narrowed(), not chosen)]
    for state, count in counts.items():
        if count != "0" or state in chosen:
            address = narrowed() if chosen == (state.value,) else narrowed(state.value)
            chips.append((state_word(state), count, address, state in chosen))
    return chips


def _menus(known: Vocabulary) -> dict[str, tuple[str, Choices]]:
    """Return for each menu its label and its (value, name) choices."""
    words = known.words
    found: dict[str, tuple[str, Choices]] = {
        "kind": (_("Kind"), tuple((kind.value, _(KINDS[kind])) for kind in RequirementKind)),
        "team": (_("Team"), (("me", _("My teams")), *known.teams.active)),
        "market": (_("Market"), words.markets),
        "language": (_("Language"), words.languages),
        "surface": (_("Surface"), words.surfaces),
        "policy": (_("Policy area"), words.policy_areas),
    }
    for own in known.own:
        if own.kind is FieldKind.CHOICE:
            found[own.code] = (own.label, tuple((one.code, one.label) for one in own.choices))
    return found


@bp.get("/filter")
@may("requirement.read")
def narrow() -> ResponseReturnValue:
    """Turn the menus' choices into a query and show the list; works without scripts."""
    typed = request.args.get("q", "")
    try:
        query = parse(typed)
        for name in request.args:
            if name.startswith("by-"):
                picked = ",".join(request.args.getlist(name)).split(",")
                field = name.removeprefix("by-").lower()
                query = query.having(field, [one for one in picked if one])
        typed = str(query)
    except QueryError:
        pass  # the list says what is wrong with it
    kept: dict[str, Any] = {name: request.args.get(name) or None for name in _SAME}
    if not typed:
        kept["view"] = kept["view"] or "all"
    return redirect(url_for("requirements.index", q=typed, **kept))


@bp.get("/columns")
@may("requirement.read")
def columns() -> ResponseReturnValue:
    """Show the list with the columns that were ticked, in their order."""
    if "usual" in request.args:
        codes: Sequence[str] = DEFAULT
    else:
        places = {code: request.args.get(f"place-{code}", "") for code in request.args.getlist("c")}
        codes = sorted(places, key=lambda code: _place(places[code]))
    kept: dict[str, Any] = {
        name: request.args[name] for name in ("q", "sort", "view") if name in request.args
    }
    picked = ",".join(split_columns(",".join(codes)))
    return redirect(url_for("requirements.index", cols=picked or None, **kept))


def _place(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 5 else 9_999


@bp.get("/complete")
@may("requirement.read")
def complete() -> ResponseReturnValue:
    """Return what may stand at a place of a query, as JSON."""
    typed, place = request.args.get("q", ""), request.args.get("at", "")
    number = int(place) if place.isascii() and place.isdecimal() and len(place) < 6 else len(typed)
    found = completions(typed, number, guides(list_page.vocabulary(db_session())))
    return jsonify(
        start=found.start,
        end=found.end,
        options=[{"text": one.text, "label": one.label} for one in found.options],
    )


@bp.get("/fields")
@may("requirement.read")
def fields() -> ResponseReturnValue:
    """Show every field of the query language with what it takes."""
    known = list_page.vocabulary(db_session())
    return render_template("requirements/fields.html", guides=guides(known))


@bp.get("/export.<kind>")
@may("requirement.read")
def export(kind: str) -> ResponseReturnValue:
    """Send every row of what the list shows as CSV or XLSX."""
    if kind not in {"csv", "xlsx"}:
        raise NotFound(_("Lists are sent as CSV or XLSX."))
    session = db_session()
    known = list_page.vocabulary(session)
    asked = read_asked(session, current_user, known, request.args)
    try:
        header, rows = rows_of(session, current_user, known, asked.typed, asked.sort, asked.columns)
    except QueryError as error:
        raise Invalid(error.sentence.text(_)) from None
    parts: Iterator[str] | Iterator[bytes] = (
        xlsx_parts(header, rows)
        if kind == "xlsx"
        else csv_parts(header, rows, mark="mark" in request.args)
    )
    media_type = XLSX_TYPE if kind == "xlsx" else CSV_TYPE
    answer = streamed(parts, media_type)
    name = f"requirements-{clock.today().isoformat()}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
