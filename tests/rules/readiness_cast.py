"""A launch in order, small enough to read, from which the stories take something away."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from roadmap.capacity.facts import CapacityFacts, OutageFact, QueueFact, Result
from roadmap.launches.kinds import LaunchState, LaunchType, PhaseState
from roadmap.mechanisms.kinds import (
    FailMode,
    LabelSource,
    LinkRole,
    MechanismKind,
    Metric,
    Sampling,
    Stage,
)
from roadmap.readiness.facts import (
    CellFact,
    CertificationFact,
    ChecklistFact,
    ForecastFact,
    GuidelineFact,
    LaunchFact,
    LaunchFacts,
    LinkFact,
    MeasurementFact,
    MechanismFact,
    PhaseFact,
    Severity,
    TargetFact,
    TrainingNeedFact,
)
from roadmap.readiness.sentences import say, say_fix
from roadmap.readiness.verdict import Verdict
from roadmap.taxonomy.scope import ScopePattern, parse_cell, parse_pattern

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)  # a Monday
START = date(2026, 12, 14)
FAR = date(2027, 6, 30)
ANY = ScopePattern()
CLASSIFIER, QUEUE, APPEALS, QA = 1, 2, 3, 4


def days_ago(count: int) -> date:
    return AT.date() - timedelta(days=count)


def mechanism(number: int, kind: MechanismKind, **more: object) -> MechanismFact:
    values: dict[str, object] = {
        "id": number,
        "key": f"MEC-{number}",
        "kind": kind,
        "stage": Stage.ENFORCE,
        "configuration_digest": "d12",
        "configuration_label": "v12",
        "owner_id": 100 + number,
        "coverage": (ANY,),
        "staffed_until": FAR,
        "fail_mode": FailMode.CLOSED,
    }
    return MechanismFact(**{**values, **more})  # type: ignore[arg-type]


def row(
    number: int,
    scope: str,
    numerator: float,
    denominator: float,
    *,
    mechanism_id: int = CLASSIFIER,
    metric: Metric = Metric.PRECISION,
    age: int = 2,
    **more: object,
) -> MeasurementFact:
    values: dict[str, object] = {
        "id": number,
        "mechanism_id": mechanism_id,
        "configuration_digest": "d12",
        "scope": parse_pattern(scope),
        "metric": metric,
        "numerator": numerator,
        "denominator": denominator,
        "window_start": days_ago(age + 7),
        "window_end": days_ago(age),
        "sampling": Sampling.RANDOM,
        "label_source": LabelSource.HUMAN,
        "recorded_at": AT - timedelta(days=age),
    }
    return MeasurementFact(**{**values, **more})  # type: ignore[arg-type]


def link(number: int, role: LinkRole, *targets: TargetFact) -> LinkFact:
    return LinkFact(
        id=number,
        mechanism_id=number,
        role=role,
        required_stage=Stage.ENFORCE,
        targets=targets,
    )


def item(number: int, answer: bool | None = True, **more: object) -> ChecklistFact:
    values: dict[str, object] = {
        "id": number,
        "item": f"item {number}",
        "severity": Severity.BLOCKER,
        "answer": answer,
        "attested_by": 9,
        "attested_at": AT,
        "owner_id": 9,
    }
    return ChecklistFact(**{**values, **more})  # type: ignore[arg-type]


def guideline(number: int, area: str, languages: list[str]) -> GuidelineFact:
    return GuidelineFact(
        id=number,
        policy_area=area,
        version="v3",
        effective_from=date(2026, 1, 1),
        languages=tuple(languages),
        owner_id=7,
    )


def certified(guideline: GuidelineFact, number: int, language: str) -> CertificationFact:
    return CertificationFact(
        id=1000 + 10 * guideline.id + number,
        guideline_id=guideline.id,
        language=language,
        heads=40,
        expires_on=FAR,
    )


def launch_in_order(*cells: str, precision_target: float = 0.90) -> LaunchFacts:
    """A committed launch, everything proven, on the given cells (one Spanish cell by default)."""
    texts = cells or ("ES/es/live/counterfeit",)
    concrete = [parse_cell(text) for text in texts]
    areas = sorted({c.policy_area for c in concrete})
    languages = sorted({c.language for c in concrete})
    guidelines = tuple(guideline(10 + i, area, languages) for i, area in enumerate(areas))
    slices = sorted({(c.language, c.policy_area) for c in concrete})
    return LaunchFacts(
        launch=LaunchFact(
            id=1,
            key="LCH-1",
            type=LaunchType.NEW_MARKET,
            tier=1,
            state=LaunchState.COMMITTED,
            committed=True,
            commitment_no=1,
            owner_id=5,
        ),
        phases=(PhaseFact(id=1, position=1, starts_on=START, state=PhaseState.PLANNED),),
        cells=tuple(CellFact(cell=c) for c in concrete),
        forecasts=(ForecastFact(id=1, pattern=ANY, likely=7000.0),),
        links=(
            link(
                CLASSIFIER,
                LinkRole.DETECT,
                TargetFact(metric=Metric.PRECISION, target=precision_target, max_age_days=7),
            ),
            link(QUEUE, LinkRole.REVIEW),
            link(APPEALS, LinkRole.APPEAL),
        ),
        mechanisms=(
            mechanism(CLASSIFIER, MechanismKind.CLASSIFIER),
            mechanism(QUEUE, MechanismKind.REVIEW_QUEUE),
            mechanism(APPEALS, MechanismKind.APPEALS_QUEUE),
        ),
        measurements=tuple(
            row(i, f"*/{language}/*/{area}", 2304, 2400)
            for i, (language, area) in enumerate(slices, start=1)
        ),
        guidelines=guidelines,
        training_needs=(TrainingNeedFact(id=1, pattern=ANY, heads=40, owner_id=8),),
        certifications=tuple(
            certified(g, i, language) for g in guidelines for i, language in enumerate(languages)
        ),
        checklist=(item(1), item(2, severity=Severity.APPROVABLE)),
        capacity=carried(),
    )


def carried(
    queues: tuple[int, ...] = (QUEUE, APPEALS), steps: tuple[int, ...] = (CLASSIFIER,)
) -> CapacityFacts:
    """Capacity that carries everything: room on each queue, and a step that holds its items."""
    return CapacityFacts(
        queues=tuple(
            QueueFact(
                phase=1,
                queue_id=number,
                key=f"MEC-{number}",
                code="APPEAL_CAP" if number == APPEALS else "CAP_OVERLOAD",
                result=Result.PASS,
                alone=0.6,
                together=0.6,
                together_high=0.8,
            )
            for number in queues
        ),
        outages=tuple(
            OutageFact(
                phase=1,
                step_id=number,
                key=f"MEC-{number}",
                result=Result.PASS,
                why="held",
                hours=4,
            )
            for number in steps
        ),
    )


def change(facts: LaunchFacts, mechanism_id: int, **values: object) -> LaunchFacts:
    """Change fields of one mechanism."""
    return replace(
        facts,
        mechanisms=tuple(
            replace(m, **values) if m.id == mechanism_id else m  # type: ignore[arg-type]
            for m in facts.mechanisms
        ),
    )


def without(facts: LaunchFacts, mechanism_id: int) -> LaunchFacts:
    """Take one mechanism and its link away."""
    return replace(
        facts,
        mechanisms=tuple(m for m in facts.mechanisms if m.id != mechanism_id),
        links=tuple(x for x in facts.links if x.mechanism_id != mechanism_id),
        capacity=replace(
            facts.capacity,
            queues=tuple(q for q in facts.capacity.queues if q.queue_id != mechanism_id),
            outages=tuple(o for o in facts.capacity.outages if o.step_id != mechanism_id),
        ),
    )


def sentences(verdict: Verdict) -> str:
    """Every sentence and fix of answers that do not pass, for a reader who may see all."""
    lines = []
    for answer in verdict.reasons:
        if not answer.passes:
            lines.append(say(answer, may_see=lambda _i: True, name_of=lambda i: f"LCH-{i}"))
            fix = say_fix(answer, may_see=lambda _i: True, name_of=lambda i: f"LCH-{i}")
            lines.append(fix or "")
    return "\n".join(lines)
