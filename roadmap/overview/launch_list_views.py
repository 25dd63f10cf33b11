"""The list of launches: a query, views, columns, completion, files of exactly what it shows."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from roadmap.errors import Invalid
from roadmap.launches.kinds import LaunchState
from roadmap.launches.wording import TYPES as TYPE_WORDS
from roadmap.lists.answering import check_kind, columns_to, completion, narrow_to, sent
from roadmap.lists.asking import Asked, read_asked, state_chips
from roadmap.lists.language import Query, QueryError, parse, word_at
from roadmap.overview import launch_list
from roadmap.overview.launch_columns import COLUMNS, Column, chosen_columns
from roadmap.overview.launch_fields import OUTLOOKS, TYPES, Vocabulary
from roadmap.overview.launch_guides import guides
from roadmap.overview.launch_list import Known, Row
from roadmap.overview.launch_page import new_url
from roadmap.overview.launch_sheet import USUAL, rows_of
from roadmap.overview.silence import worker_silence
from roadmap.web.chips import launch_state_word
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.menus import Choices
from roadmap.web.paging import Page
from roadmap.web.session import db_session
from roadmap.web.templating import number

bp = Blueprint("launch_list", __name__, url_prefix="/launches/list")


def _asked(session: Session, known: Vocabulary) -> Asked[Column]:
    return read_asked(session, current_user, USUAL, request.args, chosen_columns, known.order)


@bp.get("")
@may("launch.read")
def index() -> ResponseReturnValue:
    """List the launches a query names, with what each leans towards and why."""
    session = db_session()
    known = launch_list.known_to(session, current_user)
    asked = _asked(session, known.vocabulary)
    query, page, problem = Query(), Page[Row]([], None, None), None
    try:
        query = parse(asked.typed)
        marks = (request.args.get("after"), request.args.get("before"))
        page = launch_list.page_of(
            session, current_user, known.vocabulary, query, asked.sort, marks
        )
    except QueryError as error:
        problem = error
    html = render_template(
        "overview/launches.html",
        asked=asked,
        query=query,
        problem=problem,
        wrong=word_at(asked.typed, problem.position) if problem else None,
        guides=guides(known.vocabulary) if problem else {},
        page=page,
        **_beside(session, known, asked, page),
        chips=_state_chips(asked, query, launch_list.state_counts(session, current_user)),
        menus=_menus(known.vocabulary),
        every=COLUMNS,
        silence=worker_silence(session),
        new_url=new_url(current_user),
    )
    return html, 422 if problem else 200


def _beside(
    session: Session, known: Known, asked: Asked[Column], page: Page[Row]
) -> dict[str, Any]:
    beside = launch_list.beside_of(session, current_user, known, asked.columns, page.rows)
    return {"beside": beside, "types": TYPE_WORDS}


def _state_chips(
    asked: Asked[Column], query: Query, counts: dict[LaunchState, int]
) -> list[tuple[str, str | None, str, bool]]:
    states = (
        (state.value, launch_state_word(state.value), number(many))
        for state, many in counts.items()
    )
    return state_chips(url_for(".index"), asked, query, states)


def _menus(known: Vocabulary) -> dict[str, tuple[str, Choices]]:
    """Return for each menu its label and its (value, name) choices."""
    words, said = known.words, guides(known)
    outlooks = {code: code.replace("_", " ").upper() for code in OUTLOOKS}
    return {
        "outlook": (_("Outlook"), tuple((code, _(word)) for code, word in outlooks.items())),
        "verdict": (_("Verdict"), tuple(said["verdict"].values)),
        "tier": (_("Tier"), tuple(said["tier"].values)),
        "market": (_("Market"), words.markets),
        "language": (_("Language"), words.languages),
        "surface": (_("Surface"), words.surfaces),
        "policy": (_("Policy area"), words.policy_areas),
        "team": (_("Team"), (("me", _("My teams")), *known.teams.active)),
        "type": (_("Type"), tuple((code, _(TYPE_WORDS[kind])) for code, kind in TYPES.items())),
    }


@bp.get("/filter")
@may("launch.read")
def narrow() -> ResponseReturnValue:
    """Turn the menus' choices into a query and show the list."""
    return narrow_to(".index", request.args)


@bp.get("/columns")
@may("launch.read")
def columns() -> ResponseReturnValue:
    """Show the list with the columns that were ticked, in their order."""
    return columns_to(".index", USUAL.columns, request.args)


@bp.get("/complete")
@may("launch.read")
def complete() -> ResponseReturnValue:
    """Return what may stand at a place of a query, as JSON."""
    return completion(request.args, guides(launch_list.words_known(db_session(), current_user)))


@bp.get("/fields")
@may("launch.read")
def fields() -> ResponseReturnValue:
    """Show every field of the query language with what it takes."""
    known = launch_list.words_known(db_session(), current_user)
    return render_template("overview/launch_fields.html", guides=guides(known))


@bp.get("/export.<kind>")
@may("launch.read")
def export(kind: str) -> ResponseReturnValue:
    """Send every row of what the list shows as CSV or XLSX."""
    check_kind(kind)
    session = db_session()
    known = launch_list.known_to(session, current_user)
    asked = _asked(session, known.vocabulary)
    try:
        header, rows = rows_of(session, current_user, known, asked.typed, asked.sort, asked.columns)
    except QueryError as error:
        raise Invalid(error.sentence.text(_)) from None
    return sent(kind, "launches", header, rows, mark="mark" in request.args)
