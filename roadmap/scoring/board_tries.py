"""How firm the places of a line somebody asks for are: of one team, or of so many weeks."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from roadmap.scoring.board_reading import rows_after
from roadmap.scoring.board_shown import Board, BoardRow
from roadmap.scoring.compare import cut_line, stability
from roadmap.scoring.computing import MOVED_BY, draws_for, estimates
from roadmap.scoring.queries import links_among
from roadmap.scoring.standing import firm_and_swaps

# So many places are looked at for a line that is asked for in weeks, or for a team.
LONGEST = 400


def for_team(session: Session, page: Board, team: int) -> Board:
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


def for_weeks(session: Session, page: Board, weeks: float) -> Board:
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
