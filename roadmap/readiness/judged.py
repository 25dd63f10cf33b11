"""A launch judged for its room: the facts are read each time, and judged anew when they differ."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from roadmap.readiness.facts import LaunchFacts
from roadmap.readiness.gather import gather_again
from roadmap.readiness.verdict import Verdict, evaluate
from roadmap.reading import Made, made_while


@dataclass(frozen=True)
class Judged:
    """The facts of a launch, the verdict of its next phase and of those that bring more cells.

    It holds while the facts are the same and time alone changes no answer; `made` is what was made
    of it: see `reading.made_once`.
    """

    facts: LaunchFacts
    verdict: Verdict
    later: tuple[Verdict, ...]
    made: Made = field(default_factory=dict)

    def holds(self, at: datetime) -> bool:
        """Tell whether it is what a moment's judgement would be, the facts being the same."""
        return self.verdict.at.date() == at.date() and all(
            one.at <= at and (one.valid_until is None or at < one.valid_until)
            for one in (self.verdict, *self.later)
        )


def later_phases(facts: LaunchFacts, judged: int | None) -> list[int]:
    """Return the positions after the judged one at which cells join, in order."""
    reach = judged if judged is not None else 1
    known = {phase.position for phase in facts.phases}
    return sorted({c.from_phase for c in facts.cells if c.from_phase > reach} & known)


def judge(session: Session, launch_id: int, at: datetime) -> Judged:
    """Return a launch as it is judged at this moment, in the statements of `gather`."""
    gathered = gather_again(session, launch_id, at)
    facts = gathered.facts

    def make() -> Judged:
        verdict = evaluate(facts, at)
        later = (evaluate(facts, at, position) for position in later_phases(facts, verdict.phase))
        return Judged(facts, verdict, tuple(later))

    return made_while(gathered.made, "judged", make, lambda kept: kept.holds(at))
