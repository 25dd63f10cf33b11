"""Rows of the list of requirements as people read them.

A page is put in words column by column: what many rows say alike, such as a state or a team, is
written once. What is the same in every row, such as the addresses around its key, is laid out by a
template with places that each row fills.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple, TypeAlias

from flask import url_for
from markupsafe import Markup

from roadmap.accounts.current import Actor
from roadmap.lists.kinds import FieldKind
from roadmap.requirements.columns import SCOPES, Beside, Column
from roadmap.requirements.list_asked import Asked
from roadmap.requirements.wording import kind_word, needed_text, severity_word
from roadmap.web.chips import requirement_state
from roadmap.web.compiling import safe
from roadmap.web.i18n import _
from roadmap.web.templating import address_before, amount, day, days_of_page, number, same_part

# Scope codes below a title; more are told by dots.
_CODES_SHOWN = 6
_CLASSES = dict.fromkeys(("needed", "updated", "word", "created"), "nw") | {"support": "md"}
# The columns of the table a cell is made of, and how what they hold is said.
_Cell: TypeAlias = tuple[tuple[str, ...], Callable[[Any], str]]
# What rows hold, by column of the table.
_Held: TypeAlias = Mapping[str, Sequence[Any]]


class Line(NamedTuple):
    """One row: its key, and its markup."""

    id: int
    markup: Markup


def _score(scores: tuple[float | None, float | None]) -> str:
    """Return the score that counts; without one of its own a requirement is lifted to it."""
    effective, own = scores
    if effective is None:
        return Markup('<span class="dim">{}</span>').format(_("unscored"))
    shown = number(effective, 1)
    if own is not None:
        return shown
    return Markup('{}<span class="sub">{}</span>').format(shown, _("lifted"))


def _cells(beside: Beside) -> dict[str, _Cell]:
    """Return what each column of the list is made of, and how that is said."""
    write = days_of_page()
    return {
        "state": (("state",), requirement_state),
        "rank": (("rank",), number),
        "score": (("effective_score", "score"), _score),
        "needed": (
            ("needed_by", "needed_by_precision"),
            lambda needed: needed_text(needed[0], needed[1], write(needed[0])),
        ),
        "team": (("team_id",), lambda team: beside.teams.get(team, "")),
        "support": (("id",), lambda key: beside.support.get(key, "")),
        "updated": (("updated_at",), write),
        "kind": (("kind",), kind_word),
        "severity": (("severity",), severity_word),
        "requester": (("requester_id",), lambda one: beside.people.get(one, "")),
        "volume": (("weekly_volume",), number),
        "sellers": (("sellers_affected",), number),
        "people": (("people_affected",), number),
        "value": (("value_at_stake", "currency"), lambda value: amount(*value)),
        "word": (("next_word_on",), write),
        "created": (("created_at",), write),
    }


def _own(column: Column, beside: Beside, key: int) -> str:
    value = beside.own(column, key)
    if column.own is not None and column.own.kind is FieldKind.DATE and value is not None:
        return day(value)  # type: ignore[arg-type]
    return beside.told(column, key)


@lru_cache(maxsize=256)
def _opening(code: str, label: str, numeric: bool) -> Markup:
    classes = "num" if numeric else _CLASSES.get(code, "")
    named = Markup(' class="{}"').format(classes) if classes else ""
    said = Markup(' data-l="{}"').format(label) if code != "state" else ""
    return Markup("<td{}{}>").format(named, said)


def _cell(column: Column, known: Mapping[str, _Cell], beside: Beside) -> _Cell:
    if column.own is not None:
        return ("id",), partial(_own, column, beside)
    if column.code in SCOPES:
        return ("id",), lambda key: beside.scope(key, column.code)
    return known[column.code]


def _written(
    column: Column, held: _Held, known: Mapping[str, _Cell], beside: Beside
) -> Sequence[str]:
    """Return the cells of a column, one for each row; equal values are put in words once."""
    names, say = _cell(column, known, beside)
    values = held[names[0]] if len(names) == 1 else tuple(zip(*map(held.get, names), strict=True))
    opening = _opening(column.code, _(column.label), column.numeric)
    words = {value: f"{opening}{safe(say(value))}</td>" for value in set(values)}
    return [words[value] for value in values]


def lines(
    rows: Sequence[Any], asked: Asked, beside: Beside, reader: Actor, back: str
) -> list[Line]:
    """Return rows of the list in words; ``back`` are the arguments of the list's address."""
    if not rows:
        return []
    # By column: what all rows hold in it.
    held: _Held = dict(zip(rows[0]._fields, zip(*rows, strict=True), strict=True))
    known = _cells(beside)
    cells = zip(*(_written(one, held, known, beside) for one in asked.columns), strict=True)
    every, own = reader.may("requirement.edit_any"), reader.may("requirement.submit")
    plain, editable = _pattern(own, False), _pattern(own, True)
    filled = _addresses(asked, back)
    found = []
    for key, title, requester, row in zip(
        held["id"], held["title"], held["requester_id"], cells, strict=True
    ):
        filled |= {
            "id": key,
            "title": safe(title),
            "codes": _codes(beside.subtitle(key)),
            "cells": "".join(row),
        }
        mine = every or (own and requester == reader.id)
        found.append(Line(key, Markup((editable if mine else plain) % filled)))  # noqa: S704 - escaped
    return found


def _pattern(picks: bool, editable: bool) -> str:
    """Return the markup of a row with places for what rows and lists differ in."""
    # As plain text: what goes into its places is escaped already.
    return str(same_part("requirements/_row.html", picks=picks, editable=editable))


def _addresses(asked: Asked, back: str) -> dict[str, Any]:
    """Return what stands around the keys in the addresses of a row, alike in all of a list."""
    inputs = url_for("requirements.edit_row", key="KEY", back=back)
    before, after = inputs.split("KEY", 1)
    edit = url_for("requirements.index", **asked.address(edit="REQ-"))  # type: ignore[arg-type]
    record = address_before("requirements.show", "key")
    named = {"record": record, "edit": edit, "inputs": before, "back": after}
    return {name: safe(address) for name, address in named.items()}


def _codes(codes: Sequence[str]) -> str:
    if not codes:
        return ""
    shown = ", ".join(codes[:_CODES_SHOWN])
    return safe(f" · {shown}, …" if len(codes) > _CODES_SHOWN else f" · {shown}")
