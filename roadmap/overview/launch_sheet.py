"""Everything the list of launches shows, as rows of a file; and what its views may keep."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.errors import Invalid
from roadmap.lists.asking import Usual
from roadmap.lists.language import parse
from roadmap.lists.registry import ListKind, Shown
from roadmap.overview.launch_columns import COLUMNS, DEFAULT, Column, cell, chosen_columns
from roadmap.overview.launch_fields import DEFAULT_SORT
from roadmap.overview.launch_list import Known, every_row, known_to, where_of
from roadmap.web.i18n import _
from roadmap.wording import N_

USUAL = Usual("launches", DEFAULT_SORT, DEFAULT)


def rows_of(
    session: Session,
    actor: Actor,
    known: Known,
    typed: str,
    sort: str,
    columns: Sequence[Column],
) -> tuple[list[str], Iterator[list[Any]]]:
    """Return header and rows of a file; raises what is wrong before the first row is read."""
    query = parse(typed)
    where_of(actor, known.vocabulary, query)
    known.vocabulary.order(sort)
    header = [_("Key"), _("Title"), *(_(column.label) for column in columns)]
    found = every_row(session, actor, known, query, sort, columns)
    rows = (
        [row.key, row.title, *(cell(column, row, beside) for column in columns)]
        for row, beside in found
    )
    return header, rows


def _view_rows(
    session: Session, actor: Actor, shown: Shown
) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
    columns, sort = chosen_columns(shown.columns), shown.sort or DEFAULT_SORT
    return rows_of(session, actor, known_to(session, actor), shown.query, sort, columns)


def _check(session: Session, actor: Actor, shown: Shown) -> None:
    """Refuse a view the list could not show."""
    known = known_to(session, actor).vocabulary
    where_of(actor, known, parse(shown.query))
    known.order(shown.sort or DEFAULT_SORT)
    unknown = [code for code in shown.columns if code not in COLUMNS]
    if unknown:
        raise Invalid(_("This list has no column %(code)s.", code=unknown[0][:40]))


KIND = ListKind(
    USUAL.list_code, N_("Launches"), "launch_list.index", "launch.read", _check, _view_rows
)
