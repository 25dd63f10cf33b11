"""A real tracker stored as launches with a gate: what it claims signs nothing, people do."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from roadmap.db import Database
from roadmap.exchange.import_launches import import_launches
from roadmap.launches.models import Launch
from roadmap.readiness import gate_groups, gate_service
from roadmap.readiness.answers import Answer, Status
from roadmap.readiness.fresh import evaluate_now
from roadmap.readiness.queries import full_verdict
from roadmap.readiness.verdict import Word
from tests.cast import Cast, actor
from tests.readiness.test_gates import make_group, make_template, only_gate

TABLES = Path(__file__).parents[3] / "shared" / "data" / "k8s_enhancements" / "tidy"
pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not TABLES.is_dir(), reason="the sample data beside the project is absent"),
]
ZERO = "keps/sig-cli/2257-kui/kep.yaml"


def signoff(answers: tuple[Answer, ...]) -> tuple[Status, str]:
    return next((one.status, one.why) for one in answers if one.code.startswith("SIGNOFF"))


def test_no_stored_claim_of_the_tracker_makes_one_of_its_launches_ready(
    database: Database, cast: Cast
) -> None:
    with database.writing() as session:
        group = make_group(session, "Production readiness", cast.dora)
        make_template(session, [group], signs=["scope"])
        code = group.code
    import_launches(database, None, TABLES)
    with database.reading() as session:
        numbers = list(session.scalars(select(Launch.id)))
        found = evaluate_now(session, numbers)
    assert Counter(one.word for one in found.values()) == {Word.NOT_ASSESSED: 115}
    assert {signoff(one.reasons) for one in found.values()} == {
        (Status.UNKNOWN, "not_requested")
    }  # fmt: skip

    def said(number: int) -> tuple[Status, str]:
        verdict = full_verdict(session, number)
        assert verdict is not None
        return signoff(verdict.reasons)

    with database.writing() as session:
        launch = session.scalars(select(Launch).where(Launch.source_key == ZERO)).one()
        gate = only_gate(session, launch)
        group = gate_groups.get_group(session, code)
        pm, dora = actor(cast.bob), actor(cast.dora)
        gate_service.request_review(session, pm, launch, gate, {})
        gate_service.approve(session, dora, launch, gate, group.id)
        assert said(launch.id) == (Status.PASS, "signed")
        gate_groups.remove_member(session, None, group, cast.dora.id)
        assert said(launch.id) == (Status.UNKNOWN, "left")
