"""The scoring table: stored places with their reasons, the cut line, and how firm the order is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, undefer

from roadmap import clock
from roadmap.accounts.models import Person, Team
from roadmap.jobs import Job
from roadmap.requirements.models import Requirement, RequirementEffort
from roadmap.requirements.rules import RequirementState
from roadmap.scoring.compare import Band, CutLine, cut_line, stability
from roadmap.scoring.computing import MOVED_BY, draws_for, effort_code, estimates
from roadmap.scoring.definitions import definition
from roadmap.scoring.fitting import Fits, TeamCut
from roadmap.scoring.frameworks import FrameworkDef
from roadmap.scoring.models import Framework, Score, ScoreEntry, ScoreOverride
from roadmap.scoring.queries import links_among
from roadmap.scoring.recompute import JOB
from roadmap.scoring.standing import Standing, firm_and_swaps, standing_from

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


@dataclass(frozen=True)
class BoardRow:
    """One requirement of the scoring table; `place` counts within the list shown."""

    id: int
    title: str
    team: str | None
    state: RequirementState
    score: Score | None
    mine: Mapping[str, Any] = field(default_factory=dict)
    my_ranges: Mapping[str, Any] = field(default_factory=dict)
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

    @property
    def fits(self) -> Fits | None:
        """Return whether its teams have room, None where it is not ranked."""
        return Fits(self.score.fit) if self.score and self.score.fit else None


@dataclass(frozen=True)
class Progress:
    """Since when a ranking is out of date, and how far its computation is (0 to 1)."""

    since: datetime
    share: float | None
    failed: bool = False


@dataclass(frozen=True)
class Board:
    """What the page shows: rows of one page, counts of all, and how the order holds."""

    framework: Framework
    # The version whose stored places are shown: an older one until the newest is computed.
    shown: Framework
    definition: FrameworkDef
    standing: Standing
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


def board(
    session: Session,
    framework: Framework,
    scorer_id: int,
    *,
    after: int = 0,
    team: int | None = None,
    weeks: float | None = None,
) -> Board:
    """Return one page of the stored ranking: from the rank after ``after``, of a team if given.

    ``weeks`` draws one line over the whole backlog instead of the teams' own.
    """
    shown = computed_version(session, framework)
    standing = standing_from(shown.standing)
    rows = rows_after(session, shown, after, team)
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    apart = list(standing.apart[:APART]) if not after else []
    unscored = _unscored(session, shown, apart)
    mine = _entries(session, framework.code, scorer_id, [row.id for row in (*rows, *unscored)])
    overrides = overrides_of(session, framework.code, [row.id for row in (*rows, *unscored)])

    def whole(row: BoardRow) -> BoardRow:
        inputs, ranges = mine.get(row.id, ({}, {}))
        return replace(row, mine=inputs, my_ranges=ranges, override=overrides.get(row.id))

    page = Board(
        framework=framework,
        shown=shown,
        definition=definition(framework),
        standing=standing,
        ranked=[whole(row) for row in rows],
        unscored=[whole(row) for row in unscored],
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


def rows_named(
    session: Session, framework: Framework, scorer_id: int, keys: Sequence[int]
) -> list[BoardRow]:
    """Return the rows of some requirements as the table shows them, for what was typed there."""
    shown = computed_version(session, framework)
    mine = _entries(session, framework.code, scorer_id, keys)
    empty: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {})
    return [
        replace(row, mine=mine.get(row.id, empty)[0], my_ranges=mine.get(row.id, empty)[1])
        for row in _unscored(session, shown, keys)
    ]


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
    session: Session, framework: Framework, shown: Framework, standing: Standing
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


_COLUMNS = (
    Requirement.id,
    Requirement.title,
    Requirement.state,
    Team.name.label("team"),
)


def rows_after(
    session: Session, framework: Framework, after: int, team: int | None, limit: int = PAGE
) -> list[BoardRow]:
    """Return the ranked rows after a rank, one more than a page."""
    query = (
        select(*_COLUMNS, Score)
        .join(Score, Score.requirement_id == Requirement.id)
        .outerjoin(Team, Team.id == Requirement.team_id)
        .where(Score.framework_id == framework.id, Score.rank > after)
        .order_by(Score.rank)
        .limit(limit + 1)
    )
    if team is not None:
        query = query.add_columns(RequirementEffort.weeks).join(
            RequirementEffort,
            (RequirementEffort.requirement_id == Requirement.id)
            & (RequirementEffort.team_id == team),
        )
    return [
        BoardRow(
            row.id,
            row.title,
            row.team,
            row.state,
            row.Score,
            place=row.Score.rank,
            weeks=row.weeks if team is not None else None,
        )
        for row in session.execute(query)
    ]


def _unscored(session: Session, framework: Framework, keys: Sequence[int]) -> list[BoardRow]:
    if not keys:
        return []
    query = (
        select(*_COLUMNS, Score)
        .outerjoin(Team, Team.id == Requirement.team_id)
        .outerjoin(
            Score, (Score.requirement_id == Requirement.id) & (Score.framework_id == framework.id)
        )
        .where(Requirement.id.in_(keys))
        .order_by(Requirement.id)
    )
    return [
        BoardRow(row.id, row.title, row.team, row.state, row.Score)
        for row in session.execute(query)
    ]


def _entries(
    session: Session, code: str, scorer_id: int, keys: Sequence[int]
) -> dict[int, tuple[Mapping[str, Any], Mapping[str, Any]]]:
    if not keys:
        return {}
    query = select(ScoreEntry.requirement_id, ScoreEntry.inputs, ScoreEntry.ranges).where(
        ScoreEntry.framework_code == code,
        ScoreEntry.scorer_id == scorer_id,
        ScoreEntry.requirement_id.in_(keys),
    )
    return {row.requirement_id: (row.inputs, row.ranges) for row in session.execute(query)}


def overrides_of(session: Session, code: str | None, keys: Sequence[int]) -> dict[int, Override]:
    """Return the score set by hand that counts today for each of some requirements."""
    if not keys:
        return {}
    asked = {"keys": list(keys), "code": code, "today": clock.today()}
    return {
        row.requirement_id: Override(row.id, row.value, row.reason, row.expires_on, row.name)
        for row in session.execute(_overrides(), asked)
    }


@cache
def _overrides() -> Select[Any]:
    # Built once, of the tables' own columns: every record page sends it.
    made, person = ScoreOverride.__table__, Person.__table__
    columns = (made.c.requirement_id, made.c.id, made.c.value, made.c.reason, made.c.expires_on)
    return (
        select(*columns, person.c.name)
        .select_from(made.outerjoin(person, person.c.id == made.c.created_by_id))
        .where(
            made.c.requirement_id.in_(bindparam("keys", expanding=True)),
            made.c.framework_code == bindparam("code"),
            made.c.withdrawn_at.is_(None),
            made.c.expires_on >= bindparam("today"),
        )
        .order_by(made.c.id)
    )


def _band(score: Score | None) -> Band | None:
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
    ranked = [replace(row, place=places.get(row.id)) for row in page.ranked]
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
