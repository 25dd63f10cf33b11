"""Commands on certified people and the sites where they work."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.events import publish
from roadmap.history.conflict import changed_fields
from roadmap.history.service import record
from roadmap.mechanisms.events import EvidenceChanged
from roadmap.mechanisms.fields import text, whole
from roadmap.mechanisms.kinds import HUMAN_KINDS
from roadmap.mechanisms.models import Certification, Mechanism, Site, SiteMarket
from roadmap.mechanisms.queries import authorise, find_site
from roadmap.mechanisms.service import id_of, told
from roadmap.taxonomy.models import PolicyVersion
from roadmap.taxonomy.queries import in_use, options
from roadmap.web.i18n import _

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
HOURS_A_WEEK_AT_MOST = 1_000_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """Heads certified on a guideline version in a language, at a site or not at any."""

    policy_version_id: int
    language_code: str
    heads: int
    certified_on: date
    expires_on: date | None = None
    site_id: int | None = None


def add_certification(
    session: Session, actor: Actor | None, mechanism: Mechanism, certified: Certified
) -> Certification:
    """Store how many people of a queue are certified, and return it."""
    authorise(actor, mechanism)
    _check(session, mechanism, certified, None)
    found = Certification(
        mechanism_id=mechanism.id,
        policy_version_id=certified.policy_version_id,
        language_code=certified.language_code,
        site_id=certified.site_id,
        heads=certified.heads,
        certified_on=certified.certified_on,
        expires_on=certified.expires_on,
    )
    session.add(found)
    _told(session, actor, mechanism, "mechanism.certification_added")
    return found


def edit_certification(
    session: Session,
    actor: Actor | None,
    mechanism: Mechanism,
    certification_id: int,
    certified: Certified,
) -> Certification:
    """Change a certification, as when more people passed."""
    authorise(actor, mechanism)
    found = find_certification(session, mechanism, certification_id)
    _check(session, mechanism, certified, found.id)
    for name in Certified.__slots__:
        setattr(found, name, getattr(certified, name))
    _told(session, actor, mechanism, "mechanism.certification_edited")
    return found


def remove_certification(
    session: Session, actor: Actor | None, mechanism: Mechanism, certification_id: int
) -> None:
    """Take a certification back; the history keeps it."""
    authorise(actor, mechanism)
    session.delete(find_certification(session, mechanism, certification_id))
    _told(session, actor, mechanism, "mechanism.certification_removed")


def find_certification(
    session: Session, mechanism: Mechanism, certification_id: int
) -> Certification:
    """Return a certification of a mechanism, or raise NotFound."""
    found = session.scalar(
        select(Certification).where(
            Certification.id == certification_id, Certification.mechanism_id == mechanism.id
        )
    )
    if found is None:
        raise NotFound(_("That certification is already gone."))
    return found


def _told(session: Session, actor: Actor | None, mechanism: Mechanism, action: str) -> None:
    told(session, actor, mechanism, action)
    publish(session, EvidenceChanged(mechanism.id))


def _check(
    session: Session, mechanism: Mechanism, certified: Certified, own_id: int | None
) -> None:
    if mechanism.kind not in HUMAN_KINDS:
        raise Invalid(_("Only people are certified, and nobody works in this mechanism."))
    if whole("heads", certified.heads) is None:
        raise Invalid.at("heads", _("Say how many people."))
    if certified.certified_on > clock.today():
        raise Invalid.at("certified_on", _("This day has not happened yet."))
    if certified.expires_on is not None and certified.expires_on < certified.certified_on:
        raise Invalid.at("expires_on", _("It would expire before it began."))
    versions = select(PolicyVersion.id).where(PolicyVersion.id == certified.policy_version_id)
    if session.scalar(versions) is None:
        raise Invalid.at("policy_version_id", _("There is no such guideline version."))
    if ("language", certified.language_code) not in options(session).names:
        raise Invalid.at("language_code", _("There is no such language."))
    places = select(Site.id).where(Site.id == certified.site_id)
    if certified.site_id is not None and session.scalar(places) is None:
        raise Invalid.at("site_id", _("There is no such site."))
    twin = session.scalar(
        select(Certification.id).where(
            Certification.mechanism_id == mechanism.id,
            Certification.policy_version_id == certified.policy_version_id,
            Certification.language_code == certified.language_code,
            Certification.site_id.is_not_distinct_from(certified.site_id),
        )
    )
    if twin is not None and twin != own_id:
        raise Invalid.at(
            "language_code", _("These people are listed already: change that line instead.")
        )


# ---- sites ----


def allow_sites(actor: Actor | None) -> None:
    """Refuse people who may not edit sites; None is the system itself."""
    if actor is not None and not (actor.may("mechanism.edit_any") or actor.may("admin.taxonomy")):
        raise Forbidden(_("Only program managers and admins may change sites."))


def add_site(
    session: Session,
    actor: Actor | None,
    code: str,
    values: Mapping[str, Any],
    markets: Iterable[str] = (),
) -> Site:
    """Store a site and return it; `markets` are those whose items its people may see."""
    allow_sites(actor)
    code = code.strip()
    if not _CODE.fullmatch(code):
        raise Invalid.at("code", _("Use up to 40 small letters, digits, - and _, such as lisbon."))
    if session.scalar(select(Site.id).where(Site.code == code)) is not None:
        raise Invalid.at("code", _("%(code)s is already here: edit that one.", code=code))
    site = Site(code=code, markets=[], **_site_values({"name": "", **values}))
    _set_markets(session, site, markets)
    session.add(site)
    record(session, id_of(actor), site, "site.created")
    return site


def edit_site(
    session: Session,
    actor: Actor | None,
    code: str,
    values: Mapping[str, Any],
    markets: Iterable[str] | None = None,
    shown: Mapping[str, Any] | None = None,
) -> Site:
    """Change a site; `markets` None leaves them as they are."""
    allow_sites(actor)
    site = find_site(session, code)
    for name, value in changed_fields(site, _site_values(values), shown).items():
        setattr(site, name, value)
    if markets is not None:
        _set_markets(session, site, markets)
    record(session, id_of(actor), site, "site.edited")
    people = select(Certification.mechanism_id).where(Certification.site_id == site.id).distinct()
    for mechanism_id in session.scalars(people):
        publish(session, EvidenceChanged(mechanism_id))
    return site


def delete_site(session: Session, actor: Actor | None, code: str) -> None:
    """Delete a site nobody works at."""
    allow_sites(actor)
    site = find_site(session, code)
    if in_use(session, "site", "id", site.id):
        raise Invalid(
            _("Mechanisms, certified people, shifts or days off name this site, so it stays.")
        )
    session.delete(site)
    record(session, id_of(actor), site, "site.deleted")


def _site_values(values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name == "name":
            found[name] = text(name, value, 120, required=True)
        elif name == "vendor":
            found[name] = text(name, value, 120)
        elif name == "notice_weeks":
            found[name] = whole(name, value)
        elif name == "contract_hours":
            found[name] = _hours(name, value)
    return found


def _hours(name: str, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid.at(name, _("Use a number of hours a week."))
    if not math.isfinite(value) or not 0 <= value <= HOURS_A_WEEK_AT_MOST:
        raise Invalid.at(name, _("Use a number of hours a week, from 0 to 1,000,000."))
    return float(value)


def _set_markets(session: Session, site: Site, markets: Iterable[str]) -> None:
    wanted = set(markets)
    names = options(session).names
    for code in sorted(wanted):
        if ("market", code) not in names:
            raise Invalid.at("markets", _("There is no market %(code)s.", code=code))
    for part in list(site.markets):
        if part.market_code not in wanted:
            site.markets.remove(part)
    known = {part.market_code for part in site.markets}
    site.markets.extend(SiteMarket(market_code=code) for code in sorted(wanted - known))
