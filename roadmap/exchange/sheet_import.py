"""Store the launches of a roadmap sheet: all or nothing, its status as dated claims.

The same sheet again changes nothing; a changed cell changes its launch, found by its key.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.db import Database
from roadmap.errors import Conflict, Forbidden, Invalid
from roadmap.exchange.problems import Problem, shorten
from roadmap.exchange.sheet_answers import SheetAnswers, remember
from roadmap.exchange.sheet_compare import (
    PREFIX,
    Comparison,
    Reading,
    Step,
    compare,
    new_launch,
    only_forecast,
    only_phase,
    read_sheet,
)
from roadmap.exchange.sheet_models import LaunchSheet
from roadmap.exchange.sheet_report import SheetReport
from roadmap.launches.access import Asker
from roadmap.launches.models import Launch
from roadmap.launches.phases import PhaseSpec, set_phases
from roadmap.launches.scope import ForecastSpec, put_forecast, set_scope
from roadmap.launches.service import create_launch, edit_launch
from roadmap.launches.telling import tell
from roadmap.requirements.rules import DatePrecision
from roadmap.taxonomy.scope import parse_cell
from roadmap.web.i18n import _

Progress = Callable[[int, int], None]


def import_sheet(
    database: Database,
    data: bytes,
    file_name: str,
    answers: SheetAnswers,
    *,
    encoding: str | None = None,
    dry_run: bool = False,
) -> SheetReport:
    """Import a roadmap sheet in one transaction; a dry run stores nothing, reports the same.

    Raise ``TableError`` or ``MappingError`` when the file is no such sheet.
    """
    if dry_run:
        with database.reading() as session:
            reading = read_sheet(session, data, file_name, answers, encoding=encoding)
            return report_of(reading, compare(session, reading), stored=False)
    with database.writing() as session:
        return store_reading(
            session, read_sheet(session, data, file_name, answers, encoding=encoding)
        )


def store_reading(session: Session, reading: Reading) -> SheetReport:
    """Store a sheet as the command line and the demo do, for nobody; keep its columns and order."""
    report, now = store(session, None, reading), clock.now()
    row = LaunchSheet(
        token=f"command-{now:%Y%m%d%H%M%S%f}"[:40],
        person_id=None,
        file_name=reading.file_name[-200:],
        answers=reading.answers.as_json(),
        created_at=now,
    )
    note_stored(row, reading, report)
    session.add(row)
    return report


def note_stored(row: LaunchSheet, reading: Reading, report: SheetReport) -> None:
    """Keep with a sheet's row what was stored, its columns and its order."""
    row.source, row.state, row.report = reading.source, "done", report.as_json()
    row.layout = {
        "columns": [label for label, _text in _cells_of(reading)],
        "keys": [draft.key for draft in reading.plan.drafts],
    }
    row.finished_at = clock.now()


def _cells_of(reading: Reading) -> list[tuple[str, str]]:
    drafts = reading.plan.drafts
    return list(drafts[0].cells) if drafts else []


def store(session: Session, actor: Asker | None, reading: Reading) -> SheetReport:
    """Store what is new and what changed; return what was done."""
    found = compare(session, reading)
    for step in found.new:
        _create(session, actor, reading, step)
    for step in found.changed:
        _update(session, actor, step, found.problems)
    remember(session, reading.sheet.fingerprint(), reading.source, reading.answers)
    return report_of(reading, found, stored=True)


def _create(session: Session, actor: Asker | None, reading: Reading, step: Step) -> None:
    draft = step.draft
    if step.values["cells"] is None:
        # The places could not be made cells, and the report says why: the launch has no scope.
        draft = replace(draft, markets=(), surfaces=())
    launch = create_launch(
        session,
        actor,
        new_launch(
            draft,
            claim=dict(step.claim),
            source=PREFIX + reading.source,
            source_key=draft.key,
        ),
    )
    if draft.volume is not None:
        put_forecast(session, actor, launch, _forecast(step))


def _forecast(step: Step, number: int | None = None) -> ForecastSpec:
    likely, low, high = step.values["volume"]
    note = _("from the sheet: %(text)s", text=step.draft.texts.get("volume", ""))
    return ForecastSpec(likely=likely, low=low, high=high, note=note[:300], id=number)


def _update(session: Session, actor: Asker | None, step: Step, problems: list[Problem]) -> None:
    """Set what changed; what the launch does not allow any more is said, and the claim renewed."""
    launch = step.launch
    if launch is None:
        return
    for name, apply in _SETTERS.items():
        if any(part in step.values for part in _PARTS[name]):
            try:
                apply(session, actor, launch, step)
            except (Invalid, Conflict, Forbidden) as error:
                draft = step.draft
                problems.append(Problem(draft.line, "", shorten(draft.title), error.message))
    launch.claim = dict(step.claim)
    tell(session, actor, launch, "launch.imported_again")


def _set_plain(session: Session, actor: Asker | None, launch: Launch, step: Step) -> None:
    given = {name: step.values[name] for name in _PARTS["plain"] if name in step.values}
    if "summary" in given:
        given["summary"] = given["summary"] or ""
    edit_launch(session, actor, launch, given)


def _set_date(session: Session, actor: Asker | None, launch: Launch, step: Step) -> None:
    if launch.commitment_no is not None:
        raise Invalid(_("The date is committed. Move it on the launch's page, with the reason."))
    phase, told = only_phase(launch), step.values["date"]
    if phase is None:
        return
    spec = PhaseSpec(
        name=phase.name,
        share=phase.share,
        starts_on=date.fromisoformat(told[0]) if told else None,
        precision=DatePrecision(told[1]) if told else DatePrecision.DAY,
        id=phase.id,
    )
    set_phases(session, actor, launch, [spec])


def _set_volume(session: Session, actor: Asker | None, launch: Launch, step: Step) -> None:
    if step.values["volume"] is not None:
        known = only_forecast(launch)
        put_forecast(session, actor, launch, _forecast(step, known.id if known else None))


def _set_cells(session: Session, actor: Asker | None, launch: Launch, step: Step) -> None:
    set_scope(session, actor, launch, [parse_cell(one) for one in step.values["cells"] or ()])


_PARTS: dict[str, tuple[str, ...]] = {
    "plain": ("title", "summary", "owner_id", "team_id"),
    "date": ("date",),
    "volume": ("volume",),
    "cells": ("cells",),
}
_SETTERS: dict[str, Callable[[Session, Asker | None, Launch, Step], Any]] = {
    "plain": _set_plain,
    "date": _set_date,
    "volume": _set_volume,
    "cells": _set_cells,
}


def report_of(reading: Reading, found: Comparison, *, stored: bool) -> SheetReport:
    """Return what was done, or would be."""
    plan = reading.plan
    return SheetReport(
        file_name=reading.file_name,
        source=reading.source,
        worksheet=reading.sheet.name,
        others=reading.others,
        header_line=reading.sheet.header_line,
        preamble=reading.sheet.preamble,
        rows=len(plan.drafts) + plan.refused,
        created=len(found.new),
        changed=len(found.changed),
        unchanged=len(found.steps) - len(found.new) - len(found.changed),
        refused=plan.refused,
        gone=tuple(found.gone),
        lights=dict(Counter(one.claim.value for one in plan.drafts if one.claim is not None)),
        columns=plan.columns,
        problems=tuple(sorted((*plan.problems, *found.problems), key=lambda one: one.line)),
        stored=stored,
        remembered=reading.remembered,
    )
