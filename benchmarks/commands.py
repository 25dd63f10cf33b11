"""Measures commands that are not pages: evaluating launches, scoring again."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import select
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
from roadmap.scoring.queries import framework_named
from roadmap.scoring.recompute import recompute
from roadmap.scoring.service import enter_scores

_TIMES = 100


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
    with database.session(write=True) as session:
        row = framework_named(session, None)
        count = 0

        def again() -> None:
            nonlocal count
            count = len(recompute(session, row).ranked)

        taken = _once(again)
        yield Command("Score and rank everything again", taken, remark=f"{count:,} ranked")
        session.rollback()
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
        yield Command("Enter one number and rank again", taken)
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
