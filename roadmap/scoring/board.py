"""The scoring table: stored places with their reasons, the cut line, and how firm the order is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, bindparam, null, select
from sqlalchemy.orm import Session, undefer

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.ahead import Asked
from roadmap.db import read_rows
from roadmap.jobs import Job
from roadmap.lists.among import among
from roadmap.requirements.listing import team_names
from roadmap.requirements.models import Requirement, RequirementEffort
from roadmap.requirements.rules import RequirementState
from roadmap.scoring.compare import Band, CutLine, cut_line, stability
from roadmap.scoring.computing import MOVED_BY, draws_for, effort_code, estimates
from roadmap.scoring.fitting import TeamCut
from roadmap.scoring.frameworks import FrameworkDef
from roadmap.scoring.models import Framework, Score, ScoreEntry, ScoreOverride
from roadmap.scoring.queries import framework_named, links_among
from roadmap.scoring.recompute import JOB
from roadmap.scoring.standing import Standing, firm_and_swaps
from roadmap.scoring.stored import Stored, stored_frameworks, stored_from

PAGE = 50
# A table of unscored ones beside the ranking.
APART = 20
# So many places are looked at for a line that is asked for in weeks, or for a team.
LONGEST = 400


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


class Ranking(NamedTuple):
    """A framework, the version of it whose places are stored, and all frameworks in use."""

    framework: Stored
    shown: Stored
    known: Sequence[Stored]


def ranking_of(session: Session, code: str | None) -> Ranking:
    """Return the ranking by the framework of a code, as `framework_named`; one statement.

    It takes two more for a version that is not computed yet, or is no longer in use.
    """
    known = stored_frameworks(session, code)
    named = (one for one in known if one.code == code or (code is None and one.ranks_backlog))
    found = next(named, None)
    if found is not None and found.computed_at is not None:
        return Ranking(found, found, known)
    row = framework_named(session, code)
    shown = stored_from(computed_version(session, row))
    return Ranking(found or replace(stored_from(row), standing=shown.standing), shown, known)


def board(
    session: Session,
    ranking: Ranking,
    scorer_id: int,
    *,
    after: int = 0,
    team: int | None = None,
    weeks: float | None = None,
) -> Board:
    """Return one page of the stored ranking: from the rank after ``after``, of a team if given.

    ``weeks`` draws one line over the whole backlog instead of the teams' own.
    """
    framework, shown, _known = ranking
    standing = shown.standing
    rows = rows_after(session, shown, after, team, scorer_id=scorer_id)
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    apart = list(standing.apart[:APART]) if not after else []
    unscored = _unscored(session, shown, apart, scorer_id)
    overrides = overrides_of(session, framework.code, [row.id for row in (*rows, *unscored)])
    page = Board(
        framework=framework,
        shown=shown,
        ranked=_overridden(rows, overrides),
        unscored=_overridden(unscored, overrides),
        bands={row.id: stored for row in rows if (stored := _band(row.score)) is not None},
        top=standing.top,
        firm=standing.firm,
        swaps=standing.swaps,
        progress=progress(session, framework, shown, standing),
        after=rows[-1].rank if more else None,
        before=after or None,
        team=team,
        team_cut=standing.team(team) if team is not None else None,
    )
    if team is not None:
        return _for_team(session, page, team)
    if weeks is not None and page.effort is not None and not after:
        return _for_weeks(session, page, weeks)
    return page


def _overridden(rows: Sequence[BoardRow], overrides: Mapping[int, Override]) -> Sequence[BoardRow]:
    if not overrides:
        return rows
    return [row._replace(override=overrides.get(row.id)) for row in rows]


def rows_named(
    session: Session, ranking: Ranking, scorer_id: int, keys: Sequence[int]
) -> list[BoardRow]:
    """Return the rows of some requirements as the table shows them, for what was typed there."""
    return _unscored(session, ranking.shown, keys, scorer_id)


def computed_version(session: Session, framework: Framework) -> Framework:
    """Return the framework, or its newest version that was computed while this one is not."""
    query = (
        select(Framework)
        .options(undefer(Framework.standing))
        .where(Framework.code == framework.code, Framework.version <= framework.version)
        .order_by(Framework.version.desc())
    )
    # Read again: what the worker stored since is not in the session.
    rows = session.scalars(query.execution_options(populate_existing=True)).all()
    return next((row for row in rows if row.computed_at is not None), rows[0])


def progress(
    session: Session,
    framework: Framework | Stored,
    shown: Framework | Stored,
    standing: Standing,
) -> Progress | None:
    """Return since when the stored ranking is not the true one, None while it is."""
    if not framework.active:
        return None
    since = framework.outdated_since
    if since is None and shown.id != framework.id:
        since = shown.computed_at
    if since is None and standing.lapsed(clock.today()):
        since = clock.now()
    if since is None and framework.computed_at is None:
        since = clock.now()
    if since is None:
        return None
    job = session.execute(
        select(Job.state, Job.done_steps, Job.total_steps)
        .where(Job.kind == JOB, Job.state.in_(("queued", "running", "failed")))
        .order_by(Job.state == "running", Job.id)
    ).all()
    running = next((row for row in job if row.state == "running"), None)
    share = running.done_steps / running.total_steps if running and running.total_steps else None
    failed = bool(job) and all(row.state == "failed" for row in job)
    return Progress(since, share, failed)


_R, _S, _ENTRY = Requirement.__table__, Score.__table__, ScoreEntry.__table__
_EFFORT = RequirementEffort.__table__
_SCORED = tuple(_S.c[name] for name in Scored._fields)


# The statements are built once, of the tables' own columns: a page reads some hundred rows.


def _rows(scored: Any) -> Select[Any]:
    """Return the statement of requirements with their scores and the reader's own numbers."""
    entry = (
        (_ENTRY.c.requirement_id == _R.c.id)
        & (_ENTRY.c.framework_code == bindparam("code"))
        & (_ENTRY.c.scorer_id == bindparam("scorer"))
    )
    columns = (_R.c.id, _R.c.title, _R.c.team_id, _R.c.state, *_SCORED)
    return select(*columns, _ENTRY.c.inputs, _ENTRY.c.ranges).select_from(
        scored.outerjoin(_ENTRY, entry)
    )


@cache
def _ranked(of_team: bool) -> Select[Any]:
    query = (
        _rows(_S.join(_R, _R.c.id == _S.c.requirement_id))
        .where(_S.c.framework_id == bindparam("framework"), _S.c.rank > bindparam("after"))
        .order_by(_S.c.rank)
        .limit(bindparam("limit", type_=Integer))
    )
    if not of_team:
        return query.add_columns(null())
    return query.add_columns(_EFFORT.c.weeks).join(
        _EFFORT,
        (_EFFORT.c.requirement_id == _R.c.id) & (_EFFORT.c.team_id == bindparam("team")),
    )


@cache
def _named() -> Select[Any]:
    score = (_S.c.requirement_id == _R.c.id) & (_S.c.framework_id == bindparam("framework"))
    query = _rows(_R.outerjoin(_S, score)).add_columns(null())
    return query.where(among(_R.c.id, "keys")).order_by(_R.c.id)


def rows_after(
    session: Session,
    framework: Stored,
    after: int,
    team: int | None,
    limit: int = PAGE,
    scorer_id: int | None = None,
) -> list[BoardRow]:
    """Return the ranked rows after a rank, one more than a page, with a scorer's own numbers."""
    asked = {"after": after, "limit": limit + 1}
    if team is not None:
        asked["team"] = team
    return _board_rows(session, _ranked(team is not None), framework, scorer_id, asked)


def _unscored(
    session: Session, framework: Stored, keys: Sequence[int], scorer_id: int
) -> list[BoardRow]:
    if not keys:
        return []
    return _board_rows(session, _named(), framework, scorer_id, {"keys": keys})


def _board_rows(
    session: Session,
    query: Select[Any],
    framework: Stored,
    scorer_id: int | None,
    asked: Mapping[str, Any],
) -> list[BoardRow]:
    teams = team_names(session).names
    known = {"framework": framework.id, "code": framework.code, "scorer": scorer_id}
    found = []
    for key, title, team_id, state, *scored, mine, ranges, weeks in read_rows(
        session, query, {**known, **asked}
    ):
        # An inner part of a score is never empty: without one there is no score at all.
        score = Scored(*scored) if scored[1] is not None else None
        place = score.rank if score and "after" in asked else None
        team = teams.get(team_id)
        row = BoardRow(key, title, team, state, score, mine or {}, ranges or {}, place, weeks)
        found.append(row)
    return found


def overrides_of(session: Session, code: str | None, keys: Sequence[int]) -> dict[int, Override]:
    """Return the score set by hand that counts today for each of some requirements."""
    if not keys:
        return {}
    return {
        row.requirement_id: Override(row.id, row.value, row.reason, row.expires_on, row.name)
        for row in read_rows(session, *asks_overrides(keys))
        if row.framework_code == code
    }


def asks_overrides(keys: Sequence[int]) -> Asked:
    """Return what `overrides_of` asks, whatever the framework."""
    return _overrides(), {"keys": keys, "today": clock.today()}


@cache
def _overrides() -> Select[Any]:
    # Built once, of the tables' own columns: every record page sends it.
    made, person = ScoreOverride.__table__, Person.__table__
    columns = (
        *(made.c.framework_code, made.c.requirement_id, made.c.id, made.c.value, made.c.reason),
        made.c.expires_on,
    )
    return (
        select(*columns, person.c.name)
        .select_from(made.outerjoin(person, person.c.id == made.c.created_by_id))
        .where(
            among(made.c.requirement_id, "keys"),
            made.c.withdrawn_at.is_(None),
            made.c.expires_on >= bindparam("today"),
        )
        .order_by(made.c.id)
    )


def _band(score: Scored | None) -> Band | None:
    if score is None or not score.band:
        return None
    in_top, low, high = score.band
    return Band(in_top, low, high, 0.0)


def _for_team(session: Session, page: Board, team: int) -> Board:
    """Return the page with places within the team's list, tried on what the team fits."""
    cut = page.team_cut
    if cut is None:
        return replace(page, bands={}, top=0, firm=0, swaps=0)
    everything = list(page.ranked)
    if page.after is not None or page.before is not None:
        everything = rows_after(session, page.shown, 0, team, LONGEST)[:LONGEST]
    places = {row.id: n for n, row in enumerate(everything, start=1)}
    ranked = [row._replace(place=places.get(row.id)) for row in page.ranked]
    page = replace(page, ranked=ranked)
    return _tried(session, page, everything, cut.fits)


def _for_weeks(session: Session, page: Board, weeks: float) -> Board:
    """Return the page with one line over the whole backlog, drawn by the effort criterion."""
    first = list(page.ranked)
    if page.after is not None:
        first = rows_after(session, page.shown, 0, None, LONGEST)[:LONGEST]
    efforts = [(row.id, _input(row, page.effort or "")) for row in first]
    line = cut_line(efforts, weeks)
    return _tried(session, replace(page, cut=line), first, len(line.fits))


def _input(row: BoardRow, code: str) -> float | None:
    value = row.score.inputs.get(code) if row.score else None
    return None if value is None else float(value)


def _tried(session: Session, page: Board, rows: Sequence[BoardRow], top: int) -> Board:
    """Return the page with the places its rows take when inputs move within their ranges."""
    if not top or not rows:
        return replace(page, bands={}, top=top, firm=0, swaps=0)
    items = {
        row.id: estimates(row.score.inputs, row.score.uncertainty)
        for row in rows
        if row.score and row.score.value is not None
    }
    held = {r.id: r.score.overridden for r in rows if r.score and r.score.overridden is not None}
    effort = page.effort
    found = stability(
        page.definition,
        {row.id: items.get(row.id, {}) for row in rows},
        top=top,
        moves={effort: MOVED_BY} if effort else {},
        blocks=links_among(session, [row.id for row in rows]),
        fixed=held,
        beyond={code: (low, high) for code, (low, high) in page.standing.ranges.items()},
        draws=draws_for(len(rows)),
    )
    firm, swaps = firm_and_swaps([row.id for row in rows], found.bands, top)
    return replace(page, bands=found.bands, top=top, firm=firm, swaps=swaps)
