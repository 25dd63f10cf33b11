"""Which measurement rows others rest on: they are kept as they are, however old."""

from collections.abc import Iterable

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from roadmap.mechanisms.kept_models import CitedMeasurement

_PREFIX = "measurement:"


def cited_ids(references: Iterable[str]) -> set[int]:
    """Return the numbers of the measurement rows among references such as ``measurement:12``."""
    return {int(one[len(_PREFIX) :]) for one in references if one.startswith(_PREFIX)}


def cite(session: Session, ids: Iterable[int]) -> None:
    """Note that something stored rests on these rows; noting it again changes nothing."""
    rows = [{"measurement_id": one} for one in sorted(set(ids))]
    if not rows:
        return
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if on_postgresql else sqlite.insert
    session.execute(insert(CitedMeasurement).on_conflict_do_nothing(), rows)
