"""A file that cannot be taken is refused whole, and every problem names its place."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.db import Database
from roadmap.exchange.workspace.load import import_workspace
from roadmap.exchange.workspace.problems import WorkspaceRefused
from roadmap.launches.models import Phase
from roadmap.requirements.models import Requirement
from tests.exchange.workspace_files import (
    HEAD,
    LAUNCH,
    MARKETS,
    MECHANISM,
    REQUIREMENT,
    ROW,
    encoded,
    events,
    fresh_database,
    problems,
)


def refused(data: bytes) -> list[str]:
    with fresh_database() as database:
        return problems(database, data)


def measured(**changes: Any) -> bytes:
    return encoded(mechanisms=[{**MECHANISM, "measurements": [{**ROW, **changes}]}])


def launched(**changes: Any) -> bytes:
    return encoded(**MARKETS, launches=[{**LAUNCH, **changes}])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is not JSON: line 1"),
        (b"[]", "The file must hold one object"),
        (b'{"a": 1, "a": 2}', 'The key "a" stands twice in one object.'),
        (b'{"a": NaN}', "NaN is not a number that JSON has."),
        (b'{"\xff": 1}', "The file is not UTF-8 text"),
        (b"[" * 100_000, "the nesting is too large"),
        (b'{"note": "a\\u0000b"}', "note: holds a character that cannot be stored"),
        (b'{"note": "\\ud800"}', "note: holds a character that cannot be stored"),
        (encoded(launchez=[]), "launchez: is not part of the format. Did you mean launches?"),
        (encoded(launches={}), "launches: is not a list"),
        (b'{"format": "launch-roadmap-workspace", "version": 2}', "version: 2 is not one of 1"),
    ],
)
def test_what_is_no_workspace_file_is_said_in_one_sentence(data: bytes, said: str) -> None:
    assert any(said in line for line in refused(data)), refused(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            launched(phases=[{"name": "all", "share": 1.4}]),
            "launches[0].phases[0].share: 1.4 is above 1, the largest allowed",
        ),
        (
            launched(phases=[{"name": "a", "share": 1}, {"name": "b", "share": 0.5}]),
            "launches[0].phases: Phase 2 has a smaller share than the phase before it.",
        ),
        (
            launched(cells=[{"cell": "DE/*/live/weapons"}]),
            'launches[0].cells[0].cell: "DE/*/live/weapons" leaves a part open',
        ),
        (
            launched(cells=[{"cell": "DE/de/live/scams"}]),
            'launches[0].cells[0].cell: the policy area "scams" is neither in this file nor',
        ),
        (launched(dependencies=[{"launch": "LCH-4"}]), "dependencies[0].launch: is the launch"),
        (launched(state="committed"), "launches[0].commitment_no: is missing"),
        (launched(commitment_no=1), "launches[0].commitment_no: a launch that is planned"),
        (
            launched(mechanisms=[{"mechanism": "MEC-1", "role": "detect", "required_stage": "on"}]),
            'launches[0].mechanisms[0].required_stage: "on" is not one of',
        ),
        (
            launched(gap_plans=[{"check_code": "CHECKLIST", "subject": "checklist:none"}]),
            "launches[0].gap_plans[0].subject: 'checklist:none' names nothing of this launch",
        ),
        (
            launched(gap_plans=[{"check_code": "CHECKLIST", "subject": "checklist:17"}]),
            "means something else in every database",
        ),
        (
            encoded(requirements=[{**REQUIREMENT, "needed_by": "2026-02-30"}]),
            "requirements[0].needed_by: '2026-02-30' is not a day of the calendar",
        ),
        (
            encoded(
                teams=[{"code": "ops", "name": "Ops"}],
                requirements=[{**REQUIREMENT, "efforts": [{"team": "ops", "weeks": -1}]}],
            ),
            "requirements[0].efforts[0].weeks: -1 must be above 0",
        ),
        (
            encoded(requirements=[REQUIREMENT, REQUIREMENT]),
            "requirements[1].key: REQ-7 is already requirements[0]",
        ),
        (
            encoded(requirements=[{**REQUIREMENT, "title": "x" * 301}]),
            "requirements[0].title: the text is longer than 300 characters",
        ),
        (
            encoded(
                requirements=[
                    {
                        **REQUIREMENT,
                        "scores": [{"framework": "rice", "inputs": {"effort": -2, "reach": 1}}],
                    }
                ]
            ),
            "requirements[0].scores[0].inputs.effort:",
        ),
        (
            measured(metric="recall", sampling="flagged_only"),
            "mechanisms[0].measurements[0]: Recall cannot be measured on flagged items only",
        ),
        (
            measured(window_end="+1d"),
            "which has not happened yet.",
        ),
        (
            measured(numerator=101),
            "mechanisms[0].measurements[0]: The numerator 101 is larger",
        ),
        (measured(configuration="v2"), '"v2" is not one of its configurations'),
        (
            measured(recorded_at="+1d"),
            "mechanisms[0].measurements[0].recorded_at: has not happened yet",
        ),
        (
            measured(void={"reason": "x", "voided_at": "-1d", "corrected_by": "-1d"}),
            "mechanisms[0].measurements[0].void.corrected_by: is when no other row",
        ),
        (
            encoded(mechanisms=[{**MECHANISM, "measurements": [ROW, {**ROW, "numerator": 80}]}]),
            "mechanisms[0].measurements[1]: says otherwise than measurements[0]",
        ),
        (
            encoded(people=[{"email": "a@example.org", "name": "A", "roles": ["king"]}]),
            'people[0].roles[0]: "king" is no role',
        ),
        (
            encoded(markets=[{"code": "ZZ", "name": "Nowhere"}]),
            'markets[0].code: "ZZ" is not a country code',
        ),
    ],
)
def test_each_problem_names_its_place_and_what_is_wrong(data: bytes, said: str) -> None:
    found = refused(data)
    assert any(said in line for line in found), found


def test_requirements_that_wait_for_each_other_are_refused() -> None:
    def waits(key: str, other: str) -> dict[str, Any]:
        return {**REQUIREMENT, "key": key, "prerequisites": [{"requirement": other}]}

    found = refused(encoded(requirements=[waits("REQ-1", "REQ-2"), waits("REQ-2", "REQ-1")]))
    assert len(found) == 1
    assert found[0].startswith("requirements[0].prerequisites: these wait for each other: REQ-1 →")


def test_launches_that_wait_for_each_other_are_refused_the_stored_ones_included() -> None:
    def waits(key: str, other: str) -> dict[str, Any]:
        return {**LAUNCH, "key": key, "dependencies": [{"launch": other}]}

    with fresh_database() as database:
        stored = encoded(launches=[waits("LCH-1", "LCH-2"), {**LAUNCH, "key": "LCH-2"}])
        assert problems(database, stored) == []
        found = problems(database, encoded(launches=[waits("LCH-2", "LCH-1")]))
    assert "these wait for each other" in found[0]


def test_every_problem_is_listed_at_once() -> None:
    found = refused(
        encoded(
            requirements=[
                {**REQUIREMENT, "state": "acepted", "titel": "x"},
                {**REQUIREMENT, "key": "REQ-8", "requester": "nobody@example.org"},
            ],
            launches=[{**LAUNCH, "phases": [{"name": "all", "share": 1.4}]}],
        )
    )
    assert [line.partition(":")[0] for line in found] == [
        "requirements[0].state",
        "requirements[0].titel",
        "launches[0].phases[0].share",
        "requirements[1].requester",
    ]
    assert "Did you mean title?" in found[1]


def test_a_reference_to_a_part_that_could_not_be_read_is_not_a_second_problem() -> None:
    found = refused(
        encoded(
            requirements=[
                {**REQUIREMENT, "state": "acepted"},
                {**REQUIREMENT, "key": "REQ-8", "prerequisites": [{"requirement": "REQ-7"}]},
            ]
        )
    )
    assert [line.partition(":")[0] for line in found] == ["requirements[0].state"]


def test_a_refused_file_stores_nothing(session: Session) -> None:
    before = events(session)
    data = encoded(
        people=[{"email": "a@example.org", "name": "A"}],
        requirements=[{**REQUIREMENT, "team": "nobody"}],
    )
    with pytest.raises(WorkspaceRefused):
        import_workspace(session, data, "file.json")
    session.commit()
    assert events(session) == before
    assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_relative_days_count_from_the_day_asked_for_then_the_files_then_today(
    session: Session,
) -> None:
    def starts(own: str | None, **given: Any) -> str:
        head = {} if own is None else {"as_of": own}
        launch = {**LAUNCH, "phases": [{"name": "all", "share": 1, "starts_on": "+3wd"}]}
        data = json.dumps({**HEAD, **head, "launches": [launch]}).encode()
        import_workspace(session, data, "file.json", **given)
        return str(session.scalar(select(Phase.starts_on)))

    # A Friday: three working days later is Wednesday.
    assert starts("2026-11-27") == "2026-12-02"
    assert starts("2026-11-27", as_of=clock.today() - timedelta(days=400)) < "2026-11-27"
    assert starts(None) > str(clock.today())


def test_a_second_file_updates_what_has_the_same_key_and_leaves_the_rest(
    session: Session,
) -> None:
    import_workspace(
        session, encoded(requirements=[REQUIREMENT, {**REQUIREMENT, "key": "REQ-8"}]), "one.json"
    )
    changed = {**REQUIREMENT, "title": "Spoken names", "state": "planned"}
    again = import_workspace(session, encoded(requirements=[changed]), "two.json")
    assert again.changed == {"requirement": 1}
    titles = dict(session.execute(select(Requirement.id, Requirement.title)).all())
    assert titles == {7: "Spoken names", 8: "Spoken brand names"}


def test_two_launches_can_swap_their_places_in_the_commitment_order(database: Database) -> None:
    def order(first: int, second: int) -> bytes:
        return encoded(
            launches=[
                {**LAUNCH, "key": "LCH-1", "state": "committed", "commitment_no": first},
                {**LAUNCH, "key": "LCH-2", "state": "committed", "commitment_no": second},
            ]
        )

    assert problems(database, order(1, 2)) == []
    assert problems(database, order(2, 1)) == []
