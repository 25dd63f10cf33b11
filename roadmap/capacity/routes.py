"""A lane's route: what each step takes out, what goes on to the next, what leaks.

The rates of a step are measured on what reaches it, never multiplied from stand-alone rates. All
volumes are items in one interval; the two-step funnel (automation, then people) is one route.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from roadmap.capacity.refusal import Inconsistent, at_least_zero, positive, shares
from roadmap.wording import N_, Sentence

# Violations may not come out below 0 by more than rounding.
EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class AutomatedStep:
    """A step that rejects and passes by itself and sends the rest on.

    ``recall`` is the share of violating items that reach it and are rejected, ``precision`` that of
    its rejections that violate, ``pass_share`` the share of all items passed for good and
    ``miss_rate`` the share of those that violate.
    """

    name: str
    recall: float
    precision: float
    pass_share: float = 0.0
    miss_rate: float = 0.0
    # Share of the lane's items that reach the step at all; the others go to the next one.
    receives: float = 1.0
    unit_price: float = 0.0
    # Share of automatic decisions sampled by QA.
    qa_share: float = 0.0


@dataclass(frozen=True, slots=True)
class HumanStep:
    """A step of people: each item is decided, violating or not.

    ``recall`` is the share of violating items actioned, ``false_rate`` the share of harmless ones
    actioned, ``passes_per_item`` how often a person takes an item, ``escalation_rate`` the share
    that goes to a second desk as well, ``resubmission_rate`` the share of actioned items that come
    back changed and are reviewed again.
    """

    name: str
    recall: float
    false_rate: float
    handling_seconds: float
    receives: float = 1.0
    passes_per_item: float = 1.0
    escalation_rate: float = 0.0
    escalation_seconds: float = 0.0
    resubmission_rate: float = 0.0
    qa_share: float = 0.0
    unit_price: float = 0.0


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one step did with what reached it."""

    name: str
    automated: bool
    items: float
    violating: float
    true_actions: float
    false_actions: float
    passed: float
    leaked: float
    # Of people: times an item is taken up, and to a second desk.
    handled: float = 0.0
    escalated: float = 0.0

    @property
    def actions(self) -> float:
        """Return the items actioned, rightly and wrongly."""
        return self.true_actions + self.false_actions

    @property
    def decisions(self) -> float:
        """Return the items this step decided for good."""
        return self.actions + self.passed


@dataclass(frozen=True, slots=True)
class RouteResult:
    """A lane's totals over its steps, in the unit of the volume."""

    volume: float
    violating: float
    steps: Sequence[StepResult] = field(default_factory=tuple)
    # Violating items that ran past the last step undecided.
    unreached: float = 0.0

    @property
    def true_actions(self) -> float:
        """Return the violating items actioned."""
        return sum(step.true_actions for step in self.steps)

    @property
    def false_actions(self) -> float:
        """Return the harmless items actioned."""
        return sum(step.false_actions for step in self.steps)

    @property
    def actions(self) -> float:
        """Return all items actioned."""
        return self.true_actions + self.false_actions

    @property
    def leaked(self) -> float:
        """Return the violating items not actioned."""
        return sum(step.leaked for step in self.steps) + self.unreached

    @property
    def leakage(self) -> float:
        """Return the violating items not actioned ÷ violating items; 0 where none violate."""
        return self.leaked / self.violating if self.violating else 0.0

    @property
    def residual_prevalence(self) -> float:
        """Return the violating share of what stays up."""
        remaining = self.volume - self.actions
        return self.leaked / remaining if remaining > 0 else 0.0

    @property
    def human_items(self) -> float:
        """Return the items that reach a person."""
        return max((step.items for step in self.steps if not step.automated), default=0.0)


def run(
    volume: float, prevalence: float, steps: Sequence[AutomatedStep | HumanStep]
) -> RouteResult:
    """Send a volume down a route; raises Inconsistent for rates that contradict each other."""
    at_least_zero([("volume", volume)])
    shares([("prevalence", prevalence)])
    items, violating = volume, volume * prevalence
    results = []
    for step in steps:
        _check(step)
        reached, bad = items * step.receives, violating * step.receives
        result = (
            _automated(step, reached, bad)
            if isinstance(step, AutomatedStep)
            else _human(step, reached, bad)
        )
        results.append(result)
        items -= result.decisions
        violating -= result.true_actions + result.leaked
        if violating < -EPSILON * max(volume, 1) or items < violating - EPSILON * max(volume, 1):
            raise _contradiction(step.name)
        violating = max(violating, 0.0)
    return RouteResult(volume, volume * prevalence, tuple(results), violating)


def _automated(step: AutomatedStep, items: float, violating: float) -> StepResult:
    true_actions = violating * step.recall
    rejected = true_actions / step.precision if true_actions else 0.0
    passed = items * step.pass_share
    leaked = passed * step.miss_rate
    if rejected + passed > items * (1 + EPSILON) or true_actions + leaked > violating * (
        1 + EPSILON
    ):
        raise _contradiction(step.name)
    return StepResult(
        name=step.name,
        automated=True,
        items=items,
        violating=violating,
        true_actions=true_actions,
        false_actions=rejected - true_actions,
        passed=passed,
        leaked=leaked,
    )


def _human(step: HumanStep, items: float, violating: float) -> StepResult:
    true_actions = violating * step.recall
    false_actions = (items - violating) * step.false_rate
    actions = true_actions + false_actions
    again = actions * step.resubmission_rate
    return StepResult(
        name=step.name,
        automated=False,
        items=items,
        violating=violating,
        true_actions=true_actions,
        false_actions=false_actions,
        passed=items - actions,
        leaked=violating - true_actions,
        handled=(items + again) * step.passes_per_item,
        escalated=items * step.escalation_rate,
    )


def _check(step: AutomatedStep | HumanStep) -> None:
    named = [
        ("recall", step.recall),
        ("share received", step.receives),
        ("QA share", step.qa_share),
    ]
    if isinstance(step, AutomatedStep):
        named += [("share passed", step.pass_share), ("miss rate", step.miss_rate)]
        named.append(("precision", step.precision))
        positive([("precision", step.precision)])
    else:
        named += [("false actions", step.false_rate), ("escalations", step.escalation_rate)]
        named.append(("resubmissions", step.resubmission_rate))
        positive([("handling time", step.handling_seconds), ("passes", step.passes_per_item)])
        at_least_zero([("escalation time", step.escalation_seconds)])
    at_least_zero([("unit price", step.unit_price)])
    shares(named)


def _contradiction(name: str) -> Inconsistent:
    return Inconsistent(
        Sentence(
            N_(
                "The rates of %(step)s contradict each other: more items, or more violating ones, "
                "would leave it than reach it. Measure them on the same items."
            ),
            {"step": name},
        )
    )
