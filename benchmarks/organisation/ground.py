"""Markets, languages, surfaces, policies, people, teams and sites."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from argon2 import PasswordHasher

from benchmarks.bulk import Loader
from benchmarks.organisation import words
from benchmarks.organisation.sizes import EMAIL, PASSWORD, SEED, Sizes
from roadmap.accounts.models import Person, Team, TeamMember
from roadmap.mechanisms.models import Site, SiteMarket
from roadmap.taxonomy.dsa import DSA_CATEGORIES
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

# Region -> markets with the languages their sellers write in.
WORLD: dict[str, dict[str, tuple[str, ...]]] = {
    "EU": {
        "DE": ("de", "en"), "FR": ("fr", "en"), "ES": ("es", "en"), "IT": ("it", "en"),
        "NL": ("nl", "en"), "PL": ("pl", "en"), "IE": ("en",), "PT": ("pt", "en"),
        "BE": ("nl", "fr"), "AT": ("de", "en"), "CZ": ("cs", "en"), "GR": ("el", "en"),
    },
    "UK": {"GB": ("en",)},
    "US": {"US": ("en", "es")},
    "SEA": {
        "TH": ("th", "en"), "VN": ("vi", "en"), "ID": ("id", "en"), "MY": ("ms", "en"),
        "PH": ("en", "fil"), "SG": ("en", "zh"),
    },
    "LATAM": {"BR": ("pt",), "MX": ("es",), "CL": ("es",), "CO": ("es",)},
    "JAPAN": {"JP": ("ja", "en")},
}  # fmt: skip
MARKETS = {code: tongues for region in WORLD.values() for code, tongues in region.items()}
LANGUAGES = sorted({tongue for tongues in MARKETS.values() for tongue in tongues})
SURFACES = ("listing", "live", "video", "search", "chat")
AREAS = (
    "weapons", "counterfeit", "medicine", "minors", "hate", "adult", "wildlife", "fraud",
    "recalls", "tobacco", "alcohol", "privacy", "spam", "dangerous", "animals", "elections",
)  # fmt: skip
SITES = 24
_ROLES = ("viewer", "viewer", "partner", "partner", "partner", "mechanism_owner", "approver")


@dataclass(frozen=True)
class Ground:
    """What the other rooms refer to: key ranges, and the guideline in force by policy area."""

    sizes: Sizes
    in_force: dict[str, int]

    def person(self, draw: Random) -> int:
        """Return the key of somebody."""
        return draw.randint(1, self.sizes.people)

    def team(self, draw: Random) -> int:
        """Return the key of a team."""
        return draw.randint(1, self.sizes.teams)


def draw_for(part: str, sizes: Sizes) -> Random:
    """Return the random numbers of one part, so that parts do not disturb each other."""
    return Random(f"{SEED} {part} {sizes.scale}")


def load(loader: Loader, sizes: Sizes) -> Ground:
    """Write the ground and return what others refer to."""
    _taxonomy(loader, sizes)
    draw = draw_for("people", sizes)
    loader.add(Person, _people(draw, sizes))
    versions = list(_policies(loader, sizes))
    loader.add(
        Team,
        (
            {
                "id": number,
                "code": f"team-{number}",
                "name": f"{words.thing(draw).title()} {number}",
            }
            for number in range(1, sizes.teams + 1)
        ),
    )
    loader.add(TeamMember, _members(sizes))
    loader.add(
        Site,
        (
            {
                "id": number,
                "code": f"site-{number}",
                "name": f"{draw.choice(words.CITIES)} {number}",
                "vendor": f"Vendor {number % 5}",
                "contract_hours": 38.5,
                "notice_weeks": 8,
            }
            for number in range(1, SITES + 1)
        ),
    )
    loader.add(
        SiteMarket,
        (
            {"site_id": site, "market_code": market, "id": site * 100 + place}
            for site in range(1, SITES + 1)
            for place, market in enumerate(sorted(draw.sample(sorted(MARKETS), 12)))
        ),
    )
    return Ground(sizes, dict(versions))


def _taxonomy(loader: Loader, sizes: Sizes) -> None:
    loader.add(Region, [{"id": n, "code": c, "name": c} for n, c in enumerate(WORLD, 1)])
    regions = {market: region for region, markets in WORLD.items() for market in markets}
    loader.add(
        Market,
        [
            {"id": n, "code": code, "name": code, "region_code": regions[code]}
            for n, code in enumerate(sorted(MARKETS), 1)
        ],
    )
    loader.add(
        Language, [{"id": n, "code": code, "name": code} for n, code in enumerate(LANGUAGES, 1)]
    )
    loader.add(
        Surface,
        [{"id": n, "code": code, "name": code.title()} for n, code in enumerate(SURFACES, 1)],
    )
    categories = sorted(DSA_CATEGORIES)
    loader.add(
        PolicyArea,
        [
            {
                "id": n,
                "code": code,
                "name": code.title(),
                "dsa_category": categories[n % len(categories)],
            }
            for n, code in enumerate(AREAS, 1)
        ],
    )
    loader.add(CalendarDay, _holidays(sizes))


def _holidays(sizes: Sizes) -> Iterator[dict[str, Any]]:
    draw, key = draw_for("holidays", sizes), 0
    for market in sorted(MARKETS):
        for _ in range(20):
            key += 1
            day = sizes.monday + timedelta(days=draw.randint(-300, 400))
            yield {
                "id": key,
                "kind": "holiday",
                "name": f"Holiday {key}",
                "market_code": market,
                "starts_on": day,
                "ends_on": day,
            }
    for kind, name, start in (("campaign", "Winter sale", 20), ("freeze", "Year-end freeze", 26)):
        key += 1
        yield {
            "id": key,
            "kind": kind,
            "name": name,
            "starts_on": sizes.monday + timedelta(days=start),
            "ends_on": sizes.monday + timedelta(days=start + 12),
        }


def _policies(loader: Loader, sizes: Sizes) -> Iterator[tuple[str, int]]:
    """Write three versions of each area's guideline; yield (area, key of the one in force)."""
    versions: list[dict[str, Any]] = []
    starts: list[dict[str, Any]] = []
    tongues: list[dict[str, Any]] = []
    for place, area in enumerate(AREAS):
        for step in range(3):
            key = place * 3 + step + 1
            versions.append(
                {
                    "id": key,
                    "policy_area_code": area,
                    "version": f"v{step + 1}",
                    "owner_id": key,
                    "sweeps": step == 2,
                }
            )
            # The second is in force, the third comes in four months.
            start = sizes.monday + timedelta(days=(-700, -200, 120)[step])
            starts.append({"id": key, "policy_version_id": key, "effective_on": start})
            tongues += [
                {
                    "id": len(tongues) + n,
                    "policy_version_id": key,
                    "language_code": tongue,
                    "published_on": start - timedelta(days=20),
                }
                for n, tongue in enumerate(LANGUAGES, 1)
            ]
        yield area, place * 3 + 2
    loader.add(PolicyVersion, versions)
    loader.add(PolicyMarket, starts)
    loader.add(PolicyLanguage, tongues)


def _people(draw: Random, sizes: Sizes) -> Iterator[dict[str, Any]]:
    digest = PasswordHasher().hash(PASSWORD, salt=b"the same each time")
    for number in range(1, sizes.people + 1):
        first = number == 1
        yield {
            "id": number,
            "email": EMAIL if first else f"person{number}@bench.example",
            "name": "Paula Manager" if first else words.person_name(draw),
            "password_hash": digest if first else None,
            "roles": ["pm"] if first or number % 100 == 0 else [draw.choice(_ROLES)],
            "time_zone": "Europe/Berlin" if number % 3 else "UTC",
            "session_epoch": 1,
            "created_at": sizes.now - timedelta(days=draw.randint(30, 1500)),
        }


def _members(sizes: Sizes) -> Iterator[dict[str, Any]]:
    for number in range(1, sizes.people + 1):
        yield {
            "id": number,
            "team_id": (number - 1) % sizes.teams + 1,
            "person_id": number,
            "lead": number <= sizes.teams,
        }
