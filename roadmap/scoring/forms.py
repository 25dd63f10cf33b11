"""What the scoring table posts: one number, perhaps with a range, for each criterion."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from roadmap.scoring.board_shown import BoardRow
from roadmap.scoring.frameworks import FrameworkDef
from roadmap.scoring.service import Typed
from roadmap.scoring.stability import Estimate
from roadmap.web.i18n import gettext
from roadmap.web.templating import number as shown_number

_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
LONGEST = 100
# "3 (2–5)": the likely number, then low and high around it.
_RANGED = re.compile(r"(\S+)\s*[(\[]\s*(\S+?)\s*(?:–|-|\.\.|to)\s*(\S+?)\s*[)\]]")


@dataclass
class Entered:
    """The numbers somebody changed, what they typed, and what cannot be read."""

    changes: dict[str, dict[str, Typed]] = field(default_factory=dict)
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


def parse_typed(text: str) -> Typed:
    """Return a number, or an Estimate of ``3 (2–5)``; raises ValueError for anything else."""
    if len(text) > LONGEST:
        raise ValueError(text[:LONGEST])
    match = _RANGED.fullmatch(text.strip())
    if match is None:
        return parse_number(text)
    likely, low, high = (parse_number(part) for part in match.groups())
    if likely is None or low is None or high is None:
        raise ValueError(text)
    return Estimate(low, likely, high)


def shown_value(row: BoardRow, code: str) -> Typed:
    """Return what the table shows in a field: one's own number, else the scorers' joint one."""
    value = row.mine.get(code)
    if value is not None and code in row.my_ranges:
        low, high = row.my_ranges[code]
        return Estimate(float(low), float(value), float(high))
    if value is None and row.score is not None:
        value = row.score.inputs.get(code)
    return None if value is None else float(value)


def shown_text(value: Typed) -> str:
    """Return a number as it is typed: ``2,400`` or ``3 (2–5)``."""
    if isinstance(value, Estimate):
        low, likely, high = (shown_number(part, 4) for part in value)
        return f"{likely} ({low}–{high})"
    return shown_number(value, 4)


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
                value = parse_typed(posted[name])
            except ValueError:
                found.errors[name] = gettext(
                    "%(key)s, %(criterion)s: write a number such as 2,400 or 0.5, "
                    "with a range as 3 (2–5).",
                    key=row.key,
                    criterion=gettext(criterion.name),
                )
                continue
            before = shown_value(row, criterion.code)
            # What was shown rounded and comes back untouched is no change.
            if value != before and posted[name].strip() != shown_text(before):
                found.changes.setdefault(row.key, {})[criterion.code] = value
    return found
