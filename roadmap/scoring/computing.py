"""One ranking computed from everything it depends on; pure, so that it can run anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from roadmap.scoring.compare import Consolidated, consolidate, stability, uncertainty
from roadmap.scoring.fitting import Fit, Fits, Need, TeamCut, fit
from roadmap.scoring.formulas import (
    FrameworkDef,
    Outcome,
    Score,
    ScoreError,
    Unscored,
    check_inputs,
    score_set,
)
from roadmap.scoring.picture import density, point
from roadmap.scoring.ranking import Item, Ranking, rank
from roadmap.scoring.stability import Band, Estimate
from roadmap.scoring.standing import APART, TOP, Standing, firm_and_swaps

# How far an effort is moved, either way, where nobody gave a range.
MOVED_BY = 0.2
# The order is tried on so many first places; further down nothing reaches the top.
SIMULATED = 500
_CELLS = 1_000_000
_MOST_DRAWS, _LEAST_DRAWS = 4_000, 1_000

Entry = tuple[Mapping[str, Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Given:
    """Everything a ranking depends on; keys are requirements.

    `entries` are each scorer's (inputs, ranges). `overrides` are the live scores set by hand.
    """

    entries: Mapping[int, Sequence[Entry]]
    backlog: Sequence[int]
    blocks: Mapping[int, tuple[int, ...]]
    overrides: Mapping[int, float] = field(default_factory=dict)
    until: date | None = None
    efforts: Mapping[int, Mapping[int, float]] = field(default_factory=dict)
    capacity: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Computed:
    """Outcomes of all scored requirements, the ranked backlog, what fits, and how firm it is."""

    joined: Mapping[int, Consolidated]
    ranges: Mapping[int, Mapping[str, tuple[float, float]]]
    outcomes: Mapping[int, Outcome]
    ranking: Ranking
    fits: Mapping[int, Fit]
    bands: Mapping[int, Band]
    standing: Standing


def effort_code(framework: FrameworkDef) -> str | None:
    """Return the criterion that says what a requirement costs, None if the method has none."""
    codes = {criterion.code for criterion in framework.criteria}
    return next((code for code in ("effort", "job_size", "duration") if code in codes), None)


def compute(framework: FrameworkDef, given: Given) -> Computed:
    """Score, rank, fill the teams and try how firm the order is."""
    joined: dict[int, Consolidated] = {}
    ranges: dict[int, Mapping[str, tuple[float, float]]] = {}
    wrong: dict[int, ScoreError] = {}
    for key, entries in given.entries.items():
        found = _joined(framework, entries)
        if isinstance(found, ScoreError):
            wrong[key] = found
            joined[key] = Consolidated({}, {}, 0)
            continue
        joined[key], ranges[key] = found
    sound = {key: found.median for key, found in joined.items() if key not in wrong}
    outcomes: dict[int, Outcome] = {**score_set(framework, sound), **wrong}
    ranking = rank(
        Item(key, value_of(outcomes.get(key)), given.blocks.get(key, ()), given.overrides.get(key))
        for key in given.backlog
    )
    order = [row.key for row in ranking.ranked]
    fits, teams = fit((Need(key, given.efforts.get(key, {})) for key in order), given.capacity)
    bands, draws = _bands(framework, given, ranking, outcomes, ranges)
    standing = _standing(framework, given, ranking, outcomes, teams, bands, draws)
    return Computed(joined, ranges, outcomes, ranking, fits, bands, standing)


def value_of(outcome: Outcome | None) -> float | None:
    """Return the score of an outcome, None where there is none."""
    return outcome.value if isinstance(outcome, Score) else None


def _joined(
    framework: FrameworkDef, entries: Sequence[Entry]
) -> tuple[Consolidated, Mapping[str, tuple[float, float]]] | ScoreError:
    """Return the scorers' joint inputs and ranges, or what this version does not allow of them."""
    if len(entries) == 1 and not entries[0][1]:
        # One scorer without ranges, the common case: scoring checks the numbers anyway.
        inputs = entries[0][0]
        codes = (criterion.code for criterion in framework.criteria)
        return Consolidated({c: inputs[c] for c in codes if inputs.get(c) is not None}, {}, 1), {}
    try:
        found = consolidate([inputs for inputs, _ in entries], framework.criteria)
        unsure = len(entries) > 1 or any(ranges for _, ranges in entries)
        spread = uncertainty(entries, framework.criteria) if unsure else {}
    except ValueError:
        for inputs, ranges in entries:
            sides = [inputs, *({c: v[n] for c, v in ranges.items()} for n in (0, 1))]
            for side in sides:
                problems = check_inputs(framework, side)
                if problems:
                    return problems[0]
        raise
    return found, spread


def estimates(
    inputs: Mapping[str, float], ranges: Mapping[str, Sequence[float]]
) -> dict[str, float | Estimate | None]:
    """Return inputs with their ranges, as the simulation takes them."""
    return {
        code: Estimate(ranges[code][0], value, ranges[code][1]) if code in ranges else value
        for code, value in inputs.items()
    }


def draws_for(items: int) -> int:
    """Return how many draws a ranking is tried with: 4,000, fewer for long ones."""
    return max(_LEAST_DRAWS, min(_MOST_DRAWS, _CELLS // max(1, items)))


def _bands(
    framework: FrameworkDef,
    given: Given,
    ranking: Ranking,
    outcomes: Mapping[int, Outcome],
    ranges: Mapping[int, Mapping[str, tuple[float, float]]],
) -> tuple[dict[int, Band], int]:
    """Return how often each of the first places is in the top, and the number of draws."""
    first = [row.key for row in ranking.ranked[:SIMULATED]]
    items: dict[int, Mapping[str, Any]] = {}
    beyond: Mapping[str, tuple[float, float]] = {}
    for key in first:
        outcome = outcomes.get(key)
        scored = isinstance(outcome, Score)
        items[key] = estimates(outcome.inputs, ranges.get(key, {})) if scored else {}  # type: ignore[union-attr]
        if scored and len(ranking.ranked) > SIMULATED:
            beyond = outcome.ranges  # type: ignore[union-attr]
    if not items:
        return {}, 0
    effort, draws = effort_code(framework), draws_for(len(items))
    found = stability(
        framework,
        items,
        top=min(TOP, len(items)),
        moves={effort: MOVED_BY} if effort else {},
        blocks=given.blocks,
        fixed={key: given.overrides[key] for key in first if key in given.overrides},
        beyond=beyond,
        draws=draws,
    )
    return dict(found.bands), draws


def _standing(
    framework: FrameworkDef,
    given: Given,
    ranking: Ranking,
    outcomes: Mapping[int, Outcome],
    teams: Mapping[int, TeamCut],
    bands: Mapping[int, Band],
    draws: int,
) -> Standing:
    order = [row.key for row in ranking.ranked]
    top = min(TOP, len(order))
    firm, swaps = firm_and_swaps(order[:SIMULATED], bands, top)
    points = [point(framework, outcomes.get(key)) for key in order]
    weighed = next(
        (one for one in outcomes.values() if isinstance(one, Score) and one.ranges), None
    )
    return Standing(
        ranked=len(order),
        unscored=len(ranking.unscored),
        apart=list(ranking.unscored[:APART]),
        top=top,
        firm=firm,
        swaps=swaps,
        simulated=min(len(order), SIMULATED),
        draws=draws,
        without_effort=sum(1 for key in order if not given.efforts.get(key)),
        teams={str(team): vars(cut) for team, cut in sorted(teams.items())},
        ranges={c: list(r) for c, r in weighed.ranges.items()} if weighed else {},
        density=density([found for found in points if found is not None]),
        until=given.until.isoformat() if given.until else None,
    )


def row_data(computed: Computed, key: int, framework: FrameworkDef) -> dict[str, Any]:
    """Return what is stored of one requirement, by column."""
    found, outcome = computed.joined.get(key), computed.outcomes.get(key)
    data: dict[str, Any] = {
        "value": None,
        "inputs": dict(found.median) if found else {},
        "spread": {
            name: [spread.low, spread.high]
            for name, spread in (found.spread.items() if found else ())
            if spread.range > 0
        },
        "uncertainty": {c: list(bounds) for c, bounds in computed.ranges.get(key, {}).items()},
        "parts": {},
        "missing": [],
        "error": None,
        "set_digest": None,
        "set_size": None,
        "ranges": {},
        "notes": [],
    }
    match outcome:
        case Score():
            data |= {
                "value": outcome.value,
                "parts": dict(outcome.parts),
                "ranges": outcome.ranges,
                "set_digest": outcome.set_digest,
                "set_size": outcome.set_size,
                "notes": [str(note) for note in outcome.notes],
            }
        case Unscored():
            data["missing"] = list(outcome.missing)
        case ScoreError():
            data["error"] = outcome.message[:300]
        case None:
            data["missing"] = list(framework.required)
    return data


def places(computed: Computed, overrides: Mapping[int, float]) -> dict[int, dict[str, Any]]:
    """Return the place of every ranked requirement, and the score of those that have none."""
    found: dict[int, dict[str, Any]] = {}
    for key, outcome in computed.outcomes.items():
        own = overrides.get(key, value_of(outcome))
        found[key] = _place(None, own, None, overrides.get(key), Fit(Fits.UNKNOWN), None)
    for row in computed.ranking.ranked:
        answer = computed.fits[row.key]
        found[row.key] = _place(
            row.rank,
            row.effective,
            row.lifted_by,
            row.override,
            answer,
            computed.bands.get(row.key),
        )
    return found


def _place(
    rank_no: int | None,
    effective: float | None,
    lifted_by: int | None,
    overridden: float | None,
    answer: Fit,
    band: Band | None,
) -> dict[str, Any]:
    return {
        "rank": rank_no,
        "effective": effective,
        "lifted_by": lifted_by,
        "overridden": overridden,
        "fit": answer.fits.value if rank_no is not None else None,
        "stops": list(answer.stops),
        "band": [round(band.in_top, 4), band.low, band.high] if band else [],
    }
