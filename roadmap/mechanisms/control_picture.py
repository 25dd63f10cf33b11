"""A series with its limits as paths and places; a template draws them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from roadmap.mechanisms.control import Chart

WIDTH, HEIGHT = 420, 150
LEFT, RIGHT, TOP, BOTTOM = 54, 8, 10, 24
MOST = 60


@dataclass(frozen=True, slots=True)
class Point:
    """One period as stored: its last day, share, labels, limits, and the rule it signals by."""

    day: date
    share: float
    labels: int
    lower: float | None
    upper: float | None
    rule: str | None


@dataclass(frozen=True)
class Picture:
    """All that the drawing needs; ``dots`` are (x, y, signals) and ``ticks`` (y, share)."""

    points: tuple[Point, ...]
    band: str
    centre: float
    line: str
    dots: tuple[tuple[float, float, bool], ...]
    ticks: tuple[tuple[float, float], ...]
    first: date
    last: date


def stored(chart: Chart) -> list[list[Any]]:
    """Return the newest periods of a chart as JSON keeps them."""
    return [
        [
            one.period.last.isoformat(),
            one.period.value,
            one.period.labels,
            one.lower,
            one.upper,
            one.rule.value if one.rule is not None else None,
        ]
        for one in chart.periods[-MOST:]
    ]


def read(points: Sequence[Sequence[Any]]) -> tuple[Point, ...]:
    """Return stored periods."""
    return tuple(Point(date.fromisoformat(one[0]), *one[1:]) for one in points)


def picture(points: Sequence[Point], centre: float) -> Picture:
    """Return the drawing of some periods, the oldest first; there must be one at least."""
    values = [value for p in points for value in (p.share, p.lower, p.upper) if value is not None]
    low, high = min([*values, centre]), max([*values, centre])
    margin = max((high - low) * 0.08, 0.002)
    low, high = max(low - margin, 0.0), min(high + margin, 1.0)
    step = (WIDTH - LEFT - RIGHT) / max(len(points) - 1, 1)
    xs = [round(LEFT + n * step, 1) for n in range(len(points))]

    def y(share: float) -> float:
        inside = (share - low) / (high - low)
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - inside), 1)

    limited = [(x, p) for x, p in zip(xs, points, strict=True) if p.lower is not None]
    above = [f"{x} {y(p.upper)}" for x, p in limited if p.upper is not None]
    below = [f"{x} {y(p.lower)}" for x, p in reversed(limited) if p.lower is not None]
    return Picture(
        points=tuple(points),
        band=f"M{'L'.join([*above, *below])}Z" if limited else "",
        centre=y(centre),
        line="M" + "L".join(f"{x} {y(p.share)}" for x, p in zip(xs, points, strict=True)),
        dots=tuple((x, y(p.share), p.rule is not None) for x, p in zip(xs, points, strict=True)),
        ticks=tuple((y(share), share) for share in (low, (low + high) / 2, high)),
        first=points[0].day,
        last=points[-1].day,
    )
