"""What the pages of a ranking say in one sentence, computed once with the ranking and stored."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from roadmap.scoring.fitting import TeamCut
from roadmap.scoring.stability import Band

# Without a capacity the question is who belongs to the first ten.
TOP = 10
# At least so many draws make a place firm, and at least so many make it one that may swap.
FIRM, SWAPS = 0.9, 0.1
# So many unscored requirements are listed beside the ranking.
APART = 100


@dataclass(frozen=True)
class Standing:
    """Counts of a ranking, its unscored keys (the first of them), and how its order holds.

    Places 1 to `firm` are in the top `top` in at least 90 % of draws; those after them, up to
    `swaps`, in at least 10 %. `teams` is each team's cut. `until` is the last day it is true.
    """

    ranked: int = 0
    unscored: int = 0
    apart: Sequence[int] = ()
    top: int = TOP
    firm: int = 0
    swaps: int = 0
    simulated: int = 0
    draws: int = 0
    without_effort: int = 0
    teams: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ranges: Mapping[str, Sequence[float]] = field(default_factory=dict)
    density: Mapping[str, Any] | None = None
    until: str | None = None

    def team(self, team_id: int) -> TeamCut | None:
        """Return how far a team's capacity goes, None where nothing needs it."""
        return cut_from(self.teams.get(str(team_id)))

    def lapsed(self, today: date) -> bool:
        """Return whether a score set by hand has run out since."""
        return self.until is not None and today > date.fromisoformat(self.until)

    def data(self) -> dict[str, Any]:
        """Return the form it is stored in."""
        return asdict(self)


def cut_from(data: Mapping[str, Any] | None) -> TeamCut | None:
    """Return a team's cut of its stored form."""
    return None if data is None else TeamCut(**data)


def standing_from(data: Mapping[str, Any]) -> Standing:
    """Return the standing of its stored form; an empty one says that nothing is ranked."""
    return Standing(**data)


def firm_and_swaps(order: Sequence[int], bands: Mapping[int, Band], top: int) -> tuple[int, int]:
    """Return how many first places are firm, and the last place that may still be in the top."""
    firm = 0
    for key in order[:top]:
        if key not in bands or bands[key].in_top < FIRM:
            break
        firm += 1
    swaps = 0
    for place, key in enumerate(order, start=1):
        if place > firm and key in bands and bands[key].in_top >= SWAPS:
            swaps = place
    return firm, swaps
