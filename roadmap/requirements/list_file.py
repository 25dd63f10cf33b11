"""Everything the list of requirements shows, as rows of a file; and what its views may keep."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.errors import Invalid
from roadmap.lists.language import parse
from roadmap.lists.registry import ListKind, Shown
from roadmap.requirements import list_page
from roadmap.requirements.columns import Column, cell, chosen_columns, known_columns
from roadmap.requirements.list_asked import LIST
from roadmap.requirements.list_page import Vocabulary
from roadmap.requirements.listing import DEFAULT_SORT
from roadmap.web.i18n import _
from roadmap.wording import N_


def rows_of(
    session: Session,
    actor: Actor,
    known: Vocabulary,
    typed: str,
    sort: str,
    columns: Sequence[Column],
) -> tuple[list[str], Iterator[list[Any]]]:
    """Return header and rows of a file; raises what is wrong before the first row is read."""
    query = parse(typed)
    list_page.where_of(session, actor, known, query)
    list_page.ordered_by(known, sort)
    header = [_("Key"), _("Title"), *(_(column.label) for column in columns)]
    found = list_page.every_row(session, actor, known, query, sort, columns)
    rows = (
        [f"REQ-{row.id}", row.title, *(cell(column, row, beside) for column in columns)]
        for row, beside in found
    )
    return header, rows


def _view_rows(
    session: Session, actor: Actor, shown: Shown
) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
    known = list_page.vocabulary(session)
    columns = chosen_columns(shown.columns, known.own)
    return rows_of(session, actor, known, shown.query, shown.sort or DEFAULT_SORT, columns)


def _check(session: Session, actor: Actor, shown: Shown) -> None:
    """Refuse a view the list could not show."""
    known = list_page.vocabulary(session)
    list_page.where_of(session, actor, known, parse(shown.query))
    list_page.ordered_by(known, shown.sort or DEFAULT_SORT)
    unknown = [code for code in shown.columns if code not in known_columns(known.own)]
    if unknown:
        raise Invalid(_("This list has no column %(code)s.", code=unknown[0][:40]))


KIND = ListKind(
    LIST, N_("Requirements"), "requirements.index", "requirement.read", _check, _view_rows
)
