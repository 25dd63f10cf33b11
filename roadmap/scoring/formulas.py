"""Scores from inputs: check each, apply the framework's formula, say what is missing or wrong.

A null is not 0: an item without a required input is Unscored. An input that cannot be right makes
a ScoreError on that item. Numbers are floats; rounding is for display only.
"""

import hashlib
import json
import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from roadmap.scoring.built_in import BUILT_IN
from roadmap.scoring.expression import FormulaError
from roadmap.scoring.frameworks import (
    METHOD_CRITERIA,
    POSITIVE_CRITERIA,
    Criterion,
    FrameworkDef,
    FrameworkError,
    Level,
    Method,
)
from roadmap.scoring.normalise import normalise
from roadmap.wording import N_, Sentence, shown

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

__all__ = [
    "BUILT_IN",
    "Criterion",
    "FrameworkDef",
    "FrameworkError",
    "Inputs",
    "Level",
    "Method",
    "Number",
    "Outcome",
    "Score",
    "ScoreError",
    "Unscored",
    "check_inputs",
    "check_value",
    "combine",
    "delay_cost",
    "score_one",
    "score_set",
    "set_digest",
]

LARGEST_INPUT = 1e12
_PLAIN = (float, int)

Number = float | Decimal
Inputs = Mapping[str, Number | None]
K = TypeVar("K", bound=Hashable)
V = TypeVar("V", float, "NDArray[float64]")


class Range(NamedTuple):
    """The ends a criterion was normalised between."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Score:
    """A score with all it was computed from.

    Weighted scores also carry each criterion's part (0 to 100), the ranges and size of the set
    they were normalised over, and its digest; other methods leave these empty.
    """

    value: float
    framework: str
    version: int
    inputs: Mapping[str, float]
    parts: Mapping[str, float] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)
    set_size: int | None = None
    set_digest: str | None = None
    notes: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Unscored:
    """No score yet: the codes of the inputs that are missing."""

    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScoreError:
    """No score, because of one input, or of the formula at `position` (then no criterion)."""

    criterion: str | None
    sentence: Sentence
    position: int | None = None

    @property
    def message(self) -> str:
        """Return the English sentence."""
        return str(self.sentence)


Outcome = Score | Unscored | ScoreError


def check_value(criterion: Criterion, value: Number) -> float | ScoreError:
    """Return the value as a float, or what is wrong with it."""
    problem = _number_problem(value)
    if problem is None:
        number = float(value)
        problem = _range_problem(criterion, number)
        if problem is None:
            return number + 0.0  # turns -0.0 into 0.0
    template, allowed = problem
    params = {"name": criterion.name, "value": shown(value), "allowed": allowed}
    return ScoreError(criterion.code, Sentence(template, params))


def _number_problem(value: object) -> tuple[str, str] | None:
    # Nearly every number is such a one, and a backlog has hundreds of thousands.
    if type(value) in _PLAIN and -LARGEST_INPUT <= value <= LARGEST_INPUT:  # type: ignore[operator]
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return N_("%(name)s is not a number. Enter digits."), ""
    special = not (value.is_finite() if isinstance(value, Decimal) else _is_finite(value))
    if special:
        return N_("%(name)s is not a finite number. Enter an ordinary number."), ""
    if value > LARGEST_INPUT or value < -LARGEST_INPUT:
        return N_("%(name)s is too large. Enter at most %(allowed)s."), f"{LARGEST_INPUT:,.0f}"
    return None


def _is_finite(value: float) -> bool:
    # math.isfinite raises on an integer beyond the floats, which is finite, only too large.
    return type(value) is int or math.isfinite(value)


def _range_problem(criterion: Criterion, number: float) -> tuple[str, str] | None:
    if criterion.code in POSITIVE_CRITERIA and number <= 0:
        return (
            N_(
                "%(name)s is %(value)s but must be above 0. "
                "Enter a positive number, or leave it empty until it is known."
            ),
            "",
        )
    scale = criterion.scale
    if scale is not None:
        if any(math.isclose(number, step, abs_tol=1e-12) for step in scale):
            return None
        allowed = ", ".join(shown(float(step)) for step in scale)
        return N_("%(name)s is %(value)s. Choose one of %(allowed)s."), allowed
    if criterion.low is not None and number < criterion.low:
        allowed = shown(float(criterion.low))
        return N_("%(name)s is %(value)s. Enter at least %(allowed)s."), allowed
    if criterion.high is not None and number > criterion.high:
        allowed = shown(float(criterion.high))
        return N_("%(name)s is %(value)s. Enter at most %(allowed)s."), allowed
    return None


def check_inputs(framework: FrameworkDef, inputs: Inputs) -> tuple[ScoreError, ...]:
    """Return every wrong input, in the order of the criteria; nulls are not wrong."""
    found = _checked(framework, inputs)
    return found if isinstance(found, tuple) else ()


def _checked(
    framework: FrameworkDef, inputs: Inputs
) -> dict[str, float] | Unscored | tuple[ScoreError, ...]:
    values: dict[str, float] = {}
    errors: list[ScoreError] = []
    for criterion in framework.criteria:
        value = inputs.get(criterion.code)
        if value is None:
            continue
        checked = check_value(criterion, value)
        if isinstance(checked, ScoreError):
            errors.append(checked)
        else:
            values[criterion.code] = checked
    if errors:
        return tuple(errors)
    missing = tuple(code for code in framework.required if code not in values)
    return Unscored(missing) if missing else values


def combine(framework: FrameworkDef, values: Mapping[str, V]) -> V:
    """Apply the formula of RICE, WSJF, CD3 or ICE to checked floats, or to arrays of them."""
    match framework.method:
        case Method.RICE:
            return values["reach"] * values["impact"] * values["confidence"] / values["effort"]
        case Method.WSJF:
            delay = values["business_value"] + values["time_criticality"] + values["risk_reduction"]
            return delay / values["job_size"]
        case Method.CD3:
            return values["cost_of_delay"] / values["duration"]
        case Method.ICE:
            impact, confidence, ease = values["impact"], values["confidence"], values["ease"]
            match framework.params["variant"]:
                case "product":
                    return impact * confidence * ease
                case "mean":
                    return (impact + confidence + ease) / 3.0
                case _:
                    return impact + confidence + ease
        case _:
            raise ValueError(f"{framework.method.value} has no fixed formula")


def score_one(framework: FrameworkDef, inputs: Inputs) -> Outcome:
    """Score one item; ValueError for the weighted method, which needs the whole set."""
    if framework.method is Method.WEIGHTED:
        raise ValueError("a weighted score depends on the set: use score_set")
    values = _checked(framework, inputs)
    if isinstance(values, Unscored):
        return values
    if isinstance(values, tuple):
        return values[0]
    expression = framework.parsed
    if expression is not None:
        try:
            value = expression.evaluate(values)
        except FormulaError as error:
            return ScoreError(None, error.sentence, error.position)
    else:
        value = combine(framework, values)
    if not math.isfinite(value):
        divisor = METHOD_CRITERIA[framework.method][-1]
        name = next(c.name for c in framework.criteria if c.code == divisor)
        template = N_("The score is too large to compute. Check %(name)s, which is very small.")
        return ScoreError(divisor, Sentence(template, {"name": name}))
    return Score(value, framework.code, framework.version, values)


def score_set(framework: FrameworkDef, items: Mapping[K, Inputs]) -> dict[K, Outcome]:
    """Score every item with any method, in the order given.

    Weighted: Σ weight · part, each part normalised over the items whose inputs are complete and
    right; the others neither get a score nor move the scale.
    """
    if framework.method is not Method.WEIGHTED:
        return {key: score_one(framework, inputs) for key, inputs in items.items()}
    checked = {key: _checked(framework, inputs) for key, inputs in items.items()}
    complete = {key: values for key, values in checked.items() if isinstance(values, dict)}
    outcomes: dict[K, Outcome] = {}
    scores = _weighted(framework, complete)
    for key, found in checked.items():
        if isinstance(found, dict):
            outcomes[key] = scores[key]
        else:
            outcomes[key] = found if isinstance(found, Unscored) else found[0]
    return outcomes


def _weighted(framework: FrameworkDef, complete: Mapping[K, dict[str, float]]) -> dict[K, Score]:
    parts: dict[K, dict[str, float]] = {key: {} for key in complete}
    ranges: dict[str, Range] = {}
    notes: list[Sentence] = []
    for criterion in framework.criteria:
        code = criterion.code
        found = normalise([values[code] for values in complete.values()], criterion.direction)
        ranges[code] = Range(found.low, found.high)
        for key, part in zip(complete, found.parts, strict=True):
            parts[key][code] = part
        if found.note is not None:
            template = N_("%(name)s: all values are the same, so it adds 0 to every item.")
            notes.append(Sentence(template, {"name": criterion.name}))
    digest = set_digest(framework, complete)
    return {
        key: Score(
            math.fsum(c.weight * parts[key][c.code] for c in framework.criteria),
            framework.code,
            framework.version,
            values,
            parts[key],
            ranges,
            len(complete),
            digest,
            tuple(notes),
        )
        for key, values in complete.items()
    }


def set_digest(framework: FrameworkDef, complete: Mapping[K, Mapping[str, float]]) -> str:
    """Return the SHA-256 (hex) of a framework version and a set of items, whatever their order."""
    rows = sorted(
        [repr(key), [values[criterion.code] for criterion in framework.criteria]]
        for key, values in complete.items()
    )
    text = json.dumps([framework.code, framework.version, rows], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def delay_cost(order: Iterable[tuple[float, float]]) -> float:
    """Return the total cost of doing (cost of delay per week, weeks) one after another.

    Each item costs its delay until it is finished; CD3 order makes the total smallest.
    """
    finished = total = 0.0
    for cost_of_delay, duration in order:
        finished += duration
        total += cost_of_delay * finished
    return total
