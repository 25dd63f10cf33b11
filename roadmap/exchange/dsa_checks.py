"""What does not add up in the tables of one service's transparency report."""

from collections.abc import Iterable, Sequence
from statistics import median

from roadmap.exchange.dsa_facts import (
    AUTOMATED,
    COMPLAINTS,
    NOT_AUTOMATED,
    DsaFact,
    number_in,
)
from roadmap.exchange.problems import Problem

_TOTAL = "Total number"
_OUTCOMES = (
    "Decisions upheld",
    "Decisions partially reversed",
    "Decisions reversed",
    "Decision omitted",
)
_KINDS = "Complaint regarding"
# Medians are of hours or days; one this many times another is in a unit of its own.
_UNITS_APART = 24.0


def anomalies(facts: Sequence[DsaFact], elsewhere: Sequence[DsaFact] = ()) -> list[Problem]:
    """Return the contradictions as findings that refuse nothing.

    ``elsewhere`` are figures of other services, beside which a time shows its unit.
    """
    return [
        *_parts_above_the_whole(facts),
        *_outcomes(facts),
        *_kinds(facts),
        *_medians(facts, elsewhere),
        *_heads(facts),
        *_categories(facts),
        *_spelling(facts),
        *_above_one(facts),
    ]


def _find(facts: Iterable[DsaFact], table: str, indicator: str) -> dict[str, DsaFact]:
    return {f.scope: f for f in facts if f.table == table and f.indicator == indicator}


def _value(fact: DsaFact | None) -> float:
    return (number_in(fact) or 0.0) if fact is not None else 0.0


def _note(fact: DsaFact, reason: str) -> Problem:
    return Problem(fact.line, f"{fact.table}, {fact.indicator}"[:120], fact.value, reason)


def _parts_above_the_whole(facts: Sequence[DsaFact]) -> list[Problem]:
    found = []
    for indicator in (AUTOMATED, NOT_AUTOMATED):
        by_scope = _find(facts, "automated_means.csv", indicator)
        whole = by_scope.get(_TOTAL)
        for scope, fact in by_scope.items():
            if whole is not None and _value(fact) > _value(whole):
                text = f"{scope} counts more than the total of {_value(whole):,.0f}."
                found.append(_note(fact, text))
    return found


def _outcomes(facts: Sequence[DsaFact]) -> list[Problem]:
    """Return complaints whose outcomes are not as many as the complaints."""
    found = []
    for indicator in {f.indicator: None for f in facts if f.table == "appeals.csv"}:
        by_scope = _find(facts, "appeals.csv", indicator)
        whole = by_scope.get(_TOTAL)
        parts = [by_scope[name] for name in _OUTCOMES if name in by_scope]
        added = sum(map(_value, parts))
        if whole is not None and parts and added != _value(whole):
            found.append(_note(whole, f"Its outcomes add up to {added:,.0f}."))
    return found


def _kinds(facts: Sequence[DsaFact]) -> list[Problem]:
    whole = _find(facts, "appeals.csv", COMPLAINTS).get(_TOTAL)
    parts = [
        f
        for f in facts
        if f.table == "appeals.csv" and f.indicator.startswith(_KINDS) and f.scope == _TOTAL
    ]
    added = sum(map(_value, parts))
    if whole is None or not parts or added == _value(whole):
        return []
    return [_note(whole, f"The kinds of complaint add up to {added:,.0f}.")]


def _medians(facts: Sequence[DsaFact], elsewhere: Sequence[DsaFact]) -> list[Problem]:
    """Return median times so far above what is usual that they must be in another unit."""
    own = [f for f in facts if f.scope == "Median time" and _value(f) > 0]
    others = [f for f in elsewhere if f.scope == "Median time" and _value(f) > 0]
    if not own or len(own) + len(others) < 2:
        return []
    usual = min(map(_value, own)) if not others else median(map(_value, others))
    return [
        _note(f, f"{_value(f) / usual:,.0f} times the usual {usual:g}: another unit?")
        for f in own
        if _value(f) > _UNITS_APART * usual
    ]


def _heads(facts: Sequence[DsaFact]) -> list[Problem]:
    heads = [f for f in facts if f.table == "human_resources.csv"]
    totals = [f for f in heads if f.scope == _TOTAL]
    inside = next((f for f in totals if "internal" in f.indicator), None)
    outside = next((f for f in totals if "external" in f.indicator), None)
    whole = next((f for f in totals if "total" in f.indicator), None)
    found = []
    if inside and outside and whole and _value(inside) + _value(outside) != _value(whole):
        added = _value(inside) + _value(outside)
        found.append(_note(whole, f"Internal and external add up to {added:,.0f}."))
    if whole is not None:
        found += [
            _note(f, f"More speak {f.scope} than there are: {_value(whole):,.0f}.")
            for f in heads
            if f.scope != _TOTAL and _value(f) > _value(whole)
        ]
    return found


def _categories(facts: Sequence[DsaFact]) -> list[Problem]:
    """Return totals of measures that their categories do not add up to."""
    found = []
    for indicator in ("Number of measures", AUTOMATED):
        by_scope = _find(facts, "own_initiative_terms.csv", indicator)
        whole = by_scope.get("TOTAL")
        parts = [
            f
            for scope, f in by_scope.items()
            if scope.startswith("STATEMENT_CATEGORY_") and number_in(f) is not None
        ]
        added = sum(map(_value, parts))
        if whole is not None and parts and added != _value(whole):
            found.append(_note(whole, f"Its categories add up to {added:,.0f}."))
    return found


def _spelling(facts: Sequence[DsaFact]) -> list[Problem]:
    odd = [f for f in facts if ":" in f.scope]
    return [_note(f, f"The scope is written {f.scope!r}.") for f in odd[:20]]


def _above_one(facts: Sequence[DsaFact]) -> list[Problem]:
    """Return percentages above one whole that nothing else refuses."""
    return [
        _note(f, "A share above 1.")
        for f in facts
        if f.scope.startswith("Percentage") and _value(f) > 1
    ]
