"""Commands on policy versions: from when each holds where, in which languages, and who owns it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.accounts.models import Person
from roadmap.errors import Invalid, NotFound
from roadmap.events import publish
from roadmap.history.conflict import changed_fields
from roadmap.history.service import record
from roadmap.taxonomy.events import PolicyChanged
from roadmap.taxonomy.models import (
    Language,
    Market,
    PolicyArea,
    PolicyLanguage,
    PolicyMarket,
    PolicyVersion,
)
from roadmap.taxonomy.queries import find_policy_version, in_use
from roadmap.taxonomy.service import actor_id, allow
from roadmap.web.i18n import _

VERSION_LENGTH = 40


def add_policy_version(
    session: Session,
    actor: Actor | None,
    policy_area_code: str,
    version: str,
    *,
    owner_id: int | None = None,
    sweeps: bool = False,
    effective_on: date | None = None,
    languages: Mapping[str, date] | Iterable[str] = (),
) -> PolicyVersion:
    """Store a version of an area's guideline and return it.

    `effective_on` is its date wherever no market has its own; `languages` are those it is published
    in, with the day or, given as plain codes, from `effective_on`.
    """
    allow(actor)
    version = version.strip()
    if not version or len(version) > VERSION_LENGTH:
        raise Invalid.at("version", _("Give it a short name of up to 40 characters, such as v3."))
    if session.scalar(select(PolicyArea.id).where(PolicyArea.code == policy_area_code)) is None:
        raise Invalid.at("policy_area_code", _("There is no such policy area."))
    taken = select(PolicyVersion.id).where(
        PolicyVersion.policy_area_code == policy_area_code, PolicyVersion.version == version
    )
    if session.scalar(taken) is not None:
        raise Invalid.at("version", _("This area already has a version of that name."))
    _check_owner(session, owner_id)
    found = PolicyVersion(
        policy_area_code=policy_area_code,
        version=version,
        sweeps=sweeps,
        owner_id=owner_id,
        markets=[],
        languages=[],
    )
    session.add(found)
    if effective_on is not None:
        found.markets.append(PolicyMarket(market_code=None, effective_on=effective_on))
    for code, day in _with_days(languages, effective_on).items():
        _check_language(session, code)
        found.languages.append(PolicyLanguage(language_code=code, published_on=day))
    return _told(session, actor, found, "policy_version.created")


def edit_policy_version(
    session: Session,
    actor: Actor | None,
    version_id: int,
    values: Mapping[str, Any],
    shown: Mapping[str, Any] | None = None,
) -> PolicyVersion:
    """Change the owner or whether existing listings are swept; the version's name stays."""
    allow(actor)
    found = find_policy_version(session, version_id)
    wanted = {field: values[field] for field in ("owner_id", "sweeps") if field in values}
    for field, value in changed_fields(found, wanted, shown).items():
        if field == "owner_id":
            _check_owner(session, value)
        setattr(found, field, value)
    return _told(session, actor, found, "policy_version.edited")


def set_effective(
    session: Session,
    actor: Actor | None,
    version_id: int,
    market_code: str | None,
    effective_on: date,
) -> PolicyVersion:
    """Say from when the version holds in a market; None is wherever no market has its own date."""
    allow(actor)
    found = find_policy_version(session, version_id)
    if (
        market_code is not None
        and session.scalar(select(Market.id).where(Market.code == market_code)) is None
    ):
        raise Invalid.at("market_code", _("There is no such market."))
    for part in found.markets:
        if part.market_code == market_code:
            part.effective_on = effective_on
            break
    else:
        found.markets.append(PolicyMarket(market_code=market_code, effective_on=effective_on))
    return _told(session, actor, found, "policy_version.dated")


def remove_effective(
    session: Session, actor: Actor | None, version_id: int, part_id: int
) -> PolicyVersion:
    """Take a date back: the version no longer holds there by itself."""
    allow(actor)
    found = find_policy_version(session, version_id)
    found.markets.remove(_part(found.markets, part_id))
    return _told(session, actor, found, "policy_version.undated")


def publish_language(
    session: Session,
    actor: Actor | None,
    version_id: int,
    language_code: str,
    published_on: date,
) -> PolicyVersion:
    """Say that reviewers can read the guideline in a language from a day on."""
    allow(actor)
    found = find_policy_version(session, version_id)
    _check_language(session, language_code)
    if any(part.language_code == language_code for part in found.languages):
        raise Invalid.at("language_code", _("It is already published in this language."))
    found.languages.append(PolicyLanguage(language_code=language_code, published_on=published_on))
    return _told(session, actor, found, "policy_version.published")


def withdraw_language(
    session: Session, actor: Actor | None, version_id: int, part_id: int
) -> PolicyVersion:
    """Say that the guideline is no longer published in a language."""
    allow(actor)
    found = find_policy_version(session, version_id)
    found.languages.remove(_part(found.languages, part_id))
    return _told(session, actor, found, "policy_version.withdrawn")


def delete_policy_version(session: Session, actor: Actor | None, version_id: int) -> None:
    """Delete a version nothing was judged or certified against."""
    allow(actor)
    found = find_policy_version(session, version_id)
    if in_use(session, "policy_version", "id", version_id):
        raise Invalid(_("People are certified or measured on this version, so it stays."))
    area = found.policy_area_code
    session.delete(found)
    record(session, actor_id(actor), found, "policy_version.deleted")
    publish(session, PolicyChanged(area))


def give_version(
    session: Session, by_id: int | None, found: PolicyVersion, owner_id: int | None
) -> None:
    """Hand a version to another owner, as when somebody leaves; the caller authorised it."""
    found.owner_id = owner_id
    record(session, by_id, found, "policy_version.handed_over")
    publish(session, PolicyChanged(found.policy_area_code))


def _told(
    session: Session, actor: Actor | None, found: PolicyVersion, action: str
) -> PolicyVersion:
    record(session, actor_id(actor), found, action)
    publish(session, PolicyChanged(found.policy_area_code))
    return found


def _part(parts: Iterable[Any], part_id: int) -> Any:
    for part in parts:
        if part.id == part_id:
            return part
    raise NotFound(_("That entry is already gone."))


def _with_days(
    languages: Mapping[str, date] | Iterable[str], effective_on: date | None
) -> dict[str, date]:
    if isinstance(languages, Mapping):
        return dict(languages)
    codes = list(languages)
    if codes and effective_on is None:
        raise Invalid.at("effective_on", _("Say from when, so that its languages have a day too."))
    return {code: effective_on for code in codes if effective_on is not None}


def _check_language(session: Session, code: str) -> None:
    if session.scalar(select(Language.id).where(Language.code == code)) is None:
        raise Invalid.at("language_code", _("There is no such language."))


def _check_owner(session: Session, owner_id: int | None) -> None:
    if owner_id is not None and not session.scalar(
        select(Person.active).where(Person.id == owner_id)
    ):
        raise Invalid.at("owner_id", _("Choose somebody who still works here."))
