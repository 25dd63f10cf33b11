"""Compare a roadmap sheet with the launches it brought before: new, changed, as they were, gone.

A field follows the sheet while nobody changed it here; where both changed, ours is kept and said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from roadmap import clock
from roadmap.errors import Invalid
from roadmap.exchange.problems import Problem, shorten
from roadmap.exchange.sheet_answers import DEFAULT_TYPE, SheetAnswers, recall
from roadmap.exchange.sheet_columns import Sheet, find_sheet, propose
from roadmap.exchange.sheet_grid import read_grids
from roadmap.exchange.sheet_rows import SheetDraft, SheetPlan, plain_key, plan_sheet
from roadmap.exchange.sheet_words import words_of
from roadmap.launches.kinds import LaunchType
from roadmap.launches.models import Forecast, Launch, Phase
from roadmap.launches.service import NewLaunch, scope_of
from roadmap.requirements.rules import DatePrecision
from roadmap.taxonomy.scope import ScopeCell
from roadmap.web.i18n import _

SOURCE_LENGTH = 100
# Before the sheet's name in `Launch.source`, so that no tracker's name can be taken for it.
PREFIX = "sheet: "
VALUES = ("title", "summary", "owner_id", "team_id", "date", "volume", "cells")
_TEXT_OF = {
    "owner_id": ("owner",),
    "team_id": ("team",),
    "cells": ("markets", "languages", "surfaces", "areas"),
}


@dataclass(frozen=True)
class Reading:
    """A sheet as understood, before it is compared."""

    file_name: str
    sheet: Sheet
    others: tuple[str, ...]
    mapping: Mapping[str, str]
    answers: SheetAnswers
    source: str
    plan: SheetPlan
    remembered: bool


@dataclass(frozen=True)
class Step:
    """What one row does: the launch it belongs to (None: a new one) and the values that change.

    ``claim`` is what the launch will say of the sheet; ``values`` what the row sets.
    """

    draft: SheetDraft
    launch: Launch | None
    values: Mapping[str, Any]
    claim: Mapping[str, Any]
    changed: bool


@dataclass
class Comparison:
    """What an import of a sheet would do."""

    steps: list[Step] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def new(self) -> list[Step]:
        """Return the rows that make a launch."""
        return [step for step in self.steps if step.launch is None]

    @property
    def changed(self) -> list[Step]:
        """Return the rows whose launch changes."""
        return [step for step in self.steps if step.launch is not None and step.changed]


def read_sheet(
    session: Session,
    data: bytes,
    file_name: str,
    answers: SheetAnswers,
    *,
    encoding: str | None = None,
    today: date | None = None,
) -> Reading:
    """Read a file as a launch sheet, with the answers given now over those remembered.

    Raise ``TableError`` or ``MappingError`` when it is none.
    """
    grids = read_grids(data, encoding=encoding)
    sheet = find_sheet(grids, answers.sheet)
    older = recall(session, sheet.fingerprint())
    answers = answers.over(older)
    mapping = propose(sheet, {k: v for k, v in answers.columns.items() if k in sheet.labels})
    options = answers.options(today or clock.today())
    plan = plan_sheet(sheet, mapping, words_of(session), options)
    stem = " ".join((answers.source or file_name.rpartition(".")[0] or file_name).split())
    return Reading(
        file_name=file_name,
        sheet=sheet,
        others=tuple(grid.name for grid in grids if grid.name != sheet.name),
        mapping=mapping,
        answers=answers,
        source=stem[:SOURCE_LENGTH],
        plan=plan,
        remembered=bool(older.as_json()),
    )


def compare(session: Session, reading: Reading) -> Comparison:
    """Return what storing a sheet would do; nothing is stored."""
    found = Comparison()
    here = _here(session, reading.source)
    used: set[str] = set()
    for draft in reading.plan.drafts:
        launch = here.get(draft.key) or _was_alone(here, draft)
        if launch is not None:
            used.add(launch.source_key or "")
        found.steps.append(_step(session, reading, draft, launch, found.problems))
    found.gone = [row.key for key, row in sorted(here.items()) if key not in used]
    return found


def _here(session: Session, source: str) -> dict[str, Launch]:
    query = (
        select(Launch)
        .where(Launch.source == PREFIX + source)
        .options(
            selectinload(Launch.phases), selectinload(Launch.cells), selectinload(Launch.forecasts)
        )
    )
    return {row.source_key or "": row for row in session.scalars(query)}


def _was_alone(here: Mapping[str, Launch], draft: SheetDraft) -> Launch | None:
    """Return the launch of a title that was the only one before a second place got a row."""
    alone = here.get(plain_key(draft.title)) if " in " in draft.key else None
    said = sheet_claim(alone).get("texts", {}) if alone is not None else {}
    return alone if said.get("markets") == draft.texts.get("markets") else None


def sheet_claim(launch: Launch) -> Mapping[str, Any]:
    """Return what the sheet of a launch says of it; nothing for another launch."""
    found = (launch.claim or {}).get("sheet", {})
    return found if isinstance(found, dict) else {}


def _step(
    session: Session,
    reading: Reading,
    draft: SheetDraft,
    launch: Launch | None,
    problems: list[Problem],
) -> Step:
    values = _values(session, draft, problems)
    before = sheet_claim(launch) if launch is not None else {}
    old, texts = before.get("values", {}), before.get("texts", {})
    for name in VALUES:
        same = all(texts.get(one) == draft.texts.get(one) for one in _TEXT_OF.get(name, (name,)))
        # The same words mean the same as before, though "Q1" read today would be another year's.
        if same and old.get(name) is not None:
            values[name] = old[name]
    claim = claim_of(reading, draft, values)
    if launch is None:
        return Step(draft, None, values, claim, changed=True)
    current = current_values(launch)
    sets: dict[str, Any] = {}
    for name in VALUES:
        if values[name] == old.get(name) or values[name] == current[name]:
            continue
        if current[name] == old.get(name):
            sets[name] = values[name]
        else:
            reason = _("Changed here and in the sheet since the last import; ours is kept.")
            meant = _TEXT_OF.get(name, (name,))[0]
            label = next((one for one, f in reading.mapping.items() if f == meant), "")
            problems.append(Problem(draft.line, label, shorten(draft.title), reason))
    changed = bool(sets) or _plain(claim) != _plain(launch.claim or {})
    return Step(draft, launch, sets, claim, changed)


def _plain(claim: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claim.items() if name != "as_of"}


def _values(session: Session, draft: SheetDraft, problems: list[Problem]) -> dict[str, Any]:
    """Return what a row sets, as JSON holds it; None where it says nothing."""
    target, volume = draft.target, draft.volume
    cells: list[str] | None = None
    try:
        cells = sorted(str(cell) for cell in scope_of(session, new_launch(draft))) or None
    except Invalid as error:
        text = draft.texts.get("markets", "")
        problems.append(Problem(draft.line, "", shorten(text), error.message))
    return {
        "title": draft.title,
        "summary": draft.summary or None,
        "owner_id": draft.owner_id,
        "team_id": draft.team_id,
        "date": [target.day.isoformat(), target.precision] if target else None,
        "volume": [volume.likely, volume.low, volume.high] if volume else None,
        "cells": cells,
    }


def new_launch(draft: SheetDraft, **more: Any) -> NewLaunch:
    """Return the launch a row begins; its date is a target, and nobody answered its questions."""
    target = draft.target
    return NewLaunch(
        title=draft.title,
        type=LaunchType(draft.type or DEFAULT_TYPE),
        owner_id=draft.owner_id,
        team_id=draft.team_id,
        summary=draft.summary,
        markets=draft.markets,
        languages=draft.languages,
        surfaces=draft.surfaces,
        policy_areas=draft.areas,
        starts_on=target.day if target else None,
        precision=DatePrecision(target.precision) if target else DatePrecision.DAY,
        questions=None,
        **more,
    )


def claim_of(reading: Reading, draft: SheetDraft, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the sheet says of a launch: dated, shown, and never evidence."""
    return {
        "status": draft.texts.get("status", ""),
        "as_of": clock.today().isoformat(),
        "sheet": {
            "name": reading.source,
            "light": draft.claim.value if draft.claim is not None else None,
            "cells": [list(pair) for pair in draft.cells],
            "texts": dict(draft.texts),
            "values": dict(values),
            "answers": dict(draft.answers),
            "type_is_default": "type" not in draft.texts or draft.type is None,
        },
    }


def only_phase(launch: Launch) -> Phase | None:
    """Return the one phase of a launch that nobody gave a ramp."""
    return launch.phases[0] if len(launch.phases) == 1 else None


def only_forecast(launch: Launch) -> Forecast | None:
    """Return the one forecast of a launch."""
    return launch.forecasts[0] if len(launch.forecasts) == 1 else None


def current_values(launch: Launch) -> dict[str, Any]:
    """Return what a launch holds now, in the form of `_values`."""
    phase, forecast = only_phase(launch), only_forecast(launch)
    cells = sorted(
        str(ScopeCell(c.market_code, c.language_code, c.surface_code, c.policy_area_code))
        for c in launch.cells
    )
    dated: Any = None if len(launch.phases) <= 1 else "a ramp"
    if phase is not None and phase.starts_on is not None:
        dated = [phase.starts_on.isoformat(), phase.precision.value]
    volume: Any = None if not launch.forecasts else "several"
    if forecast is not None:
        volume = [forecast.likely, forecast.low, forecast.high]
    return {
        "title": launch.title,
        "summary": launch.summary or None,
        "owner_id": launch.owner_id,
        "team_id": launch.team_id,
        "date": dated,
        "volume": volume,
        "cells": cells or None,
    }
