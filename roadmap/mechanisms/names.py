"""What rows of many mechanisms may call by name, read in three statements."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.errors import NotFound
from roadmap.keys import parse_key
from roadmap.mechanisms.cells import RowNames
from roadmap.mechanisms.models import Configuration, Mechanism
from roadmap.taxonomy.queries import policy_version_choices


class MechanismNames:
    """Finds the mechanism, configuration and guideline version a row means.

    A row that names no configuration has none: what runs today says nothing about what ran in the
    window of a row that comes late.
    """

    def __init__(self, session: Session, keys: Iterable[str]) -> None:
        numbers = {number for key in set(keys) if (number := number_of(key)) is not None}
        known = set(session.scalars(select(Mechanism.id).where(Mechanism.id.in_(numbers))))
        labels: dict[int, dict[str, int]] = defaultdict(dict)
        query = select(Configuration.mechanism_id, Configuration.label, Configuration.id)
        for row in session.execute(query.where(Configuration.mechanism_id.in_(known))):
            labels[row.mechanism_id][row.label] = row.id
        guidelines = {label: number for number, label in policy_version_choices(session)}
        self._of = {number: RowNames(number, None, labels[number], guidelines) for number in known}

    def of(self, key: str) -> RowNames | None:
        """Return the names rows of the mechanism may use, None if there is no such mechanism."""
        number = number_of(key)
        return None if number is None else self._of.get(number)


def number_of(key: str) -> int | None:
    """Return the number of a mechanism's key such as MEC-7, None of anything else."""
    try:
        return parse_key(key, Mechanism.key_prefix)
    except NotFound:
        return None
