"""What the demo's managers did with its ranking: they froze it, then looked at numbers again."""

import json
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import load_actor
from roadmap.accounts.models import Person
from roadmap.scoring.baselines import take_baseline

BASELINE = "Before the planning round"
NOTE = "Frozen when planning began: what moved since is what the round found out."
# Requirement -> criterion -> the number that stood when the ranking was frozen.
THEN: Mapping[str, Mapping[str, float]] = {
    "REQ-23": {"confidence": 1},
    "REQ-31": {"effort": 8},
    "REQ-39": {"reach": 3000},
    "REQ-47": {"impact": 0.5},
}
# Launches that the demo's people met about; the last went live on the day it was loaded.
MET = ("LCH-1", "LCH-13", "LCH-24")
_LIVE = ("state", "went_live_on")


def then_and_since(file: bytes) -> tuple[bytes, bytes]:
    """Return the demo file as it was when the ranking was frozen, and one of what changed since."""
    now, then = json.loads(file), json.loads(file)
    changed = [one for one in now["requirements"] if one["key"] in THEN]
    for one in then["requirements"]:
        if one["key"] in THEN:
            one["scores"][0]["inputs"] |= THEN[one["key"]]
    for one in then["launches"]:
        if one["key"] == MET[-1]:
            one["state"] = "committed"
            one["phases"] = [{k: v for k, v in p.items() if k not in _LIVE} for p in one["phases"]]
            del one["hypercare"]
    since = {name: now[name] for name in ("format", "version")} | {"requirements": changed}
    # Dated as the file has them, whatever its people and their sheet did while it was loaded.
    touched = [one for one in now["launches"] if one["key"] in MET or "source" in one]
    since["launches"] = touched
    return json.dumps(then).encode(), json.dumps(since).encode()


def freeze(session: Session, email: str) -> None:
    """Freeze the ranking as that person."""
    person_id = session.scalars(select(Person.id).where(Person.email == email)).one()
    take_baseline(session, load_actor(session, person_id), BASELINE, NOTE)
