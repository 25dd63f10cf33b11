"""Commands on the words all rooms share: add, rename, switch off, delete while unused."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.errors import Forbidden, Invalid
from roadmap.history.conflict import changed_fields
from roadmap.history.service import record
from roadmap.taxonomy.codes import canonical_language, language_name, market_name
from roadmap.taxonomy.dsa import DSA_CATEGORIES
from roadmap.taxonomy.queries import WORD_MODELS, Word, WordKind, find_word, in_use
from roadmap.web.i18n import _

_REGION = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,19}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
NAME_LENGTH = 120


def allow(actor: Actor | None) -> None:
    """Refuse people who may not edit the taxonomy; None is the system itself."""
    if actor is not None and not actor.may("admin.taxonomy"):
        raise Forbidden(_("Only an admin may change the taxonomy."))


def actor_id(actor: Actor | None) -> int | None:
    """Return whom the history names."""
    return actor.id if actor is not None else None


def add_word(
    session: Session,
    actor: Actor | None,
    kind: WordKind,
    code: str,
    name: str = "",
    **extra: str | None,
) -> Word:
    """Store a word of a kind and return it; an empty name is filled in for markets and languages.

    `extra` is `region_code` of a market and `dsa_category` of a policy area.
    """
    allow(actor)
    code, known = checked_code(kind, code)
    model = WORD_MODELS[kind]
    if session.scalar(select(model.id).where(model.code == code)) is not None:
        raise Invalid.at("code", _("%(code)s is already here: edit that one.", code=code))
    values = {"dsa_category": "", **extra, "name": name.strip() or known}
    word = model(code=code, **_checked(session, kind, values))
    session.add(word)
    record(session, actor_id(actor), word, f"{kind}.created")
    return word


def edit_word(
    session: Session,
    actor: Actor | None,
    kind: WordKind,
    code: str,
    values: Mapping[str, Any],
    shown: Mapping[str, Any] | None = None,
) -> Word:
    """Change the name, region, DSA category or `active` of a word; its code stays for ever."""
    allow(actor)
    word = find_word(session, kind, code)
    checked = _checked(session, kind, values)
    for field, value in changed_fields(word, checked, shown).items():
        setattr(word, field, value)
    record(session, actor_id(actor), word, f"{kind}.edited")
    return word


def delete_word(session: Session, actor: Actor | None, kind: WordKind, code: str) -> None:
    """Delete a word nothing refers to; one in use can only be switched off."""
    allow(actor)
    word = find_word(session, kind, code)
    if in_use(session, word.__tablename__, "code", code):
        raise Invalid.at(
            "code",
            _("%(code)s is in use and cannot be deleted.", code=code)
            + ("" if kind is WordKind.REGION else " " + _("Switch it off instead.")),
        )
    session.delete(word)
    record(session, actor_id(actor), word, f"{kind}.deleted")


def checked_code(kind: WordKind, text: str) -> tuple[str, str]:
    """Return (code in its usual form, name if a standard knows one), or raise Invalid at `code`."""
    text = text.strip()
    if kind is WordKind.MARKET:
        name = market_name(text.upper())
        if name is None:
            raise Invalid.at(
                "code", _("Use a country code of two letters (ISO 3166-1), such as DE.")
            )
        return text.upper(), name
    if kind is WordKind.LANGUAGE:
        tag = canonical_language(text)
        if tag is None:
            raise Invalid.at("code", _("Use a language tag (BCP 47), such as de or zh-Hant."))
        return tag, language_name(tag)
    if kind is WordKind.REGION:
        if not _REGION.fullmatch(text.upper()):
            raise Invalid.at("code", _("Use up to 20 capital letters and digits, such as EU."))
        return text.upper(), ""
    if not _NAME.fullmatch(text):
        raise Invalid.at(
            "code", _("Use up to 40 small letters, digits, - and _, such as live or weapons.")
        )
    return text, ""


def _checked(session: Session, kind: WordKind, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns to store, or raise Invalid at the field that cannot be taken."""
    allowed = {
        WordKind.MARKET: {"name", "region_code", "active"},
        WordKind.POLICY_AREA: {"name", "dsa_category", "active"},
        WordKind.REGION: {"name"},
    }.get(kind, {"name", "active"})
    found = {field: value for field, value in values.items() if field in allowed}
    if "name" in found:
        found["name"] = (found["name"] or "").strip()
        if not found["name"]:
            raise Invalid.at("name", _("Say what people call it."))
        if len(found["name"]) > NAME_LENGTH:
            raise Invalid.at("name", _("Use at most %(most)s characters.", most=NAME_LENGTH))
    if "region_code" in found:
        found["region_code"] = found["region_code"] or None
        if found["region_code"] is not None and not _exists(session, found["region_code"]):
            raise Invalid.at("region_code", _("There is no such region. Add it first."))
    if "dsa_category" in found and found["dsa_category"] not in DSA_CATEGORIES:
        raise Invalid.at("dsa_category", _("Choose one of the 16 categories."))
    return found


def _exists(session: Session, region_code: str) -> bool:
    model = WORD_MODELS[WordKind.REGION]
    return session.scalar(select(model.id).where(model.code == region_code)) is not None
