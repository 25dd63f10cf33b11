"""What is read of evidence and of stored answers is less than all, and says the same."""

import gc
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.mechanisms.gather import measurement_facts
from roadmap.readiness import gather as gathering
from roadmap.readiness.answers import Answer, Status
from roadmap.readiness.gather import gather
from roadmap.readiness.service import _no_collecting
from roadmap.readiness.stored import StoredReasons, as_json
from roadmap.readiness.verdict import evaluate
from tests.cast import Cast
from tests.launches.world import make_world, measure
from tests.readiness.test_verdicts import make_spanish_launch
from tests.rules.readiness_cast import AT, item, launch_in_order


def test_evidence_of_slices_no_target_asks_for_is_left_out(session: Session, cast: Cast) -> None:
    world = make_world(session, cast)
    launch = make_spanish_launch(session, cast)
    for scope in ("*/fr/*/weapons", "*/*/*/weapons", "*/es/*/weapons"):
        measure(session, world.classifier, scope, 90, 100, age=1)
    session.flush()
    now = clock.now()
    facts = gather(session, [launch.id], now)[launch.id]
    assert facts.measurements
    assert {row.scope.language for row in facts.measurements} == {"es"}
    every = measurement_facts(session, [link.mechanism_id for link in facts.links], now)
    assert {"fr", None} < {row.scope.language for row in every}
    whole = evaluate(replace(facts, measurements=tuple(every)), now)
    assert whole.reasons == evaluate(facts, now).reasons


def test_one_launch_has_the_same_facts_alone_and_among_many(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(session, cast)
    launch = make_spanish_launch(session, cast)
    measure(session, world.classifier, "*/fr/*/weapons", 90, 100, age=1)
    session.flush()
    now = clock.now()
    alone = gather(session, [launch.id], now)
    monkeypatch.setattr(gathering, "_FEW", 0)
    assert gather(session, [launch.id], now) == alone


def answers() -> list[Answer]:
    facts = replace(launch_in_order(), checklist=(item(1, None), item(2, False), item(3)))
    found = [replace(a, waiver_id=7) for a in evaluate(facts, AT).reasons if a.status == "fail"]
    return [*evaluate(facts, AT).reasons, *found]


def test_an_outline_says_of_an_answer_what_the_answer_says() -> None:
    known = answers()
    stored = StoredReasons([as_json(answer) for answer in known])
    assert len(stored) == len(known)
    assert {one.status for one in stored.outlines} >= {Status.PASS, Status.FAIL, Status.UNKNOWN}
    for outline, answer in zip(stored.outlines, known, strict=True):
        assert stored[outline.number] == answer
        assert (
            outline.status,
            outline.question,
            outline.owner_id,
            outline.waiver_id,
            outline.is_required,
            outline.passes,
        ) == (
            answer.status,
            answer.question,
            answer.owner_id,
            answer.waiver_id,
            answer.is_required,
            answer.passes,
        )
    assert list(stored) == known
    assert stored[1:3] == tuple(known[1:3])


def fail_meanwhile() -> None:
    with _no_collecting():
        assert not gc.isenabled()
        with _no_collecting():
            pass
        assert not gc.isenabled()
        raise ZeroDivisionError


def test_the_collector_works_again_after_a_great_evaluation_even_if_it_failed() -> None:
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError):
        fail_meanwhile()
    assert gc.isenabled()
