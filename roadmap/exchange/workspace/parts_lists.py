"""Parts of the format: taxonomy, calendar, people, teams, frameworks and checklist templates."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from roadmap.exchange.workspace.fields import (
    Code,
    Count,
    Day,
    Email,
    Language,
    Line,
    Market,
    Name,
    Part,
    Positive,
    Region,
    Text,
    Title,
    Words,
)
from roadmap.exchange.workspace.parts_capacity import CampaignLoadPart


class RegionPart(Part):
    """A group of markets."""

    code: Region
    name: Name


class MarketPart(Part):
    """A country, by ISO 3166-1 alpha-2 code."""

    refs: ClassVar = {"region": ("region_code", "region")}

    code: Market
    name: Name
    region: Region | None = None
    active: bool = True


class LanguagePart(Part):
    """A language, by BCP 47 tag."""

    code: Language
    name: Name
    active: bool = True


class SurfacePart(Part):
    """A place where items are shown."""

    code: Code
    name: Name
    active: bool = True


class PolicyAreaPart(Part):
    """A field of policy with its DSA statement-of-reasons category."""

    code: Code
    name: Name
    dsa_category: Annotated[str, Field(max_length=60)]
    active: bool = True


class PolicyMarketPart(Part):
    """From when a version holds in a market; without market, wherever no own day is set."""

    refs: ClassVar = {"market": ("market_code", "market")}

    market: Market | None = None
    effective_on: Day


class PolicyLanguagePart(Part):
    """A language in which the guideline is published to reviewers."""

    refs: ClassVar = {"language": ("language_code", "language")}

    language: Language
    published_on: Day


class PolicyVersionPart(Part):
    """One version of a policy area's guideline."""

    refs: ClassVar = {
        "policy_area": ("policy_area_code", "policy_area"),
        "owner": ("owner_id", "person"),
    }
    apart: ClassVar = frozenset({"markets", "languages"})

    policy_area: Code
    version: Annotated[str, Field(min_length=1, max_length=40)]
    sweeps: bool = False
    owner: Email | None = None
    markets: list[PolicyMarketPart] = []
    languages: list[PolicyLanguagePart] = []


class CalendarPart(Part):
    """Days without work, of a campaign or of a freeze; without market, everywhere."""

    refs: ClassVar = {"market": ("market_code", "market")}
    apart: ClassVar = frozenset({"load"})

    kind: Literal["holiday", "campaign", "freeze"]
    name: Name
    market: Market | None = None
    starts_on: Day
    ends_on: Day
    load: CampaignLoadPart | None = None


class PersonPart(Part):
    """Somebody who may sign in; passwords are never part of a file."""

    email: Email
    name: Name
    roles: list[str] = []
    time_zone: Annotated[str, Field(min_length=1, max_length=64)] = "UTC"
    active: bool = True


class MemberPart(Part):
    """One person in a team."""

    refs: ClassVar = {"person": ("person_id", "person")}

    person: Email
    lead: bool = False


class TeamPart(Part):
    """A group of people."""

    apart: ClassVar = frozenset({"members"})

    code: Code
    name: Name
    active: bool = True
    members: list[MemberPart] = []


class FrameworkPart(Part):
    """A scoring method of your own; those built in are named as in `rice@1` and not written out."""

    code: Code
    version: Positive
    name: Name
    method: Literal["rice", "wsjf", "cd3", "ice", "weighted", "custom"]
    expression: Text | None = None
    criteria: list[dict[str, Any]]
    params: dict[str, Any] = {}
    active: bool = True


class TemplateItemPart(Part):
    """One prompt of a checklist template."""

    code: Annotated[str, Field(min_length=1, max_length=60)]
    text: Words
    source: Line = ""
    check_source: bool = False
    severity: Literal["blocker", "approvable", "info"]
    types: list[Literal["M", "C", "S", "P", "V", "T", "W", "Q"]] = []
    regions: list[Annotated[str, Field(max_length=20)]] = []
    max_tier: Annotated[int, Field(ge=1, le=3)] = 2
    due_days: Count = 5
    # The fact of the registry that answers it.
    bound_to: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    # A standing attestation of market and surface may answer it.
    standing: bool = False
    before_commit: bool = False


class TemplatePart(Part):
    """One version of a checklist template of your own."""

    apart: ClassVar = frozenset({"items"})

    code: Annotated[str, Field(min_length=1, max_length=40)]
    version: Positive
    title: Title
    active: bool = True
    items: list[TemplateItemPart] = []
