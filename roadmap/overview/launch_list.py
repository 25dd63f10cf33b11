"""What the list of launches shows: a page of it, or all of it, for one reader."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, Select, func, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.launches.access import seen_by
from roadmap.launches.kinds import LaunchState, LaunchType
from roadmap.launches.models import Launch, LaunchCell, Phase
from roadmap.lists.filters import Asker, conditions
from roadmap.lists.keyset import read_page
from roadmap.lists.language import Query
from roadmap.overview.gaps import lead_of
from roadmap.overview.launch_columns import SCOPES, Beside, Column, Step
from roadmap.overview.launch_fields import Vocabulary, shown_word, texts
from roadmap.overview.portfolio import soon_until
from roadmap.overview.queries import speech_for
from roadmap.overview.standing import GROUPS, Judged, judge_outdated, standing
from roadmap.readiness.queries import verdicts_for
from roadmap.requirements.listing import team_names
from roadmap.requirements.queries import people_named
from roadmap.taxonomy.queries import options
from roadmap.web.paging import Page

_CHUNK = 500
_GROUP_AT = tuple(GROUPS)


@dataclass(frozen=True, slots=True)
class Row:
    """One launch of the list; ``word`` is None while its verdict may not be shown.

    ``group`` is the board's, None for what has ended.
    """

    id: int
    title: str
    type: LaunchType
    tier: int
    state: LaunchState
    owner_id: int | None
    team_id: int | None
    confidential: bool
    commitment_no: int | None
    created_at: datetime
    updated_at: datetime
    word: str | None
    group: str | None
    position: int | None
    starts_on: date | None

    @property
    def key(self) -> str:
        """Return the human key."""
        return f"{Launch.key_prefix}-{self.id}"


@dataclass(frozen=True)
class Known:
    """What a query may name, and the verdicts judged just now because they were outdated."""

    vocabulary: Vocabulary
    judged: Judged


def known_to(session: Session, actor: Actor) -> Known:
    """Return what the list stands on: two kept reads, and which verdicts are outdated.

    Outdated ones are judged before anything is tested or sorted by them, up to a limit, as on the
    board; gathering adds its own statements then.
    """
    now = clock.now()
    at = standing(actor, now)
    judged = judge_outdated(session, at)
    if judged:
        at = standing(actor, now, judged=judged)
    return Known(_named(session, at), judged)


def words_known(session: Session, actor: Actor) -> Vocabulary:
    """Return what a query may name, two kept reads; no launch is looked at."""
    return _named(session, standing(actor, clock.now()))


def _named(session: Session, at: CTE) -> Vocabulary:
    soon = soon_until(clock.today())
    return Vocabulary(team_names(session), options(session), at, soon)


def where_of(actor: Actor, known: Vocabulary, query: Query) -> list[Any]:
    """Return the conditions of a query; raises QueryError for what the list does not know."""
    asker = Asker(actor.id, actor.team_ids, clock.today())
    return conditions(query, known.fields(), asker) + texts(query)


def _selecting(actor: Actor, known: Vocabulary, where: Sequence[Any]) -> Select[Any]:
    """Return the statement of the rows; what the reader may not know of is never among them."""
    at = known.at
    columns: tuple[Any, ...] = (
        *(Launch.id, Launch.title, Launch.type, Launch.tier, Launch.state, Launch.owner_id),
        *(Launch.team_id, Launch.confidential, Launch.commitment_no, Launch.created_at),
        *(Launch.updated_at, at.c.word, at.c.place, at.c.position, at.c.starts_on),
        shown_word(at.c).label("fresh"),
    )
    joined = select(*columns).outerjoin(at, at.c.id == Launch.id)
    return joined.where(seen_by(actor), *where)


def _row(found: Any) -> Row:
    return Row(
        found.id,
        found.title,
        found.type,
        found.tier,
        found.state,
        found.owner_id,
        found.team_id,
        found.confidential,
        found.commitment_no,
        found.created_at,
        found.updated_at,
        found.word if found.fresh else None,
        None if found.place is None else _GROUP_AT[found.place],
        found.position,
        found.starts_on,
    )


def page_of(
    session: Session,
    actor: Actor,
    known: Vocabulary,
    query: Query,
    sort: str,
    marks: tuple[str | None, str | None] = (None, None),
) -> Page[Row]:
    """Return one page of the list, one or two statements; ``marks`` are (after, before)."""
    order = known.order(sort)
    statement = _selecting(actor, known, where_of(actor, known, query))
    page = read_page(session, statement, order, *marks)
    return Page([_row(found) for found in page.rows], page.after, page.before)


def every_row(
    session: Session,
    actor: Actor,
    known: Known,
    query: Query,
    sort: str,
    columns: Sequence[Column],
) -> Iterator[tuple[Row, Beside]]:
    """Yield every row of the list with what stands beside it, some hundred at a time."""
    order = known.vocabulary.order(sort)
    statement = _selecting(actor, known.vocabulary, where_of(actor, known.vocabulary, query))
    ends: tuple[Any, ...] = (order.column, order.key)
    ordered = statement.order_by(
        order.column.is_(None), *(one.desc() if order.descending else one.asc() for one in ends)
    )
    # Closed with this generator too, when a reader stops half way: the cursor is the server's.
    with session.execute(ordered.execution_options(yield_per=_CHUNK)) as found:
        for part in found.partitions(_CHUNK):
            rows = [_row(one) for one in part]
            beside = beside_of(session, actor, known, columns, rows)
            for row in rows:
                yield row, beside


def state_counts(session: Session, actor: Actor) -> dict[LaunchState, int]:
    """Return how many launches the reader may know of are in each state, one statement."""
    query = select(Launch.state, func.count().label("many")).where(seen_by(actor))
    rows = session.execute(query.group_by(Launch.state))
    found = {row.state: row.many for row in rows}
    return {state: found[state] for state in LaunchState if state in found}


def beside_of(
    session: Session,
    actor: Actor,
    known: Known,
    columns: Sequence[Column],
    rows: Collection[Row],
) -> Beside:
    """Return what stands beside some rows; each kind of column shown adds its statements."""
    shown = {column.code for column in columns}
    ids = [row.id for row in rows]
    people: dict[int, str] = {}
    if "owner" in shown:
        people = people_named(session, [row.owner_id for row in rows])
    verdicts = {i: known.judged[i] for i in ids if i in known.judged}
    if shown & {"verdict", "reason"}:
        # What is outdated still, beyond the limit, is told as such and not judged here.
        stored = [r.id for r in rows if r.word is not None and r.id not in verdicts]
        verdicts |= verdicts_for(session, stored, clock.now()) if stored else {}
    reasons = {}
    if "reason" in shown:
        leads = {i: a for i, one in verdicts.items() if (a := lead_of(one)) is not None}
        speech = speech_for(session, actor, leads.values())
        reasons = {i: speech.says(answer) for i, answer in leads.items()}
    return Beside(
        steps=_steps(session, rows),
        codes=_codes(session, ids),
        people=people,
        teams=known.vocabulary.teams.names,
        verdicts=verdicts,
        reasons=reasons,
    )


def _steps(session: Session, rows: Collection[Row]) -> dict[int, Step]:
    """Return the phase each launch comes to next, one statement."""
    next_at = {row.id: row.position for row in rows}
    counts: dict[int, int] = {}
    found = {}
    columns = (Phase.launch_id, Phase.position, Phase.share, Phase.precision)
    for phase in session.execute(select(*columns).where(Phase.launch_id.in_(sorted(next_at)))):
        counts[phase.launch_id] = counts.get(phase.launch_id, 0) + 1
        if phase.position == next_at[phase.launch_id]:
            found[phase.launch_id] = phase
    return {
        key: Step(phase.position, counts[key], phase.share, phase.precision)
        for key, phase in found.items()
    }


def _codes(session: Session, ids: Collection[int]) -> dict[int, dict[str, list[str]]]:
    """Return the codes of each dimension of some launches, one statement."""
    columns = [getattr(LaunchCell, name) for name in SCOPES.values()]
    query = select(LaunchCell.launch_id, *columns).where(LaunchCell.launch_id.in_(sorted(ids)))
    held: dict[int, dict[str, set[str]]] = {}
    for cell in session.execute(query).mappings():
        of_launch = held.setdefault(cell["launch_id"], {name: set() for name in SCOPES.values()})
        for name, codes in of_launch.items():
            codes.add(cell[name])
    return {
        key: {name: sorted(codes) for name, codes in of_launch.items()}
        for key, of_launch in held.items()
    }
