"""The facts that launches share: mechanisms, evidence, guidelines, certified people, holidays."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from roadmap.launches.access import AnySelect
from roadmap.mechanisms.facts import MeasurementFact
from roadmap.mechanisms.models import Certification, CoverageCell, Mechanism, SiteMarket
from roadmap.one_of import one_of
from roadmap.readiness.facts import CertificationFact, GuidelineFact, RateFact
from roadmap.reading import ask
from roadmap.taxonomy.models import CalendarDay, PolicyLanguage, PolicyMarket, PolicyVersion
from roadmap.taxonomy.scope import ScopeCell, ScopePattern

# A place where items are shown under a policy; the language is compared by the coverage rules.
Place = tuple[str | None, str | None, str | None]


# Statements are built once and sent with their values: building them costs more than most answers.
_IDS: Any = bindparam("ids", expanding=True)
_AREAS: Any = bindparam("areas", expanding=True)
_TODAY: Any = bindparam("today")


@cache
def _declared_query() -> AnySelect:
    parts = {
        "markets": CoverageCell.market_code,
        "surfaces": CoverageCell.surface_code,
        "areas": CoverageCell.policy_area_code,
    }
    query = select(CoverageCell.mechanism_id, *parts.values()).distinct()
    for name, column in parts.items():
        codes: Any = bindparam(name, expanding=True)
        query = query.where(column.is_(None) | column.in_(codes))
    return query


class Declared:
    """Which mechanisms declare which place, from one statement."""

    def __init__(self, session: Session, places: Collection[tuple[str, str, str]]) -> None:
        self._by_place: dict[Place, set[int]] = defaultdict(set)
        self._found: dict[tuple[str, str, str], frozenset[int]] = {}
        codes = {
            name: sorted({place[part] for place in places})
            for part, name in enumerate(("markets", "surfaces", "areas"))
        }
        for mechanism_id, market, surface, area in ask(session, _declared_query(), codes):
            self._by_place[market, surface, area].add(mechanism_id)

    def at(self, market: str, surface: str, area: str) -> frozenset[int]:
        """Return the mechanisms that declare the place, by name or by a wildcard."""
        place = (market, surface, area)
        if place not in self._found:
            self._found[place] = frozenset(
                mechanism_id
                for m in (market, None)
                for s in (surface, None)
                for a in (area, None)
                for mechanism_id in self._by_place.get((m, s, a), ())
            )
        return self._found[place]


def places_of(cells: Iterable[ScopeCell]) -> set[tuple[str, str, str]]:
    """Return the places of some cells, each once."""
    return {(c.market, c.surface, c.policy_area) for c in cells}


@cache
def _leads_query() -> AnySelect:
    columns = (Mechanism.id, Mechanism.routes_to_id, Mechanism.labels_per_week)
    return select(*columns).where(one_of(Mechanism.id, _IDS))


@dataclass(frozen=True)
class Leads:
    """Where mechanisms route to, and the labels a week their owners can produce, where stated."""

    routes: Mapping[int, int]
    rates: Mapping[int, RateFact]


def leads(session: Session, ids: Collection[int]) -> Leads:
    """Return routes and label rates of the mechanisms, in one statement."""
    routes: dict[int, int] = {}
    rates: dict[int, RateFact] = {}
    for number, queue, labels in ask(session, _leads_query(), {"ids": ids}):
        if queue is not None:
            routes[number] = queue
        if labels is not None:
            rates[number] = RateFact(
                mechanism_id=number, scope=ScopePattern(), labels_per_week=float(labels)
            )
    return Leads(routes, rates)


@cache
def _translated_query() -> AnySelect:
    return (
        select(PolicyLanguage.policy_version_id, PolicyLanguage.language_code)
        .join(PolicyVersion, PolicyVersion.id == PolicyLanguage.policy_version_id)
        .where(PolicyVersion.policy_area_code.in_(_AREAS), PolicyLanguage.published_on <= _TODAY)
    )


@cache
def _dated_query() -> AnySelect:
    return (
        select(
            PolicyVersion.id,
            PolicyVersion.policy_area_code,
            PolicyVersion.version,
            PolicyVersion.owner_id,
            PolicyMarket.market_code,
            PolicyMarket.effective_on,
        )
        .join(PolicyMarket, PolicyMarket.policy_version_id == PolicyVersion.id)
        .where(PolicyVersion.policy_area_code.in_(_AREAS))
    )


def guidelines(
    session: Session, areas: Collection[str], today: date
) -> dict[str, list[GuidelineFact]]:
    """Return the guideline versions by policy area; two statements.

    A translation counts from the day it is published, not from the day it is promised for.
    """
    languages: dict[int, list[str]] = defaultdict(list)
    known = {"areas": areas, "today": today}
    for version_id, language in ask(session, _translated_query(), known):
        languages[version_id].append(language)
    found: dict[str, list[GuidelineFact]] = defaultdict(list)
    for row in ask(session, _dated_query(), {"areas": areas}):
        found[row.policy_area_code].append(
            GuidelineFact(
                id=row.id,
                policy_area=row.policy_area_code,
                version=row.version,
                effective_from=row.effective_on,
                market=row.market_code,
                languages=tuple(sorted(languages[row.id])),
                owner_id=row.owner_id,
            )
        )
    return found


@cache
def _sites_query() -> AnySelect:
    used = select(Certification.site_id).where(one_of(Certification.mechanism_id, _IDS))
    return select(SiteMarket.site_id, SiteMarket.market_code).where(SiteMarket.site_id.in_(used))


@cache
def _certified_query() -> AnySelect:
    return select(*Certification.__table__.columns).where(
        one_of(Certification.mechanism_id, _IDS), Certification.certified_on <= _TODAY
    )


def certifications(
    session: Session, mechanism_ids: Collection[int], today: date
) -> dict[int, list[CertificationFact]]:
    """Return the certified heads by mechanism; two statements.

    People of a site may review only the markets the site is permitted, so a site without any
    permits none; people of no site are bound to none.
    """
    permitted: dict[int, list[str]] = defaultdict(list)
    for site_id, market in ask(session, _sites_query(), {"ids": mechanism_ids}):
        permitted[site_id].append(market)
    found: dict[int, list[CertificationFact]] = defaultdict(list)
    known = {"ids": mechanism_ids, "today": today}
    for row in ask(session, _certified_query(), known):
        markets = tuple(sorted(permitted[row.site_id])) if row.site_id is not None else None
        found[row.mechanism_id].append(
            CertificationFact(
                id=row.id,
                guideline_id=row.policy_version_id,
                language=row.language_code,
                heads=row.heads,
                expires_on=row.expires_on,
                site_id=row.site_id,
                permitted_markets=markets,
            )
        )
    return found


@cache
def _holidays_query() -> AnySelect:
    columns = (CalendarDay.market_code, CalendarDay.starts_on, CalendarDay.ends_on)
    return select(*columns).where(
        CalendarDay.kind == "holiday",
        CalendarDay.starts_on <= bindparam("last"),
        CalendarDay.ends_on >= bindparam("first"),
    )


class Holidays:
    """Days without work around the launches, by market, from one statement."""

    def __init__(self, session: Session, first: date, last: date) -> None:
        self._days: dict[str | None, set[date]] = defaultdict(set)
        known = {"first": first, "last": last}
        for market, starts, ends in ask(session, _holidays_query(), known):
            day = max(starts, first)
            while day <= min(ends, last):
                self._days[market].add(day)
                day += timedelta(days=1)
        self._found: dict[frozenset[str], frozenset[date]] = {}

    def of(self, markets: Iterable[str]) -> frozenset[date]:
        """Return the holidays of everywhere and of these markets."""
        named = frozenset(markets)
        if named not in self._found:
            days = set(self._days.get(None, ()))
            for market in named:
                days |= self._days.get(market, set())
            self._found[named] = frozenset(days)
        return self._found[named]


def evidence_by_mechanism(
    rows: Sequence[MeasurementFact], at: datetime
) -> Mapping[int, list[MeasurementFact]]:
    """Group the measurements known at a moment by mechanism."""
    found: dict[int, list[MeasurementFact]] = defaultdict(list)
    for row in rows:
        if row.recorded_at <= at:
            found[row.mechanism_id].append(row)
    return found
