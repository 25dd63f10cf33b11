"""The list of requirements: filters, columns, completion, and files of exactly what it shows."""

from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.errors import Invalid
from roadmap.lists.answering import check_kind, columns_to, completion, narrow_to, sent
from roadmap.lists.asking import state_chips
from roadmap.lists.kinds import FieldKind
from roadmap.lists.language import Query, QueryError, parse, word_at
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

__all__ = ["bp"]

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
    chosen = query.values_of("state")
    states = (
        (state, state_word(state), count)
        for state, count in counts.items()
        if count != "0" or state in chosen
    )
    return state_chips(url_for("requirements.index"), asked, query, states)


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
    """Turn the menus' choices into a query and show the list."""
    return narrow_to("requirements.index", request.args)


@bp.get("/columns")
@may("requirement.read")
def columns() -> ResponseReturnValue:
    """Show the list with the columns that were ticked, in their order."""
    return columns_to("requirements.index", DEFAULT, request.args)


@bp.get("/complete")
@may("requirement.read")
def complete() -> ResponseReturnValue:
    """Return what may stand at a place of a query, as JSON."""
    return completion(request.args, guides(list_page.vocabulary(db_session())))


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
    check_kind(kind)
    session = db_session()
    known = list_page.vocabulary(session)
    asked = read_asked(session, current_user, known, request.args)
    try:
        header, rows = rows_of(session, current_user, known, asked.typed, asked.sort, asked.columns)
    except QueryError as error:
        raise Invalid(error.sentence.text(_)) from None
    return sent(kind, "requirements", header, rows, mark="mark" in request.args)
