"""What a person says of a roadmap sheet beside it, remembered for the next one."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.exchange.columns import MappingError
from roadmap.exchange.models import ImportMapping
from roadmap.exchange.sheet_rows import SheetOptions
from roadmap.exchange.sheet_values import Claim
from roadmap.exchange.values import DateOrder, fold
from roadmap.launches.kinds import LaunchType

DEFAULT_TYPE = LaunchType.WORKFLOW.value


@dataclass(frozen=True)
class SheetAnswers:
    """Answers given explicitly; what is empty or None was not answered.

    ``columns`` maps a column to a field, to ``-`` (left out) or to nothing (kept as text);
    ``states`` a word of theirs to green, amber, red, over or neutral; ``source`` is the sheet's
    name, ``sheet`` the worksheet; ``type`` is given to rows that name none.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None
    sheet: str | None = None
    type: str | None = None
    date_order: DateOrder | None = None

    def __post_init__(self) -> None:
        if self.date_order is not None and self.date_order not in get_args(DateOrder)[:2]:
            raise MappingError(f"{self.date_order!r} is neither day-first nor month-first.")
        wrong = [one for one in self.states.values() if one not in set(Claim)]
        if wrong:
            raise MappingError(f"{wrong[0]!r} is none of {', '.join(Claim)}.")
        if self.type is not None and self.type not in set(LaunchType):
            raise MappingError(f"{self.type!r} is none of the types {', '.join(LaunchType)}.")

    def as_json(self) -> dict[str, Any]:
        """Return what was answered, without what was not."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "SheetAnswers":
        """Return the answers that ``as_json`` wrote."""
        return cls(**stored)

    def over(self, older: "SheetAnswers") -> "SheetAnswers":
        """Return these answers, with the older ones where nothing was answered now."""
        said = {**older.as_json(), **self.as_json()}
        for name in ("columns", "states"):
            said[name] = {**getattr(older, name), **getattr(self, name)}
        return SheetAnswers(**said)

    def options(self, today: date) -> SheetOptions:
        """Return the answers as the rules of rows take them."""
        return SheetOptions(
            today=today,
            states={fold(word): Claim(claim) for word, claim in self.states.items()},
            order=self.date_order,
            type=self.type,
        )


def recall(session: Session, fingerprint: str) -> SheetAnswers:
    """Return what was said of the last sheet with this header, its name among it."""
    row = session.scalar(select(ImportMapping).where(ImportMapping.fingerprint == fingerprint))
    if row is None:
        return SheetAnswers()
    known = SheetAnswers.from_json(row.mapping)
    return SheetAnswers(**{**known.as_json(), "source": row.source})


def remember(session: Session, fingerprint: str, source: str, answers: SheetAnswers) -> None:
    """Keep the sheet's name and the answers for the next sheet with this header."""
    row = session.scalar(select(ImportMapping).where(ImportMapping.fingerprint == fingerprint))
    if row is None:
        row = ImportMapping(fingerprint=fingerprint)
        session.add(row)
    kept = {name: value for name, value in answers.as_json().items() if name != "source"}
    row.source, row.mapping, row.used_at = source, kept, clock.now()
    session.flush()
