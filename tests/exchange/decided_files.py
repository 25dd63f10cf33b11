"""Parts of files that say what was decided, waived, watched and attested."""

import json
from typing import Any

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.exchange.workspace.load import import_workspace
from roadmap.exchange.workspace.shipped_files import story_path
from roadmap.launches.models import Launch
from tests.exchange.workspace_files import (
    LAUNCH,
    encoded,
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


def story(session: Session, number: int, **changes: Any) -> Launch:
    """Import a story whose launch has more parts, with the people those name."""
    document = json.loads(story_path(number).read_text())
    document["people"] += PEOPLE
    document["launches"][0] |= changes
    import_workspace(session, json.dumps(document).encode(), "story.json", clock.today())
    return session.get_one(Launch, number)
