"""Where every launch stands, as the database sorts, counts and cuts it: board, roadmap and home.

One common table expression holds each launch that has not ended and that the reader may know of:
its next phase, whether its verdict may be shown, and its group on the board. No page reads all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from roadmap.launches.access import AnySelect, Asker, seen_by
from roadmap.launches.kinds import LaunchState, PhaseState
from roadmap.launches.models import Launch, LaunchCell, Phase
from roadmap.readiness.models import CurrentVerdict, StoredVerdict
from roadmap.readiness.queries import LIVE_LIMIT, ShownVerdict, verdicts_for
from roadmap.readiness.verdict import Word
from roadmap.wording import N_

ENDED = (LaunchState.CLOSED, LaunchState.CANCELLED)

LATE, AT_RISK, RECOMPUTING, NO_DATE, ON_TRACK, READY, LIVE = (
    "LATE",
    "AT_RISK",
    "RECOMPUTING",
    "NO_DATE",
    "ON_TRACK",
    "READY",
    "LIVE",
)
# In this order on the board; the ready ones apart and last, what is all live below them.
GROUPS: Mapping[str, str] = {
    LATE: N_("a blocker cannot pass in time"),
    AT_RISK: N_("no owner, or less time left than such checks usually take"),
    RECOMPUTING: N_("something changed; the verdict is being computed again"),
    NO_DATE: N_("nothing to hold yet: no date is set"),
    ON_TRACK: N_("every gap has an owner and ends by its due day"),
    READY: N_("nothing stands between these and go"),
    LIVE: N_("every phase is live"),
}
PLACES = {group: place for place, group in enumerate(GROUPS)}
GO = (Word.READY.value, Word.LIVE_OK.value)


@dataclass(frozen=True)
class Filters:
    """What the address asks for: a chip, a market, a team."""

    chip: str = "all"
    market: str = ""
    team: int | None = None

    @property
    def narrowed(self) -> bool:
        """Tell whether anything is left out."""
        return self.chip != "all" or bool(self.market) or self.team is not None


def group_of(all_live: bool, fresh: bool, word: str | None, outlook: str | None) -> str:
    """Return the board's group of a launch; a verdict that may not be shown stands apart."""
    if all_live:
        return LIVE
    if not fresh:
        return RECOMPUTING
    if word in GO:
        return READY
    return outlook if outlook in (LATE, NO_DATE, ON_TRACK) else AT_RISK


def next_position() -> ColumnElement[int | None]:
    """Return the position of a launch's next phase: the first not live, else the last."""
    of_launch = Phase.launch_id == Launch.id
    to_come = select(func.min(Phase.position)).where(of_launch, Phase.state != PhaseState.LIVE)
    last = select(func.max(Phase.position)).where(of_launch)
    return func.coalesce(
        to_come.correlate(Launch).scalar_subquery(), last.correlate(Launch).scalar_subquery()
    )


def may_be_shown(at: Any) -> ColumnElement[bool]:
    """Return the condition under which a stored verdict may be shown at a moment or parameter."""
    return and_(
        StoredVerdict.id.is_not(None),
        CurrentVerdict.outdated.is_(False),
        or_(CurrentVerdict.valid_until.is_(None), CurrentVerdict.valid_until > at),
    )


def in_market(code: str) -> ColumnElement[bool]:
    """Return the condition that a launch has a cell in a market."""
    return Launch.id.in_(select(LaunchCell.launch_id).where(LaunchCell.market_code == code))


Judged = Mapping[int, ShownVerdict]
# A day, or the parameter that brings it.
Day = date | ColumnElement[date]


def standing(
    actor: Asker,
    at: datetime | ColumnElement[datetime],
    filters: Filters | None = None,
    judged: Judged | None = None,
    *,
    within: ColumnElement[bool] | None = None,
) -> CTE:
    """Return the launches a reader may know of that have not ended, with where each stands.

    Columns: id, owner_id, team_id, state, fresh, word, outlook, position, starts_on, live, place
    (the board's group as a number). ``judged`` are verdicts computed just now; they go before
    stored ones. A word that is not `fresh` must not be shown. ``within`` is one more condition on
    `Launch`.
    """
    filters = filters or Filters()
    shown = may_be_shown(at)
    fresh: Any = shown
    word: Any = StoredVerdict.word
    outlook: Any = StoredVerdict.outlook
    if judged:
        fresh = or_(shown, Launch.id.in_(sorted(judged)))
        word = case({i: v.word.value for i, v in judged.items()}, value=Launch.id, else_=word)
        outlook = case(
            {i: v.outlook.value for i, v in judged.items()}, value=Launch.id, else_=outlook
        )
    # A verdict that may be shown judged the next phase; else the phases are asked.
    position = case((shown, StoredVerdict.phase_position), else_=next_position())
    query = (
        select(
            Launch.id,
            Launch.owner_id,
            Launch.team_id,
            Launch.state,
            case((fresh, True), else_=False).label("fresh"),
            word.label("word"),
            outlook.label("outlook"),
            position.label("position"),
        )
        .outerjoin(CurrentVerdict, CurrentVerdict.launch_id == Launch.id)
        .outerjoin(StoredVerdict, StoredVerdict.id == CurrentVerdict.verdict_id)
        .where(Launch.state.not_in(ENDED), seen_by(actor))
    )
    if within is not None:
        query = query.where(within)
    if filters.market:
        query = query.where(in_market(filters.market))
    if filters.team is not None:
        query = query.where(Launch.team_id == filters.team)
    return _placed(query.subquery("known"))


def _placed(known: Any) -> CTE:
    live = case((Phase.state == PhaseState.LIVE, True), else_=False)
    place = case(
        (Phase.state == PhaseState.LIVE, PLACES[LIVE]),
        (known.c.fresh.is_(False), PLACES[RECOMPUTING]),
        (known.c.word.in_(GO), PLACES[READY]),
        (known.c.outlook == LATE, PLACES[LATE]),
        (known.c.outlook == NO_DATE, PLACES[NO_DATE]),
        (known.c.outlook == ON_TRACK, PLACES[ON_TRACK]),
        else_=PLACES[AT_RISK],
    )
    return (
        select(*known.c, Phase.starts_on, live.label("live"), place.label("place"))
        .outerjoin(Phase, and_(Phase.launch_id == known.c.id, Phase.position == known.c.position))
        .cte("standing")
    )


def outdated_ids(session: Session, at: CTE) -> list[int]:
    """Return launches whose verdict must be computed before it is shown, at most `LIVE_LIMIT`."""
    query = select(at.c.id).where(at.c.place == PLACES[RECOMPUTING]).order_by(at.c.id)
    return list(session.scalars(query.limit(LIVE_LIMIT)))


def judge_outdated(session: Session, at: CTE) -> Judged:
    """Judge now what is outdated, up to `LIVE_LIMIT`; return the verdicts that are known."""
    ids = outdated_ids(session, at)
    found = verdicts_for(session, ids) if ids else {}
    return {i: v for i, v in found.items() if not v.recomputing}


# ---- the board: one page and the counts of all ----


@dataclass(frozen=True)
class Mark:
    """The place on the board a page begins after."""

    place: int
    starts_on: date | None
    id: int

    def __str__(self) -> str:
        day = self.starts_on.isoformat() if self.starts_on is not None else ""
        return f"{self.place}_{day}_{self.id}"


def read_mark(text: str) -> Mark | None:
    """Return the place an address names, None if it names none."""
    try:
        place, day, number = text.split("_")
        mark = Mark(int(place), date.fromisoformat(day) if day else None, int(number))
    except ValueError:
        return None
    return mark if 0 <= mark.place < len(GROUPS) and 0 < mark.id < 2**31 else None


def _beyond(at: CTE, mark: Mark) -> ColumnElement[bool]:
    further = and_(at.c.starts_on.is_(None), at.c.id > mark.id)
    if mark.starts_on is not None:
        further = or_(
            at.c.starts_on.is_(None),
            at.c.starts_on > mark.starts_on,
            and_(at.c.starts_on == mark.starts_on, at.c.id > mark.id),
        )
    return or_(at.c.place > mark.place, and_(at.c.place == mark.place, further))


def chip_rules(
    at: CTE, actor: Asker, today: Day, soon_until: Day
) -> dict[str, ColumnElement[bool]]:
    """Return the condition of each chip; a word that may not be shown counts as HOLD."""
    shown = at.c.fresh.is_(True)
    return {
        "help": at.c.place.in_((PLACES[LATE], PLACES[AT_RISK])),
        "all": literal(True),
        "mine": or_(at.c.owner_id == actor.id, at.c.team_id.in_(sorted(actor.team_ids))),
        "soon": and_(
            at.c.place != PLACES[LIVE], at.c.starts_on >= today, at.c.starts_on <= soon_until
        ),
        "not-ready": and_(shown, at.c.word == Word.NOT_READY.value),
        "hold": or_(~shown, at.c.word == Word.HOLD.value),
        "waivers": and_(shown, at.c.word == Word.CONDITIONAL.value),
    }


@dataclass(frozen=True)
class Slice:
    """One page of the board as (id, place, date), and how many launches each count holds."""

    rows: tuple[Mark, ...]
    total: int
    groups: Mapping[str, int]
    chips: Mapping[str, int]
    before: int


def slice_statement(
    at: CTE,
    rules: Mapping[str, ColumnElement[bool]],
    chip: str,
    mark: Mark | None,
    size: int,
) -> AnySelect:
    """Return the statement for one page after a mark, a row more than its size, and all counts."""
    chosen = rules[chip]
    before = and_(chosen, ~_beyond(at, mark)) if mark is not None else literal(False)

    def many(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    totals = (
        select(
            func.count().label("total"),
            many(before).label("before"),
            *(many(at.c.place == place).label(f"group_{place}") for place in PLACES.values()),
            *(many(rule).label(f"chip_{number}") for number, rule in enumerate(rules.values())),
        )
        .select_from(at)
        .cte("totals")
    )
    page = select(at.c.id, at.c.place, at.c.starts_on).where(chosen)
    if mark is not None:
        page = page.where(_beyond(at, mark))
    order = (at.c.place, at.c.starts_on.is_(None), at.c.starts_on, at.c.id)
    page_ = page.order_by(*order).limit(size + 1).subquery("page")
    return (
        select(totals, page_)
        .select_from(totals.outerjoin(page_, literal(True)))
        .order_by(page_.c.place, page_.c.starts_on.is_(None), page_.c.starts_on, page_.c.id)
    )


def slice_in(found: Sequence[Any], chips: Sequence[str]) -> Slice:
    """Return what the rows of the statement hold; ``chips`` are named in its order."""
    first = found[0]
    return Slice(
        rows=tuple(Mark(row.place, row.starts_on, row.id) for row in found if row.id is not None),
        total=first.total,
        groups={group: getattr(first, f"group_{place}") for group, place in PLACES.items()},
        chips={chip: getattr(first, f"chip_{number}") for number, chip in enumerate(chips)},
        before=first.before,
    )
