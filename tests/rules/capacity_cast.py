"""Queues, lanes and launches for the tests of capacity, in plain records."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from roadmap.capacity.assess import Assessor
from roadmap.capacity.consequences import assess
from roadmap.capacity.facts import CapacityFacts, QueueFact
from roadmap.capacity.horizon import Horizon
from roadmap.capacity.inputs import (
    BaseInput,
    CampaignInput,
    LaneInput,
    LaunchInput,
    PhaseInput,
    Portfolio,
    QueueInput,
    RouteInput,
    StepInput,
)
from roadmap.capacity.roster import Shift
from roadmap.mechanisms.kinds import FailMode, MechanismKind
from roadmap.taxonomy.scope import ScopePattern

START = date(2026, 11, 23)
HORIZON = Horizon.from_day(START)
ANYWHERE = ScopePattern(None, None, None, None)
QUEUE, APPEALS, QA, STEP, JUDGE = 1, 2, 3, 10, 11


def roster(heads: float, starts: int = 0, ends: int = 8, **changes: Any) -> Shift:
    values: dict[str, Any] = {
        "first": date(2026, 1, 1),
        "last": date(2028, 1, 1),
        "weekdays": frozenset(range(7)),
        "starts": starts * 60,
        "ends": ends * 60,
        "zone": "UTC",
        "rostered": heads,
    }
    return Shift(**(values | changes))


def base(per_day: float, **changes: Any) -> BaseInput:
    return BaseInput(weekly=per_day * 7, measured_until=date(2026, 11, 20), **changes)


def queue(**changes: Any) -> QueueInput:
    values: dict[str, Any] = {
        "id": QUEUE,
        "key": "MEC-1",
        "kind": MechanismKind.REVIEW_QUEUE,
        "handling_seconds": 60.0,
        "sla_hours": 24.0,
    }
    return QueueInput(**(values | changes))


def steady(per_day: float, **changes: Any) -> QueueInput:
    """A queue that decides so many items a day, around the clock."""
    return queue(throughput=((date(2026, 11, 16), per_day),), **changes)


def lane(
    per_day: float, low: float | None = None, high: float | None = None, **changes: Any
) -> LaneInput:
    return LaneInput(
        forecast_id=1,
        pattern=ANYWHERE,
        likely=per_day * 7,
        low=None if low is None else low * 7,
        high=None if high is None else high * 7,
        **changes,
    )


def exactly(per_day: float, **changes: Any) -> LaneInput:
    return lane(per_day, per_day, per_day, **changes)


def launch(number: int = 1, order: int | None = 1, **changes: Any) -> LaunchInput:
    values: dict[str, Any] = {
        "id": number,
        "order": order,
        "phases": (PhaseInput(position=1, share=1.0, starts_on=START),),
        "queues": (QUEUE,),
    }
    return LaunchInput(**(values | changes))


def found(
    queues: Sequence[QueueInput],
    launches: Sequence[LaunchInput],
    judged: int = 1,
    steps: Sequence[StepInput] = (),
    campaigns: Sequence[CampaignInput] = (),
) -> CapacityFacts:
    portfolio = Portfolio(
        queues={one.id: one for one in queues},
        steps={one.id: one for one in steps},
        launches={one.id: one for one in launches},
        campaigns=tuple(campaigns),
    )
    return assess(Assessor(portfolio, HORIZON), judged, 1)


def fix(fact: QueueFact, kind: str) -> Any:
    return next((one for one in fact.fixes if one.kind == kind), None)


def shared(order_of_a: int, order_of_b: int) -> list[LaunchInput]:
    slow: dict[str, Any] = {
        "route": (RouteInput(mechanism_id=QUEUE, rates=human(60)),),
        "prevalence": 0.1,
    }
    slower: dict[str, Any] = {
        "route": (RouteInput(mechanism_id=QUEUE, rates=human(90)),),
        "prevalence": 0.1,
    }
    return [
        launch(1, order_of_a, lanes=(exactly(1_800, **slow),)),
        launch(2, order_of_b, lanes=(exactly(2_400, **slower),)),
    ]


def human(seconds: float) -> dict[str, float]:
    return {"recall": 0.9, "false_rate": 0.01, "handling_seconds": seconds}


SHARED = queue(
    handling_seconds=50.0,
    in_shift_shrinkage=0.30,
    shifts=(roster(28),),
    base=(base(5_000),),
)


def funnel(recall: float, precision: float) -> tuple[list[QueueInput], list[StepInput], LaneInput]:
    money: dict[str, Any] = {"hourly_rate": 1_400, "currency": "EUR", "shrinkage": 0.30}
    queues = [
        queue(handling_seconds=45.0, throughput=((START, 30_000.0),), base=(base(0),), **money),
        queue(
            id=APPEALS,
            key="MEC-2",
            kind=MechanismKind.APPEALS_QUEUE,
            handling_seconds=180.0,
            throughput=((START, 5_000.0),),
            base=(base(0),),
            **money,
        ),
        queue(
            id=QA,
            key="MEC-3",
            kind=MechanismKind.QA_PROGRAM,
            handling_seconds=60.0,
            throughput=((START, 5_000.0),),
            base=(base(0),),
            **money,
        ),
    ]
    priced: dict[str, Any] = {"currency": "EUR", "fail_mode": FailMode.CLOSED}
    steps = [
        StepInput(id=STEP, key="MEC-10", unit_price_micros=200, **priced),
        StepInput(id=JUDGE, key="MEC-11", unit_price_micros=2_000, **priced),
    ]
    classifier = {
        "recall": recall,
        "precision": precision,
        "pass_share": 0.80,
        "miss_rate": 0.005,
        "qa_share": 0.01,
    }
    reviewed = {"recall": 0.90, "false_rate": 0.01, "qa_share": 0.03, "handling_seconds": 45.0}
    items = exactly(
        120_000,
        prevalence=0.04,
        route=(
            RouteInput(mechanism_id=JUDGE, rates={"recall": 0, "precision": 1, "receives": 0.1}),
            RouteInput(mechanism_id=STEP, rates=classifier),
            RouteInput(mechanism_id=QUEUE, rates=reviewed),
        ),
    )
    return queues, steps, items
