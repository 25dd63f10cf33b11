"""What fits: the ranked backlog against the weeks each team has."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Fits(Enum):
    """Whether a requirement fits the capacity of every team it needs."""

    FITS = "fits"
    # At least one of its teams is full.
    FULL = "full"
    # Nobody said what it costs, or what one of its teams has.
    UNKNOWN = "unknown"


class Need(NamedTuple):
    """One requirement in the order of the ranking, with the weeks it takes of each team."""

    key: int
    efforts: Mapping[int, float]


class Fit(NamedTuple):
    """The answer for one requirement; `stops` are the teams that are full, or not known."""

    fits: Fits
    stops: tuple[int, ...] = ()


@dataclass
class TeamCut:
    """How far the capacity of one team goes: `fits` of `needed` requirements, in rank order.

    `used` are the weeks of those that fit, `held` those kept for requirements whose other teams
    have not said what they have. `stopped_by` is the first that is too big for what is left.
    """

    capacity: float | None
    used: float = 0.0
    held: float = 0.0
    fits: int = 0
    needed: int = 0
    stopped_by: int | None = None

    def takes(self, weeks: float) -> bool:
        """Return whether the weeks are still there and nothing before was turned away."""
        if self.capacity is None or self.stopped_by is not None:
            return False
        # Ten times 0.1 fits into 1.
        tolerance = 1e-9 * max(1.0, self.capacity)
        return self.used + self.held + weeks <= self.capacity + tolerance


def fit(
    order: Iterable[Need], capacity: Mapping[int, float]
) -> tuple[dict[int, Fit], dict[int, TeamCut]]:
    """Fill the teams in rank order; return the answer for each requirement and for each team.

    A requirement fits only if all its teams have room; then it takes the weeks of all. A team that
    is full stays closed for what follows, as smaller ones further down are not pulled past: the
    order is the decision. Its other teams keep their weeks. A team without a stated capacity
    answers nothing: what needs it is unknown, and holds the weeks of its other teams, so that
    nobody is told "fits" on the strength of a team that has not answered. ValueError for weeks
    that are negative or not finite.
    """
    for weeks in capacity.values():
        _require_amount(weeks)
    teams = {team: TeamCut(weeks) for team, weeks in capacity.items()}
    answers: dict[int, Fit] = {}
    for need in order:
        for team, weeks in need.efforts.items():
            _require_amount(weeks)
            teams.setdefault(team, TeamCut(None)).needed += 1
        answers[need.key] = _place(need, teams)
    return answers, teams


def _place(need: Need, teams: Mapping[int, TeamCut]) -> Fit:
    """Answer for one requirement and take or hold its weeks."""
    if not need.efforts:
        return Fit(Fits.UNKNOWN)
    stated = {t: w for t, w in need.efforts.items() if teams[t].capacity is not None}
    full = sorted(team for team, weeks in stated.items() if not teams[team].takes(weeks))
    if full:
        for team in full:
            if teams[team].stopped_by is None:
                teams[team].stopped_by = need.key
        return Fit(Fits.FULL, tuple(full))
    silent = sorted(set(need.efforts) - set(stated))
    for team, weeks in stated.items():
        if silent:
            teams[team].held += weeks
        else:
            teams[team].used += weeks
            teams[team].fits += 1
    return Fit(Fits.UNKNOWN, tuple(silent)) if silent else Fit(Fits.FITS)


def _require_amount(value: float) -> None:
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"an effort or capacity must be finite and not negative, not {value}")
