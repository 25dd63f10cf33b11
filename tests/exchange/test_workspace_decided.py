"""Decisions, watches, words, attestations and renewals in files: carried on, never believed."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.db import Database
from roadmap.errors import Invalid, RoadmapError
from roadmap.exchange.workspace.load import import_workspace
from roadmap.exchange.workspace.problems import WorkspaceRefused
from roadmap.exchange.workspace.shipped_files import story_path
from roadmap.history.seal import seal, verify
from roadmap.launches.kinds import PhaseState
from roadmap.launches.lifecycle import move_phase
from roadmap.launches.models import Launch
from roadmap.readiness.attestation_models import StandingAttestation, WeeklyWord
from roadmap.readiness.decision_models import GuardReading
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
from roadmap.readiness.models import ChecklistItem, Waiver
from roadmap.readiness.standing import attest
from roadmap.readiness.verdict import Word
from roadmap.readiness.waivers import WaiverRequest, approve_waiver, request_waiver
from tests.cast import Cast, actor
from tests.exchange.workspace_files import (
    HEAD,
    LAUNCH,
    dump,
    encoded,
    fresh_database,
    load,
    problems,
)

KEY = "only for tests"
PEOPLE = [
    {"email": "a@example.org", "name": "A", "roles": ["pm"]},
    {"email": "b@example.org", "name": "B", "roles": ["approver"]},
    {"email": "c@example.org", "name": "C", "roles": ["partner"]},
]
GO = {
    "phase_position": 1,
    "kind": "go",
    "statement": "All is in order.",
    "at": "-3d",
    "recorded_by": "a@example.org",
    "word": "READY",
    "rules_version": "7",
    "facts_digest": "0" * 64,
    "evidence_digest": "1" * 64,
    "seal_seq": 12,
    "seal_hash": "2" * 64,
    "voices": [{"person": "b@example.org", "kind": "decider"}],
}
WAIVER = {
    "check_code": "COST_OVER",
    "subject": "budget",
    "reason": "r",
    "risk_of_proceeding": "p",
    "risk_of_not": "n",
    "owner": "c@example.org",
    "requested_by": "c@example.org",
    "requested_at": "-50d",
    "approved_by": "b@example.org",
    "approved_at": "-49d",
    "expires_on": "-20d",
}
RENEWED = {
    **WAIVER,
    "requested_at": "-25d",
    "approved_at": "-24d",
    "expires_on": "+30d",
    "renews": "-50d",
}
READING = {"value": 3.5, "observed_at": "-1d"}
GUARD = {"phase_position": 1, "name": "Appeals", "limit": 9, "readings": [READING]}
TAXONOMY = {
    "markets": [{"code": "DE", "name": "Germany"}],
    "surfaces": [{"code": "live", "name": "LIVE"}],
}
ATTESTED = {
    "item_code": "trader_verification",
    "market": "DE",
    "surface": "live",
    "attested_at": "-9d",
    "attested_by": "b@example.org",
    "evidence": "Seen.",
    "valid_until": "+90d",
}


def launched(**changes: Any) -> bytes:
    return encoded(people=PEOPLE, launches=[{**LAUNCH, **changes}])


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


def story(session: Session, number: int, **changes: Any) -> Launch:
    """Import a story whose launch has more parts, with the people those name."""
    document = json.loads(story_path(number).read_text())
    document["people"] += PEOPLE
    document["launches"][0] |= changes
    import_workspace(session, json.dumps(document).encode(), "story.json", clock.today())
    return session.get_one(Launch, number)


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


# ---- nothing gets better by a file than by hand ----

_BETTER = {Word.CONDITIONAL: 1, Word.READY: 2}
# In the stories: may approve and attest, may ask for waivers only, may neither.
_WHO = ("legal@example.org", "pm@example.org", "ds@example.org")


def word(session: Session, number: int) -> int:
    """Return how near to go the verdict is."""
    session.flush()
    return _BETTER.get(evaluate_now(session, [number])[number].word, 0)


def by_hand(session: Session, number: int, *steps: Callable[[], object]) -> int:
    """Do what people do, as far as they may, and return how near to go that brings the launch."""
    try:
        for step in steps:
            step()
    except RoadmapError:
        pass
    return word(session, number)


def known(session: Session, email: str) -> Any:
    return actor(session.scalars(select(Person).where(Person.email == email)).one())


def waived_by_hand(session: Session, who: str, days: int) -> int:
    """Ask for the waiver of story 11 and approve it."""
    launch = session.get_one(Launch, 11)
    asker = known(session, "pm@example.org")
    request = WaiverRequest(
        code="COST_OVER",
        subject="budget",
        reason="r",
        risk_of_proceeding="p",
        risk_of_not="n",
        owner_id=asker.id,
        expires_on=clock.today() + timedelta(days=days),
    )

    def approve() -> None:
        waiver = session.scalars(select(Waiver).order_by(Waiver.id.desc())).first()
        assert waiver is not None
        approve_waiver(session, known(session, who), launch, waiver)

    return by_hand(session, 11, lambda: request_waiver(session, asker, launch, request), approve)


def tried(session: Session, document: dict[str, Any], number: int) -> int:
    """Return how near to go a file brings the launch; 0 if it is refused."""
    try:
        import_workspace(session, json.dumps(document).encode(), "f", clock.today())
    except WorkspaceRefused:
        return 0
    return word(session, number)


def undone(session: Session, act: Callable[[], int]) -> int:
    """Return what something comes to, and leave nothing of it."""
    session.commit()
    try:
        return act()
    finally:
        session.rollback()


def test_no_waiver_of_a_file_counts_that_nobody_here_could_grant() -> None:
    document = json.loads(story_path(11).read_text())
    waiver = document["launches"][0].pop("waivers")[0]
    files: list[tuple[str, int, dict[str, str]]] = [(who, 30, {}) for who in _WHO]
    files += [(_WHO[0], days, {}) for days in (-1, 400)]
    files.append((_WHO[0], 30, {"withdrawn_at": "-1d"}))
    with fresh_database() as database, database.session(write=True) as session:
        assert tried(session, document, 11) == 0
        found = []
        for who, days, more in files:
            change = {**waiver, "approved_by": who, "expires_on": f"{days:+}d", **more}
            file = {**HEAD, "launches": [{**document["launches"][0], "waivers": [change]}]}
            found.append(undone(session, partial(tried, session, file, 11)))
            hand = undone(session, partial(waived_by_hand, session, who, days))
            assert found[-1] <= (0 if more else hand), (who, days, more)
        # It does count where who approved it may do so here.
        assert found == [1, 0, 0, 0, 0, 0]


def test_no_attestation_of_a_file_counts_that_nobody_here_could_give() -> None:
    document = json.loads(story_path(13).read_text())
    item = {"code": "trader_verification", "text": "Verified?", "severity": "blocker"}
    document["launches"][0]["checklist"].append({**item, "standing": True})
    files: list[tuple[str, int, dict[str, str]]] = [(who, 90, {}) for who in _WHO]
    files += [(_WHO[0], days, {}) for days in (-1, 400)]
    files.append((_WHO[0], 90, {"withdrawn_at": "-1d"}))
    with fresh_database() as database, database.session(write=True) as session:
        assert tried(session, document, 13) == 0
        found = []
        for who, days, more in files:
            given = {"attested_by": who, "valid_until": f"{days:+}d", **more}
            place = {"market": "ES", "surface": "listing"}
            file = {**HEAD, "attestations": [{**ATTESTED, **place, **given}]}
            found.append(undone(session, partial(tried, session, file, 13)))
            hand = undone(session, partial(attested_by_hand, session, who, days))
            assert found[-1] <= (0 if more else hand), (who, days, more)
        assert found == [2, 2, 0, 0, 0, 0]


def attested_by_hand(session: Session, who: str, days: int) -> int:
    """Attest what the item of story 13 asks."""
    return by_hand(
        session,
        13,
        lambda: attest(
            session,
            known(session, who),
            "trader_verification",
            "ES",
            "listing",
            evidence="e",
            valid_until=clock.today() + timedelta(days=days),
        ),
    )


def test_what_was_only_claimed_stays_a_claim_until_somebody_here_says_so() -> None:
    document = json.loads(story_path(11).read_text())
    document["launches"][0]["waivers"][0]["approved_by"] = "ds@example.org"
    with fresh_database() as database, database.session(write=True) as session:
        assert tried(session, document, 11) == 0
        assert session.scalars(select(Waiver.claimed)).all() == [True]
        # Whoever gets the right later has not used it.
        for one in document["people"]:
            one["roles"] = ["approver"]
        assert tried(session, document, 11) == 0
        assert session.scalars(select(StandingAttestation)).all() == []


def test_pages_say_what_a_file_only_claims(
    session: Session, cast: Cast, sign_in: Callable[[Person], FlaskClient]
) -> None:
    document = json.loads(story_path(11).read_text())
    launch = document["launches"][0]
    launch["waivers"][0]["approved_by"] = "ds@example.org"
    launch["decisions"] = [{**GO, "voices": [{"person": "a@example.org", "kind": "decider"}]}]
    given = {**ATTESTED, "market": "IT", "surface": "listing", "attested_by": "ds@example.org"}
    document["people"] += PEOPLE
    document["attestations"] = [given]
    import_workspace(session, json.dumps(document).encode(), "f", clock.today())
    session.commit()
    dora = sign_in(cast.dora)
    told = dora.get("/launches/LCH-11/decisions").text
    assert "Recorded elsewhere" in told
    assert "1" * 64 in told
    assert "recorded elsewhere, as told" in dora.get("/decisions").text
    assert "LCH-11" not in dora.get("/decisions?show=against").text
    assert "does not count" in dora.get("/launches/LCH-11/waivers").text
    assert "approve it here" in dora.get("/waivers?show=waiting").text
    assert "does not count" in dora.get("/attestations").text
    number, approver = session.scalars(select(Waiver.id)).one(), cast.dora.id
    session.commit()
    asked = dora.post(f"/launches/LCH-11/waivers/{number}", data={"decision": "approve"})
    assert asked.status_code == 303
    waiver = session.get_one(Waiver, number)
    assert (waiver.claimed, waiver.approved_by) == (False, approver)
    assert word(session, 11) == 1
