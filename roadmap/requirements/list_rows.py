"""Rows of the list of requirements as people read them: the template only lays them out.

What is the same in every row, such as addresses and the head of a cell, is made once for a page.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from flask import url_for
from markupsafe import Markup

from roadmap.accounts.current import Actor
from roadmap.lists.kinds import FieldKind
from roadmap.requirements.columns import SCOPES, Beside, Column
from roadmap.requirements.list_asked import Asked
from roadmap.requirements.wording import kind_word, needed_text, severity_word
from roadmap.web.chips import requirement_state
from roadmap.web.i18n import _
from roadmap.web.templating import address_before, day, money, number

# Scope codes below a title; more are told by dots.
_CODES_SHOWN = 6
_CLASSES = dict.fromkeys(("needed", "updated", "word", "created"), "nw") | {"support": "md"}
_Cell = Callable[[Any, Beside], str]


class Line(NamedTuple):
    """One row; ``cells`` are (opening tag, content). Without ``edit`` it is not the reader's."""

    id: int
    key: str
    title: str
    codes: str
    address: str
    edit: str | None
    inputs: str
    choose: str
    change: str
    cells: Sequence[tuple[Markup, str]]


def _score(row: Any, _beside: Beside) -> str:
    if row.effective_score is None:
        return Markup('<span class="dim">{}</span>').format(_("unscored"))
    shown = number(row.effective_score, 1)
    if row.score is not None:
        return shown
    return Markup('{}<span class="sub">{}</span>').format(shown, _("lifted"))


_CELLS: dict[str, _Cell] = {
    "state": lambda row, _beside: requirement_state(row.state),
    "rank": lambda row, _beside: number(row.rank),
    "score": _score,
    "needed": lambda row, _beside: needed_text(
        row.needed_by, row.needed_by_precision, day(row.needed_by)
    ),
    "team": lambda row, beside: beside.teams.get(row.team_id, ""),
    "support": lambda row, beside: beside.support.get(row.id, ""),
    "updated": lambda row, _beside: day(row.updated_at),
    "kind": lambda row, _beside: kind_word(row.kind),
    "severity": lambda row, _beside: severity_word(row.severity),
    "requester": lambda row, beside: beside.people.get(row.requester_id, ""),
    "volume": lambda row, _beside: number(row.weekly_volume),
    "sellers": lambda row, _beside: number(row.sellers_affected),
    "people": lambda row, _beside: number(row.people_affected),
    "value": lambda row, _beside: money(row.value_at_stake, row.currency),
    "word": lambda row, _beside: day(row.next_word_on),
    "created": lambda row, _beside: day(row.created_at),
}


def _own(column: Column, row: Any, beside: Beside) -> str:
    value = beside.own(column, row.id)
    if column.own is not None and column.own.kind is FieldKind.DATE and value is not None:
        return day(value)  # type: ignore[arg-type]
    return beside.told(column, row.id)


def _content(column: Column) -> _Cell:
    """Return what writes the cells of a column."""
    if column.own is not None:
        return partial(_own, column)
    if column.code in SCOPES:
        return lambda row, beside: beside.scope(row.id, column.code)
    return _CELLS[column.code]


def _opening(column: Column) -> Markup:
    classes = "num" if column.numeric else _CLASSES.get(column.code, "")
    named = Markup(' class="{}"').format(classes) if classes else ""
    label = Markup(' data-l="{}"').format(_(column.label)) if column.code != "state" else ""
    return Markup("<td{}{}>").format(named, label)


def lines(
    rows: Iterable[Any], asked: Asked, beside: Beside, reader: Actor, back: str
) -> list[Line]:
    """Return rows of the list in words; ``back`` are the arguments of the list's address."""
    columns = [(_opening(column), _content(column)) for column in asked.columns]
    record = address_before("requirements.show", "key")
    edit = url_for("requirements.index", **asked.address(edit="REQ-"))  # type: ignore[arg-type]
    inputs, _key, rest = url_for("requirements.edit_row", key="KEY", back=back).partition("KEY")
    every, own = reader.may("requirement.edit_any"), reader.may("requirement.submit")
    choose, change = _("Choose %(key)s"), _("Edit %(key)s here")
    found = []
    for row in rows:
        key = f"REQ-{row.id}"
        editable = every or (own and row.requester_id == reader.id)
        found.append(
            Line(
                row.id,
                key,
                row.title,
                _codes(beside.subtitle(row.id)),
                record + key,
                f"{edit}{row.id}#row-{row.id}" if editable else None,
                f"{inputs}{key}{rest}",
                choose % {"key": key},
                change % {"key": key},
                [(opening, content(row, beside)) for opening, content in columns],
            )
        )
    return found


def _codes(codes: Sequence[str]) -> str:
    shown = ", ".join(codes[:_CODES_SHOWN])
    return f"{shown}, …" if len(codes) > _CODES_SHOWN else shown
