"""Writes a computed ranking: only rows that changed, in batches that may be transactions each."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, exists, or_, select, text, true, update
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.requirements.models import Requirement
from roadmap.row_writer import insert_rows
from roadmap.scoring.computing import Computed, places, row_data
from roadmap.scoring.definitions import definition
from roadmap.scoring.formulas import FrameworkDef
from roadmap.scoring.models import Framework, Score

# Rows written in one transaction of the worker: others wait for it no longer than that takes.
BATCH = 4_000
# Keys of the requirements that are written one after the other, and copied in one: every part
# touches most pages of four indexes, however short it is.
WINDOW = 10_000
_CONTENT = (
    "value",
    "inputs",
    "spread",
    "uncertainty",
    "missing",
    "error",
    "set_digest",
)
# Columns the database gives null, `{}` or `[]` by itself. No number: 0 is not empty.
_LEFT_EMPTY = ("uncertainty", "stops", "band", "error", "lifted_by")
_PLACE = ("rank", "effective", "lifted_by", "overridden", "fit", "stops", "band")
T = TypeVar("T")
Write = Callable[[Session], object]


@dataclass
class _Window:
    """What must be written of the requirements with some keys, as (score, requirement)."""

    fresh: list[int] = field(default_factory=list)
    changed: list[tuple[int, int]] = field(default_factory=list)
    moved: list[tuple[int, int]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)


def writes(
    session: Session, framework_id: int, overrides: Mapping[int, float], computed: Computed
) -> dict[int, list[Write]]:
    """Return what must be written so that the stored scores are the computed ones, in batches.

    They are given by window: window n holds the requirements from n * WINDOW on.
    """
    framework = definition(session.get_one(Framework, framework_id))
    place_of = places(computed, overrides)
    windows = _compared(session, framework_id, computed, framework, place_of)
    common = {"computed_at": clock.now()}

    def whole(key: int) -> dict[str, Any]:
        return row_data(computed, key, framework) | place_of[key] | common

    def fresh(key: int) -> dict[str, Any]:
        return whole(key) | {"requirement_id": key, "framework_id": framework_id}

    table: Any = Score.__table__
    content = _update(table, (*_CONTENT, *_REST, *_PLACE, "computed_at"))
    place = _update(table, _PLACE)
    found: dict[int, list[Write]] = {
        number: [
            *(_insertion(part, fresh) for part in _parts(window.fresh)),
            *(_many(content, part, whole) for part in _parts(window.changed)),
            *(_many(place, part, place_of.__getitem__) for part in _parts(window.moved)),
            *(_deletion(table, part) for part in _parts(window.gone, 500)),
        ]
        for number, window in sorted(windows.items())
    }
    if sum(len(window.fresh) for window in windows.values()) > BATCH:
        # A framework the planner has not heard of seems to have one score: it would walk all.
        found[min(found)].append(_let_the_planner_know)
    return found


def _compared(
    session: Session,
    framework_id: int,
    computed: Computed,
    framework: FrameworkDef,
    place_of: Mapping[int, Mapping[str, Any]],
) -> dict[int, _Window]:
    """Return what differs from what is stored, by window."""
    columns = ("id", "requirement_id", *_CONTENT, *_PLACE)
    query = select(*(getattr(Score, name) for name in columns)).where(
        Score.framework_id == framework_id
    )
    windows: dict[int, _Window] = defaultdict(_Window)
    seen: set[int] = set()
    for old in session.execute(query).mappings():
        key, place = old["requirement_id"], place_of.get(old["requirement_id"])
        seen.add(key)
        if place is None:
            windows[key // WINDOW].gone.append(old["id"])
        elif _differs(old, row_data(computed, key, framework), _CONTENT):
            windows[key // WINDOW].changed.append((old["id"], key))
        elif _differs(old, place, _PLACE):
            windows[key // WINDOW].moved.append((old["id"], key))
    for key in sorted(place_of.keys() - seen):
        windows[key // WINDOW].fresh.append(key)
    return windows


def _differs(old: Any, new: Mapping[str, Any], names: Iterable[str]) -> bool:
    return any(old[name] != new[name] for name in names)


# Written whenever the content changed, but never compared: the digest of the set stands for them.
_REST = ("parts", "set_size", "ranges", "notes")


def _update(table: Any, names: Iterable[str]) -> Any:
    values = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    return update(table).where(table.c.id == bindparam("key")).values(values)


def _new(score_id: int, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"key": score_id, **{f"new_{name}": value for name, value in data.items()}}


def _parts(rows: Sequence[T], size: int = BATCH) -> list[Sequence[T]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _many(
    statement: Any, part: Sequence[tuple[int, int]], data: Callable[[int], dict[str, Any]]
) -> Write:
    # Rows are made when they are written: all of them at once would fill the memory.
    return lambda session: session.execute(
        statement, [_new(score_id, data(key)) for score_id, key in part]
    )


def _insertion(part: Sequence[int], row: Callable[[int], dict[str, Any]]) -> Write:
    def write(session: Session) -> None:
        first = row(part[0])
        # Somebody may have entered a score meanwhile; the next computation sees it.
        there = set(
            session.scalars(
                select(Score.requirement_id).where(
                    Score.framework_id == first["framework_id"],
                    Score.requirement_id.between(part[0], part[-1]),
                )
            )
        )
        rows = [row(key) for key in part if key not in there]
        if rows:
            insert_rows(session, Score.__table__, _without_what_none_has(rows))

    return write


def _without_what_none_has(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the columns that are empty in all rows and that the database leaves empty."""
    for name in _LEFT_EMPTY:
        if not any(row[name] for row in rows):
            for row in rows:
                del row[name]
    return rows


def _let_the_planner_know(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        # Of these columns only: to sample the wide ones takes six times as long.
        session.execute(text("ANALYZE score (framework_id, requirement_id, rank)"))


def _deletion(table: Any, keys: Sequence[int]) -> Write:
    return lambda session: session.execute(delete(table).where(table.c.id.in_(keys)))


def store_in_requirements(
    session: Session, framework_id: int, keys: tuple[int, int] | None
) -> None:
    """Copy score, effective score and rank to the requirements whose own differ.

    ``keys`` are the first and last requirement to look at.
    """
    # The table, not the class: derived columns must not raise the version people edit against.
    table: Any = Requirement.__table__
    among = table.c.id.between(*keys) if keys else true()
    mine = (Score.framework_id == framework_id) & (Score.requirement_id == table.c.id)
    # Said of both: else every part walks all scores of the framework.
    theirs = Score.requirement_id.between(*keys) if keys else true()
    session.execute(
        update(table)
        .where(
            among,
            mine,
            theirs,
            or_(
                table.c.score.is_distinct_from(Score.value),
                table.c.effective_score.is_distinct_from(Score.effective),
                table.c.rank.is_distinct_from(Score.rank),
            ),
        )
        .values(score=Score.value, effective_score=Score.effective, rank=Score.rank)
    )
    holds = or_(
        table.c.score.is_not(None), table.c.effective_score.is_not(None), table.c.rank.is_not(None)
    )
    session.execute(
        update(table)
        .where(among, holds, ~exists().where(mine, theirs))
        .values(score=None, effective_score=None, rank=None)
    )
