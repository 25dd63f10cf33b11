"""The scoring table: ranked rows with their reasons, the cut line and how firm the order is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import BACKLOG
from roadmap.scoring.compare import Band, CutLine, RankChange, cut_line, rank_changes, stability
from roadmap.scoring.definitions import definition
from roadmap.scoring.frameworks import FrameworkDef
from roadmap.scoring.models import Framework, Score
from roadmap.scoring.queries import (
    BOARD_LIMIT,
    BoardRow,
    backlog_keys,
    backlog_rows,
    links,
)
from roadmap.scoring.ranking import Item, Ranking, rank

# How far an input is moved, either way, to see whether the order holds.
MOVED_BY = 0.2


@dataclass(frozen=True)
class Board:
    """What the page shows; totals count what lies beyond the rows shown."""

    framework: Framework
    definition: FrameworkDef
    ranked: Sequence[BoardRow]
    unscored: Sequence[BoardRow]
    ranked_total: int
    unscored_total: int
    cut: CutLine | None
    bands: Mapping[int, Band]

    @property
    def effort(self) -> str | None:
        """Return the criterion that says what a requirement costs, None if the method has none."""
        for code in ("effort", "job_size", "duration"):
            if any(criterion.code == code for criterion in self.definition.criteria):
                return code
        return None

    @property
    def firm(self) -> int:
        """Return how many of the first places are firm: at least 90 % of draws above the line."""
        count = 0
        for row in self.ranked:
            band = self.bands.get(row.id)
            if band is None or band.in_top < 0.9:
                break
            count += 1
        return count


def board(session: Session, framework: Framework, scorer_id: int, weeks: float | None) -> Board:
    """Return the first rows of the backlog in a framework's order; ``weeks`` draws the cut line."""
    ranking = _ranking(session, framework)
    shown = [place.key for place in ranking.ranked[:BOARD_LIMIT]]
    apart = list(ranking.unscored[:BOARD_LIMIT])
    rows = backlog_rows(session, framework, scorer_id, [*shown, *apart])
    ranked = [
        replace(
            rows[place.key],
            rank=place.rank,
            effective=place.effective,
            lifted_by=place.lifted_by,
        )
        for place in ranking.ranked[:BOARD_LIMIT]
    ]
    page = Board(
        framework=framework,
        definition=definition(framework),
        ranked=ranked,
        unscored=[rows[key] for key in apart],
        ranked_total=len(ranking.ranked),
        unscored_total=len(ranking.unscored),
        cut=None,
        bands={},
    )
    if weeks is None or page.effort is None or not ranked:
        return page
    line = cut_line([(row.id, _input(row, page.effort)) for row in ranked], weeks)
    return replace(page, cut=line, bands=_bands(page, line, links(session)))


def _ranking(session: Session, framework: Framework) -> Ranking:
    """Rank the backlog by the stored scores of a framework."""
    values = {
        row.requirement_id: row.value
        for row in session.execute(
            select(Score.requirement_id, Score.value)
            .join(Requirement, Requirement.id == Score.requirement_id)
            .where(Score.framework_id == framework.id, Requirement.state.in_(BACKLOG))
        )
    }
    blocks = links(session)
    return rank(Item(key, values.get(key), blocks.get(key, ())) for key in backlog_keys(session))


def _input(row: BoardRow, code: str) -> float | None:
    value = row.score.inputs.get(code) if row.score else None
    return None if value is None else float(value)


def _bands(page: Board, line: CutLine, blocks: Mapping[int, tuple[int, ...]]) -> Mapping[int, Band]:
    """Return how each row fares when its effort moves by a fifth either way."""
    if page.effort is None or not line.fits:
        return {}
    items = {
        row.id: row.score.inputs for row in page.ranked if row.score and row.score.value is not None
    }
    return stability(
        page.definition,
        items,
        top=len(line.fits),
        moves={page.effort: MOVED_BY},
        blocks=blocks,
    ).bands


def side_by_side(
    session: Session, first: Framework, second: Framework
) -> tuple[Sequence[RankChange], Mapping[int, str]]:
    """Return how places change from one framework to another, and the titles of those shown."""
    changes = rank_changes(_ranking(session, first), _ranking(session, second))[:BOARD_LIMIT]
    titles = {
        row.id: row.title
        for row in session.execute(
            select(Requirement.id, Requirement.title).where(
                Requirement.id.in_([change.key for change in changes])
            )
        )
    }
    return changes, titles


def backlog_size(session: Session) -> int:
    """Return how many requirements are in the backlog."""
    return (
        session.scalar(
            select(func.count()).select_from(Requirement).where(Requirement.state.in_(BACKLOG))
        )
        or 0
    )
