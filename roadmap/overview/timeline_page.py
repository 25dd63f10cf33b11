"""Loads the roadmap: the launches drawn, their arrows and bands, what lands soon, what has no date.

The database chooses them (`timeline_survey`); here they are read in full, put into words and drawn.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import get_month_names
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.launches.models import Launch, LaunchDependency
from roadmap.overview.gaps import lead_of
from roadmap.overview.launch_room import TYPES
from roadmap.overview.queries import (
    BoardRow,
    needs_of,
    phases_of,
    rows_by_id,
    speech_for,
    used_markets,
    used_teams,
)
from roadmap.overview.speech import Said, Speech
from roadmap.overview.standing import Filters, Judged, judge_outdated, standing
from roadmap.overview.timeline import (
    Group,
    Item,
    Need,
    Picture,
    Span,
    default_start,
    draw,
    moved,
    span_of,
)
from roadmap.overview.timeline import Phase as TimelinePhase
from roadmap.overview.timeline_survey import (
    LANDED,
    NAMED,
    NONE,
    PART,
    ROWS,
    SEVERAL,
    Chosen,
    Wanted,
    in_vain,
    survey,
)
from roadmap.readiness.queries import ShownVerdict, verdicts_for
from roadmap.taxonomy.queries import calendar
from roadmap.web.i18n import _
from roadmap.web.templating import LOCALE

SCALES = ("quarter", "month", "week")
GROUPINGS = ("market", "team", "type")
# Lists that are cut until they are asked for whole.
WHOLE = ("soon", "undated", "needs")
SOON = timedelta(weeks=4)
# Launches named that wait in vain, until all are asked for.
VAIN = 3


@dataclass(frozen=True)
class Landing:
    """A phase that lands soon: date, launch, share, verdict and its one reason."""

    day: date
    row: BoardRow
    word: str | None
    waivers: int
    outlook: str
    reason: Said | None
    note: str


@dataclass(frozen=True)
class Landings:
    """What lands soon: the first of them, how many in all, and how many of those are late.

    `unsure` are those whose verdict is being computed again, so that nothing can be said.
    """

    shown: tuple[Landing, ...]
    count: int
    late: int
    unsure: int
    late_keys: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """The group that was opened: its name, which rows are drawn, of how many."""

    name: str
    number: int
    first: int
    last: int
    count: int


@dataclass(frozen=True)
class Roadmap:
    """The roadmap as shown."""

    picture: Picture
    groups: tuple[Group, ...]
    count: int
    landings: Landings
    undated: tuple[Item, ...]
    undated_count: int
    broken: tuple[tuple[str, str], ...]
    broken_count: int
    needs: Mapping[int, Sequence[str]]
    part: Part | None
    span: Span
    asked: "Asked"
    earlier: date
    later: date
    markets: Sequence[tuple[str, str]]
    teams: Sequence[tuple[int, str]]
    today: date

    @property
    def items(self) -> list[Item]:
        """Return the launches drawn, in their order."""
        return [item for group in self.groups for item in group.items]


@dataclass(frozen=True)
class Asked:
    """What the address asks for; `open` is a group shown alone, `whole` a list not cut."""

    scale: str = "week"
    group: str = "market"
    market: str = ""
    team: int | None = None
    start: date | None = None
    open: str = ""
    part: int = 1
    whole: str = ""


def plausible_day(text: str) -> date:
    """Return the day an address names; one outside this century raises ValueError."""
    day = date.fromisoformat(text)
    if not 2000 <= day.year <= 2098:
        raise ValueError("a day of this century")
    return day


@dataclass(frozen=True)
class _Found:
    """What the database chose and what is known of it."""

    chosen: Sequence[Chosen]
    judged: Judged
    rows: Mapping[int, BoardRow]
    phases: Mapping[int, Sequence[TimelinePhase]]
    needs: Sequence[Need]
    verdicts: Mapping[int, ShownVerdict]

    def of(self, kind: str) -> list[Chosen]:
        """Return the launches of one list that may still be read."""
        return [one for one in self.chosen if one.kind == kind and one.id in self.rows]


def _choose(
    session: Session, actor: Actor, asked: Asked, wanted: Wanted, now: datetime
) -> tuple[list[Chosen], Judged]:
    """Return what is shown; if verdicts of what lands soon are outdated, they are judged first."""
    filters = Filters(market=asked.market, team=asked.team)
    found = survey(session, standing(actor, now, filters), wanted)
    if not any(one.outdated for one in found):
        return found, {}
    judged = judge_outdated(session, standing(actor, now, filters))
    return survey(session, standing(actor, now, filters, judged), wanted), judged


def _find(session: Session, actor: Actor, asked: Asked, wanted: Wanted, now: datetime) -> _Found:
    """Choose launches and read what is shown of them; a fixed number of statements."""
    chosen, judged = _choose(session, actor, asked, wanted, now)
    rows = rows_by_id(session, actor, [one.id for one in chosen], now)
    drawn = [one.id for one in chosen if one.kind == "drawn"]
    landing = {one.id for one in chosen if one.kind == "soon"}
    unknown = {row.id for row in rows if not row.fresh and not row.all_live}
    asked_for = (landing | unknown) - set(judged)
    return _Found(
        chosen=chosen,
        judged=judged,
        rows={row.id: row for row in rows},
        phases=phases_of(session, drawn),
        needs=needs_of(session, actor, drawn),
        verdicts={**verdicts_for(session, asked_for, now), **judged},
    )


def load(session: Session, actor: Actor, asked: Asked) -> Roadmap:
    """Return the roadmap; the number of statements is fixed, as on the board."""
    now = clock.now()
    today = now.date()
    span = span_of(asked.scale, asked.start or default_start(asked.scale, today))
    wanted = Wanted(span, today, today + SOON, asked.group, asked.open, asked.part, asked.whole)
    found = _find(session, actor, asked, wanted, now)
    leads = [a for one in found.of("soon") if (a := lead_of(found.verdicts[one.id])) is not None]
    speech = speech_for(session, actor, leads)
    team_names = used_teams(session)
    words = _Words(asked.group, speech, dict(team_names))
    groups = _groups(found, words, whole=bool(asked.open))
    days = _days(session, asked, span, today)
    waiting = Launch.id.in_(select(LaunchDependency.launch_id))
    at = standing(actor, now, Filters(market=asked.market, team=asked.team), within=waiting)
    broken, broken_count = in_vain(session, actor, at, None if asked.whole == "needs" else VAIN)
    undated = found.of("undated")
    return Roadmap(
        picture=draw(
            groups, found.needs, days, span, asked.scale, today, get_month_names(locale=LOCALE)
        ),
        groups=groups,
        count=sum(one.count for one in _firsts(found.of("drawn"))),
        landings=_landings(found, speech, days, whole=asked.whole == "soon"),
        undated=tuple(_item(found, one, words.name(one.group)) for one in undated),
        undated_count=undated[0].count if undated else 0,
        broken=tuple((_key(one.launch_id), _key(one.needs_id)) for one in broken),
        broken_count=broken_count,
        needs=_waits(found.needs),
        part=_part(found.of("drawn"), words, asked),
        span=span,
        asked=asked,
        earlier=moved(span, -1),
        later=moved(span, 1),
        markets=used_markets(session),
        teams=team_names,
        today=today,
    )


def _key(launch_id: int) -> str:
    return f"{Launch.key_prefix}-{launch_id}"


def _waits(needs: Iterable[Need]) -> dict[int, list[str]]:
    waits: dict[int, list[str]] = {}
    for need in needs:
        waits.setdefault(need.launch_id, []).append(_key(need.needs_id))
    return waits


def _days(
    session: Session, asked: Asked, span: Span, today: date
) -> list[tuple[str, str, date, date]]:
    """Return campaigns, freezes and holidays of the days shown and of those that come soon."""
    known = calendar(session, starting=min(span.first, today), until=max(span.last, today + SOON))
    return [
        (d.kind, d.name, d.starts_on, d.ends_on)
        for d in known
        if not asked.market or d.market_code in (None, asked.market)
    ]


# ---- groups ----


@dataclass(frozen=True)
class _Words:
    """The names of groups."""

    by: str
    speech: Speech
    teams: Mapping[int, str]

    def name(self, key: str) -> str:
        """Return what a group is called."""
        if self.by == "team":
            return self.teams.get(int(key), _("No team")) if key != NONE else _("No team")
        if self.by == "type":
            label = _(TYPES[key])
            return label[:1].upper() + label[1:]
        named = {NONE: _("No market yet"), SEVERAL: _("Several markets")}
        return named[key] if key in named else self.speech.word("market", key)

    def place(self, key: str) -> tuple[bool, str]:
        """Return the place of a group: by name, those of no one market or team last."""
        return key in (NONE, SEVERAL), self.name(key)


def _firsts(drawn: Iterable[Chosen]) -> list[Chosen]:
    """Return one launch of each group."""
    return list({one.group: one for one in drawn}.values())


def _groups(found: _Found, words: _Words, *, whole: bool) -> tuple[Group, ...]:
    """Return the groups in their order; once the picture is full, the others stand folded."""
    members: dict[str, list[Chosen]] = {}
    for one in found.of("drawn"):
        members.setdefault(one.group, []).append(one)
    groups, taken = [], 0
    for key in sorted(members, key=words.place):
        own = members[key]
        shown = own if whole or taken + len(own) <= ROWS else []
        taken += len(shown)
        name = words.name(key)
        items = tuple(_item(found, one, name) for one in sorted(shown, key=lambda x: x.place))
        groups.append(Group(key, name, items, 0 if whole else own[0].count - len(items)))
    return tuple(groups)


def _part(drawn: Sequence[Chosen], words: _Words, asked: Asked) -> Part | None:
    """Return which rows of the opened group are drawn, None while no group is opened."""
    if not asked.open or not drawn:
        return None
    begins = (asked.part - 1) * PART
    name = words.name(drawn[0].group)
    return Part(name, asked.part, begins + 1, begins + len(drawn), drawn[0].count)


def _item(found: _Found, one: Chosen, group: str) -> Item:
    row = found.rows[one.id]
    known = found.verdicts.get(row.id)
    word = row.word if row.fresh else None
    if known is not None:
        word = None if known.recomputing else known.word.value
    return Item(
        row.id,
        row.key,
        row.title,
        group,
        row.state,
        row.phase if not row.all_live else None,
        word,
        row.outlook or "",
        tuple(found.phases.get(row.id, ())),
    )


# ---- what lands soon ----


def _landings(
    found: _Found, speech: Speech, days: Sequence[tuple[str, str, date, date]], *, whole: bool
) -> Landings:
    soon = found.of("soon")
    first = soon[0] if soon else None
    # Late ones further back are chosen too, to be named.
    shown = [one for one in soon if whole or one.place <= LANDED]
    return Landings(
        shown=tuple(_landing(found, one, speech, days) for one in shown),
        count=first.count if first is not None else 0,
        late=first.late if first is not None else 0,
        unsure=first.outdated if first is not None else 0,
        late_keys=tuple(_key(one.id) for one in soon if one.is_late)[:NAMED],
    )


def _landing(
    found: _Found, one: Chosen, speech: Speech, days: Sequence[tuple[str, str, date, date]]
) -> Landing:
    row, verdict = found.rows[one.id], found.verdicts[one.id]
    if row.starts_on is None:
        raise ValueError(f"{row.key} has no dated phase to land")
    first = lead_of(verdict)
    return Landing(
        day=row.starts_on,
        row=row,
        word=None if verdict.recomputing else verdict.word.value,
        waivers=verdict.waived,
        outlook=verdict.outlook.value,
        reason=speech.says(first) if first is not None else None,
        note=_inside(row.starts_on, days),
    )


def _inside(day: date, days: Iterable[tuple[str, str, date, date]]) -> str:
    """Return what a day falls into, as in "inside Black Friday"; nothing on a quiet day."""
    names = [
        _("frozen: %(name)s", name=name) if kind == "freeze" else _("inside %(name)s", name=name)
        for kind, name, first, last in sorted(set(days))
        if kind != "holiday" and first <= day <= last
    ]
    return ", ".join(names)
