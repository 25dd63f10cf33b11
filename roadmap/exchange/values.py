"""Read one cell: dates, numbers, booleans, states and kinds. Refuse rather than guess."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from typing import Literal

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FIRST_YEAR, LAST_YEAR = 1970, 2199
# Two-digit years as POSIX reads them: 69-99 are 1969-1999, 00-68 are 2000-2068.
CENTURY_PIVOT = 69
MAX_NUMBER = Decimal(1_000_000)

_TIME = r"(?:[ T]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?)?"
_ZONE = r"(?: ?(?P<half>[AaPp][Mm]))?(?P<zone> ?(?:Z|[+-]\d{2}:?\d{2}))?"
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})" + _TIME + _ZONE, re.ASCII)
_NAMED = re.compile(
    r"(?P<day>\d{1,2})[/ -](?P<name>[A-Za-z]{3,9})\.?[/ -](?P<year>\d{4}|\d{2})" + _TIME + _ZONE,
    re.ASCII,
)
_SLASHED = re.compile(
    r"(?P<first>\d{1,2})[/.](?P<other>\d{1,2})[/.](?P<year>\d{4}|\d{2})" + _TIME + _ZONE, re.ASCII
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,20})?", re.ASCII)
_NOT_FINITE = frozenset({"nan", "inf", "-inf", "+inf", "infinity", "-infinity", "∞", "-∞"})

DateOrder = Literal["day-first", "month-first", "unknown", "contradictory"]


class ValueRefusedError(ValueError):
    """A cell that cannot be taken; the message is the reason shown to the person."""


@dataclass(frozen=True, slots=True)
class DateReading:
    """How dates of a file are read: the order of ``10/07/2015`` and the zone of naive times."""

    order: DateOrder = "unknown"
    zone: tzinfo = UTC


def date_order(values: Iterable[str]) -> DateOrder:
    """Return the order the values prove: ``14/07/2015`` day first, ``04/15/2015`` month first.

    Values that could be either prove nothing. Both kinds together are contradictory.
    """
    day_first = month_first = False
    for value in values:
        match = _SLASHED.fullmatch(value.strip())
        if match:
            first, other = int(match["first"]), int(match["other"])
            day_first = day_first or (first > 12 >= other)
            month_first = month_first or (other > 12 >= first)
    if day_first and month_first:
        return "contradictory"
    if day_first:
        return "day-first"
    return "month-first" if month_first else "unknown"


def looks_slashed(value: str) -> bool:
    """Return whether the value is a date written with slashes or dots, such as ``10/07/2015``."""
    return _SLASHED.fullmatch(value.strip()) is not None


def parse_datetime(value: str, reading: DateReading) -> datetime:
    """Return the aware UTC moment; a date alone is midnight in the reading's zone.

    Raise ``ValueRefusedError`` for an impossible, ambiguous or unknown date.
    """
    text = value.strip()
    match = _ISO.fullmatch(text) or _NAMED.fullmatch(text)
    if match:
        parts = match.groupdict()
        month = _month_number(parts["name"]) if "name" in parts else int(parts["month"])
        return _moment(int(parts["day"]), month, parts, reading)
    match = _SLASHED.fullmatch(text)
    if match is None:
        raise ValueRefusedError(
            "This is not a date we can read. Write it as 2026-04-25 or 25/Apr/26 7:51 PM."
        )
    parts = match.groupdict()
    day, month = _ordered(int(parts["first"]), int(parts["other"]), reading.order)
    return _moment(day, month, parts, reading)


def parse_date(value: str, reading: DateReading) -> date:
    """Return the calendar day as written; refuse what ``parse_datetime`` refuses."""
    # The day a person wrote is the day they meant: an offset must not move it.
    moment = parse_datetime(value, DateReading(reading.order, UTC))
    return moment.date()


def _ordered(first: int, other: int, order: DateOrder) -> tuple[int, int]:
    if order == "day-first":
        return first, other
    if order == "month-first":
        return other, first
    if order == "contradictory":
        raise ValueRefusedError(
            "The file has both day-first and month-first dates, so one of them is wrong. "
            "Say which is right (date order), or write dates as 2026-04-25."
        )
    if first == other:
        return first, other
    raise ValueRefusedError(
        "Day and month cannot be told apart. Say which comes first (date order), "
        "or write dates as 2026-04-25."
    )


def _month_number(name: str) -> int:
    short = name[:3].casefold()
    if short not in MONTHS:
        raise ValueRefusedError(f"{name!r} is not an English month name.")
    return MONTHS.index(short) + 1


def _moment(day: int, month: int, parts: dict[str, str | None], reading: DateReading) -> datetime:
    year_text = parts["year"] or ""
    year = int(year_text)
    if len(year_text) == 2:
        year += 1900 if year >= CENTURY_PIVOT else 2000
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueRefusedError(f"The year {year} is outside {FIRST_YEAR} to {LAST_YEAR}.")
    if not 1 <= month <= 12:
        raise ValueRefusedError(f"There is no month {month}.")
    hour = _hour(int(parts["hour"] or 0), parts["half"], bool(parts["hour"]))
    zone = _zone(parts["zone"], reading.zone)
    try:
        clock = time(hour, int(parts["minute"] or 0), int(parts["second"] or 0))
        moment = datetime.combine(date(year, month, day), clock, zone)
    except ValueError as error:
        raise ValueRefusedError(f"There is no such day or time: {error}.") from error
    return moment.astimezone(UTC)


def _hour(hour: int, half: str | None, has_time: bool) -> int:
    if half is None:
        return hour
    if not has_time or not 1 <= hour <= 12:
        raise ValueRefusedError("A time with AM or PM has an hour from 1 to 12.")
    return hour % 12 + (12 if half.casefold() == "pm" else 0)


def _zone(text: str | None, fallback: tzinfo) -> tzinfo:
    if text is None:
        return fallback
    bare = text.strip().replace(":", "")
    if bare == "Z":
        return UTC
    try:
        parsed = datetime.strptime(bare, "%z").tzinfo
    except ValueError as error:
        raise ValueRefusedError(f"There is no time zone {text.strip()}.") from error
    return parsed or fallback


def parse_positive(value: str) -> Decimal:
    """Return an effort or size above zero. Raise ``ValueRefusedError`` for anything else."""
    text = value.strip()
    if text.casefold() in _NOT_FINITE:
        raise ValueRefusedError("An effort must be a finite number.")
    if _NUMBER.fullmatch(text) is None:
        raise ValueRefusedError("This is not a number. Write it with a point, without units: 1.5")
    number = Decimal(text)
    if number <= 0:
        raise ValueRefusedError(
            "An effort must be above zero; leave it empty when it is not known."
        )
    if number > MAX_NUMBER:
        raise ValueRefusedError(f"An effort above {MAX_NUMBER:,} is not plausible.")
    return number


def parse_boolean(value: str) -> bool:
    """Return yes or no; anything else raises ``ValueRefusedError``."""
    word = fold(value)
    if word in {"yes", "y", "true", "1"}:
        return True
    if word in {"no", "n", "false", "0"}:
        return False
    raise ValueRefusedError("This is neither yes nor no.")


def fold(text: str) -> str:
    """Return a word as compared: case, underscores, hyphens, apostrophe style, spaces aside."""
    plain = text.replace("’", "'").replace("_", " ").replace("-", " ")
    return " ".join(plain.casefold().split())


def _inverted(groups: dict[str, str]) -> dict[str, str]:
    return {fold(word): target for target, words in groups.items() for word in words.split(",")}


STATES = frozenset(
    {
        "submitted",
        "triaged",
        "accepted",
        "planned",
        "in_progress",
        "delivered",
        "declined",
        "duplicate",
        "snoozed",
    }
)
STATE_OF_STATUS = _inverted(
    {
        "submitted": "submitted,open,to do,todo,new,reopened,backlog,unconfirmed,proposed,"
        "requested",
        "triaged": "triaged",
        # "Assigned" says that somebody took it, not that work began.
        "accepted": "accepted,selected for development,ready,ready for development,assigned",
        "planned": "planned,scheduled",
        "in_progress": "in progress,in development,in review,code review,doing,started,testing,"
        "in testing,under review,reviewing,patch available",
        "delivered": "delivered,done,closed,resolved,complete,completed,released,shipped,fixed,"
        "verified",
        "declined": "declined,won't do,wont do,won't fix,wontfix,rejected,cancelled,canceled,"
        "invalid,abandoned,not a bug,not an issue",
        "duplicate": "duplicate",
        "snoozed": "snoozed,on hold,deferred,postponed,later",
    }
)
# A closed issue is only delivered if its resolution says so: "Closed, Won't Do" is not.
STATE_OF_RESOLUTION = _inverted(
    {
        "delivered": "done,fixed,complete,completed,resolved,implemented,delivered,released",
        "declined": "won't do,wont do,won't fix,wontfix,rejected,declined,cancelled,canceled,"
        "invalid,abandoned,not a bug,not an issue,cannot reproduce,can't reproduce,incomplete,"
        "works for me,worksforme,not reproducible,obsolete",
        "duplicate": "duplicate",
        "snoozed": "deferred,later,postponed",
    }
)
_NO_RESOLUTION = frozenset({"", "unresolved", "none"})


def state_of(status: str, resolution: str, own_states: dict[str, str]) -> str:
    """Return the requirement state of a source's status and resolution.

    ``own_states`` are the person's own answers (folded status → state) and win. An empty status
    is ``submitted``. Raise ``ValueRefusedError`` for a status or resolution nobody mapped.
    """
    word = fold(status)
    if word in own_states:
        return own_states[word]
    if not word:
        return "submitted"
    state = STATE_OF_STATUS.get(word)
    if state is None:
        raise ValueRefusedError(
            f"Nobody has said which state {status.strip()!r} is. Map it, for example with "
            f'--status "{status.strip()}=accepted".'
        )
    ending = fold(resolution)
    if state != "delivered" or ending in _NO_RESOLUTION:
        return state
    resolved = own_states.get(ending) or STATE_OF_RESOLUTION.get(ending)
    if resolved is None:
        raise ValueRefusedError(
            f"The resolution {resolution.strip()!r} does not say whether it was delivered. Map it, "
            f'for example with --status "{resolution.strip()}=declined".'
        )
    return resolved


KINDS = frozenset(
    {"tool", "product", "workflow", "policy", "automation", "quality", "problem_report"}
)
KIND_OF_TYPE = _inverted(
    {
        "tool": "tool,tooling",
        "product": "product,new feature,feature,feature request,story,user story,epic",
        "workflow": "workflow,process,procedure",
        "policy": "policy",
        "automation": "automation",
        "quality": "quality,improvement,enhancement",
        "problem_report": "problem report,problem,bug,defect,incident,fault",
    }
)


def kind_of(issue_type: str, own_kinds: dict[str, str]) -> str | None:
    """Return the requirement kind of an issue type, or None when the type does not say."""
    word = fold(issue_type)
    return own_kinds.get(word) or KIND_OF_TYPE.get(word)


def refuse_control_characters(text: str) -> None:
    """Refuse NUL and other control characters; tabs and line ends are text.

    Right-to-left marks and combining characters are writing, and stay.
    """
    found = _CONTROL.search(text)
    if found:
        code, position = ord(found[0]), found.start() + 1
        raise ValueRefusedError(
            f"Character {position} is the control character U+{code:04X}; remove it."
        )
