"""Loads the portfolio board: all launches once, light; verdicts with reasons for one page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.overview.portfolio import (
    WEEKS,
    Counts,
    Filters,
    Line,
    line,
    page_of,
    sort_rows,
)
from roadmap.overview.queries import (
    BoardRow,
    board_rows,
    in_market,
    speech_for,
    used_markets,
    used_teams,
    words_since,
)
from roadmap.readiness.queries import LIVE_LIMIT, ShownVerdict, verdicts_for


@dataclass(frozen=True)
class Board:
    """The board as shown: one page of lines, the counts of all, and what stands on other pages."""

    lines: tuple[Line, ...]
    counts: Counts
    filters: Filters
    first: int
    shown: int
    after: int | None
    markets: Sequence[tuple[str, str]]
    teams: Sequence[tuple[int, str]]
    worse: tuple[Line, ...]
    waiting: Line | None
    today: date
    recomputing: int

    @property
    def groups(self) -> list[tuple[str, list[Line]]]:
        """Return the lines by group, in the board's order."""
        found: dict[str, list[Line]] = {}
        for one in self.lines:
            found.setdefault(one.group, []).append(one)
        return list(found.items())


def judge_again(
    session: Session, rows: Sequence[BoardRow]
) -> tuple[list[BoardRow], dict[int, ShownVerdict]]:
    """Judge now what is outdated, up to `LIVE_LIMIT`; return the rows as they then stand."""
    old = [row.id for row in rows if not row.fresh and not row.all_live][:LIVE_LIMIT]
    fresh = verdicts_for(session, old) if old else {}
    known = {i: v for i, v in fresh.items() if not v.recomputing}
    return [
        replace(row, word=known[row.id].word.value, outlook=known[row.id].outlook.value, fresh=True)
        if row.id in known
        else row
        for row in rows
    ], known


def load(
    session: Session, actor: Actor, filters: Filters, after: int | None, *, choices: bool = True
) -> Board:
    """Return one page of the board; the number of statements depends only on what is asked.

    Two numbers occur: while verdicts are being computed again, gathering adds its own statements.
    """
    now = clock.now()
    today = now.date()
    rows, known = judge_again(session, board_rows(session, actor, now))
    market = in_market(session, filters.market) if filters.market else None
    found = sort_rows(rows, filters, market, today, actor.id, actor.team_ids)
    first, end = page_of(found.rows, after)
    page = found.rows[first:end]
    ids = [row.id for _group, row in page]
    missing = [i for i in ids if i not in known]
    verdicts = {**known, **verdicts_for(session, missing, now)}
    history = words_since(session, ids, now - timedelta(weeks=WEEKS))
    answers = [a for i in ids for a in verdicts[i].reasons]
    speech = speech_for(session, actor, answers, people=[row.owner_id for _g, row in page])
    lines = tuple(
        line(group, row, verdicts[row.id], history.get(row.id, ()), speech, today, now)
        for group, row in page
    )
    overdue = [one for one in lines if one.overdue and one.due is not None]
    return Board(
        lines=lines,
        counts=found.counts,
        filters=filters,
        first=first,
        shown=len(found.rows),
        after=page[-1][1].id if page and end < len(found.rows) else None,
        markets=used_markets(session) if choices else (),
        teams=used_teams(session) if choices else (),
        worse=tuple(one for one in lines if one.change == "worse"),
        waiting=min(overdue, key=lambda one: one.due or today, default=None),
        today=today,
        recomputing=sum(1 for row in rows if not row.fresh and not row.all_live),
    )
