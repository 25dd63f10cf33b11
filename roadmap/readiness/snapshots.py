"""What stored verdicts rested on, each distinct set of facts stored once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.readiness.models import StoredVerdict, VerdictSnapshot
from roadmap.readiness.signed import Parts


def keep_snapshots(session: Session, texts: Mapping[str, str]) -> dict[str, int]:
    """Store the parts that are not stored yet; return the snapshot of each digest.

    ``texts`` holds parts by their digest as `signed.canonical` writes them, and is stored as it is.
    """
    known = _known(session, texts)
    missing = [d for d in texts if d not in known]
    if missing:
        _insert(session, missing, [texts[d] for d in missing])
        known |= _known(session, missing)
    return known


def _insert(session: Session, digests: list[str], texts: list[str]) -> None:
    """Store rows past the statement compiler, as `row_writer` does where none is there yet."""
    connection = session.connection()
    # Another worker may store the same facts at this moment.
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            "INSERT INTO verdict_snapshot (digest, parts) SELECT digest, CAST(parts AS JSONB)"
            # As bytes: no quote of the JSON has to be escaped.
            " FROM unnest(%b::text[], %b::text[]) AS given (digest, parts) ON CONFLICT DO NOTHING",
            (digests, texts),
        )
    else:
        connection.exec_driver_sql(
            "INSERT INTO verdict_snapshot (digest, parts) VALUES (?, ?) ON CONFLICT DO NOTHING",
            list(zip(digests, texts, strict=True)),
        )


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
