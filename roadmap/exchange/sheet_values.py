"""Read what people write in roadmap sheets: "Q1", "mid Nov", "TBD", "approx 40k/wk", RAG words.

What does not say a day gives a target with the precision it has, never a day somebody committed
to. What is not understood is refused with a reason and stays a text of the sheet.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from roadmap.exchange.values import (
    MONTHS,
    DateOrder,
    DateReading,
    ValueRefusedError,
    fold,
    parse_date,
)

# A day without a year is the one nearest to the day of reading, a little past or well ahead.
PAST_DAYS = 92

_NOT_KNOWN = (
    "tbd,tba,tbc,t.b.d.,to be decided,to be confirmed,to be determined,n/a,na,none,unknown,open,"
    "pending,?,??,???,-,--,–,—,.,x.x,not set,later,asap,backlog,on hold"
)
NOT_KNOWN = frozenset(_NOT_KNOWN.split(","))
Precision = Literal["day", "week", "month", "quarter"]


@dataclass(frozen=True, slots=True)
class Target:
    """A day to aim at: the earliest still ahead that the words can mean, and how exactly.

    ``guessed_year`` says that the words name no year.
    """

    day: date
    precision: Precision
    guessed_year: bool = False


@dataclass(frozen=True, slots=True)
class Volume:
    """Items a week, with the range where the words give one."""

    likely: float
    low: float | None = None
    high: float | None = None


class Claim(StrEnum):
    """What a status says, as far as words and colours can."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    # Live, done or cancelled: no launch to be judged any more, if it is true.
    OVER = "over"
    # A stage of work that is no judgement.
    NEUTRAL = "neutral"


def is_unknown(text: str) -> bool:
    """Tell whether a cell says that nobody knows yet; an empty one does."""
    return not text.strip() or fold(text) in NOT_KNOWN or text.strip().casefold() in NOT_KNOWN


# ---- targets ----

_YEAR = r"(?:[ ,/'’-]*(?P<year>20\d\d|\d\d))?"
_PART = r"(?:(?P<part>early|beginning of|start of|mid|middle of|late|end of|end|eo) ?-?)?"
_QUARTER = re.compile(rf"{_PART}(?:q(?P<quarter>[1-4])|(?P<number>[1-4])q){_YEAR}")
_YEAR_FIRST = re.compile(r"(?P<year>20\d\d)[ /-]*q(?P<quarter>[1-4])(?P<part>)(?P<number>)")
_MONTH = re.compile(rf"{_PART}(?P<month>[a-z]{{3,9}})\.?{_YEAR}")
_HALF = re.compile(r"h[12].*|(20\d\d[ /-]*)?h[12]|20\d\d|fy ?\d\d.*")
_WEEK_OF = re.compile(
    r"(?:w/?c|w/b|wk of|week of|week commencing|week beginning|wk commencing)\.? ?(?P<day>.+)"
)
_WEEK = re.compile(rf"(?:(?P<first>20\d\d)[ -]*)?(?:cw|kw|wk|week|w) ?(?P<week>\d{{1,2}}){_YEAR}")
_DAY_MONTH = re.compile(
    rf"(?:(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)[a-z]*,? )?"
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ -]?(?P<month>[a-z]{{3,9}})\.?{_YEAR}"
)
_MONTH_DAY = re.compile(
    r"(?:(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)[a-z]*,? )?"
    r"(?P<month>[a-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,? (?P<year>20\d\d))?"
)
_ABOUT = re.compile(
    r"^(?:approx(?:imately|\.)?|circa|ca\.?|about|around|target(?:ing)?|~|est\.?) ?"
)
_OFFSET = {"": 0, "early": 0, "beginning of": 0, "start of": 0, "mid": 1, "middle of": 1}


def parse_target(text: str, today: date, order: DateOrder = "unknown") -> Target | None:
    """Return the target a cell names; None where it says that nobody knows.

    Raise ``ValueRefusedError`` for words that are no date we can read.
    """
    if is_unknown(text):
        return None
    words = _ABOUT.sub("", " ".join(text.casefold().split()).rstrip("?!* ")).strip()
    words = re.sub(r" ?\((?:tbc|tbd|est\.?|target|estimate|provisional)\)$", "", words)
    if is_unknown(words):
        return None
    week = _WEEK_OF.fullmatch(words)
    if week:
        day = _day(week["day"], today, order)
        monday = day.day - timedelta(days=day.day.weekday())
        return Target(monday, "week", day.guessed_year)
    found = _quarter(words, today) or _month(words, today) or _iso_week(words, today)
    return found or _day(words, today, order)


def _year(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if len(text) == 4 else 2000 + int(text)


def _nearest(day: date, today: date) -> date:
    """Return the day in the year that puts it nearest: at most a quarter past, else ahead."""
    for year in (today.year - 1, today.year, today.year + 1):
        found = _safe(year, day.month, day.day)
        if found is not None and found >= today - timedelta(days=PAST_DAYS):
            return found
    raise ValueRefusedError("There is no such day in the years around now. Write it with its year.")


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _period(
    year: int | None, month: int, months: int, offset: int, precision: Precision, today: date
) -> Target:
    """Return the start of a period, ``offset`` thirds into it, or its end once that has begun.

    Without a year it is the one that has not ended yet.
    """
    guessed = year is None
    if year is None:
        ends_in = month + months - 1
        year = today.year if ends_in >= today.month else today.year + 1
    if precision == "quarter" and offset:
        month, months, offset, precision = month + offset, 1, 0, "month"
    day = date(year, month, 1 + 10 * offset)
    after = month + months
    last = date(year + after // 13, (after - 1) % 12 + 1, 1) - timedelta(days=1)
    # What has begun can only still mean the rest of it.
    return Target(last if day < today <= last else day, precision, guessed)


def _quarter(words: str, today: date) -> Target | None:
    match = _QUARTER.fullmatch(words) or _YEAR_FIRST.fullmatch(words)
    if match is None:
        return None
    quarter = int(match["quarter"] or match["number"])
    offset = _OFFSET.get(match["part"] or "", 2)
    return _period(_year(match["year"]), 3 * quarter - 2, 3, offset, "quarter", today)


def _month(words: str, today: date) -> Target | None:
    if _HALF.fullmatch(words):
        raise ValueRefusedError("This is coarser than a quarter, so no target date is taken.")
    match = _MONTH.fullmatch(words)
    if match is None or (number := _month_number(match["month"])) is None:
        return None
    _refuse_day_or_year(words, match["year"], today)
    if match["year"] and len(match["year"]) == 2 and not _near(int(match["year"]), today):
        return None
    offset = _OFFSET.get(match["part"] or "", 2)
    return _period(_year(match["year"]), number, 1, offset, "month", today)


def _near(short_year: int, today: date) -> bool:
    return -5 <= 2000 + short_year - today.year <= 15


def _refuse_day_or_year(words: str, year: str | None, today: date) -> None:
    """Refuse "Nov 26": it is a day to some and a year to others; "Nov-26" is the year."""
    short = year if year and len(year) == 2 and words.endswith(f" {year}") else None
    if short and 1 <= int(short) <= 31 and _near(int(short), today):
        raise ValueRefusedError("This may be a day or a year. Write it as 2026-11-26 or Nov-26.")


def _month_number(name: str) -> int | None:
    full = {
        "january": 1, "february": 2, "march": 3, "april": 4, "june": 6, "july": 7,
        "august": 8, "september": 9, "sept": 9, "october": 10, "november": 11, "december": 12,
    }  # fmt: skip
    return MONTHS.index(name) + 1 if name in MONTHS else full.get(name)


def _iso_week(words: str, today: date) -> Target | None:
    match = _WEEK.fullmatch(words)
    if match is None:
        return None
    week, year = int(match["week"]), _year(match["first"] or match["year"])
    try:
        if year is not None:
            return Target(date.fromisocalendar(year, week, 1), "week")
        day = date.fromisocalendar(today.year, week, 1)
        if day < today - timedelta(days=PAST_DAYS):
            day = date.fromisocalendar(today.year + 1, week, 1)
        return Target(day, "week", guessed_year=True)
    except ValueError as error:
        raise ValueRefusedError(f"There is no such week: {error}.") from error


def _day(words: str, today: date, order: DateOrder) -> Target:
    match = _DAY_MONTH.fullmatch(words) or _MONTH_DAY.fullmatch(words)
    number = _month_number(match["month"]) if match else None
    if match is None or number is None:
        return Target(_plain_day(words, order), "day")
    year = _year(match["year"])
    # The leap year lets 29 February through; the year decides whether it exists.
    day = _safe(year or 2024, number, int(match["day"]))
    if day is None:
        raise ValueRefusedError("There is no such day.")
    return Target(day, "day") if year else Target(_nearest(day, today), "day", guessed_year=True)


def _plain_day(words: str, order: DateOrder) -> date:
    plain = re.sub(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? ", "", words)
    if order == "unknown" and "/" not in plain and "." in plain:
        # With dots it is day, month, year wherever people write it so.
        order = "day-first"
    return parse_date(re.sub(r"[ t]\d\d:\d\d(:\d\d)?$", "", plain), DateReading(order))


# ---- volumes ----

_NUMBER = r"(\d+(?:[.,]\d+)*) ?(k|m|mn|mio|thousand|million)?"
_VOLUME = re.compile(rf"{_NUMBER}(?: ?(?:-|–|to|bis) ?{_NUMBER})?(?P<rest>[^\d]*)")
_SCALE = {"": 1, "k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6}
_PER_WEEK = {"day": 7.0, "week": 1.0, "month": 12 / 365.25 * 7, "year": 7 / 365.25}
_UNIT = re.compile(
    r"(?:/|per|a|each|\b)? ?\b(?:(?P<day>days?|daily|d|pd)|(?P<week>weeks?|weekly|wks?|w|pw|woche)"
    r"|(?P<month>months?|monthly|mths?|mo|pm)|(?P<year>years?|yearly|annual|annually|yrs?|pa))\b"
)


def unit_in(header: str) -> str:
    """Return the unit of time a column's name gives (day, week, month, year), or nothing."""
    match = _UNIT.search(fold(header))
    return next((name for name, found in match.groupdict().items() if found), "") if match else ""


def parse_volume(text: str, unit: str) -> Volume | None:
    """Return items a week; ``unit`` is the column's where the cell names none.

    A range gives its middle as the likely number. Raise ``ValueRefusedError`` where the number or
    its unit of time cannot be told.
    """
    if is_unknown(text):
        return None
    words = _ABOUT.sub("", " ".join(text.casefold().split())).strip().lstrip("~<>≈+")
    match = _VOLUME.fullmatch(words.strip())
    if match is None:
        raise ValueRefusedError("This is no volume we can read. Write it as 40,000 or 40k/wk.")
    per = unit_in(match["rest"]) or unit
    if not per:
        raise ValueRefusedError("Nothing says whether this is a day, a week or a month.")
    first, scale, second, second_scale = match.group(1, 2, 3, 4)
    low = _amount(first, scale or (second_scale if second else "")) * _PER_WEEK[per]
    if second is None:
        return Volume(round(low, 1))
    high = _amount(second, second_scale) * _PER_WEEK[per]
    if high < low:
        raise ValueRefusedError("The range runs backwards.")
    return Volume(round((low + high) / 2, 1), round(low, 1), round(high, 1))


def _amount(digits: str, scale: str | None) -> float:
    """Return a number; separators of thousands are told from a decimal mark by three digits."""
    plain = digits.replace(" ", "")
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", plain) and not scale:
        plain = re.sub("[.,]", "", plain)
    elif plain.count(",") + plain.count(".") > 1:
        raise ValueRefusedError("Points and commas in this number cannot be told apart.")
    return float(plain.replace(",", ".")) * _SCALE[scale or ""]


# ---- status, yes and no ----


def _words(listed: str) -> frozenset[str]:
    return frozenset(fold(one) for one in listed.split(","))


STATUS_WORDS: dict[Claim, frozenset[str]] = {
    Claim.GREEN: _words(
        "g,green,on track,ontrack,go,ready,ok,good,good to go,all good,clear,🟢,✅,✔,✓,no issues,"
        "on schedule,ready to launch,launch ready,grün,gruen,vert,verde,zielony"
    ),
    Claim.AMBER: _words(
        "a,y,amber,yellow,orange,at risk,some risk,watch,needs attention,caution,🟡,🟠,⚠,slipping,"
        "minor issues,amber/green,green/amber,gelb,jaune,amarillo,giallo,żółty"
    ),
    Claim.RED: _words(
        "r,red,blocked,off track,late,delayed,no go,not ready,critical,major issues,🔴,❌,✗,✖,stop,"
        "behind,escalated,rot,rouge,rojo,rosso,czerwony"
    ),
    Claim.OVER: _words(
        "live,launched,done,complete,completed,released,shipped,closed,cancelled,canceled,dropped,"
        "descoped,rolled out,finished,rejected,withdrawn"
    ),
    Claim.NEUTRAL: _words(
        "planned,not started,in progress,wip,draft,new,proposed,started,ongoing,under review,"
        "in review,in development,scoping,discovery,design,development,testing,uat,pilot,approved,"
        "scheduled,committed,alpha,beta,stable,ga,paused,hold,grey,gray,white,blue"
    ),
}
_CLAIM_OF = {word: claim for claim, words in STATUS_WORDS.items() for word in words}
_YES = _words("y,yes,true,x,✓,✔,✅,done,complete,completed,ja,oui,si,sí")
_NO = _words("n,no,false,✗,✖,❌,not done,incomplete,nein,non")


def parse_status(text: str, own: dict[str, Claim] | None = None) -> Claim | None:
    """Return what a status claims; None where it says nothing.

    ``own`` are the person's words (folded), and win. A misspelt or unknown word is refused: it
    claims nothing until somebody says what it means.
    """
    word = fold(text)
    if own and word in own:
        return own[word]
    if not word or (word in NOT_KNOWN and word != "on hold"):
        return None
    claim = _CLAIM_OF.get(word) or _CLAIM_OF.get(word.rstrip(".!?"))
    if claim is None:
        raise ValueRefusedError("Nobody has said what this status means, so it claims nothing.")
    return claim


def parse_yes_no(text: str) -> bool | None:
    """Return yes or no, or None for a cell that says neither."""
    word = fold(text)
    return True if word in _YES else False if word in _NO else None


# ---- several in one cell ----

_PARTS = re.compile(r"\s*(?:[/,;&+|\n]|\band\b|\bund\b)\s*")


def parts(text: str) -> tuple[str, ...]:
    """Return what a cell such as "DE/FR/IT" or "anna & ben" lists, each once."""
    found = dict.fromkeys(one.strip(" .") for one in _PARTS.split(text))
    return tuple(one for one in found if one and not is_unknown(one))
