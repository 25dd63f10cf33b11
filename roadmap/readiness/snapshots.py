"""What stored verdicts rested on, each distinct set of facts stored once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from roadmap.readiness.models import StoredVerdict, VerdictSnapshot
from roadmap.readiness.signed import Parts


def keep_snapshots(session: Session, by_digest: Mapping[str, Parts]) -> dict[str, int]:
    """Store the parts that are not stored yet, given by digest; return the snapshot of each."""
    known = _known(session, by_digest)
    missing = [d for d in by_digest if d not in known]
    if missing:
        rows = [{"digest": d, "parts": by_digest[d]} for d in missing]
        on_postgresql = session.get_bind().dialect.name == "postgresql"
        insert = postgresql.insert if on_postgresql else sqlite.insert
        # Another worker may store the same facts at this moment.
        session.execute(insert(VerdictSnapshot).on_conflict_do_nothing(), rows)
        known |= _known(session, missing)
    return known


def _known(session: Session, digests: Collection[str]) -> dict[str, int]:
    ordered = sorted(digests)
    found: dict[str, int] = {}
    for start in range(0, len(ordered), 500):
        query = select(VerdictSnapshot.digest, VerdictSnapshot.id).where(
            VerdictSnapshot.digest.in_(ordered[start : start + 500])
        )
        found |= {row.digest: row.id for row in session.execute(query)}
    return found


@dataclass(frozen=True)
class Moment:
    """A stored verdict with what it rested on; ``parts`` is None for one older than snapshots."""

    verdict: StoredVerdict
    parts: Parts | None


def moment_at(session: Session, launch_id: int, at: datetime) -> Moment | None:
    """Return the verdict that was shown at a moment with its facts; None if none was stored."""
    row = session.execute(
        select(StoredVerdict, VerdictSnapshot.parts)
        .outerjoin(VerdictSnapshot, VerdictSnapshot.id == StoredVerdict.snapshot_id)
        .where(StoredVerdict.launch_id == launch_id, StoredVerdict.evaluated_at <= at)
        .order_by(StoredVerdict.evaluated_at.desc(), StoredVerdict.id.desc())
        .limit(1)
    ).first()
    return Moment(row[0], row[1]) if row is not None else None
