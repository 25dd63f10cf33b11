"""The building blocks of the format: texts, numbers, days, moments, and the base of all parts."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)

from roadmap.exchange.workspace import forms

LARGEST_INT = 2_147_483_647
LARGEST_NUMBER = 1e15
LONGEST_TEXT = 100_000
_RELATIVE = re.compile(r"([+-][0-9]{1,5})(wd|d|w)(?:T([0-9]{2}):([0-9]{2}))?")
_SATURDAY = 5


def _shift(start: date, count: int, unit: str) -> date:
    if unit != "wd":
        return start + timedelta(days=count * (7 if unit == "w" else 1))
    step = 1 if count > 0 else -1
    while count:
        start += timedelta(days=step)
        if start.weekday() < _SATURDAY:
            count -= step
    return start


def _as_of(info: ValidationInfo) -> date:
    found = (info.context or {}).get("as_of")
    if not isinstance(found, date):
        raise ValueError("is relative, but the file has no day to count from")  # noqa: TRY004
    return found


def _relative(value: str, info: ValidationInfo) -> tuple[date, time] | None:
    match = _RELATIVE.fullmatch(value)
    if match is None:
        return None
    hour, minute = int(match[3] or 0), int(match[4] or 0)
    try:
        return _shift(_as_of(info), int(match[1]), match[2]), time(hour, minute)
    except (OverflowError, ValueError) as error:
        raise ValueError(f"{value!r} cannot be counted: {error}") from None


def _day(value: Any, info: ValidationInfo) -> date:
    if type(value) is date:
        return value
    if isinstance(value, str):
        found = _relative(value, info)
        if found is not None:
            return found[0]
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                raise ValueError(f"{value!r} is not a day of the calendar") from None
    raise ValueError(
        f"{value!r} is not a day: write 2026-12-01, or count from the as-of day: -19d, +2w, +3wd"
    )


def _moment(value: Any, info: ValidationInfo) -> datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if isinstance(value, str):
        found = _relative(value, info)
        if found is not None:
            return datetime.combine(found[0], found[1], UTC)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is not None and moment.tzinfo is not None:
            try:
                return moment.astimezone(UTC)
            except OverflowError:
                pass
    raise ValueError(
        f"{value!r} is not a moment: write 2026-12-01T09:30:00Z, or count from the as-of day: "
        f"-19d or -19dT09:30 (UTC)"
    )


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty: write a few words")
    return value


Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^([0-9]{4}-[0-9]{2}-[0-9]{2}|[+-][0-9]{1,5}(wd|d|w))$",
            "description": "A day, or days, weeks or working days counted from as_of.",
        }
    ),
]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema(
        {
            "type": "string",
            "description": "A moment with its zone, or a relative one such as -19d or -19dT09:30.",
        }
    ),
]

Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT)]
Words = Annotated[str, StringConstraints(max_length=LONGEST_TEXT), AfterValidator(_not_blank)]
Title = Annotated[str, StringConstraints(max_length=300), AfterValidator(_not_blank)]
LongName = Annotated[str, StringConstraints(max_length=200), AfterValidator(_not_blank)]
Name = Annotated[str, StringConstraints(max_length=120), AfterValidator(_not_blank)]
Short = Annotated[str, StringConstraints(max_length=120)]
Line = Annotated[str, StringConstraints(max_length=200)]
Long = Annotated[str, StringConstraints(max_length=500)]
Code = Annotated[str, StringConstraints(pattern=forms.CODE)]
Market = Annotated[str, StringConstraints(pattern=forms.MARKET)]
Region = Annotated[str, StringConstraints(pattern=forms.REGION)]
Language = Annotated[str, StringConstraints(pattern=forms.LANGUAGE, max_length=35)]
Email = Annotated[str, StringConstraints(pattern=forms.EMAIL, max_length=254)]
Currency = Annotated[str, StringConstraints(pattern=forms.CURRENCY)]
RequirementKey = Annotated[str, StringConstraints(pattern=forms.REQUIREMENT)]
MechanismKey = Annotated[str, StringConstraints(pattern=forms.MECHANISM)]
LaunchKey = Annotated[str, StringConstraints(pattern=forms.LAUNCH)]
PolicyLabel = Annotated[str, StringConstraints(pattern=forms.POLICY, max_length=81)]
Versioned = Annotated[str, StringConstraints(pattern=forms.VERSIONED, max_length=60)]
Pattern = Annotated[str, StringConstraints(pattern=forms.SCOPE, max_length=130)]

Count = Annotated[int, Field(ge=0, le=LARGEST_INT)]
Positive = Annotated[int, Field(ge=1, le=LARGEST_INT)]
Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0, le=LARGEST_NUMBER)]
Number = Annotated[float, Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)]


class Part(BaseModel):
    """One object of the format and how it maps onto a table.

    Fields not named below are columns of the same name. ``refs`` gives for a field its column and
    the kind of record it names; ``lists`` the kind of record each entry of a list names;
    ``pattern`` the field that stands for the four scope columns; ``apart`` the fields stored
    otherwise; ``kept`` those which, when left out, stay as they are stored.
    """

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    refs: ClassVar[dict[str, tuple[str, str]]] = {}
    lists: ClassVar[dict[str, str]] = {}
    pattern: ClassVar[str | None] = None
    apart: ClassVar[frozenset[str]] = frozenset()
    kept: ClassVar[frozenset[str]] = frozenset()
