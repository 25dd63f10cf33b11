"""Reads that compose rooms: the words a reader may hear, and the rows of pages across rooms."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from flask import request
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from roadmap.accounts.models import Person, Team
from roadmap.db import read_rows
from roadmap.launches.access import AnySelect, Asker, built_for, reader_of, visible
from roadmap.launches.kinds import PhaseState
from roadmap.launches.models import (
    Launch,
    LaunchCell,
    LaunchDependency,
    LaunchRequirement,
    Phase,
)
from roadmap.mechanisms.models import Mechanism
from roadmap.overview.speech import Speech, named_in
from roadmap.overview.standing import ENDED, next_position
from roadmap.overview.timeline import Need
from roadmap.overview.timeline import Phase as TimelinePhase
from roadmap.readiness.answers import Answer
from roadmap.readiness.decisions import went_against
from roadmap.readiness.models import CurrentVerdict, StoredVerdict
from roadmap.requirements.models import Requirement
from roadmap.taxonomy.models import Market
from roadmap.taxonomy.queries import options


def _numbers(keys: Iterable[str]) -> list[int]:
    return sorted({int(key.rpartition("-")[2]) for key in keys})


# Statements are built once and sent with their values: building them costs more than most answers.
_IDS: Any = bindparam("ids", expanding=True)


@cache
def _mechanism_names() -> AnySelect:
    return select(Mechanism.id, Mechanism.name).where(Mechanism.id.in_(_IDS))


@cache
def _launch_titles() -> AnySelect:
    return select(Launch.id, Launch.title).where(Launch.id.in_(_IDS))


@cache
def _person_names() -> AnySelect:
    return select(Person.id, Person.name).where(Person.id.in_(_IDS))


def speech_for(
    session: Session,
    actor: Asker | None,
    answers: Iterable[Answer],
    *,
    people: Collection[int | None] = (),
    launches: Collection[int] = (),
    mechanisms: Collection[int] = (),
    root: str | None = None,
) -> Speech:
    """Return the words for answers and for what else a page names; always four statements.

    ``root`` is what links begin with; without it the path the application is mounted at.
    """
    keys, launch_ids, person_ids = named_in(answers)
    launch_ids |= set(launches)
    person_ids |= {one for one in people if one is not None}
    numbers = sorted({*_numbers(keys), *mechanisms})
    reader = reader_of(actor) if actor is not None else None
    named = read_rows(session, _mechanism_names(), {"ids": numbers})
    seen = read_rows(session, built_for(_launch_titles, reader), {"ids": sorted(launch_ids)})
    persons = read_rows(session, _person_names(), {"ids": sorted(person_ids)})
    return Speech(
        launches={row.id: row.title for row in seen},
        mechanisms={f"{Mechanism.key_prefix}-{row.id}": row.name for row in named},
        people={row.id: row.name for row in persons},
        words=options(session).names,
        root=request.script_root if root is None else root,
    )


# ---- one launch ----


@dataclass(frozen=True)
class RequirementLine:
    """A requirement a launch delivers, as its page lists it."""

    id: int
    key: str
    title: str
    state: str
    must: bool


def requirements_of(session: Session, launch_id: int) -> list[RequirementLine]:
    """Return the requirements a launch delivers, those it must first."""
    rows = session.execute(
        select(Requirement.id, Requirement.title, Requirement.state, LaunchRequirement.must)
        .join(LaunchRequirement, LaunchRequirement.requirement_id == Requirement.id)
        .where(LaunchRequirement.launch_id == launch_id)
        .order_by(LaunchRequirement.must.desc(), Requirement.id)
    )
    return [
        RequirementLine(r.id, f"{Requirement.key_prefix}-{r.id}", r.title, r.state.value, r.must)
        for r in rows
    ]


def dependents_of(session: Session, actor: Asker | None, launch_id: int) -> Sequence[Any]:
    """Return the launches that wait for this one, as far as the reader may know of them."""
    query = (
        select(Launch.id, Launch.title, Launch.state, LaunchDependency.phase_position)
        .join(LaunchDependency, LaunchDependency.launch_id == Launch.id)
        .where(LaunchDependency.depends_on_id == launch_id)
        .order_by(Launch.id)
    )
    return session.execute(visible(query, actor)).all()


@cache
def _team_name() -> AnySelect:
    return select(Team.name).where(Team.id == bindparam("id"))


def team_name(session: Session, team_id: int | None) -> str | None:
    """Return a team's name; one statement whether or not a team is named."""
    return next((row.name for row in read_rows(session, _team_name(), {"id": team_id})), None)


# ---- many launches ----


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One launch as lists of launches show it, without its verdict."""

    id: int
    title: str
    type: str
    tier: int
    state: str
    owner_id: int | None
    team_id: int | None
    confidential: bool
    commitment_no: int | None
    phase: int | None
    phases: int | None
    share: float | None
    starts_on: date | None
    precision: str | None
    all_live: bool
    word: str | None
    outlook: str | None
    evaluated_at: datetime | None
    fresh: bool
    # It went live on an emergency go, once.
    against: bool

    @property
    def key(self) -> str:
        """Return the human key."""
        return f"{Launch.key_prefix}-{self.id}"


@cache
def _board_query() -> AnySelect:
    position = next_position()
    last = (
        select(func.max(Phase.position))
        .where(Phase.launch_id == Launch.id)
        .correlate(Launch)
        .scalar_subquery()
    )
    return (
        select(
            Launch.id,
            Launch.title,
            Launch.type,
            Launch.tier,
            Launch.state,
            Launch.owner_id,
            Launch.team_id,
            Launch.confidential,
            Launch.commitment_no,
            position.label("next"),
            last.label("last"),
            Phase.share,
            Phase.starts_on,
            Phase.precision,
            Phase.state.label("phase_state"),
            StoredVerdict.word,
            StoredVerdict.outlook,
            StoredVerdict.evaluated_at,
            CurrentVerdict.outdated,
            CurrentVerdict.valid_until,
            went_against(Launch.id).label("against"),
        )
        .outerjoin(Phase, (Phase.launch_id == Launch.id) & (Phase.position == position))
        .outerjoin(CurrentVerdict, CurrentVerdict.launch_id == Launch.id)
        .outerjoin(StoredVerdict, StoredVerdict.id == CurrentVerdict.verdict_id)
        .where(Launch.state.not_in(ENDED), Launch.id.in_(_IDS))
        .order_by(Launch.id)
    )


def _board_row(r: Any, at: datetime) -> BoardRow:
    return BoardRow(
        r.id,
        r.title,
        r.type.value,
        r.tier,
        r.state.value,
        r.owner_id,
        r.team_id,
        r.confidential,
        r.commitment_no,
        r.next,
        r.last,
        r.share,
        r.starts_on,
        r.precision.value if r.precision else None,
        r.phase_state is PhaseState.LIVE,
        r.word,
        r.outlook,
        r.evaluated_at,
        r.word is not None and not r.outdated and (r.valid_until is None or r.valid_until > at),
        r.against,
    )


def rows_by_id(
    session: Session, actor: Asker, ids: Collection[int], at: datetime
) -> list[BoardRow]:
    """Return those of the launches that have not ended and the reader may know of.

    A verdict that is outdated or expired is told by `fresh`; its word must not be shown.
    """
    query = built_for(_board_query, reader_of(actor))
    return [_board_row(row, at) for row in read_rows(session, query, {"ids": sorted(set(ids))})]


@dataclass(frozen=True, slots=True)
class PastWord:
    """What a launch's verdict became at a moment."""

    at: datetime
    word: str
    waived: int


@cache
def _words_query() -> AnySelect:
    since: Any = bindparam("since")
    before = (
        select(func.max(StoredVerdict.id))
        .where(StoredVerdict.launch_id.in_(_IDS), StoredVerdict.evaluated_at <= since)
        .group_by(StoredVerdict.launch_id)
    )
    other = aliased(StoredVerdict)
    return (
        select(other.launch_id, other.evaluated_at, other.word)
        .where(other.launch_id.in_(_IDS), (other.evaluated_at > since) | other.id.in_(before))
        .order_by(other.launch_id, other.evaluated_at, other.id)
    )


def words_since(
    session: Session, launch_ids: Collection[int], since: datetime
) -> dict[int, list[PastWord]]:
    """Return each launch's words from the one that held at ``since`` on, in one statement."""
    known = {"ids": sorted(set(launch_ids)), "since": since}
    found: dict[int, list[PastWord]] = {}
    for row in read_rows(session, _words_query(), known):
        found.setdefault(row.launch_id, []).append(PastWord(row.evaluated_at, row.word, 0))
    return found


@cache
def _used_markets() -> AnySelect:
    used = select(LaunchCell.market_code).distinct()
    return select(Market.code, Market.name).where(Market.code.in_(used)).order_by(Market.name)


def used_markets(session: Session) -> list[tuple[str, str]]:
    """Return (code, name) of the markets that launches name, by name."""
    return [(row.code, row.name) for row in read_rows(session, _used_markets())]


@cache
def _used_teams() -> AnySelect:
    used = select(Launch.team_id).where(Launch.team_id.is_not(None)).distinct()
    return select(Team.id, Team.name).where(Team.id.in_(used)).order_by(Team.name)


def used_teams(session: Session) -> list[tuple[int, str]]:
    """Return (id, name) of the teams that own launches, by name."""
    return [(row.id, row.name) for row in read_rows(session, _used_teams())]


def phases_of(session: Session, launch_ids: Collection[int]) -> dict[int, list[TimelinePhase]]:
    """Return the phases of each launch in order, in one statement."""
    query = (
        select(Phase.launch_id, Phase.position, Phase.share, Phase.starts_on, Phase.state)
        .where(Phase.launch_id.in_(sorted(set(launch_ids))))
        .order_by(Phase.launch_id, Phase.position)
    )
    found: dict[int, list[TimelinePhase]] = {}
    for launch_id, position, share, starts_on, state in session.execute(query):
        found.setdefault(launch_id, []).append(
            TimelinePhase(position, share, starts_on, state.value)
        )
    return found


def needs_of(session: Session, actor: Asker, launch_ids: Collection[int]) -> list[Need]:
    """Return what launches wait for, as far as the reader may know of it and it has not ended."""
    query = (
        select(
            LaunchDependency.launch_id,
            LaunchDependency.depends_on_id,
            LaunchDependency.phase_position,
        )
        .join(Launch, Launch.id == LaunchDependency.depends_on_id)
        .where(LaunchDependency.launch_id.in_(sorted(set(launch_ids))), Launch.state.not_in(ENDED))
        .order_by(LaunchDependency.launch_id, LaunchDependency.id)
    )
    return [Need(*row) for row in session.execute(visible(query, actor))]
