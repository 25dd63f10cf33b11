"""Store taxonomy, calendar, people, teams, frameworks and checklist templates."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from roadmap import clock
from roadmap.accounts.models import Person, Team, TeamMember
from roadmap.exchange.workspace.fields import Part
from roadmap.exchange.workspace.load_capacity import load_campaigns
from roadmap.exchange.workspace.mapping import columns
from roadmap.exchange.workspace.reading import Reading
from roadmap.exchange.workspace.sync import Loading, existing, stored_parts, sync_parts, upsert
from roadmap.readiness.models import ChecklistTemplate, TemplateItem
from roadmap.scoring.definitions import criterion_data, criterion_from
from roadmap.scoring.models import Framework
from roadmap.taxonomy.models import (
    CalendarDay,
    Language,
    Market,
    PolicyArea,
    PolicyLanguage,
    PolicyMarket,
    PolicyVersion,
    Region,
    Surface,
)

_CODED: tuple[tuple[str, Any], ...] = (
    ("regions", Region),
    ("markets", Market),
    ("languages", Language),
    ("surfaces", Surface),
    ("policy_areas", PolicyArea),
)


def entries(reading: Reading, section: str) -> list[Any]:
    """Return the parts of a section."""
    return [part for _place, part in reading.parts.get(section, [])]


def load(loading: Loading, reading: Reading) -> None:
    """Store the lists that everything else refers to, in the order they refer to each other."""
    for section, table in _CODED:
        parts = entries(reading, section)
        found = {row.code: row for row in existing(loading.session, table.code, _codes(parts))}
        upsert(loading, table, parts, found, lambda part: part.code)
    _people(loading, entries(reading, "people"))
    _teams(loading, entries(reading, "teams"))
    _policy_versions(loading, entries(reading, "policy_versions"))
    _calendar(loading, entries(reading, "calendar"))
    _frameworks(loading, reading)
    _templates(loading, reading)


def _codes(parts: Sequence[Any]) -> list[str]:
    return [part.code for part in parts]


def _people(loading: Loading, parts: list[Any]) -> None:
    emails = [part.email for part in parts]
    found = {row.email: row for row in existing(loading.session, Person.email, emails)}
    for part in parts:
        row = found.get(part.email)
        # Roles are a set: another order of the same ones is no change.
        same = row is not None and set(row.roles) == set(part.roles)
        part.roles = list(row.roles) if row is not None and same else sorted(set(part.roles))
    upsert(
        loading,
        Person,
        parts,
        found,
        lambda part: part.email,
        lambda _part: {"created_at": clock.now()},
    )
    loading.names.forget_rows("person")


def _teams(loading: Loading, parts: list[Any]) -> None:
    found = {row.code: row for row in existing(loading.session, Team.code, _codes(parts))}
    rows = upsert(loading, Team, parts, found, lambda part: part.code)
    loading.names.forget_rows("team")
    _children(
        loading, TeamMember, TeamMember.team_id, rows, [p.members for p in parts], ("person_id",)
    )


def _children(
    loading: Loading,
    table: Any,
    owner: Any,
    rows: Sequence[Any],
    wanted: Sequence[Sequence[Part]],
    identity: Sequence[str],
) -> None:
    """Make the parts of each row those wanted; ``owner`` is the column that names the row."""
    stored = stored_parts(loading.session, owner, [row.id for row in rows])
    for row, parts in zip(rows, wanted, strict=True):
        sync_parts(
            loading,
            table,
            stored[row.id],
            [{owner.key: row.id, **columns(part, loading.names)} for part in parts],
            identity,
        )


def _policy_versions(loading: Loading, parts: list[Any]) -> None:
    areas = [part.policy_area for part in parts]
    stored = existing(loading.session, PolicyVersion.policy_area_code, areas)
    found = {(row.policy_area_code, row.version): row for row in stored}
    rows = upsert(
        loading,
        PolicyVersion,
        parts,
        found,
        lambda part: (part.policy_area, part.version),
    )
    loading.names.forget_rows("policy")
    _children(
        loading,
        PolicyMarket,
        PolicyMarket.policy_version_id,
        rows,
        [p.markets for p in parts],
        ("market_code",),
    )
    _children(
        loading,
        PolicyLanguage,
        PolicyLanguage.policy_version_id,
        rows,
        [p.languages for p in parts],
        ("language_code",),
    )


def _calendar(loading: Loading, parts: list[Any]) -> None:
    stored = loading.session.scalars(select(CalendarDay)).all() if parts else ()
    found = {(row.kind, row.market_code, row.starts_on, row.name): row for row in stored}
    rows = upsert(
        loading,
        CalendarDay,
        parts,
        found,
        lambda part: (part.kind, part.market, part.starts_on, part.name),
    )
    load_campaigns(loading, parts, rows)


def _frameworks(loading: Loading, reading: Reading) -> None:
    parts = entries(reading, "frameworks")
    for part in parts:
        part.criteria = [criterion_data(criterion_from(data)) for data in part.criteria]
    rows = list(loading.session.scalars(select(Framework)))
    found = {(row.code, row.version): row for row in rows}
    own = _versioned(loading, Framework, parts, found)
    head = reading.head
    everything = {f"{row.code}@{row.version}": row for row in (*rows, *own)}
    if head is None:
        return
    _switch_off(loading, everything, head.frameworks_off)
    chosen = head.backlog_framework
    for label, row in everything.items():
        if chosen is not None and row.ranks_backlog != (label == chosen):
            row.ranks_backlog = label == chosen
            loading.root(row)


def _versioned(loading: Loading, table: Any, parts: list[Any], found: dict[Any, Any]) -> list[Any]:
    return upsert(loading, table, parts, found, lambda part: (part.code, part.version))


def _switch_off(loading: Loading, rows: dict[str, Any], labels: list[str]) -> None:
    for label in labels:
        if rows[label].active:
            rows[label].active = False
            loading.root(rows[label])


def _templates(loading: Loading, reading: Reading) -> None:
    parts = entries(reading, "templates")
    rows = list(loading.session.scalars(select(ChecklistTemplate)))
    own = _versioned(loading, ChecklistTemplate, parts, {(r.code, r.version): r for r in rows})
    stored = stored_parts(loading.session, TemplateItem.template_id, [row.id for row in own])
    for row, part in zip(own, parts, strict=True):
        wanted = [
            {"template_id": row.id, "position": place, **columns(item, loading.names)}
            for place, item in enumerate(part.items, start=1)
        ]
        sync_parts(loading, TemplateItem, stored[row.id], wanted, ("code",))
    loading.session.flush()
    loading.names.forget_rows("template_item")
    everything = {f"{row.code}@{row.version}": row for row in (*rows, *own)}
    _switch_off(loading, everything, reading.head.templates_off if reading.head else [])
