"""The scoring table: stored places with their reasons, and the lines drawn through them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from roadmap import clock
from roadmap.jobs import Job
from roadmap.scoring.board_reading import PAGE, overrides_of, rows_after, rows_of
from roadmap.scoring.board_shown import Board, BoardRow, Override, Progress, Scored
from roadmap.scoring.board_tries import for_team, for_weeks
from roadmap.scoring.compare import Band
from roadmap.scoring.models import Framework
from roadmap.scoring.queries import framework_named
from roadmap.scoring.recompute import JOB
from roadmap.scoring.standing import Standing
from roadmap.scoring.stored import Stored, stored_frameworks, stored_from

# A table of unscored ones beside the ranking.
APART = 20


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
    unscored = rows_of(session, shown, apart, scorer_id)
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
        return for_team(session, page, team)
    if weeks is not None and page.effort is not None and not after:
        return for_weeks(session, page, weeks)
    return page


def _overridden(rows: Sequence[BoardRow], overrides: Mapping[int, Override]) -> Sequence[BoardRow]:
    if not overrides:
        return rows
    return [row._replace(override=overrides.get(row.id)) for row in rows]


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


def _band(score: Scored | None) -> Band | None:
    if score is None or not score.band:
        return None
    in_top, low, high = score.band
    return Band(in_top, low, high, 0.0)
