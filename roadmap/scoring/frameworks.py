"""The vocabulary of scoring: methods, criteria with rubrics, and framework definitions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, NamedTuple

from roadmap.scoring.expression import FUNCTIONS, Expression, FormulaError, parse
from roadmap.scoring.normalise import Direction
from roadmap.wording import N_, Sentence, shown


class Method(Enum):
    """How a framework turns inputs into a score."""

    RICE = "rice"
    WSJF = "wsjf"
    CD3 = "cd3"
    ICE = "ice"
    WEIGHTED = "weighted"
    CUSTOM = "custom"


IceVariant = Literal["product", "mean", "sum"]
ICE_VARIANTS: tuple[IceVariant, ...] = ("product", "mean", "sum")

# The criteria a fixed method computes with; that of RICE, WSJF and CD3 that divides comes last.
METHOD_CRITERIA: Mapping[Method, tuple[str, ...]] = {
    Method.RICE: ("reach", "impact", "confidence", "effort"),
    Method.WSJF: ("business_value", "time_criticality", "risk_reduction", "job_size"),
    Method.CD3: ("cost_of_delay", "duration"),
    Method.ICE: ("impact", "confidence", "ease"),
}
# Nothing takes no work or no time: these must be above 0 in every framework.
POSITIVE_CRITERIA = frozenset({"effort", "duration", "job_size"})
LARGEST_WEIGHT = 1000


class Level(NamedTuple):
    """One line of a rubric: what a value means; without a value, a general hint."""

    value: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One input of a framework, with the values it allows (a scale, or a closed range)."""

    code: str
    name: str
    scale: tuple[float, ...] | None = None
    low: float | None = None
    high: float | None = None
    direction: Direction = "more"
    weight: float = 1.0
    rubric: tuple[Level, ...] = ()


class FrameworkError(ValueError):
    """A framework definition that cannot score anything."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


@dataclass(frozen=True, slots=True)
class FrameworkDef:
    """A named, versioned scoring method; a new version whenever anything in it changes.

    `expression` belongs to custom frameworks; `params` holds the ICE variant. Raises
    FrameworkError for a definition that cannot score, FormulaError for a bad expression.
    """

    code: str
    version: int
    name: str
    method: Method
    criteria: tuple[Criterion, ...]
    expression: str | None = None
    # A table has no hash; two that differ in it alone are still told apart.
    params: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        _check_criteria(self.criteria)
        codes = tuple(criterion.code for criterion in self.criteria)
        fixed = METHOD_CRITERIA.get(self.method)
        if fixed is not None and set(codes) != set(fixed):
            raise _refusal(
                N_("A %(method)s framework has exactly the criteria %(codes)s."),
                method=self.method.value,
                codes=", ".join(fixed),
            )
        if self.method is Method.ICE and self.params.get("variant") not in ICE_VARIANTS:
            raise _refusal(N_("An ICE framework names its variant: product, mean or sum."))
        if (self.method is Method.CUSTOM) != (self.expression is not None):
            raise _refusal(N_("A custom framework, and no other, has a formula."))
        if self.expression is not None:
            expression = parse(self.expression)
            expression.check_names(codes)
            if not expression.names:
                raise FormulaError(Sentence(N_("The formula uses no criterion. Name one.")), 0)

    @property
    def parsed(self) -> Expression | None:
        """Return the parsed formula of a custom framework."""
        return None if self.expression is None else parse(self.expression)

    @property
    def required(self) -> tuple[str, ...]:
        """Return the codes without which there is no score, in the order of the criteria."""
        expression = self.parsed
        return tuple(
            criterion.code
            for criterion in self.criteria
            if expression is None or criterion.code in expression.names
        )


def _refusal(template: str, **params: object) -> FrameworkError:
    return FrameworkError(Sentence(template, params))


def _check_criteria(criteria: tuple[Criterion, ...]) -> None:
    if not criteria:
        raise _refusal(N_("A framework needs at least one criterion."))
    seen: set[str] = set()
    for criterion in criteria:
        code = criterion.code
        if not (code.isascii() and code.isidentifier()) or code in FUNCTIONS:
            raise _refusal(
                N_(
                    "“%(code)s” cannot be the code of a criterion. Use letters, digits and _, "
                    "no digit first, and not the name of a function."
                ),
                code=shown(code),
            )
        if code in seen:
            raise _refusal(N_("The criterion “%(code)s” is there twice."), code=code)
        seen.add(code)
        if not 0 < criterion.weight <= LARGEST_WEIGHT:  # also refuses NaN
            raise _refusal(
                N_("The weight of “%(code)s” must be above 0 and at most %(limit)s."),
                code=code,
                limit=LARGEST_WEIGHT,
            )
        low, high = criterion.low, criterion.high
        if (low is not None and high is not None and low > high) or criterion.scale == ():
            raise _refusal(N_("“%(code)s” allows no value at all. Widen it."), code=code)
