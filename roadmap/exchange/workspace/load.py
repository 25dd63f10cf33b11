"""Import a workspace file: read it, say everything that is wrong, or store all of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.events import publish
from roadmap.exchange.workspace import (
    attested,
    fit_capacity,
    fit_launches,
    fit_lists,
    fit_mechanisms,
    fit_requirements,
    gates,
    load_launches,
    load_lists,
    load_mechanisms,
    load_requirements,
    own_lists,
    references,
    scoring_depth,
)
from roadmap.exchange.workspace.names import Names
from roadmap.exchange.workspace.problems import Problem, WorkspaceRefused
from roadmap.exchange.workspace.reading import Reading, read
from roadmap.exchange.workspace.sync import Loading
from roadmap.history.capture import pending
from roadmap.history.service import record
from roadmap.launches.events import LaunchChanged
from roadmap.mechanisms.events import EvidenceChanged, MechanismChanged
from roadmap.readiness.service import ask_for_evaluation, ensure_current_rows
from roadmap.requirements.events import RequirementsStored
from roadmap.scoring.recompute import bring_all_up_to_date
from roadmap.taxonomy.events import CalendarChanged, PolicyChanged

ACTION = "imported"
# Type of record -> what the rooms above hear of a change to it.
_EVENTS: dict[str, Callable[[int, Any], object]] = {
    "mechanism": lambda number, _root: MechanismChanged(number),
    "launch": lambda number, _root: LaunchChanged(number, None, f"launch.{ACTION}"),
    "policy_version": lambda _number, root: PolicyChanged(root.policy_area_code),
    "calendar_day": lambda _number, root: CalendarChanged(root.market_code),
}


@dataclass(frozen=True)
class Imported:
    """What an import did: number of records it created or changed, by type."""

    as_of: date
    changed: dict[str, int]


def import_workspace(
    session: Session, data: bytes, name: str, as_of: date | None = None
) -> Imported:
    """Store everything in the file, or raise WorkspaceRefused with every problem and store nothing.

    Records with the same natural key are updated, others in the database stay. ``name`` is what the
    history calls the file. Flushes, never commits; the same file again changes nothing.
    """
    reading = read(data, clock.today(), as_of)
    names = Names(session)
    problems = list(reading.problems)
    if reading.parts or not problems:
        problems += _misfits(session, reading, names)
    if problems:
        raise WorkspaceRefused(_told_once(problems))
    loading = Loading(session, names)
    source = f"workspace import {name}"
    load_lists.load(loading, reading)
    gates.load_lists(loading, reading)
    attested.load(loading, reading)
    load_mechanisms.load_sites(loading, load_lists.entries(reading, "sites"))
    measured = load_mechanisms.load(loading, load_lists.entries(reading, "mechanisms"), source)
    load_requirements.load_turns(loading, load_lists.entries(reading, "triage_turns"))
    load_requirements.load(loading, load_lists.entries(reading, "requirements"))
    own_lists.load(loading, reading)
    load_launches.load(loading, load_lists.entries(reading, "launches"))
    scoring_depth.load(loading, reading)
    changed = _record(loading, f"From the workspace file {name}.")
    _tell(session, changed, measured)
    return Imported(reading.as_of, dict(Counter(kind for kind, _number in changed)))


def _misfits(session: Session, reading: Reading, names: Names) -> list[Problem]:
    references.learn(reading, names)
    return [
        *references.repeated(reading),
        *references.unknown(reading, names),
        *fit_lists.problems(session, reading),
        *gates.problems(reading),
        *attested.problems(session, reading, names),
        *fit_mechanisms.problems(session, reading),
        *fit_requirements.problems(session, reading),
        *own_lists.problems(session, reading, names),
        *fit_launches.problems(session, reading, names),
        *fit_capacity.problems(session, reading),
        *scoring_depth.problems(session, reading),
    ]


def _told_once(problems: list[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))


def _record(loading: Loading, source: str) -> dict[tuple[str, int], Any]:
    """Tell every record that changed in the history; return them by type and id."""
    loading.session.flush()
    changed = {
        (change.row.record_type, change.row.history_id): change.row
        for change in pending(loading.session).values()
    }
    for key in changed:
        root = loading.roots[key]
        record(loading.session, None, root, f"{key[0]}.{ACTION}", why=source)
    return {key: loading.roots[key] for key in changed}


def _tell(session: Session, changed: dict[tuple[str, int], Any], measured: set[int]) -> None:
    """Let the rooms above know what changed, and bring the order of requirements up to date."""
    for (kind, number), root in changed.items():
        event = _EVENTS.get(kind)
        if event is not None:
            publish(session, event(number, root))
    for number in sorted(measured):
        publish(session, EvidenceChanged(number))
    requirements = sorted(number for kind, number in changed if kind == "requirement")
    if requirements:
        publish(session, RequirementsStored(tuple(requirements)))
    if requirements or any(kind in {"framework", "team"} for kind, _number in changed):
        bring_all_up_to_date(session)
    if changed or measured:
        ensure_current_rows(session)
        ask_for_evaluation(session)
