"""What may be said about a requirement: each value is read, cleaned or refused with a sentence."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from babel.numbers import list_currencies

from roadmap.errors import Invalid
from roadmap.requirements.questions import BY_FIELD, KIND_OF, AnswerType
from roadmap.requirements.rules import DatePrecision, RequirementKind, ScopeDimension, Severity
from roadmap.web.forms import clean_text
from roadmap.web.i18n import _, ngettext
from roadmap.web.text import forbidden_character

Choice = TypeVar("Choice", bound=StrEnum)

TITLE_LENGTH = (3, 300)
TEXT_LENGTH = 20_000
REASON_LENGTH = 4_000
CRITERION_LENGTH = 1_000
ANSWER_LENGTH = 2_000
MAX_ITEMS = 50
LARGEST_COUNT = 2_000_000_000
LARGEST_AMOUNT = 10**15
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)

# Form field -> dimension of the scope table.
SCOPE_FIELDS = {
    "markets": ScopeDimension.MARKET,
    "languages": ScopeDimension.LANGUAGE,
    "surfaces": ScopeDimension.SURFACE,
    "policy_areas": ScopeDimension.POLICY_AREA,
}
_COUNTS = ("people_affected", "weekly_volume", "sellers_affected")
_ONLY_PROBLEMS = ("severity", "people_affected")


@dataclass(frozen=True)
class Known:
    """What a value may refer to: active codes by dimension, and teams by id."""

    codes: Mapping[ScopeDimension, Collection[str]] = field(default_factory=dict)
    team_ids: Collection[int] = ()


def clean(
    values: Mapping[str, Any], known: Known, current: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the values ready to store; raises Invalid naming every field that cannot be.

    Only the fields given are looked at, so that an edit may send a few; `current` holds the rest.
    `needed_by` is a date, `value_at_stake` whole minor units of `currency`, `efforts` maps team ids
    to weeks.
    """
    cleaned: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, value in values.items():
        try:
            cleaned[name] = _CLEANERS[name](name, value, known)
        except Invalid as error:
            problems[name] = error.message
        except KeyError:
            raise Invalid(_("%(name)s is not part of a requirement.", name=name)) from None
    for name, sentence in _together(cleaned, current or {}).items():
        problems.setdefault(name, sentence)
    if problems:
        raise Invalid(next(iter(problems.values())), problems)
    return cleaned


def _together(cleaned: dict[str, Any], current: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong between fields, and drop what only a problem report has."""
    problems = {}
    whole = {**current, **cleaned}
    if whole.get("kind") != RequirementKind.PROBLEM_REPORT:
        cleaned.update({name: None for name in _ONLY_PROBLEMS if whole.get(name) is not None})
    elif "kind" in cleaned and whole.get("severity") is None:
        problems["severity"] = _("Say how bad the problem is.")
    if whole.get("value_at_stake") is not None and not whole.get("currency"):
        problems["currency"] = _("Name the currency of the value at stake.")
    _drop_strange_answers(cleaned, whole)
    return problems


def _drop_strange_answers(cleaned: dict[str, Any], whole: Mapping[str, Any]) -> None:
    """Take away answers to what another kind is asked."""
    kind = whole.get("kind")
    if kind is None:
        return
    for name, asked in KIND_OF.items():
        if asked != kind and whole.get(name) is not None:
            cleaned[name] = None


def text(
    value: Any, longest: int, *, shortest: int = 0, ask: str = "", one_line: bool = False
) -> str:
    """Return a trimmed text; refuses control characters and what is too long or too short."""
    if value is not None and not isinstance(value, str):
        raise Invalid(_("This must be text."))
    found = clean_text(value) or ""
    if one_line:
        found = " ".join(found.split())
    if code := forbidden_character(found):
        raise Invalid(
            _("This holds the character %(code)s, which cannot be stored. Remove it.", code=code)
        )
    if len(found) > longest:
        raise Invalid(
            _(
                "This has %(count)s characters; at most %(most)s fit. Shorten it.",
                count=len(found),
                most=longest,
            )
        )
    if len(found) < shortest:
        raise Invalid(ask)
    return found


def reason(value: Any) -> str:
    """Return the why of a move; there must be one, since the requester reads it."""
    try:
        return text(
            value,
            REASON_LENGTH,
            shortest=3,
            ask=_("Say why, in words the requester can read."),
        )
    except Invalid as error:
        raise Invalid.at("reason", error.message) from None


def count(value: Any) -> int | None:
    """Return a whole number that is not negative, None for nothing."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid(_("Write a whole number, such as 250."))
    if value < 0:
        raise Invalid(_("This cannot be less than 0."))
    if value > LARGEST_COUNT:
        raise Invalid(_("This number is too large to be meant. Check its digits."))
    return value


def day(value: Any) -> date | None:
    """Return a date within reason, None for nothing."""
    if value is None or value == "":
        return None
    if type(value) is not date:
        raise Invalid(_("Write a date that exists, such as 2026-12-07."))
    if not EARLIEST <= value <= LATEST:
        raise Invalid(_("Write a date between 1990 and 2100."))
    return value


def choice(kind: type[Choice], value: Any, ask: str) -> Choice:
    """Return the member that a code names."""
    try:
        return kind(value)
    except ValueError:
        raise Invalid(ask) from None


def _title(_name: str, value: Any, _known: Known) -> str:
    shortest, longest = TITLE_LENGTH
    ask = _("Give it a title of at least %(count)s characters.", count=shortest)
    return text(value, longest, shortest=shortest, ask=ask, one_line=True)


def _problem(_name: str, value: Any, _known: Known) -> str:
    return text(value, TEXT_LENGTH, shortest=1, ask=_("Say what is wrong or missing today."))


def _text(longest: int, *, one_line: bool = False) -> Callable[[str, Any, Known], str]:
    return lambda _name, value, _known: text(value, longest, one_line=one_line)


def _kind(_name: str, value: Any, _known: Known) -> RequirementKind:
    return choice(RequirementKind, value, _("Choose what is asked for."))


def _severity(_name: str, value: Any, _known: Known) -> Severity | None:
    return choice(Severity, value, _("Choose how bad it is.")) if value else None


def _precision(_name: str, value: Any, _known: Known) -> DatePrecision:
    return choice(
        DatePrecision, value or DatePrecision.DAY, _("Choose how exactly the date is meant.")
    )


def _amount(_name: str, value: Any, _known: Known) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and value > LARGEST_COUNT:
        if value > LARGEST_AMOUNT:
            raise Invalid(_("This number is too large to be meant. Check its digits."))
        return value
    return count(value)


def _currency(_name: str, value: Any, _known: Known) -> str | None:
    found = text(value, 3, one_line=True).upper()
    if found and found not in list_currencies():
        raise Invalid(_("Write the currency's three letters, such as EUR."))
    return found or None


def _team(_name: str, value: Any, known: Known) -> int | None:
    if value in (None, ""):
        return None
    if value not in known.team_ids:
        raise Invalid(_("There is no such team. Choose one of the list."))
    return int(value)


def _codes(name: str, value: Any, known: Known) -> list[str]:
    found = sorted(dict.fromkeys(value or ()))
    allowed = known.codes.get(SCOPE_FIELDS[name], ())
    unknown = [code for code in found if code not in allowed]
    if unknown:
        raise Invalid(
            ngettext(
                "%(codes)s is not known here. Choose from the list.",
                "%(codes)s are not known here. Choose from the list.",
                len(unknown),
                codes=", ".join(unknown[:5]),
            )
        )
    return found


def _criteria(_name: str, value: Any, _known: Known) -> list[str]:
    found = [text(line, CRITERION_LENGTH) for line in value or ()]
    return _few([line for line in dict.fromkeys(found) if line])


def _links(_name: str, value: Any, _known: Known) -> list[dict[str, str]]:
    found = []
    for link in value or ():
        url = text(link.get("url"), 2_000, one_line=True)
        if not url:
            continue
        if not _is_web_address(url):
            raise Invalid(_("%(url)s is not a web address. Begin it with https://.", url=url[:80]))
        found.append({"label": text(link.get("label"), 200, one_line=True), "url": url})
    return _few(found)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and not re.search(r"\s", url)


def _few(found: list[Any]) -> list[Any]:
    if len(found) > MAX_ITEMS:
        raise Invalid(_("At most %(count)s entries fit here.", count=MAX_ITEMS))
    return found


def _efforts(_name: str, value: Any, known: Known) -> dict[int, float]:
    found = {}
    for team_id, weeks in (value or {}).items():
        if team_id not in known.team_ids:
            raise Invalid(_("There is no such team. Choose one of the list."))
        if isinstance(weeks, bool) or not isinstance(weeks, int | float):
            raise Invalid(_("Write the effort in weeks, such as 3 or 0.5."))
        if not 0 < weeks <= 1_000:
            raise Invalid(_("An effort is more than 0 and at most 1,000 weeks."))
        found[int(team_id)] = round(float(weeks), 2)
    return found


def _number(_name: str, value: Any, _known: Known) -> int | None:
    return count(value)


def _date(_name: str, value: Any, _known: Known) -> date | None:
    return day(value)


def _answer(name: str, value: Any, _known: Known) -> str | int | None:
    question = BY_FIELD[name]
    if question.type is AnswerType.NUMBER:
        return count(value)
    found = text(value, ANSWER_LENGTH)
    if found and question.type is AnswerType.CHOICE and found not in dict(question.choices):
        raise Invalid(_("Choose an answer of the list."))
    return found or None


_CLEANERS: dict[str, Callable[[str, Any, Known], Any]] = {
    "title": _title,
    "problem": _problem,
    "outcome": _text(TEXT_LENGTH),
    "kind": _kind,
    "severity": _severity,
    **dict.fromkeys(_COUNTS, _number),
    "value_at_stake": _amount,
    "currency": _currency,
    "links": _links,
    "needed_by": _date,
    "needed_by_precision": _precision,
    "needed_by_reason": _text(500, one_line=True),
    "regulation": _text(200, one_line=True),
    "team_id": _team,
    **dict.fromkeys(SCOPE_FIELDS, _codes),
    "criteria": _criteria,
    "efforts": _efforts,
    **dict.fromkeys(BY_FIELD, _answer),
}
FIELDS = tuple(_CLEANERS)
