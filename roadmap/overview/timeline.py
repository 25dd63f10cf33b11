"""The roadmap as a picture: where bars, marks, arrows and bands stand. Pure geometry in user units.

The picture is WIDTH wide: a column of names, then time. Days are placed linearly.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from roadmap.launches.kinds import LaunchState
from roadmap.overview.launch_room import share_words

WIDTH = 1232
LEFT = 236
ROW = 34
GROUP = 26
HEAD = 46
BANDS = 22
BAR = 16
MARK = 14
# A last phase has no end of its own; its bar is drawn this long.
LAST_DAYS = 21
_STOPPED = frozenset(
    {LaunchState.CANCELLED.value, LaunchState.ROLLED_BACK.value, LaunchState.PAUSED.value}
)


@dataclass(frozen=True)
class Phase:
    """One phase of a launch: its share of the traffic, date and state."""

    position: int
    share: float
    starts_on: date | None
    state: str


@dataclass(frozen=True)
class Item:
    """One launch of the roadmap with its next phase's verdict; no word while it is computed."""

    id: int
    key: str
    title: str
    group: str
    state: str
    next_phase: int | None
    word: str | None
    outlook: str
    phases: tuple[Phase, ...]

    def phase_at(self, position: int | None) -> Phase | None:
        """Return the phase at a position, the last one for None."""
        if position is None:
            return self.phases[-1] if self.phases else None
        return next((p for p in self.phases if p.position == position), None)

    @property
    def next_date(self) -> date | None:
        """Return the date of the phase that is judged, None once all are live or without a date."""
        phase = self.phase_at(self.next_phase)
        return phase.starts_on if phase is not None and phase.state != "live" else None

    @property
    def dated(self) -> bool:
        """Tell whether any phase has a date."""
        return any(p.starts_on is not None for p in self.phases)


@dataclass(frozen=True)
class Group:
    """A group of the roadmap: the launches drawn, and how many more are folded into one line."""

    key: str
    name: str
    items: tuple[Item, ...]
    hidden: int


@dataclass(frozen=True)
class Fold:
    """The line that stands for the launches of a group that are not drawn."""

    y: float
    group: Group


@dataclass(frozen=True)
class Need:
    """One launch waits for a phase of another; ``position`` None is its last."""

    launch_id: int
    needs_id: int
    position: int | None


@dataclass(frozen=True)
class Bar:
    """A phase as a bar."""

    x: float
    width: float
    kind: str
    label: str


@dataclass(frozen=True)
class Drawn:
    """A launch as a row: where it stands, its bars and the place of its verdict mark."""

    item: Item
    y: float
    name: str
    bars: tuple[Bar, ...]
    mark: float | None


@dataclass(frozen=True)
class Arrow:
    """A dependency as a path that ends in an arrow head; ``bad`` if it cannot hold."""

    path: str
    head: str
    bad: bool


@dataclass(frozen=True)
class Band:
    """Days of a campaign or a freeze."""

    x: float
    width: float
    name: str
    label: str
    frozen: bool


@dataclass(frozen=True)
class Tick:
    """A line of the time axis with its label; ``strong`` names a longer period above."""

    x: float
    label: str
    strong: str = ""


@dataclass(frozen=True)
class Picture:
    """Everything drawn."""

    height: float
    top: float
    groups: tuple[tuple[str, float], ...]
    rows: tuple[Drawn, ...]
    folds: tuple[Fold, ...]
    arrows: tuple[Arrow, ...]
    bands: tuple[Band, ...]
    ticks: tuple[Tick, ...]
    months: tuple[Tick, ...]
    today: float | None

    @property
    def words(self) -> list[str]:
        """Return the verdicts that marks show, each once."""
        return sorted({row.item.word or "HOLD" for row in self.rows if row.mark is not None})


@dataclass(frozen=True)
class Span:
    """The days shown, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Return how many days are shown."""
        return (self.last - self.first).days + 1

    def x(self, day: date) -> float:
        """Return where a day begins, also outside the picture."""
        return LEFT + (day - self.first).days / self.days * (WIDTH - LEFT)

    def clipped(self, day: date) -> float:
        """Return where a day begins, at most at the picture's edges."""
        return max(float(LEFT), min(float(WIDTH), self.x(day)))


def month_after(day: date, count: int) -> date:
    """Return the first day of the month that many months away."""
    months = day.year * 12 + day.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def span_of(scale: str, start: date) -> Span:
    """Return the days a scale shows: 14 weeks, 9 months or 6 quarters from about the start."""
    if scale == "quarter":
        first = date(start.year, (start.month - 1) // 3 * 3 + 1, 1)
        return Span(first, month_after(first, 18) - timedelta(days=1))
    if scale == "month":
        first = date(start.year, start.month, 1)
        return Span(first, month_after(first, 9) - timedelta(days=1))
    first = start - timedelta(days=start.weekday())
    return Span(first, first + timedelta(weeks=14, days=-1))


def default_start(scale: str, today: date) -> date:
    """Return from where a scale begins if nothing else is asked: a little before today."""
    return today - timedelta(weeks=2) if scale == "week" else today.replace(day=1)


def moved(span: Span, direction: int) -> date:
    """Return the start of the neighbouring picture, half a picture away."""
    return span.first + timedelta(days=direction * (span.days // 2))


# ---- what stands where ----


def _ticks(scale: str, span: Span, month_name: Mapping[int, str]) -> tuple[list[Tick], list[Tick]]:
    """Return (fine ticks, named periods above)."""
    months: list[Tick] = []
    at = date(span.first.year, span.first.month, 1)
    fine: list[Tick] = []
    while at <= span.last:
        shown = max(at, span.first)
        if scale == "week":
            room = (month_after(at, 1) - shown).days
            if room >= 8:
                months.append(Tick(span.x(shown), _month(at, month_name, span)))
        elif scale == "month":
            months.append(Tick(span.x(shown), _month(at, month_name, span)))
        else:
            fine.append(Tick(span.x(at), month_name[at.month][:3]))
            if at.month % 3 == 1:
                months.append(Tick(span.x(at), f"Q{at.month // 3 + 1} {at.year}"))
        at = month_after(at, 1)
    if scale != "quarter":
        monday = span.first + timedelta(days=-span.first.weekday() % 7)
        while monday <= span.last:
            week = f"w{monday.isocalendar().week}" if scale == "week" else ""
            fine.append(Tick(span.x(monday), str(monday.day), week))
            monday += timedelta(weeks=1)
    return fine, months


def _month(at: date, names: Mapping[int, str], span: Span) -> str:
    named_year = at.month == 1 or at <= span.first
    return f"{names[at.month]} {at.year}" if named_year else names[at.month]


def _bars(item: Item, span: Span) -> tuple[Bar, ...]:
    dated = [p for p in item.phases if p.starts_on is not None]
    bars: list[Bar] = []
    for number, phase in enumerate(dated):
        start = phase.starts_on or span.first
        follower = dated[number + 1].starts_on if number + 1 < len(dated) else None
        end = follower if follower is not None else start + timedelta(days=LAST_DAYS)
        left, right = span.clipped(start), span.clipped(end)
        if right - left < 1:
            continue
        kind = "ph3" if phase.share >= 1 else ("ph2" if phase.share > 0.1 else "ph")
        marked = phase.position == item.next_phase and item.next_date is not None
        room = right - left - (MARK + 4 if marked else 0)
        label = share_words(phase.share)
        bars.append(Bar(left, right - left, kind, label if room >= 7 * len(label) else ""))
    return tuple(bars)


def short(text: str, length: int = 23) -> str:
    """Return a title that fits the column of names."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _room(item: Item) -> int:
    """Return the letters of a title that fit beside a key."""
    return 23 if len(item.key) < 8 else 21


def holds(need: Need, items: Mapping[int, Item]) -> bool | None:
    """Tell whether a dependency can hold by its dates; None if one of the launches is not known."""
    waits, first = items.get(need.launch_id), items.get(need.needs_id)
    if waits is None or first is None:
        return None
    phase = first.phase_at(need.position)
    if phase is not None and phase.state == "live":
        return True
    if first.state in _STOPPED or phase is None or phase.state == "halted":
        return False
    if phase.starts_on is None or waits.next_date is None:
        return True
    return phase.starts_on <= waits.next_date


def _arrow(need: Need, rows: Mapping[int, Drawn], span: Span, ok: bool) -> Arrow | None:
    waits, first = rows.get(need.launch_id), rows.get(need.needs_id)
    if waits is None or first is None:
        return None
    phase = first.item.phase_at(need.position)
    start = phase.starts_on if phase is not None else None
    end = waits.item.next_date
    if start is None or end is None or not (span.first <= end <= span.last):
        return None
    x1, x2 = span.clipped(start), span.x(end)
    down = waits.y > first.y
    y1 = first.y + ROW / 2 + (BAR / 2 if down else -BAR / 2)
    lane = first.y + (ROW - 1 if down else 1)
    y2 = waits.y + ROW / 2
    turn = x2 - 7
    path = f"M{x1:.1f} {y1:.1f}V{lane:.1f}H{turn:.1f}V{y2:.1f}H{x2 - 3:.1f}"
    head = f"M{x2 - 5:.1f} {y2 - 3.5:.1f}L{x2:.1f} {y2:.1f}L{x2 - 5:.1f} {y2 + 3.5:.1f}z"
    return Arrow(path, head, not ok)


def bands_of(days: Iterable[tuple[str, str, date, date]], span: Span) -> tuple[Band, ...]:
    """Return campaigns and freezes, (kind, name, first, last) each; the same name is drawn once."""
    found: dict[tuple[str, str, date, date], Band] = {}
    taken = 0.0
    for kind, name, first, last in sorted(days, key=lambda d: (d[2], d[0], d[1])):
        key = (kind, name, first, last)
        if kind == "holiday" or last < span.first or first > span.last or key in found:
            continue
        left, right = span.clipped(first), span.clipped(last + timedelta(days=1))
        start = left + 5
        fits = start >= taken and start + 6.2 * len(name) <= WIDTH
        label = name if fits else ""
        if label:
            taken = start + 6.2 * len(name) + 8
        found[key] = Band(left, right - left, name, label, kind == "freeze")
    return tuple(found.values())


def _place(groups: Iterable[Group], span: Span) -> tuple[list[Drawn], list[Fold], float]:
    """Return the rows and folds one below the other, and where they end."""
    y = float(HEAD + BANDS)
    rows: list[Drawn] = []
    folds: list[Fold] = []
    for group in groups:
        y += GROUP
        for item in group.items:
            at = item.next_date
            mark = span.x(at) if at is not None and span.first <= at <= span.last else None
            rows.append(Drawn(item, y, short(item.title, _room(item)), _bars(item, span), mark))
            y += ROW
        if group.hidden:
            folds.append(Fold(y, group))
            y += GROUP
    return rows, folds, y


def _heads(groups: Iterable[Group]) -> Iterator[tuple[str, float]]:
    y = float(HEAD + BANDS)
    for group in groups:
        yield group.name, y
        y += GROUP + ROW * len(group.items) + (GROUP if group.hidden else 0)


def draw(
    groups: Sequence[Group],
    needs: Iterable[Need],
    days: Iterable[tuple[str, str, date, date]],
    span: Span,
    scale: str,
    today: date,
    month_name: Mapping[int, str],
) -> Picture:
    """Return the picture of the launches in their groups."""
    rows, folds, y = _place(groups, span)
    by_id = {row.item.id: row for row in rows}
    known = {row.item.id: row.item for row in rows}
    arrows = [
        arrow
        for need in needs
        if (ok := holds(need, known)) is not None
        and (arrow := _arrow(need, by_id, span, ok)) is not None
    ]
    fine, months = _ticks(scale, span, month_name)
    return Picture(
        height=y + 4,
        top=float(HEAD + BANDS),
        groups=tuple(_heads(groups)),
        rows=tuple(rows),
        folds=tuple(folds),
        # Broken ones last, so that they lie on top.
        arrows=tuple(sorted(arrows, key=lambda a: a.bad)),
        bands=bands_of(days, span),
        ticks=tuple(fine),
        months=tuple(months),
        today=span.x(today) if span.first <= today <= span.last else None,
    )
