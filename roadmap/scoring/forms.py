"""What the scoring table posts: one number for each requirement and criterion."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from roadmap.scoring.frameworks import FrameworkDef
from roadmap.scoring.queries import BoardRow
from roadmap.web.i18n import gettext

_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")


@dataclass
class Entered:
    """The numbers somebody changed, what they typed, and what cannot be read."""

    changes: dict[str, dict[str, float | None]] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Return how many numbers were changed."""
        return sum(len(values) for values in self.changes.values())


def parse_number(text: str) -> float | None:
    """Return the number typed, None for nothing; raises ValueError for anything else."""
    text = text.strip()
    if not text:
        return None
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _PLAIN.fullmatch(text):
        raise ValueError(text)
    return float(text)


def shown_value(row: BoardRow, code: str) -> float | None:
    """Return what the table shows in a field: one's own number, else the scorers' joint one."""
    value = row.mine.get(code)
    if value is None and row.score is not None:
        value = row.score.inputs.get(code)
    return None if value is None else float(value)


def read_entries(
    posted: Mapping[str, str], framework: FrameworkDef, rows: Sequence[BoardRow]
) -> Entered:
    """Return the fields that differ from what the table showed."""
    found = Entered()
    for row in rows:
        for criterion in framework.criteria:
            name = f"{row.key}.{criterion.code}"
            if name not in posted:
                continue
            found.typed[name] = posted[name]
            try:
                value = parse_number(posted[name])
            except ValueError:
                found.errors[name] = gettext(
                    "%(key)s, %(criterion)s: write a number such as 2,400 or 0.5.",
                    key=row.key,
                    criterion=gettext(criterion.name),
                )
                continue
            if value != shown_value(row, criterion.code):
                found.changes.setdefault(row.key, {})[criterion.code] = value
    return found
