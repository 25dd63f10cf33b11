"""What a person answers about a file that its header does not say, remembered for the next one."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.exchange.columns import MappingError
from roadmap.exchange.models import ImportMapping
from roadmap.exchange.requirement_rows import ImportOptions
from roadmap.exchange.values import DateOrder

DEFAULT_KIND = "tool"
ORDERS = ("day-first", "month-first")


@dataclass(frozen=True)
class Answers:
    """Answers given explicitly; what is empty or None was not answered.

    ``columns`` maps a column to a field (or ``-``), ``states`` and ``kinds`` words of the source to
    ours; ``team`` is the code of the team that the efforts of the file are for.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    kind: str | None = None
    source: str | None = None
    date_order: DateOrder | None = None
    team: str | None = None

    def __post_init__(self) -> None:
        if self.date_order is not None and self.date_order not in get_args(DateOrder):
            raise MappingError(f"{self.date_order!r} is not one of {', '.join(ORDERS)}.")

    def as_json(self) -> dict[str, Any]:
        """Return what was answered, without what was not."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Answers":
        """Return the answers that ``as_json`` wrote."""
        return cls(**stored)

    def over(self, older: "Answers") -> "Answers":
        """Return these answers, with the older ones where nothing was answered now."""
        return Answers(**{**older.as_json(), **self.as_json()})

    def options(self) -> ImportOptions:
        """Return the answers as the rules of rows take them."""
        return ImportOptions(
            source=self.source,
            kind=self.kind or DEFAULT_KIND,
            date_order=self.date_order,
            states=self.states,
            kinds=self.kinds,
        )


def pairs(texts: Iterable[str], example: str) -> Mapping[str, str]:
    """Return ``WORD=ours`` texts as a mapping; raise ``MappingError`` for one that is none."""
    found: dict[str, str] = {}
    for text in texts:
        word, equals, ours = text.rpartition("=")
        if not equals or not word.strip() or not ours.strip():
            raise MappingError(f"{text!r} is not WORD=ours. Example: {example}")
        found[word.strip()] = ours.strip()
    return found


def recall(session: Session, fingerprint: str) -> Answers:
    """Return what was answered about the last file with this header; nothing if nothing was."""
    found = session.scalar(
        select(ImportMapping.mapping).where(ImportMapping.fingerprint == fingerprint)
    )
    return Answers.from_json(found or {})


def remember(session: Session, fingerprint: str, source: str, answers: Answers) -> None:
    """Keep the answers for the next file with this header; without answers nothing is kept."""
    if not answers.as_json():
        return
    row = session.scalar(select(ImportMapping).where(ImportMapping.fingerprint == fingerprint))
    if row is None:
        row = ImportMapping(fingerprint=fingerprint)
        session.add(row)
    row.source, row.mapping, row.used_at = source, answers.as_json(), clock.now()
    session.flush()
