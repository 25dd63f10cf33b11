"""Who of a group takes a review, and which certificates are looked at again. Pure."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

# One certificate in so many is looked at by the group.
SPOT_CHECK_ONE_IN = 5


def monday_of(day: date) -> date:
    """Return the Monday of a day's week, by which turns are kept."""
    return day - timedelta(days=day.weekday())


def choose(candidates: Collection[int], turn: int | None, load: Mapping[int, int]) -> int | None:
    """Return who takes a review: whose week it is, else who has the fewest open ones.

    ``candidates`` are the ids of members who may read and sign it; None if there is nobody. Of
    equals the one with the lowest id takes it, so that the choice can be explained.
    """
    if turn is not None and turn in candidates:
        return turn
    return min(candidates, key=lambda person: (load.get(person, 0), person), default=None)


def is_spot_checked(gate_id: int, person_id: int, at: datetime) -> bool:
    """Tell whether a certificate is looked at again: one in `SPOT_CHECK_ONE_IN`.

    The choice follows from what is stored with the vote, so that anybody can repeat it: the
    SHA-256 of gate, person and moment, modulo the rate. Nobody chooses, and the moment, to the
    microsecond, is the server's.
    """
    text = f"spot check:{gate_id}:{person_id}:{at.isoformat()}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % SPOT_CHECK_ONE_IN == 0
