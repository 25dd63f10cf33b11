"""What a file claims counts for no more than people here could have said."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.errors import RoadmapError
from roadmap.exchange.workspace.load import import_workspace
from roadmap.exchange.workspace.problems import WorkspaceRefused
from roadmap.exchange.workspace.shipped_files import story_path
from roadmap.launches.models import Launch
from roadmap.readiness.attestation_models import StandingAttestation
from roadmap.readiness.fresh import evaluate_now
from roadmap.readiness.models import Waiver
from roadmap.readiness.standing import attest
from roadmap.readiness.verdict import Word
from roadmap.readiness.waivers import WaiverRequest, approve_waiver, request_waiver
from tests.cast import Cast, actor
from tests.exchange.decided_files import (
    ATTESTED,
    GO,
    PEOPLE,
)
from tests.exchange.workspace_files import (
    HEAD,
    fresh_database,
)

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
