"""Rows that arrive again after they were added up: known by the digests the ledger keeps."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roadmap.mechanisms.kept_models import RetiredMeasurement, RollUp
from roadmap.mechanisms.measurement_checks import NewMeasurement
from roadmap.mechanisms.rollup import content_digest, key_digest
from roadmap.mechanisms.sifting import Held, Key, content_of, identity_of, key_of

_AT_ONCE = 2_000


def retired_before(
    session: Session, rows: Sequence[NewMeasurement], source: str
) -> Iterator[tuple[Key, Held]]:
    """Yield key and record of rows whose source sent them before they were added up.

    One statement if nothing that old arrives. A retired row is known to say the same or not; what
    exactly it said is part of a sum.
    """
    cutoff = session.scalar(select(func.max(RollUp.cutoff)))
    if cutoff is None:
        return
    old = {key_digest(source, key_of(row)): row for row in rows if row.window_end < cutoff}
    digests = sorted(old)
    for start in range(0, len(digests), _AT_ONCE):
        found = session.execute(
            select(
                RetiredMeasurement.id, RetiredMeasurement.identity, RetiredMeasurement.content
            ).where(RetiredMeasurement.identity.in_(digests[start : start + _AT_ONCE]))
        )
        for number, digest, content in found:
            row = old[digest]
            same = content == content_digest(identity_of(row), content_of(row))
            said = content_of(row) if same else ()
            yield key_of(row), Held(number, identity_of(row), said, None, retired=True)
