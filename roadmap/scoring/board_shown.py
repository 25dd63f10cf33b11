"""What the scoring table shows, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from roadmap.requirements.rules import RequirementState
from roadmap.scoring.compare import Band, CutLine
from roadmap.scoring.computing import effort_code
from roadmap.scoring.fitting import TeamCut
from roadmap.scoring.frameworks import FrameworkDef
from roadmap.scoring.standing import Standing
from roadmap.scoring.stored import Stored


@dataclass(frozen=True)
class Override:
    """A score set by hand, with who, why and until when."""

    id: int
    value: float
    reason: str
    expires_on: date
    by: str | None


class Scored(NamedTuple):
    """What the table reads of a stored score."""

    value: float | None
    inputs: Mapping[str, Any]
    uncertainty: Mapping[str, Any]
    rank: int | None
    effective: float | None
    lifted_by: int | None
    overridden: float | None
    fit: str | None
    band: Sequence[Any]
    missing: Sequence[str]
    error: str | None


class BoardRow(NamedTuple):
    """One requirement of the scoring table; `place` counts within the list shown."""

    id: int
    title: str
    team: str | None
    state: RequirementState
    score: Scored | None
    # The reader's own numbers, and the ranges around them.
    mine: Mapping[str, Any]
    my_ranges: Mapping[str, Any]
    place: int | None = None
    weeks: float | None = None
    override: Override | None = None

    @property
    def key(self) -> str:
        """Return the human key."""
        return f"REQ-{self.id}"

    @property
    def rank(self) -> int | None:
        """Return the place in the whole backlog."""
        return self.score.rank if self.score else None


@dataclass(frozen=True)
class Progress:
    """Since when a ranking is out of date, and how far its computation is (0 to 1)."""

    since: datetime
    share: float | None
    failed: bool = False


@dataclass(frozen=True)
class Board:
    """What the page shows: rows of one page, counts of all, and how the order holds."""

    framework: Stored
    # The version whose stored places are shown: an older one until the newest is computed.
    shown: Stored
    ranked: Sequence[BoardRow]
    unscored: Sequence[BoardRow]
    bands: Mapping[int, Band]
    top: int
    firm: int
    swaps: int
    progress: Progress | None = None
    after: int | None = None
    before: int | None = None
    team: int | None = None
    team_cut: TeamCut | None = None
    # By weeks asked for, over the whole backlog.
    cut: CutLine | None = None

    @property
    def definition(self) -> FrameworkDef:
        """Return the framework as rules compute with it."""
        return self.framework.definition

    @property
    def standing(self) -> Standing:
        """Return what the stored ranking says in one sentence."""
        return self.shown.standing

    @property
    def effort(self) -> str | None:
        """Return the criterion that says what a requirement costs, None if the method has none."""
        return effort_code(self.definition)

    @property
    def old(self) -> bool:
        """Return whether this is a version that is no longer in use."""
        return not self.framework.active

    @property
    def stopped_by(self) -> int | None:
        """Return the first requirement below the line."""
        if self.team_cut is not None:
            return self.team_cut.stopped_by
        return self.cut.stopped_by if self.cut else None
