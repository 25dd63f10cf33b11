"""Write an organisation as one canonical workspace file: sorted, absolute dates, no secrets."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Person, Team, TeamMember
from roadmap.exchange.workspace import attested, gates, own_lists, scoring_depth
from roadmap.exchange.workspace import parts_lists as lists
from roadmap.exchange.workspace.dump_capacity import campaign_loads
from roadmap.exchange.workspace.dump_launches import launches
from roadmap.exchange.workspace.dump_mechanisms import mechanisms, sites
from roadmap.exchange.workspace.dump_requirements import requirements, triage_turns
from roadmap.exchange.workspace.fields import Part
from roadmap.exchange.workspace.mapping import grouped, in_order, write
from roadmap.exchange.workspace.names import Names
from roadmap.exchange.workspace.schema import FORMAT, VERSION
from roadmap.exchange.workspace.shipped import built_in_frameworks, built_in_templates
from roadmap.readiness.models import ChecklistTemplate, TemplateItem
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

Items = list[dict[str, Any]]


def export_text(session: Session) -> str:
    """Return the organisation as a workspace file: the same bytes for the same content.

    Secrets, history and what is computed from the rest are left out. Ends with a newline.
    """
    return json.dumps(document(session), ensure_ascii=False, indent=2) + "\n"


def document(session: Session) -> dict[str, Any]:
    """Return the organisation as the plain objects of the format; empty sections are left out."""
    names = Names(session)
    sections: dict[str, Any] = {
        "regions": _simple(session, names, lists.RegionPart, Region),
        "markets": _simple(session, names, lists.MarketPart, Market),
        "languages": _simple(session, names, lists.LanguagePart, Language),
        "surfaces": _simple(session, names, lists.SurfacePart, Surface),
        "policy_areas": _simple(session, names, lists.PolicyAreaPart, PolicyArea),
        "people": _people(session, names),
        "teams": _teams(session, names),
        "policy_versions": _policy_versions(session, names),
        "calendar": _calendar(session, names),
        "triage_turns": triage_turns(session, names),
        **_frameworks(session, names),
        **_templates(session, names),
        **gates.sections(session, names),
        **attested.sections(session, names),
        **own_lists.sections(session, names),
        "sites": sites(session, names),
        "mechanisms": mechanisms(session, names),
        "requirements": requirements(session, names),
        "launches": launches(session, names),
        **scoring_depth.sections(session, names),
    }
    return {
        "format": FORMAT,
        "version": VERSION,
        **{name: value for name, value in sections.items() if value},
    }


def _simple(session: Session, names: Names, part: type[Part], table: Any) -> Items:
    return in_order((write(part, row, names) for row in session.scalars(select(table))), "code")


def _people(session: Session, names: Names) -> Items:
    found = []
    for person in session.scalars(select(Person)):
        item = write(lists.PersonPart, person, names)
        if "roles" in item:
            item["roles"] = sorted(set(item["roles"]))
        found.append(item)
    return in_order(found, "email")


def _teams(session: Session, names: Names) -> Items:
    members = grouped(session, TeamMember, lambda row: row.team_id)
    return in_order(
        (
            write(
                lists.TeamPart,
                team,
                names,
                members=in_order(
                    (write(lists.MemberPart, m, names) for m in members[team.id]), "person"
                ),
            )
            for team in session.scalars(select(Team))
        ),
        "code",
    )


def _policy_versions(session: Session, names: Names) -> Items:
    markets = grouped(session, PolicyMarket, lambda row: row.policy_version_id)
    languages = grouped(session, PolicyLanguage, lambda row: row.policy_version_id)
    return in_order(
        (
            write(
                lists.PolicyVersionPart,
                row,
                names,
                markets=in_order(
                    (write(lists.PolicyMarketPart, m, names) for m in markets[row.id]), "market"
                ),
                languages=in_order(
                    (write(lists.PolicyLanguagePart, m, names) for m in languages[row.id]),
                    "language",
                ),
            )
            for row in session.scalars(select(PolicyVersion))
        ),
        "policy_area",
        "version",
    )


def _calendar(session: Session, names: Names) -> Items:
    loads = campaign_loads(session, names)
    rows = (
        write(lists.CalendarPart, row, names, load=loads.get(row.id))
        for row in session.scalars(select(CalendarDay))
    )
    return in_order(rows, "starts_on", "kind", "market", "name")


def _versioned(row: Any) -> str:
    return f"{row.code}@{row.version}"


def _frameworks(session: Session, names: Names) -> dict[str, Any]:
    rows = session.scalars(select(Framework).order_by(Framework.code, Framework.version)).all()
    own = [row for row in rows if _versioned(row) not in built_in_frameworks()]
    ranking = next((_versioned(row) for row in rows if row.ranks_backlog), None)
    return {
        "frameworks": [write(lists.FrameworkPart, row, names) for row in own],
        "frameworks_off": _off(rows, own),
        "backlog_framework": ranking,
    }


def _off(rows: Sequence[Any], own: Sequence[Any]) -> list[str]:
    """Return the built-in rows that are switched off; own ones say so themselves."""
    return [_versioned(row) for row in rows if not row.active and row not in own]


def _templates(session: Session, names: Names) -> dict[str, Any]:
    rows = session.scalars(
        select(ChecklistTemplate).order_by(ChecklistTemplate.code, ChecklistTemplate.version)
    ).all()
    own = [row for row in rows if _versioned(row) not in built_in_templates()]
    items = grouped(session, TemplateItem, lambda row: row.template_id)
    found = [
        write(
            lists.TemplatePart,
            row,
            names,
            items=[
                write(lists.TemplateItemPart, item, names)
                for item in sorted(items[row.id], key=lambda item: (item.position, item.id))
            ],
        )
        for row in own
    ]
    return {"templates": found, "templates_off": _off(rows, own)}
