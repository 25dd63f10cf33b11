"""Which measurement rows others rest on: they are kept as they are, however old."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from roadmap.mechanisms.kept_models import CitedMeasurement
from roadmap.mechanisms.models import Measurement
from roadmap.one_of import one_of

_PREFIX = "measurement:"
# A statement holds so many values on either database.
_AT_ONCE = 5_000


def cited_ids(references: Iterable[str]) -> set[int]:
    """Return the numbers of the measurement rows among references such as ``measurement:12``."""
    return {int(one[len(_PREFIX) :]) for one in references if one.startswith(_PREFIX)}


def cite(session: Session, ids: Iterable[int]) -> None:
    """Note that something stored rests on these rows; noting it again changes nothing."""
    wanted = sorted(set(ids))
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if on_postgresql else sqlite.insert
    known = select(Measurement.id).where(one_of(Measurement.id, bindparam("ids", expanding=True)))
    # The table itself: the class would take the numbers for values of columns.
    table: Any = CitedMeasurement.__table__
    noting = insert(table).from_select(["measurement_id"], known)
    for start in range(0, len(wanted), _AT_ONCE):
        session.execute(noting.on_conflict_do_nothing(), {"ids": wanted[start : start + _AT_ONCE]})
