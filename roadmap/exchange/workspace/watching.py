"""Write and store what is watched and said of a launch: hypercare, guards, weekly words.

Nothing a file says ends a watch, loosens a limit or takes a reading back: that is for people here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.exchange.workspace import parts_decisions as parts
from roadmap.exchange.workspace.fit_lists import repeats
from roadmap.exchange.workspace.mapping import columns, in_order, write
from roadmap.exchange.workspace.names import Names
from roadmap.exchange.workspace.parts_launches import LaunchPart
from roadmap.exchange.workspace.problems import Problem
from roadmap.exchange.workspace.sync import Loading, assign, stored_parts
from roadmap.readiness.attestation_models import WeeklyWord
from roadmap.readiness.decision_models import Guard, GuardReading, Hypercare
from roadmap.readiness.freshness_rules import monday
from roadmap.web.i18n import _

Items = list[dict[str, Any]]
Rows = Mapping[Any, Mapping[int, list[Any]]]
# Tables whose rows belong to a launch.
LAUNCH_TABLES = (Hypercare, Guard, GuardReading, WeeklyWord)
# What a guard is breached by: set here, it stays.
_LIMITS = ("limit", "floor", "max_age_hours", "unit")


# ---- writing ----


def of_launch(rows: Mapping[Any, list[Any]], names: Names) -> dict[str, Items]:
    """Return what is watched and said of one launch."""
    return {
        "hypercare": in_order(
            (write(parts.HypercarePart, one, names) for one in rows[Hypercare]), "phase_position"
        ),
        "guards": in_order(
            (
                write(
                    parts.GuardPart, one, names, readings=_readings(one, rows[GuardReading], names)
                )
                for one in rows[Guard]
            ),
            "phase_position",
            "name",
        ),
        "weekly_words": in_order(
            (write(parts.WeeklyWordPart, one, names) for one in rows[WeeklyWord]), "at"
        ),
    }


def _readings(guard: Guard, rows: list[GuardReading], names: Names) -> Items:
    own = (write(parts.GuardReadingPart, one, names) for one in rows if one.guard_id == guard.id)
    return in_order(own, "observed_at", "recorded_at")


# ---- what does not fit ----


def problems(session: Session, entries: list[tuple[int, LaunchPart]]) -> Iterator[Problem]:
    """Yield what does not fit in the watches and words of the file."""
    watched = [int(one.key.partition("-")[2]) for _place, one in entries]
    cares = stored_parts(session, Hypercare.launch_id, watched)
    guards = stored_parts(session, Guard.launch_id, watched)
    for place, launch in entries:
        path, number = f"launches[{place}]", int(launch.key.partition("-")[2])
        yield from _cares(f"{path}.hypercare", launch, cares[number])
        yield from _guards(f"{path}.guards", launch, guards[number])
        words = launch.weekly_words
        yield from repeats(f"{path}.weekly_words", (monday(one.at.date()) for one in words))
        for step, word in enumerate(words):
            if word.at > clock.now():
                yield Problem(f"{path}.weekly_words[{step}].at", _("has not happened yet"))


def _cares(path: str, launch: LaunchPart, stored: list[Hypercare]) -> Iterator[Problem]:
    yield from repeats(path, (one.phase_position for one in launch.hypercare))
    until = {row.phase_position: row.until for row in stored}
    for step, one in enumerate(launch.hypercare):
        here = until.get(one.phase_position)
        if here is not None and (one.until is None or one.until < here):
            yield Problem(
                f"{path}[{step}].until",
                _("the phase is watched until %(day)s here: no file ends it earlier", day=here),
            )


def _guards(path: str, launch: LaunchPart, stored: list[Guard]) -> Iterator[Problem]:
    yield from repeats(path, ((one.phase_position, one.name) for one in launch.guards))
    here = {(row.phase_position, row.name): row for row in stored}
    now = clock.now()
    for step, one in enumerate(launch.guards):
        row = here.get((one.phase_position, one.name))
        for name in _LIMITS if row is not None else ():
            if getattr(row, name) != getattr(one, name):
                yield Problem(
                    f"{path}[{step}].{name}", _("differs from what is watched here, which stays")
                )
        for number, reading in enumerate(one.readings):
            at = f"{path}[{step}].readings[{number}]"
            recorded = reading.recorded_at or now
            if recorded > now:
                yield Problem(f"{at}.recorded_at", _("has not happened yet"))
            if reading.observed_at > min(recorded, now):
                yield Problem(f"{at}.observed_at", _("lies after it was recorded"))


# ---- storing ----


def load_launch(loading: Loading, part: LaunchPart, launch_id: int, stored: Rows) -> None:
    """Store watches, guards with their readings, and words; none is removed."""
    _load_cares(loading, part, launch_id, stored[Hypercare][launch_id])
    _load_guards(loading, part, launch_id, stored)
    said = {row.week for row in stored[WeeklyWord][launch_id]}
    for word in part.weekly_words:
        week = monday(word.at.date())
        # What was said here for a week stays as it was said.
        if week not in said:
            values = columns(word, loading.names)
            loading.session.add(WeeklyWord(launch_id=launch_id, week=week, **values))


def _load_cares(
    loading: Loading, part: LaunchPart, launch_id: int, stored: list[Hypercare]
) -> None:
    here = {row.phase_position: row for row in stored}
    for one in part.hypercare:
        values = columns(one, loading.names)
        row = here.get(one.phase_position)
        if row is None:
            loading.session.add(Hypercare(launch_id=launch_id, **values))
        else:
            assign(row, values)


def _load_guards(loading: Loading, part: LaunchPart, launch_id: int, stored: Rows) -> None:
    session, names = loading.session, loading.names
    here = {(row.phase_position, row.name): row for row in stored[Guard][launch_id]}
    for one in part.guards:
        values = columns(one, names)
        row = here.get((one.phase_position, one.name))
        if row is None:
            row = Guard(launch_id=launch_id, **values)
            session.add(row)
        else:
            assign(row, values)
        session.flush()
        known = [r for r in stored[GuardReading][launch_id] if r.guard_id == row.id]
        _add_readings(loading, row, one.readings, known)


def _add_readings(
    loading: Loading,
    guard: Guard,
    readings: list[parts.GuardReadingPart],
    known: list[GuardReading],
) -> None:
    # A reading without the moment it was recorded is known by what it says.
    there: set[tuple[Any, ...]] = set()
    for row in known:
        there |= {
            (row.observed_at, row.value, row.note, moment) for moment in (None, row.recorded_at)
        }
    now = clock.now()
    for one in readings:
        if (one.observed_at, one.value, one.note, one.recorded_at) in there:
            continue
        values = {**columns(one, loading.names), "recorded_at": one.recorded_at or now}
        loading.session.add(GuardReading(launch_id=guard.launch_id, guard_id=guard.id, **values))
        # In the order of the file: of two at one moment the later line is the newer one.
        loading.session.flush()
