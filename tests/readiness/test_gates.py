"""Gates through the database: asked, taken, signed, overtaken; four eyes; never changed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.accounts.service import hand_over
from roadmap.db import Database
from roadmap.errors import Conflict, Forbidden, Invalid
from roadmap.history.queries import feed
from roadmap.history.service import record
from roadmap.jobs import Run
from roadmap.launches.access import Asker, visible_ids
from roadmap.launches.models import Launch
from roadmap.launches.scope import ForecastSpec, put_forecast
from roadmap.launches.service import set_readers
from roadmap.mechanisms.kinds import Grade
from roadmap.readiness import gate_groups, gate_service, gate_templates
from roadmap.readiness.gate_denials import give_denial
from roadmap.readiness.gate_jobs import remind
from roadmap.readiness.gate_models import Gate, GateTemplate, GateVote, ReviewGroup
from roadmap.readiness.gate_queries import gates_of, waiting
from roadmap.readiness.gate_rota import choose, is_spot_checked
from roadmap.readiness.gate_rules import GateRule
from roadmap.readiness.gate_signing import alike, sign_several
from roadmap.readiness.gate_templates import TemplateInput
from roadmap.readiness.models import CurrentVerdict
from roadmap.readiness.queries import full_verdict
from roadmap.readiness.verdict import Word
from tests.cast import Cast, actor
from tests.readiness.test_verdicts import answer_all, make_spanish_launch, put_in_order


def make_group(session: Session, name: str, *people: Person) -> ReviewGroup:
    group = gate_groups.create_group(session, None, gate_groups.GroupInput(name=name))
    for person in people:
        gate_groups.set_member(session, None, group, person.id)
    return group


def make_template(session: Session, groups: Sequence[ReviewGroup], **more: Any) -> GateTemplate:
    said = {
        "name": "Legal review",
        "rule": GateRule.ALL,
        "groups": [group.id for group in groups],
        "signs": ["scope", "forecast", "mechanisms", "evidence"],
        "max_tier": 3,
        **more,
    }
    return gate_templates.create_template(session, None, TemplateInput(**said))


def only_gate(session: Session, launch: Launch) -> Gate:
    (gate,) = gates_of(session, launch.id)
    return gate


def codes(session: Session, launch: Launch) -> tuple[Word, list[str]]:
    verdict = full_verdict(session, launch.id)
    assert verdict is not None
    return verdict.word, list(verdict.open_codes)


# ---- pure ----


def test_a_review_goes_to_whose_week_it_is_else_to_the_least_loaded() -> None:
    assert choose([3, 5, 8], 5, {5: 9}) == 5
    assert choose([3, 5, 8], 4, {3: 2, 5: 1, 8: 1}) == 5
    assert choose([], 4, {}) is None


def test_about_one_certificate_in_five_is_looked_at_again_and_always_the_same_ones() -> None:
    at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    moments = [at + timedelta(microseconds=137 * n) for n in range(1000)]
    chosen = [is_spot_checked(1, 2, moment) for moment in moments]
    assert 150 < sum(chosen) < 250
    assert chosen == [is_spot_checked(1, 2, moment) for moment in moments]


# ---- commands ----


def test_a_gate_goes_from_asked_to_signed_to_overtaken(session: Session, cast: Cast) -> None:
    group = make_group(session, "Policy & Legal", cast.dora)
    question = {"code": "q1", "text": "What changes for sellers?"}
    make_template(session, [group], questions=[question])
    launch = put_in_order(session, cast)
    bob, dora = actor(cast.bob, cast.program), actor(cast.dora)
    assert codes(session, launch) == (Word.HOLD, ["SIGNOFF_MISSING"])
    gate = only_gate(session, launch)
    with pytest.raises(Conflict, match="Nobody asks for this review"):
        gate_service.approve(session, dora, launch, gate, group.id)
    with pytest.raises(Invalid, match="Answer this"):
        gate_service.request_review(session, bob, launch, gate, {})
    asked = gate_service.request_review(session, bob, launch, gate, {"q1": "Nothing."})
    assert asked.signed == {"survey": {"What changes for sellers?": "Nothing."}}
    (review,) = gate.reviews
    assert (review.assignee_id, review.asked_at, review.paused) == (dora.id, asked.at, False)
    with pytest.raises(Invalid, match="Say what is to be done"):
        gate_service.want_work(session, dora, launch, gate, group.id, " ")
    gate_service.want_work(session, dora, launch, gate, group.id, "Name the sellers.")
    assert review.paused
    gate_service.request_review(session, bob, launch, gate, {"q1": "Three of them."})
    gate_service.take(session, dora, launch, gate, group.id)
    vote = gate_service.approve(session, dora, launch, gate, group.id)
    assert set(vote.signed) >= {"scope", "mechanisms", "evidence", "forecast"}
    assert review.asked_at is None
    assert codes(session, launch) == (Word.READY, [])
    assert session.get_one(CurrentVerdict, launch.id).outdated
    forecast = ForecastSpec(id=None, likely=90_000, grade=Grade.ESTIMATED)
    put_forecast(session, bob, launch, forecast)
    assert "SIGNOFF_STALE" in codes(session, launch)[1]
    actions = [entry.action for entry in feed(session, "launch", launch.id)][:7]
    assert actions[1:4] == ["gate.approved", "gate.taken", "gate.requested"]


def test_nobody_signs_a_launch_they_own_or_asked_for(session: Session, cast: Cast) -> None:
    erin = actor(cast.erin)
    group = make_group(session, "Legal", cast.bob, cast.erin, cast.dora)
    make_template(session, [group])
    launch = put_in_order(session, cast)
    bob = actor(cast.bob, cast.program)
    gate = only_gate(session, launch)
    gate_service.request_review(session, bob, launch, gate, {})
    assert gate.reviews[0].assignee_id != cast.bob.id
    with pytest.raises(Forbidden, match="somebody else signs"):
        gate_service.approve(session, bob, launch, gate, group.id)
    with pytest.raises(Forbidden, match="somebody else signs"):
        gate_service.grant_na(session, bob, launch, gate, group.id, "no need")
    with pytest.raises(Forbidden, match="members of this review group"):
        gate_service.approve(session, actor(cast.alice), launch, gate, group.id)
    with pytest.raises(Invalid, match="choose somebody else"):
        gate_service.assign(session, erin, launch, gate, group.id, cast.bob.id)
    # An admin who owns the launch is no exception.
    launch.owner_id = cast.erin.id
    with pytest.raises(Forbidden, match="somebody else signs"):
        gate_service.approve(session, erin, launch, gate, group.id)
    gate_service.approve(session, actor(cast.dora), launch, gate, group.id)


def test_a_denial_stands_until_its_author_withdraws_it(session: Session, cast: Cast) -> None:
    group = make_group(session, "Legal", cast.dora, cast.alice)
    make_template(session, [group])
    launch = put_in_order(session, cast)
    gate = only_gate(session, launch)
    bob, dora, alice = actor(cast.bob, cast.program), actor(cast.dora), actor(cast.alice)
    gate_service.request_review(session, bob, launch, gate, {})
    gate_service.deny(session, dora, launch, gate, group.id, "No notice form.")
    gate_service.approve(session, alice, launch, gate, group.id)
    assert codes(session, launch) == (Word.NOT_READY, ["SIGNOFF_MISSING"])
    gate_groups.remove_member(session, None, gate_groups.get_group(session, "legal"), dora.id)
    assert codes(session, launch)[0] is Word.NOT_READY
    with pytest.raises(Conflict, match="nothing of yours"):
        gate_service.withdraw(session, bob, launch, gate, group.id)
    gate_service.withdraw(session, dora, launch, gate, group.id)
    assert codes(session, launch) == (Word.READY, [])


def test_a_leavers_denial_is_lifted_by_two_people_and_stands_until_then(
    session: Session, cast: Cast
) -> None:
    group = make_group(session, "Legal", cast.dora, cast.alice, cast.charlie)
    gate_groups.set_member(session, None, group, cast.charlie.id, lead=True)
    make_template(session, [group])
    launch = put_in_order(session, cast)
    gate = only_gate(session, launch)
    bob, alice, charlie = actor(cast.bob, cast.program), actor(cast.alice), actor(cast.charlie)
    gate_service.request_review(session, bob, launch, gate, {})
    denial = gate_service.deny(session, actor(cast.dora), launch, gate, group.id, "No form.")

    def give(by: Asker, to: int, note: str = "Dora has left.", number: int = denial.id) -> GateVote:
        return give_denial(session, by, launch, gate, number, to, note)

    with pytest.raises(Conflict, match="cannot sign in"):
        give(charlie, alice.id)
    leaver = session.get_one(Person, cast.dora.id)
    leaver.active = False
    record(session, None, leaver, "person.deactivated")
    session.flush()
    with pytest.raises(Forbidden, match="A lead of the group"):
        give(alice, cast.charlie.id)
    with pytest.raises(Forbidden, match="A lead of the group"):
        give(bob, alice.id)
    for wrong in (charlie.id, cast.dora.id, bob.id):
        with pytest.raises(Invalid, match="Choose another member"):
            give(charlie, wrong)
    with pytest.raises(Invalid, match="Say why"):
        give(charlie, alice.id, " ")
    taken = give(charlie, alice.id)
    assert (taken.person_id, taken.takes_over_id, taken.named_by) == (
        alice.id,
        denial.id,
        charlie.id,
    )
    assert codes(session, launch) == (Word.NOT_READY, ["SIGNOFF_MISSING"])
    with pytest.raises(Conflict, match="cannot sign in"):
        give(charlie, alice.id)
    with pytest.raises(Conflict, match="nothing of yours"):
        gate_service.withdraw(session, charlie, launch, gate, group.id)
    gate_service.withdraw(session, alice, launch, gate, group.id, "The form is there now.")
    assert codes(session, launch)[0] is Word.HOLD
    gate_service.approve(session, alice, launch, gate, group.id)
    assert codes(session, launch) == (Word.READY, [])


def test_an_approval_stops_counting_when_its_author_leaves(session: Session, cast: Cast) -> None:
    group = make_group(session, "Legal", cast.dora, cast.alice)
    make_template(session, [group])
    launch = put_in_order(session, cast)
    gate = only_gate(session, launch)
    gate_service.request_review(session, actor(cast.bob, cast.program), launch, gate, {})
    gate_service.approve(session, actor(cast.dora), launch, gate, group.id)
    current = session.get_one(CurrentVerdict, launch.id)
    current.outdated = False
    gate_groups.remove_member(session, None, group, cast.dora.id)
    session.refresh(current)
    assert current.outdated
    assert codes(session, launch) == (Word.HOLD, ["SIGNOFF_MISSING"])
    # Nobody is left at all: still no answer, so still HOLD.
    gate_groups.remove_member(session, None, group, cast.alice.id)
    assert codes(session, launch) == (Word.HOLD, ["SIGNOFF_MISSING"])


def test_open_reviews_of_who_leaves_pass_to_a_member_or_back_to_the_group(
    session: Session, cast: Cast
) -> None:
    group = make_group(session, "Legal", cast.alice, cast.dora)
    make_template(session, [group])
    launch = put_in_order(session, cast)
    gate = only_gate(session, launch)

    def who() -> int | None:
        return gate.reviews[0].assignee_id

    gate_service.request_review(session, actor(cast.bob, cast.program), launch, gate, {})
    assert who() == cast.alice.id
    hand_over(session, actor(cast.erin), cast.alice.id, cast.dora.id)
    assert who() == cast.dora.id
    gate_groups.remove_member(session, None, group, cast.dora.id)
    assert who() is None
    assert gate.reviews[0].asked_at is not None


def test_the_owner_certifies_only_where_the_template_allows(session: Session, cast: Cast) -> None:
    group = make_group(session, "Quality", cast.dora)
    make_template(session, [group], self_certify=True)
    launch = put_in_order(session, cast)
    gate = only_gate(session, launch)
    with pytest.raises(Forbidden, match="Only the launch's owner"):
        gate_service.certify(session, actor(cast.erin), launch, gate, {})
    vote = gate_service.certify(session, actor(cast.bob, cast.program), launch, gate, {})
    assert vote.spot_check == is_spot_checked(gate.id, cast.bob.id, vote.at)
    assert codes(session, launch) == (Word.READY, [])
    gate_service.want_work(session, actor(cast.dora), launch, gate, group.id, "Show the sample.")
    assert codes(session, launch) == (Word.HOLD, ["SIGNOFF_MISSING"])
    gate.self_certify = False
    with pytest.raises(Forbidden, match="not by the owner"):
        gate_service.certify(session, actor(cast.bob, cast.program), launch, gate, {})


def test_votes_are_never_changed(session: Session, cast: Cast) -> None:
    group = make_group(session, "Legal", cast.dora)
    make_template(session, [group])
    launch = put_in_order(session, cast)
    gate = only_gate(session, launch)
    gate_service.request_review(session, actor(cast.bob, cast.program), launch, gate, {})
    session.commit()
    for statement in ("UPDATE gate_vote SET note = 'x'", "DELETE FROM gate_vote"):
        with pytest.raises(DatabaseError, match=r"never changed|append-only|refuse"):
            session.execute(text(statement))
        session.rollback()


def test_several_launches_on_one_evidence_set_are_signed_at_once(
    session: Session, cast: Cast
) -> None:
    group = make_group(session, "Legal", cast.dora)
    make_template(session, [group])
    first = put_in_order(session, cast)
    second = make_spanish_launch(session, cast)
    answer_all(session, cast, second)
    bob, dora = actor(cast.bob, cast.program), actor(cast.dora)
    gates = [only_gate(session, one) for one in (first, second)]
    for launch, gate in zip((first, second), gates, strict=True):
        gate_service.request_review(session, bob, launch, gate, {})
    found = waiting(session, dora, clock.now(), group_ids=[group.id])
    (offer,) = alike(session, dora, found, clock.now())
    ids = [gate.id for gate in gates]
    assert [row[0] for row in offer.rows] == ids
    with pytest.raises(Invalid, match="no longer the same"):
        sign_several(session, dora, group.id, ids, "0" * 64)
    assert alike(session, bob, found, clock.now()) == []
    assert sign_several(session, dora, group.id, ids, offer.digest, "One look for both.") == 2
    votes = session.scalars(select(GateVote).where(GateVote.person_id == dora.id)).all()
    assert [vote.gate_id for vote in votes] == ids
    assert codes(session, first) == (Word.READY, [])
    with pytest.raises(Invalid, match="no longer wait"):
        sign_several(session, dora, group.id, ids, offer.digest)


def test_who_may_not_read_a_confidential_launch_neither_sees_nor_gets_its_review(
    session: Session, cast: Cast
) -> None:
    group = make_group(session, "Legal", cast.dora, cast.alice)
    make_template(session, [group])
    launch = put_in_order(session, cast)
    bob = actor(cast.bob, cast.program)
    launch.confidential = True
    set_readers(session, bob, launch, [cast.alice.id], [])
    gate = only_gate(session, launch)
    gate_service.request_review(session, bob, launch, gate, {})
    assert gate.reviews[0].assignee_id == cast.alice.id
    dora = actor(cast.dora)
    assert not visible_ids(session, dora, [launch.id])
    assert waiting(session, dora, clock.now(), group_ids=[group.id]) == []
    assert len(waiting(session, actor(cast.alice), clock.now(), group_ids=[group.id])) == 1
    with pytest.raises(Invalid, match="may not read it"):
        gate_service.assign(session, bob, launch, gate, group.id, cast.dora.id)


def test_running_launches_are_offered_the_gates_that_apply(session: Session, cast: Cast) -> None:
    launch = put_in_order(session, cast)
    assert gates_of(session, launch.id) == []
    assert codes(session, launch) == (Word.READY, [])
    group = make_group(session, "Legal", cast.dora)
    make_template(session, [group], types=["V"], name="Model review")
    template = make_template(session, [group])
    assert codes(session, launch) == (Word.READY, [])
    offered = gate_templates.pending_difference(session, launch)
    assert offered.change.added == (template.code,)
    bob = actor(cast.bob, cast.program)
    gate_templates.take_difference(session, bob, launch)
    assert codes(session, launch) == (Word.HOLD, ["SIGNOFF_MISSING"])
    template.active = False
    owner = actor(cast.alice, cast.ops)
    launch.owner_id = cast.alice.id
    with pytest.raises(Forbidden, match="Ask a program manager"):
        gate_templates.take_difference(session, owner, launch)
    gate_service.request_review(session, owner, launch, only_gate(session, launch), {})
    # Somebody has spoken on it, so it stays: what was said is never removed.
    left = gate_templates.take_difference(session, bob, launch)
    assert (left.spoken, left.change.removed) == ((template.code,), ())
    assert len(gates_of(session, launch.id)) == 1


def test_an_overdue_review_is_told_of_once_and_then_to_the_leads_once(
    session: Session, cast: Cast, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = make_group(session, "Legal", cast.dora)
    gate_groups.set_member(session, None, group, cast.dora.id, lead=True)
    make_template(session, [group])
    launch = put_in_order(session, cast)
    monday = datetime(2026, 11, 30, 9, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: monday)
    gate = only_gate(session, launch)
    gate_service.request_review(session, actor(cast.bob, cast.program), launch, gate, {})
    session.commit()
    run = Run(db=database, settings=None, id=0, payload={})

    def told(day: int) -> int:
        monkeypatch.setattr(clock, "now", lambda: monday + timedelta(days=day))
        result = remind(run)
        assert result is not None
        return int(result["told"])

    assert [told(day) for day in (1, 2)] == [0, 0]
    assert [told(day) for day in (3, 3, 4)] == [1, 0, 0]
    assert [told(day) for day in (7, 8)] == [1, 0]
    session.expire_all()
    actions = [entry.action for entry in feed(session, "launch", launch.id)]
    assert actions[:2] == ["gate.escalated", "gate.overdue"]
