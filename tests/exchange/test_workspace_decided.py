"""Decisions, watches, attestations and renewals in files: carried on, never believed."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.db import Database
from roadmap.errors import Invalid
from roadmap.exchange.workspace.load import import_workspace
from roadmap.exchange.workspace.shipped_files import story_path
from roadmap.history.seal import seal, verify
from roadmap.launches.kinds import PhaseState
from roadmap.launches.lifecycle import move_phase
from roadmap.launches.models import Launch
from roadmap.readiness.decision_rules import DecisionKind
from roadmap.readiness.decisions import (
    Condition,
    Deciding,
    decide,
    launched_against,
    standing_go,
)
from roadmap.readiness.elsewhere import elsewhere_of
from roadmap.readiness.fresh import evaluate_now
from roadmap.readiness.models import ChecklistItem
from roadmap.readiness.verdict import Word
from tests.cast import Cast, actor
from tests.exchange.decided_files import (
    ATTESTED,
    GO,
    GUARD,
    KEY,
    PEOPLE,
    READING,
    RENEWED,
    TAXONOMY,
    WAIVER,
    story,
)
from tests.exchange.workspace_files import (
    LAUNCH,
    dump,
    encoded,
    fresh_database,
    load,
    problems,
)


def everything() -> bytes:
    """A launch about which people decided, spoke and asked again, and what they attest."""
    item = {"code": "condition_8_1", "text": "Later.", "severity": "blocker"}
    launch = {
        **LAUNCH,
        "phases": [{"name": "all", "share": 1, "starts_on": "+9d"}],
        "checklist": [item],
        "waivers": [WAIVER, RENEWED],
        "decisions": [
            GO,
            {
                **GO,
                "kind": "conditional",
                "at": "-2d",
                "evidence_digest": "3" * 64,
                "voices": [
                    {"person": "a@example.org", "kind": "decider"},
                    {"person": "c@example.org", "kind": "dissent", "note": "Too soon."},
                ],
                "conditions": [
                    {
                        "text": "Later.",
                        "owner": "c@example.org",
                        "due_on": "+20d",
                        "item": "condition_8_1",
                    }
                ],
            },
        ],
        "hypercare": [{"phase_position": 1, "owner": "c@example.org", "until": "+5d"}],
        "guards": [{**GUARD, "readings": [READING, {**READING, "recorded_at": "-1dT09:00"}]}],
        "weekly_words": [{"person": "c@example.org", "at": "-8d"}],
    }
    withdrawn = {**ATTESTED, "attested_at": "-8d", "withdrawn_at": "-7d"}
    return encoded(**TAXONOMY, people=PEOPLE, launches=[launch], attestations=[ATTESTED, withdrawn])


def test_what_was_decided_watched_and_attested_survives_byte_for_byte(database: Database) -> None:
    load(database, everything())
    text = dump(database)
    for word in ('"decisions"', '"hypercare"', '"weekly_words"', '"attestations"', '"renews"'):
        assert word in text
    assert load(database, text.encode()).changed == {}
    assert load(database, everything()).changed == {}
    with fresh_database() as other:
        load(other, text.encode())
        assert dump(other) == text


def test_what_this_history_froze_is_written_alike_and_stays_when_it_comes_back(
    database: Database, session: Session, cast: Cast
) -> None:
    document = json.loads(story_path(13).read_text())
    import_workspace(session, json.dumps(document).encode(), "story.json", clock.today())
    session.commit()
    seal(session, KEY)
    bob, launch = actor(cast.bob, cast.program), session.get_one(Launch, 13)
    decision = decide(
        session,
        bob,
        launch,
        Deciding(
            kind=DecisionKind.CONDITIONAL,
            statement="Go.",
            deciders=(cast.bob.id,),
            dissent=((cast.dora.id, "Too soon."),),
            conditions=(Condition(text="Later.", owner_id=cast.bob.id, due_on=clock.today()),),
        ),
    )
    session.commit()
    text = dump(database)
    assert decision.evidence_digest in text
    assert str(decision.seal_hash) in text
    assert load(database, text.encode()).changed == {}
    with fresh_database() as other:
        load(other, text.encode())
        assert dump(other) == text
        with other.writing() as there:
            brought = elsewhere_of(there, 13)[0]
            assert (brought.seal_hash, brought.kind) == (decision.seal_hash, decision.kind)
            assert standing_go(there, 13, 1, clock.today()) is None
            assert list(verify(there, KEY)) == []
    altered = json.loads(text)
    altered["launches"][0]["decisions"][0]["statement"] = "No."
    said = problems(database, json.dumps(altered).encode())
    assert [one.partition(" than ")[0] for one in said] == [
        "launches[0].decisions[0]: says otherwise"
    ]


def go(cast: Cast) -> Deciding:
    return Deciding(kind=DecisionKind.GO, statement="Go.", deciders=(cast.bob.id,))


def test_a_go_from_elsewhere_lets_nothing_go_live(session: Session, cast: Cast) -> None:
    launch, bob = story(session, 13, decisions=[GO]), actor(cast.bob, cast.program)
    assert evaluate_now(session, [13])[13].word is Word.READY
    with pytest.raises(Invalid, match="Record the go"):
        move_phase(session, bob, launch, 1, PhaseState.LIVE)
    decide(session, bob, launch, go(cast))
    move_phase(session, bob, launch, 1, PhaseState.LIVE)
    session.commit()


def test_a_no_go_from_elsewhere_takes_an_older_go_back(session: Session, cast: Cast) -> None:
    launch, bob = story(session, 13), actor(cast.bob, cast.program)
    decide(session, bob, launch, go(cast))
    now = clock.now().isoformat()
    story(session, 13, decisions=[{**GO, "kind": "no_go", "at": now}])
    assert standing_go(session, 13, 1, clock.today()) is None
    decide(session, bob, launch, go(cast))
    assert standing_go(session, 13, 1, clock.today()) is not None
    session.commit()


def test_what_went_live_against_a_verdict_elsewhere_is_read_here_too(session: Session) -> None:
    live = {"name": "all", "share": 1, "starts_on": "-3d", "state": "live", "went_live_on": "-3d"}
    emergency = {
        **GO,
        "kind": "emergency_go",
        "word": "NOT_READY",
        "expires_on": "+9d",
        "review_on": "+1d",
        "voices": [{"person": f"{who}@example.org", "kind": "decider"} for who in "ab"],
    }
    story(session, 13, state="live", phases=[live], decisions=[emergency])
    assert launched_against(session, [13]) == {13}
    session.commit()


def test_conditions_of_two_histories_do_not_collide(session: Session, cast: Cast) -> None:
    brought = {"code": "condition_1_1", "text": "Old.", "severity": "info"}
    document = json.loads(story_path(13).read_text())
    launch = story(
        session, 13, checklist=[*document["launches"][0]["checklist"], brought], decisions=[GO]
    )
    request = Deciding(
        kind=DecisionKind.CONDITIONAL,
        statement="Go.",
        deciders=(cast.bob.id,),
        conditions=(Condition(text="New.", owner_id=cast.bob.id, due_on=clock.today()),),
    )
    decide(session, actor(cast.bob, cast.program), launch, request)
    session.commit()
    codes = session.scalars(
        select(ChecklistItem.code).where(ChecklistItem.code.startswith("condition_"))
    )
    assert sorted(codes) == ["condition_1_1", "condition_1_x1"]
