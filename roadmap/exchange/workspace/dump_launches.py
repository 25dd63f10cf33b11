"""Write launches as a workspace file has them."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.exchange.workspace import decisions, dump_capacity, gates, waived, watching
from roadmap.exchange.workspace import parts_launches as parts
from roadmap.exchange.workspace.fields import Part
from roadmap.exchange.workspace.mapping import (
    grouped,
    in_order,
    without_defaults,
    write,
)
from roadmap.exchange.workspace.names import Names
from roadmap.exchange.workspace.subjects import Handles, written
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
from roadmap.readiness.models import ChecklistItem, GapPlan, Waiver

Items = list[dict[str, Any]]
_TABLES = (
    Forecast,
    LaunchCell,
    LaunchDependency,
    LaunchMechanism,
    LaunchReader,
    LaunchRequirement,
    LaunchTarget,
    Phase,
    TrainingNeed,
    ChecklistItem,
    GapPlan,
    Waiver,
    *dump_capacity.LAUNCH_TABLES,
    *gates.LAUNCH_TABLES,
    *decisions.LAUNCH_TABLES,
    *watching.LAUNCH_TABLES,
)


def launches(session: Session, names: Names) -> Items:
    """Return all launches in the order of their numbers."""
    lanes = dump_capacity.lanes(session, names)
    tables = {table: grouped(session, table, lambda row: row.launch_id) for table in _TABLES}
    return [
        _launch(row, {table: rows[row.id] for table, rows in tables.items()}, lanes, names)
        for row in session.scalars(select(Launch).order_by(Launch.id))
    ]


def _launch(
    row: Launch, rows: dict[Any, list[Any]], lanes: dict[int, dict[str, Any]], names: Names
) -> dict[str, Any]:
    needs = _needs(rows[TrainingNeed], names)
    handles = handles_of(rows, [row for row, _item in needs], names)

    def lines(part: type[Part], table: Any, *keys: str) -> Items:
        return in_order((write(part, one, names) for one in rows[table]), *keys)

    def told(part: type[Part], table: Any, *keys: str) -> Items:
        return in_order(
            (write(part, one, names, subject=_subject(one, handles, names)) for one in rows[table]),
            *keys,
        )

    readers = rows[LaunchReader]
    return write(
        parts.LaunchPart,
        row,
        names,
        key=row.key,
        tier_answers=_tier_answers(row.tier_answers),
        reader_people=sorted(
            str(names.key_of("person", r.person_id)) for r in readers if r.person_id is not None
        ),
        reader_teams=sorted(
            str(names.key_of("team", r.team_id)) for r in readers if r.team_id is not None
        ),
        phases=[
            write(parts.PhasePart, phase, names)
            for phase in sorted(rows[Phase], key=lambda phase: phase.position)
        ],
        cells=lines(parts.CellPart, LaunchCell, "cell"),
        forecasts=in_order(
            (
                write(parts.ForecastPart, one, names, **lanes.get(one.id, {}))
                for one in rows[Forecast]
            ),
            "cells",
        ),
        requirements=sorted(
            lines(parts.DeliveredPart, LaunchRequirement), key=lambda i: _number(i["requirement"])
        ),
        mechanisms=_links(rows, names),
        training_needs=[item for _row, item in needs],
        dependencies=sorted(
            lines(parts.DependencyPart, LaunchDependency), key=lambda i: _number(i["launch"])
        ),
        checklist=[
            write(parts.ChecklistItemPart, item, names)
            for item in sorted(rows[ChecklistItem], key=lambda item: (item.position, item.id))
        ],
        waivers=waived.of_launch(rows[Waiver], handles, names),
        gap_plans=told(parts.GapPlanPart, GapPlan, "check_code", "subject"),
        gates=gates.of_launch(rows, handles, names),
        decisions=decisions.of_launch(rows, names),
        **watching.of_launch(rows, names),
        **dump_capacity.of_launch(rows, names),
    )


def _tier_answers(stored: dict[str, Any]) -> dict[str, Any]:
    values = {name: bool(stored.get(name)) for name in parts.TierAnswers.model_fields}
    return without_defaults(parts.TierAnswers, values)


def _needs(rows: list[Any], names: Names) -> list[tuple[Any, dict[str, Any]]]:
    """Return training needs with how they are written, in the order of the file."""
    written_ = {row.id: write(parts.TrainingNeedPart, row, names) for row in rows}
    ordered = in_order(({**item, "id": number} for number, item in written_.items()), "cells")
    by_id = {row.id: row for row in rows}
    return [(by_id[item["id"]], written_[item["id"]]) for item in ordered]


def _links(rows: dict[Any, list[Any]], names: Names) -> Items:
    targets: defaultdict[int, list[Any]] = defaultdict(list)
    for target in rows[LaunchTarget]:
        targets[target.launch_mechanism_id].append(target)
    found = [
        write(
            parts.MechanismLinkPart,
            link,
            names,
            targets=in_order((_target(t, names) for t in targets[link.id]), "metric"),
        )
        for link in rows[LaunchMechanism]
    ]
    return sorted(found, key=lambda item: (_number(item["mechanism"]), item["role"]))


def _target(row: LaunchTarget, names: Names) -> dict[str, Any]:
    pools = [
        without_defaults(
            parts.PoolPart,
            {
                "name": pool.get("name"),
                "members": sorted(pool.get("members") or ()),
                "named_by": names.key_of("person", pool.get("named_by")),
            },
        )
        for pool in row.pools
    ]
    item = write(parts.TargetPart, row, names, pools=in_order(pools, "name"))
    if "dimensions" in item:
        order = ("market", "language", "surface", "policy_area")
        item["dimensions"] = sorted(item["dimensions"], key=order.index)
    return item


def handles_of(rows: dict[Any, list[Any]], needs: list[Any], names: Names) -> Handles:
    """Return what the subjects of a launch's waivers and plans may name; needs in file order."""
    handles = Handles()
    for link in rows[LaunchMechanism]:
        handles.add("link", f"MEC-{link.mechanism_id}/{link.role.value}", link.id)
    for item in rows[ChecklistItem]:
        handles.add("checklist", item.code, item.id)
    for one in rows[LaunchDependency]:
        handles.add("dependency", f"LCH-{one.depends_on_id}", one.id)
    for one in rows[LaunchRequirement]:
        handles.add("requirement", f"REQ-{one.requirement_id}", one.requirement_id)
    for place, need in enumerate(needs, start=1):
        handles.add("need", str(place), need.id)
    handles.guidelines = names.table("policy")
    return handles


def _subject(row: Any, handles: Handles, names: Names) -> str:
    return written(row.subject, handles, names.policy_label)


def _number(key: str) -> int:
    return int(key.partition("-")[2])
