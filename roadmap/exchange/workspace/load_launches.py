"""Store launches with scope, links, checklist, waivers and plans."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from roadmap import clock, keys
from roadmap.exchange.workspace import decisions, gates, load_capacity, waived, watching
from roadmap.exchange.workspace.dump_launches import handles_of
from roadmap.exchange.workspace.fields import Part
from roadmap.exchange.workspace.load_requirements import number_of
from roadmap.exchange.workspace.mapping import columns
from roadmap.exchange.workspace.parts_launches import LaunchPart, TargetPart
from roadmap.exchange.workspace.subjects import stored as stored_subject
from roadmap.exchange.workspace.sync import Loading, existing, stored_parts, sync_parts, upsert
from roadmap.launches.models import (
    Forecast,
    Launch,
    LaunchCell,
    LaunchDependency,
    LaunchMechanism,
    LaunchReader,
    LaunchRequirement,
    LaunchTarget,
    Phase,
    TrainingNeed,
)
from roadmap.launches.rules import TierQuestions, tier
from roadmap.readiness.decisions import CONDITION
from roadmap.readiness.gate_models import Gate
from roadmap.readiness.models import ChecklistItem, GapPlan, Waiver

_SCOPE = ("market_code", "language_code", "surface_code", "policy_area_code")
# Field of a launch -> its table and the columns by which a stored row is found again.
_LINES: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("cells", LaunchCell, _SCOPE),
    ("forecasts", Forecast, (*_SCOPE, "likely", "low", "high", "prevalence", "grade", "note")),
    ("requirements", LaunchRequirement, ("requirement_id",)),
    ("mechanisms", LaunchMechanism, ("mechanism_id", "role")),
    ("training_needs", TrainingNeed, (*_SCOPE, "heads", "from_phase", "owner_id")),
    ("dependencies", LaunchDependency, ("depends_on_id",)),
)
_PLACED: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("phases", Phase, ("position",)),
    ("checklist", ChecklistItem, ("code",)),
)
_TABLES = (
    *(table for _name, table, _identity in (*_LINES, *_PLACED)),
    LaunchReader,
    LaunchTarget,
    Waiver,
    GapPlan,
    *load_capacity.LAUNCH_TABLES,
    *gates.LAUNCH_TABLES,
    *decisions.LAUNCH_TABLES,
    *watching.LAUNCH_TABLES,
)
Stored = dict[Any, defaultdict[int, list[Any]]]


def load(loading: Loading, parts: list[LaunchPart]) -> list[Launch]:
    """Store the launches and return their rows, in the order of the file."""
    if not parts:
        return []
    session = loading.session
    numbers = [number_of(part) for part in parts]
    found = {row.id: row for row in existing(session, Launch.id, numbers)}
    _free_commitments(loading, parts, found)
    later = [part.copied_from for part in parts]
    for part in parts:
        # The original may come later in the file, so it is named when all are stored.
        row = found.get(number_of(part))
        kept = row.copied_from_id if row is not None else None
        part.copied_from = loading.names.key_of("launch", kept)
    rows: list[Launch] = upsert(loading, Launch, parts, found, number_of, _fresh)
    for part, row, original in zip(parts, rows, later, strict=True):
        _answer(row, part)
        value = loading.names.column_value("launch", original)
        if row.copied_from_id != value:
            row.copied_from_id = value
    session.flush()
    keys.reserve(session, "LCH", max(numbers))
    ids = [row.id for row in rows]
    stored: Stored = {table: stored_parts(session, table.launch_id, ids) for table in _TABLES}
    for part, row in zip(parts, rows, strict=True):
        _parts(loading, part, row.id, stored)
    return rows


def _fresh(part: LaunchPart) -> dict[str, Any]:
    created = part.created_at or clock.now()
    return {
        "id": number_of(part),
        "created_at": created,
        "updated_at": part.updated_at or created,
        **_tier(part),
    }


def _tier(part: LaunchPart) -> dict[str, Any]:
    answers = part.tier_answers.model_dump()
    return {"tier_answers": answers, "tier": tier(TierQuestions(**answers))}


def _answer(row: Launch, part: LaunchPart) -> None:
    """Set the six answers and the tier they give; an answer never given counts as no."""
    values = _tier(part)
    known = {name: bool(row.tier_answers.get(name)) for name in values["tier_answers"]}
    if known != values["tier_answers"]:
        row.tier_answers = values["tier_answers"]
    if row.tier != values["tier"]:
        row.tier = values["tier"]


def _free_commitments(
    loading: Loading, parts: Sequence[LaunchPart], found: dict[int, Launch]
) -> None:
    """Take numbers away from launches that change theirs, so that two can swap."""
    for part in parts:
        row = found.get(number_of(part))
        if row is not None and row.commitment_no not in (None, part.commitment_no):
            row.commitment_no = None
    loading.session.flush()


def _parts(loading: Loading, part: LaunchPart, launch_id: int, stored: Stored) -> None:
    session, names = loading.session, loading.names
    rows: dict[Any, list[Any]] = {}

    def values(one: Part, **more: Any) -> dict[str, Any]:
        return {"launch_id": launch_id, **more, **columns(one, names)}

    for name, table, identity in _LINES:
        wanted = [values(one) for one in getattr(part, name)]
        if table is Forecast:
            load_capacity.free_lanes(loading, launch_id, wanted, identity, stored)
        rows[table] = sync_parts(loading, table, stored[table][launch_id], wanted, identity)
    for name, table, identity in _PLACED:
        wanted = [values(one, position=n) for n, one in enumerate(getattr(part, name), start=1)]
        known = _replaced(stored[table][launch_id], wanted)
        rows[table] = sync_parts(loading, table, known, wanted, identity)
    _readers(loading, part, launch_id, stored)
    session.flush()
    _targets(loading, part, launch_id, rows[LaunchMechanism], stored)
    load_capacity.load_launch(loading, part, launch_id, rows[Forecast], stored)
    handles = handles_of(rows, rows[TrainingNeed], names)
    waived.load_launch(loading, part.waivers, launch_id, handles, stored[Waiver][launch_id])
    plans = [values(one, subject=stored_subject(one.subject, handles)) for one in part.gap_plans]
    sync_parts(loading, GapPlan, stored[GapPlan][launch_id], plans, ("check_code", "subject"))
    session.flush()
    decisions.load_launch(loading, part.decisions, launch_id, stored)
    watching.load_launch(loading, part, launch_id, stored)
    if part.gates or stored[Gate][launch_id]:
        gates.load_launch(loading, part.gates, launch_id, handles, stored)


def _replaced(stored: Sequence[Any], wanted: Sequence[dict[str, Any]]) -> list[Any]:
    """Return the rows a file replaces: conditions of a decision stay, whatever it lists."""
    codes = {one.get("code") for one in wanted}
    return [
        row
        for row in stored
        if not (
            isinstance(row, ChecklistItem)
            and row.code.startswith(CONDITION)
            and row.code not in codes
        )
    ]


def _readers(loading: Loading, part: LaunchPart, launch_id: int, stored: Stored) -> None:
    names = loading.names
    wanted = [
        {"launch_id": launch_id, "person_id": names.column_value("person", key), "team_id": None}
        for key in part.reader_people
    ]
    wanted += [
        {"launch_id": launch_id, "person_id": None, "team_id": names.column_value("team", key)}
        for key in part.reader_teams
    ]
    identity = ("person_id", "team_id")
    sync_parts(loading, LaunchReader, stored[LaunchReader][launch_id], wanted, identity)


def _targets(
    loading: Loading, part: LaunchPart, launch_id: int, links: Sequence[Any], stored: Stored
) -> None:
    wanted = [
        {
            "launch_id": launch_id,
            "launch_mechanism_id": row.id,
            **columns(target, loading.names),
            "pools": _pools(loading, target),
        }
        for link, row in zip(part.mechanisms, links, strict=True)
        for target in link.targets
    ]
    identity = ("launch_mechanism_id", "metric")
    sync_parts(loading, LaunchTarget, stored[LaunchTarget][launch_id], wanted, identity)


def _pools(loading: Loading, target: TargetPart) -> list[dict[str, Any]]:
    return [
        {
            "name": pool.name,
            "members": list(pool.members),
            "named_by": loading.names.column_value("person", pool.named_by),
        }
        for pool in target.pools
    ]
