"""What covers a cell and what does not."""

import pytest

from roadmap.mechanisms.coverage import CellState, Obstacle, cover, propose
from roadmap.mechanisms.facts import MechanismFact
from roadmap.mechanisms.kinds import MechanismKind, Stage
from roadmap.taxonomy.scope import ScopePattern, parse_cell
from tests.rules.readiness_cast import FAR, START, mechanism

CELL = parse_cell("DE/de/live/weapons")


def state(*mechanisms: MechanismFact, weekly: float | None = 7000.0) -> tuple[str, str | None]:
    found = cover([CELL], mechanisms, START, lambda _m: weekly)[0]
    first = found.candidates[0].obstacle if found.candidates else None
    return found.state.value, first.value if first is not None else None


def classifier(**more: object) -> MechanismFact:
    return mechanism(1, MechanismKind.CLASSIFIER, **more)


def queue(**more: object) -> MechanismFact:
    return mechanism(2, MechanismKind.REVIEW_QUEUE, **more)


def test_an_enforcing_classifier_at_full_ratio_covers() -> None:
    assert state(classifier()) == (CellState.COVERED, None)


@pytest.mark.parametrize(
    ("change", "expected", "obstacle"),
    [
        ({"stage": Stage.SHADOW}, CellState.SHADOW, Obstacle.SHADOW),
        ({"stage": Stage.DRAFT}, CellState.GAP, Obstacle.STAGE),
        ({"stage": Stage.PAUSED}, CellState.GAP, Obstacle.STAGE),
        ({"rollout_ratio": 0.99}, CellState.GAP, Obstacle.RATIO_BELOW_ONE),
        ({"rollout_ratio": float("nan")}, CellState.GAP, Obstacle.RATIO_BELOW_ONE),
        ({"max_daily_actions": 999}, CellState.GAP, Obstacle.CAP_BELOW_FORECAST),
        ({"max_daily_actions": 1000}, CellState.COVERED, None),
        ({"stage": Stage.MONITOR}, CellState.GAP, Obstacle.NO_QUEUE),
        ({"coverage": (ScopePattern(language="fr"),)}, CellState.GAP, Obstacle.LANGUAGE),
        ({"kind": MechanismKind.SELLER_VERIFICATION}, CellState.GAP, Obstacle.KIND),
        ({"kind": MechanismKind.QA_PROGRAM}, CellState.GAP, Obstacle.KIND),
        ({"kind": MechanismKind.APPEALS_QUEUE}, CellState.GAP, Obstacle.KIND),
        ({"kind": MechanismKind.USER_REPORT_CHANNEL}, CellState.GAP, Obstacle.KIND),
    ],
)
def test_one_obstacle_is_enough(
    change: dict[str, object], expected: CellState, obstacle: Obstacle | None
) -> None:
    values = {"kind": MechanismKind.CLASSIFIER, **change}
    kind = values.pop("kind")
    assert isinstance(kind, MechanismKind)
    assert state(mechanism(1, kind, **values)) == (expected, obstacle)


def test_a_cap_without_a_forecast_is_unknown() -> None:
    assert state(classifier(max_daily_actions=10), weekly=None)[0] == CellState.UNKNOWN


@pytest.mark.parametrize(
    ("change", "obstacle"),
    [
        ({}, None),
        ({"staffed_until": None}, Obstacle.QUEUE_UNSTAFFED),
        ({"stage": Stage.PAUSED}, Obstacle.QUEUE_INACTIVE),
        ({"coverage": (ScopePattern(language="fr"),)}, Obstacle.QUEUE_SCOPE),
        ({"coverage": (ScopePattern(surface="shop"),)}, Obstacle.QUEUE_SCOPE),
        ({"coverage": (ScopePattern(language="de", policy_area="drugs"),)}, None),
    ],
)
def test_monitor_covers_with_an_active_staffed_queue_of_the_language_and_surface(
    change: dict[str, object], obstacle: Obstacle | None
) -> None:
    watching = classifier(stage=Stage.MONITOR, routes_to_id=2)
    found = cover([CELL], [watching, queue(**change)], START, lambda _m: None)[0]
    standing = next(c for c in found.candidates if c.mechanism_id == 1)
    assert standing.obstacle == obstacle
    assert (found.state is CellState.COVERED) == (obstacle is None)
    if obstacle is None:
        assert found.by is not None
        assert found.by.until == FAR


def test_a_review_queue_covers_only_if_it_receives_everything_and_is_staffed() -> None:
    assert state(queue(receives_all=True)) == (CellState.COVERED, None)
    assert state(queue()) == (CellState.GAP, Obstacle.NOT_ALL_ITEMS)
    assert state(queue(receives_all=True, staffed_until=None)) == (
        CellState.GAP,
        Obstacle.UNSTAFFED,
    )


def test_mechanisms_are_proposed_from_coverage_with_the_queues_they_route_to() -> None:
    spanish = mechanism(3, MechanismKind.RULE, coverage=(ScopePattern(language="es"),))
    desk = queue(coverage=())
    found = propose([CELL], [classifier(routes_to_id=2), desk, spanish])
    assert {p.mechanism_id for p in found} == {1, 2}
