"""Store requirements with what belongs to them."""

from typing import Any

from sqlalchemy import or_, select

from roadmap import clock, keys
from roadmap.exchange.workspace.dump_requirements import SCOPE_LISTS
from roadmap.exchange.workspace.mapping import columns
from roadmap.exchange.workspace.parts_requirements import RequirementPart, TriageTurnPart
from roadmap.exchange.workspace.sync import Loading, existing, stored_parts, sync_parts, upsert
from roadmap.requirements.models import (
    AcceptanceCriterion,
    Attachment,
    Requirement,
    RequirementComment,
    RequirementEffort,
    RequirementLink,
    RequirementOrigin,
    RequirementScope,
    RequirementSupport,
    TriageTurn,
)
from roadmap.scoring.models import ScoreEntry

_LINES: tuple[tuple[str, Any, tuple[str, ...], str | None], ...] = (
    ("efforts", RequirementEffort, ("team_id",), None),
    ("comments", RequirementComment, ("author_id", "body"), None),
    ("scores", ScoreEntry, ("framework_code", "scorer_id"), "updated_at"),
)


def number_of(part: Any) -> int:
    """Return the number in a part's key."""
    return int(part.key.partition("-")[2])


def load(loading: Loading, parts: list[RequirementPart]) -> list[Requirement]:
    """Store the requirements and return their rows, in the order of the file."""
    if not parts:
        return []
    session = loading.session
    numbers = [number_of(part) for part in parts]
    found = {row.id: row for row in existing(session, Requirement.id, numbers)}
    later = [part.duplicate_of for part in parts]
    for part in parts:
        # The original may come later in the file, so it is named when all are stored.
        part.duplicate_of = None
        row = found.get(number_of(part))
        if row is not None:
            part.duplicate_of = loading.names.key_of("requirement", row.duplicate_of_id)
    rows: list[Requirement] = upsert(loading, Requirement, parts, found, number_of, _fresh)
    for part, row, original in zip(parts, rows, later, strict=True):
        part.duplicate_of = original
        value = loading.names.column_value("requirement", original)
        if row.duplicate_of_id != value:
            row.duplicate_of_id = value
    session.flush()
    keys.reserve(session, "REQ", max(numbers))
    _parts(loading, parts, rows)
    return rows


def _fresh(part: RequirementPart) -> dict[str, Any]:
    created = part.created_at or clock.now()
    return {
        "id": number_of(part),
        "created_at": created,
        "updated_at": part.updated_at or created,
        "state_changed_at": part.state_changed_at or created,
    }


def _parts(loading: Loading, parts: list[RequirementPart], rows: list[Requirement]) -> None:
    session, ids = loading.session, [row.id for row in rows]
    now = clock.now()
    scope = stored_parts(session, RequirementScope.requirement_id, ids)
    criteria = stored_parts(session, AcceptanceCriterion.requirement_id, ids)
    lines = {
        table: stored_parts(session, table.requirement_id, ids)
        for _name, table, _identity, _when in _LINES
    }
    support = stored_parts(session, RequirementSupport.requirement_id, ids)
    links = stored_parts(session, RequirementLink.blocked_id, ids)
    origins = stored_parts(session, RequirementOrigin.requirement_id, ids)
    files = stored_parts(session, Attachment.requirement_id, ids)
    for part, row in zip(parts, rows, strict=True):
        owner = {"requirement_id": row.id}
        wanted = [
            {**owner, "dimension": dimension, "code": code}
            for name, dimension in SCOPE_LISTS.items()
            for code in sorted(getattr(part, name))
        ]
        sync_parts(loading, RequirementScope, scope[row.id], wanted, ("dimension", "code"))
        wanted = [
            {**owner, "position": place, **columns(criterion, loading.names)}
            for place, criterion in enumerate(part.criteria, start=1)
        ]
        sync_parts(loading, AcceptanceCriterion, criteria[row.id], wanted, ("position",))
        for name, table, identity, when in _LINES:
            wanted = [{**owner, **columns(one, loading.names)} for one in getattr(part, name)]
            fresh = {when: now} if when else None
            sync_parts(loading, table, lines[table][row.id], wanted, identity, fresh)
        wanted = [{**owner, **columns(one, loading.names)} for one in part.supporters]
        _support(loading, support[row.id], wanted, {"created_at": now})
        wanted = [{**owner, **columns(one, loading.names)} for one in [part.origin] if one]
        sync_parts(
            loading, RequirementOrigin, origins[row.id], wanted, ("kind",), {"created_at": now}
        )
        wanted = [
            {**owner, "digest": one.sha256, **columns(one, loading.names)} for one in part.files
        ]
        sync_parts(loading, Attachment, files[row.id], wanted, ("digest", "name"))
        wanted = [
            {"blocked_id": row.id, **columns(one, loading.names)} for one in part.prerequisites
        ]
        sync_parts(
            loading, RequirementLink, links[row.id], wanted, ("blocker_id",), {"created_at": now}
        )
    session.flush()
    _know_blockers(loading, ids)


def _support(
    loading: Loading, stored: list[Any], wanted: list[dict[str, Any]], fresh: dict[str, Any]
) -> None:
    """Match people by who they are and teams, where nobody is named, by which they are."""
    for whose, named in (("person_id", True), ("team_id", False)):
        rows = [row for row in stored if (row.person_id is not None) is named]
        said = [values for values in wanted if (values["person_id"] is not None) is named]
        sync_parts(loading, RequirementSupport, rows, said, (whose,), fresh)


def load_turns(loading: Loading, parts: list[TriageTurnPart]) -> None:
    """Store who does triage in which week."""
    weeks = [part.week for part in parts]
    found = {row.week: row for row in existing(loading.session, TriageTurn.week, weeks)}
    upsert(loading, TriageTurn, parts, found, lambda part: part.week)


def _know_blockers(loading: Loading, ids: list[int]) -> None:
    """Remember the requirements outside the file whose history tells a link into it."""
    blockers = select(RequirementLink.blocker_id).where(RequirementLink.blocked_id.in_(ids))
    missing = or_(Requirement.id.in_(blockers))
    for row in loading.session.scalars(select(Requirement).where(missing)):
        loading.root(row)
