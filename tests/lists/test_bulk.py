"""Edits of many requirements: seen before, stored whole or not at all, undone exactly."""

import re
import threading
from datetime import date
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from roadmap import clock, jobs
from roadmap.accounts.current import Actor
from roadmap.db import Database
from roadmap.errors import Invalid
from roadmap.history.models import HistoryEvent
from roadmap.history.seal import verify
from roadmap.lists.kinds import BulkState
from roadmap.lists.models import BulkEdit
from roadmap.lists.own_store import people_in
from roadmap.requirements import bulk, moves, own_fields, queries, service
from roadmap.requirements.bulk_spec import BulkSpec, from_plain, read_spec
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import RequirementState
from tests.lists.conftest import Give
from tests.requirements.conftest import Make, People
from tests.worlds import kept

TYPED = {
    "team_id": None,
    "needed_by": date(2027, 3, 1),
    "own_cost": "50",
    "own_stage": "Rollout",
    "add_markets": ["DE"],
    "remove_markets": ["FR"],
}


@pytest.fixture
@kept
def five(database: Database, people: People, fields, give: Give, make: Make) -> list[int]:
    """Five of Alice's: the first two have own values, the third is accepted."""
    with database.writing() as session:
        give(session, people.alice, "One here", cost="10", vendor="Acme")
        give(session, people.alice, "Two here", stage="idea")
        three = make(session, people.alice, "Three here", markets=["FR"])
        session.flush()
        three = queries.get_requirement(session, None, three.id)
        moves.accept(session, None, three, "A good idea, so we take it.")
        make(session, people.alice, "Four here", markets=["DE", "FR"], needed_by=date(2026, 12, 1))
        make(session, people.charlie, "Five here")
    return [1, 2, 3, 4, 5]


def spec_of(session: Any, typed: dict[str, Any]) -> BulkSpec:
    fields = own_fields.fields_of(session)
    return read_spec(typed, service.known(session), fields, people_in(session))


def previewed(session: Any, who: Actor, typed: dict[str, Any], ids: list[int]) -> BulkEdit:
    """Return an edit as a person asked for it after its preview."""
    spec = spec_of(session, typed)
    plan, *_rest = bulk.preview(session, who, spec, ids)
    pairs = [(row.id, row.version) for row in plan.rows]
    return bulk.begin(session, who, spec, pairs, plan.stamp)


def everything(session: Any, number: int) -> dict[str, Any]:
    """Return all a requirement holds, its version apart."""
    session.expire_all()
    one = queries.get_requirement(session, None, number)
    held = own_fields.held_of(session, own_fields.fields_of(session), [number]).of(number)
    columns = {c.name: getattr(one, c.name) for c in Requirement.__table__.c if c.name != "version"}
    return columns | queries.values_of(one) | {"own": dict(held)}


def test_undo_restores_every_column_and_code(database, people, five) -> None:
    typed = TYPED | {"state": "declined", "reason": "Not this year, we said."}
    with database.reading() as session:
        before = {number: everything(session, number) for number in five}
    with database.writing() as session:
        edit = previewed(session, people.bob, typed, five)
        assert bulk.apply(session, people.bob, edit) == 5
        number = edit.id
    with database.writing() as session:
        after = everything(session, 4)
        assert (after["markets"], after["needed_by"]) == (["DE"], date(2027, 3, 1))
        assert after["state"] is RequirementState.DECLINED
        assert after["own"] == {"cost": 50.0, "stage": "rollout"}
        edit = bulk.get_edit(session, people.bob, number, lock=True)
        assert bulk.undo(session, people.bob, edit) == 5
    with database.reading() as session:
        assert {number: everything(session, number) for number in five} == before
        assert not list(verify(session, "only for tests"))


def test_each_row_tells_the_edit_and_its_undo(database, cast, people, sign_in, five) -> None:
    with database.writing() as session:
        edit = previewed(session, people.bob, {"own_vendor": "Zeta"}, five)
        bulk.apply(session, people.bob, edit)
        bulk.undo(session, people.bob, edit)
    with database.reading() as session:
        query = select(HistoryEvent.action).where(HistoryEvent.record_id == 1)
        told = list(session.scalars(query.order_by(HistoryEvent.id)))
    assert told[-2:] == ["requirement.bulk_edited", "requirement.bulk_undone"]
    page = sign_in(cast.alice).get("/requirements/REQ-1").text
    assert "changed, with others," in page
    assert "Vendor" in page


def test_a_preview_says_what_changes_and_what_cannot(database, people, five) -> None:
    with database.writing() as session:
        spec = spec_of(session, {"state": "planned", "reason": "On the roadmap."})
        plan, *_rest = bulk.preview(session, people.bob, spec, five)
        assert [row.id for row in plan.changing] == [3]
        assert plan.changing[0].changes == [("State", "Accepted", "Planned")]
        assert "submitted cannot become planned" in plan.refused[0].problem
        spec = spec_of(session, {"own_cost": "10", "severity": "high"})
        plan, *_rest = bulk.preview(session, people.alice, spec, five)
        assert {row.problem for row in plan.refused} == {
            "Only a problem report has a severity.",
            "Only its requester or a program manager may edit it.",
        }
        spec = spec_of(session, {"own_cost": "10"})
        plan, *_rest = bulk.preview(session, people.bob, spec, five)
        assert plan.same == 1
        assert plan.changing[0].changes == [("Cost", "", "10")]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ({}, None),
        ({"team_id": 99}, "team_id"),
        ({"needed_by": "soon"}, "needed_by"),
        ({"kind": "spaceship"}, "kind"),
        ({"own_cost": "many"}, "own_cost"),
        ({"own_owner": "ghost@example.org"}, "own_owner"),
        ({"add_markets": ["XX"]}, "add_markets"),
        ({"state": "snoozed", "reason": "Later then."}, "state"),
        ({"state": "declined", "reason": ""}, "reason"),
    ],
)
def test_what_cannot_be_set_is_said_at_its_input(database, people, five, typed, name) -> None:
    with database.reading() as session, pytest.raises(Invalid) as refused:
        spec_of(session, typed)
    assert set(refused.value.fields) == ({name} if name else set())


def test_a_spec_is_read_back_as_it_was(database, people, five) -> None:
    typed = TYPED | {"own_review": "2027-01-01", "kind": "tool", "state": "accepted"}
    with database.reading() as session:
        spec = spec_of(session, typed | {"reason": "We take it."})
        assert from_plain(spec.plain(), own_fields.fields_of(session)) == spec


def test_two_people_editing_overlapping_rows_lose_nothing(database, people, five) -> None:
    with database.writing() as session:
        first = previewed(session, people.bob, {"own_vendor": "Bob's"}, [1, 2, 3]).id
    with database.writing() as session:
        second = previewed(session, people.bob, {"own_cost": "77"}, [2, 3, 4]).id
    with database.writing() as session:
        edit = bulk.get_edit(session, people.bob, first, lock=True)
        assert bulk.apply(session, people.bob, edit) == 3
    with database.session(write=True) as session:
        edit = bulk.get_edit(session, people.bob, second, lock=True)
        with pytest.raises(bulk.Changed) as refused:
            bulk.apply(session, people.bob, edit)
        session.rollback()
    assert refused.value.keys == ["REQ-2", "REQ-3"]
    with database.reading() as session:
        assert everything(session, 4)["own"] == {}
        assert everything(session, 2)["own"] == {"stage": "idea", "vendor": "Bob's"}


def test_of_two_edits_at_the_same_moment_one_is_refused(database, people, five) -> None:
    with database.writing() as session:
        edits = [
            previewed(session, people.bob, {"own_vendor": name}, five[::step]).id
            for name, step in (("Left", 1), ("Right", -1))
        ]
    start, outcomes = threading.Barrier(2), []

    def run(number: int) -> None:
        with database.session(write=True) as session:
            start.wait(timeout=20)
            edit = bulk.get_edit(session, people.bob, number, lock=True)
            try:
                bulk.apply(session, people.bob, edit)
                session.commit()
                outcomes.append("stored")
            except bulk.Changed as error:
                session.rollback()
                outcomes.append(f"refused {len(error.keys)}")

    threads = [threading.Thread(target=run, args=(number,)) for number in edits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == ["refused 5", "stored"]
    with database.reading() as session:
        assert len({everything(session, number)["own"]["vendor"] for number in five}) == 1


def test_undo_is_refused_with_the_rows_changed_since(database, people, five) -> None:
    with database.writing() as session:
        edit = previewed(session, people.bob, {"own_vendor": "Zeta"}, five)
        bulk.apply(session, people.bob, edit)
        number = edit.id
    with database.writing() as session:
        two = queries.get_requirement(session, None, 2, lock=True)
        own_fields.edit(session, people.alice, two, {"own_cost": "3"})
    with database.session(write=True) as session:
        edit = bulk.get_edit(session, people.bob, number, lock=True)
        with pytest.raises(bulk.Changed) as refused:
            bulk.undo(session, people.bob, edit)
        session.rollback()
        assert refused.value.keys == ["REQ-2"]
        assert everything(session, 1)["own"]["vendor"] == "Zeta"


def test_scores_computed_since_do_not_hinder_the_undo(database, people, five) -> None:
    with database.writing() as session:
        edit = previewed(session, people.bob, {"own_vendor": "Zeta"}, five)
        bulk.apply(session, people.bob, edit)
        number = edit.id
    while jobs.work_once(database, None):
        pass
    with database.writing() as session:
        edit = bulk.get_edit(session, people.bob, number, lock=True)
        assert bulk.undo(session, people.bob, edit) == 5


def sealed(text: str) -> str:
    found = re.search(r'name="sealed" value="([^"]+)"', text)
    assert found is not None
    return unescape(found[1])


def test_the_pages_from_tick_to_undo(database, cast, people, sign_in, five) -> None:
    client = sign_in(cast.bob)
    page = client.get("/requirements")
    assert 'form="bulk"' in page.text
    page = client.get("/requirements/bulk?pick=1&pick=2")
    assert "2 requirements chosen." in page.text
    bad = client.post("/requirements/bulk/preview", data={"picks": "1,2", "own_cost": "many"})
    assert bad.status_code == 422
    assert "Write a number" in bad.text
    assert 'value="many"' in bad.text
    data = {"picks": "1,2", "own_cost": "55", "clear_own_vendor": "1", "add_markets": "DE"}
    shown = client.post("/requirements/bulk/preview", data=data)
    assert shown.status_code == 200
    assert "2 requirements change" in shown.text
    assert ">10<" in shown.text.replace('<del dir="auto">10</del>', ">10<")
    done = client.post("/requirements/bulk/apply", data={"sealed": sealed(shown.text)})
    assert done.status_code == 303
    page = client.get(done.location)
    assert "2 requirements are changed." in page.text
    with database.reading() as session:
        assert everything(session, 1)["own"] == {"cost": 55.0}
    again = client.post("/requirements/bulk/apply", data={"sealed": sealed(shown.text)})
    assert again.status_code == 409
    assert "2 rows changed since the preview: REQ-1, REQ-2" in again.text
    undone = client.post(done.location + "/undo")
    assert undone.status_code == 303
    with database.reading() as session:
        assert everything(session, 1)["own"] == {"cost": 10.0, "vendor": "Acme"}
    assert "are as they were before" in client.get(done.location).text
    assert sign_in(cast.alice).get(done.location).status_code == 404
    assert client.post(done.location + "/undo").status_code == 422


def test_a_seal_is_not_forged_nor_borrowed(cast, people, sign_in, five) -> None:
    client = sign_in(cast.bob)
    assert client.post("/requirements/bulk/apply", data={"sealed": "made up"}).status_code == 422
    data = {"picks": "1,2", "own_cost": "55"}
    shown = client.post("/requirements/bulk/preview", data=data)
    other = sign_in(cast.alice).post(
        "/requirements/bulk/apply", data={"sealed": sealed(shown.text)}
    )
    assert other.status_code == 422
    assert "somebody else" in other.text


def test_all_of_a_view_are_chosen_and_large_ones_run_in_the_background(
    database, cast, people, sign_in, five, monkeypatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    client = sign_in(cast.bob)
    page = client.get("/requirements/bulk?all=1&q=state:submitted&sort=key")
    assert "All 4 of this view." in page.text
    data = {"all": "1", "q": "state:submitted", "sort": "key", "own_vendor": "Zeta"}
    shown = client.post("/requirements/bulk/preview", data=data)
    assert "It runs in the background." in shown.text
    first = client.post("/requirements/bulk/apply", data={"sealed": sealed(shown.text)}).location
    second = client.post("/requirements/bulk/apply", data={"sealed": sealed(shown.text)}).location
    assert "4 rows wait to be stored, all of them or none." in client.get(first).text
    first_job = select(jobs.Job).where(jobs.Job.kind == "requirements.bulk").order_by(jobs.Job.id)
    with database.writing() as session:
        job = session.scalars(first_job).first()
        job.state, job.locked_until = "running", clock.now() + jobs.LEASE
    assert "Storing 4 rows since " in client.get(first).text
    with database.writing() as session:
        session.scalars(first_job).first().state = "queued"
    while jobs.work_once(database, None):
        pass
    assert "4 requirements are changed." in client.get(first).text
    refused = client.get(second)
    assert "Nothing was stored." in refused.text
    assert "4 rows changed since the preview" in refused.text
    assert client.post(second + "/again").status_code == 200
    with database.reading() as session:
        states = list(session.scalars(select(BulkEdit.state).order_by(BulkEdit.id)))
        assert states == [BulkState.DONE, BulkState.REFUSED]


def test_what_undo_needs_is_forgotten_in_time(database, people, five) -> None:
    with database.writing() as session:
        edit = previewed(session, people.bob, {"own_vendor": "Zeta"}, five)
        bulk.apply(session, people.bob, edit)
        assert bulk.forget(session) == 0
        edit.created_at = date_long_ago(edit)
        session.flush()
        assert bulk.forget(session) == 1
        session.expire_all()
        assert not bulk.may_undo(edit)


def date_long_ago(edit: BulkEdit) -> Any:
    return edit.created_at.replace(year=edit.created_at.year - 1)
