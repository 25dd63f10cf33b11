"""The coverage matrix of a launch: languages by policy areas, in each market and surface. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from roadmap.mechanisms.facts import MechanismFact
from roadmap.mechanisms.kinds import Metric
from roadmap.overview.speech import Speech, slice_named
from roadmap.readiness.answers import Answer, Code, Status
from roadmap.readiness.facts import LaunchFacts, PhaseFact
from roadmap.readiness.sentences import share_text
from roadmap.readiness.verdict import Verdict
from roadmap.taxonomy.scope import ScopeCell, ScopeError, ScopePattern, covers
from roadmap.web.i18n import _

# Which measured share stands in a cell if several are required, most telling first.
_SHOWN = (Metric.RECALL, Metric.PRECISION, Metric.QA_ACCURACY)
# Worst first, as blocks and the summary count them.
STATES = ("gap", "shadow", "unknown", "below", "thin", "covered")


@dataclass(frozen=True)
class Cell:
    """One cell: its state, the number beside it, the sentence behind it and what covers it."""

    state: str
    number: str = ""
    says: str = ""
    mechanism: str | None = None


@dataclass(frozen=True)
class Line:
    """One language of a block; a cell is None where the launch has no such cell."""

    language: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Block:
    """The cells of some markets and surfaces that read alike."""

    places: tuple[str, ...]
    areas: tuple[str, ...]
    lines: tuple[Line, ...]
    counts: Counter[str] = field(compare=False)

    @property
    def total(self) -> int:
        """Return how many cells one place of the block has."""
        return sum(self.counts.values())

    @property
    def covered(self) -> int:
        """Return how many of them are covered, proven or not."""
        return self.counts["covered"] + self.counts["thin"] + self.counts["below"]


@dataclass(frozen=True)
class PhaseMatrix:
    """The blocks of one phase; one that is not judged yet says so."""

    position: int
    starts_on: date | None
    share: float
    judged: bool
    blocks: tuple[Block, ...]

    @property
    def total(self) -> int:
        """Return how many cells join in this phase."""
        return sum(b.total * len(b.places) for b in self.blocks)

    @property
    def covered(self) -> int:
        """Return how many of them are covered."""
        return sum(b.covered * len(b.places) for b in self.blocks)


@dataclass(frozen=True)
class Matrix:
    """Coverage of all phases to come, the judged one first; `metric` is the share in cells."""

    phases: tuple[PhaseMatrix, ...]
    metric: str | None

    @property
    def states(self) -> tuple[str, ...]:
        """Return the states that occur, for the legend."""
        seen = Counter[str]()
        for phase in self.phases:
            for block in phase.blocks:
                seen.update(block.counts)
        return tuple(state for state in reversed(STATES) if seen[state])


def _slice(answer: Answer) -> ScopePattern | None:
    try:
        return slice_named(answer.scope or "")
    except ScopeError:
        return None


class _Judged:
    """The answers of one verdict, found by cell."""

    def __init__(self, facts: LaunchFacts, verdict: Verdict, metric: Metric | None) -> None:
        self.metric = metric
        self.mechanisms = {m.key: m for m in facts.mechanisms}
        self.coverage: dict[str, Answer] = {}
        self.evidence: list[tuple[ScopePattern, Answer]] = []
        for answer in verdict.reasons:
            if answer.code in (Code.COV_GAP, Code.COV_LANG):
                self.coverage[answer.subject] = answer
            elif answer.subject.startswith("metric:"):
                pattern = _slice(answer)
                if pattern is not None:
                    self.evidence.append((pattern, answer))

    def of(self, cell: ScopeCell, speech: Speech) -> Cell:
        """Return what the matrix shows of a cell."""
        coverage = self.coverage.get(f"cell:{cell}")
        if coverage is None:
            return Cell("unknown", says=_("Nobody has judged this cell."))
        key = dict(coverage.params).get("mechanism")
        fact = self.mechanisms.get(str(key)) if key else None
        says = speech.says(coverage).text
        if coverage.status is not Status.PASS:
            return self._uncovered(coverage, fact, says)
        about = [a for p, a in self.evidence if covers(p, cell) and self._proves(a, cell)]
        return self._covered(about, fact, says, speech)

    def _proves(self, answer: Answer, cell: ScopeCell) -> bool:
        mechanism = self.mechanisms.get(str(dict(answer.params).get("mechanism")))
        return mechanism is not None and any(covers(p, cell) for p in mechanism.coverage)

    @staticmethod
    def _uncovered(answer: Answer, fact: MechanismFact | None, says: str) -> Cell:
        key = fact.key if fact else None
        if answer.status is Status.UNKNOWN:
            return Cell("unknown", _("no forecast"), says, key)
        if answer.why.startswith("shadow"):
            return Cell("shadow", fact.configuration_label if fact else "", says, key)
        return Cell("gap", _("none") if fact is None else "", says, key)

    def _covered(
        self, about: Sequence[Answer], fact: MechanismFact | None, says: str, speech: Speech
    ) -> Cell:
        key = fact.key if fact else None
        missed = [a for a in about if a.status is Status.FAIL]
        open_ = [a for a in about if a.status in (Status.UNKNOWN, Status.STALE)]
        if missed:
            share = dict(missed[0].params).get("share")
            shown = share_text(share) if isinstance(share, float) else ""
            return Cell("below", shown, speech.says(missed[0]).text, key)
        if open_:
            return Cell("thin", _labels(open_[0]), speech.says(open_[0]).text, key)
        metric = self.metric.value if self.metric else None
        proven = [a for a in about if dict(a.params).get("metric") == metric]
        lower = [v for a in proven if isinstance(v := dict(a.params).get("lower"), float)]
        return Cell("covered", share_text(min(lower), 2) if lower else "", says, key)


def _labels(answer: Answer) -> str:
    values = dict(answer.params)
    n, needed = values.get("n"), values.get("labels_needed")
    if answer.status is Status.STALE:
        return _("%(days)s d old", days=values.get("age_days") or "?")
    if answer.code == Code.VERSION_MISMATCH:
        return _("other version")
    if answer.why == "thin" and isinstance(n, int | float) and isinstance(needed, int | float):
        return f"{n:,.0f}/{needed:,.0f}"
    return _("no labels") if not n else _("%(n)s labels", n=f"{n:,.0f}")


def shown_metric(facts: LaunchFacts) -> Metric | None:
    """Return the metric whose lower bound stands in covered cells; None without a target."""
    asked = {target.metric for link in facts.links for target in link.targets}
    return next((metric for metric in _SHOWN if metric in asked), None)


def _block(cells: Iterable[ScopeCell], judged: _Judged, speech: Speech) -> Block:
    cells = sorted(cells)
    areas = sorted({c.policy_area for c in cells}, key=lambda a: speech.word("policy_area", a))
    tongues = sorted({c.language for c in cells}, key=lambda t: speech.word("language", t))
    found = {(c.language, c.policy_area): judged.of(c, speech) for c in cells}
    first = cells[0]
    place = f"{speech.word('market', first.market)} · {speech.word('surface', first.surface)}"
    return Block(
        places=(place,),
        areas=tuple(speech.word("policy_area", a) for a in areas),
        lines=tuple(
            Line(speech.word("language", t), tuple(found.get((t, a)) for a in areas))
            for t in tongues
        ),
        counts=Counter(cell.state for cell in found.values()),
    )


def _alike(block: Block) -> object:
    """Return what blocks must share to be shown as one; the sentence behind a cell may differ."""
    return (
        block.areas,
        tuple(
            (line.language, tuple((c.state, c.number) if c else None for c in line.cells))
            for line in block.lines
        ),
    )


def _badness(block: Block) -> tuple[int, ...]:
    return tuple(-block.counts[state] for state in STATES[:-1])


def blocks_of(cells: Iterable[ScopeCell], judged: _Judged, speech: Speech) -> tuple[Block, ...]:
    """Return one block for each market and surface, those that read alike as one, worst first."""
    places: dict[tuple[str, str], list[ScopeCell]] = {}
    for cell in cells:
        places.setdefault((cell.market, cell.surface), []).append(cell)
    merged: dict[object, list[Block]] = {}
    for _place, own in sorted(places.items()):
        block = _block(own, judged, speech)
        merged.setdefault(_alike(block), []).append(block)
    found = [
        Block(tuple(b.places[0] for b in same), same[0].areas, same[0].lines, same[0].counts)
        for same in merged.values()
    ]
    return tuple(sorted(found, key=lambda b: (_badness(b), b.places)))


def matrix_of(facts: LaunchFacts, verdicts: Sequence[Verdict], speech: Speech) -> Matrix:
    """Return the matrix of the judged phase, the first verdict, and of the later ones given.

    A later phase shows only the cells that join in it.
    """
    metric = shown_metric(facts)
    phases = {phase.position: phase for phase in facts.phases}
    shown: list[PhaseMatrix] = []
    seen: set[ScopeCell] = set()
    for number, verdict in enumerate(verdicts):
        reach = verdict.phase if verdict.phase is not None else 1
        cells = {c.cell for c in facts.cells if c.from_phase <= reach} - seen
        if cells:
            shown.append(
                _phase(phases.get(reach), reach, number == 0, cells, facts, verdict, metric, speech)
            )
        seen |= cells
    return Matrix(tuple(shown), metric.value if metric else None)


def _phase(
    phase: PhaseFact | None,
    position: int,
    judged: bool,
    cells: Iterable[ScopeCell],
    facts: LaunchFacts,
    verdict: Verdict,
    metric: Metric | None,
    speech: Speech,
) -> PhaseMatrix:
    found = _Judged(facts, verdict, metric)
    return PhaseMatrix(
        position=position,
        starts_on=phase.starts_on if phase else None,
        share=phase.share if phase else 1.0,
        judged=judged,
        blocks=blocks_of(cells, found, speech),
    )
