"""What programs send and get: strict, so that a number in quotes or a misspelt field is refused."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from roadmap.mechanisms.cells import read_day, read_moment
from roadmap.mechanisms.fields import LARGEST
from roadmap.mechanisms.kinds import LabelSource, Metric, Sampling
from roadmap.web.text import forbidden_character

_SHOWN = re.compile(r"\S")


def _storable(value: str) -> str:
    if code := forbidden_character(value):
        raise PydanticCustomError(
            "character", "It holds {code}, which cannot be stored.", {"code": code}
        )
    return value


def _filled(value: str) -> str:
    if not _SHOWN.search(value):
        raise PydanticCustomError("blank", "It is blank.")
    return _storable(value)


def _day(value: Any) -> Any:
    try:
        return read_day(value) if isinstance(value, str) else value
    except ValueError:
        raise PydanticCustomError("day", "Use a day that exists, written 2026-11-30.") from None


def _moment(value: Any) -> Any:
    try:
        return read_moment(value) if isinstance(value, str) else value
    except (ValueError, OverflowError):
        raise PydanticCustomError(
            "moment", "Use a moment with its zone, as 2026-11-30T09:00:00Z."
        ) from None


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Count = Annotated[int, Field(ge=0, le=LARGEST)]
Code = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_filled)]
STRICT = ConfigDict(strict=True, extra="forbid")


class StratumRow(BaseModel):
    """One stratum of a stratified sample."""

    model_config = STRICT

    population: Count
    n: Annotated[int, Field(ge=0, le=LARGEST, description="How many of them were labelled.")]
    positives: Annotated[
        int, Field(ge=0, le=LARGEST, description="How many of these were positive.")
    ]
    found: Annotated[bool, Field(description="Whether the mechanism flagged this stratum's items.")]


class EvidenceRow(BaseModel):
    """One measured share of one mechanism in one slice and window."""

    model_config = STRICT

    mechanism: Annotated[
        str, Field(pattern=r"^MEC-[0-9]{1,9}$", description="Key of the mechanism, as MEC-7.")
    ]
    configuration: (
        Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_filled)] | None
    ) = Field(
        default=None,
        description="Label of what was measured; automated mechanisms need it.",
    )
    guideline: (
        Annotated[str, Field(min_length=1, max_length=81), AfterValidator(_filled)] | None
    ) = Field(default=None, description="Guideline version, as weapons@v3; QA accuracy needs it.")
    market: Code | None = Field(default=None, description="None: measured over all of them.")
    language: Code | None = None
    surface: Code | None = None
    policy_area: Code | None = None
    metric: Annotated[Metric, Field(strict=False)]
    numerator: Count
    denominator: Count
    window_start: Day
    window_end: Day = Field(description="Last day measured, included.")
    sampling: Annotated[Sampling, Field(strict=False)]
    label_source: Annotated[LabelSource, Field(strict=False)]
    strata: Annotated[list[StratumRow], Field(max_length=1_000)] | None = Field(
        default=None, description="Of a stratified sample."
    )
    key: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_filled)] | None = (
        Field(
            default=None,
            description="What your side calls the row; other numbers under it correct the row.",
        )
    )
    observed_at: Moment | None = Field(
        default=None,
        description="When your side read the numbers; the row of a key observed last counts.",
    )


class PushQuery(BaseModel):
    """How a batch is taken."""

    model_config = ConfigDict(extra="forbid")

    source: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._:/-]*$",
            description="Who measures; rows are known again within one source.",
        ),
    ]
    partial: Literal["true", "false"] = Field(
        default="false", description="Store the rows that can be, and name the others."
    )


class RowResult(BaseModel):
    """What became of one row, by its place in what was sent, from 1."""

    row: int
    result: Literal["accepted", "unchanged", "corrected", "refused"]
    field: str | None = None
    value: str | None = None
    reason: str | None = Field(default=None, description="Why, and how to mend it.")


class PushResult(BaseModel):
    """What became of a batch: every row has a result."""

    source: str
    batch: int | None = Field(description="Number of the stored batch; none if nothing was new.")
    accepted: int
    unchanged: int
    corrected: int
    refused: int
    rows: list[RowResult]


class Problem(BaseModel):
    """An error, as RFC 9457 writes it; ``rows`` names what was wrong in a batch."""

    type: str
    title: str
    status: int
    detail: str
    rows: list[RowResult] | None = None


class ListQuery(BaseModel):
    """Which recorded rows to read."""

    model_config = ConfigDict(extra="forbid")

    mechanism: Annotated[
        str, Field(pattern=r"^MEC-[0-9]{1,9}$", description="Key of the mechanism.")
    ]
    after: Annotated[
        int, Field(ge=0, le=2**53, description="Number of the last row read before.")
    ] = 0
    limit: Annotated[int, Field(ge=1, le=1_000, description="How many rows at most.")] = 200


class RecordedRow(BaseModel):
    """A recorded row: what was sent, when it became known, and whether it still counts."""

    number: int
    source: str
    configuration: str | None
    guideline: str | None
    market: str | None
    language: str | None
    surface: str | None
    policy_area: str | None
    metric: Metric
    numerator: int
    denominator: int
    window_start: date
    window_end: date
    sampling: Sampling
    label_source: LabelSource
    key: str | None
    observed_at: datetime
    recorded_at: datetime
    voided_at: datetime | None
    void_reason: str | None
    corrected_by: int | None = Field(description="Number of the row that took its place.")


class RecordedRows(BaseModel):
    """Rows in the order of their arrival; ``next`` goes into ``after`` for the rows behind them."""

    mechanism: str
    rows: list[RecordedRow]
    next: int | None
