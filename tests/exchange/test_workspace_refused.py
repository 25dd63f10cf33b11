"""What a file may not say of decisions, waivers, watches and attestations."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.db import Database
from roadmap.exchange.workspace.load import import_workspace
from roadmap.readiness.attestation_models import WeeklyWord
from roadmap.readiness.decision_models import GuardReading
from roadmap.readiness.models import Waiver
from tests.exchange.decided_files import (
    ATTESTED,
    GO,
    GUARD,
    PEOPLE,
    RENEWED,
    TAXONOMY,
    WAIVER,
    launched,
)
from tests.exchange.workspace_files import (
    dump,
    encoded,
    fresh_database,
    load,
    problems,
)


def test_two_requests_of_one_person_for_one_thing_are_two_waivers(session: Session) -> None:
    import_workspace(session, launched(waivers=[WAIVER, RENEWED]), "f", clock.today())
    older, newer = session.scalars(select(Waiver).order_by(Waiver.requested_at)).all()
    assert newer.renews_id == older.id
    kept = newer.id
    alone = {name: value for name, value in RENEWED.items() if name != "renews"}
    import_workspace(session, launched(waivers=[alone]), "f", clock.today())
    rows = session.scalars(select(Waiver)).all()
    assert [(row.id, row.renews_id) for row in rows] == [(kept, None)]
    import_workspace(session, launched(waivers=[RENEWED, WAIVER]), "f", clock.today())
    assert {row.id for row in session.scalars(select(Waiver))} > {kept}
    session.commit()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"decisions": [{**GO, "at": "+1d"}]}, "decisions[0].at: has not happened yet"),
        ({"decisions": [{**GO, "word": "HOLD"}]}, "decisions[0].kind: The verdict does not allow"),
        ({"decisions": [{**GO, "voices": []}]}, "decisions[0].voices"),
        ({"decisions": [GO, GO]}, "decisions[1]: is there twice"),
        ({"decisions": [{**GO, "seal_seq": None}]}, "decisions[0].seal_hash: seal_seq and"),
        ({"decisions": [{**GO, "facts_digest": "x"}]}, 'facts_digest: "x" is not a SHA-256'),
        (
            {
                "decisions": [
                    {
                        **GO,
                        "kind": "conditional",
                        "conditions": [
                            {"text": "t", "owner": "a@example.org", "due_on": "+1d", "item": "x"}
                        ],
                    }
                ]
            },
            'decisions[0].conditions[0].item: "x" is no item of this checklist',
        ),
        (
            {"decisions": [{**GO, "recorded_by": "d@example.org"}]},
            'decisions[0].recorded_by: the person "d@example.org" is neither',
        ),
        ({"weekly_words": [{"person": "a@example.org", "at": "+9d"}]}, "weekly_words[0].at"),
        (
            {"weekly_words": [{"person": f"{who}@example.org", "at": "-9d"} for who in "ab"]},
            "weekly_words[1]: is there twice",
        ),
        (
            {"guards": [{**GUARD, "readings": [{"value": 1, "observed_at": "+1d"}]}]},
            "guards[0].readings[0].observed_at: lies after it was recorded",
        ),
        ({"guards": [GUARD, GUARD]}, "guards[1]: is there twice"),
        ({"waivers": [RENEWED]}, "waivers[0].renews: no waiver of this check and subject"),
        ({"waivers": [{**WAIVER, "expires_on": "+400d"}]}, "waivers[0].expires_on: is more than"),
        (
            {"waivers": [WAIVER, {**RENEWED, "expires_on": "-21d"}]},
            "waivers[1].expires_on: a renewal ends later",
        ),
        ({"waivers": [{**WAIVER, "approved_at": "+1d"}]}, "approved_at: has not happened yet"),
    ],
)
def test_what_no_meeting_could_record_is_refused_with_its_place(
    changes: dict[str, Any], said: str
) -> None:
    with fresh_database() as database:
        found = problems(database, launched(**changes))
        assert any(f"launches[0].{said}" in one or said in one for one in found), found


def test_an_attestation_that_nobody_could_give_is_refused() -> None:
    for change, said in (
        ({"valid_until": "+500d"}, "attestations[0].valid_until"),
        ({"attested_at": "+1d"}, "attestations[0].attested_at: has not happened yet"),
        ({"withdrawn_at": "-30d"}, "attestations[0].withdrawn_at"),
        ({"market": "FR"}, "attestations[0].market: the market"),
    ):
        data = encoded(**TAXONOMY, people=PEOPLE, attestations=[{**ATTESTED, **change}])
        with fresh_database() as database:
            assert any(one.startswith(said) for one in problems(database, data)), said


def test_a_file_ends_no_watch_loosens_no_limit_and_takes_no_word_back(database: Database) -> None:
    care = {"phase_position": 1, "until": "+9d"}
    word = {"person": "a@example.org", "at": "-8d"}
    load(database, launched(hypercare=[care], guards=[GUARD], weekly_words=[word]))
    shorter = launched(
        hypercare=[{**care, "until": "+8d"}], guards=[{**GUARD, "limit": 99, "readings": []}]
    )
    found = problems(database, shorter)
    assert [one.partition(": ")[0] for one in found] == [
        "launches[0].hypercare[0].until",
        "launches[0].guards[0].limit",
    ]
    load(database, launched())
    with database.reading() as session:
        assert len(session.scalars(select(GuardReading)).all()) == 1
        assert len(session.scalars(select(WeeklyWord)).all()) == 1
    assert '"hypercare"' in dump(database)
