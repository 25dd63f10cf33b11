"""Measures commands that are not pages: evaluating launches, scoring again."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, literal, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from benchmarks.organisation.launches import JUDGED
from benchmarks.reference import Reference
from roadmap import clock
from roadmap.accounts.current import load_actor
from roadmap.db import Database
from roadmap.launches.models import Launch
from roadmap.readiness.gather import gather
from roadmap.readiness.service import ensure_current_rows
from roadmap.readiness.service import refresh as evaluate_and_store
from roadmap.readiness.verdict import evaluate
from roadmap.requirements.models import Requirement
from roadmap.requirements.queries import similar
from roadmap.requirements.rules import BACKLOG
from roadmap.scoring.definitions import criterion_data
from roadmap.scoring.frameworks import Criterion, FrameworkDef, Method
from roadmap.scoring.models import Framework, Score, ScoreEntry
from roadmap.scoring.recompute import rank_in_background
from roadmap.scoring.service import enter_scores
from roadmap.scoring.storing import store_in_requirements

_TIMES = 100
_WEIGHTED = "load"


@dataclass(frozen=True)
class Command:
    """What a command took, in milliseconds, and what is aimed at, None for no aim."""

    name: str
    taken: float
    aim: float | None = None
    remark: str = ""


def refresh(reference: Reference) -> Command:
    """Evaluate every launch and store the verdicts, as the worker does after a great change."""
    database = Database(reference.url)
    with database.writing() as session:
        ensure_current_rows(session)
        ids = session.scalars(select(Launch.id)).all()
    began = time.perf_counter()
    evaluate_and_store(database, ids)
    taken = (time.perf_counter() - began) * 1000
    database.dispose()
    aim = 30_000 * len(ids) / 5_000
    return Command(f"Evaluate and store {len(ids):,} launches", taken, aim)


def commands(reference: Reference) -> Iterator[Command]:
    """Yield the other commands; what they would store is rolled back."""
    database = Database(reference.url)
    with database.reading() as session:
        yield _one_launch(session)
        yield _similar(session)
    yield _new_weights(database)
    with database.session(write=True) as session:
        actor = load_actor(session, 1)
        first = session.scalar(
            select(Requirement.id)
            .where(Requirement.state.in_(BACKLOG))
            .order_by(Requirement.rank.is_(None), Requirement.rank)
            .limit(1)
        )
        assert actor is not None
        entered = {f"REQ-{first}": {"reach": 123.0}}
        taken = _once(lambda: enter_scores(session, actor, "rice", entered))
        yield Command("Enter one number", taken, 500, "the worker ranks")
        session.rollback()
    database.dispose()


# What people type, as it grows: a word, some words, a sentence, Chinese, Thai, nothing known.
_TYPED = (
    "queue",
    "replica watches",
    "Detect kni",
    "Detect counterfeit handbags before they are published",
    "仿冒手袋拦截",
    "申诉处理慢",
    "สินค้าปลอม",
    "ผู้ตรวจสอบต้องการคำแปล",
    "Nothing like this exists",
)


def _similar(session: Session) -> Command:
    taken = [
        _once(lambda typed=typed: similar(session, typed, person_id=1))  # type: ignore[misc]
        for typed in _TYPED * 5
    ]
    remark = f"the slowest of {len(taken)} {max(taken):.0f} ms"
    return Command("Find similar requirements while typing", statistics.median(taken), 50.0, remark)


def _new_weights(database: Database) -> Command:
    """Score every requirement by other weights and rank again, as the worker does after a change.

    The numbers entered for RICE are taken for a weighted method; all of it is taken away again.
    """
    number = _other_weights(database)
    result: dict[str, Any] = {}
    taken = _once(lambda: result.update(rank_in_background(database, number, lambda *_: None)))
    _put_back(database, number)
    remark = f"{result['ranked']:,} ranked"
    return Command("New weights: score and rank everything again", taken, 10_000, remark)


@contextmanager
def _raw(database: Database) -> Iterator[Connection]:
    """Yield a writing connection past the sessions: the history of such a database is for show."""
    with database.engine.execution_options(write=True).begin() as connection:
        yield connection


def _other_weights(database: Database) -> int:
    """Store a weighted framework that ranks the backlog, with the numbers entered for RICE."""
    entries: Any = ScoreEntry.__table__
    frameworks: Any = Framework.__table__
    names = [column.name for column in entries.columns if column.name != "id"]
    chosen = [literal(_WEIGHTED) if n == "framework_code" else entries.c[n] for n in names]
    rice = select(*chosen).where(entries.c.framework_code == "rice")
    criteria = tuple(Criterion(c, c) for c in ("reach", "impact", "confidence", "effort"))
    made = FrameworkDef(_WEIGHTED, 1, "Load", Method.WEIGHTED, criteria)
    values = {
        "code": _WEIGHTED,
        "version": 1,
        "name": "Load",
        "method": made.method.value,
        "criteria": [criterion_data(criterion) for criterion in criteria],
        "params": {},
        "active": True,
        "ranks_backlog": True,
        "inputs_no": 0,
        "standing": {},
    }
    with _raw(database) as connection:
        connection.execute(insert(entries).from_select(names, rice))
        connection.execute(update(frameworks).values(ranks_backlog=False))
        connection.execute(insert(frameworks).values(values))
        found = select(frameworks.c.id).where(frameworks.c.code == _WEIGHTED)
        number: int = connection.execute(found).scalar_one()
    return number


def _put_back(database: Database, number: int) -> None:
    tables: Any = (ScoreEntry.__table__, Score.__table__, Framework.__table__)
    entries, scores, frameworks = tables
    first = (frameworks.c.code == "rice") & (frameworks.c.version == 1)
    with _raw(database) as connection:
        connection.execute(delete(entries).where(entries.c.framework_code == _WEIGHTED))
        connection.execute(delete(scores).where(scores.c.framework_id == number))
        connection.execute(delete(frameworks).where(frameworks.c.id == number))
        connection.execute(update(frameworks).where(first).values(ranks_backlog=True))
    with database.writing() as session:
        rice = session.execute(select(frameworks.c.id).where(first)).scalar_one()
        store_in_requirements(session, rice, None)


def _once(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _one_launch(session: Session) -> Command:
    at = clock.now()
    facts = gather(session, [JUDGED], at)[JUDGED]
    verdict = evaluate(facts, at)
    taken = [_once(lambda: evaluate(facts, at)) for _ in range(_TIMES)]
    remark = f"{len(facts.links)} mechanisms, {len(verdict.reasons)} answers"
    return Command("Evaluate one launch, Python only", statistics.median(taken), 3.0, remark)
