"""The whole document and its JSON Schema."""

from typing import Annotated, Any, Literal

from pydantic import Field

from roadmap.exchange.workspace.fields import Day, Part, Text, Versioned
from roadmap.exchange.workspace.parts_decisions import AttestationPart
from roadmap.exchange.workspace.parts_gates import GateTemplatePart, ReviewGroupPart
from roadmap.exchange.workspace.parts_launches import LaunchPart
from roadmap.exchange.workspace.parts_lists import (
    CalendarPart,
    FrameworkPart,
    LanguagePart,
    MarketPart,
    PersonPart,
    PolicyAreaPart,
    PolicyVersionPart,
    RegionPart,
    SurfacePart,
    TeamPart,
    TemplatePart,
)
from roadmap.exchange.workspace.parts_mechanisms import MechanismPart, SitePart
from roadmap.exchange.workspace.parts_own import FieldPart, ViewPart
from roadmap.exchange.workspace.parts_requirements import RequirementPart, TriageTurnPart
from roadmap.exchange.workspace.parts_scoring import BaselinePart, CapacityPart, OverridePart

FORMAT = "launch-roadmap-workspace"
VERSION = 1


class Workspace(Part):
    """One organisation: a list for each kind of record, referring to each other by natural keys."""

    format: Literal["launch-roadmap-workspace"]
    version: Literal[1]
    # Words for a reader of the file; not stored.
    note: Text = ""
    # The day relative days count from; today when left out.
    as_of: Annotated[Day, Field(description="The day relative days count from.")] | None = None
    regions: list[RegionPart] = []
    markets: list[MarketPart] = []
    languages: list[LanguagePart] = []
    surfaces: list[SurfacePart] = []
    policy_areas: list[PolicyAreaPart] = []
    people: list[PersonPart] = []
    teams: list[TeamPart] = []
    policy_versions: list[PolicyVersionPart] = []
    calendar: list[CalendarPart] = []
    triage_turns: list[TriageTurnPart] = []
    frameworks: list[FrameworkPart] = []
    # Frameworks, built in or not, that are switched off, and the one that ranks the backlog.
    frameworks_off: list[Versioned] = []
    backlog_framework: Versioned | None = None
    templates: list[TemplatePart] = []
    templates_off: list[Versioned] = []
    review_groups: list[ReviewGroupPart] = []
    gate_templates: list[GateTemplatePart] = []
    attestations: list[AttestationPart] = []
    fields: list[FieldPart] = []
    views: list[ViewPart] = []
    sites: list[SitePart] = []
    mechanisms: list[MechanismPart] = []
    requirements: list[RequirementPart] = []
    launches: list[LaunchPart] = []
    capacities: list[CapacityPart] = []
    overrides: list[OverridePart] = []
    baselines: list[BaselinePart] = []


# Field of the document -> the part each entry is.
SECTIONS: dict[str, type[Part]] = {
    "regions": RegionPart,
    "markets": MarketPart,
    "languages": LanguagePart,
    "surfaces": SurfacePart,
    "policy_areas": PolicyAreaPart,
    "people": PersonPart,
    "teams": TeamPart,
    "policy_versions": PolicyVersionPart,
    "calendar": CalendarPart,
    "triage_turns": TriageTurnPart,
    "frameworks": FrameworkPart,
    "templates": TemplatePart,
    "review_groups": ReviewGroupPart,
    "gate_templates": GateTemplatePart,
    "attestations": AttestationPart,
    "fields": FieldPart,
    "views": ViewPart,
    "sites": SitePart,
    "mechanisms": MechanismPart,
    "requirements": RequirementPart,
    "launches": LaunchPart,
    "capacities": CapacityPart,
    "overrides": OverridePart,
    "baselines": BaselinePart,
}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a workspace file."""
    schema = Workspace.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Launch Roadmap workspace",
        **{name: value for name, value in schema.items() if name != "title"},
    }
