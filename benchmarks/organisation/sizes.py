"""How large the reference organisation is."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

SEED = 20261122
# What one signs in with; the database never leaves this machine and serves loopback only.
EMAIL = "pm@bench.example"
PASSWORD = "only for measuring, never real"


@dataclass(frozen=True)
class Sizes:
    """Row counts at a scale; ``monday`` is the day all dates hang on."""

    scale: float
    monday: date

    @property
    def now(self) -> datetime:
        """Return the moment the organisation was last touched."""
        return datetime.combine(self.monday, time(6), UTC)

    def _of(self, full: int, least: int) -> int:
        return max(least, round(full * self.scale))

    @property
    def people(self) -> int:
        """Return the number of people; the first is the one who signs in."""
        return self._of(5_000, 60)

    @property
    def teams(self) -> int:
        """Return the number of teams."""
        return self._of(150, 8)

    @property
    def requirements(self) -> int:
        """Return the number of requirements."""
        return self._of(100_000, 200)

    @property
    def mechanisms(self) -> int:
        """Return the number of mechanisms."""
        return self._of(3_000, 60)

    @property
    def launches(self) -> int:
        """Return the number of launches."""
        return self._of(5_000, 30)

    @property
    def measurements(self) -> int:
        """Return the number of measurements."""
        return self._of(1_000_000, 2_000)


def this_monday(today: date) -> date:
    """Return the Monday of a day's week: a cached organisation serves for a week."""
    return today - timedelta(days=today.weekday())
