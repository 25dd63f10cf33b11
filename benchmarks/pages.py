"""Which pages are measured, where they are, and the query each list or record page must make."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.floors import Query
from benchmarks.organisation import words
from benchmarks.organisation.launches import HEAVY
from benchmarks.organisation.own import FIELDS
from benchmarks.organisation.sizes import EMAIL
from roadmap.accounts.models import Person
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import RequirementState
from roadmap.scoring.board_reading import PAGE
from roadmap.scoring.drawing import POINTS
from roadmap.scoring.models import Framework
from roadmap.web.paging import PAGE_SIZE, encode_mark

# How far down the deep page begins at full scale.
DEEP = 50_000
# And the deep page of the ranking.
FAR_DOWN = 20_000
_COLUMNS = (
    "r.id, r.title, r.kind, r.state, r.severity, r.rank, r.effective_score, r.score, r.needed_by, "
    "r.needed_by_precision, r.team_id, r.updated_at, r.next_word_on"
)


@dataclass(frozen=True)
class Page:
    """A page; without a query its floor is its own SQL played back."""

    name: str
    path: str
    query: Query | None = None


def pages(session: Session, scale: float) -> list[Page]:
    """Return the pages for a stored organisation."""
    return [
        *_lists(session, scale),
        *_own_lists(),
        *_records(session),
        *_rankings(session, scale),
        *_composed(),
    ]


def _list(**arguments: str) -> str:
    return f"/requirements?{urlencode(arguments)}"


def _lists(session: Session, scale: float) -> list[Page]:
    best = f"ORDER BY r.effective_score DESC, r.id DESC LIMIT {PAGE_SIZE + 1}"
    newest = f"ORDER BY r.updated_at DESC, r.id DESC LIMIT {PAGE_SIZE + 1}"
    filtered = (
        "r.state = 'accepted' AND r.effective_score IS NOT NULL AND EXISTS "
        "(SELECT 1 FROM requirement_scope s WHERE s.requirement_id = r.id "
        "AND s.dimension = 'market' AND s.code = 'DE')"
    )
    deep = round(DEEP * scale)
    updated, key = _deep_mark(session, deep)
    sqlite = session.get_bind().dialect.name == "sqlite"
    stored = f"{updated:%Y-%m-%d %H:%M:%S.%f}" if sqlite else updated.isoformat()
    chosen = f"SELECT {_COLUMNS} FROM requirement r WHERE"
    return [
        Page(
            "Backlog by score",
            _list(sort="-score"),
            Query(f"{chosen} r.effective_score IS NOT NULL {best}"),
        ),
        Page(
            "List filtered by state and market",
            _list(q="state:accepted market:DE", sort="-score"),
            Query(f"{chosen} {filtered} {best}"),
        ),
        Page(
            f"List after {deep:,} rows",
            _list(sort="-updated", after=encode_mark(updated, key)),
            Query(
                f"{chosen} (r.updated_at, r.id) < (:updated, :key) {newest}",
                {"updated": stored, "key": key},
            ),
        ),
        Page(
            "List searched for a word",
            _list(q=words.RARE, sort="-updated"),
            Query(f"{chosen} {_found(sqlite, words.RARE)} {newest}"),
        ),
    ]


def _own_lists() -> list[Page]:
    """Return lists that filter, sort by and show the fields admins defined."""
    numbers = {own.code: own.id for own in FIELDS}
    held = "requirement_field_value v ON v.requirement_id = r.id AND v.field_id"
    everything = "".join(
        f", (SELECT coalesce(v.text, CAST(v.number AS text), CAST(v.day AS text), "
        f"CAST(v.person_id AS text)) FROM requirement_field_value v "
        f"WHERE v.requirement_id = r.id AND v.field_id = {own.id})"
        for own in FIELDS
    )
    budget = f"JOIN {held} = {numbers['budget']}"
    phase, risk = numbers["phase"], numbers["risk"]
    chosen = " AND ".join(
        f"EXISTS (SELECT 1 FROM requirement_field_value v WHERE v.requirement_id = r.id "
        f"AND v.field_id = {field} AND v.sort_text = '{place}')"
        # The places of "pilot" and "high" among the choices.
        for field, place in ((phase, "0002"), (risk, "0002"))
    )
    down = f"ORDER BY v.number DESC, v.requirement_id DESC LIMIT {PAGE_SIZE + 1}"
    newest = f"ORDER BY r.updated_at DESC, r.id DESC LIMIT {PAGE_SIZE + 1}"
    every = ",".join(("state", "score", *numbers))
    return [
        Page(
            "List sorted by an own field",
            _list(sort="-budget"),
            Query(f"SELECT {_COLUMNS}, v.number FROM requirement r {budget} {down}"),
        ),
        Page(
            "List filtered by two own fields",
            _list(q="phase:pilot risk:high", sort="-updated"),
            Query(f"SELECT {_COLUMNS} FROM requirement r WHERE {chosen} {newest}"),
        ),
        Page(
            "List with eight own columns",
            _list(sort="-updated", cols=every),
            Query(
                f"SELECT r.id, r.title, r.state, r.effective_score, r.updated_at{everything} "
                f"FROM requirement r {newest}"
            ),
        ),
    ]


def _deep_mark(session: Session, place: int) -> tuple[datetime, int]:
    """Return the sort value and key of the row at that place of the list by last change."""
    query = (
        select(Requirement.updated_at, Requirement.id)
        .order_by(Requirement.updated_at.desc(), Requirement.id.desc())
        .offset(place - 1)
        .limit(1)
    )
    row = session.execute(query).one()
    return row.updated_at, row.id


def _found(sqlite: bool, word: str) -> str:
    if not sqlite:
        return (
            "EXISTS (SELECT 1 FROM search_requirement s "
            f"WHERE s.id = r.id AND s.search_text LIKE '%{word}%')"
        )
    return (
        "r.id IN (SELECT rowid FROM search_requirement "
        f"WHERE search_requirement MATCH '\"{word}\"')"
    )


def _records(session: Session) -> list[Page]:
    chosen = session.scalar(
        select(Requirement.id)
        .where(Requirement.state == RequirementState.ACCEPTED)
        .order_by(Requirement.rank.is_(None), Requirement.rank)
        .limit(1)
    )
    return [
        Page(
            "A requirement",
            f"/requirements/REQ-{chosen}",
            Query("SELECT * FROM requirement r WHERE r.id = :key", {"key": chosen}),
        ),
    ]


def _rankings(session: Session, scale: float) -> list[Page]:
    """Return the pages of the ranking; their floors are its rows with their inputs, as a table."""
    asked = {
        "framework": session.scalar(select(Framework.id).where(Framework.ranks_backlog)),
        "scorer": session.scalar(select(Person.id).where(Person.email == EMAIL)),
    }
    deep = round(FAR_DOWN * scale)
    table = (
        "SELECT s.rank, r.id, r.title, t.name, s.inputs ->> 'reach', s.inputs ->> 'impact', "
        "s.inputs ->> 'confidence', s.inputs ->> 'effort', s.uncertainty, e.inputs, e.ranges, "
        "s.value, s.effective, s.lifted_by, s.fit, s.band FROM score s "
        "JOIN requirement r ON r.id = s.requirement_id LEFT JOIN team t ON t.id = r.team_id "
        "LEFT JOIN score_entry e ON e.requirement_id = r.id AND e.framework_code = 'rice' "
        "AND e.scorer_id = :scorer WHERE s.framework_id = :framework AND s.rank > :after "
        f"ORDER BY s.rank LIMIT {PAGE + 1}"
    )
    points = (
        "SELECT s.rank, r.id, r.title, s.inputs ->> 'effort', s.value, s.fit FROM score s "
        "JOIN requirement r ON r.id = s.requirement_id "
        f"WHERE s.framework_id = :framework AND s.rank > 0 ORDER BY s.rank LIMIT {POINTS + 1}"
    )
    return [
        Page("Prioritise", "/prioritise", Query(table, asked | {"after": 0})),
        Page(
            "Prioritise, far down",
            f"/prioritise?after={deep}",
            Query(table, asked | {"after": deep}),
        ),
        Page(
            "Value against effort",
            "/prioritise/picture",
            Query(points, {"framework": asked["framework"]}),
        ),
    ]


def _composed() -> list[Page]:
    return [
        Page("Launch room", f"/launches/LCH-{HEAVY}"),
        Page("Launch room, mechanisms", f"/launches/LCH-{HEAVY}?tab=mechanisms"),
        Page("Portfolio board", "/launches"),
        Page("Timeline", "/roadmap"),
        Page("Search, one word", f"/search?{urlencode({'q': words.RARE})}"),
        Page("Search in Chinese", f"/search?{urlencode({'q': words.CHINESE})}"),
        Page("Home", "/"),
        Page("Mechanisms", "/mechanisms"),
        Page("A mechanism", "/mechanisms/MEC-1"),
    ]
