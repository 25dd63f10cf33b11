"""Loads the portfolio board: one page of launches with their reasons, and the counts of all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from sqlalchemy import Date, bindparam
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.db import Moment, read_rows
from roadmap.launches.access import AnySelect, Reader, reader_of
from roadmap.overview.gaps import lead_of
from roadmap.overview.portfolio import PAGE_SIZE, WEEKS, Line, line, soon_until
from roadmap.overview.queries import (
    rows_by_id,
    speech_for,
    used_markets,
    used_teams,
    words_since,
)
from roadmap.overview.reviews_page import waiting_longest
from roadmap.overview.standing import (
    GROUPS,
    RECOMPUTING,
    Filters,
    Judged,
    Mark,
    Slice,
    chip_rules,
    judge_outdated,
    read_mark,
    slice_in,
    slice_statement,
    standing,
)
from roadmap.readiness.queries import verdicts_for

_GROUP_AT = tuple(GROUPS)


@dataclass(frozen=True)
class Counts:
    """How many launches each group and chip holds."""

    total: int
    groups: Mapping[str, int]
    chips: Mapping[str, int]


@dataclass(frozen=True)
class Board:
    """The board as shown: one page of lines, the counts of all, and what stands on other pages.

    `lost` says that the address named a place nobody knows, so that the board begins at its start.
    """

    lines: tuple[Line, ...]
    counts: Counts
    filters: Filters
    first: int
    shown: int
    after: str | None
    lost: bool
    markets: Sequence[tuple[str, str]]
    teams: Sequence[tuple[int, str]]
    worse: tuple[Line, ...]
    waiting: Line | None
    # The review that is most overdue: its group, its launch, by how much.
    review: tuple[str, str, str] | None
    today: date
    recomputing: int

    @property
    def groups(self) -> list[tuple[str, list[Line]]]:
        """Return the lines by group, in the board's order."""
        found: dict[str, list[Line]] = {}
        for one in self.lines:
            found.setdefault(one.group, []).append(one)
        return list(found.items())


def _cut(
    session: Session, actor: Actor, filters: Filters, mark: Mark | None
) -> tuple[Slice, Judged]:
    """Return a page of the board; what is outdated is judged before it is sorted, up to a limit."""
    now = clock.now()
    known = {"now": now, "today": now.date(), "soon": soon_until(now.date())}
    reader = reader_of(actor)
    statement, chips = _slice_statement(reader, filters, mark)
    found = slice_in(read_rows(session, statement, known), chips)
    if not found.groups[RECOMPUTING]:
        return found, {}
    judged = judge_outdated(session, standing(actor, now, filters))
    if not judged:
        return found, {}
    statement, chips = _statement(reader, filters, mark, judged)
    return slice_in(read_rows(session, statement, known), chips), judged


def _statement(
    reader: Reader, filters: Filters, mark: Mark | None, judged: Judged
) -> tuple[AnySelect, tuple[str, ...]]:
    """Return the statement of a page and its chips; parameters: `now`, `today`, `soon`."""
    at = standing(reader, bindparam("now", type_=Moment()), filters, judged)
    today, soon = (bindparam(name, type_=Date()) for name in ("today", "soon"))
    rules = chip_rules(at, reader, today, soon)
    return slice_statement(at, rules, filters.chip, mark, PAGE_SIZE), tuple(rules)


@lru_cache(maxsize=128)
def _slice_statement(
    reader: Reader, filters: Filters, mark: Mark | None
) -> tuple[AnySelect, tuple[str, ...]]:
    """Return the statement while nothing is outdated: it is built once for each reader."""
    return _statement(reader, filters, mark, {})


def _lines(
    session: Session, actor: Actor, marks: Sequence[Mark], judged: Judged, now: datetime
) -> tuple[Line, ...]:
    """Return the lines of a page in the order of their places."""
    ids = [one.id for one in marks]
    rows = {row.id: row for row in rows_by_id(session, actor, ids, now)}
    stored = verdicts_for(session, [i for i in ids if i not in judged], now)
    verdicts = {**stored, **judged}
    history = words_since(session, ids, now - timedelta(weeks=WEEKS))
    leads = {i: lead_of(verdicts[i]) for i in ids}
    speech = speech_for(
        session,
        actor,
        [answer for answer in leads.values() if answer is not None],
        people=[row.owner_id for row in rows.values()],
    )
    return tuple(
        line(
            _GROUP_AT[one.place],
            rows[one.id],
            verdicts[one.id],
            leads[one.id],
            history.get(one.id, ()),
            speech,
            now.date(),
            now,
        )
        for one in marks
        if one.id in rows
    )


def load(session: Session, actor: Actor, filters: Filters, after: str | None) -> Board:
    """Return one page of the board; the number of statements depends only on what is asked.

    Two numbers occur: while verdicts are being computed again, gathering adds its own statements.
    """
    now = clock.now()
    today = now.date()
    mark = read_mark(after) if after else None
    found, judged = _cut(session, actor, filters, mark)
    marks = found.rows[:PAGE_SIZE]
    lines = _lines(session, actor, marks, judged, now)
    overdue = [one for one in lines if one.overdue and one.due is not None]
    return Board(
        lines=lines,
        counts=Counts(found.total, found.groups, found.chips),
        filters=filters,
        first=found.before,
        shown=found.chips[filters.chip],
        after=str(marks[-1]) if len(found.rows) > PAGE_SIZE else None,
        lost=bool(after) and mark is None,
        markets=used_markets(session),
        teams=used_teams(session),
        worse=tuple(one for one in lines if one.change == "worse"),
        waiting=min(overdue, key=lambda one: one.due or today, default=None),
        review=waiting_longest(session, actor, now),
        today=today,
        recomputing=found.groups[RECOMPUTING],
    )
