"""Rows of the list of requirements as people read them.

What is the same in every row, such as addresses and the head of a cell, is made once for a page:
a template lays out one row, with places that each row fills.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple

from flask import render_template, url_for
from markupsafe import Markup

from roadmap.accounts.current import Actor
from roadmap.lists.kinds import FieldKind
from roadmap.requirements.columns import SCOPES, Beside, Column
from roadmap.requirements.list_asked import Asked
from roadmap.requirements.wording import kind_word, needed_text, severity_word
from roadmap.web.chips import requirement_state
from roadmap.web.compiling import safe
from roadmap.web.i18n import _
from roadmap.web.templating import address_before, amount, day, days_of_page, number

# Scope codes below a title; more are told by dots.
_CODES_SHOWN = 6
_CLASSES = dict.fromkeys(("needed", "updated", "word", "created"), "nw") | {"support": "md"}
_Cell = Callable[[Any, Beside], str]


class Line(NamedTuple):
    """One row: its key, and its markup."""

    id: int
    markup: Markup


def _score(row: Any, _beside: Beside) -> str:
    if row.effective_score is None:
        return Markup('<span class="dim">{}</span>').format(_("unscored"))
    shown = number(row.effective_score, 1)
    if row.score is not None:
        return shown
    return Markup('{}<span class="sub">{}</span>').format(shown, _("lifted"))


_CELLS: dict[str, _Cell] = {
    "rank": lambda row, _beside: number(row.rank),
    "score": _score,
    "team": lambda row, beside: beside.teams.get(row.team_id, ""),
    "support": lambda row, beside: beside.support.get(row.id, ""),
    "kind": lambda row, _beside: kind_word(row.kind),
    "severity": lambda row, _beside: severity_word(row.severity),
    "requester": lambda row, beside: beside.people.get(row.requester_id, ""),
    "volume": lambda row, _beside: number(row.weekly_volume),
    "sellers": lambda row, _beside: number(row.sellers_affected),
    "people": lambda row, _beside: number(row.people_affected),
    "value": lambda row, _beside: amount(row.value_at_stake, row.currency),
}


def _cells_of_page() -> dict[str, _Cell]:
    """Return what writes the cells of each column, with what one page says alike."""
    day, states = days_of_page(), cache(requirement_state)
    return _CELLS | {
        "state": lambda row, _beside: states(row.state),
        "needed": lambda row, _beside: needed_text(
            row.needed_by, row.needed_by_precision, day(row.needed_by)
        ),
        "updated": lambda row, _beside: day(row.updated_at),
        "word": lambda row, _beside: day(row.next_word_on),
        "created": lambda row, _beside: day(row.created_at),
    }


def _own(column: Column, row: Any, beside: Beside) -> str:
    value = beside.own(column, row.id)
    if column.own is not None and column.own.kind is FieldKind.DATE and value is not None:
        return day(value)  # type: ignore[arg-type]
    return beside.told(column, row.id)


def _content(column: Column, cells: Mapping[str, _Cell]) -> _Cell:
    """Return what writes the cells of a column."""
    if column.own is not None:
        return partial(_own, column)
    if column.code in SCOPES:
        return lambda row, beside: beside.scope(row.id, column.code)
    return cells[column.code]


@lru_cache(maxsize=256)
def _opening(code: str, label: str, numeric: bool) -> Markup:
    classes = "num" if numeric else _CLASSES.get(code, "")
    named = Markup(' class="{}"').format(classes) if classes else ""
    said = Markup(' data-l="{}"').format(label) if code != "state" else ""
    return Markup("<td{}{}>").format(named, said)


def lines(
    rows: Iterable[Any], asked: Asked, beside: Beside, reader: Actor, back: str
) -> list[Line]:
    """Return rows of the list in words; ``back`` are the arguments of the list's address."""
    known = _cells_of_page()
    columns = [
        (_opening(column.code, _(column.label), column.numeric), _content(column, known))
        for column in asked.columns
    ]
    every, own = reader.may("requirement.edit_any"), reader.may("requirement.submit")
    pattern = cache(partial(_pattern, asked, back, own))
    found = []
    for row in rows:
        cells = [f"{opening}{safe(content(row, beside))}</td>" for opening, content in columns]
        filled = pattern(every or (own and row.requester_id == reader.id)) % {
            "id": row.id,
            "key": f"REQ-{row.id}",
            "title": safe(row.title),
            "codes": _codes(beside.subtitle(row.id)),
            "cells": "".join(cells),
        }
        found.append(Line(row.id, Markup(filled)))  # noqa: S704 - each part was escaped
    return found


def _pattern(asked: Asked, back: str, picks: bool, editable: bool) -> str:
    """Return the markup of a row with places for what rows differ in, made once a page."""
    return render_template(
        "requirements/_row.html",
        picks=picks,
        editable=editable,
        record=address_before("requirements.show", "key"),
        edit=url_for("requirements.index", **asked.address(edit="REQ-")),  # type: ignore[arg-type]
        inputs=url_for("requirements.edit_row", key="KEY", back=back),
    )


def _codes(codes: Sequence[str]) -> str:
    if not codes:
        return ""
    shown = ", ".join(codes[:_CODES_SHOWN])
    return safe(f" · {shown}, …" if len(codes) > _CODES_SHOWN else f" · {shown}")
