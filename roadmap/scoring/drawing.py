"""The value-against-effort picture with its numbers: points of the first places, cells of all."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from statistics import median
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Integer, Select, bindparam, select
from sqlalchemy.orm import Session

from roadmap.db import read_rows
from roadmap.requirements.models import Requirement
from roadmap.scoring.fitting import Fits
from roadmap.scoring.formulas import Score as Outcome
from roadmap.scoring.frameworks import FrameworkDef
from roadmap.scoring.models import Score
from roadmap.scoring.picture import COLUMNS, LINES, Point, Scale, axes, point, scale_of
from roadmap.scoring.standing import Standing
from roadmap.scoring.stored import Stored

# So many places are drawn as points; the others are shaded cells.
POINTS = 60
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 760, 420, 64, 12, 44
# Half the height of a label, and its width with three figures.
_NEAR, _LABEL = 11.0, 24.0
_FEW = 4


class Dot(NamedTuple):
    """One drawn requirement; its rank is written right (1) or left (-1) of it, or not (0)."""

    rank: int
    key: str
    title: str
    # Whether its teams have no room for it.
    full: bool
    at: Point
    x: float
    y: float
    label: int


class Cell(NamedTuple):
    """One shaded part of the picture; `shade` is 1 to 3."""

    x: float
    y: float
    shade: int
    many: int


@dataclass(frozen=True)
class Drawing:
    """Everything the template draws, in the units of the picture."""

    dots: Sequence[Dot]
    cells: tuple[Cell, ...]
    across: Sequence[tuple[float, float]]
    up: Sequence[tuple[float, float]]
    # The middle of the points' efforts and values, and those with less effort and more value.
    middle: tuple[float, float] | None
    light: Sequence[Dot]
    effort: str
    product: bool
    # Whether effort, and value, are drawn on a logarithmic scale.
    logarithmic: tuple[bool, bool]
    total: int
    without: int


def drawing(session: Session, shown: Stored) -> Drawing | None:
    """Return the picture of a stored ranking, None for a method without an effort."""
    framework, standing = shown.definition, shown.standing
    found = axes(framework)
    if found is None:
        return None
    asked = {"framework": shown.id, "most": POINTS}
    rows = read_rows(session, _first(), asked)
    placed = [(row, at) for row in rows if (at := _point(framework, row)) is not None]
    across, up = _scales(standing, [at for _, at in placed])
    code = found[0]
    name = next(c.name for c in framework.criteria if c.code == code)
    many, dots = standing.ranked > POINTS, _dots(placed, across, up)
    middle = _middle(dots)
    return Drawing(
        dots=dots,
        middle=middle,
        light=[dot for dot in dots if middle and dot.x <= middle[0] and dot.y <= middle[1]],
        cells=_cells(tuple(map(tuple, standing.density["cells"])))
        if many and standing.density
        else (),
        across=[(_x(across.at(tick)), tick) for tick in across.ticks],
        up=[(_y(up.at(tick)), tick) for tick in up.ticks],
        effort=name,
        product=found[1],
        logarithmic=(across.log, up.log),
        total=standing.ranked,
        without=len(rows) - len(placed),
    )


def _middle(dots: Sequence[Dot]) -> tuple[float, float] | None:
    """Return where the median effort and value are drawn; of three points and less it says little.

    Both scales rise or fall all the way, so the median of places is the place of the median.
    """
    if len(dots) < _FEW:
        return None
    return median(dot.x for dot in dots), median(dot.y for dot in dots)


@cache
def _first() -> Select[Any]:
    row, score = Requirement.__table__, Score.__table__
    shown = (score.c.rank, row.c.id, row.c.title, score.c.value, score.c.inputs, score.c.fit)
    return (
        select(*shown)
        .select_from(score.join(row, row.c.id == score.c.requirement_id))
        .where(score.c.framework_id == bindparam("framework"), score.c.rank > 0)
        .order_by(score.c.rank)
        .limit(bindparam("most", type_=Integer))
    )


def _point(framework: FrameworkDef, row: Any) -> Point | None:
    if row.value is None:
        return None
    inputs = {name: float(value) for name, value in row.inputs.items()}
    return point(framework, Outcome(row.value, framework.code, framework.version, inputs))


def _scales(standing: Standing, points: Sequence[Point]) -> tuple[Scale, Scale]:
    """Return the scales of the whole ranking, so that points and cells agree."""
    if standing.density and standing.ranked > POINTS:
        effort, value = standing.density["effort"], standing.density["value"]
        return Scale(*effort), Scale(*value)
    return scale_of([one.effort for one in points]), scale_of([one.value for one in points])


def _x(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - 24), 1)


def _y(share: float) -> float:
    return round(TOP + (1 - share) * (HEIGHT - TOP - BOTTOM), 1)


def _dots(placed: Sequence[tuple[Any, Point]], across: Scale, up: Scale) -> list[Dot]:
    spots = tuple((_x(across.at(at.effort)), _y(up.at(at.value))) for _, at in placed)
    return [
        Dot(row.rank, f"REQ-{row.id}", row.title, row.fit == Fits.FULL.value, at, x, y, label)
        for (row, at), (x, y), label in zip(placed, spots, _labels(spots), strict=True)
    ]


_Spots: TypeAlias = tuple[tuple[float, float], ...]


@lru_cache(maxsize=16)
def _labels(spots: _Spots) -> Sequence[int]:
    """Return the side each point's label is written on; kept while the points stay."""
    labels: list[int] = []
    for x, y in spots:
        found = (side for side in (1, -1) if _free(x, y, side, spots, labels))
        labels.append(next(found, 0))
    return labels


def _free(x: float, y: float, side: int, spots: _Spots, labels: Sequence[int]) -> bool:
    """Return whether a label on that side covers no point and no other label."""
    left, right = sorted((x + side * 6, x + side * (6 + _LABEL)))
    for other_x, other_y in spots:
        covers = left - 5 < other_x < right + 5 and abs(other_y - y) < _NEAR
        if covers and (other_x, other_y) != (x, y):
            return False
    for (other_x, other_y), label in zip(spots, labels, strict=False):
        low, high = sorted((other_x + label * 6, other_x + label * (6 + _LABEL)))
        if label and low < right and left < high and abs(other_y - y) < _NEAR:
            return False
    return True


@lru_cache(maxsize=16)
def _cells(counted: tuple[tuple[int, int, int], ...]) -> tuple[Cell, ...]:
    most = max((count for _, _, count in counted), default=1)
    return tuple(
        Cell(
            _x(column / COLUMNS),
            _y((line + 1) / LINES),
            1 + min(2, int(3 * count / (most + 1))),
            count,
        )
        for column, line, count in counted
    )


CELL = (round((WIDTH - LEFT - 24) / COLUMNS, 1), round((HEIGHT - TOP - BOTTOM) / LINES, 1))
