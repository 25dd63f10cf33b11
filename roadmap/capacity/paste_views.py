"""The page that takes a roster, base loads or throughput from a spreadsheet, looked at first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap import clock
from roadmap.capacity import counts, loads, shifts
from roadmap.capacity.forms import PasteForm, clock_text
from roadmap.capacity.pages import days_text, monday_of
from roadmap.capacity.pasted import (
    BASE,
    COUNTS,
    ROSTER,
    THROUGHPUT,
    Read,
    read_base_loads,
    read_counts,
    read_roster,
    read_throughput,
)
from roadmap.capacity.queue_views import ROSTERED_FOR, back_to, bp, editable, in_zone
from roadmap.capacity.reading import Column
from roadmap.errors import Invalid, NotFound
from roadmap.mechanisms.models import Mechanism
from roadmap.web.guard import may
from roadmap.web.i18n import _, ngettext
from roadmap.web.session import db_session
from roadmap.web.templating import day, number
from roadmap.wording import N_


@dataclass(frozen=True)
class _Kind:
    """One kind of block: its columns, an example, how it is read, shown and stored."""

    title: str
    columns: tuple[Column, ...]
    example: str
    read: Callable[[PasteForm], Read]
    cells: Callable[[Any], list[str]]
    store: Callable[[Mechanism, PasteForm, list[Any]], object]


def _shift_cells(row: shifts.ShiftSpec) -> list[str]:
    hours = f"{clock_text(row.starts)}–{clock_text(row.ends)}"
    here = _("by shrinkage") if row.present is None else number(row.present, 1)
    return [
        ", ".join(row.languages) or _("any"),
        days_text(list(row.weekdays)),
        hours,
        number(row.rostered, 1),
        here,
        f"{day(row.first_day)} – {day(row.last_day)}",
    ]


def _store_roster(found: Mechanism, form: PasteForm, rows: list[Any]) -> object:
    return shifts.add_shifts(
        db_session(), current_user, found, rows, replace_running=bool(form.replace.data)
    )


def _store_newest(found: Mechanism, _form: PasteForm, rows: list[Any]) -> object:
    """Store the newest of some counts: the line of today is what matters."""
    moment, items = max(rows)
    at = in_zone(found, moment)
    return counts.put_backlog(db_session(), current_user, found, items, at)


_KINDS = {
    "roster": _Kind(
        N_("Paste a roster"),
        ROSTER,
        "lisbon\tde, en\tMon-Fri\t06:00-14:00\t20\t17",
        lambda form: read_roster(
            db_session(), form.rows.data or "", form.first_day.data, form.last_day.data
        ),
        _shift_cells,
        _store_roster,
    ),
    "base": _Kind(
        N_("Paste the base load"),
        BASE,
        "de\t42000\t48",
        lambda form: read_base_loads(
            db_session(), form.rows.data or "", form.until.data or clock.today()
        ),
        lambda row: [
            row.language or _("all"),
            number(row.weekly),
            number(row.handling_seconds, 1),
            day(row.measured_until),
        ],
        lambda found, _form, rows: loads.put_base_loads(db_session(), current_user, found, rows),
    ),
    "throughput": _Kind(
        N_("Paste decisions a day by week"),
        THROUGHPUT,
        "2026-W46\t4250",
        lambda form: read_throughput(form.rows.data or ""),
        lambda row: [day(row[0]), number(row[1])],
        lambda found, _form, rows: loads.put_throughput(
            db_session(), current_user, found, dict(rows)
        ),
    ),
    "waiting": _Kind(
        N_("Paste counts of what waits"),
        COUNTS,
        "2026-11-22 06:00\t5400",
        lambda form: read_counts(form.rows.data or ""),
        lambda row: [f"{day(row[0].date())} {row[0]:%H:%M}", number(row[1])],
        _store_newest,
    ),
}
# What the columns of a look at the rows are called.
HEADS = {
    "roster": (N_("Languages"), N_("Days"), N_("Hours"), N_("Rostered"), N_("On duty"), N_("Runs")),
    "base": (N_("Language"), N_("Items a week"), N_("Seconds"), N_("Measured until")),
    "throughput": (N_("Week of"), N_("Decisions a day")),
    "waiting": (N_("Counted"), N_("Items waiting")),
}
# Where each is shown.
PLACES = {"roster": "roster", "base": "base", "throughput": "throughput", "waiting": "waiting"}


@bp.route("/paste/<what>", methods=["GET", "POST"])
@may("mechanism.edit")
def paste(key: str, what: str) -> ResponseReturnValue:
    """Take a block from a spreadsheet: first a look at it, then all of it or nothing."""
    found = editable(key)
    kind = _KINDS.get(what)
    if kind is None:
        raise NotFound(_("There is nothing to paste here."))
    today = clock.today()
    first = monday_of(today) + timedelta(days=7)
    form = PasteForm(data={"first_day": first, "last_day": first + ROSTERED_FOR, "until": today})
    read = Read()
    if form.validate_on_submit():
        read = kind.read(form)
        if not read.problems and "store" in request.form:
            try:
                kind.store(found, form, read.rows)
            except Invalid as error:
                form.refuse(error)
            else:
                count = len(read.rows)
                flash(ngettext("%(num)s row stored.", "%(num)s rows stored.", count), "success")
                return back_to(key, PLACES[what])
    page = render_template(
        "capacity/paste.html",
        mechanism=found,
        form=form,
        what=what,
        kind=kind,
        heads=HEADS[what],
        problems=read.problems,
        rows=[(line, kind.cells(row)) for line, row in zip(read.lines, read.rows, strict=True)],
    )
    return page, 422 if read.problems or form.problems else 200
