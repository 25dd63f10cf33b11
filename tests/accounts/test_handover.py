"""A leaver's records pass on in one action, each change told."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts import handover
from roadmap.accounts.models import Person, Team, TeamMember
from roadmap.db import Database
from roadmap.history.queries import feed
from roadmap.history.service import record
from roadmap.requirements.models import Requirement
from tests.cast import Cast
from tests.history.test_history import make_requirement


def pass_requirements(session: Session, actor_id: int | None, from_id: int, to_id: int) -> int:
    held = session.scalars(select(Requirement).where(Requirement.requester_id == from_id)).all()
    for requirement in held:
        requirement.requester_id = to_id
        record(session, actor_id, requirement, "requirement.handed_over")
    return len(held)


@pytest.fixture
def holding() -> Iterator[None]:
    before = dict(handover._holdings)
    handover._holdings.clear()
    handover._holdings["Teams"] = before["Teams"]
    handover.register_holding("Tests", pass_requirements, lambda _session, _person: 1)
    yield
    handover._holdings.clear()
    handover._holdings.update(before)


@pytest.mark.usefixtures("holding")
def test_one_action_passes_everything_on_and_tells_each_change(
    database: Database, cast: Cast, sign_in: Any
) -> None:
    with database.writing() as session:
        requirement = make_requirement(session, 7)
        requirement.requester_id = cast.alice.id
        record(session, None, requirement, "requirement.edited")
        team = session.get_one(Team, cast.ops.id)
        member = session.scalar(select(TeamMember).where(TeamMember.person_id == cast.alice.id))
        assert member is not None
        member.lead = True
        record(session, None, team, "team.edited")
    leaver = sign_in(cast.alice)
    address = f"/admin/people/{cast.alice.id}/handover"
    admin = sign_in(cast.erin)
    assert "Tests" in admin.get(address).text
    answer = admin.post(address, data={"to": "bob@example.org", "why": "left on Friday"})
    assert answer.status_code == 303
    assert leaver.get("/account").status_code == 302
    with database.reading() as session:
        assert session.get_one(Requirement, 7).requester_id == cast.bob.id
        assert not session.get_one(Person, cast.alice.id).active
        rows = session.scalars(select(TeamMember).where(TeamMember.team_id == cast.ops.id)).all()
        assert {row.person_id: row.lead for row in rows} == {
            cast.bob.id: True,
            cast.charlie.id: False,
        }
        told = feed(session, "person", cast.alice.id)[0]
        assert (told.action, told.actor_id, told.why) == (
            "person.handed_over",
            cast.erin.id,
            "left on Friday",
        )
        assert feed(session, "requirement", 7)[0].action == "requirement.handed_over"
        assert feed(session, "team", cast.ops.id)[0].action == "team.handed_over"


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("alice@example.org", "somebody other than the leaver"),
        ("nobody@example.org", "No active person has this address"),
        ("", "Say who takes over"),
    ],
)
@pytest.mark.usefixtures("holding")
def test_a_handover_to_nobody_changes_nothing(
    to: str, sentence: str, database: Database, cast: Cast, sign_in: Any
) -> None:
    address = f"/admin/people/{cast.alice.id}/handover"
    answer = sign_in(cast.erin).post(address, data={"to": to, "why": "kept words"})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "kept words" in answer.text
    with database.reading() as session:
        assert session.get_one(Person, cast.alice.id).active


@pytest.mark.usefixtures("holding")
def test_a_holding_that_fails_leaves_everything_as_it_was(
    database: Database, cast: Cast, sign_in: Any
) -> None:
    def fail(*_: Any) -> int:
        raise RuntimeError("broken")

    handover.register_holding("Broken", fail)
    address = f"/admin/people/{cast.alice.id}/handover"
    answer = sign_in(cast.erin).post(address, data={"to": "bob@example.org"})
    assert answer.status_code == 500
    with database.reading() as session:
        assert session.get_one(Person, cast.alice.id).active
        assert session.scalars(
            select(TeamMember).where(TeamMember.person_id == cast.alice.id)
        ).all()
