"""Which fields a mechanism of each kind has, and the check of each value."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from babel.numbers import list_currencies
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Person, Team
from roadmap.errors import Invalid
from roadmap.mechanisms.kinds import AUTOMATED_KINDS, HUMAN_KINDS, FailMode, MechanismKind
from roadmap.mechanisms.models import Mechanism, Site
from roadmap.mechanisms.queries import ROUTE_KINDS
from roadmap.web.i18n import _
from roadmap.web.text import forbidden_character

LARGEST = 2**31 - 1
DESCRIPTION_LENGTH = 20_000

_EVERY: dict[str, Any] = {
    "name": "",
    "description": "",
    "owner_id": None,
    "team_id": None,
    "vendor": "",
    "fail_mode": None,
    "labels_per_week": None,
}
_AUTOMATED: dict[str, Any] = {
    "routes_to_id": None,
    "rollout_ratio": 1.0,
    "max_daily_actions": None,
    "quota_per_minute": None,
    "quota_exhausted": None,
    "unit_price_micros": None,
    "currency": None,
    "kill_switch_who": "",
    "kill_switch_minutes": None,
}
_HUMAN: dict[str, Any] = {"site_id": None}


def fields_of(kind: MechanismKind) -> dict[str, Any]:
    """Return the fields a kind has, each with the value that says nothing."""
    found = dict(_EVERY)
    if kind in AUTOMATED_KINDS:
        found |= _AUTOMATED
    if kind in HUMAN_KINDS:
        found |= _HUMAN
    if kind is MechanismKind.REVIEW_QUEUE:
        found["receives_all"] = False
    if kind is MechanismKind.APPEALS_QUEUE:
        found["automated_only"] = False
    return found


_NOTHING: dict[str, Any] = {
    **_EVERY,
    **_AUTOMATED,
    **_HUMAN,
    "receives_all": False,
    "automated_only": False,
}


def text(name: str, value: Any, most: int, *, required: bool = False) -> str:
    """Return trimmed text, or raise Invalid: too long, missing, or a character none can store."""
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise Invalid.at(name, _("This must be text."))
    words = str(value).strip()
    if required and not words:
        raise Invalid.at(name, _("This is needed."))
    if len(words) > most:
        raise Invalid.at(name, _("Use at most %(most)s characters.", most=most))
    if code := forbidden_character(words):
        raise Invalid.at(
            name, _("This holds the character %(code)s, which cannot be stored.", code=code)
        )
    return words


def whole(name: str, value: Any, *, least: int = 0) -> int | None:
    """Return a whole number from `least` to 2,147,483,647 or None, or raise Invalid."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= LARGEST:
        raise Invalid.at(
            name,
            _("Use a whole number from %(least)s to %(most)s.", least=least, most=f"{LARGEST:,}"),
        )
    return value


def _ratio(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid.at(name, _("Use a share from 0 to 100 %."))
    if not math.isfinite(value) or not 0 <= value <= 1:
        raise Invalid.at(name, _("Use a share from 0 to 100 %."))
    return float(value)


def _fail_mode(name: str, value: Any) -> FailMode | None:
    if value in (None, ""):
        return None
    try:
        return FailMode(value)
    except ValueError:
        raise Invalid.at(name, _("Choose closed or open.")) from None


def _currency(name: str, value: Any) -> str | None:
    if value in (None, ""):
        return None
    code = str(value).strip().upper()
    if code not in list_currencies():
        raise Invalid.at(name, _("Use a currency code of three letters, such as EUR."))
    return code


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid.at(name, _("Say yes or no."))
    return value


_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "name": lambda n, v: text(n, v, 200, required=True),
    "description": lambda n, v: text(n, v, DESCRIPTION_LENGTH),
    "vendor": lambda n, v: text(n, v, 120),
    "kill_switch_who": lambda n, v: text(n, v, 200),
    "owner_id": whole,
    "team_id": whole,
    "site_id": whole,
    "routes_to_id": whole,
    "rollout_ratio": _ratio,
    "max_daily_actions": whole,
    "quota_per_minute": lambda n, v: whole(n, v, least=1),
    "quota_exhausted": _fail_mode,
    "fail_mode": _fail_mode,
    "unit_price_micros": whole,
    "currency": _currency,
    "kill_switch_minutes": whole,
    "labels_per_week": whole,
    "receives_all": _flag,
    "automated_only": _flag,
}


@dataclass(frozen=True)
class _Reference:
    """What a field refers to and the sentence for one that is not there."""

    exists: Callable[[int], Any]
    sentence: str


def checked(
    session: Session, kind: MechanismKind, values: Mapping[str, Any], own_id: int | None = None
) -> dict[str, Any]:
    """Return the values to store, or raise Invalid at the first field that cannot be taken.

    A field the kind does not have may only hold what says nothing.
    """
    known = fields_of(kind)
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name not in _CHECKS:
            raise Invalid.at(name, _("A mechanism has no field of this name."))
        good = _CHECKS[name](name, value)
        if name in known:
            found[name] = good
        elif good != _NOTHING[name]:
            raise Invalid.at(name, _("This kind of mechanism has no such setting."))
    _check_references(session, found, own_id)
    return found


def check_price(mechanism: Mechanism) -> None:
    """Refuse a price without its currency."""
    if mechanism.unit_price_micros is not None and mechanism.currency is None:
        raise Invalid.at("currency", _("A price needs its currency."))


def _check_references(session: Session, found: Mapping[str, Any], own_id: int | None) -> None:
    asked = {
        "owner_id": _Reference(
            lambda i: select(Person.id).where(Person.id == i, Person.active),
            _("Choose somebody who still works here."),
        ),
        "team_id": _Reference(
            lambda i: select(Team.id).where(Team.id == i), _("There is no such team.")
        ),
        "site_id": _Reference(
            lambda i: select(Site.id).where(Site.id == i), _("There is no such site.")
        ),
        "routes_to_id": _Reference(
            lambda i: select(Mechanism.id).where(
                Mechanism.id == i, Mechanism.id != own_id, Mechanism.kind.in_(ROUTE_KINDS)
            ),
            _("Choose another mechanism that is a review queue or an escalation desk."),
        ),
    }
    for name, reference in asked.items():
        value = found.get(name)
        if value is not None and session.scalar(reference.exists(value)) is None:
            raise Invalid.at(name, reference.sentence)
