"""Loads the roadmap: launches with a phase in the days shown, their arrows, bands and list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import get_month_names
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.overview.board_page import judge_again
from roadmap.overview.gaps import lead
from roadmap.overview.launch_room import TYPES
from roadmap.overview.queries import (
    BoardRow,
    board_rows,
    markets_of,
    needs_of,
    phases_of,
    speech_for,
    used_markets,
    used_teams,
)
from roadmap.overview.speech import Said, Speech
from roadmap.overview.timeline import (
    LAST_DAYS,
    Item,
    Picture,
    Span,
    default_start,
    draw,
    holds,
    moved,
    span_of,
    within,
)
from roadmap.readiness.answers import Answer
from roadmap.readiness.queries import ShownVerdict, verdicts_for
from roadmap.taxonomy.queries import calendar
from roadmap.web.i18n import _
from roadmap.web.templating import LOCALE

SCALES = ("quarter", "month", "week")
GROUPINGS = ("market", "team", "type")
# Rows one picture can hold and still be read.
LIMIT = 300
SOON = timedelta(weeks=4)


@dataclass(frozen=True)
class Landing:
    """A phase that lands soon: date, launch, share, verdict and its one reason."""

    day: date
    item: Item
    share: float
    word: str | None
    waivers: int
    outlook: str
    reason: Said | None
    note: str


@dataclass(frozen=True)
class Roadmap:
    """The roadmap as shown."""

    picture: Picture
    items: tuple[Item, ...]
    landings: tuple[Landing, ...]
    undated: tuple[Item, ...]
    broken: tuple[tuple[Item, Item], ...]
    needs: Mapping[int, Sequence[Item]]
    span: Span
    scale: str
    group: str
    market: str
    team: int | None
    earlier: date
    later: date
    moved: bool
    left_out: int
    markets: Sequence[tuple[str, str]]
    teams: Sequence[tuple[int, str]]
    today: date

    @property
    def soon_late(self) -> list[Landing]:
        """Return the landings of the next four weeks whose date does not hold as things stand."""
        return [one for one in self.landings if one.outlook == "LATE"]


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    scale: str = "week"
    group: str = "market"
    market: str = ""
    team: int | None = None
    start: date | None = None


def plausible_day(text: str) -> date:
    """Return the day an address names; one outside this century raises ValueError."""
    day = date.fromisoformat(text)
    if not 2000 <= day.year <= 2098:
        raise ValueError("a day of this century")
    return day


def _group(
    row: BoardRow, by: str, markets: Sequence[str], teams: Mapping[int, str], speech: Speech
) -> str:
    if by == "team":
        return teams.get(row.team_id or 0, _("No team"))
    if by == "type":
        label = _(TYPES[row.type])
        return label[:1].upper() + label[1:]
    if not markets:
        return _("No market yet")
    if len(markets) > 1:
        return _("Several markets")
    return speech.word("market", markets[0])


def load(session: Session, actor: Actor, asked: Asked) -> Roadmap:
    """Return the roadmap; the number of statements is fixed, as on the board."""
    now = clock.now()
    today = now.date()
    span = span_of(asked.scale, asked.start or default_start(asked.scale, today))
    rows, known = judge_again(session, board_rows(session, actor, now))
    ids = [row.id for row in rows]
    phases = phases_of(session, ids)
    markets = markets_of(session, ids)
    if asked.market:
        rows = [row for row in rows if asked.market in markets.get(row.id, ())]
    if asked.team is not None:
        rows = [row for row in rows if row.team_id == asked.team]
    team_names = used_teams(session)
    soon = [
        row.id
        for row in rows
        if row.starts_on is not None and not row.all_live and today <= row.starts_on <= today + SOON
    ]
    verdicts = {**known, **verdicts_for(session, [i for i in soon if i not in known], now)}
    leads = {i: lead(verdicts[i].word, verdicts[i].reasons) for i in soon}
    needs = needs_of(session, ids)
    speech = speech_for(session, actor, [a for a in leads.values() if a is not None])
    items = {
        row.id: Item(
            row.id,
            row.key,
            row.title,
            _group(row, asked.group, markets.get(row.id, ()), dict(team_names), speech),
            row.state,
            row.phase if not row.all_live else None,
            row.word if row.fresh else None,
            row.outlook or "",
            tuple(phases.get(row.id, ())),
        )
        for row in rows
    }
    days = [
        (d.kind, d.name, d.starts_on, d.ends_on)
        for d in calendar(
            session, starting=min(span.first, today), until=max(span.last, today + SOON)
        )
        if not asked.market or d.market_code in (None, asked.market)
    ]
    landings = [_landing(items[i], verdicts[i], leads[i], speech, days) for i in soon]
    in_view = [item for item in items.values() if _touches(item, span)]
    in_view.sort(key=_order)
    shown = in_view[:LIMIT]
    picture = draw(shown, needs, days, span, asked.scale, today, get_month_names(locale=LOCALE))
    waits: dict[int, list[Item]] = {}
    for need in needs:
        if need.launch_id in items and need.needs_id in items:
            waits.setdefault(need.launch_id, []).append(items[need.needs_id])
    return Roadmap(
        picture=picture,
        items=tuple(shown),
        landings=tuple(sorted(landings, key=lambda one: (one.day, one.item.id))),
        undated=tuple(item for item in items.values() if not item.dated),
        broken=tuple(
            (items[n.launch_id], items[n.needs_id]) for n in needs if holds(n, items) is False
        ),
        needs=waits,
        span=span,
        scale=asked.scale,
        group=asked.group,
        market=asked.market,
        team=asked.team,
        earlier=moved(span, -1),
        later=moved(span, 1),
        moved=asked.start is not None,
        left_out=len(in_view) - len(shown),
        markets=used_markets(session),
        teams=team_names,
        today=today,
    )


def _landing(
    item: Item,
    verdict: ShownVerdict,
    first: Answer | None,
    speech: Speech,
    days: Sequence[tuple[str, str, date, date]],
) -> Landing:
    phase = item.phase_at(item.next_phase)
    day = item.next_date
    if phase is None or day is None:
        raise ValueError(f"{item.key} has no dated phase to land")
    return Landing(
        day=day,
        item=item,
        share=phase.share,
        word=None if verdict.recomputing else verdict.word.value,
        waivers=verdict.waived,
        outlook=verdict.outlook.value,
        reason=speech.says(first) if first is not None else None,
        note=within(day, days),
    )


def _order(item: Item) -> tuple[bool, str, date, int]:
    """Return the place of a row: groups by name, those that are no one market or team last."""
    several = item.group in (_("Several markets"), _("No market yet"), _("No team"))
    first = next((p.starts_on for p in item.phases if p.starts_on is not None), date.max)
    return several, item.group, item.next_date or first, item.id


def _touches(item: Item, span: Span) -> bool:
    """Tell whether any bar of the launch lies in the days shown."""
    dated = [p.starts_on for p in item.phases if p.starts_on is not None]
    if not dated:
        return False
    return min(dated) <= span.last and max(dated) + timedelta(days=LAST_DAYS) > span.first
