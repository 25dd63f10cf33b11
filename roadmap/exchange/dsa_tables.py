"""Transparency-report tables of the Digital Services Act as measurement rows, for one service.

A share needs its counts. What the tables say as counts becomes rows: the share of measures taken by
automation alone (in all, by market, language or policy area) and the share of complaints that were
granted. What they say as a bare rate, a time or a number of people is refused with the reason:
without the number of items there is no bound, and none is made up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select

from roadmap.db import Database
from roadmap.exchange.dsa_checks import anomalies
from roadmap.exchange.dsa_facts import AUTOMATED, COMPLAINTS, NOT_AUTOMATED, DsaFact, number_in
from roadmap.exchange.evidence_rows import EvidenceFile
from roadmap.exchange.problems import Problem
from roadmap.exchange.tabular import Row, TableError, read_table
from roadmap.taxonomy.models import Language, Market, PolicyArea

TABLES = (
    "automated_means.csv",
    "appeals.csv",
    "own_initiative_terms.csv",
    "human_resources.csv",
)
_CATEGORY = "STATEMENT_CATEGORY_"
_WHOLE = "Total number"


@dataclass(frozen=True)
class DsaAnswers:
    """What the tables do not say: whose figures, of which mechanisms, of which days."""

    service: str
    mechanism: str
    appeals: str
    configuration: str
    start: date | None
    end: date | None


@dataclass(frozen=True)
class Places:
    """The codes a scope may mean: markets, languages, and policy areas by category."""

    markets: frozenset[str]
    languages: frozenset[str]
    areas: Mapping[str, tuple[str, ...]]


def read_dsa(database: Database, folder: Path, said: DsaAnswers) -> EvidenceFile:
    """Read the tables of a folder; raise ``TableError`` when they or the answers are not enough."""
    if not folder.is_dir():
        raise TableError("With --as dsa, name the folder that holds the tables.")
    if not said.service or said.start is None or said.end is None:
        raise TableError(
            "The tables name neither a period nor a mechanism. Give --service, --from, --to and "
            "--mechanism, and --appeals for the share of complaints granted."
        )
    found = [one for name in TABLES for one in _facts(folder / name)]
    facts = [fact for service, fact in found if service == said.service]
    elsewhere = [fact for service, fact in found if service != said.service]
    if not facts:
        raise TableError(f"No table here has figures of the service {said.service!r}.")
    with database.reading() as session:
        areas: dict[str, list[str]] = {}
        for code, category in session.execute(select(PolicyArea.code, PolicyArea.dsa_category)):
            areas.setdefault(category or "", []).append(code)
        places = Places(
            frozenset(session.scalars(select(Market.code))),
            frozenset(session.scalars(select(Language.code))),
            {category: tuple(codes) for category, codes in areas.items()},
        )
    return as_rows(facts, places, said, elsewhere)


def _facts(path: Path) -> Iterable[tuple[str, DsaFact]]:
    """Yield (service, figure) of a table, its wide columns made long."""
    if not path.is_file():
        return
    table = read_table(path.read_bytes())
    place = {name: number for number, name in enumerate(table.header)}

    def cell(row: Row, name: str) -> str:
        return row.cells[place[name]].strip() if name in place else ""

    category = ""
    for row in table.rows:
        service = cell(row, "service")
        if "category" in place:
            scope = cell(row, "category")
            # The same keyword stands below several categories.
            category = scope if not scope.startswith("KEYWORD") else category
            scope = scope if scope == category else f"{scope} of {category}"
            for name, indicator in (("automated", AUTOMATED), ("measures", "Number of measures")):
                value = cell(row, name)
                yield service, DsaFact(path.name, row.line, indicator, scope, value)
        else:
            indicator, scope = cell(row, "indicator"), cell(row, "scope")
            value = cell(row, "value")
            yield service, DsaFact(path.name, row.line, indicator, scope, value)


def as_rows(
    facts: Sequence[DsaFact], places: Places, said: DsaAnswers, elsewhere: Sequence[DsaFact] = ()
) -> EvidenceFile:
    """Return what the figures of one service are as measurement rows; pure."""
    sorting = _Sorting(places, said)
    seen: dict[tuple[str, str, str], DsaFact] = {}
    for fact in facts:
        first = seen.setdefault((fact.table, fact.indicator, fact.scope), fact)
        if first is not fact:
            sorting.refuse(fact, f"This figure stands on line {first.line} already.")
    sorting.automated(seen)
    sorting.by_area(seen)
    sorting.complaints(seen)
    for fact in seen.values():
        sorting.explain(fact)
    problems = [*sorting.problems(), *anomalies(list(seen.values()), elsewhere)]
    rows = sorted(sorting.rows, key=lambda row: row[0])
    return EvidenceFile(tuple(rows), problems=tuple(problems))


class _Sorting:
    """Takes figures that make a share, and keeps the reasons why others do not."""

    def __init__(self, places: Places, said: DsaAnswers) -> None:
        self.places = places
        self.said = said
        self.rows: list[tuple[int, dict[str, str]]] = []
        self._taken: set[tuple[str, int, str]] = set()
        self._refused: dict[tuple[str, str], list[DsaFact]] = {}

    def refuse(self, fact: DsaFact, reason: str) -> None:
        """Keep a figure with the reason why it is no row."""
        self._taken.add(fact.place)
        self._refused.setdefault((fact.table, reason), []).append(fact)

    def problems(self) -> list[Problem]:
        """Return the refused figures, those with the same reason as one finding."""
        return [
            Problem(
                found[0].line,
                f"{table}, {found[0].indicator}"[:120],
                found[0].value,
                reason,
                fatal=True,
                count=len(found),
            )
            for (table, reason), found in self._refused.items()
        ]

    def automated(self, seen: Mapping[tuple[str, str, str], DsaFact]) -> None:
        """Take the share of measures that automation took alone, by scope."""
        table = "automated_means.csv"
        for (name, indicator, scope), top in seen.items():
            if name != table or indicator != AUTOMATED:
                continue
            rest = seen.get((table, NOT_AUTOMATED, scope))
            both = [top] if rest is None else [top, rest]
            slice_ = self._slice(scope)
            if slice_ is None:
                reason = f"{scope!r} is no market or language here."
            elif rest is None or number_in(top) is None or number_in(rest) is None:
                reason = "One of the two counts of a share is missing."
            else:
                self._add("automated_share", self.said.mechanism, both, [top], slice_)
                continue
            for fact in both:
                self.refuse(fact, reason)

    def by_area(self, seen: Mapping[tuple[str, str, str], DsaFact]) -> None:
        """Take the share of measures that automation took alone, by policy area."""
        table = "own_initiative_terms.csv"
        for (name, indicator, scope), top in seen.items():
            if name != table or indicator != AUTOMATED:
                continue
            whole = seen[table, "Number of measures", scope]
            areas = self.places.areas.get(scope.removeprefix(_CATEGORY), ())
            if scope == "TOTAL":
                reason = "The total is taken from automated_means.csv."
            elif not scope.startswith(_CATEGORY):
                reason = "A keyword is part of a category; the category is taken."
            elif len(areas) != 1:
                reason = f"{len(areas) or 'No'} policy areas here are of its category."
            elif number_in(top) is None or not number_in(whole):
                reason = "How many of the measures automation took is not said."
            else:
                self._share(top, whole, {"policy_area": areas[0]})
                continue
            self.refuse(top, reason)
            self.refuse(whole, reason)

    def _share(self, top: DsaFact, whole: DsaFact, slice_: Mapping[str, str]) -> None:
        if (number_in(top) or 0) > (number_in(whole) or 0):
            for fact in (top, whole):
                self.refuse(fact, "More were automated than there were: a rate above 1.")
            return
        counts = number_in(top) or 0, number_in(whole) or 0
        self._row("automated_share", self.said.mechanism, [top, whole], slice_, *counts)

    def complaints(self, seen: Mapping[tuple[str, str, str], DsaFact]) -> None:
        """Take the share of complaints that were granted, in whole or in part."""
        table = "appeals.csv"
        found = {
            scope: fact
            for (name, indicator, scope), fact in seen.items()
            if name == table and indicator == COMPLAINTS
        }
        upheld, reversed_ = found.get("Decisions upheld"), found.get("Decisions reversed")
        partly = found.get("Decisions partially reversed")
        if upheld is None or reversed_ is None:
            return
        granted = [fact for fact in (reversed_, partly) if fact is not None]
        if any(number_in(fact) is None for fact in (upheld, *granted)):
            for fact in (upheld, *granted):
                self.refuse(fact, "One of the counts of a share is missing.")
        elif not self.said.appeals:
            for fact in (upheld, *granted):
                self.refuse(fact, "Say with --appeals which appeals queue decided.")
        else:
            self._add("overturn_rate", self.said.appeals, [upheld, *granted], granted, {})

    def explain(self, fact: DsaFact) -> None:
        """Refuse what nobody took, with the reason that fits it."""
        if fact.place in self._taken:
            return
        value = number_in(fact)
        if "Accuracy of the automated means" in fact.indicator:
            above = value is not None and value > 1
            reason = (
                "A rate above 1."
                if above
                else "A rate without the number of items it was measured on: no bound, no proof."
            )
        elif fact.table == "human_resources.csv":
            reason = "A number of people is no measurement; certify heads on the queue's page."
        elif fact.scope == "Median time":
            reason = "A time, and no share."
        elif fact.table == "appeals.csv" and fact.indicator != COMPLAINTS:
            reason = "The kind of decision complained about is no part of a slice here."
        else:
            reason = "A count that is part of no share measured here."
        self.refuse(fact, reason)

    def _slice(self, scope: str) -> dict[str, str] | None:
        """Return what a scope means: all, a market, or a language however it is written."""
        word = scope.rpartition(":")[2].strip()
        if scope == _WHOLE:
            return {}
        if len(word) == 2 and word.isupper() and word in self.places.markets:
            return {"market": word}
        lower = word.lower()
        return {"language": lower} if lower in self.places.languages else None

    def _add(
        self,
        metric: str,
        mechanism: str,
        parts: list[DsaFact],
        top: list[DsaFact],
        slice_: Mapping[str, str],
    ) -> None:
        """Take a share whose counts are all of its parts."""
        total = sum(number_in(fact) or 0 for fact in parts)
        if not total:
            for fact in parts:
                self.refuse(fact, "Nothing was counted, so there is no share.")
            return
        numerator = sum(number_in(fact) or 0 for fact in top)
        self._row(metric, mechanism, parts, slice_, numerator, total)

    def _row(
        self,
        metric: str,
        mechanism: str,
        parts: list[DsaFact],
        slice_: Mapping[str, str],
        numerator: float,
        denominator: float,
    ) -> None:
        self._taken.update(fact.place for fact in parts)
        first, last = self.said.start, self.said.end
        row = {
            "mechanism": mechanism,
            "configuration": self.said.configuration if metric == "automated_share" else "",
            "metric": metric,
            "numerator": f"{numerator:.0f}",
            "denominator": f"{denominator:.0f}",
            "window_start": first.isoformat() if first else "",
            "window_end": last.isoformat() if last else "",
            # The provider counted every measure and every decision.
            "sampling": "census",
            "label_source": "appeals" if metric == "overturn_rate" else "human",
            **slice_,
        }
        self.rows.append((min(fact.line for fact in parts), row))
