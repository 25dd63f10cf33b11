"""Merge and unmerge: each person and each team once, and every byte back."""

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Team
from roadmap.db import Database
from roadmap.history.capture import column_values
from roadmap.history.service import record
from roadmap.requirements import merging, queries, support_queries, supporting, voices
from roadmap.requirements.models import Attachment, Requirement, RequirementSupport
from tests.cast import make_person
from tests.requirements.conftest import Make, People
from tests.requirements.test_service import snapshot

WHY = "The same need"


def load(session: Session, one: Requirement) -> Requirement:
    return queries.get_requirement(session, None, one.id, lock=True)


def support_of(session: Session, one: Requirement) -> list[dict[str, Any]]:
    """Return what the support rows of a requirement say, without the numbers of the rows."""
    session.flush()
    rows = session.scalars(
        select(RequirementSupport).where(RequirementSupport.requirement_id == one.id)
    )
    said = [{n: v for n, v, _ in column_values(row) if n != "id"} for row in rows]
    return sorted(said, key=repr)


class World:
    """Two duplicates and a target, four people and two teams that support some of them."""

    def __init__(self, session: Session, people: People, make: Make) -> None:
        self.session, self.people = session, people
        fourth, fifth = (make_person(session, f"More{n}", "partner") for n in range(2))
        session.flush()
        self.crowd = [
            people.alice,
            people.charlie,
            *(replace(people.alice, id=one.id, team_ids=frozenset()) for one in (fourth, fifth)),
        ]
        self.teams = [Team(code=f"team-{n}", name=f"Team {n}", members=[]) for n in range(2)]
        session.add_all(self.teams)
        session.flush()
        for team in self.teams:
            record(session, None, team, "team.created")
        self.one = make(session, people.alice, "Once", markets=["FR"], weekly_volume=5)
        self.other = make(session, people.charlie, "Twice")
        self.target = make(session, people.bob, "Target")

    def support(self, on: Requirement, said: list[tuple[str, int]]) -> None:
        for way, place in said:
            if way == "own":
                supporting.support(self.session, self.crowd[place], on, "mine", place, "DE")
            elif way == "team":
                self._enter(on, team_id=self.teams[place % 2].id)
            else:
                self._enter(on, person_id=self.crowd[place].id)

    def _enter(
        self, on: Requirement, *, person_id: int | None = None, team_id: int | None = None
    ) -> None:
        rows = support_queries.supporters(self.session, on.id)
        there = {(row.person_id, None if row.person_id else row.team_id) for row in rows}
        if (person_id, team_id) not in there and person_id != on.requester_id:
            supporting.enter(
                self.session,
                self.people.bob,
                on,
                source="a meeting",
                person_id=person_id,
                team_id=team_id,
            )


said = st.lists(
    st.tuples(st.sampled_from(["own", "team", "entered"]), st.integers(0, 3)),
    max_size=5,
    unique=True,
)
many = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@many
@given(said, said, said)
def test_each_counts_once_and_unmerging_restores_every_byte(
    database: Database, people: People, make: Make, on_one, on_other, on_target
) -> None:
    with database.session(write=True) as session:
        world = World(session, people, make)
        for one, given_there in (
            (world.one, on_one),
            (world.other, on_other),
            (world.target, on_target),
        ):
            world.support(one, given_there)
        old = snapshot(session)
        merging.merge(session, people.bob, load(session, world.other), world.target, WHY)
        other_alone = support_of(session, world.target)
        merging.unmerge(session, people.bob, load(session, world.other))
        assert snapshot(session) == old
        for one in (world.one, world.other):
            merging.merge(session, people.bob, load(session, one), load(session, world.target), WHY)
        whose = [
            (row.person_id, row.person_id or row.team_id)
            for row in support_queries.supporters(session, world.target.id)
        ]
        assert len(whose) == len(set(whose))
        merging.unmerge(session, people.bob, load(session, world.one))
        # As if the first had never been merged: who was in both stays, through the second.
        assert support_of(session, world.target) == other_alone
        merging.unmerge(session, people.bob, load(session, world.other))
        assert snapshot(session) == old
        session.rollback()


def test_what_was_said_meanwhile_stays_and_the_rest_goes_back(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        world = World(session, people, make)
        first, second = world.crowd[2:]
        supporting.support(session, first, world.one, "on the duplicate")
        supporting.support(session, second, world.one, "also there")
        before = support_of(session, world.one)
        state = world.one.state
        merging.merge(session, people.bob, load(session, world.one), world.target, WHY)
        # Comes anew, makes their own what had come along, takes back what had come along.
        supporting.support(session, people.charlie, world.target, "new here")
        supporting.support(session, first, world.target, "in other words")
        supporting.withdraw(session, second, world.target)
        voices.comment(session, people.alice, world.one, "I can still speak here")
        merging.unmerge(session, people.bob, load(session, world.one))
        found = {row.name: row.reason for row in support_queries.supporters(session, 3)}
        assert found == {"Charlie": "new here", "More0": "in other words"}
        assert support_of(session, world.one) == before
        assert (world.one.state, len(queries.comments(session, world.one.id))) == (state, 1)


def test_files_and_comments_stay_with_the_original(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        world = World(session, people, make)
        voices.comment(session, people.alice, world.one, "Said here")
        file = Attachment(
            requirement_id=world.one.id,
            name="proof.txt",
            media_type="text/plain",
            size=1,
            digest="0" * 64,
            created_at=world.one.created_at,
        )
        session.add(file)
        record(session, None, world.one, "requirement.file_added")
        merging.merge(session, people.bob, load(session, world.one), world.target, WHY)
        assert file.requirement_id == world.one.id
        assert [c.body for c in queries.comments(session, world.one.id)] == ["Said here"]
        assert queries.comments(session, world.target.id) == []
        came = support_queries.supporters(session, world.target.id)
        assert [(one.name, one.came_from, one.market) for one in came] == [("Alice", "REQ-1", "FR")]
