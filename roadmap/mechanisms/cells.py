"""Reads the cells of a measurement row written as text, noting what cannot be read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar

from roadmap.mechanisms.facts import Stratum
from roadmap.mechanisms.kinds import LabelSource, Metric, Sampling
from roadmap.mechanisms.measurement_checks import NewMeasurement, RowProblem
from roadmap.mechanisms.wording import LABEL_SOURCES, SAMPLINGS
from roadmap.taxonomy.scope import WILDCARD, ScopePattern
from roadmap.web.i18n import _
from roadmap.web.text import read_count

_TRUE = {"yes", "true", "1", "found"}
_FALSE = {"no", "false", "0", "missed"}
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DOTTED = re.compile(r"^(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})$", re.ASCII)
# What forms call them.
_NAMED = (*SAMPLINGS.items(), *LABEL_SOURCES.items())
_LONGEST_SHOWN = 80

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True)
class RowNames:
    """What rows of one mechanism may call by name: its configurations and guideline versions.

    ``current`` is the configuration of a row that names none.
    """

    mechanism_id: int
    current: int | None
    configurations: Mapping[str, int]
    guidelines: Mapping[str, int]


class CellReader:
    """Reads the cells of one row, noting each that cannot be read."""

    def __init__(self, line: int, values: Mapping[str, str], problems: list[RowProblem]) -> None:
        self.line = line
        self.values = values
        self.problems = problems

    def measurement(self, names: RowNames) -> NewMeasurement | None:
        """Return the row; None if any cell was bad."""
        start, end = self._date("window_start"), self._date("window_end")
        top, bottom = self._whole("numerator"), self._whole("denominator")
        metric = self._choice("metric", Metric)
        sampling = self._choice("sampling", Sampling)
        labels = self._choice("label_source", LabelSource)
        strata = self._strata()
        configuration = self._named("configuration", names.configurations)
        guideline = self._named("guideline", names.guidelines)
        if start is None or end is None or top is None or bottom is None:
            return None
        if metric is None or sampling is None or labels is None:
            return None
        return NewMeasurement(
            mechanism_id=names.mechanism_id,
            configuration_id=configuration or names.current,
            policy_version_id=guideline,
            scope=ScopePattern(
                self._part("market"),
                self._part("language"),
                self._part("surface"),
                self._part("policy_area"),
            ),
            metric=metric,
            numerator=top,
            denominator=bottom,
            window_start=start,
            window_end=end,
            sampling=sampling,
            label_source=labels,
            strata=strata,
            observed_at=self._moment("observed_at"),
            external_key=self.values.get("key") or None,
            line=self.line,
        )

    def note(self, column: str, reason: str) -> None:
        """Note why a cell cannot be read."""
        shown = self.values.get(column, "")[:_LONGEST_SHOWN]
        self.problems.append(RowProblem(self.line, column, shown, reason))

    def _part(self, column: str) -> str | None:
        value = self.values.get(column, "")
        return None if value in ("", WILDCARD) else value

    def _whole(self, column: str) -> int | None:
        try:
            return read_count(self.values[column])
        except ValueError:
            self.note(column, _("Use a whole number, such as 1200."))
            return None

    def _date(self, column: str) -> date | None:
        try:
            return read_day(_iso_day(self.values[column]))
        except ValueError:
            self.note(column, _("Use a day that exists, written 2026-11-30 or 30.11.2026."))
            return None

    def _moment(self, column: str) -> datetime | None:
        words = self.values.get(column, "")
        if not words:
            return None
        try:
            return read_moment(words)
        except ValueError:
            self.note(column, _("Use a moment with its zone, as 2026-11-30T09:00:00Z."))
            return None

    def _choice(self, column: str, kind: type[Choice]) -> Choice | None:
        said = self.values[column].lower()
        try:
            return kind(said.replace(" ", "_"))
        except ValueError:
            for one, name in _NAMED:
                if isinstance(one, kind) and said == _(name).lower():
                    return one
            words = ", ".join(kind)
            self.note(column, _("Use one of: %(words)s.", words=words))
            return None

    def _named(self, column: str, known: Mapping[str, int]) -> int | None:
        name = self.values.get(column, "")
        if not name:
            return None
        if name not in known:
            self.note(column, _("This name is not registered."))
        return known.get(name)

    def _strata(self) -> tuple[Stratum, ...]:
        try:
            return read_strata(self.values.get("strata", ""))
        except ValueError as error:
            self.note("strata", str(error))
            return ()


def _iso_day(words: str) -> str:
    """Return a day written with dots, which is always day, month, year, as ISO 8601 has it."""
    return _DOTTED.sub(lambda m: f"{m['year']}-{m['month']:0>2}-{m['day']:0>2}", words)


def read_day(words: str) -> date:
    """Read a day written YYYY-MM-DD; anything else raises ValueError."""
    if not _DAY.fullmatch(words):
        raise ValueError(words)
    return date.fromisoformat(words)


def read_moment(words: str) -> datetime:
    """Read an ISO 8601 moment with its zone; anything else raises ValueError."""
    if not _DAY.match(words):
        raise ValueError(words)
    moment = datetime.fromisoformat(words)
    if moment.tzinfo is None:
        raise ValueError(words)
    return moment.astimezone(UTC)


def read_strata(words: str) -> tuple[Stratum, ...]:
    """Read ``48000/400/12/no; 2000/300/290/yes``: population/labelled/positives/found each.

    Raises ValueError with a sentence that says what was expected.
    """
    found = []
    for part in words.replace("\n", ";").split(";"):
        if not part.strip():
            continue
        pieces = [piece.strip().lower() for piece in part.split("/")]
        good = len(pieces) == 4 and all(_WHOLE.fullmatch(piece) for piece in pieces[:3])
        if not good or pieces[3] not in _TRUE | _FALSE:
            raise ValueError(
                _("Write each stratum as population/labelled/positives/found, as 48000/400/12/no.")
            )
        population, sampled, positives = (int(piece) for piece in pieces[:3])
        found.append(
            Stratum(
                population=population,
                sampled=sampled,
                positives=positives,
                found=pieces[3] in _TRUE,
            )
        )
    return tuple(found)
