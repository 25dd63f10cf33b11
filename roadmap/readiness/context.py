"""The facts of one launch phase at one moment, indexed once for all checks."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime

from roadmap.launches.kinds import PhaseState
from roadmap.launches.rules import judged_phase
from roadmap.mechanisms.facts import MeasurementFact, MechanismFact
from roadmap.mechanisms.kinds import Metric
from roadmap.readiness.facts import GuidelineFact, LaunchFacts, LinkFact, PhaseFact
from roadmap.taxonomy.scope import ScopeCell, covers


class Context:
    """What the checks read: the judged phase, its cells and links, and lookups by id.

    `today` is the UTC day of `at`; `day` is the day the phase starts, or today once past:
    staffing, certifications and attestations must hold on it.
    """

    def __init__(self, facts: LaunchFacts, at: datetime, position: int | None = None) -> None:
        if at.tzinfo is None:
            raise ValueError("evaluate needs an aware moment")
        self.facts = facts
        self.at = at.astimezone(UTC)
        self.today: date = self.at.date()
        if position is None:
            position = judged_phase((p.position, p.state) for p in facts.phases)
        self.position = position
        self.phase: PhaseFact | None = min(
            (p for p in facts.phases if p.position == position), key=lambda p: p.id, default=None
        )
        start = self.phase.starts_on if self.phase is not None else None
        self.starts_on: date | None = start
        self.day: date = max(self.today, start) if start is not None else self.today
        reach = position if position is not None else 1
        self.reach = reach
        self.cells: tuple[ScopeCell, ...] = tuple(
            sorted({c.cell for c in facts.cells if c.from_phase <= reach})
        )
        self.links: tuple[LinkFact, ...] = tuple(
            sorted((x for x in facts.links if x.from_phase <= reach), key=lambda x: x.id)
        )
        self.mechanisms: dict[int, MechanismFact] = {
            m.id: m for m in sorted(facts.mechanisms, key=lambda m: m.id)
        }
        self.rows: defaultdict[tuple[int, Metric], list[MeasurementFact]] = defaultdict(list)
        for row in facts.measurements:
            self.rows[row.mechanism_id, row.metric].append(row)
        self._in_force: dict[tuple[str, str], GuidelineFact | None] = {}
        self._served: dict[int, tuple[ScopeCell, ...]] = {}
        self._linked: dict[int, tuple[ScopeCell, ...]] = {}

    @property
    def in_hypercare(self) -> bool:
        """Tell whether the judged phase is live and still watched."""
        return self.phase is not None and self.watches(self.phase)

    def watches(self, phase: PhaseFact) -> bool:
        """Tell whether a phase is live and in its watched days."""
        return (
            phase.state is PhaseState.LIVE
            and phase.hypercare_until is not None
            and self.today <= phase.hypercare_until
        )

    def in_force(self, market: str, area: str) -> GuidelineFact | None:
        """Return the guideline version of an area in force in a market on the judged day.

        A market's own version goes before the general one.
        """
        key = (market, area)
        if key not in self._in_force:
            fitting = [
                g
                for g in self.facts.guidelines
                if g.policy_area == area
                and g.market in (None, market)
                and g.effective_from <= self.day
            ]
            self._in_force[key] = max(
                fitting, key=lambda g: (g.market is not None, g.effective_from, g.id), default=None
            )
        return self._in_force[key]

    def served(self, mechanism: MechanismFact) -> Sequence[ScopeCell]:
        """Return the judged cells a mechanism declares."""
        if mechanism.id not in self._served:
            self._served[mechanism.id] = tuple(
                c for c in self.cells if any(covers(p, c) for p in mechanism.coverage)
            )
        return self._served[mechanism.id]

    def cells_of(self, link: LinkFact) -> Sequence[ScopeCell]:
        """Return the judged cells a link is about: those it names, else those declared."""
        if link.id not in self._linked:
            mechanism = self.mechanisms.get(link.mechanism_id)
            if link.patterns:
                cells = tuple(c for c in self.cells if any(covers(p, c) for p in link.patterns))
            else:
                cells = tuple(self.served(mechanism)) if mechanism is not None else ()
            self._linked[link.id] = cells
        return self._linked[link.id]
