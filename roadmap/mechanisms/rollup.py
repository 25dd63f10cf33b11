"""Which old measurement rows are added up to which sums. Pure.

Only counts of equal meaning are added: one mechanism, configuration, guideline, slice, metric,
sampling, kind of label and source, in one week or month that is over. A stratified row keeps its
strata and is never added; a row that is alone in its period gains nothing and stays.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, StrEnum
from typing import Any, NamedTuple

from roadmap.mechanisms.kinds import LabelSource, Metric, Sampling
from roadmap.taxonomy.scope import ScopePattern


class Unit(StrEnum):
    """How long the period of a sum is."""

    WEEK = "week"
    MONTH = "month"


class OldRow(NamedTuple):
    """What is read of a row to add it up; the order is that of the statement."""

    id: int
    batch_id: int
    mechanism_id: int
    configuration_id: int | None
    policy_version_id: int | None
    market_code: str | None
    language_code: str | None
    surface_code: str | None
    policy_area_code: str | None
    metric: Metric
    sampling: Sampling
    label_source: LabelSource
    source: str
    window_start: date
    window_end: date
    numerator: int
    denominator: int
    external_key: str | None


@dataclass(frozen=True, slots=True)
class Sum:
    """Rows of one kind and period and what they add up to."""

    first: date
    last: date
    rows: tuple[OldRow, ...]

    @property
    def numerator(self) -> int:
        """Return what counted, of all rows."""
        return sum(row.numerator for row in self.rows)

    @property
    def denominator(self) -> int:
        """Return what was labelled, of all rows."""
        return sum(row.denominator for row in self.rows)


def period_of(day: date, unit: Unit) -> tuple[date, date]:
    """Return first and last day of the week (Monday to Sunday) or month a day is in."""
    if unit is Unit.WEEK:
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=6)
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def cutoff_for(today: date, keep_days: int, unit: Unit) -> date:
    """Return the day before which windows may be added up: the first of a period."""
    return period_of(today - timedelta(days=keep_days), unit)[0]


def plan(rows: Iterable[OldRow], kept: AbstractSet[int], unit: Unit) -> list[Sum]:
    """Return the sums of rows that are not kept and whose window lies in one period."""
    groups: dict[tuple[Any, ...], list[OldRow]] = defaultdict(list)
    periods: dict[date, tuple[date, date]] = {}
    for row in rows:
        if row.id in kept or row.sampling is Sampling.STRATIFIED:
            continue
        period = periods.get(row.window_end)
        if period is None:
            period = periods[row.window_end] = period_of(row.window_end, unit)
        if row.window_start >= period[0]:
            # From the mechanism to the source.
            groups[(*period, *row[2:13])].append(row)
    found = [Sum(key[0], key[1], tuple(some)) for key, some in groups.items() if len(some) > 1]
    return sorted(found, key=lambda one: one.rows[0].id)


# ---- by which a row is known when it arrives again ----


def key_digest(source: str, key: Sequence[Any]) -> str:
    """Return the digest of a source and the key it knows a row by: see `sifting.key_of`."""
    return _digest((source, *key))


def content_digest(identity: Sequence[Any], content: Sequence[Any]) -> str:
    """Return the digest of what a row measured and what it found."""
    return _digest((*identity, *content))


def digests_of(one: Sum) -> Iterator[tuple[str, str]]:
    """Yield the digests of key and of content of each row of a sum, which share most of both."""
    shared = one.rows[0]
    scope = ScopePattern(
        shared.market_code, shared.language_code, shared.surface_code, shared.policy_area_code
    )
    of = (shared.mechanism_id, shared.configuration_id, shared.policy_version_id, scope)
    what = _joined((*of, shared.metric))
    # No strata: stratified rows are never added up.
    how = _joined((shared.sampling, shared.label_source, ()))
    source = _plain(shared.source)
    for row in one.rows:
        identity = f"{what}{_BETWEEN}{row.window_start}{_BETWEEN}{row.window_end}"
        key = identity if row.external_key is None else row.external_key
        content = f"{identity}{_BETWEEN}{row.numerator}{_BETWEEN}{row.denominator}{_BETWEEN}{how}"
        yield _hashed(f"{source}{_BETWEEN}{key}"), _hashed(content)


_BETWEEN = "\x1f"


def _digest(parts: Iterable[Any]) -> str:
    return _hashed(_joined(parts))


def _joined(parts: Iterable[Any]) -> str:
    return _BETWEEN.join(map(_plain, parts))


def _hashed(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _plain(part: Any) -> str:
    return part.value if isinstance(part, Enum) else "" if part is None or part == () else str(part)
