"""One figure of a transparency report, as it stands in its table."""

import math
from dataclasses import dataclass

AUTOMATED = "Number of measures solely taken by automated means"
NOT_AUTOMATED = "Number of measures not taken by automated means"
COMPLAINTS = "Number of complaints submitted to the internal-complaints mechanism"


@dataclass(frozen=True, slots=True)
class DsaFact:
    """What a table says: an indicator, what it speaks of, and the value as written."""

    table: str
    line: int
    indicator: str
    scope: str
    value: str

    @property
    def place(self) -> tuple[str, int, str]:
        """Return what tells the figure from all others."""
        return (self.table, self.line, self.indicator)


def number_in(fact: DsaFact) -> float | None:
    """Return the value as a number from 0, None where there is none."""
    try:
        value = float(fact.value)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
